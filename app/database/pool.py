"""A pool of connections to one server, with a bounded wait and errors that a person understands.

asyncpg's own pool costs a small query as much again as the driver does: a proxy, a future, a lock
and a timer for each use. Here a free connection is one `pop` away (`free`), and one that was left
clean goes back without waiting for anything (`put_back`); only what is out of the ordinary has to
be awaited (`take`, `give_back`).
"""

import asyncio
import contextlib
import logging
from collections import deque
from dataclasses import dataclass

from app.database.connections import DRIVER_ERRORS, Connection, Connector, close
from app.database.errors import DatabaseUnavailable, PoolTimeout
from app.settings import Settings

logger = logging.getLogger(__name__)

RESET_TIMEOUT = 5.0  # seconds for the reset of a connection that is given back
CLOSE_TIMEOUT = 10.0  # seconds that closing waits for connections in use
IDLE = 300.0  # seconds after which a connection that nobody needs is closed
LIFETIME = 3600.0  # seconds after which a connection is replaced: a backend's memory only grows
SWEEP = 30.0  # seconds between two looks for such connections


@dataclass(frozen=True, slots=True)
class PoolUse:
    """A pool at one moment: its open connections, how many are in use, who waits, and its limit."""

    open: int
    in_use: int
    waiting: int
    limit: int


