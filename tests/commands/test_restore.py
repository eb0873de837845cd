"""`piccolo db restore`: the database as it was saved, or as it was before."""

import dataclasses
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from app.actions.statistics import database_use
from app.commands import archives
from app.commands.archives import Backup
from app.commands.backup import write_backup
from app.commands.console import CommandError
from app.commands.programs import Programs
from app.commands.restore import restore_backup
from app.database import SeedbedEngine
from app.database.binaries import MAJOR, find_folder
from tests.commands.rows import bytes_of
from tests.databases import ROOT

AUDIT = "operations.audit_logs.jsonl"


@pytest.fixture
def backup(saved_backup: Backup, tmp_path: Path) -> Backup:
    """A backup of the seed data, for this test alone."""
    folder = tmp_path / "backups" / saved_backup.folder.name
    shutil.copytree(saved_backup.folder, folder)
    return archives.read_backup(folder)


def _edit(backup: Backup, **changes: object) -> Backup:
    path = backup.folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))
    return archives.read_backup(backup.folder)


def _run(*arguments: str, url: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "piccolo.main", "db", "restore", *arguments],
        check=False,
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": url},
        capture_output=True,
        text=True,
    )


async def test_every_table_comes_back_byte_by_byte(
    seeded: SeedbedEngine, spare: SeedbedEngine, backup: Backup, tmp_path: Path
) -> None:
    await restore_backup(spare, backup)
    before = await bytes_of(seeded, tmp_path / "before")
    assert sum(map(len, before.values())) > 100_000
    after = await bytes_of(spare, tmp_path / "after")
    # The audit log has one row more, at its end.
    log = after[AUDIT]
    assert log.startswith(before[AUDIT])
    [row] = log.removeprefix(before[AUDIT]).splitlines()
    assert after | {AUDIT: before[AUDIT]} == before
    told = json.loads(row)
    assert (told["action"], told["resource_type"]) == ("database.restore", "database")
    assert (told["user"], told["resource_id"]) == (None, None)
    assert told["details"] == {
        "by": "piccolo db restore",
        "backup": backup.folder.name,
        "sha256": backup.manifest.sha256,
    }
    # Append-only tables are so again.
    with pytest.raises(Exception, match="audit_logs is append-only"):
        await spare.fetch("delete from operations.audit_logs")


async def test_what_came_after_the_backup_is_gone(
    spare: SeedbedEngine, backup: Backup, tmp_path: Path
) -> None:
    await restore_backup(spare, backup)
    before = await bytes_of(spare, tmp_path / "before")
    # As a newer migration would make them: a table that refers to ours, and a function.
    await spare.fetch("create table identity.badges (id int, owner uuid references identity.users)")
    await spare.fetch("create table public.badges (id serial)")
    await spare.fetch("create function public.badge() returns int return 1")
    await spare.fetch("update identity.users set name = 'Changed'")
    await restore_backup(spare, backup, clean=True)
    after = await bytes_of(spare, tmp_path / "after")
    # Each restore says that it was, and what the first one said is gone.
    assert len(after.pop(AUDIT).splitlines()) == len(before.pop(AUDIT).splitlines())
    assert after == before
    [row] = await spare.fetch(
        "select to_regclass('identity.badges') as one, to_regclass('public.badges') as two,"
        " to_regproc('public.badge') as three, to_regproc('public.uuid_v7') as ours"
    )
    assert (row["one"], row["two"], row["three"]) == (None, None, None)
    assert row["ours"] is not None


async def test_a_schema_in_place_of_public_is_part_of_it(
    spare: SeedbedEngine, tmp_path: Path
) -> None:
    await spare.fetch("create schema extra")
    await spare.fetch("alter table public.migration set schema extra")
    settings = spare.settings
    url = f"{settings.database_url}&schema=extra"
    engine = SeedbedEngine(dataclasses.replace(settings, database_url=url))
    with archives.locked(tmp_path / "backups"):
        made = await write_backup(engine, tmp_path / "backups")
    assert made.manifest.rows["extra.migration"] == len(made.manifest.migrations) > 0
    await spare.fetch("create table extra.later (id int)")
    with pytest.raises(CommandError, match=r"extra.later is not one of the application's tables"):
        await restore_backup(engine, made)
    await restore_backup(engine, made, clean=True)
    [row] = await engine.fetch("select to_regclass('extra.later') as later")
    assert row["later"] is None
    assert len(await engine.fetch("select from migration")) == len(made.manifest.migrations)


