"""One operation whose answers come one after another, whatever carries them to the client."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import orjson
from asyncpg import QueryCanceledError
from graphql import OperationType

from app.actions.limits import KeyCalls, RateLimited
from app.audit import Origin
from app.bridge import Answer, BridgeError, BuiltSchema, Following, InputError, Viewer
from app.context import Context, NotAuthenticated, identify, new_context
from app.database import DatabaseError, SeedbedEngine, operation_name
from app.live import BadPosition, Batch, Follower, Hub, Position, PositionLost, hub_of, only, start
from app.policy import ME, MY_ORGANIZATION, MY_UNIVERSITY
from app.tables import identity
from app.web.graphql.errors import Formatted, format_errors, internal_error, limited, one_error
from app.web.graphql.request import BadRequest, Operation

_T = TypeVar("_T")

# The scopes with which a key may ask anything at all.
_READING = frozenset({identity.Scope.READ.value, identity.Scope.AGENT.value})

# What policies ask of a viewer: the rest, such as the login, changes nothing of what they see.
_KNOWN_TO_POLICIES = tuple(value.name for value in (ME, MY_ORGANIZATION, MY_UNIVERSITY))

# Seconds after which a subscriber to whom nothing happens is asked again who they are.
CHECK_EVERY = 50.0

# Seconds before what failed for the database is tried again: first, and at most.
_FIRST_DELAY, _LONGEST_DELAY = 0.2, 5.0
# How often the database may stop what reads an event: what is too much once may not be later.
_MOST_STOPPED = 3

# Seconds that a client may take to accept one message.
PATIENCE = 30.0
# And the last one, which says why there are no more.
FAREWELL = 5.0


@dataclass(frozen=True, slots=True)
class Piece:
    """One answer, or why there is none: without `executed` it is all there is.

    `position` is that of a subscription's event.
    """

    body: dict[str, Any]
    executed: bool = True
    position: str | None = None


@dataclass(frozen=True)
class Service:
    """What answers operations of every kind."""

    built: BuiltSchema
    engine: SeedbedEngine

    @cached_property
    def keys(self) -> KeyCalls:
        """What counts the calls of API keys."""
        return KeyCalls(self.engine)

    async def admit(self, authorization: str | None) -> Viewer:
        """Who calls, at the beginning of an operation. Raises NotAuthenticated and RateLimited.

        A call by a key is counted; whatever it does, its answer is something read.
        """
        viewer = await identify(self.engine, authorization)
        if viewer.scopes is not None:
            await self.keys.count(viewer.values)
            if viewer.scopes.isdisjoint(_READING):
                raise BadRequest(403, "FORBIDDEN", "this needs an API key of the scope READ")
        return viewer

    @cached_property
    def hub(self) -> Hub:
        """Where subscriptions hear of changes."""
        return hub_of(self.engine)

    async def viewer(self, authorization: str | None) -> Viewer:
        """Who calls, as it stands now. Raises NotAuthenticated."""
        return await identify(self.engine, authorization)

    def context(self, viewer: Viewer, origin: Origin) -> Context:
        """What one operation, or one event, is answered in."""
        return new_context(self.built.bridge, self.engine, viewer, origin)


def refusal(error: Exception) -> tuple[int, Formatted]:
    """What a client is told of an operation that could not be run: HTTP's status, and an error."""
    match error:
        case BadRequest():
            return error.status, one_error(str(error), error.code)
        case NotAuthenticated():
            return 401, one_error(str(error), "UNAUTHENTICATED")
        case RateLimited():
            return 429, limited(error)
        case TimeoutError() | QueryCanceledError():
            return 503, one_error("the request took too long; ask for less at once", "TIMEOUT")
        case DatabaseError():
            logging.getLogger(__name__).error("the database cannot be used: %s", error)
            text = "the database cannot be reached; try again"
            return 503, one_error(text, "SERVICE_UNAVAILABLE")
        case _:
            return 500, internal_error(error)


