"""`piccolo db drift` says where something was only renamed, and what mending cannot do."""

import pytest

from app.commands import drift
from app.commands.differences import compare, renamings
from app.database import SeedbedEngine
from app.database.catalog import Catalog, read_catalog
from app.database.connections import Connector


@pytest.fixture(scope="module")
async def wanted(engine: SeedbedEngine) -> Catalog:
    """What the migrations make: this process's database, which no test alters."""
    return await read_catalog(engine)


async def _run(connector: Connector, script: str) -> None:
    connection = await connector.connect()
    try:
        await connection.execute(script)
    finally:
        await connection.close()


@pytest.mark.parametrize(
    ("planted", "back"),
    [
        (
            "alter table catalog.courses rename column name to title",
            ["ALTER TABLE catalog.courses RENAME COLUMN title TO name"],
        ),
        (
            'alter table content.posts rename to "Articles"',
            ['ALTER TABLE content."Articles" RENAME TO posts'],
        ),
        (
            "alter table content.posts set schema public; alter table public.posts rename to p",
            [
                "ALTER TABLE public.p SET SCHEMA content",
                "ALTER TABLE content.p RENAME TO posts",
            ],
        ),
        (
            (
                "alter table catalog.universities add column other text, drop column website,"
                " add column motto text"
            ),
            [],
        ),
    ],
)
async def test_what_was_only_renamed_gets_its_name_back(
    engine: SeedbedEngine, scratch: Connector, wanted: Catalog, planted: str, back: list[str]
) -> None:
    await _run(scratch, planted)
    async with engine.elsewhere(scratch):
        assert renamings(compare(await read_catalog(engine), wanted)) == back
        for statement in back:
            await engine.fetch(statement)
        assert not back or compare(await read_catalog(engine), wanted) == []


async def test_a_column_that_needs_values_is_told(
    engine: SeedbedEngine, scratch: Connector, capsys: pytest.CaptureFixture[str]
) -> None:
    await _run(scratch, "alter table catalog.courses rename column name to title")
    async with engine.elsewhere(scratch):
        assert await drift.report(engine) == 1
    told = capsys.readouterr().out
    assert (
        "- The column catalog.courses.name is missing. It has no default: mending it fails while"
        " the table holds rows.\n"
    ) in told
    assert "compare again:\n\nALTER TABLE catalog.courses RENAME COLUMN title TO name;\n" in told
