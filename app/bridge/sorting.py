"""The order of one list for one caller: from `orderBy`, or the list's own, to terms and bounds.

What the caller may not read of a row sorts as null: columns, and rows behind relations.
"""

from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

import strawberry

from app.bridge.access import join_of
from app.bridge.columns import ColumnType
from app.bridge.cursors import CursorPart, decode_cursor
from app.bridge.errors import InputError, LimitExceeded
from app.bridge.ordering import Order, beyond, ended, fingerprint, guarded, order_terms
from app.bridge.plan import (
    Constant,
    Everything,
    OrderTerm,
    Predicate,
    Step,
    Value,
)
from app.bridge.registry import ColumnField, ExposedType, ToOneField
from app.bridge.scope import Scope
from app.bridge.variables import Leaf


@strawberry.enum(description="Which way a list is sorted; nulls come last unless told.")
class OrderDirection(Enum):
    """A direction, and where nulls stand."""

    ASC = "ASC"
    DESC = "DESC"
    ASC_NULLS_FIRST = "ASC_NULLS_FIRST"
    DESC_NULLS_FIRST = "DESC_NULLS_FIRST"

    @property
    def descending(self) -> bool:
        """Whether the largest comes first."""
        return self.value.startswith("DESC")

    @property
    def nulls_first(self) -> bool:
        """Whether nulls come first."""
        return self.value.endswith("NULLS_FIRST")


@dataclass(frozen=True, slots=True)
class Sorting:
    """A total order: its terms, the types of their columns, and the mark of its cursors."""

    terms: tuple[OrderTerm, ...]
    types: tuple[ColumnType, ...]
    mark: str

    def beyond(self, scope: Scope, name: str, cursor: Any, *, backwards: bool) -> Predicate:
        """The rows after the one of a cursor, the argument called `name`, or before it."""
        if cursor is None:
            return Everything()
        terms = tuple(term.reversed for term in self.terms) if backwards else self.terms
        if isinstance(cursor, Leaf) and not any(term.nullable for term in terms):
            values: list[Value] = [
                scope.bind(cursor, CursorPart(name, self.mark, terms, self.types, place), kind.pg)
                for place, kind in enumerate(self.types)
            ]
        else:
            # Whether an order value is null decides the condition, so the value must be known.
            text = scope.variables.value(cursor)
            decoded = decode_cursor(name, text, self.mark, terms, self.types)
            values = [Constant(v, kind.pg) for v, kind in zip(decoded, self.types, strict=True)]
        return beyond(terms, values)


def sorting(scope: Scope, exposed: ExposedType, own: tuple[Order, ...], tree: Any) -> Sorting:
    """The order that the value of `orderBy` asks for; without one, the list's own.

    Raises InputError for a value that cannot be meant, LimitExceeded for too many terms, and
    NotAllowed for a column that the caller may not read.
    """
    if isinstance(tree, Leaf):  # an empty list
        tree = scope.variables.value(tree)
    if not tree:
        terms = order_terms(exposed.table, own)
        terms = tuple(guarded(term, scope.guard(exposed, term.column)) for term in terms)
        types: dict[tuple[tuple[Step, ...], str], ColumnType] = {}
    else:
        if len(tree) > scope.limits.order_terms:
            raise LimitExceeded(
                f"orderBy has {len(tree)} terms; it may have {scope.limits.order_terms} at the most"
            )
        chosen = [
            _chosen(scope, exposed, item, f"orderBy.{place}", ()) for place, item in enumerate(tree)
        ]
        terms = ended(exposed.table, (term for term, _ in chosen))
        types = {(term.path, term.column): kind for term, kind in chosen}
    return Sorting(
        terms,
        tuple(types.get((term.path, term.column)) or exposed.types[term.column] for term in terms),
        fingerprint(exposed.name, terms),
    )


def _chosen(
    scope: Scope,
    exposed: ExposedType,
    tree: Any,
    at: str,
    path: tuple[Step, ...],
    *,
    certain: bool = True,
) -> tuple[OrderTerm, ColumnType]:
    """The term that one item of `orderBy` means, which stands at `at`, and its column's type.

    `path` leads to rows of `exposed`; where it is not `certain`, to none for some.
    """
    if len(tree) != 1 or None in tree.values():
        raise InputError(f"{at} must specify exactly one key; write a list of several")
    ((name, value),) = tree.items()
    match exposed.field(name):
        case ToOneField(key, target):
            if len(path) == scope.limits.depth:
                raise LimitExceeded(f"{at} follows more than {len(path)} relations")
            step = Step(join_of(key), scope.guard(exposed, key._meta.name), scope.rows(target))
            certain &= not key._meta.null and step.guard == step.where == Everything()
            other = scope.type_of(target)
            return _chosen(scope, other, value, f"{at}.{name}", (*path, step), certain=certain)
        case ColumnField(column, kind, nullable):
            pass
        case _:
            column, kind, nullable = exposed.key, exposed.types[exposed.key], False
    direction = OrderDirection(scope.variables.value(value))
    term = OrderTerm(
        column, kind.json, direction.descending, nullable=nullable or not certain, path=path
    )
    term = guarded(term, scope.guard(exposed, column))
    return replace(term, nulls_first=direction.nulls_first and term.nullable), kind
