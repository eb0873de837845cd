"""Values against the columns that they are for: every problem at once, before any statement."""

import decimal
from collections.abc import Iterator, Mapping
from typing import Any, Protocol, cast

from piccolo.columns import Array, Column, ForeignKey, Numeric, Serial, Text, Varchar
from piccolo.table import Table
from strawberry.utils.str_converters import to_camel_case

from app.bridge.binding import JSONText, ListOf, Storable
from app.bridge.blank import has_controls, is_blank
from app.bridge.columns import ColumnType, column_type
from app.bridge.errors import BridgeError, Path, Problem, Refused
from app.bridge.plan import Constant, JSONKind

# What has to be given, of these, cannot be blank either.
_TEXTS = (Varchar, Text)

# Items of an array column.
_MOST_ITEMS = 1_000

Values = Mapping[str, Any]


class ValueRule(Protocol):
    """What a constraint's attribute `rule` says of one column's value that is not null."""

    column: str
    sentence: str

    def holds(self, value: Any, /) -> bool:
        """Whether the value may be stored."""


def argument_name(column: Column) -> str:
    """What clients call the input field of a column: that of a foreign key takes an id."""
    name = to_camel_case(column._meta.name)
    return f"{name}Id" if isinstance(column, ForeignKey) else name


def is_required(column: Column) -> bool:
    """Whether a new row has to be given a value of the column; the database counts serial ones."""
    if isinstance(column, Serial):
        return False
    return not column._meta.null and column._meta.params.get("default") is None


def rules_of(table: type[Table]) -> list[ValueRule]:
    """What the constraints of a table say of single values."""
    rules = (getattr(constraint, "rule", None) for constraint in table._meta.constraints)
    return [cast("ValueRule", rule) for rule in rules if rule is not None]


def stored(
    table: type[Table], values: Values, path: Path = (), *, new: bool = False
) -> dict[str, Constant]:
    """The values, by column name, as a statement takes them; `new` for those of a whole new row.

    `path` leads to the input that holds them. Raises Refused with every problem there is.
    """
    made: dict[str, Constant] = {}
    problems: list[Problem] = []
    columns = {column._meta.name: column for column in table._meta.columns}
    for name, value in values.items():
        column = columns[name]
        place = (*path, argument_name(column))
        if value is None:
            if not column._meta.null:
                problems.append(Problem("REQUIRED", f"{place[-1]} cannot be null", place))
            made[name] = Constant(None, column_type(column).pg)
            continue
        try:
            made[name] = _constant(column, value)
        except BridgeError as error:
            problems.append(Problem("INVALID", error.message, place))
            continue
        problems.extend(_misfits(table, column, value, place))
    if new:
        problems.extend(_missing(table, values, path))
    if problems:
        raise Refused(*problems)
    return made


def _constant(column: Column, value: Any) -> Constant:
    kind = column_type(column)
    name = argument_name(column)
    if kind.json is JSONKind.JSON:
        return Constant(JSONText(name)(value), kind.pg)
    if kind.item is not None:
        return Constant(ListOf(name, _item(name, kind.item), _MOST_ITEMS)(value), kind.pg)
    return Constant(Storable(name, kind)(value), kind.pg)


def _item(name: str, kind: ColumnType) -> Storable:
    return Storable(f"an item of {name}", kind)


def _misfits(table: type[Table], column: Column, value: Any, path: Path) -> Iterator[Problem]:
    """What keeps a storable value from the column."""
    name = path[-1]
    line = _line(column)
    lines = [] if line is None else list(map(str, value if isinstance(column, Array) else [value]))
    if line is not None and line.length and any(len(text) > line.length for text in lines):
        yield Problem("TOO_LONG", f"{name} may have {line.length} characters", path)
        return
    if isinstance(column, Numeric) and (problem := _digits(column, value)):
        yield Problem("INVALID", f"{name} {problem}", path)
    broken = [
        rule
        for rule in rules_of(table)
        if rule.column == column._meta.name and not rule.holds(value)
    ]
    for rule in broken:
        yield Problem("INVALID", f"{name} {rule.sentence}", path)
    if broken:
        return
    if type(column) in _TEXTS and is_required(column) and is_blank(str(value)):
        yield Problem("REQUIRED", f"{name} cannot be blank", path)
    elif any(map(has_controls, lines)):
        problem = f"{name} cannot hold line breaks, tabs or other control characters"
        yield Problem("INVALID", problem, path)


def _line(column: Column) -> Varchar | None:
    """The column of texts of a single line, of an array its items'; None for other columns."""
    base = column.base_column if isinstance(column, Array) else column
    return base if isinstance(base, Varchar) else None


def _digits(column: Numeric, value: Any) -> str | None:
    digits = column._meta.params["digits"]
    if digits is None:
        return None
    precision, scale = digits
    number = decimal.Decimal(value)
    # First of all: what has more digits than the context cannot be rounded.
    if number.copy_abs() >= decimal.Decimal(10) ** (precision - scale):
        return f"may have {precision - scale} digits before the point"
    if round(number, scale) != number:
        return f"may have {scale} places after the point"
    return None


def _missing(table: type[Table], values: Values, path: Path) -> Iterator[Problem]:
    for column in table._meta.columns:
        if is_required(column) and column._meta.name not in values:
            name = argument_name(column)
            yield Problem("REQUIRED", f"{name} is missing", (*path, name))
