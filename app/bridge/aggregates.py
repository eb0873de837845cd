"""Aggregates: what a type can be grouped by, and from a selection to a plan.

What the caller may not read of a row counts as null: it is in no sum, and groups with the nulls.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from piccolo.columns import Column, ForeignKey
from strawberry.utils.str_converters import to_camel_case

from app.bridge.access import join_of
from app.bridge.columns import ColumnType, column_type
from app.bridge.errors import ConfigurationError, InputError, LimitExceeded
from app.bridge.filters import to_predicate
from app.bridge.limits import Budget
from app.bridge.plan import (
    AggregatePlan,
    Bucket,
    Everything,
    Function,
    GroupKey,
    JSONKind,
    Measure,
    Place,
    Read,
    Step,
    Subject,
    all_of,
)
from app.bridge.registry import Aggregates, ColumnField, ExposedType
from app.bridge.scope import Scope
from app.bridge.selection import Selected, SelectionReader

_NUMBERS = {"smallint", "integer", "bigint", "real", "double precision", "numeric"}
_INEXACT = {"real", "double precision"}


@dataclass(frozen=True, slots=True)
class GroupChoice:
    """One thing to group by: the field of the key that shows it, its column, its span of time."""

    key: str
    column: Column
    bucket: Bucket | None = None


def group_choices(aggregates: Aggregates) -> Mapping[str, GroupChoice]:
    """What can be grouped by, by the name in the API: `LEVEL`, `CREATED_AT_MONTH`.

    Raises ConfigurationError for a column that has too many values, or none, to group by.
    """
    choices: dict[str, GroupChoice] = {}
    for column in aggregates.group_by:
        name = column._meta.name
        kind = column_type(column)
        if isinstance(column, ForeignKey):
            choices[name.upper()] = GroupChoice(f"{to_camel_case(name)}Id", column)
        elif kind.json is JSONKind.TIME:
            for bucket in Bucket:
                choices[f"{name}_{bucket}".upper()] = GroupChoice(
                    to_camel_case(name), column, bucket
                )
        elif kind.sortable:
            choices[name.upper()] = GroupChoice(to_camel_case(name), column)
        else:
            raise ConfigurationError(f"{name} cannot be grouped by; leave it out of aggregates")
    return choices


def measured(exposed: ExposedType, function: Function) -> Mapping[str, ColumnField]:
    """The columns that a function is made of, by the name that clients know."""
    return {
        name: field
        for name, field in exposed.names.items()
        if isinstance(field, ColumnField) and _can(function, field.type)
    }


def _can(function: Function, kind: ColumnType) -> bool:
    if function in {Function.SUM, Function.AVG}:
        return kind.pg in _NUMBERS
    return kind.pg in _NUMBERS | {"date", "timestamptz"}


def is_exact(kind: ColumnType) -> bool:
    """Whether sums of columns of this type are exact."""
    return kind.pg not in _INEXACT


class AggregatePlanner:
    """Plans one field of aggregates."""

    def __init__(
        self,
        scope: Scope,
        reader: SelectionReader,
        budget: Budget,
        exposed: ExposedType,
        aggregates: Aggregates,
    ) -> None:
        self._scope = scope
        self._reader = reader
        self._budget = budget
        self._exposed = exposed
        self._choices = group_choices(aggregates)

    def plan(self, read: Read, selected: Selected) -> AggregatePlan:
        """The plan of the whole field, over the rows of `read` for which its filter holds."""
        before_it = len(self._scope.given)
        where = to_predicate(self._scope, self._exposed, selected.arguments.get("where"))
        read = Read(read.type_name, read.table, read.columns, all_of(where, read.where))
        self._budget.take_rows(1)
        values = _Values()
        shape = self._fields(selected, f"{self._exposed.name}Aggregate", values, read)
        given = tuple(self._scope.given[before_it:])
        return AggregatePlan(read, (), tuple(values.measures), shape, None, given)

    def _fields(
        self, selected: Selected, type_name: str, values: "_Values", read: Read
    ) -> tuple[tuple[str, Place], ...]:
        return tuple(
            (inner.key, self._place(inner, type_name, values, read))
            for inner in self._reader.below(selected, type_name)
        )

    def _place(self, selected: Selected, type_name: str, values: "_Values", read: Read) -> Place:
        match selected.name:
            case "__typename":
                return type_name
            case "count":
                return values.measure(Measure(Function.COUNT, None, JSONKind.LITERAL))
            case "groups":
                return self._groups(selected, read)
            case "key":
                return self._key(selected, values)
        function = Function(selected.name)
        inner_name = self._exposed.name + RESULTS[function]
        columns = measured(self._exposed, function)
        return tuple(
            (
                inner.key,
                inner_name
                if inner.name == "__typename"
                else values.measure(self._measure(function, columns[inner.name])),
            )
            for inner in self._reader.below(selected, inner_name)
        )

    def _measure(self, function: Function, column: ColumnField) -> Measure:
        subject = Subject(column.column, self._scope.guard(self._exposed, column.column))
        match function:
            case Function.AVG:
                return Measure(function, subject, JSONKind.LITERAL, "double precision")
            case Function.SUM if is_exact(column.type):
                return Measure(function, subject, JSONKind.QUOTED, "numeric")
            case _:
                return Measure(function, subject, column.type.json)

    def _groups(self, selected: Selected, read: Read) -> AggregatePlan:
        variables, limits = self._scope.variables, self._scope.limits
        limit = limits.page_size("first", variables.value(selected.arguments.get("first")))
        self._budget.take_rows(limit)
        by = [member.name for member in variables.value(selected.arguments["by"])]
        if not by:
            raise InputError("by is empty; name at least one thing to group by")
        if len(by) > limits.order_terms:
            raise LimitExceeded(f"by has {len(by)} items; it may have {limits.order_terms}")
        values = _Values()
        for name in by:
            choice = self._choices[name]
            if choice.key in values.keys:
                raise InputError(f"by has {choice.key} twice; group by it once")
            values.keys[choice.key] = self._group_key(choice)
        shape = self._fields(selected, f"{self._exposed.name}Group", values, read)
        keys = tuple(values.keys.values())
        return AggregatePlan(read, keys, tuple(values.measures), shape, limit)

    def _group_key(self, choice: GroupChoice) -> GroupKey:
        column, name = choice.column, choice.column._meta.name
        guard = self._scope.guard(self._exposed, name)
        kind = column_type(column)
        if not isinstance(column, ForeignKey):
            subject = Subject(name, guard, bucket=choice.bucket)
            return GroupKey(subject, kind.json, load=kind.load)
        # The id of the row behind it, so that one that is hidden groups with the nulls.
        target = column._foreign_key_meta.resolved_references
        step = Step(join_of(column), guard, self._scope.rows(target))
        other = self._scope.type_of(target)
        return GroupKey(Subject(other.key, Everything(), (step,)), kind.json, other.name)

    def _key(self, selected: Selected, values: "_Values") -> Place:
        type_name = f"{self._exposed.name}GroupKey"
        shape: list[tuple[str, Place]] = []
        places = list(values.keys)
        for inner in self._reader.below(selected, type_name):
            if inner.name == "__typename":
                shape.append((inner.key, type_name))
            elif inner.name in values.keys:
                shape.append((inner.key, places.index(inner.name)))
            else:
                raise InputError(f"key has no {inner.name} here; add it to by, or leave it out")
        return tuple(shape)


# What the types are called that hold the results of a function.
RESULTS: Mapping[Function, str] = {
    Function.SUM: "Sums",
    Function.AVG: "Averages",
    Function.MIN: "Extremes",
    Function.MAX: "Extremes",
}


@dataclass(slots=True)
class _Values:
    """The values of one statement: keys by their names, then measures, each once."""

    keys: dict[str, GroupKey] = field(default_factory=dict)
    measures: dict[Measure, int] = field(default_factory=dict)

    def measure(self, measure: Measure) -> int:
        """The place of a measure."""
        return self.measures.setdefault(measure, len(self.keys) + len(self.measures))


def placed(shape: tuple[tuple[str, Place], ...], record: Any, groups: Mapping[Any, Any]) -> Any:
    """What a shape makes of a record; `groups` has what became of the other plans in it."""
    made: dict[str, Any] = {}
    for key, place in shape:
        match place:
            case int():
                made[key] = record[place]
            case str():
                made[key] = place
            case tuple():
                made[key] = placed(place, record, groups)
            case _:
                made[key] = groups[place]
    return made
