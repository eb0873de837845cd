"""Subscriptions: what they follow, and how an event becomes an answer.

A subscription is a function of the application's context and its arguments that says what to
follow. Where events come from, and how they reach a client, is not the bridge's affair: it is given
the keys of rows that have changed, and reads of them what was selected, with the policy of whoever
asks, for all events of a batch at once.
"""

import inspect
import typing
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import strawberry
from graphql import (
    ExecutionResult,
    GraphQLSchema,
    OperationDefinitionNode,
    execute,
    get_variable_values,
    parse,
)
from piccolo.table import Table
from strawberry.utils.str_converters import to_camel_case

from app.bridge.binding import GlobalId
from app.bridge.errors import ConfigurationError, InputError, NotAllowed, NotLoggedIn
from app.bridge.execute import Bridge
from app.bridge.fields import ResolvedField, argument
from app.bridge.limits import Budget
from app.bridge.loaders import Request
from app.bridge.operations import Answer, Context, Document
from app.bridge.plan import ToOneOut
from app.bridge.planner import Planner
from app.bridge.registry import Registry
from app.bridge.response import BridgeExecutor, Finished
from app.bridge.selection import Selected, SelectionReader
from app.bridge.variables import Concrete

_F = TypeVar("_F", bound=Callable[..., Awaitable["Follow"]])

_AFTER = (
    "The `position` of the last event you have had, to go on from there; without it, from now. An"
    " empty text is now, too, and an event without an object comes first, with that position."
)
_POSITION = "Opaque; give it as `after` to go on behind this event."


@dataclass(frozen=True, slots=True)
class Follow:
    """What a subscription follows: the changes of `topic` for `key`, or of one `row` alone.

    `parent` is a row (its table and key) that the caller has to be able to read.
    """

    topic: str
    key: str
    row: uuid.UUID | None = None
    parent: tuple[type[Table], uuid.UUID] | None = None


def followed_key(table: type[Table], name: str, text: str) -> uuid.UUID:
    """The key in the global id of a row of `table`, given as the argument `name`.

    Raises InputError for anything else.
    """
    return uuid.UUID(str(GlobalId(name, table.__name__)(text)))


@dataclass(frozen=True, slots=True)
class Subscription:
    """A subscription as it was registered; `shown` is the name of the field for the object."""

    function: Callable[..., Awaitable[Follow]]
    name: str
    who: frozenset[str]
    shown: str
    table: type[Table]

    @property
    def event(self) -> str:
        """The name of the type of its events."""
        camel = to_camel_case(self.name)
        return f"{camel[0].upper()}{camel[1:]}Event"


@dataclass(frozen=True, slots=True)
class _Event:
    """What graphql-core resolves an event from; `found` are the rows by response key."""

    found: Mapping[str, Any]
    position: str


class Subscriptions:
    """The subscriptions of one schema; filled by the schema files."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self.all: dict[str, Subscription] = {}

    def field(self, *, who: frozenset[str], **shown: type[Table]) -> Callable[[_F], _F]:
        """Decorates a function: a subscription of the same name, described by its docstring.

        Its first argument is the context; the others are the subscription's, annotated with
        `Annotated[type, "what it is"]`. `after` is added to them. It returns what to follow, and
        raises BridgeError where that cannot be. `shown` is the field of an event with the changed
        object, by its table.
        """

        def register(function: _F) -> _F:
            name = function.__name__
            if to_camel_case(name) in self.all or len(shown) != 1:
                raise ConfigurationError(f"{name} is there already, or shows not just one object")
            [(field, table)] = shown.items()
            self.all[to_camel_case(name)] = Subscription(function, name, who, field, table)
            return function

        return register

    def build(self) -> type | None:
        """The subscription type; None when there is no subscription."""
        if not self.all:
            return None
        fields = {each.name: self._field(each) for each in self.all.values()}
        cls = type("Subscription", (), {**fields, "__annotations__": {}})
        text = "What can be followed while it changes: by WebSocket, or as server-sent events."
        return strawberry.type(cls, name="Subscription", description=text)

    def _field(self, subscription: Subscription) -> ResolvedField:
        return ResolvedField(
            subscription.name,
            self._event(subscription),
            lambda source, _info: source,
            inspect.cleandoc(subscription.function.__doc__ or ""),
            [
                *(argument(name, kind, text) for name, kind, text in _arguments(subscription)),
                argument("after", str | None, _AFTER),
            ],
        )

    def _event(self, subscription: Subscription) -> type:
        exposed = self._registry.of(subscription.table)
        fields = {
            subscription.shown: ResolvedField(
                subscription.shown,
                exposed.cls | None,
                lambda source, info: source.found.get(info.path.key),
                f"The {exposed.name}, as you may see it now.",
            ),
            "position": ResolvedField(
                "position", str, lambda source, _info: source.position, _POSITION
            ),
        }
        cls = type(subscription.event, (), {**fields, "__annotations__": {}})
        text = f"An event of {to_camel_case(subscription.name)}."
        return strawberry.type(cls, name=subscription.event, description=text)


def _arguments(subscription: Subscription) -> list[tuple[str, Any, str]]:
    """Name, type and description of a subscription's arguments."""
    hints = typing.get_type_hints(subscription.function, include_extras=True)
    _, *names = inspect.signature(subscription.function).parameters
    return [(name, *typing.get_args(hints[name])) for name in names]


