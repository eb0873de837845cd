"""`piccolo db retention`: what it prints, and the ages it goes by."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from app.commands.console import UsageError
from app.commands.retention import work
from app.database import SeedbedEngine
from app.tables import MagicLink
from seeds.operations import audit_log, system_config
from seeds.upsert import save
from tests.tables.rows import add


@pytest.fixture
async def old(database: SeedbedEngine) -> SeedbedEngine:
    """A row of the log that is 60 days old, and a link that expired 10 days ago."""
    now = datetime.now(UTC)
    await audit_log(created_at=now - timedelta(days=60)).save()
    await add(database, MagicLink, expires_at=now - timedelta(days=10))
    return database


async def _deleted(engine: SeedbedEngine, capsys: pytest.CaptureFixture[str], **days: int) -> int:
    assert await work(engine, dict(days), dry_run=True, as_json=True) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["dry_run"] is True
    return sum(told["deleted"].values())


async def test_ages_are_options_before_the_configuration_before_defaults(
    old: SeedbedEngine, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await _deleted(old, capsys) == 0
    assert await _deleted(old, capsys, logins=9) == 1
    await save(system_config(key="audit.retention_days", value=59))
    assert await _deleted(old, capsys) == 1
    assert await _deleted(old, capsys, audit_log=61) == 0


async def test_it_tells_people(old: SeedbedEngine, capsys: pytest.CaptureFixture[str]) -> None:
    days: dict[str, int | None] = {"logins": 5, "events": None}
    assert await work(old, days, dry_run=True) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[0] == (
        "Days to keep: audit log 730, events 30, logins 5, slow statements 90, changes 7; rate"
        " limits until they expire."
    )
    assert told[2].split() == ["table", "would", "go"]
    assert told[8].split() == ["identity.magic_links", "1"]
    assert told[-1] == "1 row would be deleted."
    assert len(await old.fetch("select from identity.magic_links")) == 1
    assert await work(old, days) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[2].split() == ["table", "deleted"]
    assert told[-1] == "1 row deleted."
    assert await old.fetch("select from identity.magic_links") == []


@pytest.mark.parametrize("days", [0, -1, 36_501])
async def test_an_impossible_age_is_refused_before_anything_goes(
    old: SeedbedEngine, days: int
) -> None:
    with pytest.raises(UsageError, match=r"--slow-statements must be a number of days from 1"):
        await work(old, {"slow_statements": days, "logins": 1})
    assert len(await old.fetch("select from identity.magic_links")) == 1
