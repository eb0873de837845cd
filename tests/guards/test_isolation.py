"""Tests leave nothing behind: the fixtures of conftest.py keep what they promise."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator

import asyncpg
import pytest

from app.database import SeedbedEngine
from app.tables import AuditLog, University
from seeds.catalog import university
from seeds.operations import audit_log
from tests import databases


@pytest.fixture
async def leaves_nothing(engine: SeedbedEngine) -> AsyncIterator[None]:
    """Asked for before the fixture that it watches, and so torn down after it."""
    yield
    assert await University.count() == 0
    assert await AuditLog.count() == 0


async def _seen_by_others(engine: SeedbedEngine) -> int:
    connection = await engine.get_new_connection()
    try:
        return int(await connection.fetchval("select count(*) from catalog.universities"))
    finally:
        await connection.close()


async def test_a_test_in_a_transaction_is_rolled_back(
    leaves_nothing: None, database: SeedbedEngine
) -> None:
    await university().save()
    assert await University.count() == 1
    assert await _seen_by_others(database) == 0


async def test_a_transaction_under_test_is_a_savepoint(
    leaves_nothing: None, database: SeedbedEngine
) -> None:
    await university().save()

    async def fail() -> None:
        async with database.transaction():
            await university(slug="twice").save()
            await university(slug="twice").save()

    with pytest.raises(asyncpg.UniqueViolationError):
        await fail()
    assert await University.count() == 1


async def test_siblings_may_query_inside_the_transaction(
    leaves_nothing: None, database: SeedbedEngine
) -> None:
    await university().save()
    assert await asyncio.gather(*(University.count() for _ in range(5))) == [1] * 5


async def test_what_is_committed_is_removed_afterwards(
    leaves_nothing: None, committed: SeedbedEngine
) -> None:
    await university().save()
    await audit_log().save()
    assert await _seen_by_others(committed) == 1


async def test_this_process_has_a_database_of_its_own(engine: SeedbedEngine) -> None:
    [row] = await engine.fetch("select current_database() as name")
    assert row["name"] == databases.own()


async def test_what_a_crashed_run_left_is_removed_by_the_next_and_nothing_else(
    engine: SeedbedEngine,
) -> None:
    crashed = f"{databases.CLONE}{2**22 + 1}"  # no process of Linux has such a number
    databases.server().create_database(crashed)
    next_run = "from tests import databases; databases.clone(); databases.release()"
    await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", next_run], check=True, cwd=databases.ROOT
    )
    rows = await engine.fetch("select datname from pg_database")
    names = {row["datname"] for row in rows}
    assert crashed not in names
    assert databases.own() in names


def test_the_settings_are_not_the_developers(engine: SeedbedEngine) -> None:
    assert engine.settings.environment == "test"
    assert not engine.settings.replica_urls
    assert engine.settings.port == 8000
