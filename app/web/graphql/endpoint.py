"""The `/graphql` endpoint: an operation in, its answer out, whatever happens in between."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from graphql import OperationType
from starlette.types import Receive, Scope, Send

from app.actions.limits import RateLimited
from app.audit import Origin
from app.bridge import Answer, BuiltSchema, Document, InputError, cost, encode
from app.context import ANONYMOUS, Context, new_context
from app.database import SeedbedEngine, operation_name
from app.policy import Caller
from app.web.deadlines import Deadlines
from app.web.graphql.errors import Formatted, format_errors
from app.web.graphql.request import (
    EVENTS,
    GRAPHQL_JSON,
    JSON,
    BadRequest,
    Incoming,
    Operation,
    answer_type,
    incoming,
    read_operation,
)
from app.web.graphql.sse import send_events
from app.web.graphql.streams import Service, begin, refusal
from app.web.graphql.websocket import Socket

# The request header that asks for `extensions.explain`.
EXPLAIN = "x-seedbed-explain"
_EXPLAIN = EXPLAIN.encode()
_EVENTS = EVENTS.encode()

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
        self.service = Service(built, engine)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request, or serve one WebSocket."""
        if scope["type"] == "websocket":
            await Socket(self.service, scope, receive, send).run()
            return
        request = incoming(scope, receive)
        response = (
            await self._stream(request, send)
            if _EVENTS in request.headers.get(b"accept", b"")
            else await self._respond(request)
        )
        if response is None:
            return
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
                    viewer = await self.service.admit(authorization)
                origin = Origin(request.address, request.header(b"user-agent"))
                context = new_context(self._bridge, self._engine, viewer, origin)
                report = self._report(request.header(_EXPLAIN), context)
                answer = await self._run(document, operation, context)
            return _answer(answer, media_type, {"explain": report()} if report else None)
        except Exception as error:  # noqa: BLE001 - the last line: log it, tell the client nothing
            return _refused(error, media_type)

    async def _stream(self, request: Incoming, send: Send) -> _Response | None:
        """Answer by events, if that is what is wanted most; the response, if it is no stream."""
        try:
            if answer_type(request.header(b"accept") or "") != EVENTS:
                return await self._respond(request)
            with self._deadlines.limit():
                operation = await read_operation(request, self._max_body_bytes)
            authorization = request.header(b"authorization")
            origin = Origin(request.address, request.header(b"user-agent"))
            pieces = await begin(self.service, operation, authorization, origin)
        except Exception as error:  # noqa: BLE001 - as above
            return _refused(error, JSON)
        await send_events(pieces, self.service.hub, request.receive, send, self._more)
        return None

    def _report(self, wanted: str | None, context: Context) -> Callable[[], dict[str, Any]] | None:
        """What tells of the operation when it is done, where the header `EXPLAIN` asks for it.

        Its cost is for everybody, the statements for administrators and in development.
        """
        if wanted is None:
            return None
        request, limits = context.request, self._bridge.limits
        if wanted == "cost":
            return lambda: {"cost": cost(request.budget, limits)}
        if wanted not in {"statements", "plans"}:
            raise BadRequest(400, "BAD_USER_INPUT", f"{EXPLAIN} is cost, statements or plans")
        in_development = self._engine.settings.environment != "production"
        if not in_development and context.viewer.kind != Caller.ADMIN:
            text = f"{EXPLAIN}: {wanted} is for administrators; everybody may ask for cost"
            raise BadRequest(403, "FORBIDDEN", text)
        explaining = request.explain(plans=wanted == "plans")
        return lambda: explaining.report(request.budget, limits)

    async def _run(self, document: Document, operation: Operation, context: Context) -> Answer:
        if document.errors:
            return Answer(None, document.errors, executed=False, valid=False)
        try:
            definition = document.operation(operation.name)
        except InputError as error:
            return Answer(None, [error], executed=False)
        if definition.operation is OperationType.SUBSCRIPTION:
            text = f"subscribe by WebSocket, or with Accept: {EVENTS}"
            raise BadRequest(400, "BAD_REQUEST", text)
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


def _refused(error: Exception, media_type: str) -> _Response:
    status, told = refusal(error)
    retry_after = error.retry_after if isinstance(error, RateLimited) else None
    return _refusal(status, told, media_type, retry_after)


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
