"""Strawberry types of aggregates: totals, groups, their keys, and the results of each function."""

import decimal
import enum
from collections.abc import Iterator
from typing import Any

import strawberry
from piccolo.columns import ForeignKey
from strawberry.types.arguments import StrawberryArgument

from app.bridge.aggregates import RESULTS, GroupChoice, group_choices, is_exact, measured
from app.bridge.columns import column_type
from app.bridge.fields import Info, ResolvedField, argument
from app.bridge.plan import Function
from app.bridge.registry import Aggregates, ExposedType

_DESCRIPTIONS = {
    Function.SUM: "Sums; null where there is nothing to add up.",
    Function.AVG: "Averages; null where there is nothing to average.",
    Function.MIN: "The smallest values, or earliest moments.",
    Function.MAX: "The largest values, or latest moments.",
}


def aggregate_type(exposed: ExposedType, aggregates: Aggregates) -> type:
    """The type of a field of aggregates over rows of `exposed`."""
    name = exposed.name
    results = list(_results(exposed))
    choices = group_choices(aggregates)
    fields = [_field("count", int, "How many rows."), *results]
    if choices:
        key = _object_type(f"{name}GroupKey", "What a group has in common.", *_keys(choices))
        group = _object_type(
            f"{name}Group",
            f"The rows of {name} that have the same key.",
            _field("key", key, "What they have in common; only what they are grouped by."),
            *fields,
        )
        fields.append(
            _field(
                "groups",
                list[group],  # type: ignore[valid-type]  # a type made at run time
                "Grouped, largest group first, then by key; a statement of its own.",
                _group_arguments(name, choices),
            )
        )
    return _object_type(
        f"{name}Aggregate", f"All rows of {name} that you may read, in figures.", *fields
    )


def _results(exposed: ExposedType) -> Iterator[ResolvedField]:
    made: dict[str, type] = {}
    for function, suffix in RESULTS.items():
        columns = measured(exposed, function)
        if not columns:
            continue
        name = exposed.name + suffix
        if name not in made:
            made[name] = _object_type(
                name,
                f"One value for each column of {exposed.name}.",
                *(
                    _field(column, _python(function, field.type) | None, field.description)
                    for column, field in columns.items()
                ),
            )
        yield _field(function.value, made[name], _DESCRIPTIONS[function])


def _python(function: Function, kind: Any) -> Any:
    match function:
        case Function.AVG:
            return float
        case Function.SUM:
            return decimal.Decimal if is_exact(kind) else float
        case _:
            return kind.python


def _keys(choices: Any) -> Iterator[ResolvedField]:
    keys: dict[str, GroupChoice] = {choice.key: choice for choice in choices.values()}
    for name, choice in keys.items():
        column = choice.column
        python = strawberry.ID if isinstance(column, ForeignKey) else column_type(column).python
        text = "The beginning of the span of time." if choice.bucket else column._meta.help_text
        yield _field(name, python | None, text)


def _group_arguments(name: str, choices: Any) -> list[StrawberryArgument]:
    make: Any = enum.Enum
    by: Any = strawberry.enum(
        make(f"{name}GroupBy", {choice: choice for choice in choices}),
        description=f"What {name} can be grouped by; spans of time begin in UTC, weeks on Monday.",
    )
    return [
        argument("by", list[by], "What to group by; each combination is a group."),
        argument("first", int | None, "How many groups, 20 when not given."),
    ]


def _field(
    name: str,
    annotation: object,
    description: str | None,
    arguments: list[StrawberryArgument] | None = None,
) -> ResolvedField:
    return ResolvedField(name, annotation, _made, description, arguments)


def _made(source: dict[str, Any], info: Info) -> Any:
    """What was made for the response key."""
    return source[str(info.path.key)]


def _object_type(name: str, description: str, *fields: ResolvedField) -> type:
    cls = type(name, (), {field.python_name: field for field in fields})
    return strawberry.type(cls, name=name, description=description)
