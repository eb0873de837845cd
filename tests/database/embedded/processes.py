"""Real processes and statements for the tests of the embedded server."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import asyncpg
import pytest

from app.database.embedded import EmbeddedServer

PROJECT = Path(__file__).resolve().parents[3]
NOBODY = 65534
ROOT = os.geteuid() == 0

START = """
import os, sys
from pathlib import Path
from app.database.embedded import EmbeddedServer
from app.database.errors import EmbeddedServerError
if len(sys.argv) > 2:  # only now: the interpreter itself may be in a folder of root
    os.setgroups([])
    os.setgid(int(sys.argv[2]))
    os.setuid(int(sys.argv[2]))
server = EmbeddedServer(Path(sys.argv[1]), durable=False)
try:
    print(server.start(), flush=True)
except EmbeddedServerError as error:
    sys.exit(str(error))
"""

as_root = pytest.mark.skipif(not ROOT, reason="only root can become another user or mount")


def execute(server: EmbeddedServer, statement: str, database: str = "seedbed") -> object:
    async def run() -> object:
        connection = await asyncpg.connect(server.dsn(database))
        try:
            return await connection.fetchval(statement)
        finally:
            await connection.close()

    return asyncio.run(run())


def postmaster_pid(server: EmbeddedServer) -> int:
    return int((server.cluster / "postmaster.pid").read_text().split()[0])


def starts(server: EmbeddedServer) -> int:
    return server.log.read_text().count("ready to accept connections")


def spawn(
    data_dir: Path, script: str = START, *, user: int | None = None
) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", script, str(data_dir), *([] if user is None else [str(user)])],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "LC_ALL": "C", "PYTHONPATH": str(PROJECT)},
    )


def succeed(child: "subprocess.Popen[str]") -> str:
    """The output of a process that must succeed."""
    output, errors = child.communicate(timeout=60)
    assert child.returncode == 0, errors
    return output.strip()


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.002)
