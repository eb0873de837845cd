"""The `/graphql` endpoint: an operation in, its answer out, whatever happens in between."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from asyncpg import QueryCanceledError
from graphql import OperationType
from starlette.types import Receive, Scope, Send

from app.actions.limits import KeyCalls, RateLimited
from app.audit import Origin
from app.bridge import Answer, BuiltSchema, Document, Explaining, InputError, Viewer, encode
from app.context import ANONYMOUS, Context, NotAuthenticated, identify, new_context
from app.database import DatabaseError, SeedbedEngine, operation_name
from app.policy import Caller
from app.tables import identity
from app.web.deadlines import Deadlines
from app.web.graphql.errors import Formatted, format_errors, internal_error, limited, one_error
from app.web.graphql.request import (
    GRAPHQL_JSON,
    JSON,
    BadRequest,
    Incoming,
    Operation,
    answer_type,
    incoming,
    read_operation,
)

# The request header that asks for `extensions.explain`.
EXPLAIN = "x-seedbed-explain"
_EXPLAIN = EXPLAIN.encode()

# The scopes with which a key may ask anything at all.
_READING = frozenset({identity.Scope.READ.value, identity.Scope.AGENT.value})

_NO_STORE = (b"cache-control", b"no-store")
_TYPES = {
    media_type: (b"content-type", f"{media_type}; charset=utf-8".encode())
    for media_type in (JSON, GRAPHQL_JSON)
}


@dataclass(slots=True)
class _Response:
    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes


class GraphQLEndpoint:
    """An ASGI application that answers one operation a request.

    Every answer has the headers `more`.
    """

    def __init__(
        self,
        built: BuiltSchema,
        engine: SeedbedEngine,
        more: Iterable[tuple[bytes, bytes]] = (),
    ) -> None:
        self._bridge = built.bridge
        self._operations = built.operations
        self._engine = engine
        self._more = list(more)
        self._max_body_bytes = engine.settings.max_body_bytes
        self._deadlines = Deadlines(engine.settings.request_timeout)
        self._keys = KeyCalls(engine)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        response = await self._respond(incoming(scope, receive))
        await send(
            {
                "type": "http.response.start",
                "status": response.status,
                "headers": response.headers + self._more,
            }
        )
        body = b"" if scope["method"] == "HEAD" else response.body
        await send({"type": "http.response.body", "body": body})

    async def _respond(self, request: Incoming) -> _Response:
        media_type = JSON
        try:
            media_type = answer_type(request.header(b"accept") or "")
            with self._deadlines.limit():
                operation = await read_operation(request, self._max_body_bytes)
                document = self._operations.document(operation.query)
                # Set before any statement runs: the log says what they were for.
                operation_name.set(document.name(operation.name))
                authorization = request.header(b"authorization")
                viewer = ANONYMOUS
                if authorization is not None:
                    viewer = await identify(self._engine, authorization)
                    if viewer.scopes is not None:
                        await self._use_key(viewer, viewer.scopes)
                origin = Origin(request.address, request.header(b"user-agent"))
                context = new_context(self._bridge, self._engine, viewer, origin)
                explaining = self._explaining(request.header(_EXPLAIN), context)
                answer = await self._run(document, operation, context)
            return _answer(answer, media_type, self._extensions(explaining, context))
        except BadRequest as error:
            return _refusal(error.status, one_error(str(error), error.code), media_type)
        except NotAuthenticated as error:
            return _refusal(401, one_error(str(error), "UNAUTHENTICATED"), media_type)
        except RateLimited as error:
            return _refusal(429, limited(error), media_type, error.retry_after)
        except (TimeoutError, QueryCanceledError):
            failure = one_error("the request took too long; ask for less at once", "TIMEOUT")
            return _refusal(503, failure, media_type)
        except DatabaseError as error:
            logging.getLogger(__name__).error("the database cannot be used: %s", error)
            failure = one_error("the database cannot be reached; try again", "SERVICE_UNAVAILABLE")
            return _refusal(503, failure, media_type)
        except Exception as error:  # noqa: BLE001 - the last line: log it, tell the client nothing
            return _refusal(500, internal_error(error), media_type)

    async def _use_key(self, viewer: Viewer, scopes: frozenset[str]) -> None:
        """Count a call by an API key; whatever it does, its answer is something read."""
        await self._keys.count(viewer.values)
        if scopes.isdisjoint(_READING):
            raise BadRequest(403, "FORBIDDEN", "this needs an API key of the scope read")

    def _explaining(self, wanted: str | None, context: Context) -> Explaining | None:
        """Notes what the operation does, where the header `Explain` asks for it."""
        if wanted is None:
            return None
        in_development = self._engine.settings.environment != "production"
        if not in_development and context.viewer.kind != Caller.ADMIN:
            raise BadRequest(403, "FORBIDDEN", f"{EXPLAIN} is for administrators")
        if wanted not in {"statements", "plans"}:
            raise BadRequest(400, "BAD_USER_INPUT", f"{EXPLAIN} is statements or plans")
        return context.request.explain(plans=wanted == "plans")

    def _extensions(self, explaining: Explaining | None, context: Context) -> dict[str, Any] | None:
        if explaining is None:
            return None
        return {"explain": explaining.report(context.request.budget, self._bridge.limits)}

    async def _run(self, document: Document, operation: Operation, context: Context) -> Answer:
        if document.errors:
            return Answer(None, document.errors, executed=False, valid=False)
        try:
            definition = document.operation(operation.name)
        except InputError as error:
            return Answer(None, [error], executed=False)
        if definition.operation is OperationType.SUBSCRIPTION:
            raise BadRequest(400, "BAD_REQUEST", "subscriptions are not answered over HTTP")
        if operation.read_only and definition.operation is not OperationType.QUERY:
            raise BadRequest(405, "METHOD_NOT_ALLOWED", "send a mutation by POST")
        return await self._operations.execute(document, definition, operation.variables, context)


def _answer(answer: Answer, media_type: str, extensions: dict[str, Any] | None) -> _Response:
    if answer.executed and not answer.errors and not extensions:
        return _response(200, {"data": answer.data}, media_type)
    body: dict[str, Any] = {}
    if answer.errors:
        body["errors"] = format_errors(answer.errors, valid=answer.valid)
    if answer.executed:
        body["data"] = answer.data
    if extensions:
        body["extensions"] = extensions
    # The older media type promises 200 for whatever was a well-formed request.
    status = 400 if not answer.executed and media_type == GRAPHQL_JSON else 200
    extensions_of = [error.extensions or {} for error in answer.errors]
    waits = [each["retryAfter"] for each in extensions_of if "retryAfter" in each]
    return _response(status, body, media_type, _retry_after(max(waits, default=None)))


def _refusal(
    status: int, error: Formatted, media_type: str, retry_after: int | None = None
) -> _Response:
    more = {405: [(b"allow", b"GET, POST")], 401: [(b"www-authenticate", b"Bearer")]}
    headers = [*more.get(status, ()), *_retry_after(retry_after)]
    return _response(status, {"errors": [error]}, media_type, headers)


def _retry_after(seconds: int | None) -> list[tuple[bytes, bytes]]:
    return [] if seconds is None else [(b"retry-after", str(seconds).encode())]


def _response(
    status: int,
    body: dict[str, Any],
    media_type: str,
    more: Iterable[tuple[bytes, bytes]] = (),
) -> _Response:
    encoded = encode(body)
    headers = [
        _TYPES[media_type],
        _NO_STORE,
        (b"content-length", b"%d" % len(encoded)),
        *more,
    ]
    return _Response(status, headers, encoded)
