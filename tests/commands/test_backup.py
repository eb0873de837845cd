"""`piccolo db backup`: whole, checked, of one moment; or not there at all."""

import asyncio
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from app.commands import archives
from app.commands.archives import Backup
from app.commands.backup import prune, write_backup
from app.commands.console import CommandError
from app.commands.restore import restore_backup
from app.database import SeedbedEngine
from app.database.binaries import find_folder
from seeds import runner
from tests.databases import ROOT

# Inserted together, so that each of these users has a profile at every moment.
PAIR = """
with made as (
  insert into identity.users (email, name, role, status)
  values ('w' || gen_random_uuid() || '@writer.example', 'Writer', 'USER', 'ACTIVE') returning id
)
insert into identity.user_profiles ("user") select id from made"""


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "piccolo.main", "db", *arguments]


def _run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        _command(*arguments),
        check=False,
        cwd=ROOT,
        env={**os.environ, "SEEDBED_SLOW_QUERY_MS": "60000", **environment},
        capture_output=True,
        text=True,
    )


async def _write(engine: SeedbedEngine, folder: Path) -> Backup:
    with archives.locked(folder):
        return await write_backup(engine, folder)


def _shown(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name != ".lock")


async def test_the_manifest_says_what_the_dump_holds(
    seeded: SeedbedEngine, saved_backup: Backup
) -> None:
    made = saved_backup
    assert archives.read_backup(made.folder) == made
    found = json.loads((made.folder / "manifest.json").read_text())
    [row] = await seeded.fetch("select count(*) as users from identity.users")
    assert found["rows"]["identity.users"] == row["users"] > 0
    migrations = await seeded.fetch("select name from public.migration order by name")
    assert found["migrations"] == [each["name"] for each in migrations]
    assert found["rows"]["public.migration"] == len(migrations)
    assert (found["app_version"], found["server_version"]) == ("0.1.0", 18)
    assert found["sha256"] == archives.checksum(made.dump)
    assert found["bytes"] == made.dump.stat().st_size
    assert made.folder.stat().st_mode & 0o777 == 0o700


async def test_a_backup_under_writes_is_of_one_moment(
    committed: SeedbedEngine, spare: SeedbedEngine, tmp_path: Path
) -> None:
    await runner.seed(committed)
    written = 0
    twenty, ended = asyncio.Event(), asyncio.Event()

    async def write() -> None:
        nonlocal written
        connection = await committed.get_new_connection()
        while not ended.is_set():
            await connection.execute(PAIR)
            written += 1
            if written == 20:
                twenty.set()
        await connection.close()

    writer = asyncio.create_task(write())
    await twenty.wait()
    before = written
    made = await _write(committed, tmp_path)
    ended.set()
    await writer
    await restore_backup(spare, made)
    [found] = await spare.fetch(
        "select count(*) as users, count(user_profiles.id) as profiles from identity.users"
        ' left join identity.user_profiles on "user" = users.id'
        " where email like '%writer.example'"
    )
    assert found["users"] == found["profiles"]
    assert before <= found["users"] < written
    [users] = await spare.fetch("select count(*) as rows from identity.users")
    assert made.manifest.rows["identity.users"] == users["rows"]


async def test_the_newest_are_kept(committed: SeedbedEngine, tmp_path: Path) -> None:
    first = await _write(committed, tmp_path)
    second = await _write(committed, tmp_path)
    foreign = tmp_path / "20200101T000000Z"
    foreign.mkdir()
    manifest = json.loads((first.folder / "manifest.json").read_text())
    text = json.dumps(manifest | {"database": "another", "made_at": "2020-01-01T00:00:00+00:00"})
    (foreign / "manifest.json").write_text(text)
    (foreign / "database.dump").write_bytes(b"")
    third = await _write(committed, tmp_path)
    assert [each.folder for each in prune(tmp_path, third, None)] == []
    assert [each.folder for each in prune(tmp_path, third, 2)] == [first.folder]
    assert _shown(tmp_path) == sorted([foreign.name, second.folder.name, third.folder.name])


async def test_two_at_once_are_refused(committed: SeedbedEngine, tmp_path: Path) -> None:
    with archives.locked(tmp_path):
        run = _run("backup", f"--folder={tmp_path}")
    assert run.returncode == 1
    assert run.stderr == f"Another backup is being written into {tmp_path}: wait for its end.\n"
    assert _shown(tmp_path) == []


def test_the_command_prints_for_people_and_for_scripts(
    committed: SeedbedEngine, tmp_path: Path
) -> None:
    run = _run("backup", f"--folder={tmp_path}")
    assert (run.returncode, run.stderr) == (0, "")
    [name] = _shown(tmp_path)
    assert run.stdout.startswith(f"{tmp_path / name}: ")
    assert run.stdout.endswith(", checked.\n")
    run = _run("backup", f"--folder={tmp_path}", "--keep=1", "--json")
    assert (run.returncode, run.stderr) == (0, "")
    found = json.loads(run.stdout)
    assert found["removed"] == [str(tmp_path / name)]
    assert _shown(tmp_path) == [Path(found["backup"]).name]


