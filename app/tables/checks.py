"""The checks that several tables share, each made from a column's name."""

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


def length(column: str, least: int, most: int) -> Check:
    """A text of `least` to `most` characters."""
    return Check(f'char_length("{column}") between {least} and {most}')


def between(column: str, least: int, most: int) -> Check:
    """A number from `least` to `most`, both included."""
    return Check(f'"{column}" between {least} and {most}')


def at_least(column: str, least: int) -> Check:
    """A number that is `least` or more."""
    return Check(f'"{column}" >= {least}')


def more_than(column: str, limit: int) -> Check:
    """A number above `limit`."""
    return Check(f'"{column}" > {limit}')


def slug(column: str) -> Check:
    """Lower-case letters and digits of ASCII in words joined by single hyphens."""
    return Check(f"\"{column}\" ~ '^[a-z0-9]+(-[a-z0-9]+)*$'")


def email(column: str) -> Check:
    """One `@` with something on either side and no white space: the rest is for the mail server."""
    return Check(f"\"{column}\" ~ '^[^@\\s]+@[^@\\s]+$'")


def url(column: str) -> Check:
    """An address that begins with http:// or https://."""
    return Check(f"\"{column}\" ~ '^https?://\\S+$'")


def currency(column: str) -> Check:
    """Three upper-case letters, as in ISO 4217."""
    return Check(f"\"{column}\" ~ '^[A-Z][A-Z][A-Z]$'")


def country_code(column: str) -> Check:
    """Two upper-case letters, as in ISO 3166-1."""
    return Check(f"\"{column}\" ~ '^[A-Z][A-Z]$'")


def sha256(column: str) -> Check:
    """A SHA-256 hash in lower-case hexadecimal: a secret stored by mistake does not fit."""
    return Check(f'char_length("{column}") = 64 and "{column}" ~ \'^[0-9a-f]+$\'')


def argon2id(column: str) -> Check:
    """A password's hash in argon2's own notation: a password stored by mistake does not fit."""
    return Check(f"\"{column}\" like '$argon2id$%'")


def object_(column: str) -> Check:
    """A JSON object, not a list or a single value."""
    return Check(f"jsonb_typeof(\"{column}\") = 'object'")


def list_of_texts(column: str) -> Check:
    """An array of one dimension (or empty) without nulls."""
    return Check(
        f'coalesce(array_ndims("{column}"), 1) = 1 and array_position("{column}", null) is null'
    )
