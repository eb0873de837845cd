"""How the queue stands, for administrators: numbers and errors, never a payload."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from app.database import SeedbedEngine

State = Literal["waiting", "delayed", "running", "failed"]

DEPTHS = """
select entrypoint as kind,
  case status::text
    when 'picked' then 'running'
    when 'queued' then case when execute_after > now() then 'delayed' else 'waiting' end
    else status::text
  end as state,
  count(*) as jobs, min(created) as oldest
from operations.pgqueuer group by 1, 2 order by 1, 2
"""

FAILED = """
select job.id, job.entrypoint as kind, job.created, job.updated as failed_at,
  job.attempts + 1 as attempts, coalesce(entry.error, 'unknown') as error
from operations.pgqueuer job
left join lateral (
  select traceback ->> 'exception_message' as error from operations.pgqueuer_log
  where job_id = job.id and traceback is not null order by id desc limit 1
) entry on true
where job.status = 'failed' order by job.id desc limit $1
"""


@dataclass(frozen=True, slots=True)
class Depth:
    """How many jobs of one kind are in one state; `delayed` ones wait for their next attempt."""

    kind: str
    state: State
    jobs: int
    oldest: datetime


@dataclass(frozen=True, slots=True)
class FailedJob:
    """A job that was given up; `retry` puts it back."""

    id: int
    kind: str
    created: datetime
    failed_at: datetime
    attempts: int
    error: str


async def depths(engine: SeedbedEngine) -> tuple[Depth, ...]:
    """The jobs that are in the queue, by kind and state."""
    return tuple(Depth(**row) for row in await engine.fetch(DEPTHS))


async def failed_jobs(engine: SeedbedEngine, most: int = 100) -> tuple[FailedJob, ...]:
    """The jobs that were given up, the newest first."""
    return tuple(FailedJob(**row) for row in await engine.fetch(FAILED, most))
