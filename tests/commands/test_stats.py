"""`piccolo db stats`: what it prints for people and for scripts."""

import json
import os
import subprocess
import sys
from dataclasses import replace

import pytest

from app.actions.statistics import ConnectionCount, database_use
from app.commands.console import UsageError
from app.commands.stats import report, text
from app.database import SeedbedEngine
from app.tables import TABLES
from tests.databases import ROOT


async def test_it_tells_people(engine: SeedbedEngine, capsys: pytest.CaptureFixture[str]) -> None:
    assert await report(engine, limit=3) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("Database seedbed_test_")
    assert lines[1].startswith("Read from memory: ")
    assert lines[2] == "Events: 0 due, 0 waiting for another attempt, 0 given up"
    head = next(place for place, line in enumerate(lines) if line.endswith(", the largest 3:"))
    assert lines[head + 1].split()[:3] == ["table", "rows", "dead"]
    assert lines[head + 5] == ""
    assert any(" indexes were never read (" in line for line in lines)
    assert any(" of 97 connections" in line for line in lines)
    assert lines[-1].endswith("each process opens at most 5 (SEEDBED_POOL_MAX_SIZE).")


async def test_it_tells_scripts(engine: SeedbedEngine, capsys: pytest.CaptureFixture[str]) -> None:
    assert await report(engine, limit=1, as_json=True) == 0
    told = json.loads(capsys.readouterr().out)
    names = {f"{table['schema']}.{table['name']}" for table in told["tables"]}
    assert {f"{table._meta.schema}.{table._meta.tablename}" for table in TABLES} <= names
    users = next(one for one in told["tables"] if one["name"] == "users")
    assert users["total_bytes"] == users["table_bytes"] + users["index_bytes"]
    key = next(one for one in told["indexes"] if one["name"] == "users_pkey")
    assert (key["is_unique"], key["is_unused"]) == (True, False)
    assert told["connection_limit"] == 97
    assert told["pool"] is None
    assert told["queue"] == {"due": 0, "waiting": 0, "dead": 0, "oldest": None}


async def test_what_is_not_in_order_is_told(engine: SeedbedEngine) -> None:
    use = await database_use(engine)
    broken = replace(use.indexes[0], is_valid=False)
    used = replace(use.indexes[1], scans=3)
    connections = tuple(
        ConnectionCount(use.name, application, state, count)
        for application, state, count in (
            ("seedbed", "active", 2),
            ("seedbed", "idle in transaction", 1),
            ("seedbed", "idle", 4),
            ("psql", "idle", 5),
        )
    )
    use = replace(use, indexes=(broken, used), connections=connections)
    lines = list(text(use, None, 10))
    assert f"Index {broken.schema}.{broken.name} is not valid: drop it, or reindex it." in lines
    assert lines[-1].startswith("Pools of servers: 3 in use, 4 idle; each process opens at most 10")
    assert "12 of 97 connections, but for this command's own" in lines
    used_up = replace(use, indexes=(used,))
    assert "All of 1 indexes are used." in list(text(used_up, None, 10))


async def test_a_wrong_limit_is_refused(engine: SeedbedEngine) -> None:
    with pytest.raises(UsageError, match="--limit"):
        await report(engine, limit=-1)


def _run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "piccolo.main", "db", *arguments],
        check=False,
        cwd=ROOT,
        # A busy machine logs slow statements on stderr, which are no business of these tests.
        env={**os.environ, "SEEDBED_SLOW_QUERY_MS": "60000", **environment},
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize(
    ("command", "key"), [("stats", "tables"), ("slow", "statements"), ("retention", "deleted")]
)
async def test_the_commands_run_as_processes(
    committed: SeedbedEngine, command: str, key: str
) -> None:
    run = _run(command, "--json")
    assert (run.returncode, run.stderr) == (0, "")
    assert key in json.loads(run.stdout)


@pytest.mark.parametrize("command", ["stats", "slow", "retention"])
def test_an_unreachable_database_is_one_sentence(command: str) -> None:
    run = _run(command, DATABASE_URL="postgresql://nobody:hunter2@127.0.0.1:9/none")
    assert (run.returncode, run.stdout) == (1, "")
    assert "127.0.0.1:9" in run.stderr
    assert "Traceback" not in run.stderr
    assert "hunter2" not in run.stderr