async def begin(
    service: Service, operation: Operation, authorization: str | None, origin: Origin
) -> AsyncGenerator[Piece, None]:
    """Begin an operation: the answer of a query or mutation, or those of a subscription, for ever.

    Raises what `refusal` tells of, NotAuthenticated among it. A subscription raises that as well
    once its caller is nobody any more, and GoingAway when the server ends.
    """
    document = service.built.operations.document(operation.query)
    operation_name.set(document.name(operation.name))
    if document.errors:
        return _one(_refused(document.errors, valid=False))
    try:
        definition = document.operation(operation.name)
    except InputError as error:
        return _one(_refused([error]))
    if operation.read_only and definition.operation is OperationType.MUTATION:
        raise BadRequest(405, "METHOD_NOT_ALLOWED", "send a mutation by POST")
    async with asyncio.timeout(service.engine.settings.request_timeout):
        context = service.context(await service.admit(authorization), origin)
        run = (document, definition, operation.variables, context)
        if definition.operation is not OperationType.SUBSCRIPTION:
            return _one(_piece(await service.built.operations.execute(*run)))
        try:
            begun = await service.built.followings.begin(*run)
        except BridgeError as error:
            return _one(_refused([error]))
        if isinstance(begun, Answer):
            return _one(_piece(begun))
        try:
            epoch, position = await start(service.engine, begun.after or None)
        except BadPosition:
            text = "after is no position of this API: pass one as an event brought it"
            return _one(_refused([InputError(text)]))
        except PositionLost as error:
            text = f"{error}; read the list anew, and subscribe without after"
            return _one(_refused([_Lost(text)]))
    return _Subscriber(service, begun, authorization, origin, epoch).pieces(position)


async def _one(piece: Piece) -> AsyncGenerator[Piece, None]:
    yield piece


def _piece(answer: Answer, position: str | None = None) -> Piece:
    if not answer.executed:
        return _refused(answer.errors, valid=answer.valid)
    body: dict[str, Any] = {"data": answer.data}
    if answer.errors:
        body = {"errors": format_errors(answer.errors, valid=True), **body}
    return Piece(body, position=position)


def _refused(errors: Any, *, valid: bool = True) -> Piece:
    return Piece({"errors": format_errors(errors, valid=valid)}, executed=False)


@dataclass(frozen=True, slots=True)
class _Subscriber:
    """One subscription of one client, from its begin to its end."""

    service: Service
    following: Following
    authorization: str | None
    origin: Origin
    epoch: str

    async def pieces(self, position: Position) -> AsyncGenerator[Piece, None]:
        """An answer for every event that the caller may see, when it happens."""
        follow = self.following.follow
        if self.following.after == "":
            place = position.encode(self.epoch)
            yield _piece(await self.following.beginning(place), place)
        try:
            with self.service.hub.follow(follow.topic, follow.key, position) as follower:
                while True:
                    for piece in await self._next(follower):
                        yield piece
        except BridgeError as error:
            # The selection became forbidden: the caller's role has changed.
            yield _refused([error])

    async def _next(self, follower: Follower) -> list[Piece]:
        batch = await follower.take(CHECK_EVERY)
        if batch is None:
            await _until_it_works(lambda: self.service.viewer(self.authorization))
            return []
        # What several of those who are given the batch need is worked out once.
        viewer = await self._shared(
            batch, self.authorization, lambda: self.service.viewer(self.authorization)
        )
        who = (viewer.kind, viewer.scopes, *map(viewer.values.get, _KNOWN_TO_POLICIES))
        what = (self.following.document.text, self._variables())
        return await self._shared(batch, (who, what), lambda: self._answers(batch, viewer))

    async def _shared(self, batch: Batch, key: object, work: Callable[[], Awaitable[_T]]) -> _T:
        made: asyncio.Task[_T] | None = batch.shared.get(key)
        if made is None:
            made = batch.shared[key] = asyncio.create_task(_until_it_works(work))
        return await asyncio.shield(made)

    def _variables(self) -> object:
        operation = self.following.operation
        name = operation.name.value if operation.name else None
        return name, orjson.dumps(self.following.inputs, option=orjson.OPT_SORT_KEYS)

    async def _answers(self, batch: Batch, viewer: Viewer) -> list[Piece]:
        rows = [
            (change.row, change.position.encode(self.epoch))
            for change in only(batch, self.following.follow.row).changes
        ]
        if not rows:
            return []
        context = self.service.context(viewer, self.origin)
        answers = await self.following.answers(context, rows)
        for answer in answers:
            for error in answer.errors if answer else ():
                # Below the object as well nothing is to be lost.
                if isinstance(error.original_error, DatabaseError | QueryCanceledError):
                    raise error.original_error
        return [
            _piece(answer, position)
            for (_, position), answer in zip(rows, answers, strict=True)
            if answer is not None
        ]


class _Lost(BridgeError):
    """A position from which it is not known any more what was missed."""

    code = "POSITION_LOST"


async def _until_it_works(work: Callable[[], Awaitable[_T]]) -> _T:
    """What `work` gives, as soon as the database is there for it: nothing is to be lost.

    Raises QueryCanceledError when the database stops it again and again.
    """
    delay = _FIRST_DELAY
    stopped = 0
    while True:
        try:
            return await work()
        except (DatabaseError, QueryCanceledError) as error:
            stopped += isinstance(error, QueryCanceledError)
            if stopped == _MOST_STOPPED:
                raise
            logging.getLogger(__name__).warning("an event waits for the database: %s", error)
            await asyncio.sleep(delay)
            delay = min(2 * delay, _LONGEST_DELAY)
