"""Rows of a file into their table: COPY into a staging table, then upserts in batches.

A batch that the database refuses is divided until the rows that it refuses are found; the others
are kept. All of it happens in the transaction of the caller.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import BinaryIO

import asyncpg

from app.commands.console import CommandError
from app.commands.rows.lines import Lines, Shape
from app.commands.rows.tables import Layout
from app.database.connections import Connection, quoted

BATCH = 5_000  # rows
MOST_BAD = 10_000  # rows, in all files

_STAGE = """
create temporary table seedbed_staging (
  line bigint not null, shape smallint not null, key text not null, parent text, doc text not null,
  place bigint
) on commit drop"""

_REPEATED = """
with repeated as (
  select key, min(line) as first from pg_temp.seedbed_staging group by key having count(*) > 1
)
delete from pg_temp.seedbed_staging as staging using repeated
where staging.key = repeated.key and staging.line <> repeated.first
returning staging.line, repeated.first"""

# A row comes after the one of its own table that it refers to. Those in a circle come last.
_ORDER = """
with recursive ready as (
  select line, key, 0 as depth from pg_temp.seedbed_staging as staging
  where not exists (
    select from pg_temp.seedbed_staging as other
    where other.key = staging.parent and other.key <> staging.key
  )
  union all
  select staging.line, staging.key, ready.depth + 1
  from ready join pg_temp.seedbed_staging as staging on staging.parent = ready.key
  where staging.key <> ready.key
), numbered as (
  select line, row_number() over (order by depth, line) as place from ready
)
update pg_temp.seedbed_staging as staging set place = numbered.place
from numbered where numbered.line = staging.line"""

# What the database says about a row, and not about the statement or the connection.
_OF_ROWS = (
    asyncpg.DataError,
    asyncpg.IntegrityConstraintViolationError,
    asyncpg.InsufficientPrivilegeError,
    asyncpg.RaiseError,
    asyncpg.CardinalityViolationError,
    asyncpg.ProgramLimitExceededError,
    asyncpg.StatementTooComplexError,
)


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be loaded: its file, its line from 1, and one sentence."""

    file: str
    line: int
    reason: str


@dataclass(slots=True)
class Loaded:
    """What became of the rows of one table; `lacking` were left out as they lack secrets."""

    table: str
    rows: int = 0
    created: int = 0
    updated: int = 0
    lacking: int = 0
    bad: int = 0
    digest: str = ""

    @property
    def unchanged(self) -> int:
        """The rows that were there already, just so."""
        return self.rows - self.created - self.updated - self.lacking - self.bad


