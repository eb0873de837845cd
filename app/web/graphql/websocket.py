"""GraphQL over WebSocket: the protocol graphql-transport-ws, on plain ASGI.

See https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md. Whatever a client sends ends at
most its own socket, with the code that the protocol has for it.
"""

import asyncio
import logging
from collections.abc import Mapping
from contextlib import aclosing, suppress
from typing import Any
from urllib.parse import urlsplit

import orjson
from starlette.types import Message, Receive, Scope, Send

from app.audit import Origin
from app.bridge import LimitExceeded, encode
from app.context import NotAuthenticated
from app.database import DatabaseError
from app.live import GoingAway
from app.web.graphql.errors import Formatted, format_errors, one_error
from app.web.graphql.request import BadRequest, Operation, check_depth, operation_of
from app.web.graphql.streams import FAREWELL, PATIENCE, Piece, Service, begin, refusal

logger = logging.getLogger(__name__)

PROTOCOL = "graphql-transport-ws"

# Operations that one socket may have under way, and characters of the id of one.
MOST_OPERATIONS = 100
_LONGEST_ID = 128

# Seconds from the opening of a socket to its connection_init.
INIT_TIMEOUT = 10.0

_REASON = 123  # bytes of a close frame's reason

_GONE = 0  # in place of a code: there is nobody to close it for
_GOING_AWAY = (1001, "The server is going away; connect again")