def test_keeping_none_is_refused(tmp_path: Path) -> None:
    run = _run("backup", f"--folder={tmp_path}", "--keep=0")
    assert run.returncode == 2
    assert run.stderr == "--keep must be 1 or more, not 0: the new backup is one of them.\n"
    assert _shown(tmp_path) == []


def test_the_password_is_on_no_command_line(committed: SeedbedEngine, tmp_path: Path) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    log = tmp_path / "log"
    for name in ("pg_dump", "pg_restore", "psql"):
        path = programs / name
        path.write_text(f'#!/bin/sh\necho {name} "$@" >> {log}\nexec {find_folder() / name} "$@"\n')
        path.chmod(0o755)
    url = os.environ["DATABASE_URL"].replace("postgres@", "postgres:op3n-sesame@")
    assert "op3n-sesame" in url
    run = _run(
        "backup",
        f"--folder={tmp_path / 'backups'}",
        DATABASE_URL=url,
        PATH=f"{programs}{os.pathsep}{os.environ['PATH']}",
    )
    assert (run.returncode, run.stderr) == (0, "")
    written = "".join(
        path.read_text(errors="replace") for path in tmp_path.rglob("*") if path.is_file()
    )
    assert "--snapshot=" in log.read_text()
    assert "op3n-sesame" not in written + run.stdout


async def test_a_full_disk_leaves_nothing(committed: SeedbedEngine, tmp_path: Path) -> None:
    await runner.seed(committed)
    command = _command("backup", f"--folder={tmp_path}")
    run = await asyncio.to_thread(
        subprocess.run,
        ["sh", "-c", 'ulimit -f 64; exec "$@"', "sh", *command],
        check=False,
        cwd=ROOT,
        env=dict(os.environ),
        capture_output=True,
        text=True,
    )
    assert run.returncode == 1
    assert run.stderr == "pg_dump failed: it was ended by SIGXFSZ.\n"
    assert _shown(tmp_path) == []


async def test_a_killed_backup_leaves_nothing_that_looks_whole(
    committed: SeedbedEngine, tmp_path: Path
) -> None:
    await committed.fetch("create table identity.waited_for (id int)")
    blocker = await committed.get_new_connection()
    try:
        await blocker.execute("begin; lock identity.waited_for")
        command = _command("backup", f"--folder={tmp_path}")
        process = await asyncio.create_subprocess_exec(*command, cwd=ROOT)
        dumping = await asyncio.to_thread(_wait_for_dump, process.pid, tmp_path)
        process.kill()
        await process.wait()
        [name] = _shown(tmp_path)
        assert name.startswith(".partial-")
        assert archives.backups(tmp_path) == []
        with pytest.raises(CommandError, match="is no backup"):
            archives.read_backup(tmp_path / name)
        await blocker.execute("rollback")
        await asyncio.to_thread(dumping.wait, 60)
    finally:
        await blocker.close()
        await committed.fetch("drop table identity.waited_for")
    made = await _write(committed, tmp_path)
    assert _shown(tmp_path) == [made.folder.name]


def _wait_for_dump(pid: int, folder: Path) -> psutil.Process:
    """The pg_dump of a backup, once it has opened its file."""
    for _ in range(1200):
        children = [child for child in psutil.Process(pid).children() if "dump" in child.name()]
        if children and any(folder.glob(".partial-*/database.dump")):
            return children[0]
        time.sleep(0.05)
    raise AssertionError("pg_dump did not start")


async def test_a_table_that_is_hidden_is_told(
    committed: SeedbedEngine, spare: SeedbedEngine, tmp_path: Path
) -> None:
    await spare.fetch("drop table operations.rate_limits")
    with pytest.raises(Exception, match="rate_limits"):
        await _write(spare, tmp_path)
    assert _shown(tmp_path) == []


async def test_a_database_without_tables_is_told(spare: SeedbedEngine, tmp_path: Path) -> None:
    await spare.fetch("drop table public.migration")
    with pytest.raises(CommandError, match="run `piccolo migrations forwards app` first"):
        await _write(spare, tmp_path)
    assert _shown(tmp_path) == []


def test_an_unreachable_database_is_one_sentence(tmp_path: Path) -> None:
    run = _run(
        "backup", f"--folder={tmp_path}", DATABASE_URL="postgresql://nobody@127.0.0.1:9/none"
    )
    assert run.returncode == 1
    assert run.stderr.startswith("Nothing listens at 127.0.0.1:9")
    assert len(run.stderr.splitlines()) == 1
