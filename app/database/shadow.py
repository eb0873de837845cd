"""A shadow: a database made for a moment by running all migrations, to compare another one with it.

It is made on the same server, so that both are printed by the same PostgreSQL. A role that may not
create databases gets it on an embedded server that is started for it alone. Either is removed
afterwards, whatever happens; what a killed process has left is removed by a later one.
"""

import asyncio
import contextlib
import os
import re
import secrets
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg

from app.database.connections import Connector, quoted
from app.database.embedded import EmbeddedServer
from app.database.engine import SeedbedEngine
from app.database.errors import DatabaseError
from app.database.migrations import migrate
from app.database.url import parse_database_url

PREFIX = "seedbed_shadow_"
_ABANDONED_AFTER = 3600  # seconds: no comparison takes as long


@asynccontextmanager
async def shadow_database(
    engine: SeedbedEngine, tell: Callable[[str], None]
) -> AsyncIterator[Connector]:
    """What leads to a migrated shadow of the engine's database: use `engine.elsewhere` with it.

    `tell` receives a sentence when the shadow is made by a PostgreSQL of another version, which may
    print what is the same in another way. Raises DatabaseError.
    """
    live = await engine.current()
    if live.pgbouncer:
        raise DatabaseError(
            "A shadow cannot be made through PgBouncer: name the server itself in DATABASE_URL."
        )
    async with contextlib.AsyncExitStack() as stack:
        try:
            shadow = await stack.enter_async_context(_beside(engine, live))
        except asyncpg.InsufficientPrivilegeError:
            shadow = await stack.enter_async_context(_embedded(engine))
            await _compare_versions(engine, shadow, tell)
        async with engine.elsewhere(shadow):
            if live.url.schema:
                await engine.fetch(f"CREATE SCHEMA IF NOT EXISTS {quoted(live.url.schema)}")
            await migrate(engine)
        yield shadow


@asynccontextmanager
async def _beside(engine: SeedbedEngine, live: Connector) -> AsyncIterator[Connector]:
    """An empty database of the same server and encoding.

    One connection stays with it, by which others see that it is in use.
    """
    name = f"{PREFIX}{int(time.time())}_{os.getpid()}_{secrets.token_hex(4)}"
    async with engine.no_time_limit():
        await _remove_abandoned(engine)
        [own] = await engine.fetch(
            "SELECT pg_encoding_to_char(encoding) AS encoding, datcollate, datctype"
            " FROM pg_database WHERE datname = current_database()"
        )
        try:
            await engine.fetch(
                f"CREATE DATABASE {quoted(name)} TEMPLATE template0 ENCODING '{own['encoding']}'"
                f" LC_COLLATE {_literal(own['datcollate'])} LC_CTYPE {_literal(own['datctype'])}"
            )
            shadow = live.without_time_limit().to_database(name)
            connection = await shadow.connect()
            try:
                yield shadow
            finally:
                connection.terminate()
        finally:
            await engine.fetch(f"DROP DATABASE IF EXISTS {quoted(name)} WITH (FORCE)")


async def _remove_abandoned(engine: SeedbedEngine) -> None:
    rows = await engine.fetch(
        "SELECT datname FROM pg_database AS d WHERE starts_with(datname, $1) AND NOT EXISTS"
        " (SELECT FROM pg_stat_activity AS a WHERE a.datname = d.datname)",
        PREFIX,
    )
    for row in rows:
        made = re.fullmatch(rf"{PREFIX}(\d+)_\d+_[0-9a-f]+", row["datname"])
        if made and int(made[1]) < time.time() - _ABANDONED_AFTER:
            with contextlib.suppress(asyncpg.PostgresError):  # another process may be at it
                await engine.fetch(f"DROP DATABASE IF EXISTS {quoted(row['datname'])}")


@asynccontextmanager
async def _embedded(engine: SeedbedEngine) -> AsyncIterator[Connector]:
    folder = await asyncio.to_thread(_make_folder)
    server = EmbeddedServer(folder / "data", durable=False)
    try:
        url = parse_database_url(await asyncio.to_thread(server.start), "the shadow's address")
        yield Connector(url, engine.settings, name="the shadow's address")
    finally:
        try:
            server.stop()
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _make_folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="seedbed-shadow-"))
    folder.chmod(0o755)  # root gives the cluster to another user, who must get there
    return folder


async def _compare_versions(
    engine: SeedbedEngine, shadow: Connector, tell: Callable[[str], None]
) -> None:
    theirs = await _major(engine)
    async with engine.elsewhere(shadow):
        ours = await _major(engine)
    if ours != theirs:
        tell(
            f"This role may not create databases, so that PostgreSQL {ours} makes what"
            f" PostgreSQL {theirs} is compared with: some objects may only be printed differently."
            " Let the role create databases (ALTER ROLE ... CREATEDB) for a sure answer."
        )


async def _major(engine: SeedbedEngine) -> int:
    [row] = await engine.fetch("SELECT current_setting('server_version_num')::int / 10000 AS v")
    return int(row["v"])


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
