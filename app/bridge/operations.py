"""Compiled operations: what a document needs is worked out once, and kept by its text.

Kept are the parsed and validated document and, for queries of which every root field can be
finished JSON, the plans with their statements: one for each kind of caller and for each set of
variables that decided something differently. Such a query goes from its variables to statements to
the values of its answer; graphql-core's executor has no part in it. Everything else is executed by
graphql-core, from the same document.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Protocol

import strawberry
from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLNonNull,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    get_variable_values,
    located_error,
    parse,
    specified_rules,
    validate,
)

from app.bridge.errors import BridgeError, InputError, LimitExceeded
from app.bridge.execute import Bridge, Executor
from app.bridge.finishers import AggregateFinisher, SingleFinisher, page_finisher
from app.bridge.limits import Budget, check_document
from app.bridge.loaders import Request
from app.bridge.planner import Planner
from app.bridge.registry import Aggregates, Listing, Own, Single
from app.bridge.selection import Selected, SelectionReader
from app.bridge.variables import Look, Recording, plain_values, see

# How much is kept: characters of one document and of all, plans of one document and of all.
_LONGEST = 10_000
_MOST_CHARACTERS = 250_000
_MOST_PLANS_EACH = 64
_MOST_PLANS = 2_000


class Context(Protocol):
    """What the application's context has for the bridge."""

    @property
    def request(self) -> Request:
        """The reading of one request."""


@dataclass(slots=True)
class Answer:
    """What came of an operation.

    `valid` tells whether the document was; without `executed` there is no data, not even null.
    """

    data: Any
    errors: Sequence[GraphQLError] = ()
    executed: bool = True
    valid: bool = True


@dataclass(frozen=True, slots=True)
class Document:
    """A document as far as it is good: parsed, validated, and its operations by name."""

    text: str
    node: DocumentNode | None
    errors: tuple[GraphQLError, ...]
    operations: Mapping[str | None, OperationDefinitionNode]
    fragments: Mapping[str, FragmentDefinitionNode]
    plans: "dict[tuple[str | None, str], _Branch | _Compiled]" = field(default_factory=dict)

    def name(self, name: str | None) -> str | None:
        """The name of the operation that is meant, where it has one."""
        if name is None and len(self.operations) == 1:
            return next(iter(self.operations))
        return name if name in self.operations else None

    def operation(self, name: str | None) -> OperationDefinitionNode:
        """The operation that is meant. Raises InputError when that is not clear."""
        if name is None and len(self.operations) == 1:
            return next(iter(self.operations.values()))
        if name is None:
            raise InputError(
                "the document holds several operations; name one in operationName"
                if self.operations
                else "the document holds no operation"
            )
        if name not in self.operations:
            raise InputError("operationName names no operation of the document")
        return self.operations[name]


