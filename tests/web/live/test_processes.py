"""Subscribers of real servers: two on one database, through its restart and the end of one."""

import asyncio
import json
import os
import re
import signal
import sys
import tempfile
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from app.database import EmbeddedServer
from seeds.identity import ADMIN, DEMO_PASSWORD
from tests import databases

PATIENCE = 60  # seconds; a loaded machine is slow

FOLLOW = """
subscription ($after: String) { auditLogAdded(after: $after) { auditLog { action } position } }
"""
LOG_IN = "mutation ($input: LogInInput!) { logIn(input: $input) { accessToken } }"


@asynccontextmanager
async def _server(dsn: str, environment: str) -> AsyncIterator[tuple[Process, str]]:
    """A server on a database, and its address."""
    variables = databases.environment(dsn)
    variables |= {"SEEDBED_ENVIRONMENT": environment, "SEEDBED_PORT": "0"}
    variables["SEEDBED_WORKER"] = "false"  # it writes to the audit log, which is followed here
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "app"),
        cwd=databases.ROOT,
        env={**os.environ, **variables},
        stdout=PIPE,
        stderr=DEVNULL,
    )
    assert process.stdout
    try:
        found = None
        async with asyncio.timeout(PATIENCE):
            while found is None:
                line = (await process.stdout.readline()).decode()
                assert line, "the server has ended"
                found = re.search(r"Home\s+http://(\S+)/$", line.strip())
        yield process, found[1]
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


@asynccontextmanager
async def _client(address: str, token: str, after: str | None) -> AsyncIterator[ClientConnection]:
    """A WebSocket that follows the audit log; the first event has said where it begins."""
    protocols = [Subprotocol("graphql-transport-ws")]
    async with connect(f"ws://{address}/graphql", subprotocols=protocols) as socket:
        payload: dict[str, Any] = {"authorization": f"Bearer {token}"}
        await socket.send(json.dumps({"type": "connection_init", "payload": payload}))
        assert json.loads(await socket.recv()) == {"type": "connection_ack"}
        payload = {"query": FOLLOW, "variables": {"after": after or ""}}
        await socket.send(json.dumps({"type": "subscribe", "id": "1", "payload": payload}))
        if after is None:
            assert (await _next(socket))["auditLog"] is None
        yield socket


async def _next(socket: ClientConnection) -> Any:
    async with asyncio.timeout(PATIENCE):
        message = json.loads(await socket.recv())
    assert message["type"] == "next", message
    return message["payload"]["data"]["auditLogAdded"]


async def _log_in(address: str) -> str:
    values = {"email": ADMIN, "password": DEMO_PASSWORD}
    body = {"query": LOG_IN, "variables": {"input": values}}
    async with httpx.AsyncClient(timeout=PATIENCE) as client:
        answer = (await client.post(f"http://{address}/graphql", json=body)).json()
    return str(answer["data"]["logIn"]["accessToken"])


async def _write(dsn: str, *actions: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        for action in actions:
            await connection.execute(
                "insert into operations.audit_logs (action, resource_type) values ($1, 'test')",
                action,
            )
    finally:
        await connection.close()


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that PostgreSQL's own user can pass through, whoever else tests at the time."""
    with tempfile.TemporaryDirectory(prefix="seedbed-live-") as name:
        yield Path(name)


async def test_two_servers_a_restart_of_the_database_and_the_end_of_one(folder: Path) -> None:
    embedded = EmbeddedServer(folder, durable=False)
    dsn = await asyncio.to_thread(embedded.start)
    try:
        async with _server(dsn, "development") as (one, first), _server(dsn, "test") as (_, second):
            token = await _log_in(first)
            async with _client(first, token, None) as here, _client(second, token, None) as there:
                await _write(dsn, "told.to.both")
                for client in (here, there):
                    assert (await _next(client))["auditLog"] == {"action": "told.to.both"}

                await asyncio.to_thread(embedded.stop)
                await asyncio.to_thread(embedded.start)
                await _write(dsn, "right.after", "a.little.later")
                for client in (here, there):
                    assert (await _next(client))["auditLog"] == {"action": "right.after"}
                    last = await _next(client)
                    assert last["auditLog"] == {"action": "a.little.later"}

                one.send_signal(signal.SIGTERM)
                with pytest.raises(ConnectionClosed) as closed:
                    await here.recv()
                assert closed.value.rcvd is not None
                assert closed.value.rcvd.code == 1001
                assert await asyncio.wait_for(one.wait(), PATIENCE) == 0
                await _write(dsn, "while.nobody.was.there")
            async with _client(second, token, last["position"]) as back:
                assert (await _next(back))["auditLog"] == {"action": "while.nobody.was.there"}
    finally:
        await asyncio.to_thread(embedded.stop)
