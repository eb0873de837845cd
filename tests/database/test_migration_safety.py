"""Piccolo's own command, run as real processes: alone, six at once, killed, and told about edits.

The migrations are those of toy projects, written by each test; the last tests run the real ones.
"""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import pytest
from piccolo.apps.migrations.commands.forwards import ForwardsMigrationManager
from piccolo.engine import engine_finder

from app.database import EmbeddedServer, MigrationError, SeedbedEngine, count_statements
from app.database.migrations import install, lock, migrate, pending_migrations
from app.settings import Settings

PROJECT = Path(__file__).resolve().parents[2]

CONFIGURATION = """
from piccolo.conf.apps import AppRegistry
from app.database.configuration import engine_from_environment
DB = engine_from_environment()
APP_REGISTRY = AppRegistry(apps=["toy.piccolo_app"])
"""

APP = """
from pathlib import Path
from piccolo.conf.apps import AppConfig
from app.database.migrations import install
install()
APP_CONFIG = AppConfig("toy", Path(__file__).parent / "toy_migrations", table_classes=[])
"""

MIGRATION = """
from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from app.database.objects import SqlObject, apply
ID = "{id}"
VERSION = "1.38.0"
DESCRIPTION = ""
async def forwards():
    manager = MigrationManager(
        migration_id=ID, app_name="toy", description="", wrap_in_transaction={whole}
    )
    apply(manager, *[SqlObject("x", create, drop) for create, drop in {statements!r}])
    return manager
"""

STATE = """
import asyncio, json
from app.database.migrations import applied_migrations, edited_migrations, pending_migrations
from piccolo_conf import DB
async def state():
    return [await of(DB) for of in (applied_migrations, pending_migrations, edited_migrations)]
print(json.dumps(asyncio.run(state())))
"""

MIGRATE = """
import asyncio
from app.database.migrations import migrate
from piccolo_conf import DB
print(asyncio.run(migrate(DB)))
"""


@dataclass(frozen=True, slots=True)
class Project:
    """A Piccolo project in a folder, and the database it migrates."""

    folder: Path
    dsn: str
    started: "list[subprocess.Popen[str]]" = field(default_factory=list)

    def write(self, name: str, *statements: tuple[str, str], whole: bool = True) -> Path:
        """A migration of statements that make and statements that drop."""
        path = self.folder / "toy" / "toy_migrations" / f"toy_{name}.py"
        path.write_text(MIGRATION.format(id=name, whole=whole, statements=list(statements)))
        return path

    def start(self, *command: str, **variables: str) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, *command],
            cwd=self.folder,
            env={
                **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
                "PYTHONPATH": f"{self.folder}:{PROJECT}",
                "DATABASE_URL": self.dsn,
                "SEEDBED_SLOW_QUERY_MS": "60000",
                **variables,
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.started.append(process)
        return process

    def end(self) -> None:
        """Leave no process behind, whatever happened to the test."""
        for process in self.started:
            process.kill()
            process.communicate()

    def forwards(self, *options: str, **variables: str) -> "subprocess.Popen[str]":
        command = ("-m", "piccolo.main", "migrations", "forwards", "toy")
        return self.start(*command, *options, **variables)

    def backwards(self, *options: str) -> "subprocess.Popen[str]":
        command = ("-m", "piccolo.main", "migrations", "backwards", "toy", *options)
        return self.start(*command, "--auto_agree")

    def state(self) -> tuple[list[str], list[str], list[str]]:
        """What is applied, pending and edited."""
        applied, pending, edited = json.loads(_succeed(self.start("-c", STATE)))
        return applied, pending, edited


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedServer]:
    folder = Path(tempfile.mkdtemp(prefix="seedbed-test-"))
    folder.chmod(0o755)
    server = EmbeddedServer(folder / "data", durable=False)
    server.start()
    yield server
    server.stop()
    shutil.rmtree(folder)


@pytest.fixture
def database(server: EmbeddedServer) -> Iterator[str]:
    """The address of an empty database."""
    server.create_database("migrated")
    yield server.dsn("migrated")
    server.drop_database("migrated")


@pytest.fixture
async def connection(database: str) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    connection = await asyncpg.connect(database)
    yield connection
    await connection.close()


