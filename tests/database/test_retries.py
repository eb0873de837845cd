"""Reads are repeated when the server restarted; nothing else is, and not for ever."""

import asyncio
import time

import asyncpg
import pytest

from app.database.embedded import EmbeddedServer
from app.database.engine import SeedbedEngine
from app.database.errors import DatabaseUnavailable
from app.database.statements import count_statements
from app.settings import Settings
from tests.database.conftest import MakeEngine
from tests.database.proxy import Proxy

DATABASE = "test_retries"
KILL_OTHERS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    f" WHERE datname = '{DATABASE}' AND pid <> pg_backend_pid()"
)
SLOW_READ = "SELECT count(*) AS n FROM generate_series(1, 6000000)"


async def _terminate(engine: SeedbedEngine) -> int:
    """End every other connection to the database; how many there were."""
    connection = await engine.get_new_connection()
    killed = await connection.fetch(KILL_OTHERS)
    await connection.close()
    return len(killed)


async def _warm(engine: SeedbedEngine) -> None:
    connections = await asyncio.gather(*(engine.take() for _ in range(4)))
    await asyncio.gather(*(engine.give_back(connection) for connection in connections))


async def test_reads_survive_the_end_of_idle_connections(engine: SeedbedEngine) -> None:
    await _warm(engine)
    assert await _terminate(engine) == 4
    with count_statements() as counted:
        rows = await asyncio.gather(*(engine.fetch("SELECT $1::int AS n", n) for n in range(8)))
    assert [row[0]["n"] for row in rows] == list(range(8))
    assert counted.count == 8


async def test_reads_survive_the_end_of_their_connection(engine: SeedbedEngine) -> None:
    reads = [asyncio.create_task(engine.fetch(SLOW_READ)) for _ in range(3)]
    await asyncio.sleep(0.1)
    assert await _terminate(engine) == 3
    assert [(await read)[0]["n"] for read in reads] == [6_000_000] * 3


async def test_reads_survive_a_restart_of_the_server(
    engine: SeedbedEngine, postgres: EmbeddedServer
) -> None:
    await _warm(engine)

    async def restart() -> None:
        await asyncio.to_thread(postgres.stop)
        await asyncio.to_thread(postgres.start)

    restarting = asyncio.create_task(restart())
    answers = 0
    while not restarting.done():
        rows = await asyncio.gather(*(engine.fetch("SELECT 1 AS n") for _ in range(5)))
        answers += sum(row[0]["n"] for row in rows)
    await restarting
    assert answers > 0
    assert (await engine.fetch("SELECT 2 AS n"))[0]["n"] == 2


async def test_a_write_is_not_repeated(engine: SeedbedEngine, notes: str) -> None:
    write = f"WITH s AS ({SLOW_READ}) INSERT INTO {notes} (id) SELECT n FROM s RETURNING id"
    writing = asyncio.create_task(engine.fetch(write))
    await asyncio.sleep(0.1)
    assert await _terminate(engine) >= 1
    with pytest.raises(DatabaseUnavailable) as caught:
        await writing
    assert "was lost while a statement ran" in str(caught.value)
    assert await engine.fetch(f"SELECT FROM {notes}") == []


async def test_a_read_that_calls_what_may_write_is_not_repeated(engine: SeedbedEngine) -> None:
    await engine.run_ddl("CREATE SEQUENCE calls")
    await engine.run_ddl(
        "CREATE FUNCTION slowly() RETURNS bigint VOLATILE LANGUAGE sql"
        f" AS $$ SELECT nextval('calls'); {SLOW_READ} $$"
    )
    calling = asyncio.create_task(engine.fetch("SELECT slowly()"))
    await asyncio.sleep(0.1)
    assert await _terminate(engine) >= 1
    with pytest.raises(DatabaseUnavailable):
        await calling
    assert (await engine.fetch("SELECT last_value FROM calls"))[0]["last_value"] == 1
    await engine.run_ddl("DROP FUNCTION slowly")
    await engine.run_ddl("DROP SEQUENCE calls")


async def test_nothing_is_repeated_inside_a_transaction(engine: SeedbedEngine) -> None:
    async def read() -> None:
        async with engine.transaction():
            await engine.fetch("SELECT 1")
            await _terminate(engine)
            await engine.fetch("SELECT 1")

    with pytest.raises(DatabaseUnavailable):
        await read()
    assert len(await engine.fetch("SELECT 1")) == 1


async def test_a_server_that_stays_away_is_given_up(
    make_engine: MakeEngine, dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.database.engine.RETRY_DELAYS", (0.05, 0.1))
    async with Proxy(dsn) as proxy:
        engine = await make_engine(database_url=proxy.url(DATABASE))
        await proxy.close()
        started = time.monotonic()
        with pytest.raises(DatabaseUnavailable) as caught:
            await engine.fetch("SELECT 1")
        assert 0.15 <= time.monotonic() - started < 2
        assert str(caught.value).startswith(f"Nothing listens at 127.0.0.1:{proxy.port}")
        await proxy.open()
        assert len(await engine.fetch("SELECT 1")) == 1


async def test_a_read_that_always_ends_its_connection_is_given_up(
    make_engine: MakeEngine, dsn: str
) -> None:
    """A statement that crashes the server must not crash it seven times."""
    async with Proxy(dsn) as proxy:
        proxy.lifetime = 0.2
        engine = await make_engine(database_url=proxy.url(DATABASE), pool_min_size=0)
        await engine.fetch("SELECT 1")
        with pytest.raises(DatabaseUnavailable, match="was lost while a statement ran"):
            await engine.fetch(f"{SLOW_READ} a, generate_series(1, 20) b")
        assert proxy.connections == 4


async def test_a_refused_first_connection_is_not_tried_again() -> None:
    engine = SeedbedEngine(Settings(database_url="postgresql://u@127.0.0.1:1/d"))
    started = time.monotonic()
    with pytest.raises(DatabaseUnavailable):
        await engine.fetch("SELECT 1")
    assert time.monotonic() - started < 1


async def test_an_error_of_the_statement_is_not_repeated(engine: SeedbedEngine) -> None:
    await engine.run_ddl("CREATE SEQUENCE tries")
    with pytest.raises(asyncpg.DivisionByZeroError):
        await engine.fetch("SELECT nextval('tries') / 0")
    assert (await engine.fetch("SELECT last_value FROM tries"))[0]["last_value"] == 1
    await engine.run_ddl("DROP SEQUENCE tries")
