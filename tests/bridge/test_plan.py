"""Predicates joined: folding keeps the meaning, and what is certain disappears."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.bridge.plan import (
    AllOf,
    AnyOf,
    Compare,
    Constant,
    Everything,
    Exists,
    IsNull,
    Join,
    JSONKind,
    Nothing,
    OrderTerm,
    Predicate,
    TableName,
    all_of,
    any_of,
    assume,
    exists,
    negation,
)
from tests.bridge.predicates import COMPARED, Row, holds

A, B, C = (IsNull(name) for name in "abc")
PARENT = Exists(Join(TableName("s", "parents"), "parent", "id"), A)

atoms = st.one_of(
    st.just(Everything()),
    st.just(Nothing()),
    st.builds(IsNull, st.sampled_from("ab"), st.booleans()),
    st.builds(
        Compare,
        st.sampled_from("ab"),
        st.sampled_from(list(COMPARED)),
        st.builds(Constant, st.sampled_from([None, 0, 1, 2]), st.just("integer")),
    ),
)
predicates: st.SearchStrategy[Predicate] = st.recursive(
    atoms,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda parts: all_of(*parts)),
        st.lists(inner, max_size=3).map(lambda parts: any_of(*parts)),
        inner.map(negation),
    ),
    max_leaves=8,
)
rows = st.fixed_dictionaries({name: st.sampled_from([None, 0, 1, 2]) for name in "ab"})


def test_nothing_joined_is_neutral() -> None:
    assert all_of() == Everything()
    assert any_of() == Nothing()


def test_one_part_stays_as_it_is() -> None:
    assert all_of(A) is A
    assert any_of(A) is A


def test_neutral_parts_disappear_and_absorbing_ones_win() -> None:
    assert all_of(A, Everything(), B) == AllOf((A, B))
    assert all_of(A, Nothing(), B) == Nothing()
    assert any_of(A, Nothing(), B) == AnyOf((A, B))
    assert any_of(A, Everything(), B) == Everything()


def test_the_same_join_is_flattened_and_copies_go() -> None:
    assert all_of(A, all_of(B, A), C) == AllOf((A, B, C))
    assert any_of(any_of(A, B), any_of(B, C)) == AnyOf((A, B, C))
    assert all_of(A, any_of(A, B)) == AllOf((A, AnyOf((A, B))))
    assert all_of(A, A) is A


@given(st.lists(predicates, max_size=4), rows)
def test_folding_keeps_the_meaning(parts: list[Predicate], row: Row) -> None:
    assert holds(all_of(*parts), row) == all(holds(part, row) for part in parts)
    assert holds(any_of(*parts), row) == any(holds(part, row) for part in parts)


@given(predicates, rows)
def test_a_negation_holds_where_the_rest_does_not(part: Predicate, row: Row) -> None:
    assert holds(negation(part), row) is not holds(part, row)
    assert negation(negation(part)) == part


def test_nothing_exists_among_no_rows() -> None:
    assert exists(PARENT.join, Nothing()) == Nothing()
    assert exists(PARENT.join, A) == PARENT


@given(predicates, predicates, rows)
def test_what_is_certain_may_be_left_out(known: Predicate, asked: Predicate, row: Row) -> None:
    if holds(known, row):
        assert holds(assume(known, asked), row) == holds(asked, row)


@pytest.mark.parametrize(
    ("asked", "left"),
    [
        (PARENT, Everything()),
        (AllOf((PARENT, B)), B),
        (AllOf((B, PARENT, C)), AllOf((B, C))),
        (AnyOf((PARENT, B)), Everything()),
        (AllOf((AnyOf((PARENT, B)), C)), C),
        (B, B),
        (Exists(PARENT.join, B), Exists(PARENT.join, B)),
        (Exists(Join(TableName("s", "parents"), "other", "id"), A),) * 2,
    ],
)
def test_only_copies_of_what_is_known_are_left_out(asked: Predicate, left: Predicate) -> None:
    assert assume(PARENT, asked) == left


@given(
    st.builds(
        OrderTerm,
        st.just("a"),
        st.sampled_from(JSONKind),
        st.booleans(),
        st.booleans(),
        st.booleans(),
    )
)
def test_an_order_turned_round_twice_is_itself(term: OrderTerm) -> None:
    assert term.reversed.reversed == term
    assert term.reversed != term
