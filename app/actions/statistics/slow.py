"""The slowest statements: from the server's own record, or from pg_stat_statements."""

from dataclasses import dataclass
from datetime import datetime

import asyncpg

from app.database import SeedbedEngine

_OWN = """
select min(sql) as sql, sum(calls)::bigint as calls, sum(total_ms) as total_ms,
  max(max_ms) as max_ms, max(last_seen_at) as last_seen_at,
  array_agg(operation::text order by total_ms desc) filter (where operation <> '') as operations
from operations.slow_statements
group by fingerprint
order by total_ms desc
limit $1
"""
_EXTENSION = """
select quote_ident(n.nspname) as schema
from pg_extension e join pg_namespace n on n.oid = e.extnamespace
where e.extname = 'pg_stat_statements'
"""
# The view's schema takes the place of {schema}; its columns are those of PostgreSQL 13 and later.
_OF_EXTENSION = """
select query as sql, calls, total_exec_time as total_ms, max_exec_time as max_ms,
  null::timestamptz as last_seen_at, null::text[] as operations
from {schema}.pg_stat_statements
where dbid = (select oid from pg_database where datname = current_database())
order by total_exec_time desc
limit $1
"""


class StatisticsUnavailable(Exception):
    """What is asked for is not there on this database; `str()` says what to do."""


@dataclass(frozen=True, slots=True)
class SlowSummary:
    """A statement without its arguments, over all its calls; times in milliseconds.

    `operations` are the names of the GraphQL operations it was for, what took longest first.
    pg_stat_statements knows neither those nor `last_seen_at`, and counts fast calls as well; the
    server's own record counts those over the threshold.
    """

    sql: str
    operations: tuple[str, ...]
    calls: int
    total_ms: float
    max_ms: float
    last_seen_at: datetime | None

    @property
    def mean_ms(self) -> float:
        """How long one call takes on average, in milliseconds."""
        return self.total_ms / self.calls if self.calls else 0.0


async def slowest_recorded(engine: SeedbedEngine, limit: int = 20) -> list[SlowSummary]:
    """What the servers have recorded of statements over their threshold, the longest total first.

    Raises StatisticsUnavailable before the table is migrated.
    """
    try:
        async with engine.transaction():
            rows = await engine.fetch(_OWN, limit)
    except asyncpg.UndefinedTableError:
        raise StatisticsUnavailable(
            "There is no record of slow statements yet: run `piccolo migrations forwards app`."
        ) from None
    return [_summary(row) for row in rows]


async def slowest_of_extension(engine: SeedbedEngine, limit: int = 20) -> list[SlowSummary]:
    """What pg_stat_statements knows of this database, the longest total first.

    Raises StatisticsUnavailable where the extension is missing or not loaded.
    """
    found = await engine.fetch(_EXTENSION)
    if not found:
        raise StatisticsUnavailable(
            "The extension pg_stat_statements is not in this database: put it into"
            " shared_preload_libraries, restart PostgreSQL and run"
            " `create extension pg_stat_statements`."
        )
    try:
        async with engine.transaction():
            rows = await engine.fetch(_OF_EXTENSION.replace("{schema}", found[0]["schema"]), limit)
    except asyncpg.ObjectNotInPrerequisiteStateError:
        raise StatisticsUnavailable(
            "The extension pg_stat_statements is not loaded: put it into shared_preload_libraries"
            " and restart PostgreSQL."
        ) from None
    return [_summary(row) for row in rows]


def _summary(row: asyncpg.Record) -> SlowSummary:
    values = dict(row)
    return SlowSummary(**values | {"operations": tuple(values["operations"] or ())})
