"""Which PostgreSQL programs are used for a server, and what they are told."""

import os
import sys
from pathlib import Path

import pytest

from app.commands.console import CommandError
from app.commands.programs import Programs, choose, environment, installed, running
from app.database import parse_database_url
from app.database.binaries import MAJOR, find_folder

HERE = Path("pg")


def _some(*majors: int) -> list[Programs]:
    return [Programs(HERE / str(major), major) for major in majors]


@pytest.mark.parametrize(
    ("there", "server", "archive", "taken"),
    [((15, 18), 15, 0, 15), ((15, 18), 16, 0, 18), ((18, 15), 15, 18, 18), ((17, 18), 14, 0, 17)],
)
def test_the_oldest_that_is_new_enough_is_taken(
    there: tuple[int, ...], server: int, archive: int, taken: int
) -> None:
    assert choose(_some(*there), server, archive).major == taken


@pytest.mark.parametrize(
    ("there", "server", "archive", "told"),
    [
        (
            (15, 13),
            18,
            0,
            "pg_dump is of version 15, which is too old, as the server is PostgreSQL",
        ),
        ((15,), 14, 18, "too old, as the backup was written by pg_dump 18: install the client"),
        ((), 16, 0, "were not found in PATH, and the server is PostgreSQL 16: install"),
    ],
)
def test_programs_that_are_too_old_are_told(
    there: tuple[int, ...], server: int, archive: int, told: str
) -> None:
    with pytest.raises(CommandError) as caught:
        choose(_some(*there), server, archive)
    assert told in str(caught.value)


def _fake(folder: Path, version: str) -> None:
    folder.mkdir()
    for name in ("pg_dump", "pg_restore", "psql"):
        path = folder / name
        path.write_text(f"#!/bin/sh\necho '{name} (PostgreSQL) {version}'\n")
        path.chmod(0o755)


def test_those_of_path_come_before_the_bundled_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _fake(tmp_path / "bin", "16.4 (Debian 16.4-1)")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    found = list(installed(parse_database_url("postgresql://db.example/app")))
    assert found == [Programs(tmp_path / "bin", 16), Programs(find_folder(), MAJOR)]


def test_the_bundled_ones_know_no_tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert list(installed(parse_database_url("postgresql://db.example/a?sslmode=require"))) == []
    assert len(list(installed(parse_database_url("postgresql://db.example/a")))) == 1


def test_the_url_becomes_the_environment() -> None:
    url = parse_database_url(
        "postgresql://ann:p%40ss@a.example:5433,b.example/app?sslmode=verify-full&sslrootcert=ca.pem"
        "&options=-c%20role%3Dreader&target_session_attrs=primary"
    )
    found = environment(url)
    assert {name: value for name, value in found.items() if name.startswith("PG")} == {
        "PGHOST": "a.example,b.example",
        "PGPORT": "5433,5432",
        "PGUSER": "ann",
        "PGPASSWORD": "p@ss",
        "PGDATABASE": "app",
        "PGSSLMODE": "verify-full",
        "PGSSLROOTCERT": "ca.pem",
        "PGOPTIONS": "-c role=reader",
        "PGTARGETSESSIONATTRS": "primary",
        "PGAPPNAME": "seedbed",
        "PGCONNECT_TIMEOUT": "10",
    }


def test_secrets_of_the_server_stay_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEEDBED_SECRET_KEY", "hidden")
    assert "hidden" not in environment(parse_database_url("postgresql:///app")).values()


def test_a_key_with_a_password_is_refused() -> None:
    url = parse_database_url(
        "postgresql://db.example/app?sslcert=c.pem&sslkey=k.pem&sslpassword=opens"
    )
    with pytest.raises(CommandError, match="name a key without one"):
        environment(url)


def _script(folder: Path, text: str) -> Programs:
    path = folder / "tool"
    path.write_text(f"#!{sys.executable}\nimport os, sys\n{text}\n")
    path.chmod(0o755)
    return Programs(folder, 18)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("sys.stderr.write('pg_dump: error: no room.\\nhidden\\n'); sys.exit(1)", "no room."),
        ("sys.stderr.write('ERROR:  broken\\nDETAIL:  hidden\\n'); sys.exit(3)", "broken."),
        ("sys.exit(4)", "it ended with code 4 and said nothing."),
        ("os.kill(os.getpid(), 9)", "it was ended by SIGKILL."),
    ],
)
async def test_a_failure_is_one_sentence(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(CommandError) as caught:
        async with running(_script(tmp_path, text), "tool", [], env={}) as run:
            await run.finish()
    assert str(caught.value) == f"tool failed: {told}"


async def test_a_program_ends_with_its_block(tmp_path: Path) -> None:
    async with running(_script(tmp_path, "import time; time.sleep(60)"), "tool", [], env={}) as run:
        assert run.process.returncode is None
    assert run.process.returncode == -9
