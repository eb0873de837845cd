"""Settings: their declared types, what is kept of them, and what a transaction sees."""

import asyncio
import logging

import pytest

from app.actions import configuration
from app.actions.configuration import AUDIT_RETENTION_DAYS, KEYS, REGISTRATION_OPEN, value_of
from app.database import SeedbedEngine, count_statements
from app.live import hub_of
from seeds.operations import system_config
from seeds.upsert import save

CLOSE = "insert into operations.system_configs (key, value) values ('registration.open', 'false')"


@pytest.mark.parametrize("name", KEYS)
def test_a_default_fits_and_a_description_is_a_sentence(name: str) -> None:
    key = KEYS[name]
    assert key.fits(key.default)
    assert key.description.endswith(".")


@pytest.mark.parametrize("value", [1, "true", None, [], {}, 1.0])
def test_what_is_no_boolean(value: object) -> None:
    assert not REGISTRATION_OPEN.fits(value)
    assert REGISTRATION_OPEN.fits(False)


@pytest.mark.parametrize("value", [0, 36_501, -1, True, "30", 30.0, None])
def test_what_is_no_number_of_days(value: object) -> None:
    assert not AUDIT_RETENTION_DAYS.fits(value)
    assert AUDIT_RETENTION_DAYS.fits(36_500)


async def test_a_value_that_does_not_fit_is_not_used_and_told(
    database: SeedbedEngine, caplog: pytest.LogCaptureFixture
) -> None:
    await save(
        system_config(key="registration.open", value="no"),
        system_config(key="what.is_this", value=1),
    )
    with caplog.at_level(logging.WARNING):
        assert await value_of(database, REGISTRATION_OPEN) is True
    assert [record.message for record in caplog.records] == [
        "the setting registration.open must be true or false: its default is used"
    ]


async def test_a_value_is_kept_and_read_anew_when_it_is_old(
    committed: SeedbedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    configuration.forget(committed)
    with count_statements() as counted:
        for _ in range(3):
            assert await value_of(committed, REGISTRATION_OPEN) is True
    assert counted.count == 1
    await committed.fetch(CLOSE)  # as another process does
    assert await value_of(committed, REGISTRATION_OPEN) is True
    monkeypatch.setattr(configuration, "KEPT_FOR", 0.0)
    assert await value_of(committed, REGISTRATION_OPEN) is False
    configuration.forget(committed)


async def _until(engine: SeedbedEngine, wanted: bool) -> None:
    """Wait until registration is known to be open, or closed."""
    async with asyncio.timeout(20):
        while True:
            if await value_of(engine, REGISTRATION_OPEN) is wanted:
                return
            await asyncio.sleep(0.02)


async def test_a_change_by_another_process_is_followed_at_once(
    committed: SeedbedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(configuration, "KEPT_FOR", 3_600.0)
    configuration.follow(committed)
    try:
        for statement, wanted in (
            (CLOSE, False),
            ("update operations.system_configs set value = 'true'", True),
            ("update operations.system_configs set value = 'false'", False),
            ("delete from operations.system_configs", True),
        ):
            await committed.fetch(statement)
            await _until(committed, wanted)
    finally:
        await hub_of(committed).stop()
        configuration.forget(committed)


async def test_what_was_read_before_a_change_was_heard_of_is_not_kept(
    committed: SeedbedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(configuration, "KEPT_FOR", 3_600.0)
    configuration.forget(committed)
    reading = asyncio.create_task(value_of(committed, REGISTRATION_OPEN))
    await asyncio.sleep(0)  # it has begun, and waits for the database
    configuration.forget(committed)
    assert await reading is True
    await committed.fetch(CLOSE)
    assert await value_of(committed, REGISTRATION_OPEN) is False
    configuration.forget(committed)


async def test_what_is_read_in_a_transaction_is_not_kept(committed: SeedbedEngine) -> None:
    configuration.forget(committed)
    async with committed.transaction() as transaction:
        await committed.fetch(CLOSE)
        assert await value_of(committed, REGISTRATION_OPEN) is False
        await transaction.rollback()
    assert await value_of(committed, REGISTRATION_OPEN) is True
    configuration.forget(committed)
