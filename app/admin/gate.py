"""What stands before Piccolo Admin: what is refused, and what becomes of its cookies."""

import json
from collections.abc import Iterable

from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.admin.accounts import client

_BODY = 16 * 1024  # bytes: the admin only reads, so the largest request is a login


class Gate:
    """What stands before Piccolo Admin: no API documents, no input that would fail inside, cookies.

    The documents load their scripts from another host. The cookies are sent to the admin alone.
    """

    def __init__(self, app: ASGIApp, *, secure: bool) -> None:
        self._app = app
        self._secure = secure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        root = scope.get("root_path", "")
        path = scope["path"].removeprefix(root)
        if path.rstrip("/").endswith(("/docs", "/openapi.json")) or "/docs/" in path:
            await _refuse(404, "Not found.")(scope, receive, send)
            return
        if "\0" in path or b"%00" in scope["query_string"]:
            await _refuse(400, "A NUL character cannot be looked for.")(scope, receive, send)
            return
        if scope["method"] == "POST":
            body = await _read(receive, _BODY)
            if body is None or not _acceptable(body):
                message = "Send a form, or a JSON object, of at most 16 KiB."
                await _refuse(422, message)(scope, receive, send)
                return
            receive = _again(body)
        connection = HTTPConnection(scope)
        client.set(
            (
                connection.client.host[:45] if connection.client else None,
                connection.headers.get("user-agent", "")[:512] or None,
            )
        )
        private = path.startswith("/api/")

        async def send_on(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [
                    (name, _cookie(value, root or "/", self._secure))
                    if name.lower() == b"set-cookie"
                    else (name, value)
                    for name, value in message["headers"]
                ]
                if private:
                    headers.append((b"cache-control", b"no-store"))
                message["headers"] = headers
            await send(message)

        await self._app(scope, receive, send_on)


def _refuse(status: int, message: str) -> JSONResponse:
    return JSONResponse({"detail": message}, status_code=status)


async def _read(receive: Receive, limit: int) -> bytes | None:
    """The body of a request, or None when it is larger than `limit` or the client has gone."""
    body = b""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        part: bytes = message.get("body", b"")
        body += part
        if len(body) > limit:
            return None
        if not message.get("more_body", False):
            return body


def _acceptable(body: bytes) -> bool:
    """Whether piccolo_api can read this: it takes what is not JSON for a form."""
    try:
        return isinstance(json.loads(body), dict)
    except json.JSONDecodeError:
        return True
    except (UnicodeDecodeError, RecursionError):
        return False


def _again(body: bytes) -> Receive:
    """A `receive` that gives `body`, once, and then that the client has gone."""
    messages: Iterable[Message] = [
        {"type": "http.request", "body": body, "more_body": False},
        {"type": "http.disconnect"},
    ]
    left = iter(messages)

    async def receive() -> Message:
        return next(left, {"type": "http.disconnect"})

    return receive


def _cookie(value: bytes, path: str, secure: bool) -> bytes:
    """A Set-Cookie header for this path alone, over https alone when `secure`."""
    pair, *attributes = value.split(b"; ")
    kept = [a for a in attributes if a.lower() != b"secure" and not a.lower().startswith(b"path=")]
    kept.append(b"Path=" + path.encode("latin-1"))
    if secure:
        kept.append(b"Secure")
    return b"; ".join([pair, *kept])
