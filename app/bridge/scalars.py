"""How values look in answers: times in UTC and exact numbers, both as PostgreSQL prints them."""

import datetime as dt
import decimal
import re
from typing import NewType

import strawberry
from graphql import GraphQLError

# Python's Decimal also takes underscores, and the digits of every script.
_DECIMAL = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,6})?")


def text_of_time(value: dt.datetime) -> str:
    """A moment as every answer and cursor shows it: UTC, to the microsecond."""
    return value.astimezone(dt.UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def time_of_text(text: str) -> dt.datetime:
    """The moment, in UTC, that a text means; raises ValueError for one without its zone."""
    value = dt.datetime.fromisoformat(text)
    if value.tzinfo is None:
        raise ValueError(text)
    try:
        return value.astimezone(dt.UTC)
    except OverflowError as error:
        raise ValueError(text) from error


def _time_argument(text: object) -> dt.datetime:
    try:
        return time_of_text(str(text))
    except ValueError:
        raise GraphQLError(
            "a DateTime is RFC 3339 with its zone, such as 2026-01-31T09:30:00Z"
        ) from None


def _decimal_argument(value: object) -> decimal.Decimal:
    """A text in plain or exponent form; of a number, the digits that it was written with."""
    text = value if isinstance(value, str) else repr(value)
    if _DECIMAL.fullmatch(text) is None:
        raise GraphQLError('a Decimal is a text, such as "12.50"')
    return decimal.Decimal(text)


DateTime = strawberry.scalar(
    name="DateTime",
    description="A moment, RFC 3339 in UTC.",
    specified_by_url="https://www.rfc-editor.org/rfc/rfc3339",
    serialize=text_of_time,
    parse_value=_time_argument,
)
Decimal = strawberry.scalar(
    name="Decimal",
    description="An exact decimal number, as a string.",
    serialize=lambda value: format(value, "f"),
    parse_value=_decimal_argument,
)

# What is counted in bytes outgrows GraphQL's Int, which has 32 bits.
BigInt = NewType("BigInt", int)
BigIntScalar = strawberry.scalar(
    name="BigInt", description="A whole number, as JSON has it.", serialize=int, parse_value=int
)