class _End(Exception):
    """The socket is to be closed with this code, for this reason."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code


class Socket:
    """One connection, from its opening to its end."""

    def __init__(self, service: Service, scope: Scope, receive: Receive, send: Send) -> None:
        self._service = service
        self._scope = scope
        self._receive = receive
        self._send = send
        self._headers = {
            name.decode("latin-1").lower(): value.decode("latin-1")
            for name, value in scope["headers"]
        }
        client = scope.get("client")
        self._origin = Origin(client[0] if client else None, self._headers.get("user-agent"))
        self._authorization = self._headers.get("authorization")
        self._acknowledged = False
        self._init_seen = False
        self._operations: dict[str, asyncio.Task[None]] = {}
        self._positions: dict[str, str] = {}
        self._over: asyncio.Future[_End] = asyncio.get_running_loop().create_future()

    async def run(self) -> None:
        """Serve the connection."""
        await self._receive()  # websocket.connect
        if not self._may_come_from(self._headers.get("origin")):
            # Before it is accepted: the client sees HTTP's status 403.
            await self._send({"type": "websocket.close", "code": 4403})
            return
        with self._service.hub.connection():
            await self._serve()

    async def _serve(self) -> None:
        offered = PROTOCOL in self._scope.get("subprotocols", ())
        await self._send({"type": "websocket.accept", "subprotocol": PROTOCOL if offered else None})
        if not offered:
            await self._close(_End(4406, "Subprotocol not acceptable"))
            return
        tasks = [
            asyncio.create_task(work)
            for work in (self._read(), self._expect_init(), self._until_the_server_ends())
        ]
        try:
            await asyncio.wait([self._over], return_when=asyncio.FIRST_COMPLETED)
        finally:
            tasks += self._operations.values()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        await self._close(self._over.result())

    def _end(self, end: _End) -> None:
        if not self._over.done():
            self._over.set_result(end)

    async def _close(self, end: _End) -> None:
        if end.code == _GONE:
            return
        reason = str(end).encode()[:_REASON].decode(errors="ignore")
        with suppress(_End, TimeoutError):
            async with asyncio.timeout(FAREWELL):
                await self._put({"type": "websocket.close", "code": end.code, "reason": reason})

    # --- what watches over it -------------------------------------------------------------------

    def _may_come_from(self, origin: str | None) -> bool:
        """Pages of other sites may not connect; what is no browser sends no Origin."""
        if origin is None:
            return True
        try:
            found = urlsplit(origin)
        except ValueError:
            return False
        ours = urlsplit(self._service.engine.settings.public_url)
        return found.netloc == self._headers.get("host") or (
            (found.scheme, found.netloc) == (ours.scheme, ours.netloc)
        )

    async def _expect_init(self) -> None:
        await asyncio.sleep(INIT_TIMEOUT)
        if not self._init_seen:
            self._end(_End(4408, "Connection initialisation timeout"))

    async def _until_the_server_ends(self) -> None:
        await self._service.hub.closing.wait()
        self._end(_End(*_GOING_AWAY))

    # --- messages -------------------------------------------------------------------------------

    async def _read(self) -> None:
        """Take the messages, one after another, until the socket ends."""
        try:
            while (message := await self._receive())["type"] != "websocket.disconnect":
                await self._take(_parsed(message, self._service.engine.settings.max_body_bytes))
        except _End as end:
            self._end(end)
        except Exception:
            logger.exception("a WebSocket failed")
            self._end(_End(4500, "Internal server error"))
        else:
            self._end(_End(_GONE, "the client has closed"))

    async def _take(self, message: dict[str, Any]) -> None:
        payload = message.get("payload")
        match message.get("type"):
            case "connection_init":
                await self._init(_object(payload))
            case "ping":
                pong = {"type": "pong"}
                await self._say(pong if payload is None else {**pong, "payload": _object(payload)})
            case "pong":
                _object(payload)
            case "subscribe":
                await self._subscribe(_id(message), payload)
            case "complete":
                self._complete(_id(message))
            case _:
                raise _End(4400, "Invalid message: type is none that a client sends")

    async def _init(self, payload: Mapping[str, Any]) -> None:
        if self._init_seen:
            raise _End(4429, "Too many initialisation requests")
        self._init_seen = True
        given = next((v for name, v in payload.items() if name.lower() == "authorization"), None)
        if given is not None:
            if not isinstance(given, str):
                raise _End(4400, "Invalid message: authorization is not a string")
            self._authorization = given
        try:
            await self._service.viewer(self._authorization)
        except NotAuthenticated as error:
            raise _End(4403, f"Forbidden: {error}") from None
        except DatabaseError as error:
            logger.error("the database cannot be used: %s", error)
            raise _End(1013, "The database cannot be reached; try again") from None
        self._acknowledged = True
        await self._say({"type": "connection_ack"})

    async def _subscribe(self, name: str, payload: object) -> None:
        if not self._acknowledged:
            raise _End(4401, "Unauthorized: send connection_init first")
        if name in self._operations:
            raise _End(4409, f"Subscriber for {name} already exists")
        if not isinstance(payload, dict):
            raise _End(4400, "Invalid message: payload is not an object")
        try:
            operation = operation_of(payload)
        except BadRequest as error:
            raise _End(4400, f"Invalid message: {error}") from None
        if len(self._operations) >= MOST_OPERATIONS:
            full = LimitExceeded(f"a socket may have {MOST_OPERATIONS} operations at once")
            await self._fail(name, format_errors([full], valid=True))
            return
        self._operations[name] = asyncio.create_task(self._operate(name, operation))

    # --- operations -----------------------------------------------------------------------------

    async def _operate(self, name: str, operation: Operation) -> None:
        """Answer one operation to its end, which may be that of the socket."""
        try:
            await self._answer(name, operation)
        except _End as end:
            self._end(end)
        finally:
            self._forget(name)

    async def _answer(self, name: str, operation: Operation) -> None:
        try:
            pieces = await begin(self._service, operation, self._authorization, self._origin)
            async with aclosing(pieces):
                async for piece in pieces:
                    if not piece.executed:
                        await self._fail(name, piece.body["errors"])
                        return
                    await self._next(name, piece)
        except _End:
            raise
        except GoingAway:
            raise _End(*_GOING_AWAY) from None
        except NotAuthenticated as error:
            raise _End(4401, f"Unauthorized: {error}") from None
        except Exception as error:  # noqa: BLE001 - the last line: logged, and the client told
            await self._fail(name, [refusal(error)[1]])
        else:
            self._forget(name)
            await self._say({"type": "complete", "id": name})

    def _complete(self, name: str) -> None:
        """The client has had enough of an operation; its id may be used again at once."""
        task = self._operations.pop(name, None)
        self._positions.pop(name, None)
        if task is not None:
            task.cancel()

    def _forget(self, name: str) -> None:
        """An operation has ended: its id may be used again, and perhaps is already."""
        if self._operations.get(name) is asyncio.current_task():
            del self._operations[name]
            self._positions.pop(name, None)

    async def _next(self, name: str, piece: Piece) -> None:
        await self._say({"type": "next", "id": name, "payload": piece.body})
        if piece.position is not None:
            self._positions[name] = piece.position

    async def _fail(self, name: str, errors: list[Formatted]) -> None:
        self._forget(name)
        await self._say({"type": "error", "id": name, "payload": errors})

    async def _say(self, message: dict[str, Any]) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                await self._put(_text(message))
        except TimeoutError:
            await self._tell_the_slow()
            raise _End(1013, "Too slow: connect again, and go on from the last position") from None

    async def _tell_the_slow(self) -> None:
        """Where each subscription has come to, for as much as the client will still take."""
        with suppress(TimeoutError):
            async with asyncio.timeout(FAREWELL):
                for name, position in self._positions.items():
                    error = one_error("the events were not taken in time", "TOO_SLOW")
                    error["extensions"]["position"] = position
                    await self._put(_text({"type": "error", "id": name, "payload": [error]}))

    async def _put(self, message: Message) -> None:
        try:
            await self._send(message)
        except (OSError, RuntimeError) as error:
            # What servers raise for a message to a client that is not there any more.
            raise _End(_GONE, "the client is gone") from error


def _text(message: dict[str, Any]) -> Message:
    return {"type": "websocket.send", "text": encode(message).decode()}


def _parsed(message: Message, longest: int) -> dict[str, Any]:
    """The JSON object of a message. Raises _End."""
    text = message.get("text")
    if text is None:
        raise _End(4400, "Invalid message: send text")
    if len(text) > longest:
        raise _End(1009, f"A message has {longest} bytes at the most")
    try:
        encoded = text.encode()
        check_depth(encoded)
        parsed = orjson.loads(encoded)
    except (orjson.JSONDecodeError, UnicodeEncodeError):
        raise _End(4400, "Invalid message: not JSON") from None
    except BadRequest as error:
        raise _End(4400, f"Invalid message: {error}") from None
    if not isinstance(parsed, dict):
        raise _End(4400, "Invalid message: not an object")
    return parsed


def _object(payload: object) -> Mapping[str, Any]:
    """The payload of a message that may have one. Raises _End."""
    if payload is None:
        return {}
    if not isinstance(payload, dict):
        raise _End(4400, "Invalid message: payload is not an object")
    return payload


def _id(message: Mapping[str, Any]) -> str:
    """The id of the operation that a message is about. Raises _End."""
    found = message.get("id")
    if not isinstance(found, str) or not 0 < len(found) <= _LONGEST_ID:
        raise _End(4400, f"Invalid message: id is a string of 1 to {_LONGEST_ID} characters")
    return found
