"""Keyset cursors and global ids: opaque texts that clients hand back as they got them.

A cursor holds the values of a row's order columns and a fingerprint of type and order; it stays
good while rows are inserted and deleted around it. A global id is `Type_uuid`.
"""

import base64
import json
import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from app.bridge.columns import ColumnType
from app.bridge.errors import InputError
from app.bridge.plan import OrderTerm

# Room for a few of the longest texts that lists are sorted by.
_LONGEST = 65_536

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def encode_cursor(mark: str, values: Sequence[str | None]) -> str:
    """The cursor of the row with these order values, as text; `mark` is the list's fingerprint.

    `sql` writes the same cursor in SQL, to the byte: change both.
    """
    text = json.dumps([mark, *values], ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


@dataclass(frozen=True, slots=True)
class CursorPart:
    """Takes one order value out of a cursor that came as the argument called `name`."""

    name: str
    mark: str
    terms: tuple[OrderTerm, ...]
    types: tuple[ColumnType, ...]
    place: int

    def __call__(self, cursor: str) -> object:
        """The value; raises InputError for a text that is no cursor of this list and order."""
        return decode_cursor(self.name, cursor, self.mark, self.terms, self.types)[self.place]


def decode_cursor(
    name: str, cursor: str, mark: str, terms: Sequence[OrderTerm], types: Sequence[ColumnType]
) -> tuple[object, ...]:
    """The order values in `cursor`, which came as the argument called `name`.

    Raises InputError for a text that is no cursor, or one of another list or order.
    """
    try:
        if len(cursor) > _LONGEST:
            raise ValueError(cursor)
        padded = cursor + "=" * (-len(cursor) % 4)
        values = orjson.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        if not isinstance(values, list) or len(values) != len(terms) + 1 or values[0] != mark:
            raise ValueError(cursor)
        return tuple(map(_value, terms, types, values[1:]))
    except ValueError:
        raise InputError(
            f"{name} is not a cursor of this list; pass an endCursor, startCursor or cursor that "
            "the same list, in the same order, has returned"
        ) from None


def _value(term: OrderTerm, column: ColumnType, value: object) -> object:
    if value is None and term.nullable:
        return None
    if not isinstance(value, str) or column.from_text is None or column.to_text is None:
        raise ValueError(value)
    try:
        found = column.from_text(value)
        known = column.to_text(found) == value
    except OverflowError as error:
        raise ValueError(value) from error
    if not known:
        raise ValueError(value)  # not as this server writes it
    return found


def encode_id(type_name: str, key: uuid.UUID) -> str:
    """The global id of the row of `type_name` with the primary key `key`."""
    return f"{type_name}_{key}"


def key_of_id(type_name: str, text: str) -> str | None:
    """The primary key, as text, in a global id of `type_name`; None for a text that is none."""
    prefix = type_name + "_"
    if not text.startswith(prefix):
        return None
    key = text[len(prefix) :]
    return key if _UUID.fullmatch(key) else None


def wrong_id(path: Sequence[str], type_name: str) -> str:
    """The sentence about an input at `path` that is no global id of `type_name`."""
    *outer, name = path
    if outer and name.isdecimal():
        name = f"{outer[-1]}[{name}]"  # one of a list
    article = "an" if type_name[0] in "AEIO" else "a"  # a University, a User
    return f"{name} is not the id of {article} {type_name}; pass one as the API returned it"


def decode_id(text: str) -> tuple[str, uuid.UUID] | None:
    """Type name and primary key of a global id; None for a text that is none."""
    type_name, _, key = text.rpartition("_")
    try:
        parsed = uuid.UUID(key)
    except ValueError:
        return None
    return (type_name, parsed) if text == encode_id(type_name, parsed) else None
