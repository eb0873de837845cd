"""What there is of column types: one row per Piccolo type, with all that the bridge knows of it.

A row says which Python type Strawberry shows it as, which PostgreSQL type its values are sent as,
how a fetched value becomes what resolvers see, and how a value travels in a cursor.
"""

import datetime as dt
import decimal
import enum
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import orjson
import strawberry
from piccolo.columns import (
    JSON,
    JSONB,
    UUID,
    Array,
    BigInt,
    Boolean,
    Column,
    Date,
    DoublePrecision,
    ForeignKey,
    Integer,
    Numeric,
    Real,
    SmallInt,
    Text,
    Timestamptz,
    Varchar,
)
from strawberry import scalars

from app.bridge.errors import ConfigurationError
from app.bridge.plan import JSONKind
from app.bridge.scalars import text_of_time, time_of_text


@dataclass(frozen=True, slots=True)
class ColumnType:
    """What the bridge knows of one column type.

    `python` is the annotation that Strawberry turns into a GraphQL type; `pg` the PostgreSQL type;
    `json` how SQL renders them in JSON mode;
    `load` turns what asyncpg returns into what resolvers see (None: it is that already); `to_text`
    and `from_text` carry a value through a cursor and raise ValueError for text that is none
    (None: rows cannot be ordered by this type). Long texts are not put into cursors. Of an array,
    `item` is the type of its items.
    """

    python: Any
    pg: str
    json: JSONKind
    load: Callable[[Any], Any] | None = None
    to_text: Callable[[Any], str] | None = None
    from_text: Callable[[str], object] | None = None
    item: "ColumnType | None" = None

    @property
    def sortable(self) -> bool:
        """Whether lists can be sorted by columns of this type."""
        return self.from_text is not None and self.json is not JSONKind.LONG


_MOST_PLACES = 1_000


def _text_from_text(text: str) -> str:
    if "\x00" in text:
        raise ValueError(text)
    text.encode()  # a lone surrogate is a UnicodeEncodeError, which is a ValueError
    return text


def _bool_from_text(text: str) -> bool:
    if text not in {"true", "false"}:
        raise ValueError(text)
    return text == "true"


def _decimal_to_text(value: decimal.Decimal) -> str:
    return format(value, "f")


def _decimal_from_text(text: str) -> decimal.Decimal:
    try:
        value = decimal.Decimal(text)
    except decimal.InvalidOperation as error:
        raise ValueError(text) from error
    # PostgreSQL takes far more; nobody has a number of a thousand places.
    if not value.is_finite() or abs(value.adjusted()) > _MOST_PLACES or len(text) > _MOST_PLACES:
        raise ValueError(text)
    return value


def _integer(bits: int) -> Callable[[str], int]:
    """A reader of whole numbers that fit a signed integer of `bits` bits."""

    def from_text(text: str) -> int:
        value = int(text)
        if not -(2 ** (bits - 1)) <= value < 2 ** (bits - 1):
            raise ValueError(text)
        return value

    return from_text


TEXT = ColumnType(str, "text", JSONKind.STRING, None, str, _text_from_text)

_TYPES: dict[type[Column], ColumnType] = {
    UUID: ColumnType(uuid.UUID, "uuid", JSONKind.QUOTED, None, str, uuid.UUID),
    Varchar: TEXT,
    Text: replace(TEXT, json=JSONKind.LONG),
    Boolean: ColumnType(
        bool,
        "boolean",
        JSONKind.LITERAL,
        None,
        lambda value: "true" if value else "false",
        _bool_from_text,
    ),
    SmallInt: ColumnType(int, "smallint", JSONKind.LITERAL, None, str, _integer(16)),
    Integer: ColumnType(int, "integer", JSONKind.LITERAL, None, str, _integer(32)),
    BigInt: ColumnType(int, "bigint", JSONKind.LITERAL, None, str, _integer(64)),
    Real: ColumnType(float, "real", JSONKind.LITERAL),
    DoublePrecision: ColumnType(float, "double precision", JSONKind.LITERAL),
    Numeric: ColumnType(
        decimal.Decimal, "numeric", JSONKind.QUOTED, None, _decimal_to_text, _decimal_from_text
    ),
    Date: ColumnType(
        dt.date, "date", JSONKind.QUOTED, None, dt.date.isoformat, dt.date.fromisoformat
    ),
    Timestamptz: ColumnType(
        dt.datetime, "timestamptz", JSONKind.TIME, None, text_of_time, time_of_text
    ),
    JSON: ColumnType(scalars.JSON, "json", JSONKind.JSON, orjson.loads),
    JSONB: ColumnType(scalars.JSON, "jsonb", JSONKind.JSON, orjson.loads),
}


def _known(column: Column) -> ColumnType | None:
    return next((_TYPES[base] for base in type(column).__mro__ if base in _TYPES), None)


def is_known(column: Column) -> bool:
    """Whether the API can show columns of this type."""
    if isinstance(column, Array):
        return is_known(column.base_column)
    return isinstance(column, ForeignKey) or _known(column) is not None


def column_type(column: Column) -> ColumnType:
    """The row of `column`'s type; for an enum column, with its members; for an array, of its items.

    Raises ConfigurationError for a type that the API cannot show.
    """
    if isinstance(column, ForeignKey):
        return column_type(column._foreign_key_meta.resolved_references._meta.primary_key)
    if isinstance(column, Array):
        item = column_type(column.base_column)
        # Operators on arrays want both sides of the very same type.
        pg = "varchar" if isinstance(column.base_column, Varchar) else item.pg
        return ColumnType(list[item.python], f"{pg}[]", JSONKind.ARRAY, item=item)  # type: ignore[name-defined]  # a type made at run time
    known = _known(column)
    if known is None:
        raise ConfigurationError(
            f"{column._meta.name} is a {type(column).__name__}, which the API cannot show; "
            "leave the column out, or add a row to app/bridge/columns.py"
        )
    choices = column._meta.choices
    if choices is None:
        return known
    return ColumnType(_graphql_enum(choices), known.pg, known.json, choices, str, known.from_text)


_enums: dict[type[enum.Enum], type[enum.Enum]] = {}


def _graphql_enum(choices: type[enum.Enum]) -> type[enum.Enum]:
    """`choices` registered with Strawberry, once however many columns use it."""
    if choices not in _enums:
        _enums[choices] = strawberry.enum(choices, description=choices.__doc__)
    return _enums[choices]
