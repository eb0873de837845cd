"""The databases of the tests: one embedded server for everybody, one database for each process.

The server lives in `.data/test`. A template database is made once by the real migrations and kept
for the next run; it is made anew when a migration changes. Every test process clones it for itself
and drops its clone at the end; the last one stops the server. What a crashed run left behind is
removed by the next one.
"""

import asyncio
import fcntl
import hashlib
import itertools
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from pathlib import Path

import asyncpg

from app.database.embedded import EmbeddedServer
from app.database.errors import DatabaseError
from app.settings import PREFIX, variables

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / ".data" / "test"
CLONE = "seedbed_test_"
TEMPLATE = "seedbed_template_"
_numbers = itertools.count(1)


def server() -> EmbeddedServer:
    """The server of the tests; losing its data to a power cut is no loss."""
    return EmbeddedServer(FOLDER, durable=False)


def environment(database_url: str) -> dict[str, str]:
    """The variables of a test process: this database, and otherwise every default.

    An empty variable hides the one in a developer's `.env`.
    """
    return {variable.name: "" for variable in variables()} | {
        "DATABASE_URL": database_url,
        "SEEDBED_ENVIRONMENT": "test",
        "SEEDBED_POOL_MAX_SIZE": "5",  # eight workers stay below PostgreSQL's hundred connections
    }


def isolate(environ: MutableMapping[str, str], database_url: str) -> None:
    """Replace what the developer has set for the server in `environ`."""
    for name in [name for name in environ if name.startswith(PREFIX)]:
        del environ[name]
    environ.update(environment(database_url))


def clone() -> str:
    """Make this process's database, empty and migrated, and return its address."""
    with _locked():
        try:
            server().start()
        except DatabaseError:
            # Test data is worth nothing: a cluster that no longer starts is made anew.
            shutil.rmtree(server().cluster, ignore_errors=True)
            server().start()
        source = template()
        databases = asyncio.run(_databases())
        for name in _abandoned(databases, source):
            server().drop_database(name)
        if source not in databases:
            _make_template(source)
        server().create_database(own(), template=source)
    return server().dsn(own())


@contextmanager
def another() -> Iterator[str]:
    """The address of one more database of this process, empty and migrated, for a while."""
    name = f"{own()}_{next(_numbers)}"
    with _locked():
        server().create_database(name, template=template())
    try:
        yield server().dsn(name)
    finally:
        server().drop_database(name)


def release() -> None:
    """Drop this process's database, and stop the server when no other process has one."""
    with _locked():
        if not server().is_running():
            return
        server().drop_database(own())
        if not any(map(_is_in_use, asyncio.run(_databases()))):
            server().stop()


def own() -> str:
    """The name of this process's database."""
    return f"{CLONE}{os.getpid()}"


def template() -> str:
    """The name of the migrated database that every process clones."""
    return TEMPLATE + _fingerprint()


@contextmanager
def _locked() -> Iterator[None]:
    FOLDER.parent.mkdir(parents=True, exist_ok=True)
    with FOLDER.with_name("test.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _fingerprint() -> str:
    """A short hash of everything that decides what the migrations make."""
    files = [ROOT / "requirements.lock", *sorted((ROOT / "app").glob("migrations/**/*.py"))]
    files += sorted((ROOT / "app" / "database").glob("*.py"))
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


async def _databases() -> set[str]:
    connection = await asyncpg.connect(server().dsn("postgres"))
    try:
        rows = await connection.fetch("select datname from pg_database")
    finally:
        await connection.close()
    return {row["datname"] for row in rows}


def _abandoned(databases: set[str], template: str) -> Iterator[str]:
    """Clones of processes that are gone, and templates of other migrations."""
    for name in databases:
        is_mine_or_free = name == own() or not _is_in_use(name)
        is_old = name.startswith(TEMPLATE) and name != template
        if is_old or (name.startswith(CLONE) and is_mine_or_free):
            yield name


def _is_in_use(name: str) -> bool:
    """Whether this is the clone of a process that still runs."""
    return name.startswith(CLONE) and _alive(int(name.removeprefix(CLONE).partition("_")[0]))


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _make_template(template: str) -> None:
    """Run the migrations as anybody would; the name comes last, so that no half-made one has it."""
    building = f"{template}_building"
    server().create_database(building)
    command = [sys.executable, "-m", "piccolo.main", "migrations", "forwards", "app"]
    variables = {**os.environ, **environment(server().dsn(building))}
    run = subprocess.run(
        command, check=False, cwd=ROOT, env=variables, capture_output=True, text=True
    )
    if run.returncode:
        raise RuntimeError(f"The migrations failed:\n{run.stdout}{run.stderr}")
    asyncio.run(_rename(building, template))


async def _rename(name: str, new_name: str) -> None:
    connection = await asyncpg.connect(server().dsn("postgres"))
    try:
        await connection.execute(f'alter database "{name}" rename to "{new_name}"')
    finally:
        await connection.close()
