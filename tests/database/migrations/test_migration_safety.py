"""Piccolo's own command as real processes: six at once, killed, failing, undone."""

import signal

import asyncpg
import pytest

from app.database import MigrationError, SeedbedEngine
from app.database.migrations import lock
from app.settings import Settings
from tests.database.migrations.toys import (
    ASKING,
    BLOCKED,
    FORWARDS_APP,
    ROW,
    SLEEPING,
    TABLE,
    Project,
    applied,
    refuse,
    succeed,
    wait_for,
)


async def test_six_at_once_apply_everything_once(
    project: Project, connection: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    project.write("2026-01-01", TABLE, ROW)
    for output in [succeed(process) for process in [project.forwards() for _ in range(6)]]:
        assert "🚀 Running 1 migration:" in output or "No migrations need to be run" in output
    assert await connection.fetchval("SELECT count(*) FROM notes") == 1

    project.write("2026-01-02", ROW)
    project.write("2026-01-03", ROW)
    outputs = [succeed(process) for process in [project.forwards() for _ in range(6)]]
    assert sum("🚀 Running 2 migrations:" in output for output in outputs) == 1
    assert await connection.fetchval("SELECT count(*) FROM notes") == 3
    rows = await connection.fetch("SELECT name, length(checksum) FROM migration ORDER BY name")
    assert [tuple(row) for row in rows] == [(f"2026-01-0{day}", 64) for day in (1, 2, 3)]


async def test_a_killed_migration_leaves_nothing_and_the_next_process_finishes(
    project: Project, connection: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    await connection.execute("CREATE TABLE pause AS SELECT 20 AS seconds")
    slow = ("SELECT pg_sleep(seconds) FROM pause", "SELECT 1")
    project.write("2026-01-01", TABLE)
    project.write("2026-01-02", ROW, slow, ROW)
    killed = project.forwards()
    await wait_for(connection, SLEEPING)
    waiting = project.forwards()
    await connection.execute("UPDATE pause SET seconds = 0")
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    output = succeed(waiting)
    assert "👍 1 migration already complete" in output
    assert "🚀 Running 1 migration:" in output
    assert await connection.fetchval("SELECT count(*) FROM notes") == 2
    assert await applied(connection) == ["2026-01-01", "2026-01-02"]


async def test_waiters_do_not_hang_an_index_that_is_built_concurrently(
    project: Project, connection: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    project.write("2026-01-01", TABLE, ROW)
    index = ("CREATE INDEX CONCURRENTLY i ON notes (text)", "DROP INDEX CONCURRENTLY i")
    project.write("2026-01-02", index, whole=False)
    succeed(project.forwards("1"))
    writer = await asyncpg.connect(project.dsn)
    async with writer.transaction():
        await writer.execute("INSERT INTO notes VALUES ('keeps the index waiting')")
        processes = [project.forwards() for _ in range(3)]
        await wait_for(connection, BLOCKED)
        await wait_for(connection, ASKING, count=3)
    await writer.close()
    outputs = [succeed(process) for process in processes]
    assert sum("🚀" in output for output in outputs) == 1
    assert await connection.fetchval(
        "SELECT indisvalid FROM pg_index WHERE indexrelid = 'i'::regclass"
    )
    succeed(project.backwards())
    assert await connection.fetchval("SELECT to_regclass('i')") is None
    assert await applied(connection) == ["2026-01-01"]


async def test_a_failing_migration_is_undone_and_named_and_those_before_it_stay(
    project: Project, connection: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    project.write("2026-01-01", TABLE)
    failing = project.write("2026-01-02", ROW, ("SELECT 1 / 0", ""))
    project.write("2026-01-03", ROW)
    assert refuse(project.forwards()) == (
        f"Migration 2026-01-02 of toy ({failing.name}) failed and was rolled back; those before it"
        " stay applied: division by zero."
    )
    assert await connection.fetchval("SELECT count(*) FROM notes") == 0
    assert await applied(connection) == ["2026-01-01"]
    project.write("2026-01-02", ROW)
    succeed(project.forwards())
    assert await connection.fetchval("SELECT count(*) FROM notes") == 2


async def test_a_migration_whose_server_goes_away_is_named(
    project: Project, connection: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    project.write("2026-01-01", TABLE, ROW, ("SELECT pg_sleep(30)", "SELECT 1"))
    process = project.forwards()
    await wait_for(connection, SLEEPING)
    await connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
    )
    sentence = refuse(process)
    assert sentence.startswith("Migration 2026-01-01 of toy (toy_2026-01-01.py) did not get to")
    assert sentence.endswith("Run the migrations again; what is recorded is not repeated.")
    assert await connection.fetchval("SELECT to_regclass('notes')") is None


async def test_a_role_that_may_not_create_tables_is_told_so(
    project: Project, connection: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    await connection.execute("CREATE ROLE reader LOGIN")
    project.write("2026-01-01", TABLE)
    reading = project.dsn.replace("postgres@", "reader@")
    assert refuse(project.forwards(DATABASE_URL=reading)) == (
        "The table that records migrations cannot be made: let the role of DATABASE_URL create"
        " tables, or correct what the server names: permission denied for schema public."
    )
    await connection.execute("DROP ROLE reader")


async def test_a_constraint_that_fails_at_commit_takes_the_record_with_it(
    project: Project, connection: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    key = "CREATE TABLE k (id int PRIMARY KEY, r int REFERENCES k DEFERRABLE INITIALLY DEFERRED)"
    project.write("2026-01-01", (key, "DROP TABLE k"), ("INSERT INTO k VALUES (1, 2)", ""))
    assert "violates foreign key constraint" in refuse(project.forwards())
    assert await connection.fetchval("SELECT to_regclass('k')") is None
    assert await connection.fetchval("SELECT count(*) FROM migration") == 0


async def test_undoing_removes_the_record_with_the_change_or_neither(
    project: Project, connection: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    project.write("2026-01-01", TABLE)
    stuck = project.write("2026-01-02", ("SELECT 1", "DROP TABLE missing"), ROW)
    succeed(project.forwards())
    sentence = refuse(project.backwards("all"))
    assert sentence.startswith(f"Migration 2026-01-02 of toy ({stuck.name}) failed and was rolled")
    assert await connection.fetchval("SELECT count(*) FROM notes") == 1
    assert await applied(connection) == ["2026-01-01", "2026-01-02"]
    await connection.execute("CREATE TABLE missing ()")
    succeed(project.backwards("all"))
    assert await connection.fetchval("SELECT to_regclass('notes')") is None
    assert await applied(connection) == []
    assert "No migrations to reverse" in succeed(project.backwards("all"))


async def test_an_interrupted_concurrent_index_is_not_taken_for_a_good_one(
    project: Project, connection: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    project.write("2026-01-01", TABLE, ROW, ROW)
    succeed(project.forwards())
    index = "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS u ON notes (text)"
    project.write("2026-01-02", (index, "DROP INDEX u"), whole=False)
    assert "failed and, as it runs outside a transaction, keeps what" in refuse(project.forwards())
    await connection.execute("TRUNCATE notes")
    assert "invalid indexes behind: drop u and run" in refuse(project.forwards())
    await connection.execute("DROP INDEX u")
    # That of others is no business of ours.
    await connection.execute("CREATE SCHEMA others; CREATE TABLE others.t AS VALUES (1), (1)")
    with pytest.raises(asyncpg.UniqueViolationError):
        await connection.execute("CREATE UNIQUE INDEX CONCURRENTLY ON others.t (column1)")
    succeed(project.forwards())
    assert await applied(connection) == ["2026-01-01", "2026-01-02"]


async def test_a_migration_may_take_longer_than_a_request(
    project: Project, connection: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    slow = ("SELECT pg_sleep(0.4)", "SELECT 1")
    project.write("2026-01-01", slow)
    project.write("2026-01-02", slow, whole=False)
    succeed(project.forwards(SEEDBED_STATEMENT_TIMEOUT="0.2"))
    assert await applied(connection) == ["2026-01-01", "2026-01-02"]


async def test_the_lock_is_waited_for_and_then_given_up(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = SeedbedEngine(Settings(database_url=database))
    monkeypatch.setattr(lock, "_QUIET", 0.0)
    told: list[str] = []
    async with lock.migration_lock(engine, told.append):
        assert told == []
        with pytest.raises(MigrationError, match=r"still migrates this database after 0\.3"):
            async with lock.migration_lock(engine, told.append, patience=0.3):
                pytest.fail("two have the lock")
    assert told == ["Another process migrates this database: waiting up to 0.3 seconds."]
    async with lock.migration_lock(engine, told.append, patience=0.3):
        assert len(told) == 1


async def test_the_real_migrations_applied_by_six_at_once(
    real: Project, connection: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    for _ in ("empty", "existing"):
        for process in [real.start(*FORWARDS_APP) for _ in range(6)]:
            succeed(process)
    applied, pending, edited = real.state()
    assert (pending, edited) == ([], [])
    assert await connection.fetchval("SELECT count(*) FROM migration") == len(applied) > 0
