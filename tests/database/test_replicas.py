"""Reads that need no fresh data go to replicas, and to the primary when there is no healthy one.

The replicas are databases that answer differently, each behind a server that can be closed.
"""

import asyncio
import logging
from collections.abc import AsyncIterator

import asyncpg
import pytest

from app.database.embedded import EmbeddedServer
from app.database.engine import SeedbedEngine
from app.database.statements import count_statements
from tests.database.conftest import MakeEngine
from tests.database.proxy import Proxy

WHO = "SELECT current_database() AS name"
PRIMARY = "test_replicas"


@pytest.fixture(scope="module")
async def replicas(postgres: EmbeddedServer) -> AsyncIterator[list[Proxy]]:
    for name in ("replica_1", "replica_2"):
        postgres.create_database(name)
    proxies = [Proxy(postgres.dsn(name)) for name in ("replica_1", "replica_2")]
    for proxy in proxies:
        await proxy.open()
    yield proxies
    for proxy in proxies:
        await proxy.close()
    for name in ("replica_1", "replica_2"):
        postgres.drop_database(name)


@pytest.fixture
async def engine(make_engine: MakeEngine, replicas: list[Proxy]) -> SeedbedEngine:
    urls = tuple(
        proxy.url(name) for proxy, name in zip(replicas, ("replica_1", "replica_2"), strict=True)
    )
    engine = await make_engine(replica_urls=urls)
    engine.replicas.rest = 0.3
    return engine


async def _who(engine: SeedbedEngine, *, fresh: bool = False) -> str:
    return str((await engine.fetch(WHO, fresh=fresh))[0]["name"])


async def test_replicas_take_turns(engine: SeedbedEngine) -> None:
    assert [await _who(engine) for _ in range(4)] == ["replica_1", "replica_2"] * 2
    assert await _who(engine, fresh=True) == PRIMARY
    assert (await engine.fetch(WHO))[0]["name"] == PRIMARY


async def test_a_read_from_a_replica_is_counted_and_logged(
    engine: SeedbedEngine, caplog: pytest.LogCaptureFixture
) -> None:
    engine.log.log_all = True
    with caplog.at_level(logging.INFO, "app.database.statements"), count_statements() as counted:
        await _who(engine)
    assert counted.statements == [WHO]
    assert [vars(record)["sql"] for record in caplog.records] == [WHO]


async def test_a_transaction_never_leaves_the_primary(engine: SeedbedEngine) -> None:
    async with engine.transaction():
        assert [await _who(engine) for _ in range(3)] == [PRIMARY] * 3
        assert await asyncio.gather(*(_who(engine) for _ in range(3))) == [PRIMARY] * 3


async def test_what_may_write_stays_on_the_primary(engine: SeedbedEngine) -> None:
    await engine.fetch("CREATE TABLE words (word text)", fresh=False)
    rows = await engine.fetch(
        "WITH w AS (INSERT INTO words VALUES ('a') RETURNING word) SELECT word FROM w", fresh=False
    )
    assert rows[0]["word"] == "a"
    assert len(await engine.fetch("SELECT FROM words")) == 1
    await engine.fetch("DROP TABLE words", fresh=False)


async def test_a_replica_is_read_only_even_for_functions(engine: SeedbedEngine) -> None:
    with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
        await engine.fetch("SELECT lo_create(0)", fresh=False)


