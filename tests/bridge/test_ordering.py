"""Keyset paging: beyond a row are the rows after it, in every order, wherever nulls are."""

import functools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from piccolo.columns import Integer, Varchar
from piccolo.table import Table

from app.bridge.ordering import ascending, beyond, descending, fingerprint, order_terms
from app.bridge.plan import AllOf, Compare, Constant, JSONKind, Nothing, Operator, OrderTerm
from tests.bridge.predicates import Row, holds


class Thing(Table):
    """A table with a key of its own name."""

    key: Integer = Integer(primary_key=True)
    size: Integer = Integer(null=True)
    name: Varchar = Varchar(null=False)


def compare(terms: tuple[OrderTerm, ...], one: Row, other: Row) -> int:
    """Below zero when `one` comes first; null is larger or smaller than every value, as told."""
    for term in terms:
        left, right = one[term.column], other[term.column]
        if left == right:
            continue
        if left is None or right is None:
            return -1 if (left is None) == term.nulls_first else 1
        return -1 if (left < right) != term.descending else 1
    return 0


values = st.one_of(st.none(), st.integers(0, 2))


@st.composite
def lists(draw: st.DrawFn) -> tuple[tuple[OrderTerm, ...], list[dict[str, Any]]]:
    """An order by up to two columns and the key, and rows with equal values, nulls among them."""
    terms = [
        OrderTerm(
            name,
            JSONKind.LITERAL,
            descending=draw(st.booleans()),
            nullable=(nullable := draw(st.booleans())),
            nulls_first=nullable and draw(st.booleans()),
        )
        for name in draw(st.sampled_from(["", "a", "b", "ab", "ba"]))
    ]
    terms.append(OrderTerm("key", JSONKind.LITERAL, draw(st.booleans())))
    rows = []
    for key in range(draw(st.integers(1, 8))):
        row: dict[str, Any] = {"key": key, "a": 0, "b": 0}
        for term in terms[:-1]:
            row[term.column] = draw(values if term.nullable else st.integers(0, 2))
        rows.append(row)
    return tuple(terms), rows


def cursor(terms: tuple[OrderTerm, ...], row: Row) -> list[Constant]:
    return [Constant(row[term.column], "integer") for term in terms]


@given(lists())
def test_beyond_a_row_are_the_rows_after_it(
    given_list: tuple[tuple[OrderTerm, ...], list[dict[str, Any]]],
) -> None:
    terms, rows = given_list
    ordered = sorted(rows, key=functools.cmp_to_key(functools.partial(compare, terms)))
    for place, row in enumerate(ordered):
        condition = beyond(terms, cursor(terms, row))
        assert [other for other in ordered if holds(condition, other)] == ordered[place + 1 :]


@given(lists())
def test_beyond_a_row_the_other_way_are_the_rows_before_it(
    given_list: tuple[tuple[OrderTerm, ...], list[dict[str, Any]]],
) -> None:
    terms, rows = given_list
    ordered = sorted(rows, key=functools.cmp_to_key(functools.partial(compare, terms)))
    backwards = tuple(term.reversed for term in terms)
    for place, row in enumerate(ordered):
        condition = beyond(backwards, cursor(terms, row))
        assert [other for other in ordered if holds(condition, other)] == ordered[:place]


def test_an_order_ends_with_the_primary_key_in_the_last_direction() -> None:
    key_up = OrderTerm("key", JSONKind.LITERAL)
    key_down = OrderTerm("key", JSONKind.LITERAL, descending=True)
    size = OrderTerm("size", JSONKind.LITERAL, descending=False, nullable=True)
    assert order_terms(Thing, ()) == (key_up,)
    assert order_terms(Thing, [ascending(Thing.size)]) == (size, key_up)
    assert order_terms(Thing, [ascending(Thing.size), descending(Thing.name)]) == (
        size,
        OrderTerm("name", JSONKind.STRING, descending=True),
        key_down,
    )
    assert order_terms(Thing, [descending(Thing.key)]) == (key_down,)


def test_a_bound_on_the_first_column_lets_the_index_start_there() -> None:
    name, key = Constant("n", "text"), Constant(1, "integer")
    condition = beyond(order_terms(Thing, [descending(Thing.name)]), [name, key])
    assert isinstance(condition, AllOf)
    assert condition.parts[0] == Compare("name", Operator.LE, name)


def test_after_the_last_null_there_is_nothing_more() -> None:
    terms = (OrderTerm("size", JSONKind.LITERAL, nullable=True),)
    assert beyond(terms, [Constant(None, "integer")]) == Nothing()


@pytest.mark.parametrize(
    "other",
    [
        ("Other", order_terms(Thing, [ascending(Thing.name)])),
        ("Thing", order_terms(Thing, [descending(Thing.name)])),
        ("Thing", order_terms(Thing, [ascending(Thing.size)])),
        ("Thing", order_terms(Thing, [])),
    ],
)
def test_lists_of_other_types_and_orders_have_other_fingerprints(
    other: tuple[str, tuple[OrderTerm, ...]],
) -> None:
    mark = fingerprint("Thing", order_terms(Thing, [ascending(Thing.name)]))
    assert mark == fingerprint("Thing", order_terms(Thing, [ascending(Thing.name)]))
    assert len(mark) == 8
    assert fingerprint(*other) != mark
