"""Orders: what a list is sorted by, always ended by the primary key, so that it is total."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from piccolo.columns import Column
from piccolo.table import Table

from app.bridge.columns import column_type
from app.bridge.plan import (
    Compare,
    Constant,
    IsNull,
    Nothing,
    Operator,
    OrderTerm,
    Predicate,
    Value,
    all_of,
    any_of,
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
    key = table._meta.primary_key._meta.name
    terms = [
        OrderTerm(
            order.column._meta.name,
            column_type(order.column).json,
            order.descending,
            bool(order.column._meta.null),
        )
        for order in orders
    ]
    if all(term.column != key for term in terms):
        kind = column_type(table._meta.primary_key).json
        terms.append(OrderTerm(key, kind, terms[-1].descending if terms else False))
    return tuple(terms)


def fingerprint(type_name: str, terms: Sequence[OrderTerm]) -> str:
    """Eight characters that tell cursors of different types or orders apart."""
    described = type_name + "".join(f"|{term.column},{term.descending}" for term in terms)
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
        equal.append(
            IsNull(term.column) if _is_null(value) else Compare(term.column, Operator.EQ, value)
        )
    condition = any_of(*steps)
    first = terms[0]
    if len(terms) == 1 or first.nullable:
        return condition
    bound = Compare(first.column, Operator.LE if first.descending else Operator.GE, values[0])
    return all_of(bound, condition)


def _is_null(value: Value) -> bool:
    return isinstance(value, Constant) and value.value is None


def _after(term: OrderTerm, value: Value) -> Predicate:
    """Rows whose column comes strictly after `value`, wherever nulls stand."""
    if _is_null(value):
        return IsNull(term.column, negated=True) if term.nulls_first else Nothing()
    compared = Compare(term.column, Operator.LT if term.descending else Operator.GT, value)
    if term.nullable and not term.nulls_first:
        return any_of(compared, IsNull(term.column))
    return compared
