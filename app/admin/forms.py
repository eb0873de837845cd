"""What administrators run from the admin: seeding, queueing again what failed, and given tasks."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from piccolo_admin.endpoints import FormConfig
from pydantic import BaseModel, Field
from starlette.requests import Request

from app.admin.accounts import AdminUser, visit
from app.audit import recorded
from app.database import SeedbedEngine
from app.jobs import retry
from app.settings import Settings
from seeds.runner import seed
from seeds.upsert import SeedError

__all__ = ["Done", "Task", "TaskFailed", "forms"]

_GROUP = "Run"

# Their order stays what it is: the worker takes a project's events by their sequence.
_EVENTS_AGAIN = """
update operations.events set dead_at = null, attempts = 0, next_attempt_at = clock_timestamp()
where dead_at is not null returning id
"""


class TaskFailed(Exception):
    """A task could not do what it is for; `str()` says why, in a sentence for its reader."""


@dataclass(frozen=True, slots=True)
class Done:
    """What a task has done: a sentence, and what the audit row says of it (`kind` and key)."""

    sentence: str
    kind: str
    key: str | None
    details: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Task:
    """Something to run that has transactions of its own; it is recorded when it has ended.

    `action` is what the audit log calls it; `run` raises TaskFailed, which is recorded as well.
    """

    name: str
    description: str
    action: str
    run: Callable[[SeedbedEngine], Awaitable[Done]]


class NoInput(BaseModel):
    """A form with a button and nothing else."""


class Requeue(BaseModel):
    """What to queue again."""

    jobs: bool = Field(default=True, title="Failed jobs")
    events: bool = Field(default=True, title="Dead events")


def forms(engine: SeedbedEngine, settings: Settings, tasks: Sequence[Task]) -> list[FormConfig]:
    """The forms. There is none that seeds in production."""
    made = [_of_task(engine, task) for task in tasks]
    made.append(
        FormConfig(
            name="Queue again",
            description="Puts jobs that failed and events that were given up back into the queue.",
            pydantic_model=Requeue,
            endpoint=_requeue,
            form_group=_GROUP,
        )
    )
    if settings.environment != "production":
        made.append(
            FormConfig(
                name="Seed",
                description="Writes the demo data; rows that are there already stay, or get their "
                "demo values again.",
                pydantic_model=NoInput,
                endpoint=_seed,
                form_group=_GROUP,
            )
        )
    return made


async def _seed(request: Request, _: NoInput) -> str:
    seen, user = visit.get(), _user()
    try:
        async with recorded(seen.engine, "admin.seed", user.viewer, seen.origin) as change:
            reports = await seed(seen.engine)
            created, updated = (
                sum(r.created for r in reports),
                sum(r.updated for r in reports),
            )
            change.about("Database", None, created=created, updated=updated)
    except SeedError as error:
        raise ValueError(str(error)) from error
    return f"{created:,} rows were created and {updated:,} updated."


async def _requeue(request: Request, chosen: Requeue) -> str:
    if not (chosen.jobs or chosen.events):
        raise ValueError("Choose jobs, events, or both.")
    seen, user = visit.get(), _user()
    async with recorded(seen.engine, "admin.requeue", user.viewer, seen.origin) as change:
        jobs = await retry(seen.engine) if chosen.jobs else 0
        events = len(await seen.engine.fetch(_EVENTS_AGAIN)) if chosen.events else 0
        change.about("Queue", None, jobs=jobs, events=events)
    return f"Queued again: {_counted(jobs, 'failed job')}, {_counted(events, 'dead event')}."


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _of_task(engine: SeedbedEngine, task: Task) -> FormConfig:
    async def endpoint(request: Request, _: NoInput) -> str:
        seen, user = visit.get(), _user()
        try:
            done = await task.run(engine)
        except TaskFailed as failed:
            async with recorded(engine, task.action, user.viewer, seen.origin) as change:
                change.about(task.name, None, failed=str(failed))
            raise ValueError(str(failed)) from failed
        async with recorded(engine, task.action, user.viewer, seen.origin) as change:
            change.about(done.kind, done.key, **done.details)
        return done.sentence

    return FormConfig(
        name=task.name,
        description=task.description,
        pydantic_model=NoInput,
        endpoint=endpoint,
        form_group=_GROUP,
    )


def _user() -> AdminUser:
    """Who runs it: the pages of others have no forms."""
    user = visit.get().user
    assert user is not None
    return user
