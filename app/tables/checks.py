"""The checks that several tables share, each made from a column's name.

Those about the value of one column also say it in Python and in words, so that whoever sends a bad
value is told before the database has to refuse it.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from piccolo.constraints import Check

__all__ = [
    "argon2id",
    "at_least",
    "between",
    "country_code",
    "currency",
    "email",
    "length",
    "list_of_texts",
    "more_than",
    "object_",
    "sha256",
    "slug",
    "url",
]


@dataclass(frozen=True, slots=True)
class ValueRule:
    """What a check demands of a column's value: the same as its SQL, and as a sentence."""

    column: str
    holds: Callable[[Any], bool]
    sentence: str


def _check(condition: str, column: str, holds: Callable[[Any], bool], sentence: str) -> Check:
    check = Check(condition)
    # Where the bridge looks for it; Piccolo's class has no room for more.
    check.rule = ValueRule(column, holds, sentence)  # type: ignore[attr-defined]
    return check


def _matches(pattern: str) -> Callable[[Any], bool]:
    compiled = re.compile(pattern)
    return lambda value: compiled.fullmatch(value) is not None


def length(column: str, least: int, most: int) -> Check:
    """A text of `least` to `most` characters."""
    return _check(
        f'char_length("{column}") between {least} and {most}',
        column,
        lambda value: least <= len(value) <= most,
        f"must have {least} to {most} characters" if least else f"may have {most} characters",
    )


def between(column: str, least: int, most: int) -> Check:
    """A number from `least` to `most`, both included."""
    return _check(
        f'"{column}" between {least} and {most}',
        column,
        lambda value: least <= value <= most,
        f"must be from {least} to {most}",
    )


def at_least(column: str, least: int) -> Check:
    """A number that is `least` or more."""
    return _check(
        f'"{column}" >= {least}', column, lambda value: value >= least, f"must be {least} or more"
    )


def more_than(column: str, limit: int) -> Check:
    """A number above `limit`."""
    return _check(
        f'"{column}" > {limit}', column, lambda value: value > limit, f"must be more than {limit}"
    )


def slug(column: str) -> Check:
    """Lower-case letters and digits of ASCII in words joined by single hyphens."""
    return _check(
        f"\"{column}\" ~ '^[a-z0-9]+(-[a-z0-9]+)*$'",
        column,
        _matches("[a-z0-9]+(-[a-z0-9]+)*"),
        "must be lower-case letters and digits in words joined by single hyphens",
    )


def email(column: str) -> Check:
    """One `@` with something on either side and no white space: the rest is for the mail server."""
    return _check(
        f"\"{column}\" ~ '^[^@\\s]+@[^@\\s]+$'",
        column,
        _matches(r"[^@\s]+@[^@\s]+"),
        "must be an email address, such as ann@example.org",
    )


def url(column: str) -> Check:
    """An address that begins with http:// or https://."""
    return _check(
        f"\"{column}\" ~ '^https?://\\S+$'",
        column,
        _matches(r"https?://\S+"),
        "must be an address that begins with http:// or https://",
    )


def currency(column: str) -> Check:
    """Three upper-case letters, as in ISO 4217."""
    return _check(
        f"\"{column}\" ~ '^[A-Z][A-Z][A-Z]$'",
        column,
        _matches("[A-Z]{3}"),
        "must be three upper-case letters, such as USD",
    )


def country_code(column: str) -> Check:
    """Two upper-case letters, as in ISO 3166-1."""
    return _check(
        f"\"{column}\" ~ '^[A-Z][A-Z]$'",
        column,
        _matches("[A-Z]{2}"),
        "must be two upper-case letters, such as DE",
    )


def sha256(column: str) -> Check:
    """A SHA-256 hash in lower-case hexadecimal: a secret stored by mistake does not fit."""
    return Check(f'char_length("{column}") = 64 and "{column}" ~ \'^[0-9a-f]+$\'')


def argon2id(column: str) -> Check:
    """A password's hash in argon2's own notation: a password stored by mistake does not fit."""
    return Check(f"\"{column}\" like '$argon2id$%'")


def object_(column: str) -> Check:
    """A JSON object, not a list or a single value."""
    return _check(
        f"jsonb_typeof(\"{column}\") = 'object'",
        column,
        lambda value: isinstance(value, dict),
        "must be a JSON object",
    )


def list_of_texts(column: str) -> Check:
    """An array of one dimension (or empty) without nulls."""
    return Check(
        f'coalesce(array_ndims("{column}"), 1) = 1 and array_position("{column}", null) is null'
    )
