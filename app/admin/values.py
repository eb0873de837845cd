"""Values from the admin's forms: what they mean, and whether they differ from what is stored."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from typing import Any

import orjson
from piccolo.columns import JSON, Column
from piccolo.table import Table
from piccolo.utils.pydantic import create_pydantic_model
from pydantic import BaseModel, ValidationError

from app.bridge import Problem, Refused

__all__ = ["decoded", "is_same", "is_unset"]

Values = Mapping[str, Any]

# The form of a row has all of its columns, also those that the server keeps by itself.
_KEPT = frozenset({"created_at", "updated_at"})


def decoded(table: type[Table], given: Values) -> dict[str, Any]:
    """The values of a form by column, as Python has them.

    Raises Refused, with every problem, for columns that are not there or not for people, and for
    values that are not of their type.
    """
    columns = {column._meta.name: column for column in table._meta.columns}
    problems: list[Problem] = []
    made: dict[str, Any] = {}
    for name, value in given.items():
        column = columns.get(name)
        if column is None:
            problems.append(Problem("UNKNOWN", "there is no such column", (name[:100],)))
        elif column._meta.secret:
            if value not in (None, ""):
                problems.append(Problem("FIXED", "this is never set here", (name,)))
        elif isinstance(column, JSON):
            try:
                made[name] = orjson.loads(value) if isinstance(value, str) else value
            except orjson.JSONDecodeError:
                problems.append(Problem("INVALID", "this is not JSON", (name,)))
        else:
            made[name] = value
    plain = {name: value for name, value in made.items() if not isinstance(columns[name], JSON)}
    try:
        typed = _model(table)(**plain).model_dump()
    except ValidationError as error:
        problems += [
            Problem("INVALID", one["msg"], (str(one["loc"][0]),)) for one in error.errors()
        ]
        raise Refused(*problems) from error
    for name in plain:
        try:
            made[name] = _member(columns[name], typed[name])
        except ValueError:
            problems.append(Problem("INVALID", "choose one of the values offered", (name,)))
    if problems:
        raise Refused(*problems)
    return made


def is_same(column: Column, value: object, present: object) -> bool:
    """Whether a form that shows `present` sends `value` when nobody touches it.

    Forms show whole seconds, and line ends of one kind.
    """
    if isinstance(value, datetime) and isinstance(present, datetime):
        return value in (present, present.replace(microsecond=0))
    if isinstance(value, str) and isinstance(present, str):
        return value.replace("\r\n", "\n") == present.replace("\r\n", "\n")
    return value == present


def is_unset(column: Column, value: object) -> bool:
    """Whether the form of a new row sends `value` for a column that nobody filled."""
    if column._meta.name in _KEPT or value is None or value == "":
        return True
    default = column.get_default_value()
    if isinstance(column, JSON) and isinstance(default, str):
        default = orjson.loads(default)
    return bool(value == default)


@cache
def _model(table: type[Table]) -> type[BaseModel]:
    """The types of a table's columns, except those that hold JSON."""
    return create_pydantic_model(
        table,
        include_default_columns=True,
        all_optional=True,
        exclude_columns=tuple(_json_columns(table)),
        model_name=f"{table.__name__}Form",
    )


def _json_columns(table: type[Table]) -> Iterator[Column]:
    return (column for column in table._meta.columns if isinstance(column, JSON))


def _member(column: Column, value: object) -> object:
    choices = column._meta.choices
    return value if choices is None or value is None else choices(value)
