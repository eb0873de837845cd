"""A connection that listens to one channel for as long as a process lives, beside the pool."""

import asyncio
import logging
import random
from collections.abc import Callable

import asyncpg

from app.database import DatabaseError, SeedbedEngine
from app.database.connections import DRIVER_ERRORS, close

logger = logging.getLogger(__name__)

FIRST_DELAY, LONGEST_DELAY = 0.1, 10.0  # seconds before another try to connect
# How often the connection is asked whether it lives, and how long it may take: a peer that vanished
# says nothing. In seconds.
ASK_EVERY, ASK_TIMEOUT = 30.0, 10.0


class Listener:
    """Tells of every notification, and of every moment from which on it does so again.

    It connects by itself, for ever, with growing pauses. `heard(payload)` is called for a
    notification; `connected()` when it has begun to listen: whoever waits looks for what was
    missed.
    """

    def __init__(
        self,
        engine: SeedbedEngine,
        channel: str,
        heard: Callable[[str], None],
        connected: Callable[[], None],
    ) -> None:
        self._engine = engine
        self._channel = channel
        self._heard = heard
        self._connected = connected
        self.hears = False  # whether it listens now

    async def can_listen(self) -> bool:
        """Whether there is a way to listen: not through PgBouncer, which has no sessions."""
        return not (await self._engine.listening_connector()).pgbouncer

    async def run(self) -> None:
        """Listen until the task is cancelled."""
        delay = FIRST_DELAY
        while True:
            try:
                connector = await self._engine.listening_connector()
                connection = await connector.connect()
                try:
                    await self._listen(connection)
                    delay = FIRST_DELAY
                    logger.info("listening on %s", self._channel)
                    self.hears = True
                    self._connected()
                    await self._until_lost(connection)
                finally:
                    self.hears = False
                    await close(connection)
            except (DatabaseError, *DRIVER_ERRORS) as error:
                logger.warning("nothing is heard on %s: %s", self._channel, error)
            # Not all servers at once when the database comes back.
            await asyncio.sleep(delay * random.uniform(0.5, 1.0))  # noqa: S311 - spreads load
            delay = min(delay * 2, LONGEST_DELAY)

    async def _listen(self, connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        def heard(_connection: object, _process: int, _channel: str, payload: object) -> None:
            self._heard(str(payload))

        await connection.add_listener(self._channel, heard)

    async def _until_lost(self, connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        """Return when the connection has ended, by whichever side."""
        lost = asyncio.Event()
        connection.add_termination_listener(lambda _connection: lost.set())
        while not (lost.is_set() or connection.is_closed()):
            try:
                async with asyncio.timeout(ASK_EVERY):
                    await lost.wait()
            except TimeoutError:
                await connection.execute("select 1", timeout=ASK_TIMEOUT)
        logger.warning("the connection that listened on %s was lost", self._channel)
