"""`piccolo db push` brings a database to the models, and only where it may."""

import dataclasses
import io

import pytest
from piccolo.columns import Text, Varchar
from piccolo.conf.apps import AppConfig
from piccolo.table import create_table_class

from app.commands import push
from app.commands.console import CommandError, UsageError
from app.database import SeedbedEngine
from app.database.connections import Connector
from app.piccolo_app import APP_CONFIG
from app.tables import TABLES


@pytest.fixture
def one_more() -> list[AppConfig]:
    """The models have a table that no migration makes."""
    members = {"title": Varchar(length=20), "body": Text(null=True)}
    arguments = {"schema": "content", "tablename": "pushed_notes"}
    table = create_table_class("PushedNote", class_kwargs=arguments, class_members=members)
    return [dataclasses.replace(APP_CONFIG, table_classes=[*TABLES, table])]


async def test_a_table_without_a_migration_is_made(
    one_more: list[AppConfig],
    engine: SeedbedEngine,
    scratch: Connector,
    capsys: pytest.CaptureFixture[str],
) -> None:
    async with engine.elsewhere(scratch):
        assert await push.bring(engine, dry_run=True, configs=one_more) == 0
        told = capsys.readouterr().out
        assert "- The table content.pushed_notes is missing.\n" in told
        assert "\nCREATE TABLE content.pushed_notes (" in told
        [row] = await engine.fetch("select to_regclass('content.pushed_notes') as found")
        assert row["found"] is None
        assert await push.bring(engine, yes=True, configs=one_more) == 0
        await engine.fetch("insert into content.pushed_notes (title) values ('x')")
        assert await push.bring(engine, yes=True, configs=one_more) == 0
        assert len(await engine.fetch("select from content.pushed_notes")) == 1
    assert capsys.readouterr().out.endswith("Nothing to do: the database is what the models say.\n")


async def test_nothing_happens_without_a_yes(
    one_more: list[AppConfig],
    engine: SeedbedEngine,
    scratch: Connector,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    async with engine.elsewhere(scratch):
        with pytest.raises(UsageError, match="add --yes"):
            await push.bring(engine, configs=one_more)
        [row] = await engine.fetch("select to_regclass('content.pushed_notes') as found")
        assert row["found"] is None


async def test_pending_migrations_come_first(engine: SeedbedEngine, scratch: Connector) -> None:
    async with engine.elsewhere(scratch):
        await engine.fetch("delete from migration")
        with pytest.raises(CommandError, match="must be applied first"):
            await push.bring(engine, yes=True)


async def test_production_is_refused(
    engine: SeedbedEngine, scratch: Connector, monkeypatch: pytest.MonkeyPatch
) -> None:
    production = dataclasses.replace(engine.settings, environment="production")
    monkeypatch.setattr(engine, "settings", production)
    async with engine.elsewhere(scratch):
        with pytest.raises(CommandError, match="refused in production"):
            await push.bring(engine, yes=True)
