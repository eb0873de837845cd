"""Which indexes slow statements lacked: advice in words and in SQL, never for one that is there.

Each statement is planned, not run, without knowing its arguments (a generic plan). Where that plan
reads a whole large table to find few rows, or to sort it for the first ones, an index is proposed.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import asyncpg
import orjson

from app.actions.statistics.plans import Plan, Scan, SortColumn, plain, scans, split_conditions
from app.actions.statistics.slow import SlowSummary
from app.database import SeedbedEngine, SeedbedTransaction

MIN_ROWS = 10_000  # of a table that is worth an index
FEW = 0.2  # of a table's rows: an index that finds more is hardly ever used
FEW_FOR_A_STATE = 0.05  # the same for `is null` and flags, whose share of the rows is known

# For the transaction that explains; parallel plans would tell the rows of one worker.
_SETTINGS = (
    "set local plan_cache_mode = force_generic_plan",
    "set local max_parallel_workers_per_gather = 0",
    "set local statement_timeout = '10s'",
    "set local lock_timeout = '1s'",
)
_EXPLAINED = re.compile(r"[\s(]*(?:select|with|insert|update|delete|merge|values)\b", re.IGNORECASE)

_TABLE = """
select c.oid::text as oid,
  coalesce(nullif(c.reltuples, -1)::float8, pg_stat_get_live_tuples(c.oid)::float8) as rows
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where n.nspname = $1 and c.relname = $2
"""
_DISTINCT = """
select attname::text as column, n_distinct::float8 as n from pg_stats
where schemaname = $1 and tablename = $2
"""
_LONG = """
select attname::text as column from pg_attribute
where attrelid = $1::text::oid and attnum > 0 and atttypid = any('{text,bytea}'::regtype[])
"""
_INDEXES = """
select c.relname::text as name, m.amname::text as method, i.indisunique as is_unique,
  array(
    select pg_get_indexdef(i.indexrelid, k, true) from generate_series(1, i.indnkeyatts) k
  ) as columns,
  string_to_array(i.indoption::text, ' ')::int[] as options,
  pg_get_expr(i.indpred, i.indrelid) as predicate
