"""Toy Piccolo projects, run as real processes."""

import asyncio
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg

PROJECT = Path(__file__).resolve().parents[3]

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
        applied, pending, edited = json.loads(succeed(self.start("-c", STATE)))
        return applied, pending, edited


def end(process: "subprocess.Popen[str]") -> tuple[int, str, str]:
    output, errors = process.communicate(timeout=60)
    return process.returncode, output, errors


def succeed(process: "subprocess.Popen[str]") -> str:
    code, output, errors = end(process)
    # On a busy machine one may wait long enough for another to say so.
    told = [line for line in errors.splitlines() if not line.startswith("Another process migrates")]
    assert (code, told) == (0, []), output
    return output


def refuse(process: "subprocess.Popen[str]") -> str:
    """The sentence of a process that must end with one, and nothing else."""
    code, output, errors = end(process)
    assert code == 1, output
    assert "Traceback" not in output + errors
    assert "--trace" not in output  # nor Piccolo's help
    assert len(errors.strip().splitlines()) == 1, errors
    return errors.strip()


async def wait_for(
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


async def applied(connection: "asyncpg.Connection[asyncpg.Record]") -> list[str]:
    return [row["name"] for row in await connection.fetch("SELECT name FROM migration ORDER BY 1")]
