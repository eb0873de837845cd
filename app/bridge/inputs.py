"""Strawberry inputs from exposed tables: the types of `where` and `orderBy`."""

import enum
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import strawberry
from piccolo.table import Table
from strawberry.types.arguments import StrawberryArgument
from strawberry.utils.str_converters import to_camel_case

from app.bridge.columns import ColumnType
from app.bridge.errors import ConfigurationError
from app.bridge.fields import argument
from app.bridge.operators import COMPARISONS, Comparison, Family, Takes, family_of
from app.bridge.registry import ColumnField, ExposedType, Registry, ToMany, ToOneField
from app.bridge.sorting import OrderDirection


@dataclass(frozen=True, slots=True)
class _Input:
    """One field of an input type."""

    name: str
    type: Any
    description: str | None
    required: bool = False


def _input(
    cls: type, name: str, description: str, fields: list[_Input], *, one_of: bool = False
) -> None:
    """Make `cls` the input type called `name`. Raises ConfigurationError for a name used twice."""
    for field in fields:
        # Python has no attributes that are called `in` or `not`.
        python_name = f"{field.name}_"
        if python_name in cls.__annotations__:
            raise ConfigurationError(f"{name} has two fields called {field.name}; rename a column")
        cls.__annotations__[python_name] = field.type if field.required else field.type | None
        made: Any = strawberry.field(
            name=field.name,
            description=field.description,
            default=strawberry.UNSET,
        )
        setattr(cls, python_name, made)
    strawberry.input(cls, name=name, description=description, one_of=one_of)


def _empty_class(name: str) -> type:
    return type(name, (), {"__annotations__": {}})


class InputBuilder:
    """The filter and order inputs of everything that a registry holds."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        types = registry.types
        self._filters = {t.table: _empty_class(f"{t.name}Filter") for t in types}
        self._lists = {t.table: _empty_class(f"{t.name}ListFilter") for t in types}
        self._orders = {t.table: _empty_class(f"{t.name}Order") for t in types}
        self._of_values: dict[str, type] = {}
        for exposed in types:
            self._build(exposed)

    def arguments(self, table: type[Table]) -> list[StrawberryArgument]:
        """The arguments of a connection of rows of `table`, beside those of the page."""
        order = list[self._orders[table]] | None  # type: ignore[name-defined]  # a type made at run time
        return [
            self.where(table),
            argument("order_by", order, "What to sort by, instead of the list's own order."),
        ]

    def where(self, table: type[Table]) -> StrawberryArgument:
        """The argument that narrows a list of rows of `table`."""
        return argument("where", self._filters[table] | None, "Only rows for which this holds.")

    def _build(self, exposed: ExposedType) -> None:
        name = exposed.name
        own = self._filters[exposed.table]
        _input(
            own,
            f"{name}Filter",
            f"Which rows of {name} are meant: those for which every field holds. A comparison "
            "never holds for null.",
            [
                _Input("and", list[own], "All of these hold."),  # type: ignore[valid-type]  # likewise
                _Input("or", list[own], "At least one of these holds; none of no filters does."),  # type: ignore[valid-type]  # likewise
                _Input("not", own, "This does not hold."),
                _Input("id", self._ids(), "The global id."),
                *self._filter_fields(exposed),
            ],
        )
        _input(
            self._lists[exposed.table],
            f"{name}ListFilter",
            f"What holds for a list of {name}; only rows that you may read count.",
            [
                _Input("some", own, "It holds for at least one."),
                _Input("none", own, "It holds for none."),
                _Input("every", own, "It holds for all, as it does when there are none."),
            ],
        )
        _input(
            self._orders[exposed.table],
            f"{name}Order",
            f"One thing to sort {name} by: exactly one field.",
            list(self._order_fields(exposed)),
            one_of=True,
        )

    def _filter_fields(self, exposed: ExposedType) -> Iterator[_Input]:
        if exposed.search is not None:
            words = to_camel_case(exposed.search.column._meta.name)
            said = f"Parts of words of {words}, in any case and any accents; blank is no search."
            yield _Input("search", str, said)
        for name, field in exposed.names.items():
            match field:
                case ColumnField(_, kind, _, description):
                    if (filter_type := self._of_column(kind)) is not None:
                        yield _Input(name, filter_type, description)
                case ToOneField(_, target, description):
                    yield _Input(
                        f"{name}Id", self._ids(), "Its id; null where you may not read it."
                    )
                    yield _Input(name, self._filters[self._shown(target)], description)
                case ToMany(foreign_key, _, description):
                    yield _Input(
                        name, self._lists[self._shown(foreign_key._meta.table)], description
                    )

    def _order_fields(self, exposed: ExposedType) -> Iterator[_Input]:
        yield _Input("id", OrderDirection, "Roughly when it was made.")
        for name, field in exposed.names.items():
            match field:
                case ColumnField(_, kind, _, description) if kind.sortable:
                    yield _Input(name, OrderDirection, description)
                case ToOneField(_, target, _):
                    text = "By a column of this; null where there is none that you may read."
                    yield _Input(name, self._orders[self._shown(target)], text)

    def _shown(self, table: type[Table]) -> type[Table]:
        """The table, which a type must show."""
        return self._registry.of(table).table

    # --- filters of values ------------------------------------------------------------------------

    def _ids(self) -> type:
        return self._of_family("IDFilter", Family.EQUALITY, strawberry.ID, "an id")

    def _of_column(self, kind: ColumnType) -> type | None:
        """The filter type of columns of a type; None where there is nothing to ask."""
        family = family_of(kind)
        if family is None:
            return None
        if kind.item is not None:
            python = kind.item.python
            return self._of_family(f"{_name(python)}ListFilter", family, python, "a list of values")
        if family is Family.JSON:
            return self._of_family("JSONFilter", family, kind.python, "a JSON value")
        what = "one of the enum's values" if issubclass(kind.python, enum.Enum) else "a value"
        return self._of_family(f"{_name(kind.python)}Filter", family, kind.python, what)

    def _of_family(self, name: str, family: Family, python: Any, what: str) -> type:
        if name not in self._of_values:
            self._of_values[name] = made = _empty_class(name)
            fields = [_field(one, python) for one in COMPARISONS[family]]
            match family:
                case Family.ARRAY:
                    fields.append(_Input("isEmpty", bool, "Whether it has no items."))
                case Family.JSON:
                    part = self._of_family(
                        "JSONPartFilter", Family.JSON_PART, python, "a part of a JSON value"
                    )
                    fields.append(_Input("at", part, "About the part at a path."))
                case Family.JSON_PART:
                    text = "Names of fields and places in lists, from the outside in."
                    fields.append(_Input("path", list[str], text, required=True))
            fields.append(_Input("isNull", bool, "Whether it is null."))
            _input(made, name, f"What holds for {what}: all that is given.", fields)
        return self._of_values[name]


def _field(comparison: Comparison, python: Any) -> _Input:
    match comparison.takes:
        case Takes.VALUES | Takes.ITEMS:
            kind: Any = list[python]
        case Takes.NAME:
            kind = str
        case _:
            kind = python
    return _Input(comparison.name, kind, comparison.description)


_NAMES = {
    "str": "String",
    "int": "Int",
    "float": "Float",
    "bool": "Boolean",
    "datetime": "DateTime",
}


def _name(python: Any) -> str:
    """What GraphQL calls a Python type, with a capital."""
    name: str = python.__name__
    return _NAMES.get(name, name[0].upper() + name[1:])
