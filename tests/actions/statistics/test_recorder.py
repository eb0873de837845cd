"""Slow statements are recorded in the background, whatever happens to the request or the record."""

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from app.actions.statistics import SlowStatementRecorder, slowest_recorded
from app.actions.statistics.recorder import MOST_COLLECTED, fingerprint
from app.database import SeedbedEngine, operation_name

LOGGER = "app.actions.statistics.recorder"
ROWS = "select * from operations.slow_statements order by sql, operation"


@pytest.fixture
async def watched(committed: SeedbedEngine) -> AsyncIterator[SeedbedEngine]:
    """An engine of its own, to which every statement is slow."""
    settings: Any = replace(committed.settings, slow_query_ms=0.0, pool_max_size=2)
    engine = SeedbedEngine(settings)
    await engine.start_connection_pool()
    yield engine
    await engine.close_connection_pool()


async def test_slow_statements_are_summed_up_by_operation(
    committed: SeedbedEngine, watched: SeedbedEngine
) -> None:
    recorder = SlowStatementRecorder(watched, interval=3600)
    recorder.start()
    try:
        for name, sql in (("Posts", "select 1"), ("Posts", "select  1"), ("Users", "select 1")):
            operation_name.set(name)
            await watched.fetch(sql)
        operation_name.set(None)
        await watched.fetch("select 2")
        await recorder.flush()
        operation_name.set("Posts")
        await watched.fetch("select 1")
    finally:
        operation_name.set(None)
        await recorder.stop()
    rows = await committed.fetch(ROWS)
    assert [(row["sql"], row["operation"], row["calls"]) for row in rows] == [
        ("select 1", "Posts", 3),
        ("select 1", "Users", 1),
        ("select 2", "", 1),
    ]
    assert all(0 < row["max_ms"] <= row["total_ms"] for row in rows)
    first, second = await slowest_recorded(committed)
    assert {first.sql, second.sql} == {"select 1", "select 2"}
    summary = first if first.sql == "select 1" else second
    assert (summary.calls, set(summary.operations)) == (4, {"Posts", "Users"})
    assert summary.mean_ms == summary.total_ms / 4


async def test_it_writes_now_and_then_and_at_the_end(
    committed: SeedbedEngine, watched: SeedbedEngine
) -> None:
    recorder = SlowStatementRecorder(watched, interval=0.05)
    recorder.start()
    await watched.fetch("select 1")
    for _ in range(100):
        await asyncio.sleep(0.05)
        if await committed.fetch(ROWS):
            break
    assert [row["sql"] for row in await committed.fetch(ROWS)] == ["select 1"]
    await watched.fetch("select 2")
    await recorder.stop()
    await watched.fetch("select 3")
    assert [row["sql"] for row in await committed.fetch(ROWS)] == ["select 1", "select 2"]


async def test_arguments_are_not_recorded(committed: SeedbedEngine, watched: SeedbedEngine) -> None:
    recorder = SlowStatementRecorder(watched, interval=3600)
    recorder.start()
    await watched.fetch("select $1::text", "hunter2")
    await recorder.stop()
    assert "hunter2" not in str(await committed.fetch(ROWS))


async def test_a_transaction_that_is_undone_leaves_its_statements_on_record(
    committed: SeedbedEngine, watched: SeedbedEngine
) -> None:
    recorder = SlowStatementRecorder(watched, interval=3600)
    recorder.start()
    async with watched.transaction() as transaction:
        await watched.fetch("select 'inside'")
        await recorder.flush()
        await transaction.rollback()
    await recorder.stop()
    recorded = {row["sql"] for row in await committed.fetch(ROWS)}
    assert {"BEGIN", "select 'inside'", "ROLLBACK"} <= recorded


async def test_the_pool_is_not_needed(committed: SeedbedEngine, watched: SeedbedEngine) -> None:
    recorder = SlowStatementRecorder(watched, interval=3600)
    recorder.note("select 1", 1.5, None)
    taken = [await watched.take() for _ in range(2)]
    await recorder.flush()
    for connection in taken:
        await watched.give_back(connection)
    [row] = await committed.fetch(ROWS)
    assert (row["total_ms"], row["max_ms"]) == (1500.0, 1500.0)