class Followings:
    """Begins the subscriptions of one schema."""

    def __init__(self, schema: GraphQLSchema, bridge: Bridge, subscriptions: Subscriptions) -> None:
        self._schema = schema
        self._bridge = bridge
        self._subscriptions = subscriptions

    async def begin(
        self,
        document: Document,
        operation: OperationDefinitionNode,
        inputs: dict[str, Any],
        context: Context,
    ) -> "Following | Answer":
        """Check a subscription of a document without errors, and say what it follows.

        An Answer tells of variables that are wrong. Raises BridgeError: NotLoggedIn and NotAllowed
        for callers who may not subscribe, InputError for arguments that lead nowhere.
        """
        variables = get_variable_values(self._schema, operation.variable_definitions or (), inputs)
        if isinstance(variables, list):
            return Answer(None, variables, executed=False)
        reader = SelectionReader(
            self._schema, document.fragments, Concrete(variables.coerced), context.request.budget
        )
        selected = reader.root(operation.selection_set, "Subscription")
        found = self._subscriptions.all.get(selected[0].name) if len(selected) == 1 else None
        if found is None:
            raise InputError("select one field of a subscription")
        viewer = context.request.executor.viewer
        if viewer.kind not in found.who:
            if not viewer.values:
                raise NotLoggedIn("log in first")
            raise NotAllowed(f"you may not subscribe to {selected[0].name}")
        given = selected[0].arguments
        follow = await found.function(
            context,
            **{name: given.get(to_camel_case(name)) for name, _, _ in _arguments(found)},
        )
        following = Following(
            follow=follow,
            after=given.get("after"),
            schema=self._schema,
            document=document,
            operation=operation,
            inputs=inputs,
            variables=variables.coerced,
            subscription=found,
        )
        # What is wrong with the selection is told now, and not with the first event.
        following.plan(context.request)
        if follow.parent is not None:
            table, key = follow.parent
            if not await _is_readable(context.request, reader, table, key):
                name = self._bridge.registry.of(table).name
                raise InputError(f"there is no {name} with this id that you may read")
        return following


@dataclass(frozen=True, slots=True, kw_only=True)
class Following:
    """One subscription that has begun: it turns changed rows into answers."""

    follow: Follow
    after: str | None
    schema: GraphQLSchema
    document: Document
    operation: OperationDefinitionNode
    inputs: dict[str, Any]
    variables: Mapping[str, Any]
    subscription: Subscription

    def plan(self, request: Request) -> tuple[Selected, dict[str, ToOneOut], list[Selected]]:
        """The root field, what is read of the changed rows by response key, and all fields."""
        budget = Budget(request.executor.bridge.limits)
        reader = SelectionReader(
            self.schema, self.document.fragments, Concrete(self.variables), budget
        )
        [root] = reader.root(self.operation.selection_set, "Subscription")
        below = list(reader.below(root, self.subscription.event))
        planner = Planner(request.executor.bridge, request.executor.viewer.kind, reader, budget)
        table = self.subscription.table
        shown = to_camel_case(self.subscription.shown)
        plans = {
            each.key: planner.by_key(table, each, rows=1) for each in below if each.name == shown
        }
        # Also who selects nothing of the row is told of it only when they may read it.
        return root, plans or {"": planner.by_key(table, _NOTHING, rows=1)}, below

    async def answers(
        self, context: Context, rows: Sequence[tuple[uuid.UUID, str]]
    ) -> list[Answer | None]:
        """An answer for each changed row, given by key and position.

        None where the caller of `context` may not read the row, or it is gone. Raises BridgeError
        for a selection that they may not have any more.
        """
        request = context.request
        request.executor.variables = self.variables
        root, plans, below = self.plan(request)
        keys = list(dict.fromkeys(key for key, _ in rows))
        found = {name: await request.by_keys(plan, list(keys)) for name, plan in plans.items()}
        answers: list[Answer | None] = []
        for key, position in rows:
            values = {name: read.get(key) for name, read in found.items()}
            if any(value is None for value in values.values()):
                answers.append(None)
            elif all(isinstance(value, Finished) for value in values.values()):
                event = {each.key: self._finished(each, values, position) for each in below}
                answers.append(Answer({root.key: event}))
            else:
                answers.append(await self._executed(context, _Event(values, position)))
        return answers

    async def beginning(self, position: str) -> Answer:
        """An event without an object, which tells where the subscription begins."""
        return await self._executed(None, _Event({}, position))

    def _finished(self, field: Selected, values: Mapping[str, Any], position: str) -> Any:
        """The value of a field of an event whose object is finished JSON."""
        if field.name == "position":
            return position
        return self.subscription.event if field.name == "__typename" else values[field.key].value

    async def _executed(self, context: Context | None, event: _Event) -> Answer:
        assert self.document.node is not None
        result = execute(
            self.schema,
            self.document.node,
            root_value=event,
            context_value=context,
            variable_values=self.inputs,
            operation_name=self.operation.name.value if self.operation.name else None,
            executor_class=BridgeExecutor,
        )
        if not isinstance(result, ExecutionResult):
            result = await result
        return Answer(result.data, result.errors or ())


_NOTHING = Selected(
    "row",
    "row",
    {},
    tuple(parse("{ row { __typename } }").definitions[0].selection_set.selections),  # type: ignore[attr-defined]  # it is an operation
)


async def _is_readable(
    request: Request, reader: SelectionReader, table: type[Table], key: uuid.UUID
) -> bool:
    """Whether there is a row with this key that the caller may read."""
    executor = request.executor
    planner = Planner(executor.bridge, executor.viewer.kind, reader, request.budget)
    return bool(await request.by_keys(planner.by_key(table, _NOTHING, rows=1), [key]))
