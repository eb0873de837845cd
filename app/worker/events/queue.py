"""The events that wait: which are next, who delivers them, and how that went.

A claim is a lease: until it ends nobody else takes the event, and no later one of its project. No
transaction is open meanwhile. `attempts` is the mark of a claim: whoever comes back after another
worker has taken the event over changes nothing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from app.database import SeedbedEngine

LAST_PROJECT = UUID(int=2**128 - 1)  # comes after every project

# The first waiting event of each project, from the newest project to the oldest by the index
# events_waiting_idx; no more of them are looked for than are picked.
_CLAIM = """
with recursive heads as (
  (select id, project, next_attempt_at from operations.events
   where delivered_at is null and dead_at is null and project < $1
   order by project desc, sequence limit 1)
  union all
  select following.id, following.project, following.next_attempt_at
  from heads cross join lateral (
    select id, project, next_attempt_at from operations.events
    where delivered_at is null and dead_at is null and project < heads.project
    order by project desc, sequence limit 1
  ) following
),
picked as materialized (select id from heads where next_attempt_at <= now() limit $2),
free as (
  select event.id from operations.events event join picked on picked.id = event.id
  where event.delivered_at is null and event.dead_at is null and event.next_attempt_at <= now()
  for update of event skip locked
)
update operations.events event
set attempts = event.attempts + 1, next_attempt_at = now() + $3::interval
from free where event.id = free.id
returning event.id, event.project, event.name, event.data, event.attempts, event.created_at
"""

_OURS = "where id = $1 and attempts = $2 and delivered_at is null and dead_at is null"


@dataclass(frozen=True, slots=True)
class Claimed:
    """An event to be delivered now; `data` is JSON, the first attempt has number 1."""

    id: UUID
    project: UUID
    name: str
    data: str
    attempts: int
    created_at: datetime


async def claim(
    engine: SeedbedEngine, before: UUID, most: int, lease: timedelta
) -> tuple[Claimed, ...]:
    """Take the due events of up to `most` projects before `before`: one of each, newest first."""
    rows = await engine.fetch(_CLAIM, before, most, lease)
    claimed = [Claimed(**dict(row)) for row in rows]
    return tuple(sorted(claimed, key=lambda event: event.project, reverse=True))


async def delivered(engine: SeedbedEngine, event: Claimed) -> None:
    """The agent has it."""
    await engine.fetch(
        f"update operations.events set delivered_at = now(), last_error = null {_OURS}",  # noqa: S608 - ours
        *(event.id, event.attempts),
    )


async def failed(
    engine: SeedbedEngine, event: Claimed, error: str, delay: timedelta | None
) -> None:
    """The agent has not taken it: tried again after `delay`, or given up without one."""
    await engine.fetch(
        f"""
        update operations.events
        set last_error = $3, next_attempt_at = now() + coalesce($4::interval, interval '0'),
          dead_at = case when $4::interval is null then now() end
        {_OURS}
        """,  # noqa: S608 - ours
        *(event.id, event.attempts, error, delay),
    )


async def put_back(engine: SeedbedEngine, event: Claimed) -> None:
    """The attempt was broken off by the worker's own end, and does not count."""
    await engine.fetch(
        f"update operations.events set attempts = attempts - 1, next_attempt_at = now() {_OURS}",  # noqa: S608 - ours
        *(event.id, event.attempts),
    )
