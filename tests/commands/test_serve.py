"""`python -m app` as a person meets it: real processes, real signals, real faults."""

import asyncio
import json
import os
import re
import signal
import socket
import struct
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import httpx
import pytest

from app.commands import serve
from app.database import EmbeddedServer, SeedbedEngine
from app.web.graphql import streams
from seeds.runner import DEMO_LOGINS
from tests import databases

PATIENCE = 60  # seconds; a loaded machine is slow
READY = "Ctrl-C stops the server."


def _variables(folder: Path, **changes: str) -> dict[str, str]:
    """A developer's environment: the embedded server in `folder`, any free port."""
    defaults = {"SEEDBED_DATA_DIR": str(folder), "SEEDBED_PORT": "0"}
    plain = databases.environment("") | {"SEEDBED_ENVIRONMENT": "development"}
    return {**os.environ, **plain, **defaults, **changes}


async def _app(variables: dict[str, str], *arguments: str) -> Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "app", *arguments),
        cwd=databases.ROOT,
        env=variables,
        stdout=PIPE,
        stderr=PIPE,
    )


async def _run(variables: dict[str, str], *arguments: str) -> tuple[int, str, str]:
    """The exit code and both outputs of a process that ends by itself."""
    process = await _app(variables, *arguments)
    async with asyncio.timeout(PATIENCE):
        output, errors = await process.communicate()
    assert process.returncode is not None
    return process.returncode, output.decode(), errors.decode()


def _wait_for(path: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while not path.exists() and time.monotonic() < deadline:
        time.sleep(0.01)


@asynccontextmanager
async def _serving(variables: dict[str, str]) -> AsyncIterator[tuple[Process, str]]:
    """A server that is ready, and what it printed until then."""
    process = await _app(variables)
    assert process.stdout
    assert process.stderr
    try:
        printed = ""
        async with asyncio.timeout(PATIENCE):
            while READY not in printed:
                line = await process.stdout.readline()
                assert line, (await process.stderr.read()).decode()
                printed += line.decode()
        yield process, printed
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        # What it said after that is read, so that the pipes are closed before the loop is.
        await process.communicate()


async def _end(process: Process, number: int) -> int:
    process.send_signal(number)
    async with asyncio.timeout(PATIENCE):
        return await process.wait()


def _is_one_sentence(errors: str) -> bool:
    return errors.count("\n") == 1 and errors.endswith(".\n") and "Traceback" not in errors


async def _rows(server: EmbeddedServer, sql: str) -> int:
    connection = await asyncpg.connect(server.dsn("seedbed"))
    try:
        return int(await connection.fetchval(sql))
    finally:
        await connection.close()


def _first_query() -> tuple[str, object]:
    """The query of README.md and the answer it promises."""
    text = (databases.ROOT / "README.md").read_text("utf-8")
    body = re.search(r"-d '(\{.*\})'", text)
    answer = re.search(r"```json\n(.*?)```", text, re.DOTALL)
    assert body
    assert answer
    return json.loads(body[1])["query"], json.loads(answer[1])


async def test_it_starts_from_nothing_answers_and_leaves_nothing_running(tmp_path: Path) -> None:
    async with _serving(_variables(tmp_path)) as (process, printed):
        addresses = re.findall(r"http://127\.0\.0\.1:\d+/\S*", printed)
        async with httpx.AsyncClient(follow_redirects=True) as client:
            pages = [await client.get(address) for address in addresses]
            ready = await client.get(f"{addresses[0]}readyz")
            query, promised = _first_query()
            answer = await client.post(f"{addresses[0]}graphql", json={"query": query})
        assert [address.split("/", 3)[3] for address in addresses] == ["", "graphiql", "admin/"]
        assert [page.status_code for page in pages] == [200, 200, 200]
        assert ready.json()["checks"] == {"database": "ok", "migrations": "ok"}
        assert answer.json() == promised
        assert "server" not in answer.headers
        assert all(login.email in printed for login in DEMO_LOGINS)
        assert "make agent" in printed
        assert await _end(process, signal.SIGINT) == 0
    assert not EmbeddedServer(tmp_path).is_running()


async def test_a_killed_server_leaves_its_database_to_the_next_one_or_to_stop(
    tmp_path: Path,
) -> None:
    variables = _variables(tmp_path)
    server = EmbeddedServer(tmp_path)
    async with _serving(variables) as (process, _):
        await _end(process, signal.SIGKILL)
    assert server.is_running()
    users = await _rows(server, "select count(*) from identity.users")
    async with _serving(variables) as (process, _):
        assert await _end(process, signal.SIGTERM) == 0
    assert server.is_running(), "it belongs to whoever started it"
    assert await _rows(server, "select count(*) from identity.users") == users > 0
    code, output, errors = await _run(variables, "stop")
    assert (code, errors) == (0, "")
    assert output == (
        f"The embedded PostgreSQL in {server.cluster} is stopped.\n"
        "A make serve that used it goes on without a database: end it with Ctrl-C.\n"
    )
    assert not server.is_running()
    code, output, _ = await _run(variables, "stop")
    assert (code, output) == (0, f"The embedded PostgreSQL in {server.cluster} was not running.\n")


async def test_an_interrupted_start_stops_what_it_started_and_the_next_one_finishes(
    tmp_path: Path,
) -> None:
    variables = _variables(tmp_path / "data")
    process = await _app(variables)
    async with asyncio.timeout(PATIENCE):
        await asyncio.to_thread(_wait_for, tmp_path / "data")
        process.terminate()
        _, errors = await process.communicate()
    assert process.returncode == 130
    assert "Traceback" not in errors.decode()
    assert not EmbeddedServer(tmp_path / "data").is_running()
    async with _serving(variables) as (process, printed):
        assert DEMO_LOGINS[0].email in printed
        assert await _end(process, signal.SIGTERM) == 0


def test_slow_subscribers_are_sent_away_before_a_ping_of_theirs_times_out(
    database: SeedbedEngine,
) -> None:
    told = streams.PATIENCE + 2 * streams.FAREWELL
    assert (serve.Server(database).config.ws_ping_timeout or 0) > told


async def test_production_migrates_and_seeds_nothing(tmp_path: Path) -> None:
    server = EmbeddedServer(tmp_path)
    url = server.start()
    variables = _variables(
        tmp_path,
        DATABASE_URL=url,
        SEEDBED_ENVIRONMENT="production",
        SEEDBED_SECRET_KEY="kT9vLq2ZsXw7RfGhYbNmPjUeCdA4oI1x",
    )
    try:
        async with _serving(variables) as (process, printed):
            assert "login" not in printed
            assert "make agent" not in printed
            assert await _end(process, signal.SIGTERM) == 0
        assert await _rows(server, "select count(*) from identity.users") == 0
    finally:
        server.stop()


async def test_a_port_in_use_is_said_before_anything_is_made(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, output, errors = await _run(_variables(tmp_path / "data", SEEDBED_PORT=str(port)))
    assert (code, output) == (1, "")
    assert errors == (
        f"Port {port} on 127.0.0.1 is in use: stop what uses it, or set SEEDBED_HOST and"
        " SEEDBED_PORT to others.\n"
    )
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"SEEDBED_PROT": "80"}, "SEEDBED_PROT is not a setting: did you mean SEEDBED_PORT?"),
        ({"SEEDBED_PORT": "http"}, "SEEDBED_PORT must be a whole number from 0 to 65535."),
        ({"DATABASE_URL": "mysql://db/x"}, "DATABASE_URL"),
        ({"DATABASE_URL": "postgresql://db/x?sslmod=require"}, "sslmode may be meant."),
        ({"DATABASE_URL": "postgresql://127.0.0.1:1/x"}, "127.0.0.1:1"),
        ({"DATABASE_URL": "postgresql://nowhere.invalid/x"}, "nowhere.invalid"),
        ({"SEEDBED_HOST": "192.0.2.1"}, "The server cannot listen on 192.0.2.1:0"),
        ({"SEEDBED_HOST": "nowhere.invalid"}, "The server cannot listen on nowhere.invalid:0"),
    ],
)
async def test_a_setting_that_cannot_work_ends_with_one_sentence(
    tmp_path: Path, changes: dict[str, str], said: str
) -> None:
    code, output, errors = await _run(_variables(tmp_path / "data", **changes))
    assert (code, output) == (1, "")
    assert said in errors
    assert errors.count("\n") == 1
    assert "Traceback" not in errors
    assert not (tmp_path / "data").exists()


