"""From a filled registry and its policies to a schema and what its resolvers stand on."""

import datetime as dt
import decimal
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import strawberry
from graphql import GraphQLError, OperationDefinitionNode
from piccolo.table import Table
from strawberry.extensions import SchemaExtension
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext

from app.bridge.access import AccessTable, Policy
from app.bridge.errors import InputError
from app.bridge.execute import Bridge
from app.bridge.limits import Limits
from app.bridge.objects import TypeBuilder
from app.bridge.registry import Registry
from app.bridge.scalars import DateTime, Decimal


class DocumentRules(SchemaExtension):
    """What a document must keep to before it is validated: its length, and naming its operation."""

    def on_operation(self) -> Iterator[None]:
        """Bound the length of the document, in tokens, while it is parsed."""
        limits: Limits = self.execution_context.context.request.executor.bridge.limits
        self.execution_context.parse_options["max_tokens"] = limits.tokens
        yield

    def on_parse(self) -> Iterator[None]:
        """Refuse to guess which of several operations is meant."""
        yield
        document = self.execution_context.graphql_document
        if document is None or self.execution_context.operation_name is not None:
            return
        operations = [d for d in document.definitions if isinstance(d, OperationDefinitionNode)]
        if len(operations) > 1:
            raise InputError("the document holds several operations; name one in operationName")


class Schema(strawberry.Schema):
    """A schema whose errors are logged by whoever answers the request, once, and not here."""

    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        """Nothing: see the class."""


@dataclass(frozen=True, slots=True)
class BuiltSchema:
    """The executable schema, and what does not change between its requests."""

    schema: strawberry.Schema
    bridge: Bridge


def build_schema(
    registry: Registry,
    policies: Mapping[type[Table], Policy],
    kinds: Iterable[str],
    limits: Limits,
) -> BuiltSchema:
    """Freeze `registry` and build its schema.

    Raises ConfigurationError when types, tables and policies do not fit together: a type without
    a policy, a relation to a table that no type shows, policies in a circle.
    """
    access = AccessTable(policies, kinds)
    for exposed in registry.types:
        for kind in access.kinds:
            access.of(exposed.table, kind)
    query = TypeBuilder(registry, access).build()
    schema = Schema(
        query,
        types=[exposed.cls for exposed in registry.types],
        extensions=[DocumentRules],
        config=StrawberryConfig(scalar_map={dt.datetime: DateTime, decimal.Decimal: Decimal}),
    )
    types = {exposed.name: exposed for exposed in registry.types}
    return BuiltSchema(schema, Bridge(registry, access, limits, types))