async def test_an_error_of_the_statement_is_an_error(engine: SeedbedEngine) -> None:
    with pytest.raises(asyncpg.UndefinedTableError):
        await engine.fetch("SELECT FROM nowhere", fresh=False)
    assert sorted([await _who(engine) for _ in range(2)]) == ["replica_1", "replica_2"]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT current_database() AS name FROM later",
        "SELECT current_database() AS name FROM pg_class AS c JOIN earlier ON word = 'a' LIMIT 1",
        "SELECT current_database() AS name, later_function()",
        "SELECT current_database() AS name, NULL::later_kind",
    ],
)
async def test_what_a_replica_does_not_have_yet_is_read_from_the_primary(
    engine: SeedbedEngine, dsn: str, postgres: EmbeddedServer, sql: str
) -> None:
    for name in ("replica_1", "replica_2"):
        replica = await asyncpg.connect(postgres.dsn(name))
        await replica.execute("CREATE TABLE IF NOT EXISTS earlier (id int)")
        await replica.close()
    primary = await asyncpg.connect(dsn)
    await primary.execute(
        "CREATE TABLE later (); INSERT INTO later DEFAULT VALUES;"
        " CREATE TABLE earlier (word text); INSERT INTO earlier VALUES ('a');"
        " CREATE TYPE later_kind AS ENUM ('a');"
        " CREATE FUNCTION later_function() RETURNS int STABLE LANGUAGE sql RETURN 1"
    )
    try:
        assert (await engine.fetch(sql, fresh=False))[0]["name"] == PRIMARY
        assert sorted([await _who(engine) for _ in range(2)]) == ["replica_1", "replica_2"]
    finally:
        await primary.execute(
            "DROP FUNCTION later_function; DROP TYPE later_kind; DROP TABLE later, earlier"
        )
        await primary.close()


async def test_a_dead_replica_is_left_out_for_a_while_and_logged_once(
    engine: SeedbedEngine, replicas: list[Proxy], caplog: pytest.LogCaptureFixture
) -> None:
    assert sorted([await _who(engine) for _ in range(2)]) == ["replica_1", "replica_2"]
    with caplog.at_level(logging.INFO, "app.database.replicas"):
        await replicas[0].close()
        assert [await _who(engine) for _ in range(6)] == ["replica_2"] * 6
        await asyncio.sleep(0.35)  # it is tried again, in vain
        assert [await _who(engine) for _ in range(6)] == ["replica_2"] * 6
        await replicas[1].close()
        assert [await _who(engine) for _ in range(6)] == [PRIMARY] * 6
        assert [record.levelname for record in caplog.records] == ["WARNING"] * 2
        assert (
            caplog.records[0]
            .getMessage()
            .startswith(
                f"The replica at 127.0.0.1:{replicas[0].port}/replica_1 is left out and tried again"
                " every 0.3 seconds: "
            )
        )
        caplog.clear()
        for replica in replicas:
            await replica.open()
        assert await _who(engine) == PRIMARY, "it still rests"
        await asyncio.sleep(0.35)
        assert sorted([await _who(engine) for _ in range(2)]) == ["replica_1", "replica_2"]
        assert [record.getMessage() for record in caplog.records] == [
            f"The replica at 127.0.0.1:{replica.port}/replica_{number} answers again."
            for number, replica in sorted(
                enumerate(replicas, start=1),
                key=lambda item: f"/replica_{item[0]} " not in caplog.records[0].getMessage(),
            )
        ]


async def test_a_replica_lost_in_the_middle_of_a_read_costs_nothing(
    engine: SeedbedEngine, replicas: list[Proxy]
) -> None:
    reads = [
        asyncio.create_task(engine.fetch(f"{WHO}, pg_sleep(0.3)", fresh=False)) for _ in range(2)
    ]
    await asyncio.sleep(0.15)
    await replicas[0].close()
    names = [(await read)[0]["name"] for read in reads]
    assert names[0] in {PRIMARY, "replica_2"}
    assert names[1] in {PRIMARY, "replica_2"}
    await replicas[0].open()


async def test_a_dead_replica_does_not_prevent_the_start(make_engine: MakeEngine) -> None:
    engine = await make_engine(replica_urls=("postgresql://u@127.0.0.1:1/d",))
    assert await _who(engine) == PRIMARY


async def test_without_a_pool_the_primary_answers(
    make_engine: MakeEngine, replicas: list[Proxy]
) -> None:
    engine = await make_engine(started=False, replica_urls=(replicas[0].url("replica_1"),))
    assert await _who(engine) == PRIMARY
