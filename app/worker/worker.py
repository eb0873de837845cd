"""The worker: one queue manager over the engine, and the duties beside it, until it is stopped."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from app.database import DatabaseError, SeedbedEngine, operation_name
from app.jobs.store import NAMES, queries
from app.settings import cautions
from app.worker.attempts import Backoff, Handlers
from app.worker.driver import PatientDriver
from app.worker.duties import DUTIES, Duty, keep, pause
from app.worker.handlers import HANDLERS
from app.worker.runner import JobManager, Running, make_manager

logger = logging.getLogger(__name__)

BATCH = 5  # jobs taken at once
MOST_RUNNING = 20
POLL_DEAF = 1.0  # seconds
FLUSH = 2.0  # seconds to record results when the database is away at the end


@dataclass(frozen=True, slots=True)
class Pace:
    """How patient a worker is; times in seconds.

    A job whose worker has given no sign of life for `heartbeat` is taken over. `poll` is the
    longest time until work is found that no notification told of. What still runs `grace` after
    the worker was told to stop goes back into the queue.
    """

    heartbeat: float = 30.0
    poll: float = 5.0
    grace: float = 25.0
    trouble: float = 5.0  # before it begins anew after a fault
    backoff: Backoff = field(default_factory=Backoff)


class Worker:
    """Runs jobs and duties over one engine; any number of workers share the queue."""

    def __init__(
        self,
        engine: SeedbedEngine,
        handlers: Handlers = HANDLERS,
        duties: Sequence[Duty] = DUTIES,
        pace: Pace | None = None,
    ) -> None:
        self.engine = engine
        self.handlers = handlers
        self.duties = duties
        self.pace = pace or Pace()

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set and what runs has ended; starts the engine's pool if need be.

        Raises nothing that the database's absence or a job could cause.
        """
        operation_name.set("worker")
        for caution in cautions(self.engine.settings):
            logger.warning("%s", caution)
        logger.info("The worker runs.")
        beside = [asyncio.create_task(keep(duty, self.engine, stop)) for duty in self.duties]
        try:
            while not stop.is_set():
                await self._work_once(stop)
        finally:
            stop.set()
            _, late = await asyncio.wait(beside, timeout=self.pace.grace) if beside else ((), ())
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        logger.info("The worker has stopped.")

    @asynccontextmanager
    async def beside(self) -> AsyncIterator[None]:
        """Run in a task of its own for as long as the block lasts."""
        stop = asyncio.Event()
        task = asyncio.create_task(self.run(stop))
        try:
            yield
        finally:
            stop.set()
            await task

    async def _work_once(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set, or until something unforeseen ends it."""
        try:
            await self.engine.start_connection_pool()
            if await self._has_tables():
                await self._work(stop)
                return
            logger.warning(
                "The worker waits for its tables: run `piccolo migrations forwards app`."
            )
        except DatabaseError as error:
            logger.warning("The worker waits for the database: %s", error)
        except Exception:
            logger.exception("The worker met a fault and begins anew")
        await pause(stop, self.pace.trouble)

    async def _has_tables(self) -> bool:
        rows = await self.engine.fetch(
            "select to_regclass('operations.pgqueuer') is not null as there"
        )
        return bool(rows[0]["there"])

    async def _work(self, stop: asyncio.Event) -> None:
        driver = PatientDriver(self.engine)
        running = Running()
        manager = make_manager(
            JobManager(queries(driver), channel=NAMES.channel),
            *(self.engine, self.handlers, self.pace.backoff, running),
        )
        # Behind PgBouncer no notification tells of new work.
        deaf = (await self.engine.listening_connector()).pgbouncer
        poll = min(self.pace.poll, POLL_DEAF) if deaf else self.pace.poll
        working = asyncio.create_task(
            manager.run(
                dequeue_timeout=timedelta(seconds=poll),
                batch_size=BATCH,
                max_concurrent_tasks=MOST_RUNNING,
                heartbeat_timeout=timedelta(seconds=self.pace.heartbeat),
                log_aggregation_interval=timedelta(0),
            )
        )
        stopping = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait((working, stopping), return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopping.cancel()
            await self._end(manager, driver, running, working)
        await working

    async def _end(
        self,
        manager: JobManager,
        driver: PatientDriver,
        running: Running,
        working: "asyncio.Task[None]",
    ) -> None:
        """Take no more jobs, let those that run end, and put the others back."""
        manager.shutdown.set()
        await pause(running.idle, self.pace.grace)
        for task in tuple(running.tasks):
            task.cancel()
        await asyncio.wait((working,), timeout=FLUSH)
        # Jobs that were being taken when the end came, or a database that is away.
        driver.hurry.set()
        for task in tuple(running.tasks):
            task.cancel()
        await asyncio.wait((working,))