async def test_any_name_of_a_folder_is_written_down(spare: SeedbedEngine, backup: Backup) -> None:
    odd = backup.folder.with_name("it's a \\ $check$ :name")
    backup.folder.rename(odd)
    await restore_backup(spare, archives.read_backup(odd))
    [row] = await spare.fetch(
        "select details ->> 'backup' as name from operations.audit_logs"
        " where action = 'database.restore'"
    )
    assert row["name"] == odd.name


async def test_rows_that_are_there_are_not_replaced_unasked(
    spare: SeedbedEngine, backup: Backup
) -> None:
    await spare.fetch("insert into identity.organizations (name, slug) values ('Mine', 'mine')")
    with pytest.raises(CommandError) as caught:
        await restore_backup(spare, backup)
    assert str(caught.value) == (
        "The database is not empty (identity.organizations holds rows): add --clean to replace all"
        " that it holds. Nothing was changed."
    )
    [row] = await spare.fetch("select name from identity.organizations")
    assert row["name"] == "Mine"


async def test_a_table_of_somebody_else_is_not_dropped_unasked(
    spare: SeedbedEngine, backup: Backup
) -> None:
    await spare.fetch("create table public.theirs (id int)")
    with pytest.raises(CommandError, match=r"public.theirs is not one of the application's tables"):
        await restore_backup(spare, backup)
    assert await spare.fetch("select from public.theirs") == []


async def test_a_database_in_use_is_refused(spare: SeedbedEngine, backup: Backup) -> None:
    other = await spare.get_new_connection()
    with pytest.raises(CommandError) as caught:
        await restore_backup(spare, backup)
    assert str(caught.value) == (
        "The database is in use by 1 connection (seedbed): stop the application, or add --force to"
        " end them. Nothing was changed."
    )
    assert await spare.fetch("select from identity.users") == []
    await restore_backup(spare, backup, force=True)
    with pytest.raises(Exception, match=r"terminat|closed|lost"):
        await other.fetch("select 1")
    assert await spare.fetch("select from identity.users limit 1")


async def test_connections_of_other_roles_are_seen(spare: SeedbedEngine, backup: Backup) -> None:
    role = f"without_rights_{os.getpid()}"
    await spare.fetch(f"create role {role}")
    await spare.fetch(f"grant usage on schema operations to {role}")
    await spare.fetch(f"grant select on operations.events to {role}")
    url = f"{spare.settings.database_url}&options=-c%20role%3D{role}"
    limited = SeedbedEngine(dataclasses.replace(spare.settings, database_url=url))
    other = await spare.get_new_connection()
    try:
        with pytest.raises(CommandError, match="in use by 1 connection"):
            await restore_backup(limited, backup, clean=True)
        states = {one.state for one in (await database_use(limited)).connections}
        assert "hidden" in states
    finally:
        await other.close()
        await spare.fetch(f"drop owned by {role}")
        await spare.fetch(f"drop role {role}")


@pytest.mark.parametrize("fault", ["rows", "table", "end"])
async def test_a_failure_leaves_the_database_as_it_was(
    spare: SeedbedEngine, backup: Backup, tmp_path: Path, fault: str
) -> None:
    await spare.fetch("insert into identity.organizations (name, slug) values ('Mine', 'mine')")
    before = await bytes_of(spare, tmp_path / "before")
    rows = dict(backup.manifest.rows)
    match fault:
        case "rows":
            broken = _edit(backup, rows=rows | {"identity.users": 1})
            told = r"psql failed: identity.users has \d+ rows, not 1. The database is as it was."
        case "table":
            broken = _edit(backup, rows=rows | {"identity.missing": 1})
            told = r"psql failed: .*identity.missing.* does not exist"
        case _:
            whole = backup.dump.read_bytes()
            backup.dump.write_bytes(whole[: len(whole) - 2000])
            broken = _edit(backup, sha256=archives.checksum(backup.dump))
            told = "pg_restore failed: "
    with pytest.raises(CommandError, match=told):
        await restore_backup(spare, broken, clean=True)
    assert await bytes_of(spare, tmp_path / "after") == before


