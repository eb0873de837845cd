"""The pool waits for a bounded time, and survives what happens to its connections."""

import asyncio
import os
import signal
from contextvars import Context
from functools import partial
from typing import Any

import asyncpg
import pytest

from app.database.connections import Connector
from app.database.driver import DriverConnection
from app.database.embedded import EmbeddedServer
from app.database.engine import SeedbedEngine
from app.database.errors import DatabaseUnavailable, PoolTimeout
from app.database.pool import ConnectionPool
from app.database.url import parse_database_url
from app.settings import Settings
from tests.database.conftest import MakeEngine
from tests.database.proxy import Proxy


async def test_an_exhausted_pool_says_so_in_time(make_engine: MakeEngine, dsn: str) -> None:
    engine = await make_engine(pool_max_size=2, pool_timeout=0.2)
    held = [await engine.take() for _ in range(2)]
    started = asyncio.get_running_loop().time()
    with pytest.raises(PoolTimeout) as caught:
        await engine.fetch("SELECT 1")
    assert 0.15 < asyncio.get_running_loop().time() - started < 2
    assert str(caught.value) == (
        f"No connection to {parse_database_url(dsn).place} became free within 0.2 seconds, as all 2"
        " are in use: raise SEEDBED_POOL_MAX_SIZE (or connection_limit in DATABASE_URL), or find"
        " the transactions that stay open."
    )
    with pytest.raises(PoolTimeout):
        async with engine.transaction():
            pass
    assert not engine.transaction_exists()
    await engine.give_back(held.pop())
    assert len(await engine.fetch("SELECT 1")) == 1
    await engine.give_back(held.pop())


async def test_the_url_may_limit_the_pool(make_engine: MakeEngine, dsn: str) -> None:
    engine = await make_engine(
        database_url=f"{dsn}&connection_limit=1&pool_timeout=0.1", pool_min_size=3
    )
    held = await engine.take()
    with pytest.raises(PoolTimeout, match=r"within 0\.1 seconds, as all 1 are in use"):
        await engine.take()
    await engine.give_back(held)


async def test_waiting_statements_get_their_turn(make_engine: MakeEngine) -> None:
    engine = await make_engine(pool_max_size=2)
    rows = await asyncio.gather(*(engine.fetch("SELECT $1::int AS n", n) for n in range(50)))
    assert [row[0]["n"] for row in rows] == list(range(50))
    assert engine.pool is not None
    assert engine.pool.size == 2


async def test_a_cancelled_statement_gives_its_connection_back(make_engine: MakeEngine) -> None:
    engine = await make_engine(pool_max_size=1)
    for _ in range(4):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await engine.fetch("SELECT pg_sleep(60)")
        assert len(await engine.fetch("SELECT 1")) == 1


