"""Keyset cursors and global ids: opaque texts that clients hand back as they got them.

A cursor holds the values of a row's order columns and a fingerprint of type and order; it stays
good while rows are inserted and deleted around it. A global id is `Type_uuid`.
"""

import base64
import binascii
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from app.bridge.columns import ColumnType
from app.bridge.errors import InputError
from app.bridge.plan import Constant, OrderTerm

# The longest text column that a list is sorted by is a few hundred characters.
_LONGEST = 4_096


def encode_cursor(
    mark: str, terms: Sequence[OrderTerm], types: Mapping[str, ColumnType], row: Mapping[str, Any]
) -> str:
    """The cursor of `row` in a list ordered by `terms`; `mark` is the list's fingerprint."""
    values: list[str | None] = [mark]
    for term in terms:
        value = row[term.column]
        to_text = types[term.column].to_text
        assert to_text is not None
        values.append(None if value is None else to_text(value))
    return base64.urlsafe_b64encode(orjson.dumps(values)).decode().rstrip("=")


def decode_cursor(
    name: str, cursor: str, mark: str, terms: Sequence[OrderTerm], types: Mapping[str, ColumnType]
) -> tuple[Constant, ...]:
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
        return tuple(
            _constant(term, types[term.column], value)
            for term, value in zip(terms, values[1:], strict=True)
        )
    except (ValueError, binascii.Error) as error:
        raise InputError(
            f"{name} is not a cursor of this list; pass an endCursor, startCursor or cursor that "
            "the same list, in the same order, has returned"
        ) from error


def _constant(term: OrderTerm, column: ColumnType, value: object) -> Constant:
    if value is None and term.nullable:
        return Constant(None, column.pg)
    if not isinstance(value, str) or column.from_text is None:
        raise ValueError(value)
    return Constant(column.from_text(value), column.pg)


def encode_id(type_name: str, key: uuid.UUID) -> str:
    """The global id of the row of `type_name` with the primary key `key`."""
    return f"{type_name}_{key}"


def decode_id(text: str) -> tuple[str, uuid.UUID] | None:
    """Type name and primary key of a global id; None for a text that is none."""
    type_name, _, key = text.rpartition("_")
    try:
        parsed = uuid.UUID(key)
    except ValueError:
        return None
    return (type_name, parsed) if text == encode_id(type_name, parsed) else None
