"""What stands before Piccolo Admin: who is asking, what is refused, what becomes of its cookies."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.admin.accounts import IDLE, AdminSession, AdminUser, Visit, visit
from app.admin.look import RIGHTS_PATH, SCRIPT, SCRIPT_PATH, offered
from app.audit import Origin
from app.database import SeedbedEngine
from app.tables.identity import User, UserRole

_BODY = 16 * 1024  # bytes of a login
_ROW = 1024 * 1024  # bytes of a row; a post may have 100,000 characters
_COOKIE = "id"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Parts:
    """The applications behind the gate: Piccolo Admin by role, and what writes rows."""

    pages: Mapping[UserRole, ASGIApp]
    editor: ASGIApp


class Gate:
    """What stands before Piccolo Admin: no API documents, no input that would fail inside, cookies.

    The documents load their scripts from another host. The cookies are sent to the admin alone.
    """

    def __init__(self, parts: Parts, engine: SeedbedEngine, *, secure: bool) -> None:
        self._parts = parts
        self._engine = engine
        self._secure = secure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._parts.pages[UserRole.ADMIN](scope, receive, send)
            return
        root = scope.get("root_path", "")
        path = scope["path"].removeprefix(root)
        if path.rstrip("/").endswith(("/docs", "/openapi.json")) or "/docs/" in path:
            await _refuse(404, "Not found.")(scope, receive, send)
            return
        if path == SCRIPT_PATH:
            await Response(SCRIPT, media_type="text/javascript")(scope, receive, send)
            return
        if "\0" in path or b"%00" in scope["query_string"]:
            await _refuse(400, "A NUL character cannot be looked for.")(scope, receive, send)
            return
        writes, private = scope["method"] not in _SAFE, path.startswith("/api/")
        if writes:
            limit = _ROW if private else _BODY
            body = await _read(receive, limit)
            if body is None or not _acceptable(body):
                message = f"Send a form, or a JSON object, of at most {limit // 1024} KiB."
                await _refuse(422, message)(scope, receive, send)
                return
            receive = _again(body)
        connection = HTTPConnection(scope)
        user = await _known(connection, self._engine) if private else None
        visit.set(Visit(self._engine, _origin(connection), user))
        app = self._parts.pages[user.role if user else UserRole.ADMIN]
        if path == RIGHTS_PATH:
            app = JSONResponse(offered(user.role if user else None))
        elif writes and path.startswith("/api/tables/"):
            app = self._parts.editor

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

        await app(scope, receive, send_on)


async def _known(connection: HTTPConnection, engine: SeedbedEngine) -> AdminUser | None:
    """Whose session the cookie is of, if it is still one and they may still enter."""
    token = connection.cookies.get(_COOKIE)
    user = await AdminSession.get_user_id(token, increase_expiry=IDLE / 2) if token else None
    return await AdminUser.objects().where(User.id == user).run() if user else None


def _origin(connection: HTTPConnection) -> Origin:
    return Origin(
        connection.client.host if connection.client else None,
        connection.headers.get("user-agent"),
    )


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