from pg_index i
join pg_class c on c.oid = i.indexrelid
join pg_am m on m.oid = c.relam
where i.indrelid = $1::text::oid and i.indisvalid
"""


@dataclass(frozen=True, slots=True)
class Advice:
    """An index that statements lacked.

    `sql` makes it without blocking writers; `statements` are the slow ones it is for, whose times
    so far add up to `total_ms`.
    """

    table: str
    columns: tuple[str, ...]
    reason: str
    sql: str
    statements: tuple[SlowSummary, ...]

    @property
    def total_ms(self) -> float:
        """What the statements have taken so far, in milliseconds."""
        return sum(one.total_ms for one in self.statements)


@dataclass(frozen=True, slots=True)
class Advised:
    """The advice for some statements, what helps most first; `unexplained` had no plan."""

    advice: tuple[Advice, ...]
    unexplained: tuple[SlowSummary, ...]


@dataclass(frozen=True, slots=True)
class _Index:
    name: str
    method: str
    is_unique: bool
    columns: tuple[SortColumn, ...]
    conditions: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Table:
    rows: float
    distinct: Mapping[str, float]
    long: frozenset[str]  # columns whose values may not fit into an index that is sorted
    indexes: tuple[_Index, ...]


@dataclass(frozen=True, slots=True)
class _Proposal:
    schema: str
    table: str
    equal: tuple[str, ...]
    tail: tuple[SortColumn, ...]  # what is sorted by, or one column that is limited
    sorts: bool
    hashed: bool
    reason: str


async def advise(
    engine: SeedbedEngine, statements: Sequence[SlowSummary], *, min_rows: int = MIN_ROWS
) -> Advised:
    """Advice for statements, about tables of at least `min_rows` rows.

    Nothing is run but EXPLAIN. Statements that cannot be planned (they were cut, what they name is
    gone, or the role may not read it) are handed back as unexplained.
    """
    found: dict[_Proposal, list[SlowSummary]] = {}
    unexplained = []
    async with engine.transaction() as transaction:
        for setting in _SETTINGS:
            await transaction.execute(setting)
        tables: dict[tuple[str, str], _Table] = {}
        for statement in statements:
            if not _EXPLAINED.match(statement.sql):
                continue  # COMMIT and the like: no index helps
            plan = await _plan(engine, statement.sql)
            if plan is None:
                unexplained.append(statement)
                continue
            for scan in scans(plan):
                name = (scan.schema, scan.table)
                if name not in tables:
                    tables[name] = await _table(transaction, *name)
                if tables[name].rows < min_rows:
                    continue
                proposal = _propose(scan, tables[name], min_rows)
                if proposal and statement not in found.setdefault(proposal, []):
                    found[proposal].append(statement)
        await transaction.rollback()  # and with it the settings
    return Advised(tuple(_merged(found)), tuple(unexplained))


async def _plan(engine: SeedbedEngine, sql: str) -> Plan | None:
    """The generic plan of a statement: prepared, then explained as if its arguments were unknown.

    Preparing takes one statement only, so a text that hides a second one is refused.
    """
    try:
        async with engine.transaction() as savepoint, savepoint.exclusive() as connection:
            prepared = await connection.prepare(sql)
            nulls = ", ".join(["null"] * len(prepared.get_parameters()))
            execute = f'execute "{prepared.get_name()}"' + (f"({nulls})" if nulls else "")
            text = await connection.fetchval(f"explain (verbose, format json) {execute}")
    except asyncpg.PostgresError:
        return None
    root: Any = orjson.loads(text)[0]
    return root["Plan"] if isinstance(root, dict) else None


async def _table(transaction: SeedbedTransaction, schema: str, name: str) -> _Table:
    rows = await transaction.fetch(_TABLE, schema, name)
    if not rows:  # a temporary one, or a row set that is none
        return _Table(0, {}, frozenset(), ())
    distinct = {
        # A negative number is a share of the rows.
        row["column"]: -row["n"] * rows[0]["rows"] if row["n"] < 0 else row["n"]
        for row in await transaction.fetch(_DISTINCT, schema, name)
    }
    long = frozenset(row["column"] for row in await transaction.fetch(_LONG, rows[0]["oid"]))
    indexes = await transaction.fetch(_INDEXES, rows[0]["oid"])
    return _Table(rows[0]["rows"], distinct, long, tuple(map(_index, indexes)))


def _index(row: asyncpg.Record) -> _Index:
    # Bits of indoption: 1 for descending, 2 for nulls first.
    columns = zip(row["columns"], row["options"], strict=False)
    predicate = row["predicate"]
    return _Index(
        name=row["name"],
        method=row["method"],
        is_unique=row["is_unique"],
        columns=tuple(SortColumn(plain(name), bool(o & 1), bool(o & 2)) for name, o in columns),
        conditions=frozenset(split_conditions(predicate)) if predicate else frozenset(),
    )


def _propose(scan: Scan, table: _Table, min_rows: int) -> _Proposal | None:
    """The one index that would have helped, unless it is there or none would."""
    walked = next((index for index in table.indexes if index.name == scan.walked), None)
    equal, order, conditions = scan.equal, scan.order, scan.conditions
    if walked:
        if _share(equal, table) > FEW or table.rows * _share(scan.bound, table) < min_rows:
            return None  # enough is found soon
        order = tuple(c for c in walked.columns if c.name not in {*scan.bound, *equal})
        if _share(scan.bound, table) <= FEW:
            equal = (*scan.bound, *(name for name in equal if name not in scan.bound))
        # What a partial index promises is not printed as a condition of the scan again.
        conditions |= walked.conditions
    tail = order or tuple(map(SortColumn, scan.ranges[:1]))
    if not tail and _share(equal, table) > FEW:
        if not scan.states or scan.rows > FEW_FOR_A_STATE * table.rows:
            return None
        equal = scan.states[:1]
    sorts = bool(order)
    hashed = len(equal) == 1 and not tail and equal[0] in table.long
    reason = _reason(equal, tail, table, sorts=sorts)
    if not hashed and not table.long.isdisjoint([*equal, *(column.name for column in tail)]):
        reason += "; values of more than 2,700 bytes would not fit into the index"
    proposal = _Proposal(scan.schema, scan.table, equal, tail, sorts, hashed, reason)
    served = any(_serves(index, proposal, conditions) for index in table.indexes)
    return None if served else proposal


def _share(columns: Iterable[str], table: _Table) -> float:
    """The share of a table's rows that have one value in each of these columns."""
    share = 1.0
    for column in columns:
        # Without statistics PostgreSQL assumes 200 values.
        share /= max(table.distinct.get(column, 200.0), 1.0)
    return share


