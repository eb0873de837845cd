"""Statements are counted, timed and told apart; their arguments are never logged."""

import asyncio
import logging

import asyncpg
import pytest
from piccolo.columns import Integer
from piccolo.querystring import QueryString
from piccolo.table import Table

from app.database.engine import SeedbedEngine
from app.database.statements import (
    called_functions,
    count_statements,
    is_read,
    leaves_no_trace,
    operation_name,
)
from tests.database.conftest import MakeEngine

LOGGER = "app.database.statements"


async def test_statements_of_child_tasks_are_counted(engine: SeedbedEngine) -> None:
    async def child(number: int) -> None:
        await engine.fetch("SELECT $1::int", number)
        await asyncio.create_task(engine.run_ddl("SELECT 2"))

    await engine.fetch("SELECT 'before'")
    with count_statements() as counted:
        await asyncio.gather(*(child(number) for number in range(3)))
        await engine.run_querystring(QueryString("SELECT {}::int", 3))
    await engine.fetch("SELECT 'after'")
    assert counted.count == 7
    assert sorted(counted.statements) == [*["SELECT $1::int"] * 4, *["SELECT 2"] * 3]


async def test_counts_nest_and_do_not_mix(engine: SeedbedEngine) -> None:
    async def other() -> int:
        with count_statements() as counted:
            await engine.fetch("SELECT 1")
            await asyncio.sleep(0.01)
        return counted.count

    with count_statements() as outer:
        await engine.fetch("SELECT 1")
        with count_statements() as inner:
            await engine.fetch("SELECT 2")
        assert sum(await asyncio.gather(other(), other())) == 2
    assert (inner.count, outer.count) == (1, 4)


async def test_what_a_transaction_sends_is_counted_but_not_its_beginning_and_end(
    engine: SeedbedEngine,
) -> None:
    with count_statements() as counted:
        async with engine.transaction() as tx:
            await engine.fetch("SELECT 1")
            async with engine.transaction():
                await tx.fetch("SELECT 2")
                await tx.execute("SELECT 3")
    assert counted.statements == ["SELECT 1", "SELECT 2", "SELECT 3"]


async def test_a_statement_that_fails_is_counted(engine: SeedbedEngine) -> None:
    with count_statements() as counted, pytest.raises(asyncpg.UndefinedTableError):
        await engine.fetch("SELECT FROM nowhere")
    assert counted.statements == ["SELECT FROM nowhere"]


async def test_a_batch_is_one_statement(engine: SeedbedEngine) -> None:
    class Number(Table, tablename="numbers", db=engine):
        id = Integer(primary_key=True)

    await engine.fetch("CREATE TABLE numbers AS SELECT id FROM generate_series(1, 25) id")
    with count_statements() as counted:
        async with await Number.select(Number.id).order_by(Number.id).batch(batch_size=10) as batch:
            sizes = [len(rows) async for rows in batch]
    assert sizes == [10, 10, 5]
    assert counted.count == 1
    for _ in range(6):
        with pytest.raises(KeyError):
            async with await Number.select().batch() as batch:
                raise KeyError
    with pytest.raises(asyncpg.UndefinedColumnError):
        async with await Number.select().where(Number.id == QueryString("x")).batch():
            pass
    connections = await asyncio.gather(*(engine.take() for _ in range(4)))
    await asyncio.gather(*(engine.give_back(connection) for connection in connections))
    await engine.fetch("DROP TABLE numbers")


async def test_a_slow_statement_is_logged_without_its_arguments(
    make_engine: MakeEngine, caplog: pytest.LogCaptureFixture
) -> None:
    engine = await make_engine(slow_query_ms=50.0)
    operation_name.set("Notes")
    sql = "SELECT pg_sleep(0.06), $1::text"
    with caplog.at_level(logging.DEBUG, LOGGER):
        await engine.fetch("SELECT $1::text", "hunter2")
        await engine.fetch(sql, "hunter2")
        async with engine.transaction():
            await engine.fetch(sql, "hunter2")
    operation_name.set(None)
    records = [record for record in caplog.records if record.name == LOGGER]
    assert [record.levelname for record in records] == ["WARNING", "WARNING"]
    assert all(vars(record)["sql"] == sql for record in records)
    assert all(vars(record)["operation"] == "Notes" for record in records)
    assert all(60 <= vars(record)["duration_ms"] < 2000 for record in records)
    assert records[0].getMessage().startswith("Slow statement: ")
    assert records[0].getMessage().endswith(f" ms [Notes]: {sql}")
    assert "hunter2" not in caplog.text


