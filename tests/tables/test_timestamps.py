"""The times of a row: never null, and `updated_at` moves on every change, whoever makes it."""

import pytest
from piccolo.table import Table

from app.database.engine import SeedbedEngine
from app.tables import TABLES, Organization, SystemConfig
from tests.tables.rows import add

TIMES = 'select created_at, updated_at from "identity".organizations where id = $1'
RENAME = "update identity.organizations set name = $2 where id = $1"

pytestmark = pytest.mark.usefixtures("database")


async def test_plain_sql_moves_updated_at_even_within_one_transaction(
    engine: SeedbedEngine,
) -> None:
    key = await add(engine, Organization)
    seen = [(await engine.fetch(TIMES, key))[0]]
    for name in ("One", "Two", "Three"):
        await engine.fetch(RENAME, key, name)
        seen.append((await engine.fetch(TIMES, key))[0])
    updates = [row["updated_at"] for row in seen]
    assert updates == sorted(set(updates))
    assert {row["created_at"] for row in seen} == {seen[0]["created_at"]}


async def test_updated_at_moves_when_the_writer_says_otherwise(engine: SeedbedEngine) -> None:
    key = await add(engine, Organization)
    before = (await engine.fetch(TIMES, key))[0]["updated_at"]
    await engine.fetch(
        "update identity.organizations set updated_at = now() - interval '1 year' where id = $1",
        key,
    )
    assert (await engine.fetch(TIMES, key))[0]["updated_at"] > before


async def test_updated_at_moves_on_a_save_of_a_row_object(engine: SeedbedEngine) -> None:
    row = Organization(name="Before", slug="before")
    await row.save()
    before = (await engine.fetch(TIMES, row.id))[0]["updated_at"]
    row.name = "After"
    await row.save()
    assert (await engine.fetch(TIMES, row.id))[0]["updated_at"] > before


async def test_updated_at_moves_although_the_writers_clock_was_ahead(
    engine: SeedbedEngine,
) -> None:
    rows = await engine.fetch("select now() + interval '1 hour' as later")
    key = await add(engine, Organization, updated_at=rows[0]["later"])
    await engine.fetch(RENAME, key, "Changed")
    assert (await engine.fetch(TIMES, key))[0]["updated_at"] > rows[0]["later"]


async def test_a_row_written_again_as_it_was_keeps_its_time(engine: SeedbedEngine) -> None:
    key = await add(engine, Organization, name="Same")
    before = (await engine.fetch(TIMES, key))[0]
    await engine.fetch(RENAME, key, "Same")
    assert (await engine.fetch(TIMES, key))[0] == before


async def test_a_table_with_another_key_has_the_trigger_too(engine: SeedbedEngine) -> None:
    key = await add(engine, SystemConfig)
    statement = "select updated_at from operations.system_configs where key = $1"
    before = (await engine.fetch(statement, key))[0]["updated_at"]
    await engine.fetch("update operations.system_configs set value = '1' where key = $1", key)
    assert (await engine.fetch(statement, key))[0]["updated_at"] > before


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
async def test_every_column_of_that_name_is_kept_by_the_trigger(
    engine: SeedbedEngine, table: type[Table]
) -> None:
    meta = table._meta
    rows = await engine.fetch(
        "select exists (select from pg_trigger where tgname = 'touch_updated_at'"
        " and tgrelid = $1::text::regclass) as found",
        meta.get_formatted_tablename(),
    )
    named = {column._meta.name for column in meta.columns}
    assert rows[0]["found"] == ("updated_at" in named)
    assert "created_at" in named
