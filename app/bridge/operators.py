"""What filters can ask of a column: one row per operator, by the family of the column's type."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from app.bridge.columns import ColumnType
from app.bridge.plan import JSONKind, Operator


class Family(Enum):
    """Which operators a column has."""

    EQUALITY = "equality"
    ORDER = "order"
    TEXT = "text"
    BOOLEAN = "boolean"
    ARRAY = "array"
    JSON = "json"
    JSON_PART = "part of JSON"


class Takes(Enum):
    """What an operator compares with."""

    VALUE = "a value of the column's type"
    VALUES = "a list of such values"
    ITEM = "an item of the array"
    ITEMS = "a list of such items"
    NAME = "the name of a field"


@dataclass(frozen=True, slots=True)
class Comparison:
    """One operator: what clients call it, what it takes, and what it is in SQL.

    Of one that finds parts of texts, `pattern` is what the LIKE pattern has before and after.
    """

    name: str
    operator: Operator
    description: str
    takes: Takes = Takes.VALUE
    pattern: tuple[str, str] | None = None


_EQUALITY = (
    Comparison("eq", Operator.EQ, "Equal to this."),
    Comparison("ne", Operator.NE, "Not equal to this, and not null."),
    Comparison("in", Operator.ANY, "Equal to one of these.", Takes.VALUES),
    Comparison("notIn", Operator.NOT_ANY, "Equal to none of these, and not null.", Takes.VALUES),
)
_ORDER = (
    Comparison("lt", Operator.LT, "Less than this."),
    Comparison("lte", Operator.LE, "Less than or equal to this."),
    Comparison("gt", Operator.GT, "Greater than this."),
    Comparison("gte", Operator.GE, "Greater than or equal to this."),
)
_TEXT = tuple(
    Comparison(name + suffix, operator, description + how, pattern=pattern)
    for suffix, operator, how in (
        ("", Operator.LIKE, "."),
        ("Insensitive", Operator.ILIKE, ", in any case."),
    )
    for name, description, pattern in (
        ("eq", "Equal to this", ("", "")),
        ("contains", "Has this in it", ("%", "%")),
        ("startsWith", "Starts with this", ("", "%")),
        ("endsWith", "Ends with this", ("%", "")),
    )
    if name + suffix != "eq"
)
_ARRAY = (
    Comparison("has", Operator.CONTAINS, "Has this item.", Takes.ITEM),
    Comparison("hasAny", Operator.OVERLAPS, "Has at least one of these.", Takes.ITEMS),
    Comparison("hasAll", Operator.CONTAINS, "Has all of these.", Takes.ITEMS),
)
_JSON = (
    Comparison("eq", Operator.EQ, "Equal to this, whatever the order of fields."),
    Comparison(
        "contains",
        Operator.CONTAINS,
        "Has all of this in it: the fields of an object, the items of a list.",
    ),
    Comparison("hasKey", Operator.HAS_KEY, "Has a field, or an item, of this name.", Takes.NAME),
)

COMPARISONS: Mapping[Family, tuple[Comparison, ...]] = {
    Family.EQUALITY: _EQUALITY,
    Family.ORDER: _EQUALITY + _ORDER,
    Family.TEXT: _EQUALITY + _ORDER + _TEXT,
    Family.BOOLEAN: _EQUALITY[:2],
    Family.ARRAY: _ARRAY,
    Family.JSON: _JSON,
    Family.JSON_PART: _JSON,
}


def family_of(kind: ColumnType) -> Family | None:
    """The operators of columns of a type; None where there are none."""
    if kind.item is not None:
        return Family.ARRAY
    if kind.json is JSONKind.JSON:
        return Family.JSON if kind.pg == "jsonb" else None
    if kind.pg == "boolean":
        return Family.BOOLEAN
    if kind.pg == "uuid" or isinstance(kind.load, type):  # members of an enum have no order
        return Family.EQUALITY
    return Family.TEXT if kind.json in {JSONKind.STRING, JSONKind.LONG} else Family.ORDER
