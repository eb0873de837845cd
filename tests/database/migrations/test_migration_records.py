"""What is applied, pending and edited, and what the commands say about it."""

from pathlib import Path

import asyncpg
import pytest
from piccolo.apps.migrations.commands.forwards import ForwardsMigrationManager
from piccolo.engine import engine_finder

from app.database import MigrationError, SeedbedEngine, count_statements
from app.database.migrations import install, migrate, pending_migrations
from app.settings import Settings
from tests.database.migrations.toys import (
    FORWARDS_APP,
    MIGRATE,
    PROJECT,
    ROW,
    TABLE,
    Project,
    applied,
    end,
    refuse,
    succeed,
)


async def test_an_edited_file_is_reported_and_does_not_stop_the_next_ones(
    project: Project, connection: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    edited = project.write("2026-01-01", TABLE)
    kept = project.write("2026-01-02", ROW)
    assert project.state() == ([], ["2026-01-01", "2026-01-02"], [])
    assert await connection.fetchval("SELECT to_regclass('migration')") is None
    succeed(project.forwards())
    edited.write_text(edited.read_text().replace("text text", "text varchar"))
    kept.write_bytes(kept.read_bytes().replace(b"\n", b"\r\n"))  # as git may do
    project.write("2026-01-03", ROW)
    assert project.state() == (["2026-01-01", "2026-01-02"], ["2026-01-03"], [edited.name])
    code, output, errors = end(project.forwards())
    assert code == 0
    assert "🚀 Running 1 migration:" in output
    assert errors == (
        f"Warning: {edited.name} was edited after it was applied here: restore it, and put the"
        " change into a new migration.\n"
    )


def test_a_missing_file_is_reported_and_cannot_be_undone(project: Project) -> None:
    project.write("2026-01-01", TABLE)
    lost = project.write("2026-01-02", ROW)
    succeed(project.forwards())
    lost.unlink()
    code, _, errors = end(project.forwards())
    assert code == 0
    assert "migration 2026-01-02 of toy is applied here but has no file" in errors
    code, _, errors = end(project.backwards())
    assert code == 1
    assert "files of these applied migrations are missing: 2026-01-02; restore" in errors


async def test_faking_records_without_changing(
    project: Project, connection: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    project.write("2026-01-01", TABLE)
    succeed(project.forwards("--fake"))
    assert await connection.fetchval("SELECT to_regclass('notes')") is None
    assert await connection.fetchval("SELECT length(checksum) FROM migration") == 64
    project.write("2026-01-02", ROW)
    project.write("2026-01-03", ROW)
    # More than one is asked about, and nobody is there to answer.
    code, _, errors = end(project.forwards("--fake"))
    assert (code, errors.splitlines()[-1]) == (
        1,
        "Nothing was marked, as the question was not answered with y.",
    )
    assert await applied(connection) == ["2026-01-01"]


async def test_a_preview_changes_and_records_nothing(
    project: Project, connection: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    project.write("2026-01-01", TABLE)
    assert "[preview forwards]" in succeed(project.forwards("--preview"))
    assert await connection.fetchval("SELECT to_regclass('notes')") is None
    assert await applied(connection) == []


def test_an_unknown_migration_is_named(project: Project) -> None:
    project.write("2026-01-01", TABLE)
    assert refuse(project.forwards("2025-12-31")) == (
        "2025-12-31 is unrecognised: name one of 2026-01-01."
    )


async def test_records_that_piccolo_alone_wrote_are_kept(
    project: Project, connection: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    await connection.execute(
        "CREATE TABLE migration (id serial PRIMARY KEY, name varchar(200), app_name varchar(200),"
        " ran_on timestamp DEFAULT now()); INSERT INTO migration (name, app_name)"
        " VALUES ('2026-01-01', 'toy')"
    )
    project.write("2026-01-01", TABLE)
    project.write("2026-01-02", TABLE)
    assert project.state() == (["2026-01-01"], ["2026-01-02"], [])
    succeed(project.forwards())
    assert project.state() == (["2026-01-01", "2026-01-02"], [], [])


def test_migrating_from_a_program_says_nothing_and_counts(project: Project) -> None:
    project.write("2026-01-01", TABLE)
    project.write("2026-01-02", ROW)
    assert succeed(project.start("-c", MIGRATE)) == "2\n"
    assert succeed(project.start("-c", MIGRATE)) == "0\n"


async def test_only_the_engine_of_piccolo_conf_migrates(database: str) -> None:
    with pytest.raises(MigrationError, match=r"the engine of piccolo_conf\.py"):
        await migrate(SeedbedEngine(Settings(database_url=database)))


async def test_asking_what_is_pending_costs_one_statement() -> None:
    engine = engine_finder()
    assert isinstance(engine, SeedbedEngine)
    with count_statements() as count:
        assert await pending_migrations(engine) == ()
    assert count.count == 1


def test_installing_again_changes_nothing() -> None:
    install()
    first = ForwardsMigrationManager.run
    install()
    assert ForwardsMigrationManager.run is first


def test_a_failing_import_is_not_a_success(tmp_path: Path) -> None:
    """Piccolo itself would leave the commands out, say so, and exit with 0."""
    text = (PROJECT / "piccolo_conf.py").read_text()
    (tmp_path / "piccolo_conf.py").write_text(text.replace("app.piccolo_app", "app.no_such_file"))
    code, _, errors = end(Project(tmp_path, "").start("-m", "piccolo.main", "db", "seed"))
    assert code == 1
    assert errors.strip().splitlines()[-1] == (
        "An import failed: No module named 'app.no_such_file'; are all requirements installed?"
    )


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}, "127.0.0.1:1"),
        ({"DATABASE_URL": "mysql://nobody@127.0.0.1/none"}, "DATABASE_URL"),
        ({"SEEDBED_PROT": "8000"}, "SEEDBED_PROT"),
    ],
)
def test_bad_configuration_is_one_sentence(
    real: Project, variables: dict[str, str], sentence: str
) -> None:
    assert sentence in refuse(real.start(*FORWARDS_APP, **variables))


def test_the_check_of_a_database_that_is_away_is_one_sentence(real: Project) -> None:
    away = "postgresql://nobody@127.0.0.1:1/none"
    process = real.start("-m", "piccolo.main", "migrations", "check", DATABASE_URL=away)
    assert "127.0.0.1:1" in refuse(process)
