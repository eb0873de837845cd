"""`piccolo db reset` makes a database anew, and only where it may."""

import dataclasses
import io

import pytest

from app.commands import reset
from app.commands.console import CommandError, UsageError
from app.commands.differences import compare
from app.database import SeedbedEngine
from app.database.catalog import read_catalog
from app.database.connections import Connector


async def _spoil(engine: SeedbedEngine) -> None:
    await engine.fetch("create schema mine")
    await engine.fetch("create table mine.things (id int)")
    await engine.fetch("create table public.others (id int)")
    await engine.fetch("drop table operations.events")
    await engine.fetch("insert into identity.organizations (name, slug) values ('A', 'a')")


async def test_everything_is_made_anew_and_seeded(
    engine: SeedbedEngine, scratch: Connector, capsys: pytest.CaptureFixture[str]
) -> None:
    wanted = await read_catalog(engine)
    async with engine.elsewhere(scratch):
        await _spoil(engine)
        assert await reset.make_anew(engine, yes=True) == 0
        assert compare(await read_catalog(engine), wanted) == []
        rows = await engine.fetch("select from identity.organizations where slug = 'a'")
        assert rows == []
        assert len(await engine.fetch("select from identity.users")) >= 5
        assert await reset.make_anew(engine, yes=True, seed=False) == 0
        assert await engine.fetch("select from identity.users") == []
    count = sum(kind == "table" for kind, _ in wanted) + 1  # two more and one less
    assert capsys.readouterr().out.startswith(f"Dropped {count} tables, applied ")


async def test_nothing_happens_without_a_yes(
    engine: SeedbedEngine,
    scratch: Connector,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    async with engine.elsewhere(scratch):
        before = await read_catalog(engine)
        with pytest.raises(UsageError, match="add --yes"):
            await reset.make_anew(engine)
        assert await reset.make_anew(engine, dry_run=True) == 0
        assert await read_catalog(engine) == before
    assert capsys.readouterr().out.startswith("This would drop ")


async def test_production_is_refused(
    engine: SeedbedEngine, scratch: Connector, monkeypatch: pytest.MonkeyPatch
) -> None:
    production = dataclasses.replace(engine.settings, environment="production")
    monkeypatch.setattr(engine, "settings", production)
    async with engine.elsewhere(scratch):
        with pytest.raises(CommandError, match="refused in production"):
            await reset.make_anew(engine, yes=True)