@dataclass(slots=True)
class Loader:
    """Loads one table after another on a connection that is inside a transaction.

    `advance` is called with numbers of rows. Raises CommandError when more than MOST_BAD are bad.
    """

    connection: Connection
    advance: Callable[[int], None]
    report: Callable[[BadRow], None]
    bad: list[BadRow] = field(default_factory=list)
    _staged: bool = False

    async def load(self, table: Layout, file: BinaryIO, name: str) -> Loaded:
        """Load a file; `name` is what it is called where rows are reported."""
        loaded = Loaded(table.name)

        def refuse(line: int, reason: str) -> None:
            loaded.bad += 1
            self._refuse(BadRow(name, line, reason))

        if not self._staged:
            await self.connection.execute(_STAGE)
            self._staged = True
        lines = Lines(file, table, refuse)
        await self.connection.copy_records_to_table(
            "seedbed_staging",
            columns=["line", "shape", "key", "parent", "doc"],
            records=lines.records(),
        )
        loaded.rows, loaded.lacking, loaded.digest = lines.rows, lines.lacking, lines.digest
        self.advance(loaded.lacking + loaded.bad)
        await self._prepare(table, refuse)
        statements = {shape.number: _upsert(table, shape) for shape in lines.shapes}
        for first, last in await self._batches(table):
            await self._write(statements, loaded, first, last, refuse)
            self.advance(last - first + 1)
        if loaded.created or loaded.updated:
            await self._move_sequences(table)
        await self.connection.execute(
            "drop index if exists pg_temp.seedbed_staging_place; truncate pg_temp.seedbed_staging"
        )
        return loaded

    def _refuse(self, bad: BadRow) -> None:
        self.bad.append(bad)
        self.report(bad)
        if len(self.bad) > MOST_BAD:
            raise CommandError(
                f"More than {MOST_BAD:,} rows are bad: nothing was loaded. Mend the files first."
            )

    async def _prepare(self, table: Layout, refuse: Callable[[int, str], None]) -> None:
        """Leave out repeated keys, and give each row its place in the order of loading."""
        repeated = await self.connection.fetch(_REPEATED)
        for row in sorted(repeated, key=lambda row: int(row["line"])):
            refuse(row["line"], f"It has the {table.key} of line {row['first']}.")
        if table.own:
            await self.connection.execute(
                "create index seedbed_staging_key on pg_temp.seedbed_staging (key);"
                "create index seedbed_staging_parent on pg_temp.seedbed_staging (parent);"
                "analyze pg_temp.seedbed_staging"
            )
            await self.connection.execute(_ORDER)
            await self.connection.execute(
                "drop index pg_temp.seedbed_staging_key, pg_temp.seedbed_staging_parent;"
                "analyze pg_temp.seedbed_staging"
            )
        await self.connection.execute(
            "create index seedbed_staging_place on pg_temp.seedbed_staging (coalesce(place, line))"
        )

    async def _batches(self, table: Layout) -> list[tuple[int, int]]:
        """The first and last places of each batch; rows in a circle make one of their own."""
        [row] = await self.connection.fetch(
            "select count(*) as rows, count(place) as placed, min(line) as first, max(line) as last"
            " from pg_temp.seedbed_staging"
        )
        if not row["rows"]:
            return []
        if not table.own:
            first, last = row["first"], row["last"]
            return [(at, min(at + BATCH - 1, last)) for at in range(first, last + 1, BATCH)]
        placed, rows = row["placed"], row["rows"]
        ranges = [(at, min(at + BATCH - 1, placed)) for at in range(1, placed + 1, BATCH)]
        if placed < rows:
            await self.connection.execute(
                "update pg_temp.seedbed_staging as staging set place = numbered.place from ("
                "  select line, $1 + row_number() over (order by line) as place"
                "  from pg_temp.seedbed_staging where place is null"
                ") as numbered where numbered.line = staging.line",
                placed,
            )
            ranges.append((placed + 1, rows))
        return ranges

    async def _write(
        self,
        statements: dict[int, str],
        loaded: Loaded,
        first: int,
        last: int,
        refuse: Callable[[int, str], None],
    ) -> None:
        """Write the rows of a range of places; those that are refused are found by halves."""
        created = updated = 0
        try:
            async with self.connection.transaction():
                for number, sql in statements.items():
                    counts = await self.connection.fetchrow(sql, first, last, number)
                    assert counts is not None
                    created += counts["created"]
                    updated += counts["updated"]
        except _OF_ROWS as error:
            if str(error).startswith("permission denied"):
                raise
            rows = await self.connection.fetch(
                "select line, place from (select line, coalesce(place, line) as place"
                " from pg_temp.seedbed_staging where coalesce(place, line) between $1 and $2) as s"
                " order by place",
                first,
                last,
            )
            if len(rows) == 1:
                refuse(rows[0]["line"], _reason(error))
                return
            middle = rows[len(rows) // 2]["place"]
            await self._write(statements, loaded, first, middle - 1, refuse)
            await self._write(statements, loaded, middle, last, refuse)
            return
        loaded.created += created
        loaded.updated += updated

    async def _move_sequences(self, table: Layout) -> None:
        """Let the table's sequences go on after the largest number that is there now."""
        for column in table.columns:
            if column.sequence is not None:
                await self.connection.execute(
                    f"select setval('{column.sequence}', largest) from"  # noqa: S608 - the server's own names
                    f" (select max({quoted(column.name)}) as largest from {table.sql}) as found,"
                    f" {column.sequence} as now where largest > now.last_value"
                )


def _upsert(table: Layout, shape: Shape) -> str:
    """SQL that writes the rows of one shape between two places, and counts what it wrote.

    A row that is there and equal is not touched. `updated_at` is no part of that: when anything
    else changes, a trigger sets it.
    """
    columns = {column.name: column for column in table.columns}
    values = []
    for name in shape.columns:
        column = columns[name]
        value = f"r.{quoted(name)}"
        # JSON's null in a column that must not be NULL is the value null of jsonb.
        null = column.not_null and column.type == "jsonb"
        values.append(f"coalesce({value}, 'null'::jsonb)" if null else value)
    listed = ", ".join(map(quoted, shape.columns))
    changing = [name for name in shape.columns if name not in {table.key, "updated_at"}]
    if changing:
        sets = ", ".join(f"{quoted(name)} = excluded.{quoted(name)}" for name in changing)
        old = ", ".join(f"old.{quoted(name)}" for name in changing)
        new = ", ".join(f"excluded.{quoted(name)}" for name in changing)
        action = f"update set {sets} where ({old}) is distinct from ({new})"
    else:
        action = "nothing"
    return f"""
        with incoming as materialized (
          select {", ".join(values)}
          from pg_temp.seedbed_staging as s,
            lateral jsonb_populate_record(null::{table.sql}, s.doc::jsonb) as r
          where coalesce(s.place, s.line) between $1 and $2 and s.shape = $3
          order by coalesce(s.place, s.line)
        ), written as (
          insert into {table.sql} as old ({listed}) overriding system value
          select * from incoming
          on conflict ({quoted(table.key)}) do {action}
          returning xmax = 0 as created
        )
        select count(*) filter (where created) as created,
               count(*) filter (where not created) as updated
        from written"""  # noqa: S608 - names of our tables


def _reason(error: asyncpg.PostgresError) -> str:
    """What the database said, without the values of the row: one of them may be a secret."""
    said = str(error.args[0]).rstrip(".")
    detail = str(error.detail or "")
    tells_key = isinstance(error, (asyncpg.UniqueViolationError, asyncpg.ForeignKeyViolationError))
    if tells_key and detail and "_hash)" not in detail:
        return f"{said} ({detail.rstrip('.')})."
    return f"{said}."
