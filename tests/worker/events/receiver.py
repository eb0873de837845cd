"""An agent for tests: an HTTP server that keeps what it gets and answers as it is told."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

# The text of a whole answer; None cuts the connection.
OK = "HTTP/1.1 204 No Content\r\n\r\n"
BUSY = "HTTP/1.1 503 Busy\r\nContent-Length: 9\r\n\r\nour words"
AWAY = "HTTP/1.1 307 Away\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n"


async def _accept(_event: dict[str, Any]) -> str | None:
    return OK


@dataclass
class Receiver:
    """What was received, in order, and how it is answered."""

    port: int = 0
    events: list[dict[str, Any]] = field(default_factory=list)
    raw: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    answer: Callable[[dict[str, Any]], Awaitable[str | None]] = _accept

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}/events"

    def prompts(self, project: str | None = None) -> list[str]:
        """What was received for one project, or for all."""
        data = [event["data"] for event in self.events]
        return [one["prompt"] for one in data if project in {None, one["project"]}]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, with one request after the other."""
        try:
            while head := await _head(reader):
                line, *fields = head.decode().strip().split("\r\n")
                headers = {
                    name.lower(): value for name, value in (one.split(": ", 1) for one in fields)
                }
                body = await reader.readexactly(int(headers["content-length"]))
                self.raw.append((line, headers, body))
                self.events.append(json.loads(body))
                self.arrived.set()
                answer = await self.answer(self.events[-1])
                if answer is None:
                    break
                writer.write(answer.encode())
                await writer.drain()
        except ConnectionError:
            return
        finally:
            writer.close()


async def _head(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return b""


@asynccontextmanager
async def receiver() -> AsyncIterator[Receiver]:
    """A receiver that listens on a free port."""
    made = Receiver()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
