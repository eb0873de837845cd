"""What happens around each attempt at a job: decode, time, log, put off, give up."""

import asyncio
import logging
import random
import time
from dataclasses import dataclass, field
from datetime import timedelta

from pgqueuer.core.buffers import JobStatusLogBuffer
from pgqueuer.core.executors import AbstractEntrypointExecutor, EntrypointExecutorParameters
from pgqueuer.core.qm import QueueManager
from pgqueuer.domain.errors import RetryRequested
from pgqueuer.domain.models import Context, TracebackRecord, utc_now
from pgqueuer.domain.models import Job as QueuedJob

from app.database import DatabaseError, SeedbedEngine
from app.jobs import Job, JobUnreadable
from app.jobs.payload import unseal
from app.worker.attempts import Attempt, AttemptError, Backoff, GiveUp, Handler, Handlers, TryLater

logger = logging.getLogger(__name__)

MOST_DEATHS = 3  # of workers that ran the same job, one after the other

# How often the job was taken since it was last put into the queue: by workers that did not end it.
TAKEN = """
select count(*) from operations.pgqueuer_log entry
where job_id = $1 and status = 'picked' and id > coalesce(
  (select max(id) from operations.pgqueuer_log where job_id = $1 and status = 'queued'), 0)
"""


class JobManager(QueueManager):
    """PgQueuer's manager, which keeps one sentence of a failure and logs no stranger's words."""

    async def log_failure(
        self,
        job: QueuedJob,
        executor: AbstractEntrypointExecutor,
        exc: Exception,
        jbuff: JobStatusLogBuffer,
    ) -> None:
        """Keep the job as failed."""
        record = TracebackRecord(
            job_id=job.id,
            timestamp=utc_now(),
            exception_type=type(exc).__name__,
            exception_message=_told(exc),
            traceback="",
            additional_context=None,
        )
        await jbuff.add((job, "failed", record))


@dataclass(slots=True)
class Running:
    """The attempts that are under way in this process."""

    tasks: set[asyncio.Task[object]] = field(default_factory=set)
    idle: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        """Nothing runs yet."""
        self.idle.set()

    def begin(self, task: asyncio.Task[object]) -> None:
        """An attempt begins."""
        self.tasks.add(task)
        self.idle.clear()

    def end(self, task: asyncio.Task[object]) -> None:
        """It ended, however it did."""
        self.tasks.discard(task)
        if not self.tasks:
            self.idle.set()


class Runner(AbstractEntrypointExecutor):
    """Runs the jobs of one kind."""

    def __init__(
        self,
        engine: SeedbedEngine,
        kind: type[Job],
        handler: Handler,
        backoff: Backoff,
        running: Running,
    ) -> None:
        super().__init__(
            EntrypointExecutorParameters(concurrency_limit=0, func=_unused, on_failure="hold")
        )
        self.engine = engine
        self.kind = kind
        self.handler = handler
        self.backoff = backoff
        self.running = running

    async def execute(self, job: QueuedJob, context: Context) -> None:
        """One attempt: returns when it was successful, and otherwise raises what PgQueuer knows.

        RetryRequested puts the job back; AttemptError keeps it as failed.
        """
        task = asyncio.current_task()
        assert task is not None
        self.running.begin(task)
        started = time.perf_counter()
        number = job.attempts + 1
        try:
            await self._attempt(job, number)
        except asyncio.CancelledError:
            # PgQueuer would take this for a cancelled job, and delete it.
            self._log(job, started, "was interrupted and goes back into the queue")
            raise RetryRequested(reason="The worker was stopped.") from None
        except AttemptError as error:
            self._put_off_or_fail(job, started, error)
        else:
            self._log(job, started, "is done")
        finally:
            self.running.end(task)

    async def _attempt(self, job: QueuedJob, number: int) -> None:
        """Run the handler; raises AttemptError for whatever went wrong."""
        try:
            taken = (await self.engine.fetch(TAKEN, job.id))[0]["count"]
            if taken > MOST_DEATHS:
                raise GiveUp(f"{taken - 1} workers in a row ended while they ran it.")
            secret = self.engine.settings.secret_key
            wanted = self.kind.from_json(unseal(job.payload, self.kind.kind, secret))
            await self.handler(wanted, Attempt(self.engine, job.id, job.created, number))
        except AttemptError:
            raise
        except JobUnreadable as error:
            raise GiveUp(str(error)) from None
        except DatabaseError as error:
            raise TryLater(str(error)) from None
        except Exception as error:
            logger.exception("Job %d (%s) met a fault", job.id, job.entrypoint)
            raise TryLater(_told(error)) from None

    def _put_off_or_fail(self, job: QueuedJob, started: float, error: AttemptError) -> None:
        delay = self.backoff.delay(job.attempts + 1) if isinstance(error, TryLater) else None
        if delay is None:
            self._log(job, started, f"has failed for good: {error}", logging.ERROR)
            raise error from None
        # Jobs that failed together, because one server was away, do not come back together.
        delay *= random.uniform(0.9, 1.1)  # noqa: S311 - not a secret
        told = f"has failed and is tried again in {_seconds(delay)}: {error}"
        self._log(job, started, told, logging.WARNING)
        raise RetryRequested(delay=delay, reason=str(error)) from None

    def _log(self, job: QueuedJob, started: float, outcome: str, level: int = logging.INFO) -> None:
        milliseconds = (time.perf_counter() - started) * 1000
        logger.log(
            level,
            "Job %d (%s, attempt %d, %.0f ms) %s",
            *(job.id, job.entrypoint, job.attempts + 1, milliseconds, outcome),
            extra={
                "job_id": job.id,
                "job_kind": job.entrypoint,
                "attempt": job.attempts + 1,
                "duration_ms": round(milliseconds, 3),
            },
        )


def make_manager(
    manager: JobManager,
    engine: SeedbedEngine,
    handlers: Handlers,
    backoff: Backoff,
    running: Running,
) -> JobManager:
    """Let `manager` run these kinds of jobs."""
    for kind, handler in handlers.items():
        manager.register_executor(kind.kind, Runner(engine, kind, handler, backoff, running))
    return manager


def _told(error: Exception) -> str:
    """The sentence that is kept: a stranger's error could repeat what the payload holds."""
    if isinstance(error, (AttemptError, DatabaseError)):
        return str(error)
    return f"An unexpected {type(error).__name__}: the worker's log has it."


def _seconds(delay: timedelta) -> str:
    return f"{delay.total_seconds():.0f} s"


async def _unused(_job: QueuedJob) -> None:
    """What PgQueuer's own executor would call."""
