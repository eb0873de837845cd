"""The tables and columns that backups and exports are made of."""

import functools
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from piccolo.columns import ForeignKey
from piccolo.table import Table

from app.commands.console import CommandError, UsageError
from app.database.connections import Connection, quoted
from app.settings import PROJECT
from app.tables import TABLES

_COLUMNS = """
select attname as name,
       format_type(atttypid, atttypmod) as type,
       attnotnull as required,
       attidentity <> '' or default_text not like 'NULL%' as has_default,
       attgenerated <> '' as generated,
       pg_get_serial_sequence($1, attname) as sequence
from pg_attribute
left join pg_attrdef on adrelid = attrelid and adnum = attnum
cross join lateral (select coalesce(pg_get_expr(adbin, adrelid), 'NULL') as default_text) as d
where attrelid = $1::regclass and attnum > 0 and not attisdropped
order by attnum"""


@dataclass(frozen=True, slots=True)
class Column:
    """A column as the database has it; no row can be made without a `needed` one."""

    name: str
    type: str
    not_null: bool
    needed: bool
    secret: bool
    sequence: str | None


@dataclass(frozen=True, slots=True)
class Layout:
    """A table as the database has it: its columns without the generated ones.

    `own` are the columns that refer to the table itself.
    """

    table: type[Table]
    columns: tuple[Column, ...]
    own: tuple[str, ...]

    @property
    def name(self) -> str:
        """Schema and table, as `identity.users`."""
        return name_of(self.table)

    @property
    def sql(self) -> str:
        """The name as SQL writes it."""
        return sql_name(self.table)

    @property
    def key(self) -> str:
        """The column of the primary key."""
        return str(self.table._meta.primary_key._meta.name)

    @property
    def secrets(self) -> tuple[str, ...]:
        """The columns that hold secrets."""
        return tuple(column.name for column in self.columns if column.secret)

    @property
    def needed(self) -> frozenset[str]:
        """The columns without which no row can be made."""
        return frozenset(column.name for column in self.columns if column.needed)


async def layout(connection: Connection, table: type[Table]) -> Layout:
    """What the database knows of a table; raises asyncpg's error when it has none."""
    secrets = {column._meta.name for column in table._meta.columns if column._meta.secret}
    # Piccolo's table says which columns the application leaves out: triggers fill them.
    optional = {column._meta.name for column in table._meta.columns if column._meta.null}
    rows = await connection.fetch(_COLUMNS, sql_name(table))
    columns = tuple(
        Column(
            name=row["name"],
            type=row["type"],
            not_null=row["required"],
            needed=row["required"] and not row["has_default"] and row["name"] not in optional,
            secret=row["name"] in secrets,
            sequence=row["sequence"],
        )
        for row in rows
        if not row["generated"]
    )
    own = tuple(
        column._meta.name for column in table._meta.foreign_key_columns if _target(column) is table
    )
    return Layout(table, columns, own)


def name_of(table: type[Table]) -> str:
    """Schema and table, as `identity.users`."""
    return f"{table._meta.schema}.{table._meta.tablename}"


def sql_name(table: type[Table]) -> str:
    """Schema and table as SQL writes them."""
    return f"{quoted(str(table._meta.schema))}.{quoted(table._meta.tablename)}"


def chosen(names: Iterable[str]) -> tuple[type[Table], ...]:
    """The tables of these names, those they refer to first; all of them when there are no names.

    A name is `identity.users` or `users`. Raises UsageError.
    """
    known = {name_of(table): table for table in TABLES}
    known |= {table._meta.tablename: table for table in TABLES}
    wanted = set()
    for name in names:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]}?" if near else "it is written as in identity.users."
            raise UsageError(f"There is no table {name}: {hint}")
        wanted.add(known[name])
    return tuple(table for table in TABLES if table in wanted) if wanted else TABLES


@functools.cache
def app_version() -> str:
    """The version of the application."""
    try:
        text = (PROJECT / "pyproject.toml").read_text("utf-8")
        return str(tomllib.loads(text)["project"]["version"])
    except (OSError, KeyError, tomllib.TOMLDecodeError) as error:
        raise CommandError("The version of the application cannot be read.") from error


def _target(column: ForeignKey[Table]) -> type[Table]:
    return column._foreign_key_meta.resolved_references
