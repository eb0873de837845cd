"""`python -m app.worker` runs the background worker until SIGTERM or Ctrl-C."""

import asyncio
import signal
import sys

from app.database import DatabaseError, SeedbedEngine
from app.logs import configure_logging
from app.worker.worker import Worker
from piccolo_conf import DB


def main() -> int:
    """Run one worker: the exit code."""
    configure_logging(DB.settings)
    return asyncio.run(_run(DB))


async def _run(engine: SeedbedEngine) -> int:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    try:
        await Worker(engine).run(stop)
    except DatabaseError as error:
        print(error, file=sys.stderr)  # noqa: T201 - this is a command
        return 1
    finally:
        await engine.close_connection_pool()
    return 0


if __name__ == "__main__":
    sys.exit(main())
