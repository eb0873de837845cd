"""Table objects to rows: an upsert that touches only what differs, and a plain insert for tests."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, TypeVar
from uuid import UUID

from asyncpg import IntegrityConstraintViolationError, Record
from piccolo.columns import JSON, Column
from piccolo.table import Table

from app.database import SeedbedEngine
from app.tables import TABLES

T = TypeVar("T", bound=Table)

# Columns that use of the system moves: seeding again gives them no new value.
WRITTEN_ONCE = {"created_at", "updated_at", "last_login_at", "last_active_at", "analytics"}


class SeedError(Exception):
    """Seeding cannot go on; the message is one sentence that says what to do."""


@dataclass(frozen=True, slots=True)
class TableReport:
    """What happened to the rows of one table.

    `kept` rows differ from the seed data and were left alone on purpose.
    """

    table: str
    created: int
    updated: int
    unchanged: int
    kept: int

    @property
    def changed(self) -> bool:
        """True when at least one row was written."""
        return self.created + self.updated > 0


def build(table: type[T], defaults: dict[str, Any], overrides: dict[str, Any]) -> T:
    """A new table object, not yet in the database, from defaults and what the caller changes.

    A foreign key takes the row or its id, a jsonb column the plain Python value. `updated_at`
    follows `created_at`, as in a row that was never changed.
    """
    values = {
        name: value[value._meta.primary_key._meta.name] if isinstance(value, Table) else value
        for name, value in {**defaults, **overrides}.items()
    }
    for column in _columns(table):
        name = column._meta.name
        if isinstance(column, JSON) and values.get(name) is not None:
            values[name] = json.dumps(values[name], ensure_ascii=False)
    if "created_at" in values and _has(table, "updated_at"):
        values.setdefault("updated_at", values["created_at"])
    return table(**values)


async def save(*rows: Table) -> None:
    """Insert rows of any tables, parents first whatever their order here.

    Runs on the engine of the tables, in the current transaction when there is one.
    """
    for table, group in _grouped(rows):
        for start in range(0, len(group), 500):
            await table.insert(*group[start : start + 500])


async def upsert(
    engine: SeedbedEngine, rows: Sequence[Table], keep: frozenset[type[Table]]
) -> list[TableReport]:
    """Write rows by primary key in the current transaction; one statement per table.

    Rows that are equal already are not touched, so their `updated_at` stays. Tables in `keep` only
    gain the rows that are missing.
    """
    reports = []
    for table, group in _grouped(rows):
        sql = _upsert_sql(table, keep=table in keep)
        try:
            [counts] = await engine.fetch(sql, json.dumps([_plain(row) for row in group]))
        except IntegrityConstraintViolationError as error:
            detail = (getattr(error, "detail", None) or str(error)).rstrip(".")
            raise SeedError(
                f"The seed rows of {_name(table)} collide with rows that are there already "
                f"({detail}): remove those rows, or seed an empty database."
            ) from error
        reports.append(_report(table, len(group), counts))
    return reports


def _report(table: type[Table], total: int, counts: Record) -> TableReport:
    created, updated, kept = counts["created"], counts["updated"], counts["kept"]
    return TableReport(_name(table), created, updated, total - created - updated - kept, kept)


def _grouped(rows: Iterable[Table]) -> list[tuple[type[Table], list[Table]]]:
    groups: dict[type[Table], list[Table]] = {}
    for row in rows:
        groups.setdefault(type(row), []).append(row)
    ordered = [(table, groups.pop(table)) for table in TABLES if table in groups]
    if groups:
        raise SeedError(f"{next(iter(groups)).__name__} is not one of the tables in app.tables.")
    return ordered


def _upsert_sql(table: type[Table], *, keep: bool) -> str:
    """SQL that takes the rows as one JSON array, so that arrays and jsonb need no special care."""
    name = _name(table)
    key = _quoted(table._meta.primary_key)
    columns = [_quoted(column) for column in _columns(table)]
    compared = [
        _quoted(column)
        for column in _columns(table)
        if not column._meta.primary_key and column._meta.name not in WRITTEN_ONCE
    ]
    listed = ", ".join(columns)
    differs = "({}) is distinct from ({})".format(
        ", ".join(f"old.{column}" for column in compared),
        ", ".join(f"{{new}}.{column}" for column in compared),
    )
    if keep:
        action = "nothing"
        kept = f"""(select count(*) from incoming join {name} old using ({key})
                    where {differs.format(new="incoming")})"""  # noqa: S608 names of our tables
    else:
        assignments = ", ".join(f"{column} = excluded.{column}" for column in compared)
        action = f"update set {assignments} where {differs.format(new='excluded')}"
        kept = "0"
    # xmax is 0 in a row version that an INSERT made, and the locking transaction in an updated one.
    return f"""
        with incoming as materialized (
            select {listed} from jsonb_populate_recordset(null::{name}, $1::jsonb)
        ), written as (
            insert into {name} as old ({listed}) select {listed} from incoming
            on conflict ({key}) do {action}
            returning xmax = 0 as created
        )
        select count(*) filter (where created) as created,
               count(*) filter (where not created) as updated,
               {kept} as kept
        from written"""  # noqa: S608 names of our tables


def _name(table: type[Table]) -> str:
    return f"{table._meta.schema}.{table._meta.tablename}"


def _columns(table: type[Table]) -> list[Column]:
    return table._meta.columns


def _has(table: type[Table], column: str) -> bool:
    return any(each._meta.name == column for each in _columns(table))


def _quoted(column: Column) -> str:
    return f'"{column._meta.name}"'


def _plain(row: Table) -> dict[str, Any]:
    return {
        column._meta.name: _value(row[column._meta.name], column) for column in _columns(type(row))
    }


def _value(value: Any, column: Column) -> Any:
    if isinstance(column, JSON) and isinstance(value, str):
        return json.loads(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, UUID | Decimal):
        return str(value)
    if isinstance(value, list):
        return [_value(item, column) for item in value]
    return value
