"""The executor that lets finished JSON through, and the encoder of answers."""

from dataclasses import dataclass
from typing import Any

import orjson
from graphql import GraphQLEnumType, GraphQLNonNull, GraphQLScalarType
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext


@dataclass(frozen=True, slots=True)
class Finished:
    """A value that is an answer already; graphql-core has nothing to complete in it."""

    value: Any


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
        of_row = getattr(definition and definition.resolve, "of_row", None)
        if of_row is not None:
            kind, value = definition.type, of_row(source)
            required = type(kind) is GraphQLNonNull
            if value is None and not required:
                return None
            leaf = kind.of_type if required else kind
            if value is not None and isinstance(leaf, GraphQLScalarType | GraphQLEnumType):
                try:
                    return leaf.coerce_output_value(value)
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
