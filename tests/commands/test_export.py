"""`piccolo db export`: every row once, of one moment, without secrets unless asked for."""

import asyncio
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.commands.console import CommandError, UsageError
from app.commands.export import write_export
from app.commands.rows.tables import chosen, name_of
from app.database import SeedbedEngine
from app.tables import TABLES
from tests.commands.rows import lines
from tests.databases import ROOT


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "piccolo.main", "db", "export", *arguments],
        check=False,
        cwd=ROOT,
        env={**os.environ, "SEEDBED_SLOW_QUERY_MS": "60000"},
        capture_output=True,
        text=True,
    )


async def test_every_row_of_every_table_is_written(seeded: SeedbedEngine, tmp_path: Path) -> None:
    manifest = await write_export(seeded, tmp_path / "out")
    assert list(manifest.tables) == [name_of(table) for table in TABLES]
    found = json.loads((tmp_path / "out" / "manifest.json").read_text())
    for name, entry in found["tables"].items():
        [row] = await seeded.fetch(f"select count(*) as rows from {name}")
        path = tmp_path / "out" / entry["file"]
        assert len(lines(path)) == entry["rows"] == row["rows"]
        assert hashlib.sha256(path.read_bytes()).hexdigest() == entry["sha256"]
    assert found["tables"]["identity.users"]["rows"] > 0
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "out" / "identity.users.jsonl").stat().st_mode & 0o777 == 0o600


async def test_secrets_are_left_out_and_that_is_said(seeded: SeedbedEngine, tmp_path: Path) -> None:
    manifest = await write_export(seeded, tmp_path / "plain")
    assert manifest.left_out == {
        "identity.users": ["password_hash"],
        "identity.sessions": ["access_token_hash"],
        "identity.refresh_tokens": ["token_hash"],
        "identity.magic_links": ["token_hash", "password_hash"],
        "identity.api_keys": ["key_hash"],
    }
    hashes = await seeded.fetch(
        "select password_hash as hash from identity.users where password_hash is not null"
        " union all select key_hash from identity.api_keys"
    )
    text = "".join(path.read_text() for path in (tmp_path / "plain").iterdir())
    assert len(hashes) > 2
    assert not any(json.dumps(row["hash"])[1:-1] in text for row in hashes)
    assert '"password_hash":' not in text
    secret = await write_export(seeded, tmp_path / "secret", with_secrets=True)
    assert secret.left_out == {}
    text = (tmp_path / "secret" / "identity.users.jsonl").read_text()
    assert any(json.dumps(row["hash"]) in text for row in hashes)


async def test_all_of_it_is_of_one_moment(committed: SeedbedEngine, tmp_path: Path) -> None:
    ended = asyncio.Event()

    async def write() -> int:
        connection = await committed.get_new_connection()
        count = 0
        while not ended.is_set():
            await connection.execute(
                "with made as (insert into catalog.universities (name, slug, country, country_code)"
                " values ('A', 'a-' || gen_random_uuid(), 'Estonia', 'EE') returning id)"
                " insert into catalog.courses (university, name, code, level)"
                " select id, 'B', 'B1', 'BACHELOR' from made"
            )
            count += 1
        await connection.close()
        return count

    writer = asyncio.create_task(write())
    exports = []
    for number in range(5):
        await asyncio.sleep(0.05)
        await write_export(committed, tmp_path / str(number))
        folder = tmp_path / str(number)
        universities = {row["id"] for row in lines(folder / "catalog.universities.jsonl")}
        courses = [row["university"] for row in lines(folder / "catalog.courses.jsonl")]
        assert set(courses) == universities
        exports.append(len(courses))
    ended.set()
    assert await writer > exports[-1] > exports[0] > 0


async def test_awkward_texts_take_one_line_each(database: SeedbedEngine, tmp_path: Path) -> None:
    name = "a\\.\n\r\t\x01\x02\x7f\"'\u2028\U0001f600 ,\\N"
    await database.fetch(
        "insert into identity.organizations (name, slug, settings) values ($1, 'a', $2)",
        name,
        json.dumps({"x": name, "y": [1.10, None]}),
    )
    [row] = await database.fetch(
        "select row_to_json(o)::text as text from identity.organizations as o"
    )
    assert "\n" not in row["text"]
    assert json.loads(row["text"])["name"] == name


async def test_some_tables_only(committed: SeedbedEngine, tmp_path: Path) -> None:
    await write_export(committed, tmp_path / "out", ("posts", "identity.users"))
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "content.posts.jsonl",
        "identity.users.jsonl",
        "manifest.json",
    ]
    with pytest.raises(UsageError, match=r"no table identity.user: did you mean identity.users?"):
        chosen(["identity.user"])


async def test_a_folder_that_is_not_empty_is_refused(
    committed: SeedbedEngine, tmp_path: Path
) -> None:
    (tmp_path / "mine").write_text("kept")
    with pytest.raises(CommandError, match="not empty: name a new folder"):
        await write_export(committed, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


async def test_a_failure_leaves_nothing(spare: SeedbedEngine, tmp_path: Path) -> None:
    await spare.fetch("drop table operations.rate_limits")
    with pytest.raises(Exception, match="rate_limits"):
        await write_export(spare, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_the_command_prints_for_people_and_for_scripts(
    committed: SeedbedEngine, tmp_path: Path
) -> None:
    run = _run(str(tmp_path / "one"), "--tables=users,universities")
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout == (
        "catalog.universities                  0 rows\n"
        "identity.users                        0 rows\n"
        "Left out as secret: identity.users.password_hash (--with-secrets writes them).\n"
    )
    run = _run(str(tmp_path / "two"), "--tables=universities", "--json")
    assert (run.returncode, run.stderr) == (0, "")
    assert json.loads(run.stdout) == {
        "folder": str(tmp_path / "two"),
        "rows": {"catalog.universities": 0},
        "left_out": {},
    }


def test_no_table_is_a_wrong_call_and_not_all_of_them(
    committed: SeedbedEngine, tmp_path: Path
) -> None:
    run = _run(str(tmp_path / "out"), "--tables=")
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr == "--tables names nothing: name one or more, or leave it out.\n"
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_table_is_a_wrong_call(committed: SeedbedEngine, tmp_path: Path) -> None:
    run = _run(str(tmp_path / "out"), "--tables=people")
    assert run.returncode == 2
    assert run.stderr.startswith("There is no table people: ")
    assert list(tmp_path.iterdir()) == []
