"""From a filled registry and its policies to a schema and what its resolvers stand on."""

import datetime as dt
import decimal
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import strawberry
from graphql import GraphQLError
from piccolo.table import Table
from strawberry.extensions import SchemaExtension
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext

from app.bridge.access import AccessTable, Policy
from app.bridge.execute import Bridge
from app.bridge.fields import install
from app.bridge.limits import Limits
from app.bridge.loaders import Request
from app.bridge.mutations import Mutations
from app.bridge.objects import TypeBuilder
from app.bridge.operations import Operations
from app.bridge.registry import Registry
from app.bridge.response import BridgeExecutor
from app.bridge.scalars import BigInt, BigIntScalar, DateTime, Decimal


class ReadDocument(SchemaExtension):
    """Hands Strawberry the document that `Operations` has parsed and validated."""

    def on_operation(self) -> Iterator[None]:
        """Nothing is left to parse, and no error to be found."""
        request: Request = self.execution_context.context.request
        if request.document is not None:
            self.execution_context.graphql_document = request.document
            self.execution_context.pre_execution_errors = []
        yield


class Schema(strawberry.Schema):
    """A schema whose errors are logged by whoever answers the request, once, and not here."""

    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        """Nothing: see the class."""


@dataclass(frozen=True, slots=True)
class BuiltSchema:
    """The executable schema, what does not change between its requests, and its operations."""

    schema: strawberry.Schema
    bridge: Bridge
    operations: Operations

    def variant(self, limits: Limits | None = None, *, finish: bool = True) -> "BuiltSchema":
        """The same schema with other limits, or with JSON mode off."""
        bridge = replace(self.bridge, limits=limits or self.bridge.limits, finish=finish)
        return BuiltSchema(self.schema, bridge, Operations(self.schema, bridge))


def build_schema(
    registry: Registry,
    policies: Mapping[type[Table], Policy],
    kinds: Iterable[str],
    limits: Limits,
    mutations: Mutations | None = None,
) -> BuiltSchema:
    """Build the schema of a registry, once: its classes become Strawberry types.

    Raises ConfigurationError when it was built before, and when types, tables and policies do not
    fit together: a type without a policy, a relation to a table that no type shows, policies in a
    circle.
    """
    roots = registry.freeze()
    access = AccessTable(policies, kinds)
    for exposed in registry.types:
        for kind in access.kinds:
            access.of(exposed.table, kind)
    query = TypeBuilder(registry, access).build()
    schema = Schema(
        query,
        mutation=mutations.build() if mutations is not None else None,
        types=[exposed.cls for exposed in registry.types],
        extensions=[ReadDocument],
        execution_context_class=BridgeExecutor,
        config=StrawberryConfig(
            scalar_map={dt.datetime: DateTime, decimal.Decimal: Decimal, BigInt: BigIntScalar}
        ),
    )
    install(schema)
    types = {exposed.name: exposed for exposed in registry.types}
    bridge = Bridge(registry, access, limits, types, roots)
    return BuiltSchema(schema, bridge, Operations(schema, bridge))
