"""The database of the benchmark: an embedded server in `.data/bench`, filled once and kept."""

import asyncio
import hashlib
import os
import secrets
import subprocess
import sys

import asyncpg

from app.database import EmbeddedServer
from app.settings import PREFIX, PROJECT, variables

_PREFIX = "seedbed_bench_"


def server() -> EmbeddedServer:
    """The server of the benchmark; losing its data to a power cut is no loss."""
    return EmbeddedServer(PROJECT / ".data" / "bench", durable=False)


def postmaster() -> int:
    """The process number of the running server."""
    return int((server().cluster / "postmaster.pid").read_text().split()[0])


def environment(database_url: str, kind: str) -> dict[str, str]:
    """The variables of a process that uses this database, and otherwise every default.

    An empty variable hides the one in a developer's `.env`.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    return (
        kept
        | {variable.name: "" for variable in variables()}
        | {
            "DATABASE_URL": database_url,
            "SEEDBED_ENVIRONMENT": kind,
            # Nor do the floors have a worker; production runs it in a process of its own.
            "SEEDBED_WORKER": "false",
            "SEEDBED_SECRET_KEY": secrets.token_urlsafe(48),
            # Statements wait for each other here: that says nothing, and logging it costs.
            "SEEDBED_SLOW_QUERY_MS": "600000",
        }
    )


def start() -> str:
    """Start the server and fill its database, unless that was done before: its address."""
    embedded = server()
    embedded.start()
    name = _PREFIX + _fingerprint()
    known = asyncio.run(_databases(embedded.dsn("postgres")))
    if name not in known:
        for old in known:
            if old.startswith(_PREFIX):
                embedded.drop_database(old)
        _make(embedded, name)
    return embedded.dsn(name)


def _make(embedded: EmbeddedServer, name: str) -> None:
    """Fill a database; the name comes last, so that no half-made one has it."""
    print("Making the data, once ...", flush=True)
    building = f"{name}_building"
    embedded.create_database(building)
    subprocess.run(
        [sys.executable, "-m", "bench.prepare"],
        check=True,
        cwd=PROJECT,
        env=environment(embedded.dsn(building), "development"),
    )
    rename = f'alter database "{building}" rename to "{name}"'
    asyncio.run(_run(embedded.dsn("postgres"), rename))


def _fingerprint() -> str:
    """A short hash of everything that decides what the data are."""
    digest = hashlib.sha256()
    for file in [
        *sorted((PROJECT / "app" / "migrations").glob("**/*.py")),
        *sorted((PROJECT / "seeds").glob("**/*.py")),
    ]:
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


async def _databases(dsn: str) -> set[str]:
    connection = await asyncpg.connect(dsn)
    try:
        rows = await connection.fetch("select datname from pg_database")
    finally:
        await connection.close()
    return {row["datname"] for row in rows}


async def _run(dsn: str, statement: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
