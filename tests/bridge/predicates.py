"""What predicates mean, worked out in Python on rows that are dictionaries."""

import operator
from collections.abc import Mapping
from typing import Any

from app.bridge.plan import (
    AllOf,
    AnyOf,
    Compare,
    Constant,
    Everything,
    IsNull,
    Not,
    Nothing,
    Operator,
    Predicate,
)

Row = Mapping[str, Any]


def holds(predicate: Predicate, row: Row) -> bool:
    """Whether a WHERE with this predicate lets the row through (so null counts as false)."""
    match predicate:
        case Everything():
            return True
        case Nothing():
            return False
        case IsNull(column, negated):
            return (row[column] is None) is not negated
        case Not(part):
            return not holds(part, row)
        case AllOf(parts):
            return all(holds(part, row) for part in parts)
        case AnyOf(parts):
            return any(holds(part, row) for part in parts)
        case Compare(column, how, Constant(value)):
            return (
                value is not None and row[column] is not None and _compare(row[column], how, value)
            )
        case _:
            raise AssertionError(f"no meaning is known of {predicate}")


def _compare(left: Any, how: Operator, right: Any) -> bool:
    return bool(COMPARED[how](left, right))


COMPARED = {
    Operator.EQ: operator.eq,
    Operator.NE: operator.ne,
    Operator.LT: operator.lt,
    Operator.LE: operator.le,
    Operator.GT: operator.gt,
    Operator.GE: operator.ge,
}
