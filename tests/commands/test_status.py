"""`piccolo db status` tells what is applied, pending, edited and unknown, by its exit code, too."""

import json
import os
import subprocess
import sys

import pytest

from app.commands import status
from app.database import SeedbedEngine
from app.database.connections import Connector
from app.database.migrations import migration_files
from tests.databases import ROOT


async def test_a_migrated_database_is_fine(
    engine: SeedbedEngine, scratch: Connector, capsys: pytest.CaptureFixture[str]
) -> None:
    async with engine.elsewhere(scratch):
        assert await status.report(engine, as_json=True) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["database"] == scratch.url.database
    assert document["applied"] == sorted(file.id for file in migration_files())
    assert (document["pending"], document["edited"], document["unknown"]) == ([], [], [])
    assert document["size"] > 1_000_000
    assert document["server"].startswith("18")


async def test_what_is_pending_edited_and_unknown_is_told(
    engine: SeedbedEngine, scratch: Connector, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second, *_, last = migration_files()
    async with engine.elsewhere(scratch):
        await engine.fetch("delete from migration where name = $1", last.id)
        await engine.fetch("update migration set checksum = 'x' where name = $1", first.id)
        await engine.fetch("update migration set name = 'newer' where name = $1", second.id)
        assert await status.report(engine) == 1
    told = capsys.readouterr().out
    count = len(migration_files())
    assert f"Migrations  {count - 1} applied, 2 pending\n" in told
    assert f"  {last.id}\n" in told
    assert f"  {first.path.name}\n" in told
    assert "Without a file (the database may belong to a newer version):\n  newer\n" in told


async def test_an_empty_database_stays_empty(engine: SeedbedEngine, scratch: Connector) -> None:
    async with engine.elsewhere(scratch):
        await engine.fetch("drop table migration")
        assert await status.report(engine) == 1
        [row] = await engine.fetch("select to_regclass('migration') as found")
        assert row["found"] is None


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("postgresql://nobody@127.0.0.1:9/none", "Nothing listens at 127.0.0.1:9"),
        ("mysql://x/y", "DATABASE_URL must start with postgresql://"),
    ],
)
def test_a_database_that_is_not_there_is_one_sentence(url: str, told: str) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "piccolo.main", "db", "status"],
        check=False,
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": url},
        capture_output=True,
        text=True,
    )
    assert (run.returncode, run.stdout) == (1, "")
    assert run.stderr.startswith(told)
    assert run.stderr.count("\n") == 1