class ConnectionPool:
    """Connections to one server, the one that was used last on top.

    A connection that is given back is reset by asyncpg's statements: one round trip that undoes
    session settings, advisory locks, cursors and listening, at a fifth of the cost of a small
    query. So it is left out where the caller knows that nothing was changed (`put_back`, or
    `give_back(clean=)`). Behind PgBouncer nothing is sent: sessions belong to nobody there, and
    RESET ALL would undo what PgBouncer has set for its client.

    Who has to wait is served in turn. A waiter is given a connection, or None: the right to open
    one. It belongs to one event loop.
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
        self._idle: list[Connection] = []  # the longest unused first
        self._used: dict[
            Connection, float
        ] = {}  # when an idle one was last used, by the loop's clock
        self._replaced: dict[Connection, float] = {}  # all open ones, and when each is too old
        self._opening = 0
        self._waiters: deque[asyncio.Future[Connection | None]] = deque()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._sweeping: asyncio.TimerHandle | None = None
        self._closed: asyncio.Event | None = None  # once closing has begun: set when it has ended

    async def open(self) -> None:
        """Begin; unless it is lazy, with its first connections. Raises as Connector.connect."""
        self._loop = asyncio.get_running_loop()
        try:
            # The first alone: it checks what is the same for all.
            for count in (min(1, self.min_size), self.min_size - 1):
                await asyncio.gather(*(self._open_one() for _ in range(count)))
        except BaseException:
            await self.close()
            raise
        self._sweeping = self._loop.call_later(SWEEP, self._sweep)

    async def _open_one(self) -> None:
        self._opening += 1
        self._keep(await self._connect())

    async def close(self) -> None:
        """Close all connections; those still in use after ten seconds are cut."""
        if self._closed is not None:
            await self._closed.wait()
            return
        self._closed = asyncio.Event()
        if self._sweeping is not None:
            self._sweeping.cancel()
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_exception(_closing())
        self._waiters.clear()
        idle, self._idle = self._idle, []
        for connection in idle:
            self._forget(connection)
        await asyncio.gather(*map(close, idle))
        self._end_if_empty()
        try:
            async with asyncio.timeout(CLOSE_TIMEOUT):
                await self._closed.wait()
        except TimeoutError:
            logger.warning("Database connections were still in use and have been cut.")
            for connection in list(self._replaced):
                self._drop(connection)
            self._closed.set()

    @property
    def usable(self) -> bool:
        """Whether it is of the event loop that now runs: Piccolo's run_sync starts its own."""
        return self._loop is asyncio.get_running_loop()

    @property
    def use(self) -> PoolUse:
        """How it is used at this moment."""
        return PoolUse(
            open=self.size,
            in_use=self.size - len(self._idle),
            waiting=sum(not waiter.done() for waiter in self._waiters),
            limit=self.max_size,
        )

    @property
    def size(self) -> int:
        """How many connections it has, those that are being opened included."""
        return len(self._replaced) + self._opening

    def __contains__(self, connection: object) -> bool:
        return connection in self._replaced

    # Taking

    def free(self) -> Connection | None:
        """A connection that is free now, to be given back; None when there is none."""
        while self._idle:
            connection = self._idle.pop()
            if not connection.is_closed():
                return connection
            self._drop(connection)  # its server ended it while nobody used it
        return None

    async def take(self) -> Connection:
        """A connection, to be given back. Raises PoolTimeout, or as Connector.connect."""
        if self._closed is not None:
            raise _closing()
        connection = self.free()
        if connection is None and self.size >= self.max_size:
            connection = await self._wait()
        else:
            self._opening += connection is None
        return connection or await self._connect()

    async def _wait(self) -> Connection | None:
        """What the next that becomes free is: a connection, or the right to open one (None)."""
        assert self._loop is not None
        waiter: asyncio.Future[Connection | None] = self._loop.create_future()
        self._waiters.append(waiter)
        limit = self.timeout and self._loop.call_later(self.timeout, self._late, waiter)
        try:
            return await waiter
        except asyncio.CancelledError:
            if waiter.cancelled():
                with contextlib.suppress(ValueError):
                    self._waiters.remove(waiter)
            elif waiter.exception() is None:
                # It was served and cancelled in the same moment: the next one's turn.
                self._pass_on(waiter.result())
            raise
        finally:
            if limit:
                limit.cancel()

    def _late(self, waiter: "asyncio.Future[Connection | None]") -> None:
        if waiter.done():
            return
        self._waiters.remove(waiter)
        waiter.set_exception(
            PoolTimeout(
                f"No connection to {self.connector.url.place} became free within"
                f" {self.timeout:g} seconds, as all {self.max_size} are in use: raise"
                f" SEEDBED_POOL_MAX_SIZE (or connection_limit in {self.connector.name}), or find"
                " the transactions that stay open."
            )
        )

    async def _connect(self) -> Connection:
        """A new connection, for which `_opening` was counted up."""
        assert self._loop is not None
        try:
            connection = await self.connector.connect()
        except BaseException:
            self._pass_on(None)
            raise
        self._opening -= 1
        self._replaced[connection] = self._loop.time() + LIFETIME
        return connection

    # Giving back

    def put_back(self, connection: Connection) -> bool:
        """Give back a connection whose session is as it was when it was taken.

        False, and nothing is done, where that takes waiting, or the connection is not of this pool:
        use the engine's `give_back`.
        """
        if connection not in self._replaced or connection.is_closed():
            return False
        if connection.is_in_transaction() or connection.is_settling():
            return False
        self._keep(connection)
        return True

    async def give_back(self, connection: Connection, *, clean: bool = False) -> None:
        """Give a connection back in whatever state it is; never fails for that state.

        `clean` says that its session is as it was when it was taken.
        """
        if clean and self.put_back(connection):
            return
        if connection.is_closed() or connection.is_in_transaction():
            self._drop(connection)
            return
        try:
            async with asyncio.timeout(RESET_TIMEOUT):
                await connection.settle()
                if not clean:
                    await connection.reset()
        except DRIVER_ERRORS as error:
            # What it was used for had ended before.
            logger.info("A connection was dropped as its reset failed: %s", type(error).__name__)
            self._drop(connection)
        except BaseException:
            self._drop(connection)
            raise
        else:
            self._keep(connection)

    def _keep(self, connection: Connection) -> None:
        """Hand an open connection to who waits longest, or keep it for the next."""
        assert self._loop is not None
        now = self._loop.time()
        if self._closed is not None or now > self._replaced[connection] or connection.is_closed():
            self._drop(connection)
            return
        while self._waiters:
            waiter = self._waiters.popleft()
            if not waiter.done():
                waiter.set_result(connection)
                return
        self._used[connection] = now
        self._idle.append(connection)

    def _pass_on(self, turn: Connection | None) -> None:
        """Give what one who waited, or failed to open a connection, has no use for to the next."""
        if turn is not None:
            self._keep(turn)
            return
        self._opening -= 1
        self._serve()

    def _serve(self) -> None:
        """Let the next one open a connection in place of one that is gone."""
        while self._waiters and self.size < self.max_size:
            waiter = self._waiters.popleft()
            if not waiter.done():
                self._opening += 1
                waiter.set_result(None)
        self._end_if_empty()

    def _drop(self, connection: Connection) -> None:
        """Cut a connection; another one may be opened in its place."""
        self._forget(connection)
        connection.terminate()
        self._serve()

    def _forget(self, connection: Connection) -> None:
        self._replaced.pop(connection, None)
        self._used.pop(connection, None)

    def _end_if_empty(self) -> None:
        if self._closed is not None and not self.size:
            self._closed.set()

    def _sweep(self) -> None:
        """Drop what has died unnoticed, what is too old, and what has not been needed for long."""
        assert self._loop is not None
        now = self._loop.time()
        for connection in list(self._idle):
            unneeded = now - self._used[connection] > IDLE and self.size > self.min_size
            if unneeded or now > self._replaced[connection] or connection.is_closed():
                self._idle.remove(connection)
                self._drop(connection)
        self._sweeping = self._loop.call_later(SWEEP, self._sweep)


def _closing() -> DatabaseUnavailable:
    return DatabaseUnavailable("The connections to the database are being closed.")
