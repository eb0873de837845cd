"""Strawberry fields that are resolved by the bridge, and their arguments."""

from collections.abc import Callable
from typing import Any, TypeAlias, cast

import strawberry
from graphql import GraphQLField, GraphQLObjectType, GraphQLResolveInfo
from strawberry.annotation import StrawberryAnnotation
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.field import StrawberryField

from app.bridge.response import leaf_of

# graphql-core's own info; its context is the application's, of which `request` is ours.
Info: TypeAlias = GraphQLResolveInfo[Any]

# From the source and info to a value, or an awaitable of one.
Resolver: TypeAlias = Callable[[Any, Info], Any]


class ResolvedField(StrawberryField):
    """A field that is resolved by a function of source and graphql-core's own info.

    The planner reads arguments from the selection, so none are passed.
    """

    def __init__(
        self,
        python_name: str,
        annotation: object,
        resolve: Resolver,
        description: str | None,
        arguments: list[StrawberryArgument] | None = None,
    ) -> None:
        super().__init__(
            python_name=python_name,
            type_annotation=StrawberryAnnotation(annotation),
            description=description,
        )
        self.resolve = resolve
        self.arguments = arguments or []

    def get_result(self, source: Any, info: Any, args: list[Any], kwargs: Any) -> Any:
        """Never called: see `install`."""
        raise AssertionError("the resolver of this field was not installed")


def install(schema: strawberry.Schema) -> None:
    """Give graphql-core the resolvers of every ResolvedField.

    Strawberry's own wrapper makes an Info and converts arguments, which nothing here looks at: in a
    nested list that is a third of the time.
    """
    core = schema._schema  # noqa: SLF001 - graphql-core's schema has no public name
    for kind in core.type_map.values():
        definition = (kind.extensions or {}).get("strawberry-definition")
        if isinstance(definition, StrawberryObjectDefinition) and not definition.is_input:
            for field in definition.fields:
                if isinstance(field, ResolvedField):
                    name = schema.config.name_converter.get_graphql_name(field)
                    fields = cast("GraphQLObjectType", kind).fields
                    fields[name].resolve = _without_arguments(field.resolve, fields[name])


def _without_arguments(resolve: Resolver, field: GraphQLField) -> Callable[..., Any]:
    def resolve_field(source: Any, info: Info, **_arguments: Any) -> Any:
        return resolve(source, info)

    # The executor has a short cut for what needs the row alone: see response.py.
    of_row = getattr(resolve, "of_row", None)
    resolve_field.leaf = of_row and leaf_of(field, of_row)  # type: ignore[attr-defined]
    return resolve_field


def argument(name: str, annotation: object, description: str) -> StrawberryArgument:
    """An argument of a field; an optional one has no value when it is left out."""
    return StrawberryArgument(
        python_name=name,
        graphql_name=None,
        type_annotation=StrawberryAnnotation(annotation),
        description=description,
        default=strawberry.UNSET,
    )
