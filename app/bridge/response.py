"""The executor that lets finished JSON through, and the encoder of answers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson
from graphql import GraphQLField, GraphQLID, GraphQLNonNull, GraphQLString, is_leaf_type
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext


@dataclass(frozen=True, slots=True)
class Finished:
    """A value that is an answer already; graphql-core has nothing to complete in it."""

    value: Any


@dataclass(frozen=True, slots=True)
class Leaf:
    """A field whose value needs the row alone, and how that becomes what answers show.

    `is_text` where texts are shown as they are.
    """

    of_row: Callable[[Any], Any]
    coerce: Callable[[Any], Any]
    required: bool
    is_text: bool


def leaf_of(field: GraphQLField, of_row: Callable[[Any], Any]) -> Leaf | None:
    """What the executor's short cut needs of a field; None where its values are no leaves."""
    required = isinstance(field.type, GraphQLNonNull)
    kind = field.type.of_type if isinstance(field.type, GraphQLNonNull) else field.type
    if not is_leaf_type(kind):
        return None
    return Leaf(of_row, kind.coerce_output_value, required, kind in {GraphQLString, GraphQLID})


class BridgeExecutor(StrawberryGraphQLCoreExecutionContext):
    """graphql-core's executor, with two short cuts.

    A `Finished` value becomes part of the answer as it is: values are finished only below fields
    whose every leaf the planner has seen, so their types are those of the columns. And the value of
    a row is coerced without the info, arguments and path that no resolver looks at.
    """

    def execute_field(
        self,
        parent_type: Any,
        source: Any,
        field_details_list: Any,
        path: Any,
        position_context: Any,
    ) -> Any:
        """The completed value of a field; see the class."""
        definition = parent_type.fields.get(field_details_list[0].node.name.value)
        leaf: Leaf | None = getattr(definition and definition.resolve, "leaf", None)
        if leaf is not None:
            value = leaf.of_row(source)
            if value is None:
                if not leaf.required:
                    return None
            elif leaf.is_text and type(value) is str:
                return value
            else:
                try:
                    return leaf.coerce(value)
                except Exception:  # noqa: BLE001, S110 - the long way meets it again and tells it
                    pass
        return super().execute_field(
            parent_type, source, field_details_list, path, position_context
        )

    def complete_value(
        self,
        return_type: Any,
        field_details_list: Any,
        info: Any,
        path: Any,
        result: Any,
        position_context: Any,
    ) -> Any:
        """The completed value; see the class."""
        if type(result) is Finished:
            return result.value
        return super().complete_value(
            return_type, field_details_list, info, path, result, position_context
        )


def encode(answer: dict[str, Any]) -> bytes:
    """The body of an answer."""
    return orjson.dumps(answer)
