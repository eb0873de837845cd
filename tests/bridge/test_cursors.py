"""Cursors and global ids: they come back as they went, and nothing else is let in."""

import base64
import datetime as dt
import decimal
import uuid
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from piccolo.columns import (
    JSONB,
    UUID,
    Array,
    BigInt,
    Boolean,
    Column,
    Date,
    DoublePrecision,
    Integer,
    Numeric,
    Real,
    SmallInt,
    Text,
    Timestamptz,
    Varchar,
)
from piccolo.table import Table

from app.bridge.columns import ColumnType, column_type
from app.bridge.cursors import decode_cursor, decode_id, encode_cursor, encode_id
from app.bridge.errors import InputError
from app.bridge.plan import OrderTerm

MARK = "0123abcd"


class Sorted(Table):
    """A column of every type that rows can be sorted by."""

    id: UUID = UUID(primary_key=True)
    varchar: Varchar = Varchar(null=True)
    text: Text = Text(null=True)
    boolean: Boolean = Boolean(null=True)
    small: SmallInt = SmallInt(null=True)
    integer: Integer = Integer(null=True)
    big: BigInt = BigInt(null=True)
    numeric: Numeric = Numeric(null=True)
    date: Date = Date(null=True)
    moment: Timestamptz = Timestamptz(null=True)


COLUMNS: dict[str, Column] = {column._meta.name: column for column in Sorted._meta.columns}
TYPES: dict[str, ColumnType] = {name: column_type(column) for name, column in COLUMNS.items()}

texts = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=200)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "id": st.uuids(),
    "varchar": texts,
    "text": texts,
    "boolean": st.booleans(),
    "small": st.integers(-(2**15), 2**15 - 1),
    "integer": st.integers(-(2**31), 2**31 - 1),
    "big": st.integers(-(2**63), 2**63 - 1),
    "numeric": st.decimals(allow_nan=False, allow_infinity=False, places=4),
    "date": st.dates(),
    # PostgreSQL hands moments out in UTC.
    "moment": st.datetimes(timezones=st.just(dt.UTC)),
}


def terms(*names: str) -> tuple[OrderTerm, ...]:
    return tuple(OrderTerm(name, TYPES[name].json, nullable=name != "id") for name in names)


def raw(*values: object) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(values)).decode().rstrip("=")


def encode(row: dict[str, Any], *names: str) -> str:
    """The cursor of a row, which has a value of each of these columns."""
    values = [None if row[name] is None else writers(name)(row[name]) for name in names]
    return encode_cursor(MARK, values)


def writers(name: str) -> Callable[[Any], str]:
    """What writes values of a column into a cursor."""
    write = TYPES[name].to_text
    assert write is not None
    return write


def decode(text: str, *names: str, argument: str = "after") -> tuple[object, ...]:
    """The values of these columns in a cursor."""
    return decode_cursor(argument, text, MARK, terms(*names), [TYPES[name] for name in names])


def test_every_type_that_can_be_sorted_by_is_tested() -> None:
    assert set(VALUES) == set(COLUMNS)
    assert all(kind.to_text and kind.from_text for kind in TYPES.values())


@pytest.mark.parametrize("name", VALUES)
@given(data=st.data())
def test_a_value_comes_back_as_it_went(name: str, data: st.DataObject) -> None:
    row = {name: data.draw(VALUES[name]), "id": uuid.uuid4()}
    names = (name, "id") if name != "id" else ("id",)
    decoded = decode(encode(row, *names), *names)
    assert decoded == tuple(row[name] for name in names)
    assert [type(value) for value in decoded] == [type(row[name]) for name in names]


def test_null_comes_back_where_it_may_be() -> None:
    assert decode(encode({"integer": None}, "integer"), "integer") == (None,)
    with pytest.raises(InputError):
        decode(raw(MARK, None), "id")


@given(st.data())
def test_a_changed_character_is_refused_or_is_another_place_of_the_same_list(
    data: st.DataObject,
) -> None:
    """Never another type, list or length: what is let in can be bound to the statement."""
    key = data.draw(VALUES["id"])
    text = encode({"integer": 7, "id": key}, "integer", "id")
    place = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.sampled_from("ABCDwxyz0189-_=+/ \x00é"))
    changed = text[:place] + other + text[place + 1 :]
    try:
        decoded = decode(changed, "integer", "id")
    except InputError:
        return
    number, found = decoded
    assert number is None or (isinstance(number, int) and -(2**31) <= number < 2**31)
    assert isinstance(found, uuid.UUID)


