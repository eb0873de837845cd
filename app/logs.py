"""Where log lines go, for every process of the application."""

import logging
import logging.config

from app.settings import Settings


def configure_logging(settings: Settings) -> None:
    """One line for each record, on stderr, from the level of the settings on."""
    level = logging.getLevelNamesMapping()[settings.log_level]
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
            "root": {"handlers": ["stderr"], "level": level},
            "loggers": {
                # Its own news ("Started server process") is what serve says better.
                "uvicorn": {"level": max(logging.WARNING, level)},
                # It tells of each request with its whole address, and so the password of an agent.
                "httpx": {"level": max(logging.WARNING, level)},
                # What it says of each attempt, the worker says better.
                "pgqueuer": {"level": max(logging.WARNING, level)},
            },
        }
    )
