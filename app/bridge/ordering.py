"""Orders: what a list is sorted by, always ended by the primary key, so that it is total."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from piccolo.columns import Column
from piccolo.table import Table

from app.bridge.columns import column_type
from app.bridge.plan import (
    At,
    Compare,
    Constant,
    Everything,
    IsNull,
    Nothing,
    Operator,
    OrderTerm,
    Predicate,
    Value,
    all_of,
    any_of,
    negation,
)


@dataclass(frozen=True, slots=True)
class Order:
    """One column that a list is sorted by."""

    column: Column
    descending: bool = False


def ascending(column: Column) -> Order:
    """Sorted by `column`, smallest first, nulls last."""
    return Order(column)


def descending(column: Column) -> Order:
    """Sorted by `column`, largest first, nulls last."""
    return Order(column, descending=True)


def order_terms(table: type[Table], orders: Sequence[Order]) -> tuple[OrderTerm, ...]:
    """The terms of `orders`, ended by the primary key in the direction of the last of them."""
    return ended(table, [_term(order.column, order.descending) for order in orders])


def ended(table: type[Table], terms: Iterable[OrderTerm]) -> tuple[OrderTerm, ...]:
    """`terms` as far as they matter, ended by the primary key in the direction of the last."""
    key = table._meta.primary_key
    kept: list[OrderTerm] = []
    for term in terms:
        if all((term.path, term.column) != (other.path, other.column) for other in kept):
            kept.append(term)
        if not term.path and term.column == key._meta.name:
            return tuple(kept)
    return (*kept, _term(key, kept[-1].descending if kept else False))


def _term(column: Column, is_descending: bool) -> OrderTerm:
    kind = column_type(column).json
    return OrderTerm(column._meta.name, kind, is_descending, bool(column._meta.null))


def guarded(term: OrderTerm, guard: Predicate) -> OrderTerm:
    """The term for a caller who may read its column only where `guard` holds."""
    if isinstance(guard, Everything):
        return term
    return replace(term, guard=guard, nullable=True)


def fingerprint(type_name: str, terms: Sequence[OrderTerm]) -> str:
    """Eight characters that tell cursors of different types or orders apart."""
    described = type_name
    for term in terms:
        name = ".".join([*(step.join.local for step in term.path), term.column])
        described += f"|{name},{term.descending},{term.nulls_first}"
    return hashlib.sha256(described.encode()).hexdigest()[:8]


def beyond(terms: Sequence[OrderTerm], values: Sequence[Value]) -> Predicate:
    """Rows that come after the row with these `values`, in the order of `terms` (keyset paging).

    Where the first column cannot be null, a bound on it alone is added: it says nothing new, but
    lets PostgreSQL start its index scan there.
    """
    steps: list[Predicate] = []
    equal: list[Predicate] = []
    for term, value in zip(terms, values, strict=True):
        steps.append(all_of(*equal, _after(term, value)))
        equal.append(_is_null(term) if _null(value) else _compare(term, Operator.EQ, value))
    condition = any_of(*steps)
    first = terms[0]
    if len(terms) == 1 or first.nullable:
        return condition
    bound = _compare(first, Operator.LE if first.descending else Operator.GE, values[0])
    return all_of(bound, condition)


def _null(value: Value) -> bool:
    return isinstance(value, Constant) and value.value is None


def _after(term: OrderTerm, value: Value) -> Predicate:
    """Rows whose column comes strictly after `value`, wherever nulls stand."""
    if _null(value):
        return _at(term, _known(term)) if term.nulls_first else Nothing()
    compared = _compare(term, Operator.LT if term.descending else Operator.GT, value)
    if term.nullable and not term.nulls_first:
        return any_of(compared, _is_null(term))
    return compared


def _compare(term: OrderTerm, operator: Operator, value: Value) -> Predicate:
    return _at(term, all_of(term.guard, Compare(term.column, operator, value)))


def _is_null(term: OrderTerm) -> Predicate:
    return _at(term, any_of(negation(term.guard), IsNull(term.column)))


def _known(term: OrderTerm) -> Predicate:
    return all_of(term.guard, negation(IsNull(term.column)))


def _at(term: OrderTerm, predicate: Predicate) -> Predicate:
    return At(term.path, predicate) if term.path else predicate
