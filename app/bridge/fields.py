"""Strawberry fields that are resolved by the bridge, and their arguments."""

from collections.abc import Callable
from typing import Any, TypeAlias

import strawberry
from graphql import GraphQLResolveInfo
from strawberry.annotation import StrawberryAnnotation
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.field import StrawberryField

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
        self._resolve = resolve
        self.arguments = arguments or []

    @property
    def is_basic_field(self) -> bool:
        """False: Strawberry must pass info, instead of reading an attribute."""
        return False

    def get_result(self, source: Any, info: Any, args: list[Any], kwargs: Any) -> Any:
        """What the resolver says."""
        return self._resolve(source, info._raw_info)  # noqa: SLF001 - Strawberry has no public way to graphql-core's info


def argument(name: str, annotation: object, description: str) -> StrawberryArgument:
    """An argument of a field; an optional one has no value when it is left out."""
    return StrawberryArgument(
        python_name=name,
        graphql_name=None,
        type_annotation=StrawberryAnnotation(annotation),
        description=description,
        default=strawberry.UNSET,
    )
