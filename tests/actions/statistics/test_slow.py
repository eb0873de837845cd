"""The slowest statements come from the record, or from the extension where it is."""

import pytest

from app.actions.statistics import StatisticsUnavailable, slowest_of_extension, slowest_recorded
from app.actions.statistics.slow import _OF_EXTENSION, SlowSummary, _summary
from app.database import SeedbedEngine

pytestmark = pytest.mark.usefixtures("database")


async def test_the_longest_total_comes_first(engine: SeedbedEngine) -> None:
    await engine.fetch(
        "insert into operations.slow_statements"
        " (fingerprint, operation, sql, calls, total_ms, max_ms)"
        " values ('a', '', 'select 1', 1, 900, 900), ('b', 'Few', 'select 2', 2, 500, 400),"
        " ('b', 'Many', 'select 2', 5, 700, 300), ('c', '', 'select 3', 1, 100, 100)"
    )
    first, second = await slowest_recorded(engine, limit=2)
    assert (first.sql, first.operations, first.calls) == ("select 2", ("Many", "Few"), 7)
    assert (first.total_ms, first.max_ms) == (1200.0, 400.0)
    assert (second.sql, second.operations) == ("select 1", ())


async def test_a_table_that_is_not_there_is_one_sentence(engine: SeedbedEngine) -> None:
    await engine.run_ddl("drop table operations.slow_statements")
    with pytest.raises(StatisticsUnavailable, match="run `piccolo migrations forwards app`"):
        await slowest_recorded(engine)
    assert await engine.fetch("select 1 as one")


async def test_an_extension_that_is_not_there_is_one_sentence(engine: SeedbedEngine) -> None:
    with pytest.raises(StatisticsUnavailable, match="create extension pg_stat_statements"):
        await slowest_of_extension(engine)


async def test_the_view_of_the_extension_is_read(engine: SeedbedEngine) -> None:
    """The embedded server has no extensions: a table with the columns of its view stands in."""
    await engine.run_ddl(
        "create table public.pg_stat_statements (dbid oid, query text, calls bigint,"
        " total_exec_time float8, max_exec_time float8)"
    )
    await engine.fetch(
        "insert into public.pg_stat_statements select oid, 'select $1', 4, 100, 60 from pg_database"
        " where datname = current_database()"
    )
    await engine.fetch("insert into public.pg_stat_statements values (1, 'elsewhere', 1, 1, 1)")
    rows = await engine.fetch(_OF_EXTENSION.replace("{schema}", "public"), 5)
    assert [_summary(row) for row in rows] == [SlowSummary("select $1", (), 4, 100.0, 60.0, None)]