@dataclass(slots=True)
class _Branch:
    """A question about the variables, and what follows from each answer so far."""

    look: Look
    answers: "dict[Hashable, _Branch | _Compiled]" = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Root:
    """One root field: how its value is made, and how its errors are told."""

    selected: Selected
    non_null: bool
    finish: Callable[[Executor], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class _Compiled:
    """An operation's root fields and cost; no roots where graphql-core has to execute it."""

    roots: tuple[_Root, ...] | None
    budget: Budget | None = None


class Operations:
    """The documents of one schema, each worked out once."""

    def __init__(self, schema: strawberry.Schema, bridge: Bridge) -> None:
        self._strawberry = schema
        self._schema: GraphQLSchema = schema._schema  # noqa: SLF001 - graphql-core's schema has no public name
        self._bridge = bridge
        self._documents: OrderedDict[str, Document] = OrderedDict()
        self._characters = 0
        self._plans = 0

    def document(self, text: str) -> Document:
        """The document of a text; one that was seen lately is not read again.

        Not kept are documents with errors and very long ones: they would only push out the others.
        """
        known = self._documents.get(text)
        if known is not None:
            self._documents.move_to_end(text)
            return known
        document = self._read(text)
        if document.errors or len(text) > _LONGEST:
            return document
        self._documents[text] = document
        self._characters += len(text)
        while self._characters > _MOST_CHARACTERS:
            forgotten, _ = self._documents.popitem(last=False)
            self._characters -= len(forgotten)
        return document

    async def execute(
        self,
        document: Document,
        operation: OperationDefinitionNode,
        inputs: dict[str, Any],
        context: Context,
    ) -> Answer:
        """The answer of one operation of a document without errors."""
        request = context.request
        if operation.variable_definitions:
            plain = plain_values(operation.variable_definitions, inputs)
            if plain is None:
                variables = get_variable_values(
                    self._schema, operation.variable_definitions, inputs
                )
                if isinstance(variables, list):
                    return Answer(None, variables, executed=False)
                plain = variables.coerced
            request.executor.variables = plain
        try:
            compiled = self._compiled(document, operation, request)
        except GraphQLError as error:
            return Answer(None, [error])
        if compiled.roots is not None:
            request.budget = compiled.budget or request.budget
            return await _finish(compiled.roots, request)
        request.document = document.node
        result = await self._strawberry.execute(
            document.text,
            variable_values=inputs,
            context_value=context,
            operation_name=operation.name.value if operation.name else None,
        )
        return Answer(result.data, result.errors or ())

    def _read(self, text: str) -> Document:
        try:
            node = parse(text, max_tokens=self._bridge.limits.tokens)
            check_document(node, self._bridge.limits)
            errors = validate(self._schema, node, specified_rules)
        except GraphQLError as error:
            return Document(text, None, (error,), {}, {})
        except RecursionError:
            return Document(text, None, (LimitExceeded("the document nests too deep"),), {}, {})
        except ValueError:
            # Python reads no number of thousands of digits.
            unread = GraphQLError("a value in the document cannot be read")
            return Document(text, None, (unread,), {}, {})
        definitions = node.definitions
        operations = [d for d in definitions if isinstance(d, OperationDefinitionNode)]
        fragments = [d for d in definitions if isinstance(d, FragmentDefinitionNode)]
        return Document(
            text,
            node,
            tuple(errors),
            {
                operation.name.value if operation.name else None: operation
                for operation in operations
            },
            {fragment.name.value: fragment for fragment in fragments},
        )

    def _compiled(
        self, document: Document, operation: OperationDefinitionNode, request: Request
    ) -> _Compiled:
        """The plans of an operation, from an earlier request that looked at the same.

        Raises GraphQLError, before anything runs, when all root fields ask for too much together.
        """
        if operation.operation is not OperationType.QUERY:
            return _Compiled(None)
        values = request.executor.variables
        place = (operation.name.value if operation.name else None, request.executor.viewer.kind)
        found = document.plans.get(place)
        while isinstance(found, _Branch):
            found = found.answers.get(see(values, found.look))
        if found is not None:
            return found
        recording = Recording(values)
        budget = Budget(self._bridge.limits)
        try:
            compiled = self._compile(document, operation, place[1], recording, budget)
        except BridgeError:
            # graphql-core tells it, with the path of the field.
            return _Compiled(None)
        except GraphQLError:
            request.budget = budget
            raise
        _keep(document, place, recording, compiled)
        self._plans += 1
        if self._plans > _MOST_PLANS:
            # Rare enough that it is simpler to begin again than to know which plan is the oldest.
            self._documents.clear()
            self._characters = self._plans = 0
        return compiled

    def _compile(
        self,
        document: Document,
        operation: OperationDefinitionNode,
        kind: str,
        variables: Recording,
        budget: Budget,
    ) -> _Compiled:
        reader = SelectionReader(self._schema, document.fragments, variables, budget)
        planner = Planner(self._bridge, kind, reader, budget)
        assert self._schema.query_type is not None
        types = self._schema.query_type.fields
        roots: list[_Root] = []
        pure = self._bridge.finish
        wrong: BridgeError | None = None
        for selected in reader.root(operation.selection_set, self._schema.query_type.name):
            try:
                finish = self._finisher(planner, selected)
            except LimitExceeded as error:
                raise located_error(error, list(selected.nodes), [selected.key]) from error
            except BridgeError as error:
                wrong = wrong or error
                continue
            if finish is None:
                pure = False  # the rest is planned for what it costs
                continue
            definition = types.get(selected.name)
            non_null = definition is None or isinstance(definition.type, GraphQLNonNull)
            roots.append(_Root(selected, non_null, finish))
        if wrong is not None:
            raise wrong
        return _Compiled(tuple(roots), budget) if pure else _Compiled(None)

    def _finisher(
        self, planner: Planner, selected: Selected
    ) -> Callable[[Executor], Awaitable[Any]] | None:
        """How a root field's value is made as finished JSON; None when it cannot be."""
        match self._bridge.roots.get(selected.name):
            case Own() as field_:
                if planner.kind not in field_.who:
                    return _nothing
                own = planner.own(field_, selected)
                return SingleFinisher(own) if own.row.pure else None
            case Single(table, by):
                single = planner.single(table, by, selected)
                return SingleFinisher(single) if single.row.pure else None
            case Listing() as listing:
                page = planner.page(listing, selected)
                return page_finisher(page) if page.pure else None
            case Aggregates() as aggregates:
                return AggregateFinisher(planner.aggregates(aggregates, selected))
            case _ if selected.name == "__typename":
                return _query_typename
            case _:
                return None


def _keep(
    document: Document, place: tuple[str | None, str], recording: Recording, compiled: _Compiled
) -> None:
    """Keep a plan under what it looked at: the same questions in the same order lead to it."""
    if not recording.looks:
        document.plans[place] = compiled
        return
    looks = list(recording.looks.items())
    branch = document.plans.get(place)
    if not isinstance(branch, _Branch) or _count(branch) >= _MOST_PLANS_EACH:
        branch = document.plans[place] = _Branch(looks[0][0])
    for (_, answer), (following, _) in pairwise(looks):
        below = branch.answers.get(answer)
        if not isinstance(below, _Branch):
            below = branch.answers[answer] = _Branch(following)
        branch = below
    branch.answers[looks[-1][1]] = compiled


def _count(branch: _Branch) -> int:
    return sum(
        _count(below) if isinstance(below, _Branch) else 1 for below in branch.answers.values()
    )


async def _nothing(_executor: Executor) -> None:
    return None


async def _query_typename(_executor: Executor) -> str:
    return "Query"


async def _finish(roots: tuple[_Root, ...], request: Request) -> Answer:
    """Run the root fields, side by side when there are several."""
    if len(roots) == 1:
        request.executor.alone = True
        (root,) = roots
        value = await _attempt(root, request)
        if not isinstance(value, GraphQLError):
            return Answer({root.selected.key: value})
        values = [value]
    else:
        values = await asyncio.gather(*(_attempt(root, request) for root in roots))
    data: dict[str, Any] | None = {}
    errors: list[GraphQLError] = []
    for root, value in zip(roots, values, strict=True):
        failed = isinstance(value, GraphQLError)
        if failed:
            errors.append(value)
        if failed and root.non_null:
            data = None
        if data is not None:
            data[root.selected.key] = None if failed else value
    return Answer(data, errors)


async def _attempt(root: _Root, request: Request) -> Any:
    try:
        return await root.finish(request.executor)
    except Exception as error:  # noqa: BLE001 - as graphql-core does: a field's error is part of the answer
        return located_error(error, list(root.selected.nodes), [root.selected.key])
