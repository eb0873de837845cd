"""How values look in answers: times in UTC and exact numbers, both as PostgreSQL prints them."""

import datetime as dt
import decimal
from typing import NewType

import strawberry
from graphql import GraphQLError


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


def _decimal_of_text(text: str) -> decimal.Decimal:
    try:
        value = decimal.Decimal(text)
    except (TypeError, ValueError, decimal.InvalidOperation):
        value = None
    if value is None or not value.is_finite():
        raise GraphQLError('a Decimal is a text, such as "12.50"')
    return value


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
    parse_value=_decimal_of_text,
)

# What is counted in bytes outgrows GraphQL's Int, which has 32 bits.
BigInt = NewType("BigInt", int)
BigIntScalar = strawberry.scalar(
    name="BigInt", description="A whole number, as JSON has it.", serialize=int, parse_value=int
)
