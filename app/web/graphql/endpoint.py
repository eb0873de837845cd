"""The `/graphql` endpoint: an operation in, its answer out, whatever happens in between."""

import asyncio
import logging
from typing import Any

import orjson
from asyncpg import QueryCanceledError
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from strawberry.schema.exceptions import (
    CannotGetOperationTypeError,
    InvalidOperationTypeError,
)
from strawberry.types.execution import ExecutionResult, PreExecutionError
from strawberry.types.graphql import OperationType

from app.bridge import BuiltSchema
from app.context import NotAuthenticated, identify, new_context
from app.database import DatabaseError, SeedbedEngine, operation_name
from app.web.graphql.errors import Formatted, format_errors, internal_error, one_error
from app.web.graphql.request import (
    GRAPHQL_JSON,
    JSON,
    BadRequest,
    Operation,
    answer_type,
    read_operation,
)

_READING = (OperationType.QUERY,)
_ANYTHING = (OperationType.QUERY, OperationType.MUTATION)


class GraphQLEndpoint:
    """An ASGI application that answers one operation a request."""

    def __init__(self, built: BuiltSchema, engine: SeedbedEngine) -> None:
        self._built = built
        self._engine = engine

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        response = await self._respond(Request(scope, receive))
        await response(scope, receive, send)

    async def _respond(self, request: Request) -> Response:
        media_type = JSON
        try:
            media_type = answer_type(", ".join(request.headers.getlist("accept")))
            async with asyncio.timeout(self._engine.settings.request_timeout):
                operation = await read_operation(request, self._engine.settings.max_body_bytes)
                result = await self._run(operation, request.headers.get("authorization"))
            return _answer(result, media_type)
        except BadRequest as error:
            return _refusal(error.status, one_error(str(error), error.code), media_type)
        except NotAuthenticated as error:
            return _refusal(401, one_error(str(error), "UNAUTHENTICATED"), media_type)
        except (TimeoutError, QueryCanceledError):
            failure = one_error("the request took too long; ask for less at once", "TIMEOUT")
            return _refusal(503, failure, media_type)
        except DatabaseError as error:
            logging.getLogger(__name__).error("the database cannot be used: %s", error)
            failure = one_error("the database cannot be reached; try again", "SERVICE_UNAVAILABLE")
            return _refusal(503, failure, media_type)
        except Exception as error:  # noqa: BLE001 - the last line: log it, tell the client nothing
            return _refusal(500, internal_error(error), media_type)

    async def _run(self, operation: Operation, authorization: str | None) -> ExecutionResult:
        viewer = await identify(authorization)
        operation_name.set(operation.name)
        try:
            return await self._built.schema.execute(
                operation.query,
                variable_values=operation.variables,
                operation_name=operation.name,
                context_value=new_context(self._built.bridge, self._engine, viewer),
                allowed_operation_types=_READING if operation.read_only else _ANYTHING,
            )
        except CannotGetOperationTypeError as error:
            raise BadRequest(400, "BAD_REQUEST", error.as_http_error_reason()) from None
        except InvalidOperationTypeError as error:
            method = "GET" if operation.read_only else "POST"
            raise BadRequest(
                405 if operation.read_only else 400,
                "METHOD_NOT_ALLOWED" if operation.read_only else "BAD_REQUEST",
                error.as_http_error_reason(method),
            ) from None


def _answer(result: ExecutionResult, media_type: str) -> Response:
    valid = not isinstance(result, PreExecutionError)
    errors = result.errors or []
    # Variables that do not fit are found by the executor, but before it runs anything.
    executed = valid and (result.data is not None or any(error.path for error in errors))
    body: dict[str, Any] = {}
    if errors:
        body["errors"] = format_errors(errors, valid=valid)
    if executed:
        body["data"] = result.data
    # The older media type promises 200 for whatever was a well-formed request.
    status = 400 if not executed and media_type == GRAPHQL_JSON else 200
    return _json(body, status, media_type)


def _refusal(status: int, error: Formatted, media_type: str) -> Response:
    response = _json({"errors": [error]}, status, media_type)
    if status == 405:
        response.headers["Allow"] = "GET, POST"
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _json(body: dict[str, Any], status: int, media_type: str) -> Response:
    return Response(
        orjson.dumps(body), status, {"Cache-Control": "no-store"}, f"{media_type}; charset=utf-8"
    )
