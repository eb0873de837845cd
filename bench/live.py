"""How fast subscribers are told: `python -m bench.live`, on an embedded database of its own.

One server process; a thousand WebSockets, ten for each of a hundred projects; fifty messages a
second, each to one project in turn. A message carries the time at which its transaction began, so
that the latency is from before its insert until a client in another process has parsed the event.
"""

import argparse
import asyncio
import json
import os
import re
import secrets
import sys
import tempfile
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from statistics import quantiles
from uuid import UUID

import asyncpg
import psutil
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from app.database import EmbeddedServer
from app.tables.identifiers import ACCESS_TOKEN, hash_token

PROJECTS = 100
EACH = 10  # subscribers of one project
RATE = 50  # messages a second
FOLLOW = "subscription ($id: ID!) { messageAdded(projectId: $id) { message { content } position } }"

_ROWS = """
with person as (
  insert into identity.users (email, name, role, status) values ($1, 'Bench', 'USER', 'ACTIVE')
  returning id
), login as (
  insert into identity.sessions ("user", access_token_hash, expires_at)
  select person.id, hash, now() + interval '1 day' from person, unnest($2::text[]) as hash
)
insert into projects.projects (owner, name) select id, $3 from person returning id
"""


@asynccontextmanager
async def _server(dsn: str) -> AsyncIterator[tuple[Process, str]]:
    variables = {
        "DATABASE_URL": dsn,
        "SEEDBED_ENVIRONMENT": "test",
        "SEEDBED_PORT": "0",
        "SEEDBED_LOG_LEVEL": "WARNING",
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "app"), env={**os.environ, **variables}, stdout=PIPE
    )
    assert process.stdout
    try:
        found = None
        while found is None:
            line = (await process.stdout.readline()).decode().strip()
            found = re.search(r"Home\s+http://(\S+)/$", line)
        yield process, found[1]
    finally:
        process.terminate()
        await process.wait()


async def _follow(address: str, project: UUID, token: str) -> ClientConnection:
    protocols = [Subprotocol("graphql-transport-ws")]
    socket = await connect(f"ws://{address}/graphql", subprotocols=protocols, compression=None)
    payload: dict[str, object] = {"authorization": f"Bearer {token}"}
    await socket.send(json.dumps({"type": "connection_init", "payload": payload}))
    await socket.recv()
    payload = {"query": FOLLOW, "variables": {"id": f"Project_{project}"}}
    await socket.send(json.dumps({"type": "subscribe", "id": "1", "payload": payload}))
    return socket


async def _listen(socket: ClientConnection, latencies: list[float]) -> None:
    async for text in socket:
        now = time.time()
        content = json.loads(text)["payload"]["data"]["messageAdded"]["message"]["content"]
        latencies.append(now - float(content))


async def _write(dsn: str, projects: list[UUID], seconds: int) -> None:
    connection = await asyncpg.connect(dsn)
    begin = time.perf_counter()
    for number in range(seconds * RATE):
        await asyncio.sleep(max(0.0, begin + number / RATE - time.perf_counter()))
        await connection.execute(
            "insert into projects.messages (project, content, role) values ($1, $2, 'USER')",
            projects[number % len(projects)],
            repr(time.time()),
        )
    await connection.close()


async def _measure(dsn: str, seconds: int, *, tokens_each: int) -> str:
    connection = await asyncpg.connect(dsn)
    owners: list[tuple[UUID, list[str]]] = []
    for _ in range(PROJECTS):
        tokens = [ACCESS_TOKEN + secrets.token_urlsafe(32) for _ in range(tokens_each)]
        name = f"bench-{secrets.token_hex(8)}"
        hashes = [hash_token(token) for token in tokens]
        owners.append((await connection.fetchval(_ROWS, f"{name}@x.example", hashes, name), tokens))
    await connection.close()
    latencies: list[float] = []
    async with _server(dsn) as (process, address), AsyncExitStack() as stack:
        server = psutil.Process(process.pid)
        before = server.memory_info().rss
        listeners = []
        for project, tokens in owners:
            for number in range(EACH):
                socket = await _follow(address, project, tokens[number % tokens_each])
                stack.push_async_callback(socket.close)
                listeners.append(asyncio.create_task(_listen(socket, latencies)))
        await asyncio.sleep(2)
        connected = server.memory_info().rss
        used = sum(server.cpu_times()[:2])
        await _write(dsn, [project for project, _ in owners], seconds)
        await asyncio.sleep(2)
        used = sum(server.cpu_times()[:2]) - used
        after = server.memory_info().rss
        for listener in listeners:
            listener.cancel()
        await asyncio.gather(*listeners, return_exceptions=True)
    cuts = quantiles([1000 * each for each in latencies], n=100)
    return (
        f"{tokens_each} token(s) a project: {len(latencies)} of {seconds * RATE * EACH} events,"
        f" p50 {cuts[49]:.1f} ms, p99 {cuts[98]:.1f} ms, max {1000 * max(latencies):.1f} ms;"
        f" memory {before >> 20} MiB empty, {connected >> 20} connected, {after >> 20} after;"
        f" {100 * used / seconds:.0f} % of one core"
    )


async def _main(seconds: int) -> None:
    with tempfile.TemporaryDirectory(prefix="seedbed-bench-") as folder:
        embedded = EmbeddedServer(Path(folder), durable=False)
        dsn = await asyncio.to_thread(embedded.start)
        try:
            async with _server(dsn):
                pass  # it has migrated
            for tokens_each in (1, EACH):
                print(await _measure(dsn, seconds, tokens_each=tokens_each), flush=True)
        finally:
            await asyncio.to_thread(embedded.stop)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=30, help="how long messages are sent")
    asyncio.run(_main(parser.parse_args().seconds))
