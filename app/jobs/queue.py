"""Putting jobs into the queue, putting failed ones back, and forgetting old ones."""

from collections.abc import Sequence
from datetime import timedelta

from pgqueuer.domain.types import JobId

from app.database import SeedbedEngine
from app.jobs.kinds import Job
from app.jobs.payload import seal
from app.jobs.store import EngineDriver, queries

JOB_TABLES = (
    "operations.pgqueuer",
    "operations.pgqueuer_log",
    "operations.pgqueuer_schedules",
    "operations.pgqueuer_statistics",
)
PRUNED_AFTER = timedelta(days=30)

# The last error of a job that failed stays in the log for as long as the job is there.
PRUNE_JOBS = """
delete from operations.pgqueuer where status = 'failed' and updated < now() - $1::interval
"""
PRUNE_LOG = """
delete from operations.pgqueuer_log entry
where created < now() - $1::interval
  and not exists (select from operations.pgqueuer job where job.id = entry.job_id)
"""


async def enqueue(
    engine: SeedbedEngine, *jobs: Job, after: timedelta = timedelta(0)
) -> tuple[int, ...]:
    """Add jobs to the queue, in the current transaction where there is one: their numbers.

    A rollback takes them back, and no worker sees them before the commit. They start `after` this
    time at the earliest.
    """
    if not jobs:
        return ()
    secret = engine.settings.secret_key
    ids = await queries(EngineDriver(engine)).enqueue(
        [job.kind for job in jobs],
        [seal(job.to_json(), job.kind, secret) for job in jobs],
        [0] * len(jobs),
        [after] * len(jobs),
    )
    return tuple(ids)


async def retry(engine: SeedbedEngine, ids: Sequence[int] | None = None) -> int:
    """Put failed jobs back into the queue, or all of them without `ids`: how many there were."""
    rows = await engine.fetch(
        "select id from operations.pgqueuer"
        " where status = 'failed' and ($1::bigint[] is null or id = any($1)) order by id",
        None if ids is None else list(ids),
    )
    found = [JobId(row["id"]) for row in rows]
    if found:
        await queries(EngineDriver(engine)).requeue_jobs(found)
    return len(found)


async def prune(engine: SeedbedEngine) -> None:
    """Delete failed jobs, and what is recorded of those that are gone, after thirty days."""
    await engine.fetch(PRUNE_JOBS, PRUNED_AFTER)
    await engine.fetch(PRUNE_LOG, PRUNED_AFTER)
