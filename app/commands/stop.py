"""`make stop`: stops the embedded PostgreSQL that a killed server or a command has left running."""

import sys

from app.database import EmbeddedServer, EmbeddedServerError
from app.settings import Settings


def stop(settings: Settings) -> int:
    """Stop the embedded server of the data folder; nothing happens when none runs."""
    embedded = EmbeddedServer(settings.data_dir)
    try:
        running = embedded.is_running()
        embedded.stop()
    except EmbeddedServerError as error:
        print(error, file=sys.stderr)
        return 1
    state = "is stopped" if running else "was not running"
    print(f"The embedded PostgreSQL in {embedded.cluster} {state}.")
    return 0