async def test_a_pg_restore_that_is_newer_than_the_server_restores(
    spare: SeedbedEngine, backup: Backup, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("pg_dump", "psql"):
        (tmp_path / name).symlink_to(find_folder() / name)
    # From 17 on it begins with transaction_timeout, whatever the server is.
    newer = tmp_path / "pg_restore"
    newer.write_text(
        f"#!/bin/sh\n'{find_folder()}/pg_restore' \"$@\" |"
        " sed '/^SET lock_timeout/ a SET timeout_of_the_next_version = 0;'\n"
    )
    newer.chmod(0o755)
    monkeypatch.setattr("app.commands.restore.installed", lambda _: [Programs(tmp_path, MAJOR)])
    await restore_backup(spare, backup)
    [row] = await spare.fetch("select count(*) as courses from catalog.courses")
    assert row["courses"] == backup.manifest.rows["catalog.courses"]


async def test_a_damaged_dump_is_refused_before_anything(
    spare: SeedbedEngine, backup: Backup
) -> None:
    data = bytearray(backup.dump.read_bytes())
    data[len(data) // 2] ^= 1
    backup.dump.write_bytes(data)
    with pytest.raises(CommandError, match="its checksum is not that of the manifest"):
        await restore_backup(spare, backup, clean=True)


async def test_production_wants_the_name(spare: SeedbedEngine, backup: Backup) -> None:
    [row] = await spare.fetch("select current_database() as name")
    spare.settings = dataclasses.replace(spare.settings, environment="production")
    with pytest.raises(CommandError, match=f"add --database={row['name']} if that is the one"):
        await restore_backup(spare, backup)
    with pytest.raises(CommandError, match=r"is called .*, not another"):
        await restore_backup(spare, backup, named="another")
    assert await spare.fetch("select from identity.users") == []
    await restore_backup(spare, backup, named=row["name"])
    assert await spare.fetch("select from identity.users limit 1")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"format": 9}, "is of format 9, not 1"),
        ({"rows": {"x; drop schema identity": 1}}, "is damaged"),
        ({"rows": {"identity.users": "1"}}, "is damaged"),
        ({"rows": None}, "is damaged"),
    ],
)
async def test_a_manifest_that_cannot_be_believed_is_refused(
    backup: Backup, changes: dict[str, object], told: str
) -> None:
    with pytest.raises(CommandError, match=told):
        _edit(backup, **changes)


async def test_the_command_restores_and_tells(
    spare: SeedbedEngine, backup: Backup, tmp_path: Path
) -> None:
    url = spare.settings.database_url
    assert url is not None
    run = _run(str(backup.folder), url=url)
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.startswith(f"{backup.folder} is restored: ")
    run = _run(str(backup.folder), url=url)
    assert run.returncode == 1
    assert run.stderr.startswith("The database is not empty (")
    run = _run(str(backup.folder), "--clean", "--json", url=url)
    assert (run.returncode, run.stderr) == (0, "")
    assert json.loads(run.stdout)["rows"] == backup.manifest.rows
    run = _run(str(tmp_path / "backups"), url=url)
    assert run.returncode == 1
    assert run.stderr.endswith(f"Its newest one is {backup.folder.name}.\n")


async def test_the_migrations_that_differ_are_told(spare: SeedbedEngine, backup: Backup) -> None:
    names = backup.manifest.migrations
    _edit(backup, migrations=[*names[:-1], "2099-01-01T00:00:00:000000"], app_version="9.9")
    url = spare.settings.database_url
    assert url is not None
    run = _run(str(backup.folder), url=url)
    assert run.returncode == 0
    assert run.stderr == (
        "The backup is older than this version: run `piccolo migrations forwards app`.\n"
        "The backup has migrations that this version does not know (2099-01-01T00:00:00:000000):"
        " run the version of the application that made it (9.9).\n"
    )
