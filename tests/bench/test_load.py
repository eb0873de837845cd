"""Asking: answers are counted and timed, and one that is not the expected one ends the job."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, replace

import orjson

from app.settings import PROJECT
from bench.load import Job

BODY = '{"query": "{ __typename }"}'
ANSWER = b"x" * 100_000  # arrives in several pieces


@asynccontextmanager
async def _server(answer: bytes) -> AsyncIterator[tuple[int, list[bytes]]]:
    """A server that answers each request for BODY alike; its port and the heads it has read."""
    heads: list[bytes] = []

    async def answered(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await _head(reader):
            heads.append(head)
            assert await reader.readexactly(len(BODY)) == BODY.encode()
            # A head in two pieces, too.
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-")
            await writer.drain()
            writer.write(b"length: %d\r\n\r\n" % len(answer) + answer)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(answered, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1], heads


async def _head(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, ConnectionResetError):
        return b""


async def _load(job: Job) -> subprocess.CompletedProcess[bytes]:
    return await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "bench.load"],
        input=orjson.dumps(asdict(job)),
        capture_output=True,
        check=False,
        cwd=PROJECT,
        timeout=60,
    )


JOB = Job(0, "/path", [(BODY, len(ANSWER))], connections=3, warm_up=0.1, seconds=0.3)


async def test_answers_are_counted_and_timed() -> None:
    async with _server(ANSWER) as (port, heads):
        done = await _load(replace(JOB, port=port))
    assert (done.returncode, done.stderr) == (0, b"")
    begun, result = done.stdout.splitlines()
    assert begun == b"measuring"
    found = orjson.loads(result)
    assert 0 < found["requests"] < len(heads)  # those of the warm-up are not counted
    assert 0 < found["p50_ms"] <= found["p99_ms"] < 1000 * (found["seconds"] + JOB.warm_up)
    assert heads[0].startswith(b"POST /path HTTP/1.1\r\n")


async def test_an_answer_of_another_length_ends_the_job() -> None:
    async with _server(ANSWER + b"!") as (port, _):
        done = await _load(replace(JOB, port=port))
    assert done.returncode == 1
    assert b"An answer is not the one expected: b'HTTP/1.1 200 OK" in done.stderr
