"""`piccolo db truncate` empties every table and keeps the schema, and only where it may."""

import dataclasses
import io
import json

import asyncpg
import pytest

from app.commands import truncate
from app.commands.console import CommandError, UsageError
from app.database import SeedbedEngine
from app.database.catalog import read_catalog
from app.database.connections import Connector
from app.database.migrations import pending_migrations


async def _fill(engine: SeedbedEngine) -> None:
    await engine.fetch("insert into operations.audit_logs (action, resource_type) values ('a','b')")
    await engine.fetch("insert into identity.organizations (name, slug) values ('A', 'a')")


async def test_tables_are_emptied_and_append_only_ones_stay_so(
    engine: SeedbedEngine, scratch: Connector, capsys: pytest.CaptureFixture[str]
) -> None:
    async with engine.elsewhere(scratch):
        before = await read_catalog(engine)
        await _fill(engine)
        assert await truncate.empty(engine, yes=True) == 0
        # What has emptied it is all that the log tells.
        [row] = await engine.fetch('select "user", action, details from operations.audit_logs')
        assert (row["user"], row["action"]) == (None, "database.truncate")
        assert json.loads(row["details"])["by"] == "piccolo db truncate"
        assert await engine.fetch("select from identity.organizations") == []
        assert await pending_migrations(engine) == ()
        assert await read_catalog(engine) == before
        with pytest.raises(asyncpg.PostgresError, match="append-only"):
            await engine.fetch("truncate operations.audit_logs")
    count = sum(kind == "table" for kind, _ in before)
    assert capsys.readouterr().out == f"{count} tables emptied.\n"


async def test_nothing_happens_without_a_yes(
    engine: SeedbedEngine,
    scratch: Connector,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    async with engine.elsewhere(scratch):
        await _fill(engine)
        with pytest.raises(UsageError, match="add --yes"):
            await truncate.empty(engine)
        assert await truncate.empty(engine, dry_run=True) == 0
        assert len(await engine.fetch("select from operations.audit_logs")) == 1
    assert f"  {'operations.audit_logs':40}{1:>10}\n" in capsys.readouterr().out


async def test_production_is_refused(
    engine: SeedbedEngine, scratch: Connector, monkeypatch: pytest.MonkeyPatch
) -> None:
    production = dataclasses.replace(engine.settings, environment="production")
    monkeypatch.setattr(engine, "settings", production)
    async with engine.elsewhere(scratch):
        with pytest.raises(CommandError, match="refused in production"):
            await truncate.empty(engine, yes=True)
