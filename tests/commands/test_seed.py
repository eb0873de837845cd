"""`piccolo db seed` as a real process: what it prints, and how it exits."""

import asyncio
import json
import os
import subprocess
import sys
from typing import Any

import pytest

from app.database import SeedbedEngine
from tests.databases import ROOT


def _run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "piccolo.main", "db", "seed", *arguments],
        check=False,
        cwd=ROOT,
        # A busy machine logs slow statements on stderr, which are no business of these tests.
        env={**os.environ, "SEEDBED_SLOW_QUERY_MS": "60000", **environment},
        capture_output=True,
        text=True,
    )


def _production(**environment: str) -> dict[str, str]:
    return {
        "SEEDBED_ENVIRONMENT": "production",
        "SEEDBED_SECRET_KEY": "kV3xq8mPz1LwT6rYbN0cHsDf5uJgE2aQ",
        "SEEDBED_PUBLIC_URL": "https://seedbed.example",
        "SEEDBED_ALLOWED_HOSTS": "seedbed.example",
        **environment,
    }


async def _recorded(engine: SeedbedEngine) -> list[dict[str, Any]]:
    rows = await engine.fetch(
        "select details from operations.audit_logs where action = 'database.seed'"
    )
    return [json.loads(row["details"]) for row in rows]


async def test_a_run_that_writes_leaves_one_record(committed: SeedbedEngine) -> None:
    for _ in range(2):
        assert (await asyncio.to_thread(_run)).returncode == 0
        [told] = await _recorded(committed)
        assert told["by"] == "piccolo db seed"
        assert told["tables"]["catalog.universities"] == {"created": 4, "updated": 0}


def test_it_says_per_table_what_it_did(committed: SeedbedEngine) -> None:
    first = _run()
    assert (first.returncode, first.stderr) == (0, "")
    assert "catalog.universities                  4 created\n" in first.stdout
    assert first.stdout.endswith("Checked: everything is as it should be.\n")
    second = _run()
    assert (second.returncode, second.stderr) == (0, "")
    assert "catalog.universities                  4 unchanged\n" in second.stdout
    assert "created" not in second.stdout


async def test_two_at_once_write_the_rows_once(committed: SeedbedEngine) -> None:
    runs = await asyncio.gather(asyncio.to_thread(_run), asyncio.to_thread(_run))
    assert [(run.returncode, run.stderr) for run in runs] == [(0, ""), (0, "")]
    told = "".join(run.stdout for run in runs).splitlines()
    assert sum(line.endswith(" created") for line in told) == 29
    assert sum(line.endswith(" unchanged") for line in told) == 29


async def test_data_that_are_wrong_end_in_an_error(committed: SeedbedEngine) -> None:
    await committed.fetch(
        "insert into identity.users (email, name, role, status)"
        " values ('nowhere@seedbed.example', 'Nobody', 'STAFF', 'ACTIVE')"
    )
    run = _run()
    assert run.returncode == 1
    assert run.stderr == (
        "The data are not as they should be:\n"
        "These members of staff work for no university: nowhere@seedbed.example.\n"
    )


async def test_rows_in_the_way_end_in_one_sentence(committed: SeedbedEngine) -> None:
    await committed.fetch(
        "insert into catalog.universities (name, slug, country, country_code)"
        " values ('Mine', 'aldermoor-university', 'Estonia', 'EE')"
    )
    run = _run()
    assert run.returncode == 1
    assert run.stderr == (
        "The seed rows of catalog.universities collide with rows that are there already"
        " (Key (slug)=(aldermoor-university) already exists): remove those rows, or seed an empty"
        " database.\n"
    )
    assert len(await committed.fetch("select from catalog.universities")) == 1


@pytest.mark.parametrize("scale", ["abc", "0"])
async def test_an_impossible_scale_is_refused(committed: SeedbedEngine, scale: str) -> None:
    run = _run(f"--scale={scale}")
    assert (run.returncode, run.stderr) == (
        1,
        f"--scale={scale} is not possible: give a whole number from 1 to 100.\n",
    )
    assert await committed.fetch("select from identity.users") == []


async def test_production_is_refused_without_an_administrator(committed: SeedbedEngine) -> None:
    run = _run(**_production())
    assert run.returncode == 1
    assert run.stderr == (
        "In production the demo users are not made: name your first administrator with"
        " --admin_email=you@example.org and give a password in the variable ADMIN_PASSWORD.\n"
    )
    assert await committed.fetch("select from identity.users") == []


async def test_an_administrator_needs_a_password(committed: SeedbedEngine) -> None:
    run = _run("--admin_email=ops@firm.example", **_production())
    assert run.returncode == 1
    assert run.stderr.startswith("--admin_email needs a password in the environment variable")
    assert await committed.fetch("select from identity.users") == []


async def test_production_with_an_administrator(committed: SeedbedEngine) -> None:
    password = "a-long-password"
    run = _run("--admin_email=ops@firm.example", **_production(ADMIN_PASSWORD=password))
    assert (run.returncode, run.stderr) == (0, "")
    assert password not in run.stdout
    [row] = await committed.fetch("select email, role from identity.users")
    assert (row["email"], row["role"]) == ("ops@firm.example", "ADMIN")


async def test_pending_migrations_are_told(committed: SeedbedEngine) -> None:
    [newest] = await committed.fetch(
        "update public.migration set name = '(set aside) ' || name"
        " where id = (select max(id) from public.migration) returning id"
    )
    try:
        run = _run()
    finally:
        await committed.fetch(
            "update public.migration set name = replace(name, '(set aside) ', '') where id = $1",
            newest["id"],
        )
    assert run.returncode == 1
    # Piccolo warns of it as well, before any command.
    told = run.stderr.splitlines()[-1]
    assert told == "1 migration is pending: run `piccolo migrations forwards app` first."
    assert await committed.fetch("select from identity.users") == []


def test_an_unreachable_database_is_one_sentence() -> None:
    run = _run(DATABASE_URL="postgresql://nobody@127.0.0.1:9/none")
    assert run.returncode == 1
    assert "Traceback" not in run.stdout + run.stderr


def test_migrations_of_every_app_run_with_these_commands_there(committed: SeedbedEngine) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "piccolo.main", "migrations", "forwards", "all"],
        check=False,
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stdout + run.stderr