@pytest.fixture
def project(tmp_path: Path, database: str) -> Iterator[Project]:
    """A project without migrations."""
    (tmp_path / "toy" / "toy_migrations").mkdir(parents=True)
    (tmp_path / "piccolo_conf.py").write_text(CONFIGURATION)
    (tmp_path / "toy" / "piccolo_app.py").write_text(APP)
    project = Project(tmp_path, database)
    yield project
    project.end()


@pytest.fixture
def real(database: str) -> Iterator[Project]:
    """The real project, on that database."""
    project = Project(PROJECT, database)
    yield project
    project.end()


def _end(process: "subprocess.Popen[str]") -> tuple[int, str, str]:
    output, errors = process.communicate(timeout=60)
    return process.returncode, output, errors


def _succeed(process: "subprocess.Popen[str]") -> str:
    code, output, errors = _end(process)
    assert (code, errors) == (0, ""), output
    return output


def _refuse(process: "subprocess.Popen[str]") -> str:
    """The sentence of a process that must end with one, and nothing else."""
    code, output, errors = _end(process)
    assert code == 1, output
    assert "Traceback" not in output + errors
    assert "--trace" not in output  # nor Piccolo's help
    assert len(errors.strip().splitlines()) == 1, errors
    return errors.strip()


async def _wait_for(
    connection: "asyncpg.Connection[asyncpg.Record]", statement: str, *, count: int = 1
) -> None:
    deadline = time.monotonic() + 30
    while await connection.fetchval(statement) < count:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)


TABLE = ("CREATE TABLE notes (text text)", "DROP TABLE notes")
ROW = ("INSERT INTO notes VALUES ('one')", "DELETE FROM notes")
FORWARDS_APP = ("-m", "piccolo.main", "migrations", "forwards", "app")
SLEEPING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
ASKING = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_try_advisory_lock%'"
BLOCKED = """
    SELECT count(*) FROM pg_stat_activity
    WHERE query LIKE 'CREATE INDEX CONCURRENTLY%' AND wait_event_type = 'Lock'
"""


async def _applied(connection: "asyncpg.Connection[asyncpg.Record]") -> list[str]:
    return [row["name"] for row in await connection.fetch("SELECT name FROM migration ORDER BY 1")]


