"""Strawberry types from exposed tables: object types, the Node interface, and the root fields."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

import strawberry
from piccolo.columns import Column
from piccolo.table import Table
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.field import StrawberryField

from app.bridge import resolvers
from app.bridge.access import AccessTable
from app.bridge.aggregate_types import aggregate_type
from app.bridge.columns import column_type
from app.bridge.connections import connection_type, page_arguments
from app.bridge.custom import custom_field
from app.bridge.errors import ConfigurationError
from app.bridge.fields import ResolvedField, argument
from app.bridge.inputs import InputBuilder
from app.bridge.plan import Everything
from app.bridge.registry import (
    Aggregates,
    ColumnField,
    Custom,
    ExposedType,
    Listing,
    OneBack,
    Own,
    Registry,
    Single,
    ToMany,
    ToOneField,
    declared,
)

_F = TypeVar("_F", bound=Callable[..., Any])


@strawberry.interface(description="An object that can be found again by its id.")
class Node:
    """Relay's Node: inherit from it to give a type its global `id`."""

    id: strawberry.ID = ResolvedField(  # type: ignore[assignment]  # Strawberry puts fields where values go
        "id",
        strawberry.ID,
        resolvers.global_id("id"),
        "Opaque; `node` and `nodes` find the object by it.",
    )


def computed(*needs: Any) -> Callable[[_F], Any]:
    """Decorates a method of an exposed class: a field in Python that reads the columns `needs`.

    The columns are attributes of `self`; nothing else is. The docstring is the field's description.
    """

    def mark(method: _F) -> Any:
        field = strawberry.field(resolver=method, description=method.__doc__)
        field.__needs__ = tuple(column._meta.name for column in needs)
        return field

    return mark


class TypeBuilder:
    """Turns everything that a registry holds into Strawberry types."""

    def __init__(self, registry: Registry, access: AccessTable) -> None:
        self._registry = registry
        self._access = access
        self._inputs = InputBuilder(registry)
        self._aggregated: set[type[Table]] = set()
        self._connections = {
            exposed.table: connection_type(exposed.name, exposed.cls) for exposed in registry.types
        }

    def build(self) -> type:
        """Make every exposed class a Strawberry type; returns the query type."""
        for exposed in self._registry.types:
            self._object(exposed)
        roots = [self._root(cls) for cls in self._registry.root_classes]
        query = type("Query", (_node_fields(), *roots), {})
        return strawberry.type(query, name="Query", description="What can be read.")

    def _object(self, exposed: ExposedType) -> None:
        fields: list[StrawberryField] = []
        for name, field in exposed.fields.items():
            match field:
                case ColumnField(column, kind, nullable, description):
                    hidden = nullable or self._is_narrowed(exposed, column)
                    annotation = kind.python | None if hidden else kind.python
                    fields.append(
                        ResolvedField(name, annotation, resolvers.column(column), description)
                    )
                case ToOneField(_, target, description):
                    fields.append(
                        ResolvedField(
                            name,
                            self._registry.of(target).cls | None,
                            resolvers.below,
                            description,
                        )
                    )
                case OneBack(foreign_key, description):
                    fields.append(
                        ResolvedField(
                            name,
                            self._registry.of(foreign_key._meta.table).cls | None,
                            resolvers.below,
                            description,
                        )
                    )
                case ToMany(foreign_key, _, description):
                    child = foreign_key._meta.table
                    fields.append(
                        ResolvedField(
                            name,
                            self._connection(child),
                            resolvers.below,
                            description,
                            [*page_arguments(), *self._inputs.arguments(child)],
                        )
                    )
        _install(exposed.cls, fields)
        strawberry.type(exposed.cls, name=exposed.name, description=exposed.description)

    def _is_narrowed(self, exposed: ExposedType, column: str) -> bool:
        """Whether some caller who sees rows of the type does not see this column of them all."""
        for kind in self._access.kinds:
            access = self._access.of(exposed.table, kind)
            if access.columns and not isinstance(access.columns.get(column), Everything):
                return True
        return False

    def _connection(self, table: type[Table]) -> type:
        self._registry.of(table)
        return self._connections[table]

    def _root(self, cls: type) -> type:
        fields: list[StrawberryField] = []
        for name, value in declared(cls):
            match value:
                case Own(table, _, _, description):
                    fields.append(
                        ResolvedField(
                            name,
                            self._registry.of(table).cls | None,
                            resolvers.own(value),
                            description,
                        )
                    )
                case Single(table, by, description):
                    exposed = self._registry.of(table)
                    fields.append(
                        ResolvedField(
                            name,
                            exposed.cls | None,
                            resolvers.single(table, by),
                            description
                            or f"One {exposed.name}, if there is one that you may read.",
                            _single_arguments(by),
                        )
                    )
                case Listing(table, _, description):
                    fields.append(
                        ResolvedField(
                            name,
                            self._connection(table),
                            resolvers.listing(value),
                            description or f"Every {self._registry.of(table).name} you may read.",
                            [*page_arguments(), *self._inputs.arguments(table)],
                        )
                    )
                case Custom():
                    fields.append(custom_field(name, value))
                case Aggregates(table, _, description):
                    exposed = self._registry.of(table)
                    fields.append(
                        ResolvedField(
                            name,
                            self._aggregates(exposed, value),
                            resolvers.aggregates(value),
                            description or f"Figures about every {exposed.name} you may read.",
                            [self._inputs.where(table)],
                        )
                    )
        _install(cls, fields)
        return strawberry.type(cls)

    def _aggregates(self, exposed: ExposedType, field: Aggregates) -> type:
        if exposed.table in self._aggregated:
            raise ConfigurationError(f"{exposed.name} has two fields of aggregates; one is enough")
        self._aggregated.add(exposed.table)
        return aggregate_type(exposed, field)


def _install(cls: type, fields: Iterable[StrawberryField]) -> None:
    """Put fields where `auto` stood; the annotation goes, since the field has the type."""
    for field in fields:
        cls.__annotations__.pop(field.python_name)
        setattr(cls, field.python_name, field)


def _single_arguments(by: Mapping[str, Column]) -> list[StrawberryArgument]:
    others = [
        argument(
            column._meta.name,
            column_type(column).python | None,
            "Instead of the id." if column._meta.help_text is None else column._meta.help_text,
        )
        for column in by.values()
    ]
    identity = strawberry.ID | None if by else strawberry.ID
    return [argument("id", identity, "The object's id."), *others]


def _node_fields() -> type:
    """The root fields that find any object by its global id."""
    fields = (
        ResolvedField(
            "node",
            Node | None,
            resolvers.node,
            "Any object by its id; null when there is none that you may read.",
            [argument("id", strawberry.ID, "The object's id.")],
        ),
        ResolvedField(
            "nodes",
            list[Node | None],
            resolvers.nodes,
            "Any objects by their ids, in that order; null where there is none you may read.",
            [argument("ids", list[strawberry.ID], "The objects' ids, 100 at most.")],
        ),
    )
    return strawberry.type(type("NodeQuery", (), {field.python_name: field for field in fields}))
