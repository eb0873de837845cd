"""From an HTTP request to one GraphQL operation; whatever is wrong with it is told here."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import orjson
from starlette.datastructures import QueryParams
from starlette.types import Receive, Scope

JSON = "application/json"
GRAPHQL_JSON = "application/graphql-response+json"

# What an `Accept` header may name, and what it then gets, best first.
_OFFERED = {
    GRAPHQL_JSON: (GRAPHQL_JSON,),
    JSON: (JSON,),
    "application/*": (JSON, GRAPHQL_JSON),
    "*/*": (JSON, GRAPHQL_JSON),
}

# JSON nested deeper than this is no GraphQL request; reading it further would only cost.
_DEEPEST = 64


class BadRequest(Exception):
    """A request that is not run; `status` is the HTTP status, `code` goes into `extensions`."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


@dataclass(slots=True)
class Operation:
    """One operation as it was sent. `read_only` for GET, which runs queries alone."""

    query: str
    variables: dict[str, Any]
    name: str | None
    read_only: bool


@dataclass(slots=True)
class Incoming:
    """The parts of an HTTP request that matter here; `headers` by their names in lower case."""

    method: str
    query_string: bytes
    headers: Mapping[bytes, bytes]
    receive: Receive
    address: str | None

    def header(self, name: bytes) -> str | None:
        """The value of a header; None where it was not sent."""
        value = self.headers.get(name)
        return None if value is None else value.decode("latin-1")


def incoming(scope: Scope, receive: Receive) -> Incoming:
    """The request of an ASGI scope; headers that came more than once are joined by commas."""
    pairs: list[tuple[bytes, bytes]] = scope["headers"]
    headers = dict(pairs)
    if len(headers) < len(pairs):
        headers = {}
        for name, value in pairs:
            headers[name] = headers[name] + b", " + value if name in headers else value
    client = scope.get("client")
    address = client[0] if client else None
    return Incoming(scope["method"], scope["query_string"], headers, receive, address)


async def read_operation(request: Incoming, max_body_bytes: int) -> Operation:
    """The operation of a request. Raises BadRequest."""
    if request.method == "GET":
        return _from_query_string(request.query_string)
    if request.method != "POST":
        raise BadRequest(405, "METHOD_NOT_ALLOWED", "send the operation by POST, or a query by GET")
    content_type = request.header(b"content-type") or ""
    if content_type != JSON and not _is_json(content_type):
        raise BadRequest(415, "UNSUPPORTED_MEDIA_TYPE", f"send the operation as {JSON}")
    if (request.header(b"content-encoding") or "identity").lower() != "identity":
        raise BadRequest(415, "UNSUPPORTED_MEDIA_TYPE", "send the operation uncompressed")
    return _from_json(await _body(request, max_body_bytes))


def _is_json(content_type: str) -> bool:
    media_type, _, parameters = content_type.partition(";")
    return media_type.strip().lower() == JSON and _charset(parameters) in {"", "utf-8"}


@lru_cache(maxsize=256)
def answer_type(accept: str) -> str:
    """The media type of the answer that an `Accept` header asks for. Raises BadRequest (406)."""
    if not accept:
        return JSON
    asked: list[tuple[str, float]] = []
    for part in accept.split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        asked.append((name, _quality(parameters)))
    refused = {name for name, quality in asked if not quality}
    best, best_quality = "", 0.0
    for name, quality in asked:
        offered = next((each for each in _OFFERED.get(name, ()) if each not in refused), "")
        if offered and quality > best_quality:
            best, best_quality = offered, quality
    if not best:
        raise BadRequest(406, "NOT_ACCEPTABLE", f"answers are {GRAPHQL_JSON} or {JSON}")
    return best


def _quality(parameters: list[str]) -> float:
    for parameter in parameters:
        if re.fullmatch(r"q=(0(\.\d{0,3})?|1(\.0{0,3})?)", parameter):
            return float(parameter[2:])
    return 1.0


def _charset(parameters: str) -> str:
    found = re.search(r"charset\s*=\s*\"?([\w-]+)", parameters, re.IGNORECASE)
    return found[1].lower() if found else ""


async def _body(request: Incoming, limit: int) -> bytes:
    length = request.header(b"content-length") or ""
    if length.isdecimal() and int(length[:20]) > limit:
        raise _too_large(limit)
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise BadRequest(400, "BAD_REQUEST", "the body ended early")
        chunk: bytes = message.get("body", b"")
        size += len(chunk)
        if size > limit:
            raise _too_large(limit)
        if not message.get("more_body", False):
            return b"".join((*chunks, chunk)) if chunks else chunk
        chunks.append(chunk)


def _too_large(limit: int) -> BadRequest:
    return BadRequest(413, "BODY_TOO_LARGE", f"the body has more than {limit} bytes")


def _from_json(body: bytes) -> Operation:
    try:
        _check_depth(body)
        parsed = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise BadRequest(400, "BAD_REQUEST", "the body is not JSON in UTF-8") from None
    if not isinstance(parsed, dict):
        raise BadRequest(
            400, "BAD_REQUEST", 'the body is not an object such as {"query": "{ __typename }"}'
        )
    return _operation(
        parsed.get("query"),
        parsed.get("variables"),
        parsed.get("operationName"),
        parsed.get("extensions"),
        read_only=False,
    )


def _from_query_string(query_string: bytes) -> Operation:
    parameters = QueryParams(query_string)
    return _operation(
        parameters.get("query"),
        _json_parameter("variables", parameters.get("variables")),
        parameters.get("operationName") or None,
        _json_parameter("extensions", parameters.get("extensions")),
        read_only=True,
    )


def _json_parameter(name: str, text: str | None) -> object:
    if not text:
        return None
    try:
        _check_depth(text.encode())
        return orjson.loads(text)
    except (orjson.JSONDecodeError, UnicodeEncodeError):
        raise BadRequest(400, "BAD_REQUEST", f"{name} is not JSON") from None


def _check_depth(text: bytes) -> None:
    """Refuse deep nesting before a recursive reader meets it; brackets in strings do not count.

    The pattern never goes back over what it has read, also when a string has no end: the time is
    linear in the text.
    """
    if text.count(b"[") + text.count(b"{") <= _DEEPEST:
        return
    depth = 0
    for found in re.finditer(rb'"(?:[^"\\]++|\\.)*+"?|[\[{]|[\]}]', text, re.DOTALL):
        first = found[0][:1]
        if first in b"[{":
            depth += 1
            if depth > _DEEPEST:
                raise BadRequest(
                    400, "BAD_REQUEST", f"the JSON is nested more than {_DEEPEST} levels deep"
                )
        elif first in b"]}":
            depth -= 1


def _operation(
    query: object, variables: object, name: object, extensions: object, *, read_only: bool
) -> Operation:
    if not isinstance(query, str) or not query.strip():
        raise BadRequest(400, "BAD_REQUEST", "query is missing: the text of a GraphQL document")
    if variables is not None and not isinstance(variables, dict):
        raise BadRequest(400, "BAD_REQUEST", "variables is not an object")
    if name is not None and not isinstance(name, str):
        raise BadRequest(400, "BAD_REQUEST", "operationName is not a string")
    if extensions is not None and not isinstance(extensions, dict):
        raise BadRequest(400, "BAD_REQUEST", "extensions is not an object")
    return Operation(query, variables or {}, name or None, read_only)