async def test_six_at_once_apply_everything_once(
    project: Project, connection: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    project.write("2026-01-01", TABLE, ROW)
    for output in [_succeed(process) for process in [project.forwards() for _ in range(6)]]:
        assert "🚀 Running 1 migration:" in output or "No migrations need to be run" in output
    assert await connection.fetchval("SELECT count(*) FROM notes") == 1

    project.write("2026-01-02", ROW)
    project.write("2026-01-03", ROW)
    outputs = [_succeed(process) for process in [project.forwards() for _ in range(6)]]
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
    await _wait_for(connection, SLEEPING)
    waiting = project.forwards()
    await connection.execute("UPDATE pause SET seconds = 0")
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    output = _succeed(waiting)
    assert "👍 1 migration already complete" in output
    assert "🚀 Running 1 migration:" in output
    assert await connection.fetchval("SELECT count(*) FROM notes") == 2
    assert await _applied(connection) == ["2026-01-01", "2026-01-02"]


async def test_waiters_do_not_hang_an_index_that_is_built_concurrently(
    project: Project, connection: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    project.write("2026-01-01", TABLE, ROW)
    index = ("CREATE INDEX CONCURRENTLY i ON notes (text)", "DROP INDEX CONCURRENTLY i")
    project.write("2026-01-02", index, whole=False)
    _succeed(project.forwards("1"))
    writer = await asyncpg.connect(project.dsn)
    async with writer.transaction():
        await writer.execute("INSERT INTO notes VALUES ('keeps the index waiting')")
        processes = [project.forwards() for _ in range(3)]
        await _wait_for(connection, BLOCKED)
        await _wait_for(connection, ASKING, count=3)
    await writer.close()
    outputs = [_succeed(process) for process in processes]
    assert sum("🚀" in output for output in outputs) == 1
    assert await connection.fetchval(
        "SELECT indisvalid FROM pg_index WHERE indexrelid = 'i'::regclass"
    )
    _succeed(project.backwards())
    assert await connection.fetchval("SELECT to_regclass('i')") is None
    assert await _applied(connection) == ["2026-01-01"]


async def test_a_failing_migration_is_undone_and_named_and_those_before_it_stay(
    project: Project, connection: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    project.write("2026-01-01", TABLE)
    failing = project.write("2026-01-02", ROW, ("SELECT 1 / 0", ""))
    project.write("2026-01-03", ROW)
    assert _refuse(project.forwards()) == (
        f"Migration 2026-01-02 of toy ({failing.name}) failed and was rolled back; those before it"
        " stay applied: division by zero."
    )
    assert await connection.fetchval("SELECT count(*) FROM notes") == 0
    assert await _applied(connection) == ["2026-01-01"]
    project.write("2026-01-02", ROW)
    _succeed(project.forwards())
    assert await connection.fetchval("SELECT count(*) FROM notes") == 2


async def test_a_migration_whose_server_goes_away_is_named(
    project: Project, connection: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    project.write("2026-01-01", TABLE, ROW, ("SELECT pg_sleep(30)", "SELECT 1"))
    process = project.forwards()
    await _wait_for(connection, SLEEPING)
    await connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
    )
    sentence = _refuse(process)
    assert sentence.startswith("Migration 2026-01-01 of toy (toy_2026-01-01.py) did not get to")
    assert sentence.endswith("Run the migrations again; what is recorded is not repeated.")
    assert await connection.fetchval("SELECT to_regclass('notes')") is None


async def test_a_role_that_may_not_create_tables_is_told_so(
    project: Project, connection: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    await connection.execute("CREATE ROLE reader LOGIN")
    project.write("2026-01-01", TABLE)
    reading = project.dsn.replace("postgres@", "reader@")
    assert _refuse(project.forwards(DATABASE_URL=reading)) == (
        "The table that records migrations cannot be made: let the role of DATABASE_URL create"
        " tables, or correct what the server names: permission denied for schema public."
    )
    await connection.execute("DROP ROLE reader")


async def test_a_constraint_that_fails_at_commit_takes_the_record_with_it(
    project: Project, connection: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    key = "CREATE TABLE k (id int PRIMARY KEY, r int REFERENCES k DEFERRABLE INITIALLY DEFERRED)"
    project.write("2026-01-01", (key, "DROP TABLE k"), ("INSERT INTO k VALUES (1, 2)", ""))
    assert "violates foreign key constraint" in _refuse(project.forwards())
    assert await connection.fetchval("SELECT to_regclass('k')") is None
    assert await connection.fetchval("SELECT count(*) FROM migration") == 0


async def test_undoing_removes_the_record_with_the_change_or_neither(
    project: Project, connection: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    project.write("2026-01-01", TABLE)
    stuck = project.write("2026-01-02", ("SELECT 1", "DROP TABLE missing"), ROW)
    _succeed(project.forwards())
    sentence = _refuse(project.backwards("all"))
    assert sentence.startswith(f"Migration 2026-01-02 of toy ({stuck.name}) failed and was rolled")
    assert await connection.fetchval("SELECT count(*) FROM notes") == 1
    assert await _applied(connection) == ["2026-01-01", "2026-01-02"]
    await connection.execute("CREATE TABLE missing ()")
    _succeed(project.backwards("all"))
    assert await connection.fetchval("SELECT to_regclass('notes')") is None
    assert await _applied(connection) == []
    assert "No migrations to reverse" in _succeed(project.backwards("all"))


async def test_an_interrupted_concurrent_index_is_not_taken_for_a_good_one(
    project: Project, connection: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    project.write("2026-01-01", TABLE, ROW, ROW)
    _succeed(project.forwards())
    index = "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS u ON notes (text)"
    project.write("2026-01-02", (index, "DROP INDEX u"), whole=False)
    assert "failed and, as it runs outside a transaction, keeps what" in _refuse(project.forwards())
    await connection.execute("TRUNCATE notes")
    assert "invalid indexes behind: drop u and run" in _refuse(project.forwards())
    await connection.execute("DROP INDEX u")
    _succeed(project.forwards())
    assert await _applied(connection) == ["2026-01-01", "2026-01-02"]


async def test_an_edited_file_is_reported_and_does_not_stop_the_next_ones(
    project: Project, connection: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    edited = project.write("2026-01-01", TABLE)
    kept = project.write("2026-01-02", ROW)
    assert project.state() == ([], ["2026-01-01", "2026-01-02"], [])
    assert await connection.fetchval("SELECT to_regclass('migration')") is None
    _succeed(project.forwards())
    edited.write_text(edited.read_text().replace("text text", "text varchar"))
    kept.write_bytes(kept.read_bytes().replace(b"\n", b"\r\n"))  # as git may do
    project.write("2026-01-03", ROW)
    assert project.state() == (["2026-01-01", "2026-01-02"], ["2026-01-03"], [edited.name])
    code, output, errors = _end(project.forwards())
    assert code == 0
    assert "🚀 Running 1 migration:" in output
    assert errors == (
        f"Warning: {edited.name} was edited after it was applied here: restore it, and put the"
        " change into a new migration.\n"
    )


def test_a_missing_file_is_reported_and_cannot_be_undone(project: Project) -> None:
    project.write("2026-01-01", TABLE)
    lost = project.write("2026-01-02", ROW)
    _succeed(project.forwards())
    lost.unlink()
    code, _, errors = _end(project.forwards())
    assert code == 0
    assert "migration 2026-01-02 of toy is applied here but has no file" in errors
    code, _, errors = _end(project.backwards())
    assert code == 1
    assert "files of these applied migrations are missing: 2026-01-02; restore" in errors


async def test_faking_records_without_changing(
    project: Project, connection: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    project.write("2026-01-01", TABLE)
    _succeed(project.forwards("--fake"))
    assert await connection.fetchval("SELECT to_regclass('notes')") is None
    assert await connection.fetchval("SELECT length(checksum) FROM migration") == 64
    project.write("2026-01-02", ROW)
    project.write("2026-01-03", ROW)
    # More than one is asked about, and nobody is there to answer.
    code, _, errors = _end(project.forwards("--fake"))
    assert (code, errors.splitlines()[-1]) == (
        1,
        "Nothing was marked, as the question was not answered with y.",
    )
    assert await _applied(connection) == ["2026-01-01"]


async def test_a_preview_changes_and_records_nothing(
    project: Project, connection: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    project.write("2026-01-01", TABLE)
    assert "[preview forwards]" in _succeed(project.forwards("--preview"))
    assert await connection.fetchval("SELECT to_regclass('notes')") is None
    assert await _applied(connection) == []


async def test_a_migration_may_take_longer_than_a_request(
    project: Project, connection: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    slow = ("SELECT pg_sleep(0.4)", "SELECT 1")
    project.write("2026-01-01", slow)
    project.write("2026-01-02", slow, whole=False)
    _succeed(project.forwards(SEEDBED_STATEMENT_TIMEOUT="0.2"))
    assert await _applied(connection) == ["2026-01-01", "2026-01-02"]


def test_an_unknown_migration_is_named(project: Project) -> None:
    project.write("2026-01-01", TABLE)
    assert _refuse(project.forwards("2025-12-31")) == (
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
    _succeed(project.forwards())
    assert project.state() == (["2026-01-01", "2026-01-02"], [], [])


def test_migrating_from_a_program_says_nothing_and_counts(project: Project) -> None:
    project.write("2026-01-01", TABLE)
    project.write("2026-01-02", ROW)
    assert _succeed(project.start("-c", MIGRATE)) == "2\n"
    assert _succeed(project.start("-c", MIGRATE)) == "0\n"


async def test_only_the_engine_of_piccolo_conf_migrates(database: str) -> None:
    with pytest.raises(MigrationError, match=r"the engine of piccolo_conf\.py"):
        await migrate(SeedbedEngine(Settings(database_url=database)))


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
    command = ("-m", "piccolo.main", "migrations")
    processes = [
        real.start(*command, "forwards", "app", **variables),
        real.start(*command, "check", **variables),
    ]
    for process in processes:
        assert sentence in _refuse(process)


def test_a_failing_import_is_not_a_success(tmp_path: Path) -> None:
    """Piccolo itself would leave the commands out, say so, and exit with 0."""
    text = (PROJECT / "piccolo_conf.py").read_text()
    (tmp_path / "piccolo_conf.py").write_text(text.replace("app.piccolo_app", "app.no_such_file"))
    code, _, errors = _end(Project(tmp_path, "").start("-m", "piccolo.main", "db", "seed"))
    assert code == 1
    assert errors.strip().splitlines()[-1] == (
        "RuntimeError: An import failed: No module named 'app.no_such_file'; are all requirements"
        " installed?"
    )


async def test_the_real_migrations_applied_by_six_at_once(
    real: Project, connection: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    for _ in ("empty", "existing"):
        for process in [real.start(*FORWARDS_APP) for _ in range(6)]:
            _succeed(process)
    applied, pending, edited = real.state()
    assert (pending, edited) == ([], [])
    assert await connection.fetchval("SELECT count(*) FROM migration") == len(applied) > 0
