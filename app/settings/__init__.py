"""Every setting of the server, read once from the environment and `.env`."""

from app.settings.loading import SettingsError, cautions, load_settings
from app.settings.model import (
    DEVELOPMENT_SECRET,
    EXAMPLE_AGENT,
    LOOPBACK,
    PREFIX,
    Environment,
    LogLevel,
    Settings,
    Variable,
    variables,
)
from app.settings.parsers import PROJECT
from app.settings.smtp import SmtpServer

__all__ = [
    "DEVELOPMENT_SECRET",
    "EXAMPLE_AGENT",
    "LOOPBACK",
    "PREFIX",
    "PROJECT",
    "Environment",
    "LogLevel",
    "Settings",
    "SettingsError",
    "SmtpServer",
    "Variable",
    "cautions",
    "load_settings",
    "variables",
]
