"""PgQueuer's way to the database for a process that outlives restarts of the database."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from pgqueuer.ports.driver import NotifyCallback

from app.database import DatabaseUnavailable, PoolTimeout, SeedbedEngine
from app.jobs.store import EngineDriver
from app.live import Listener
from app.worker.duties import pause

logger = logging.getLogger(__name__)

FIRST_WAIT = 0.1  # seconds before a statement is repeated; then twice as long each time
LONGEST_WAIT = 5.0
# Seconds that a worker waits for its first listening connection: the queue is asked in any case.
FIRST_PATIENCE = 1.0
T = TypeVar("T")


class PatientDriver(EngineDriver):
    """Repeats a statement until the database is back, or until `hurry` is set.

    A statement that was done although its answer was lost is harmless when it is done again: jobs
    that were taken twice are taken by another worker in time, a result that is there stays.
    """

    def __init__(self, engine: SeedbedEngine) -> None:
        super().__init__(engine)
        self.hurry = asyncio.Event()
        self._listening: list[asyncio.Task[None]] = []

    async def fetch(self, query: str, *args: object) -> list[dict[str, object]]:
        """The rows of one statement."""
        return await self._patiently(lambda: super(PatientDriver, self).fetch(query, *args))

    async def execute(self, query: str, *args: object) -> str:
        """Run one statement."""
        return await self._patiently(lambda: super(PatientDriver, self).execute(query, *args))

    async def notify(self, channel: str, payload: str) -> None:
        """Tell whoever listens to the channel."""
        await self._patiently(lambda: super(PatientDriver, self).notify(channel, payload))

    async def add_listener(self, channel: str, callback: NotifyCallback) -> None:
        """Pass notifications on, from now on and on one connection after the other.

        Behind PgBouncer nothing can be listened to: the worker asks more often instead.
        """
        listens = asyncio.Event()
        listener = Listener(self.engine, channel, callback, listens.set)
        if await listener.can_listen():
            self._listening.append(asyncio.create_task(listener.run()))
            await pause(listens, FIRST_PATIENCE)

    async def __aexit__(self, *_: object) -> None:
        """Listen no more."""
        for task in self._listening:
            task.cancel()
        await asyncio.gather(*self._listening, return_exceptions=True)
        self._listening.clear()

    async def _patiently(self, run: Callable[[], Awaitable[T]]) -> T:
        wait = FIRST_WAIT
        while True:
            try:
                result = await run()
            except (DatabaseUnavailable, PoolTimeout) as error:
                if self.hurry.is_set():
                    raise
                logger.warning("The worker waits for the database: %s", error)
                await pause(self.hurry, wait)
                wait = min(wait * 2, LONGEST_WAIT)
            else:
                return result
