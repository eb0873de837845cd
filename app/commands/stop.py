"""`make stop`: stops the embedded PostgreSQL that a killed server or a command has left running."""

import sys

from app.database import EmbeddedServer, EmbeddedServerError
from app.settings import Settings


def stop(settings: Settings) -> int:
    """Stop the embedded server of the data folder; nothing happens when none runs.

    A `make serve` that uses it is not stopped, and answers SERVICE_UNAVAILABLE from then on.
    """
    embedded = EmbeddedServer(settings.data_dir)
    try:
        running = embedded.is_running()
        embedded.stop()
    except EmbeddedServerError as error:
        print(error, file=sys.stderr)
        return 1
    if running:
        print(f"The embedded PostgreSQL in {embedded.cluster} is stopped.")
        print("A make serve that used it goes on without a database: end it with Ctrl-C.")
    else:
        print(f"The embedded PostgreSQL in {embedded.cluster} was not running.")
    return 0