def _serves(index: _Index, wanted: _Proposal, conditions: frozenset[str]) -> bool:
    """Whether an index that is there does what the proposed one would."""
    if not index.conditions <= conditions:
        return False  # it has only some of the rows, and not all that are asked for
    names = [column.name for column in index.columns]
    if index.is_unique and set(names) <= set(wanted.equal):
        return True
    if index.method != "btree":
        return index.method == "hash" and tuple(names) == wanted.equal and not wanted.tail
    count = len(wanted.equal)
    if set(names[:count]) != set(wanted.equal):
        return False
    following = index.columns[count : count + len(wanted.tail)]
    if not wanted.sorts:
        return [c.name for c in following] == [c.name for c in wanted.tail]
    backwards = tuple(SortColumn(c.name, not c.descending, not c.nulls_first) for c in wanted.tail)
    # Behind a unique key nothing is left to sort.
    unique = index.is_unique and set(names) <= {*wanted.equal, *(c.name for c in wanted.tail)}
    if unique and len(following) < len(wanted.tail):
        return following in (wanted.tail[: len(following)], backwards[: len(following)])
    return following in (wanted.tail, backwards)


def _reason(equal: Sequence[str], tail: Sequence[SortColumn], table: _Table, *, sorts: bool) -> str:
    words = []
    if equal:
        few = max(round(table.rows * _share(equal, table)), 1)
        words.append(f"to find about {few:,} by {' and '.join(equal)}")
    if tail and sorts:
        words.append(f"to sort by {', '.join(column.name for column in tail)} for the first ones")
    elif tail:
        words.append(f"to find those within limits of {tail[0].name}")
    return f"about {table.rows:,.0f} rows are read {', '.join(words)}"


def _merged(found: Mapping[_Proposal, list[SlowSummary]]) -> list[Advice]:
    """One piece of advice for each index; one that another begins with is served by that one."""
    kept: list[_Proposal] = []
    statements = {proposal: list(told) for proposal, told in found.items()}
    for proposal in sorted(found, key=lambda one: -len(_keys(one))):
        wider = next((one for one in kept if _begins(one, proposal)), None)
        if wider is None:
            kept.append(proposal)
        else:
            told = statements[wider]
            told.extend(one for one in statements[proposal] if one not in told)
    advice = [_advice(proposal, statements[proposal]) for proposal in kept]
    return sorted(advice, key=lambda one: -one.total_ms)


def _begins(wider: _Proposal, other: _Proposal) -> bool:
    same_table = (wider.schema, wider.table) == (other.schema, other.table)
    return same_table and _keys(wider)[: len(_keys(other))] == _keys(other)


def _keys(proposal: _Proposal) -> tuple[SortColumn, ...]:
    return (*map(SortColumn, proposal.equal), *proposal.tail)


def _advice(proposal: _Proposal, statements: Iterable[SlowSummary]) -> Advice:
    keys = _keys(proposal)
    # An index is read backwards as well: plain directions where all can be turned.
    if all(key.descending and key.nulls_first for key in proposal.tail):
        keys = tuple(replace(key, descending=False, nulls_first=False) for key in keys)
    names = tuple(key.name for key in keys)
    table = f"{_quoted(proposal.schema)}.{_quoted(proposal.table)}"
    index = _quoted("_".join([proposal.table, *names])[:59] + "_idx")
    columns = f"({', '.join(map(_definition, keys))})"
    method = "using hash " if proposal.hashed else ""
    return Advice(
        table=f"{proposal.schema}.{proposal.table}",
        columns=names,
        reason=proposal.reason,
        sql=f"create index concurrently {index} on {table} {method}{columns}",
        statements=tuple(statements),
    )


def _definition(key: SortColumn) -> str:
    direction = " desc" if key.descending else ""
    if key.nulls_first != key.descending:
        direction += " nulls first" if key.nulls_first else " nulls last"
    return _quoted(key.name) + direction


def _quoted(name: str) -> str:
    """A name for SQL, in quotes where it may need them."""
    if re.fullmatch(r"[a-z_][a-z0-9_]*", name) and name not in {"user", "order", "group", "table"}:
        return name
    return '"' + name.replace('"', '""') + '"'