async def test_what_cannot_be_written_is_told_once_and_written_later(
    committed: SeedbedEngine, watched: SeedbedEngine, caplog: pytest.LogCaptureFixture
) -> None:
    recorder = SlowStatementRecorder(watched, interval=3600)
    rename = "alter table operations.{} rename to {}"
    await committed.run_ddl(rename.format("slow_statements", "set_aside"))
    try:
        with caplog.at_level(logging.INFO, LOGGER):
            recorder.note("select 1", 1.0, "Posts")
            await recorder.flush()
            recorder.note("select 1", 3.0, "Posts")
            await recorder.flush()
    finally:
        await committed.run_ddl(rename.format("set_aside", "slow_statements"))
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert caplog.records[0].getMessage().startswith("Slow statements cannot be recorded for now: ")
    await recorder.flush()
    [row] = await committed.fetch(ROWS)
    assert (row["calls"], row["total_ms"], row["max_ms"]) == (2, 4000.0, 3000.0)


async def test_what_is_collected_is_bounded(
    committed: SeedbedEngine, watched: SeedbedEngine, caplog: pytest.LogCaptureFixture
) -> None:
    recorder = SlowStatementRecorder(watched, interval=3600)
    for number in range(MOST_COLLECTED + 3):
        recorder.note(f"select {number}", 1.0, None)
    recorder.note("select 0", 1.0, None)
    with caplog.at_level(logging.INFO, LOGGER):
        await recorder.flush()
    [row] = await committed.fetch(
        "select count(*), sum(calls) as calls from operations.slow_statements"
    )
    assert (row["count"], row["calls"]) == (MOST_COLLECTED, MOST_COLLECTED + 1)
    assert [record.getMessage() for record in caplog.records] == [
        "3 slow statements more were too many to be recorded."
    ]


async def test_what_is_kept_is_bounded(
    committed: SeedbedEngine, watched: SeedbedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.actions.statistics.recorder.MOST_KEPT", 3)
    recorder = SlowStatementRecorder(watched, interval=3600)
    for number in range(5):
        recorder.note(f"select {number}", 1.0, None)
    await recorder.flush()
    kept = [row["sql"] for row in await committed.fetch(ROWS)]
    assert kept == ["select 2", "select 3", "select 4"]


async def test_processes_that_write_the_same_at_once_add_up(
    committed: SeedbedEngine, watched: SeedbedEngine
) -> None:
    recorders = [SlowStatementRecorder(watched, interval=3600) for _ in range(4)]
    for place, recorder in enumerate(recorders):
        numbers = range(40) if place % 2 else reversed(range(40))
        for number in numbers:
            recorder.note(f"select {number}", 1.0, "Posts")
    await asyncio.gather(*(recorder.flush() for recorder in recorders))
    assert {row["calls"] for row in await committed.fetch(ROWS)} == {4}


async def test_long_statements_are_cut(committed: SeedbedEngine, watched: SeedbedEngine) -> None:
    recorder = SlowStatementRecorder(watched, interval=3600)
    recorder.note(f"select '{'x' * 30_000}'", 1.0, "o" * 1_000)
    await recorder.flush()
    [row] = await committed.fetch(ROWS)
    assert (len(row["sql"]), len(row["operation"])) == (20_000, 200)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("select 1", "select\n  1 ", True),
        ("select 1", "select 2", False),
        ("select x in ($1, $2)", "select x in ($1, $2, $3)", True),
        ("SAVEPOINT seedbed_1", "SAVEPOINT seedbed_23", True),
        ("select $1", "select $2", False),
    ],
)
def test_statements_that_differ_only_in_form_are_one(one: str, other: str, same: bool) -> None:
    assert (fingerprint(one) == fingerprint(other)) is same
