"""The lock that lets one process at a time migrate a database."""

import asyncio
import time
import zlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from app.database.engine import SeedbedEngine
from app.database.errors import MigrationError

KEY = zlib.crc32(b"app.migrations")
TIMEOUT = 900.0  # seconds: longer than most migrations, shorter than a night
_INTERVAL = 0.2
_QUIET = 2.0  # seconds of waiting that need no word


@asynccontextmanager
async def migration_lock(
    engine: SeedbedEngine, tell: Callable[[str], None], *, patience: float = TIMEOUT
) -> AsyncIterator[None]:
    """Hold the lock of the database; `tell` receives a line when there is somebody to wait for.

    Raises MigrationError after `patience` seconds.

    It is polled for: a blocking pg_advisory_lock() keeps a snapshot open, on which the winner's
    CREATE INDEX CONCURRENTLY would wait for ever. It lives on a connection of its own (not one
    through PgBouncer's transaction mode), and so ends with the process, however that ends.
    """
    connection = await engine.get_new_connection()
    try:
        await connection.execute("SET idle_session_timeout = 0")
        begin = time.monotonic()
        told = False
        while not await connection.fetchval("SELECT pg_try_advisory_lock($1)", KEY):
            waited = time.monotonic() - begin
            if waited > patience:
                raise MigrationError(
                    f"Another process still migrates this database after {patience:g} seconds: wait"
                    " for it or end it, then run the migrations again."
                )
            if waited > _QUIET and not told:
                told = True
                tell(f"Another process migrates this database: waiting up to {patience:g} seconds.")
            await asyncio.sleep(_INTERVAL)
        yield
    finally:
        await connection.close()
