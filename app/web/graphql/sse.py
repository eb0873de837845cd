"""Server-sent events: the distinct connections mode of the GraphQL over SSE protocol.

See https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing, suppress

from starlette.types import Message, Receive, Send

from app.bridge import encode
from app.live import GoingAway, Hub
from app.web.graphql.errors import Formatted, one_error
from app.web.graphql.request import EVENTS
from app.web.graphql.streams import FAREWELL, PATIENCE, Piece, refusal

# Seconds of silence after which a comment shows that the connection lives.
KEEP_ALIVE = 15.0

_HEADERS = [
    (b"content-type", f"{EVENTS}; charset=utf-8".encode()),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),  # nginx would keep events back
]


class _NotTaken(Exception):
    """The client did not accept a message in time."""


async def send_events(
    pieces: AsyncGenerator[Piece, None],
    hub: Hub,
    receive: Receive,
    send: Send,
    more: Sequence[tuple[bytes, bytes]],
) -> None:
    """Answer an HTTP request with the pieces, until they end, the client goes, or the server does.

    `more` are headers beside the stream's own.

    Nothing is raised: whatever ends the stream early is told in it, as far as it can be.
    """
    stream = _Stream(pieces, send, [*_HEADERS, *more])
    work = (stream.run(stream.answer), stream.run(stream.beat), _gone(receive))
    with hub.connection():
        tasks = [asyncio.create_task(each) for each in work]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


class _Stream:
    def __init__(
        self, pieces: AsyncGenerator[Piece, None], send: Send, headers: list[tuple[bytes, bytes]]
    ) -> None:
        self._headers = headers
        self._pieces = pieces
        self._send = send
        self._position: str | None = None

    async def run(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do `work`; its end is told, but for the server's own, after which the client is back."""
        try:
            await work()
        except GoingAway:
            await self._farewell(None)
        except _NotTaken:
            text = "the events were not taken in time; go on from the position"
            error = one_error(text, "TOO_SLOW")
            error["extensions"]["position"] = self._position
            await self._farewell(error)
        except Exception as error:  # noqa: BLE001 - the last line: logged, and the client told
            await self._farewell(refusal(error)[1])

    async def answer(self) -> None:
        """Send all pieces. The headers go first: an event may take its time."""
        await self._write({"type": "http.response.start", "status": 200, "headers": self._headers})
        await self._body(b":\n\n")
        async with aclosing(self._pieces):
            async for piece in self._pieces:
                await self._body(_event(b"next", encode(piece.body)))
                self._position = piece.position or self._position
        await self._body(_event(b"complete"), more=False)

    async def beat(self) -> None:
        """Show now and then that the connection lives."""
        while True:
            await asyncio.sleep(KEEP_ALIVE)
            await self._body(b":\n\n")

    async def _farewell(self, error: Formatted | None) -> None:
        last = b""
        if error is not None:
            last = _event(b"next", encode({"errors": [error]})) + _event(b"complete")
        with suppress(_NotTaken):
            await self._body(last, more=False, patience=FAREWELL)

    async def _body(self, body: bytes, *, more: bool = True, patience: float | None = None) -> None:
        await self._write({"type": "http.response.body", "body": body, "more_body": more}, patience)

    async def _write(self, message: Message, patience: float | None = None) -> None:
        try:
            async with asyncio.timeout(PATIENCE if patience is None else patience):
                await self._send(message)
        except TimeoutError:
            raise _NotTaken from None


def _event(name: bytes, data: bytes = b"") -> bytes:
    return b"event: %b\ndata: %b\n\n" % (name, data)