@given(st.text(max_size=100))
def test_any_text_is_refused_in_one_sentence(text: str) -> None:
    with pytest.raises(InputError) as refused:
        decode(text, "integer", "id")
    assert refused.value.message.startswith("after is not a cursor of this list;")
    assert refused.value.extensions == {"code": "BAD_USER_INPUT"}


ID = "018f0000-0000-7000-8000-000000000000"


@pytest.mark.parametrize(
    "text",
    [
        "",
        raw(),
        raw(MARK),
        raw(MARK, "1"),
        raw(MARK, "1", ID, "1"),
        raw("0000abcd", "1", ID),
        raw(None, "1", ID),
        raw(MARK, 1, ID),
        raw(MARK, ["1"], ID),
        raw(MARK, "1", 1),
        raw(MARK, "x", ID),
        raw(MARK, "", ID),
        raw(MARK, "1.0", ID),
        raw(MARK, str(2**31), ID),
        raw(MARK, "9" * 5_000, ID),
        raw(MARK, "1", "x"),
        raw(MARK, "1", None),
        base64.urlsafe_b64encode(b'{"a": 1}').decode(),
        base64.urlsafe_b64encode(b"[" * 2_000).decode(),
        base64.urlsafe_b64encode(b"\xff\xfe").decode(),
        "A" * 100_000,
        raw(MARK, "1", ID) + "====",
        raw(MARK, "1", ID) + "\x00",
    ],
)
def test_texts_that_are_no_cursors_of_the_list(text: str) -> None:
    with pytest.raises(InputError):
        decode(text, "integer", "id")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("text", "a\x00b"),
        ("boolean", "t"),
        ("boolean", ""),
        ("small", "32768"),
        ("big", str(2**63)),
        ("big", "1e3"),
        ("numeric", "NaN"),
        ("numeric", "Infinity"),
        ("numeric", "1e200000"),
        ("date", "2026-13-01"),
        ("date", "yesterday"),
        ("moment", "2026-01-01T00:00:00"),
        ("moment", "0001-01-01T00:00:00+14:00"),
        ("moment", "9999-12-31T23:59:59-14:00"),
        ("moment", "now"),
    ],
)
def test_values_that_the_column_cannot_hold(name: str, text: str) -> None:
    with pytest.raises(InputError):
        decode(raw(MARK, text, ID), name, "id")


def test_the_argument_is_named() -> None:
    with pytest.raises(
        InputError, match=r"^before is not a cursor of this list; pass an endCursor"
    ):
        decode("x", "id", argument="before")


# Global ids


@given(st.sampled_from(["Post", "A_B", "T"]), st.uuids())
def test_an_id_comes_back_as_it_went(name: str, key: uuid.UUID) -> None:
    assert decode_id(encode_id(name, key)) == (name, key)


@pytest.mark.parametrize(
    "text",
    ["", "_", "Post", "Post_", "Post_1", ID, f"Post_{ID.upper()}", f"Post_{{{ID}}}",
     f"Post_{ID} ", f"Post_urn:uuid:{ID}", f"Post_{ID.replace('-', '')}", f"Post_{ID}\x00",
     "Post_" + "9" * 10_000],
)  # fmt: skip
def test_texts_that_are_no_ids(text: str) -> None:
    assert decode_id(text) is None


@pytest.mark.parametrize("text", ["1.500", "0.00000001", "0E-8", "100"])
def test_exact_numbers_are_written_as_postgresql_prints_them(text: str) -> None:
    """JSON mode lets PostgreSQL write cursors, and they are the same to the byte."""
    value = decimal.Decimal(text)
    assert writers("numeric")(value) == format(value, "f")
    assert decode(encode({"numeric": value}, "numeric"), "numeric") == (value,)


@pytest.mark.parametrize("column", [Real(), DoublePrecision(), JSONB(), Array(Varchar())])
def test_lists_are_not_sorted_by_what_has_no_exact_text(column: Column) -> None:
    assert column_type(column).to_text is None
    assert column_type(column).from_text is None
