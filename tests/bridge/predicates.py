"""What predicates mean, worked out in Python on rows that are dictionaries."""

from collections.abc import Mapping
from typing import Any

from app.bridge.plan import (
    AllOf,
    AnyOf,
    Compare,
    Constant,
    Everything,
    IsNull,
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
        case AllOf(parts):
            return all(holds(part, row) for part in parts)
        case AnyOf(parts):
            return any(holds(part, row) for part in parts)
        case Compare(column, operator, Constant(value)):
            return (
                value is not None
                and row[column] is not None
                and _compare(row[column], operator, value)
            )
        case _:
            raise AssertionError(f"no meaning is known of {predicate}")


def _compare(left: Any, operator: Operator, right: Any) -> bool:
    results = {
        Operator.EQ: left == right,
        Operator.NE: left != right,
        Operator.LT: left < right,
        Operator.LE: left <= right,
        Operator.GT: left > right,
        Operator.GE: left >= right,
    }
    return bool(results[operator])