async def test_a_database_that_is_too_old_is_refused(tmp_path: Path) -> None:
    async with await asyncio.start_server(_be_postgresql_13, "127.0.0.1", 0) as old:
        port = old.sockets[0].getsockname()[1]
        url = f"postgresql://someone@127.0.0.1:{port}/seedbed?sslmode=disable"
        code, output, errors = await _run(_variables(tmp_path, DATABASE_URL=url))
    assert (code, output) == (1, "")
    assert _is_one_sentence(errors)
    assert "13" in errors
    assert "14" in errors


async def test_a_full_disk_is_named(tmp_path: Path) -> None:
    command = ["mount", "-t", "tmpfs", "-o", "size=20m,mode=755", "tmpfs", str(tmp_path)]
    if (await (await asyncio.create_subprocess_exec(*command, stderr=PIPE)).communicate())[1]:
        pytest.skip("no small disk can be mounted here")
    try:
        code, output, errors = await _run(_variables(tmp_path / "data"))
    finally:
        await (await asyncio.create_subprocess_exec("umount", str(tmp_path))).wait()
    assert (code, output) == (1, "")
    # Before it: whom the folders of this test were opened for.
    assert re.fullmatch(r"The disk that holds .* is full: .*\.", errors.splitlines()[-1])
    assert "Traceback" not in errors


async def test_an_unknown_command_is_refused(tmp_path: Path) -> None:
    code, output, errors = await _run(_variables(tmp_path), "sevre")
    assert (code, output) == (2, "")
    assert errors == "Use: python -m app [serve | stop]. `piccolo` has the others.\n"


async def _be_postgresql_13(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Log anybody in and say which version this is (protocol 3.0: AuthenticationOk onwards)."""
    length = struct.unpack("!I", await reader.readexactly(4))[0]
    await reader.readexactly(length - 4)
    parameters = {"server_version": "13.18", "server_encoding": "UTF8", "client_encoding": "UTF8"}
    answer = _message(b"R", struct.pack("!I", 0))
    for name, value in parameters.items():
        answer += _message(b"S", f"{name}\0{value}\0".encode())
    writer.write(answer + _message(b"K", struct.pack("!II", 1, 1)) + _message(b"Z", b"I"))
    await writer.drain()
    await reader.read()
    writer.close()


def _message(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("!I", len(body) + 4) + body
