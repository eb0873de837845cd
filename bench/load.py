"""Asks a server for answers over kept-alive connections: `python -m bench.load`, in a process.

It reads a job from its standard input, prints a line when the measured seconds begin, and the
result when they end. A connection sends its next request as soon as it has its answer.
"""

import asyncio
import sys
import time
from dataclasses import asdict, dataclass
from itertools import cycle
from typing import cast

import orjson
import uvloop


class LoadError(Exception):
    """An answer that is not the one expected."""


@dataclass(frozen=True, slots=True)
class Job:
    """What to ask: each body with the length of its answer, in turn, on so many connections."""

    port: int
    path: str
    bodies: list[tuple[str, int]]
    connections: int
    warm_up: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Result:
    """What came of it; `cpu` is the share of one core that the asking itself took."""

    requests: int
    seconds: float
    p50_ms: float
    p99_ms: float
    cpu: float


class _Asking:
    """What the connections share."""

    def __init__(self, job: Job) -> None:
        head = f"POST {job.path} HTTP/1.1\r\nHost: 127.0.0.1:{job.port}\r\n"
        kind = "Content-Type: application/json\r\nAccept: application/json\r\n"
        requests = [
            (f"{head}{kind}Content-Length: {len(body.encode())}\r\n\r\n{body}".encode(), length)
            for body, length in job.bodies
        ]
        self.requests = cycle(requests)
        self.measuring = False
        self.times: list[float] = []
        self.failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def fail(self, what: str) -> None:
        """End the whole job."""
        if not self.failed.done():
            self.failed.set_exception(LoadError(what))


class _Connection(asyncio.Protocol):
    """One connection: a request, its answer, the next request."""

    def __init__(self, asking: _Asking) -> None:
        self._asking = asking
        self._transport: asyncio.WriteTransport
        self._missing = 0
        self._expected = 0
        self._sent = 0.0
        self._head = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        # uvloop's transports have the methods of WriteTransport, but not the class.
        self._transport = cast("asyncio.WriteTransport", transport)
        self._send()

    def data_received(self, data: bytes) -> None:
        """Count the answer's bytes; when it has ended, ask again."""
        if self._missing:
            self._missing -= len(data)
        else:
            data = self._head + data
            end = data.find(b"\r\n\r\n")
            if end < 0:
                self._head = data
                return
            self._head = b""
            begin = data.find(b"content-length: ", 0, end) + 16
            length = int(data[begin : data.find(b"\r", begin)])
            if length != self._expected or not data.startswith(b"HTTP/1.1 200 "):
                self._asking.fail(f"An answer is not the one expected: {data[:500]!r}")
                return
            self._missing = end + 4 + length - len(data)
        if not self._missing:
            now = time.perf_counter()
            if self._asking.measuring:
                self._asking.times.append(now - self._sent)
            self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        """No connection is expected to end before we end it."""
        self._asking.fail(f"The server closed a connection: {exc}")

    def _send(self) -> None:
        request, self._expected = next(self._asking.requests)
        self._sent = time.perf_counter()
        self._transport.write(request)


async def _load(job: Job) -> Result:
    asking = _Asking(job)
    loop = asyncio.get_running_loop()
    for _ in range(job.connections):
        await loop.create_connection(lambda: _Connection(asking), "127.0.0.1", job.port)
    await _wait(asking, job.warm_up)
    print("measuring", flush=True)
    asking.measuring = True
    begun, cpu = time.perf_counter(), time.process_time()
    await _wait(asking, job.seconds)
    asking.measuring = False
    seconds, cpu = time.perf_counter() - begun, time.process_time() - cpu
    if not asking.times:
        raise LoadError("No answer came.")
    times = sorted(asking.times)
    return Result(
        requests=len(times),
        seconds=seconds,
        p50_ms=1000 * times[len(times) // 2],
        p99_ms=1000 * times[len(times) * 99 // 100],
        cpu=cpu / seconds,
    )


async def _wait(asking: _Asking, seconds: float) -> None:
    await asyncio.wait([asking.failed], timeout=seconds)
    if asking.failed.done():
        await asking.failed


if __name__ == "__main__":
    try:
        done = uvloop.run(_load(Job(**orjson.loads(sys.stdin.buffer.read()))))
    except LoadError as error:
        sys.exit(str(error))
    print(orjson.dumps(asdict(done)).decode(), flush=True)
