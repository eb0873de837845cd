"""How the database, the pool and the queue of jobs are used, for administrators."""

from datetime import datetime
from typing import Any

import strawberry
from strawberry import ID

from app.actions import statistics as actions
from app.actions.operations import jobs
from app.bridge import BigInt, InputError, Problem, Refused, auto, custom
from app.context import Context
from app.jobs import depths, failed_jobs
from app.policy import ADMINS
from app.schema.registry import mutations, registry

_MOST = 100


def _said(text: str) -> Any:
    return strawberry.field(description=text)


@strawberry.type(description="A table: its size, and how it is read.")
class TableUse:
    """A table, as the API shows it."""

    schema: str = _said("PostgreSQL's schema, which is the domain.")
    name: str = _said("Its name there.")
    rows: BigInt = _said("Rows, as PostgreSQL estimates them.")
    dead_rows: BigInt = _said("Rows that are gone and not yet vacuumed, estimated.")
    table_bytes: BigInt = _said("The table without its indexes.")
    index_bytes: BigInt = _said("Its indexes.")
    total_bytes: BigInt = _said("The table and its indexes.")
    full_scans: BigInt = _said("How often all of it was read, since the statistics began.")
    index_scans: BigInt = _said("How often it was read by an index, since the statistics began.")
    index_share: float | None = _said("The share of reads by an index, 0 to 1; null before any.")
    last_vacuum: datetime | None = _said("When it was vacuumed last, by itself or by hand.")
    last_analyze: datetime | None = _said("When it was analysed last, by itself or by hand.")


@strawberry.type(description="An index: its size, and how often it is read.")
class IndexUse:
    """An index, as the API shows it."""

    schema: str = _said("The schema of its table.")
    table: str = _said("Its table.")
    name: str = _said("Its name.")
    definition: str = _said("The statement that makes it.")
    bytes: BigInt = _said("Its size.")
    scans: BigInt = _said("How often it was read, since the statistics began.")
    is_unique: bool = _said("Whether it keeps values unique.")
    is_valid: bool = _said("Whether it can be used; if not, drop it or reindex it.")
    is_unused: bool = _said("Whether nothing has read it, and it keeps no rule either.")


@strawberry.type(description="How many connections of one program are in one state.")
class ConnectionUse:
    """Connections, as the API shows them."""

    database: str = _said("The database they are connected to.")
    application: str = _said("What the program calls itself.")
    state: str = _said("What they do, as PostgreSQL says it, such as active or idle.")
    count: int = _said("How many.")


@strawberry.type(description="Events to be delivered to the agent.")
class EventUse:
    """Events, as the API shows them."""

    due: int = _said("To be delivered now.")
    waiting: int = _said("Waiting for their next attempt.")
    dead: int = _said("Given up.")
    oldest: datetime | None = _said("When the oldest that is not delivered was written.")


@strawberry.type(description="The connections of the server process that answers.")
class PoolUse:
    """A pool, as the API shows it."""

    open: int = _said("Connections that are open.")
    in_use: int = _said("Those of them that work.")
    waiting: int = _said("Who waits for one.")
    limit: int = _said("How many may be open.")


@strawberry.type(description="What the database holds, and how it is used.")
class DatabaseUse:
    """The database, as the API shows it."""

    name: str = _said("The name of the database.")
    version: str = _said("The version of PostgreSQL.")
    bytes: BigInt = _said("The size of all of it.")
    stats_reset: datetime | None = _said("Since when scans are counted; null for ever.")
    table_cache: float | None = _said("The share of table pages found in memory, 0 to 1.")
    index_cache: float | None = _said("The share of index pages found in memory, 0 to 1.")
    connection_limit: int = _said("How many connections PostgreSQL takes.")
    tables: list[TableUse] = _said("Every table, the largest first.")
    indexes: list[IndexUse] = _said("Every index, the largest first.")
    connections: list[ConnectionUse] = _said("The connections of every program, most first.")
    queue: EventUse | None = _said("Events to be delivered to the agent.")
    pool: PoolUse | None = _said("The pool of the server process that answers.")


@strawberry.type(description="A statement that took long, over all its calls.")
class SlowStatement:
    """A slow statement, as the API shows it."""

    sql: str = _said("The statement, without its arguments.")
    operations: list[str] = _said("The GraphQL operations it was for, what took longest first.")
    calls: BigInt = _said("How often it took longer than the threshold.")
    total_ms: float = _said("Milliseconds of all those calls.")
    mean_ms: float = _said("Milliseconds of one of them, on average.")
    max_ms: float = _said("Milliseconds of the longest.")
    last_seen_at: datetime | None = _said("When it was slow last.")


@strawberry.type(description="How many background jobs of one kind are in one state.")
class JobDepth:
    """Jobs of one kind and state, as the API shows them."""

    kind: str = _said("What they do.")
    state: str = _said("waiting, delayed (until the next attempt), running or failed.")
    jobs: int = _said("How many.")
    oldest: datetime = _said("When the oldest was added.")


@strawberry.type(description="A background job that was given up; `retryJobs` puts it back.")
class FailedJob:
    """A failed job, as the API shows it."""

    id: ID = _said("Its number.")
    kind: str = _said("What it does.")
    created: datetime = _said("When it was added.")
    failed_at: datetime = _said("When it was given up.")
    attempts: int = _said("How often it was tried.")
    error: str = _said("Why the last attempt failed.")


@strawberry.type(description="The queue of background jobs.")
class JobQueue:
    """The queue, as the API shows it."""

    depths: list[JobDepth] = _said("How many jobs there are, by kind and state.")
    failed: list[FailedJob] = _said("What was given up, newest first: 100 at most.")


# What the actions return has the attributes of these types; Strawberry asks for no more.


async def _database(context: Context) -> DatabaseUse:
    """Table sizes, index usage, connections and the pool."""
    return await actions.database_use(context.engine)  # type: ignore[return-value]


async def _slow(context: Context, first: int = 20) -> list[SlowStatement]:
    """What took longer than the threshold, the longest total first: 20 unless told, 100 at most."""
    if not 1 <= first <= _MOST:
        raise InputError(f"first must be 1 to {_MOST}, not {first}")
    return await actions.slowest_recorded(context.engine, first)  # type: ignore[return-value]


async def _queue(context: Context) -> JobQueue:
    """How many background jobs wait, run and have failed, and why."""
    return JobQueue(
        depths=list(await depths(context.engine)),  # type: ignore[arg-type]
        failed=list(await failed_jobs(context.engine, _MOST)),  # type: ignore[arg-type]
    )


@registry.query
class StatisticsQuery:
    """How the server is used."""

    database_use: auto = custom(_database, who=ADMINS)
    slow_statements: auto = custom(_slow, who=ADMINS)
    job_queue: auto = custom(_queue, who=ADMINS)


@mutations.field(who=ADMINS, retried=int)
async def retry_jobs(context: Context, ids: list[ID] | None = None) -> int:
    """Put failed background jobs back into the queue; without ids, all of them."""
    return await jobs.retry(context, None if ids is None else _numbers(ids))


def _numbers(ids: list[ID]) -> list[int]:
    if not 1 <= len(ids) <= _MOST:
        raise InputError(f"send 1 to {_MOST} ids at once, not {len(ids)}")
    bad = [n for n, text in enumerate(ids) if not (text.isdecimal() and len(text) <= 18)]
    if bad:
        problem = "this is not the id of a job; pass one as jobQueue returned it"
        raise Refused(*(Problem("INVALID", problem, ("ids", str(n))) for n in bad))
    return [int(text) for text in ids]
