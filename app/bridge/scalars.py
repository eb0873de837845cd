"""How values look in answers: times in UTC and exact numbers, both as PostgreSQL prints them."""

import datetime as dt
import decimal

import strawberry
from graphql import GraphQLError


def _text_of_time(value: dt.datetime) -> str:
    text = value.astimezone(dt.UTC).isoformat()
    if "." not in text:
        return text
    whole, _, rest = text.partition(".")
    return f"{whole}.{rest.removesuffix('+00:00').rstrip('0')}+00:00"


def _time_of_text(text: str) -> dt.datetime:
    try:
        value = dt.datetime.fromisoformat(text)
    except (TypeError, ValueError):
        value = None
    if value is None or value.tzinfo is None:
        raise GraphQLError("a DateTime is RFC 3339 with its zone, such as 2026-01-31T09:30:00Z")
    return value


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
    serialize=_text_of_time,
    parse_value=_time_of_text,
)
Decimal = strawberry.scalar(
    name="Decimal",
    description="An exact decimal number, as a string.",
    serialize=lambda value: format(value, "f"),
    parse_value=_decimal_of_text,
)
