"""Rows written by plain SQL, with as little as the database accepts."""

import itertools
from decimal import Decimal

from piccolo.columns import JSONB, Column, ForeignKey, Integer, Numeric, Timestamptz
from piccolo.table import Table

from app.database.engine import SeedbedEngine

_numbers = itertools.count(1)


async def add(engine: SeedbedEngine, table: type[Table], **values: object) -> object:
    """Insert one row, and the rows that it needs to refer to: its primary key.

    Columns that have a default are left to it, unless they are among `values`.
    """
    meta = table._meta
    for column in meta.columns:
        if column._meta.name not in values and _required(column):
            values[column._meta.name] = await _sample(engine, column)
    names = ", ".join(f'"{name}"' for name in values)
    places = ", ".join(f"${number}" for number in range(1, len(values) + 1))
    statement = (
        f"insert into {meta.get_formatted_tablename()} ({names}) values ({places})"
        f' returning "{meta.primary_key._meta.name}" as key'
    )
    rows = await engine.fetch(statement, *values.values())
    return rows[0]["key"]


def _required(column: Column) -> bool:
    if column._meta.null or (column._meta.name == "questionnaire" and _is_question(column)):
        return False
    return column._meta.params.get("default", ...) is None or isinstance(column, ForeignKey)


def _is_question(column: Column) -> bool:
    return column._meta.table._meta.tablename == "questions"


async def _sample(engine: SeedbedEngine, column: Column) -> object:
    number = next(_numbers)
    if isinstance(column, ForeignKey):
        return await add(engine, column._foreign_key_meta.resolved_references)
    if column._meta.choices is not None:
        return next(iter(column._meta.choices)).value
    if isinstance(column, JSONB):
        return "{}"
    if isinstance(column, Numeric):
        return Decimal(number)
    if isinstance(column, Integer):
        return number
    if isinstance(column, Timestamptz):
        rows = await engine.fetch("select now() + interval '1 day' as at")
        return rows[0]["at"]
    return _text(column._meta.name, number)


def _text(name: str, number: int) -> str:
    special = {
        "key": f"k{number}",
        "email": f"person-{number}@example.test",
        "country_code": "CH",
        "sandbox_url": f"https://sandbox.example.test/{number}",
    }
    if name.endswith("_hash"):
        return f"{number:064x}"
    return special.get(name, f"{name.replace('_', '-')}-{number}")