async def test_a_server_that_hangs_holds_nobody_longer_than_the_limits(
    make_engine: MakeEngine, dsn: str, postgres: EmbeddedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.database.pool.RESET_TIMEOUT", 0.8)
    engine = await make_engine(pool_max_size=1, pool_timeout=0.2, connect_timeout=0.3)
    (row,) = await engine.fetch("SELECT pg_backend_pid() AS pid")
    # With the postmaster stopped, too, the request to cancel is not answered, either.
    stopped = [row["pid"], int((postgres.cluster / "postmaster.pid").read_text().split()[0])]
    reading = asyncio.create_task(engine.fetch("SELECT pg_sleep(60)"))
    await asyncio.sleep(0.1)
    try:
        for pid in stopped:
            os.kill(pid, signal.SIGSTOP)
        reading.cancel()
        await asyncio.sleep(0.1)
        async with asyncio.timeout(0.6):
            with pytest.raises(PoolTimeout):
                await engine.take()
        async with asyncio.timeout(2):
            with pytest.raises(asyncio.CancelledError):
                await reading
            with pytest.raises(DatabaseUnavailable):
                await engine.take()
    finally:
        for pid in stopped:
            os.kill(pid, signal.SIGCONT)
    assert len(await engine.fetch("SELECT 1")) == 1


@pytest.mark.parametrize("where", ["primary", "pgbouncer", "replica"])
async def test_a_statement_that_is_cancelled_before_it_is_executed_keeps_no_lock(
    make_engine: MakeEngine, monkeypatch: pytest.MonkeyPatch, dsn: str, where: str
) -> None:
    settings: dict[str, Any] = {"pgbouncer": where == "pgbouncer"}
    if where == "replica":
        settings["replica_urls"] = (dsn,)
    engine = await make_engine(pool_max_size=1, **settings)
    read = partial(engine.fetch, fresh=False)
    [row] = await read("SELECT pg_backend_pid() AS pid")
    prepare = DriverConnection._get_statement  # type: ignore[attr-defined]

    async def prepared_and_cancelled(
        self: DriverConnection, *args: object, **how: object
    ) -> object:
        monkeypatch.undo()
        statement = await prepare(self, *args, **how)
        task = asyncio.current_task()
        assert task is not None
        task.cancel()
        await asyncio.sleep(0)
        return statement

    monkeypatch.setattr(DriverConnection, "_get_statement", prepared_and_cancelled)
    with pytest.raises(asyncio.CancelledError):
        await asyncio.create_task(read("SELECT count(*) FROM pg_description"))
    watching = await engine.get_new_connection()
    held = "SELECT relation::regclass::text FROM pg_locks WHERE pid = $1"
    assert await watching.fetch(held, row["pid"]) == []
    await watching.close()
    [again] = await read("SELECT pg_backend_pid() AS pid")
    assert again["pid"] == row["pid"]


async def test_a_cancelled_wait_takes_nothing(make_engine: MakeEngine) -> None:
    engine = await make_engine(pool_max_size=1)
    held = await engine.take()
    waiting = [asyncio.create_task(engine.fetch("SELECT 1")) for _ in range(5)]
    await asyncio.sleep(0.01)
    for task in waiting[:4]:
        task.cancel()
    await engine.give_back(held)
    results = await asyncio.gather(*waiting, return_exceptions=True)
    assert [isinstance(result, asyncio.CancelledError) for result in results] == [True] * 4 + [
        False
    ]
    assert len(await engine.fetch("SELECT 1")) == 1


async def test_a_transaction_left_open_is_not_handed_on(make_engine: MakeEngine) -> None:
    engine = await make_engine(pool_max_size=1)
    connection = await engine.take()
    pid = connection.get_server_pid()
    await connection.execute("BEGIN")
    await engine.give_back(connection)
    connection = await engine.take()
    assert not connection.is_in_transaction()
    assert connection.get_server_pid() != pid, "it was cut: who knows what else was left"
    await engine.give_back(connection)


@pytest.mark.parametrize(
    ("clean", "pgbouncer", "expected"),
    [(False, False, ""), (True, False, "kept"), (False, True, "kept")],
)
async def test_a_session_is_reset_unless_it_is_clean_or_behind_pgbouncer(
    dsn: str, clean: bool, pgbouncer: bool, expected: str
) -> None:
    settings = Settings(database_url=dsn, pool_max_size=1, pgbouncer=pgbouncer)
    pool = ConnectionPool(Connector(parse_database_url(dsn), settings), settings)
    await pool.open()
    connection = await pool.take()
    await connection.execute("SELECT set_config('seedbed.test', 'kept', false)")
    await pool.give_back(connection, clean=clean)
    connection = await pool.take()
    assert await connection.fetchval("SELECT current_setting('seedbed.test', true)") == expected
    await pool.give_back(connection)
    connection = await pool.take()
    after = await connection.fetchval("SELECT current_setting('seedbed.test', true)")
    assert after == (expected if pgbouncer else ""), "clean once is not clean for ever"
    await pool.give_back(connection)
    await pool.close()


@pytest.mark.parametrize(
    "trace",
    [
        "SELECT set_config('seedbed.test', 'left', false)",
        "SET seedbed.test = 'left'",
        "SELECT 1 FROM (SELECT set_config('seedbed.test', 'left', false)) AS x(y)",
        "SELECT (SELECT pg_catalog.set_config('seedbed.test', 'left', false))",
        """SELECT "set_config"('seedbed.test', 'left', false)""",
        "SELECT /* x */ set_config ('seedbed.test', 'left', false)",
        "WITH a AS (SELECT set_config('seedbed.test', 'left', false) AS b) SELECT b FROM a",
    ],
)
async def test_what_a_statement_leaves_in_a_session_never_reaches_the_next(
    make_engine: MakeEngine, trace: str
) -> None:
    engine = await make_engine(pool_max_size=1)
    await engine.fetch(trace)
    (row,) = await engine.fetch("SELECT current_setting('seedbed.test', true) AS left")
    assert row["left"] in {None, ""}


async def test_advisory_locks_do_not_stay(make_engine: MakeEngine) -> None:
    engine, other = await make_engine(pool_max_size=1), await make_engine(pool_max_size=1)
    await engine.fetch("SELECT pg_advisory_lock(77)")
    (row,) = await other.fetch("SELECT pg_try_advisory_lock(77) AS free")
    assert row["free"]


async def test_two_that_start_the_pool_at_once_make_one(make_engine: MakeEngine) -> None:
    engine = await make_engine(started=False, pool_min_size=2)
    await asyncio.gather(*(engine.start_connection_pool() for _ in range(3)))
    query = "SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database()"
    assert (await engine.fetch(query))[0]["n"] == 2
    await asyncio.gather(engine.close_connection_pool(), engine.start_connection_pool())
    assert engine.pool is not None, "started again after it was closed"
    assert len(await engine.fetch("SELECT 1")) == 1


async def test_without_a_time_limit_is_the_task_that_asked_for_it_and_no_other(
    make_engine: MakeEngine,
) -> None:
    engine = await make_engine(statement_timeout=0.3)
    limit = "SELECT current_setting('statement_timeout') AS value"
    other = asyncio.create_task(_in_a_while(engine, limit))
    async with engine.no_time_limit():
        assert (await engine.fetch("SELECT pg_sleep(0.5), 1 AS n"))[0]["n"] == 1
        assert (await engine.fetch(limit))[0]["value"] == "0"
        assert await other == "300ms"
        pools = asyncio.create_task(_in_a_while(engine, limit), context=Context())
        assert await pools == "300ms"
    assert (await engine.fetch(limit))[0]["value"] == "300ms"
    connection = await engine.get_new_connection()
    assert await connection.fetchval(limit) == "300ms"
    await connection.close()


async def _in_a_while(engine: SeedbedEngine, sql: str) -> str:
    await asyncio.sleep(0.05)
    return str((await engine.fetch(sql))[0]["value"])


async def test_closing_waits_for_what_is_in_use(make_engine: MakeEngine) -> None:
    engine = await make_engine()
    running = asyncio.create_task(engine.fetch("SELECT pg_sleep(0.2), 1 AS n"))
    await asyncio.sleep(0.05)
    closing = asyncio.create_task(engine.close_connection_pool())
    await asyncio.sleep(0.01)
    with pytest.raises(DatabaseUnavailable, match="are being closed"):
        await engine.fetch("SELECT 1")
    await closing
    assert (await running)[0]["n"] == 1
    assert len(await engine.fetch("SELECT 1")) == 1, "on a connection of its own"
    await engine.start_connection_pool()
    await engine.start_connection_pool()
    assert len(await engine.fetch("SELECT 1")) == 1


async def test_closing_cuts_what_never_ends(
    make_engine: MakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.database.pool.CLOSE_TIMEOUT", 0.1)
    engine = await make_engine()
    running = asyncio.create_task(engine.fetch("SELECT pg_sleep(60)"))
    await asyncio.sleep(0.05)
    await engine.close_connection_pool()
    with pytest.raises(DatabaseUnavailable):
        await running


async def test_a_host_that_stalls_is_given_up(make_engine: MakeEngine, dsn: str) -> None:
    async with Proxy(dsn) as proxy:
        proxy.stalled = True
        engine = await make_engine(
            started=False,
            database_url=proxy.url("test_pool", "sslmode=disable"),
            connect_timeout=0.2,
        )
        started = asyncio.get_running_loop().time()
        with pytest.raises(DatabaseUnavailable) as caught:
            await engine.start_connection_pool()
        assert asyncio.get_running_loop().time() - started < 2
    assert str(caught.value) == (
        f"PostgreSQL at 127.0.0.1:{proxy.port} did not answer within 0.2 seconds (connect_timeout)."
    )


async def test_piccolos_own_loop_uses_a_connection_of_its_own(engine: SeedbedEngine) -> None:
    def elsewhere() -> list[asyncpg.Record]:
        return asyncio.run(engine.fetch("SELECT 1 AS n"))

    assert (await asyncio.to_thread(elsewhere))[0]["n"] == 1
    assert len(await engine.fetch("SELECT 1")) == 1


async def test_what_is_old_or_unneeded_is_replaced(
    make_engine: MakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.database.pool.SWEEP", 0.02)
    monkeypatch.setattr("app.database.pool.IDLE", 0.1)
    engine = await make_engine(pool_min_size=1)
    assert engine.pool is not None
    held = [await engine.take() for _ in range(3)]
    for connection in held:
        await engine.give_back(connection)
    assert engine.pool.size == 3
    await asyncio.sleep(0.3)
    assert engine.pool.size == 1, "what is not needed is closed"
    assert held[1].is_closed()
    monkeypatch.setattr("app.database.pool.LIFETIME", 0.0)
    short = await make_engine(pool_max_size=1)
    (before,) = await short.fetch("SELECT pg_backend_pid() AS pid")
    (after,) = await short.fetch("SELECT pg_backend_pid() AS pid")
    assert before["pid"] != after["pid"], "what is too old is replaced"


async def test_who_is_served_and_cancelled_at_once_lets_the_next_one_in(
    make_engine: MakeEngine,
) -> None:
    engine = await make_engine(pool_max_size=1)
    held = await engine.take()
    first, second = (asyncio.create_task(engine.take()) for _ in range(2))
    await asyncio.sleep(0.01)
    await engine.give_back(held, clean=True)  # the first one's now, which has not woken up yet
    first.cancel()
    connection = await second
    assert first.cancelled()
    await engine.give_back(connection)
    assert len(await engine.fetch("SELECT 1")) == 1


async def test_who_cannot_connect_lets_the_next_one_try(make_engine: MakeEngine, dsn: str) -> None:
    async with Proxy(dsn) as proxy:
        engine = await make_engine(
            database_url=proxy.url("test_pool", "sslmode=disable"),
            pool_max_size=1,
            pool_min_size=0,
            connect_timeout=0.2,
        )
        proxy.stalled = True
        taking = [asyncio.create_task(engine.take()) for _ in range(3)]
        for task in taking:
            with pytest.raises(DatabaseUnavailable):
                await task
        proxy.stalled = False
        assert len(await engine.fetch("SELECT 1")) == 1