async def test_all_statements_are_logged_when_asked_for(
    make_engine: MakeEngine, caplog: pytest.LogCaptureFixture
) -> None:
    engine = await make_engine(log_statements=True, slow_query_ms=60_000.0)
    with caplog.at_level(logging.INFO, LOGGER):
        async with engine.transaction():
            await engine.fetch("SELECT 1")
            with pytest.raises(asyncpg.UndefinedTableError):
                async with engine.transaction():
                    await engine.fetch("SELECT FROM nowhere")
    records = [record for record in caplog.records if record.name == LOGGER]
    assert [(vars(record)["sql"], vars(record)["failed"]) for record in records] == [
        ("BEGIN", False),
        ("SELECT 1", False),
        ("SAVEPOINT seedbed_1", False),
        ("SELECT FROM nowhere", True),
        ("ROLLBACK TO SAVEPOINT seedbed_1; RELEASE SAVEPOINT seedbed_1", False),
        ("COMMIT", False),
    ]
    assert "failed with UndefinedTableError [no operation]: SELECT FROM nowhere" in caplog.text


async def test_waiting_for_a_connection_does_not_make_a_statement_slow(
    make_engine: MakeEngine, caplog: pytest.LogCaptureFixture
) -> None:
    engine = await make_engine(pool_max_size=1, slow_query_ms=100.0)
    connection = await engine.take()
    with caplog.at_level(logging.INFO, LOGGER):
        waiting = asyncio.create_task(engine.fetch("SELECT 1"))
        await asyncio.sleep(0.15)
        await engine.give_back(connection)
        await waiting
    assert caplog.records == []


async def test_a_long_statement_is_logged_in_part(
    make_engine: MakeEngine, caplog: pytest.LogCaptureFixture
) -> None:
    engine = await make_engine(log_statements=True)
    with caplog.at_level(logging.INFO, LOGGER):
        await engine.fetch(f"SELECT '{'x' * 10_000}'")
    assert len(caplog.records[-1].getMessage()) < 4_200


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT 1", True),
        ("  select * from notes;", True),
        ("(SELECT 1) UNION (SELECT 2)", True),
        ("WITH a AS (SELECT 1) SELECT * FROM a", True),
        ("VALUES (1)", True),
        ("TABLE notes", True),
        ("SHOW server_version", True),
        ("-- insert\nSELECT 1", True),
        ("/* delete */ SELECT 'update', E'it\\'s insert', $$into$$, $a$merge$a$", True),
        ("SELECT \"update\" FROM notes", True),
        ("INSERT INTO notes VALUES (1)", False),
        ("WITH a AS (DELETE FROM notes RETURNING *) SELECT * FROM a", False),
        ("WITH a AS (SELECT 1) INSERT INTO notes SELECT * FROM a", False),
        ("SELECT * INTO copy FROM notes", False),
        ("SELECT * FROM notes FOR UPDATE", False),
        ("SELECT 1; DELETE FROM notes", False),
        ("/* a /* nested */ */ SELECT 1", False),
        ("SELECT /* /* */ ' */ * INTO x FROM y --'", False),
        ("SELECT \"'\" INTO x FROM y --'", False),
        ("SELECT $a1$ ' $a1$ INTO x FROM y --'", False),
        ("EXPLAIN ANALYZE DELETE FROM notes", False),
        ("MERGE INTO notes USING x ON true WHEN MATCHED THEN DELETE", False),
        ("CREATE TABLE x AS SELECT 1", False),
        ("CALL tidy()", False),
        ("", False),
        ("-- SELECT 1", False),
    ],
)  # fmt: skip
def test_reads_are_told_from_what_may_write(sql: str, expected: bool) -> None:
    assert is_read(sql) is expected


def test_the_functions_of_a_statement_are_found() -> None:
    sql = 'SELECT Now(), f (1), pg_catalog.g(2), "H""x"(3), \'i(4)\' /* j(5) */ FROM k'
    assert sorted(called_functions(sql)) == ['H"x', "f", "g", "now"]


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("select 1", True),
        ('select k."id", count(*) from unnest($1::uuid[]) as k("id") group by 1', True),
        ("select to_char(now(), 'YYYY (set_config(1))')", True),
        ("select set_config('a.b', 'c', false)", False),
        ("select pg_advisory_lock(1)", False),
        ("select x from unknown_function(1) as x", False),
        ("select pg_catalog.set_config('a.b', 'c', false)", False),
        ("update a set b = 1", False),
        ("set a.b = 'c'", False),
        ("listen a", False),
    ],
)
def test_what_leaves_a_session_as_it_was(sql: str, expected: bool) -> None:
    assert leaves_no_trace(sql) is expected
