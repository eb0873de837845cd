"""A pool of connections to one server, with a bounded wait and errors that a person understands."""

import asyncio
import logging
from dataclasses import dataclass

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from app.database.connections import DRIVER_ERRORS, Connection, Connector
from app.database.errors import DatabaseUnavailable, PoolTimeout
from app.settings import Settings

logger = logging.getLogger(__name__)


def _without_traceback(record: logging.LogRecord) -> bool:
    """What asyncpg says while a database is away: once in a while, in a line, not in forty."""
    record.exc_info = record.exc_text = None
    return True


logging.getLogger("asyncpg.pool").addFilter(_without_traceback)

RESET_TIMEOUT = 5.0  # seconds for the reset of a connection that is given back
CLOSE_TIMEOUT = 10.0  # seconds that closing waits for connections in use


@dataclass(frozen=True, slots=True)
class PoolUse:
    """A pool at one moment: its open connections, how many are in use, who waits, and its limit."""

    open: int
    in_use: int
    waiting: int
    limit: int


class ConnectionPool:
    """asyncpg's pool behind `take` and `give_back`.

    A connection that is given back is reset by asyncpg's statements: one round trip that undoes
    session settings, advisory locks, cursors and listening, at a fifth of the cost of a small
    query. So it is left out where the caller knows that nothing was changed (`give_back(clean=)`).
    Behind PgBouncer nothing is reset: sessions belong to nobody there, and RESET ALL would undo
    what PgBouncer has set for its client.
    """

    def __init__(
        self,
        connector: Connector,
        settings: Settings,
        *,
        lazy: bool = False,
    ) -> None:
        url = connector.url
        self.connector = connector
        self.max_size = url.connection_limit or settings.pool_max_size
        self.min_size = 0 if lazy else min(settings.pool_min_size, self.max_size)
        timeout = settings.pool_timeout if url.pool_timeout is None else url.pool_timeout
        self.timeout = timeout or None
        self._resets = not connector.pgbouncer
        self._clean: set[object] = set()
        self._taken = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self.driver: asyncpg.Pool[asyncpg.Record] | None = None

    async def open(self) -> None:
        """Make the pool; unless it is lazy, its first connections, too."""
        self._loop = asyncio.get_running_loop()
        self.driver = await asyncpg.create_pool(
            connect=self._connect,
            min_size=self.min_size,
            max_size=self.max_size,
            reset=self._reset,
        )

    async def _connect(
        self, dsn: str | None = None, **driver: object
    ) -> "asyncpg.Connection[asyncpg.Record]":
        return await self.connector.connect(**driver)

    async def _reset(self, connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        """Undo what was done to the session, unless nothing was."""
        if self._resets and connection not in self._clean:
            await connection.execute(connection.get_reset_query())

    async def close(self) -> None:
        """Close all connections; those still in use after ten seconds are cut."""
        if self.driver is not None:
            try:
                async with asyncio.timeout(CLOSE_TIMEOUT):
                    await self.driver.close()
            except TimeoutError:
                logger.warning("Database connections were still in use and have been cut.")

    @property
    def usable(self) -> bool:
        """Whether it is of the event loop that now runs: Piccolo's run_sync starts its own."""
        return self._loop is asyncio.get_running_loop()

    @property
    def use(self) -> PoolUse:
        """How it is used at this moment."""
        assert self.driver is not None
        return PoolUse(
            open=self.driver.get_size(),
            in_use=min(self._taken, self.max_size),
            waiting=max(self._taken - self.max_size, 0),
            limit=self.max_size,
        )

    async def take(self) -> Connection:
        """A connection, to be given back. Raises PoolTimeout, or as Connector.connect."""
        assert self.driver is not None
        if self.driver.is_closing():
            raise DatabaseUnavailable("The connections to the database are being closed.")
        # Those that wait count as well: what becomes free is theirs.
        waits = self._taken >= self.max_size
        self._taken += 1
        try:
            # Where one is free, a time limit would cost as much as taking it.
            return await (self._take_in_time() if waits else self.driver.acquire())
        except BaseException:
            self._taken -= 1
            raise

    async def _take_in_time(self) -> Connection:
        assert self.driver is not None
        try:
            async with asyncio.timeout(self.timeout) as limit:
                return await self.driver.acquire()
        except TimeoutError as error:
            if not limit.expired():
                raise
            raise PoolTimeout(
                f"No connection to {self.connector.url.place} became free within"
                f" {self.timeout:g} seconds, as all {self.max_size} are in use: raise"
                f" SEEDBED_POOL_MAX_SIZE (or connection_limit in {self.connector.name}), or find"
                " the transactions that stay open."
            ) from error

    async def give_back(self, connection: Connection, *, clean: bool = False) -> None:
        """Give a connection back in whatever state it is; never fails for that state.

        `clean` says that its session is as it was when it was taken.
        """
        assert self.driver is not None
        assert isinstance(connection, PoolConnectionProxy)
        driven: asyncpg.Connection[asyncpg.Record] | None = connection._con  # type: ignore[attr-defined]  # noqa: SLF001 - what asyncpg hands to _reset
        if driven is not None and not driven.is_closed() and driven.is_in_transaction():
            driven.terminate()
        elif clean:
            self._clean.add(driven)
        try:
            # Also when it is not reset: asyncpg may first wait for a cancelled statement to end.
            await self.driver.release(connection, timeout=RESET_TIMEOUT)
        except DRIVER_ERRORS as error:
            # asyncpg has dropped the connection; what it was used for had ended before.
            logger.info("A connection was dropped as its reset failed: %s", type(error).__name__)
        finally:
            self._clean.discard(driven)
            # Not before it is free again: until then, who wants it has to wait, for a limited time.
            self._taken -= 1
