"""Migrations go forwards, backwards and forwards again, and make what the table classes say."""

import dataclasses
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest
from piccolo.apps.migrations.commands.new import AutoMigrationManager

from app.database.binaries import find_binaries
from app.jobs import JOB_TABLES
from app.piccolo_app import APP_CONFIG
from app.tables import TABLES
from tests.databases import environment, server
from tests.guards.tree import ROOT
from tests.tables.listing import listing

DATABASE = f"seedbed_migrations_{os.getpid()}"


def _migrate(dsn: str, *arguments: str) -> None:
    command = [sys.executable, "-m", "piccolo.main", "migrations", *arguments]
    variables = {**os.environ, **environment(dsn)}
    run = subprocess.run(
        command, check=False, cwd=ROOT, env=variables, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.fixture
def empty() -> Iterator[str]:
    """The address of an empty database on the server of the tests."""
    server().start()
    server().create_database(DATABASE)
    yield server().dsn(DATABASE)
    server().drop_database(DATABASE)


@pytest.fixture
def postgres_16() -> Iterator[str]:
    """The address of an empty database on a server that has no uuidv7() of its own."""
    home = Path(tempfile.mkdtemp(prefix="seedbed-16-"))
    programs = find_binaries(home)
    programs = dataclasses.replace(
        programs, folder=programs.folder.parents[1] / "pginstall" / "bin"
    )
    programs.give(home)
    data = str(home / "data")

    def run(program: str, *arguments: str) -> None:
        code, output = programs.run(program, arguments, cwd=home)
        assert code == 0, output

    try:
        run("initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
        options = f"-h '' -k {home} -F"
        run("pg_ctl", "-D", data, "-l", str(home / "log"), "-o", options, "-w", "start")
        try:
            yield f"postgresql://postgres@/postgres?host={home}"
        finally:
            run("pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(home)


async def test_forwards_backwards_and_forwards_again_make_the_same(empty: str) -> None:
    before = await listing(empty)
    assert before == {}
    _migrate(empty, "forwards", "app")
    first = await listing(empty)
    _migrate(empty, "backwards", "app", "all", "--auto_agree")
    assert await listing(empty) == {}
    _migrate(empty, "forwards", "app")
    assert await listing(empty) == first

    tables = {name for (kind, name), what in first.items() if kind == "relation" and what == "r"}
    ours = {f"{table._meta.schema}.{table._meta.tablename}" for table in TABLES}
    assert tables == ours | set(JOB_TABLES)
    assert {kind for kind, _ in first} == {
        *("schema", "relation", "column", "constraint", "index", "trigger", "function", "view")
    }


async def test_an_older_server_gets_the_same_tables(postgres_16: str, empty: str) -> None:
    _migrate(postgres_16, "forwards", "app")
    older = await listing(postgres_16)
    _migrate(empty, "forwards", "app")
    newer = await listing(empty)
    assert older.keys() == newer.keys()
    kinds = ("column", "index", "trigger")
    assert {key: older[key] for key in older if key[0] in kinds} == {
        key: newer[key] for key in newer if key[0] in kinds
    }
    connection = await asyncpg.connect(postgres_16)
    try:
        key = await connection.fetchval(
            "insert into identity.organizations (name, slug) values ('A', 'a') returning id"
        )
        found = await connection.fetchval("select public.search_matches('École à Zürich', 'É zur')")
    finally:
        await connection.close()
    assert key.version == 7
    assert found is True
    _migrate(postgres_16, "backwards", "app", "all", "--auto_agree")
    assert await listing(postgres_16) == {}


async def test_a_schema_that_others_use_stays(empty: str) -> None:
    _migrate(empty, "forwards", "app")
    connection = await asyncpg.connect(empty)
    try:
        await connection.execute("create table content.of_somebody_else (id int)")
    finally:
        await connection.close()
    _migrate(empty, "backwards", "app", "all", "--auto_agree")
    left = await listing(empty)
    assert {name for kind, name in left if kind in ("schema", "relation")} == {
        "content",
        "content.of_somebody_else",
    }


async def test_models_and_migrations_agree() -> None:
    alterations = await AutoMigrationManager(auto_input="y").get_alter_statements(
        app_config=APP_CONFIG
    )
    assert [statement for part in alterations for statement in part.statements] == []
