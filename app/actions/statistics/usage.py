"""What a database holds and how it is used: sizes, indexes, dead rows, cache, connections."""

from dataclasses import dataclass
from datetime import datetime

from app.database import SeedbedEngine
from app.database.pool import PoolUse

# Figures since `stats_reset` are those of PostgreSQL's cumulative statistics; rows are estimates.
_DATABASE = """
select current_database()::text as name, current_setting('server_version') as version,
  pg_database_size(current_database()) as bytes, stats_reset,
  (
    select case when sum(heap_blks_hit + heap_blks_read) > 0
      then (sum(heap_blks_hit) / sum(heap_blks_hit + heap_blks_read))::float8 end
    from pg_statio_user_tables
  ) as table_cache,
  (
    select case when sum(idx_blks_hit + idx_blks_read) > 0
      then (sum(idx_blks_hit) / sum(idx_blks_hit + idx_blks_read))::float8 end
    from pg_statio_user_indexes
  ) as index_cache
from pg_stat_database where datname = current_database()
"""
_TABLES = """
select s.schemaname::text as schema, s.relname::text as name,
  case when c.reltuples >= 0 then c.reltuples::bigint else s.n_live_tup end as rows,
  s.n_dead_tup as dead_rows,
  pg_table_size(s.relid) as table_bytes, pg_indexes_size(s.relid) as index_bytes,
  s.seq_scan as full_scans, coalesce(s.idx_scan, 0) as index_scans,
  greatest(s.last_vacuum, s.last_autovacuum) as last_vacuum,
  greatest(s.last_analyze, s.last_autoanalyze) as last_analyze
from pg_stat_user_tables s join pg_class c on c.oid = s.relid
order by pg_total_relation_size(s.relid) desc, s.schemaname, s.relname
"""
_INDEXES = """
select s.schemaname::text as schema, s.relname::text as table, s.indexrelname::text as name,
  pg_get_indexdef(s.indexrelid) as definition, pg_relation_size(s.indexrelid) as bytes,
  s.idx_scan as scans, i.indisunique as is_unique, i.indisvalid as is_valid
from pg_stat_user_indexes s join pg_index i on i.indexrelid = s.indexrelid
order by pg_relation_size(s.indexrelid) desc, s.schemaname, s.indexrelname
"""
# What other roles' connections are and do is hidden from a role without pg_read_all_stats.
_CONNECTIONS = """
select coalesce(datname, '')::text as database, coalesce(application_name, '') as application,
  coalesce(state, 'hidden') as state, count(*) as count
from pg_stat_activity where pid <> pg_backend_pid()
  and (backend_type = 'client backend' or backend_type is null and usesysid is not null)
group by 1, 2, 3 order by 4 desc, 1, 2, 3
"""
_LIMIT = """
select current_setting('max_connections')::int
  - current_setting('superuser_reserved_connections')::int as connections
"""
_QUEUE = """
select
  count(*) filter (where delivered_at is null and dead_at is null and next_attempt_at <= now())
    as due,
  count(*) filter (where delivered_at is null and dead_at is null and next_attempt_at > now())
    as waiting,
  count(*) filter (where dead_at is not null) as dead,
  min(created_at) filter (where delivered_at is null and dead_at is null) as oldest
from operations.events where delivered_at is null or dead_at is not null
"""


@dataclass(frozen=True, slots=True)
class TableUse:
    """A table: sizes in bytes, rows as estimated, scans since the statistics began."""

    schema: str
    name: str
    rows: int
    dead_rows: int
    table_bytes: int
    index_bytes: int
    full_scans: int
    index_scans: int
    last_vacuum: datetime | None
    last_analyze: datetime | None

    @property
    def total_bytes(self) -> int:
        """The table and its indexes."""
        return self.table_bytes + self.index_bytes

    @property
    def index_share(self) -> float | None:
        """The share of scans that used an index, from 0 to 1; None before the first scan."""
        scans = self.full_scans + self.index_scans
        return self.index_scans / scans if scans else None


@dataclass(frozen=True, slots=True)
class IndexUse:
    """An index: its size in bytes, and scans since the statistics began."""

    schema: str
    table: str
    name: str
    definition: str
    bytes: int
    scans: int
    is_unique: bool
    is_valid: bool

    @property
    def is_unused(self) -> bool:
        """Whether nothing has read it, and it keeps no rule either."""
        return self.scans == 0 and not self.is_unique


@dataclass(frozen=True, slots=True)
class ConnectionCount:
    """How many connections of an application are in one state."""

    database: str
    application: str
    state: str
    count: int


@dataclass(frozen=True, slots=True)
class QueueDepth:
    """Events to deliver: due now, waiting for their next attempt, given up."""

    due: int
    waiting: int
    dead: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class DatabaseUse:
    """Everything above; cache rates from 0 to 1, or None before anything was read.

    `pool` is that of this process: None where it has none, as in a command.
    """

    name: str
    version: str
    bytes: int
    stats_reset: datetime | None
    table_cache: float | None
    index_cache: float | None
    connection_limit: int
    tables: tuple[TableUse, ...]
    indexes: tuple[IndexUse, ...]
    connections: tuple[ConnectionCount, ...]
    queue: QueueDepth | None
    pool: PoolUse | None

    @property
    def unused_indexes(self) -> tuple[IndexUse, ...]:
        """Indexes that nothing has read, the largest first."""
        return tuple(index for index in self.indexes if index.is_unused)


async def tables(engine: SeedbedEngine) -> tuple[TableUse, ...]:
    """Every table outside PostgreSQL's own schemas, the largest first."""
    return tuple(TableUse(**dict(row)) for row in await engine.fetch(_TABLES))


async def indexes(engine: SeedbedEngine) -> tuple[IndexUse, ...]:
    """Every index of those tables, the largest first."""
    return tuple(IndexUse(**dict(row)) for row in await engine.fetch(_INDEXES))


async def connections(engine: SeedbedEngine) -> tuple[ConnectionCount, ...]:
    """The connections of every program to the whole server, the most first."""
    return tuple(ConnectionCount(**dict(row)) for row in await engine.fetch(_CONNECTIONS))


async def queue(engine: SeedbedEngine) -> QueueDepth | None:
    """How many events wait; None before their table is migrated."""
    [there] = await engine.fetch("select to_regclass('operations.events') is not null as yes")
    if not there["yes"]:
        return None
    return QueueDepth(**dict((await engine.fetch(_QUEUE))[0]))


async def database_use(engine: SeedbedEngine) -> DatabaseUse:
    """All of it, by a handful of statements that read PostgreSQL's catalogs."""
    [database] = await engine.fetch(_DATABASE)
    [limit] = await engine.fetch(_LIMIT)
    return DatabaseUse(
        **dict(database),
        connection_limit=limit["connections"],
        tables=await tables(engine),
        indexes=await indexes(engine),
        connections=await connections(engine),
        queue=await queue(engine),
        pool=engine.pool_use(),
    )
