"""The executor that lets finished JSON through, and the encoder of answers."""

from dataclasses import dataclass
from typing import Any

import orjson
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext


@dataclass(frozen=True, slots=True)
class Finished:
    """A value that is an answer already; graphql-core has nothing to complete in it."""

    value: Any


class FinishingExecutor(StrawberryGraphQLCoreExecutionContext):
    """graphql-core's executor, except that a `Finished` value becomes part of the answer as it is.

    Values are finished only below fields whose every leaf the planner has seen, so nothing is left
    to check: their types are those of the columns.
    """

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
