"""Clients of the application in this process that stay connected: a WebSocket and an event stream.

They speak ASGI, as a server would, so that a test decides what arrives when.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import orjson
from starlette.types import ASGIApp, Message, Scope

from app.web.graphql.websocket import PROTOCOL

PATIENCE = 20  # seconds; only a failure takes as long


def _headers(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    named = {"host": "localhost", **headers}
    return [(name.encode(), value.encode()) for name, value in named.items()]


class _Connection:
    """The application's side of one connection, run as a task."""

    def __init__(self, app: ASGIApp, scope: Scope) -> None:
        self.to_app: asyncio.Queue[Message] = asyncio.Queue()
        self.from_app: asyncio.Queue[Message] = asyncio.Queue()
        # Cleared, the client accepts nothing.
        self.takes = asyncio.Event()
        self.takes.set()
        self.task = asyncio.create_task(self._serve(app, scope))

    async def _serve(self, app: ASGIApp, scope: Scope) -> None:
        await app(scope, self.to_app.get, self._accept)

    async def _accept(self, message: Message) -> None:
        await self.takes.wait()
        self.from_app.put_nowait(message)

    async def heard(self) -> Message:
        """The next message of the application."""
        async with asyncio.timeout(PATIENCE):
            return await self.from_app.get()

    async def ended(self) -> None:
        """Wait until the application has done with the connection."""
        async with asyncio.timeout(PATIENCE):
            await self.task


class Closed(Exception):
    """The server has closed the socket."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.get("reason", ""))
        self.code = message["code"]


class Socket:
    """A client of the WebSocket protocol."""

    def __init__(self, connection: _Connection) -> None:
        self.connection = connection

    async def send(self, message: Any) -> None:
        """Send an object as JSON, or a text as it is."""
        text = message if isinstance(message, str) else orjson.dumps(message).decode()
        await self.connection.to_app.put({"type": "websocket.receive", "text": text})

    async def receive(self) -> dict[str, Any]:
        """The next message. Raises Closed."""
        message = await self.connection.heard()
        if message["type"] == "websocket.close":
            raise Closed(message)
        assert message["type"] == "websocket.send", message
        parsed: dict[str, Any] = orjson.loads(message["text"])
        return parsed

    async def closed(self) -> Closed:
        """How the server closes the socket; nothing else may come before."""
        try:
            message = await self.receive()
        except Closed as closed:
            await self.connection.ended()
            return closed
        raise AssertionError(f"not closed, but {message}")

    async def init(self, token: str | None = None) -> None:
        """Introduce oneself."""
        payload = None if token is None else {"authorization": f"Bearer {token}"}
        await self.send({"type": "connection_init", "payload": payload})
        assert await self.receive() == {"type": "connection_ack"}

    async def subscribe(self, query: str, name: str = "1", **variables: Any) -> None:
        """Begin an operation."""
        payload = {"query": query, "variables": variables}
        await self.send({"type": "subscribe", "id": name, "payload": payload})

    async def next(self, name: str = "1") -> Any:
        """The data of the next event of an operation."""
        message = await self.receive()
        assert (message["type"], message["id"]) == ("next", name), message
        assert "errors" not in message["payload"], message
        return message["payload"]["data"]

    async def silent(self) -> None:
        """Nothing came that was not asked for: the next that comes is the answer to a ping."""
        await self.send({"type": "ping"})
        assert await self.receive() == {"type": "pong"}


@asynccontextmanager
async def socket(
    app: ASGIApp, *, protocols: tuple[str, ...] = (PROTOCOL,), **headers: str
) -> AsyncIterator[Socket]:
    """An open WebSocket; at the end the client goes, and the application has noticed."""
    scope = {
        "type": "websocket",
        "path": "/graphql",
        "raw_path": b"/graphql",
        "query_string": b"",
        "scheme": "ws",
        "headers": _headers(headers),
        "subprotocols": list(protocols),
        "client": ("127.0.0.1", 1234),
        "extensions": {"websocket.http.response": {}},
    }
    connection = _Connection(app, scope)
    await connection.to_app.put({"type": "websocket.connect"})
    accepted = await connection.heard()
    if accepted["type"] != "websocket.accept":
        await connection.ended()
        raise Closed({"code": accepted.get("status", accepted.get("code"))})
    assert accepted["subprotocol"] == (PROTOCOL if PROTOCOL in protocols else None)
    try:
        yield Socket(connection)
    finally:
        connection.takes.set()
        await connection.to_app.put({"type": "websocket.disconnect", "code": 1005})
        await connection.ended()


class Events:
    """A client of an event stream."""

    def __init__(self, connection: _Connection, start: Message) -> None:
        self.connection = connection
        self.status: int = start["status"]
        self.headers = {name.decode(): value.decode() for name, value in start["headers"]}
        self._text = ""
        self._more = True

    async def event(self) -> tuple[str, Any]:
        """The name and the data of the next event; comments are passed over."""
        while True:
            while "\n\n" not in self._text:
                assert self._more, "the stream has ended"
                message = await self.connection.heard()
                self._more = message["more_body"]
                self._text += message["body"].decode()
            first, self._text = self._text.split("\n\n", 1)
            if first != ":":
                name, data = first.split("\n")
                text = data.removeprefix("data: ")
                return name.removeprefix("event: "), orjson.loads(text) if text else None

    async def next(self) -> Any:
        """The data of the next event of the operation."""
        name, body = await self.event()
        assert name == "next", body
        assert "errors" not in body, body
        return body["data"]

    async def rest(self) -> str:
        """All that is still to come."""
        while self._more:
            message = await self.connection.heard()
            self._more = message["more_body"]
            self._text += message["body"].decode()
        await self.connection.ended()
        return self._text


@asynccontextmanager
async def events(app: ASGIApp, query: str, **variables: Any) -> AsyncIterator[Events]:
    """The response to an operation sent by POST that wants events; `token` is no variable."""
    token = variables.pop("token", None)
    headers = {"accept": "text/event-stream", "content-type": "application/json"}
    if token is not None:
        headers["authorization"] = f"Bearer {token}"
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/graphql",
        "raw_path": b"/graphql",
        "query_string": b"",
        "headers": _headers(headers),
        "client": ("127.0.0.1", 1234),
    }
    connection = _Connection(app, scope)
    body = orjson.dumps({"query": query, "variables": variables})
    await connection.to_app.put({"type": "http.request", "body": body})
    start = await connection.heard()
    assert start["type"] == "http.response.start"
    try:
        yield Events(connection, start)
    finally:
        connection.takes.set()
        await connection.to_app.put({"type": "http.disconnect"})
        await connection.ended()
