"""What is told of tables, indexes, connections and the pool is what PostgreSQL knows."""

from datetime import UTC, datetime, timedelta

import pytest

from app.actions.statistics import (
    QueueDepth,
    connections,
    database_use,
    indexes,
    queue,
    tables,
)
from app.database import SeedbedEngine
from app.database.pool import PoolUse
from app.tables import TABLES, Event, Project
from tests.tables.rows import add


async def test_every_table_is_told_with_its_sizes(committed: SeedbedEngine) -> None:
    await committed.fetch(
        "insert into identity.organizations (name, slug)"
        " select 'Organisation ' || n, 'o-' || n from generate_series(1, 500) n"
    )
    await committed.fetch("delete from identity.organizations where slug like '%7'")
    await committed.run_ddl("vacuum analyze identity.organizations")
    found = {f"{one.schema}.{one.name}": one for one in await tables(committed)}
    assert {f"{table._meta.schema}.{table._meta.tablename}" for table in TABLES} <= found.keys()
    told = found["identity.organizations"]
    sizes = await committed.fetch(
        "select pg_total_relation_size('identity.organizations') as total,"
        " pg_indexes_size('identity.organizations') as indexes"
    )
    assert (told.rows, told.total_bytes, told.index_bytes) == (450, *sizes[0])
    assert told.last_vacuum is not None
    assert told.last_analyze is not None
    assert abs(told.last_vacuum - datetime.now(UTC)) < timedelta(minutes=5)
    order = [one.total_bytes for one in await tables(committed)]
    assert order == sorted(order, reverse=True)


async def test_indexes_are_told_with_their_use(committed: SeedbedEngine) -> None:
    found = {one.name: one for one in await indexes(committed)}
    key, plain = found["organizations_pkey"], found["organizations_name_idx"]
    assert (key.schema, key.table, key.is_unique, key.is_valid) == (
        *("identity", "organizations"),
        *(True, True),
    )
    assert plain.definition.startswith("CREATE INDEX organizations_name_idx ON identity.")
    assert not key.is_unused
    assert plain.is_unused == (plain.scans == 0)
    # A session reports what it did when it is idle, and at once when asked to.
    connection = await committed.get_new_connection()
    try:
        for setting in ("enable_seqscan", "enable_bitmapscan"):
            await connection.execute(f"set {setting} = off")
        await connection.fetch("select * from identity.organizations order by name, id limit 1")
        await connection.execute("select pg_stat_force_next_flush()")
    finally:
        await connection.close()
    after = {one.name: one for one in await indexes(committed)}
    assert after["organizations_name_idx"].scans > plain.scans
    assert not after["organizations_name_idx"].is_unused


async def test_connections_are_told_by_state(engine: SeedbedEngine) -> None:
    connection = await engine.get_new_connection()
    try:
        await connection.execute("set application_name = 'a test of statistics'; begin")
        found = [one for one in await connections(engine) if "a test" in one.application]
        [row] = await engine.fetch("select current_database() as name")
    finally:
        await connection.close()
    assert [(one.database, one.state, one.count) for one in found] == [
        (row["name"], "idle in transaction", 1)
    ]


async def test_the_database_and_the_pool_are_told(engine: SeedbedEngine) -> None:
    use = await database_use(engine)
    assert use.name.startswith("seedbed_test_")
    assert use.bytes > 1_000_000
    assert use.connection_limit == 97
    assert 0 <= (use.table_cache or 0) <= 1
    connection = await engine.take()
    try:
        told = engine.pool_use()
    finally:
        await engine.give_back(connection)
    assert isinstance(told, PoolUse)
    assert (told.in_use, told.waiting, told.limit) == (1, 0, 5)
    assert 1 <= told.open <= 5
    after = engine.pool_use()
    assert after is not None
    assert after.in_use == 0
    assert SeedbedEngine(engine.settings).pool_use() is None


@pytest.mark.usefixtures("database")
async def test_the_queue_is_told(engine: SeedbedEngine) -> None:
    assert await queue(engine) == QueueDepth(due=0, waiting=0, dead=0, oldest=None)
    now = datetime.now(UTC)
    project = await add(engine, Project)
    for values in (
        {"created_at": now - timedelta(hours=5), "next_attempt_at": now - timedelta(minutes=1)},
        {"next_attempt_at": now + timedelta(hours=1)},
        {"delivered_at": now},
        {"dead_at": now},
    ):
        await add(engine, Event, project=project, **values)
    told = await queue(engine)
    assert told == QueueDepth(due=1, waiting=1, dead=1, oldest=now - timedelta(hours=5))
