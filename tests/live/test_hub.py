"""The hub: one connection listens, comes back by itself, and nobody misses anything."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from app.database import SeedbedEngine
from app.live import Follower, GoingAway, Hub, hub, start
from app.settings import load_settings

LISTENING = """
select pid from pg_stat_activity
where datname = current_database() and query ilike 'listen%' and pid <> pg_backend_pid()
"""


@pytest.fixture
async def live(committed: SeedbedEngine) -> AsyncIterator[Hub]:
    """A hub of this test's own."""
    live = Hub(committed)
    yield live
    await live.stop()


async def _take(follower: Follower) -> list[UUID]:
    batch = await follower.take(20)
    assert batch is not None
    return [change.row for change in batch.changes]


async def _add(engine: SeedbedEngine, key: str = "a") -> UUID:
    row = uuid4()
    await engine.fetch("select operations.add_change('test', $1, $2)", key, row)
    return row


async def _listener(engine: SeedbedEngine, but: int = 0) -> int:
    """The process of PostgreSQL that listens, other than `but`, once there is one."""
    async with asyncio.timeout(20):
        while True:
            for row in await engine.fetch(LISTENING):
                if row["pid"] != but:
                    return int(row["pid"])
            await asyncio.sleep(0.02)


async def test_followers_of_one_feed_are_given_the_same_batch(
    live: Hub, committed: SeedbedEngine
) -> None:
    _, position = await start(committed, None)
    with live.follow("test", "a", position) as one, live.follow("test", "a", position) as two:
        await _listener(committed)
        row = await _add(committed)
        first, second = await one.take(20), await two.take(20)
        assert first is second
        assert first is not None
        assert [change.row for change in first.changes] == [row]
    assert live.followers == 0


async def test_another_feed_hears_nothing(live: Hub, committed: SeedbedEngine) -> None:
    _, position = await start(committed, None)
    with live.follow("test", "a", position) as one, live.follow("test", "b", position) as other:
        await _add(committed)
        await _take(one)
        assert await other.take(0.05) is None


async def test_who_does_not_take_is_given_no_more(live: Hub, committed: SeedbedEngine) -> None:
    _, position = await start(committed, None)
    with live.follow("test", "a", position) as slow, live.follow("test", "a", position) as quick:
        rows = []
        for _ in range(3):
            rows.append(await _add(committed))
            assert await _take(quick) == rows[-1:]
        taken = await _take(slow)
        assert taken == rows[: len(taken)]
        assert len(taken) < 3
        while len(taken) < 3:
            taken += await _take(slow)
        assert taken == rows


async def test_a_listener_that_is_killed_comes_back(live: Hub, committed: SeedbedEngine) -> None:
    _, position = await start(committed, None)
    with live.follow("test", "a", position) as follower:
        first = await _listener(committed)
        await committed.fetch("select pg_terminate_backend($1)", first)
        rows = [await _add(committed)]
        await _listener(committed, but=first)
        rows.append(await _add(committed))
        taken: list[UUID] = []
        while len(taken) < 2:
            taken += await _take(follower)
        assert taken == rows


async def test_one_connection_listens_for_all(live: Hub, committed: SeedbedEngine) -> None:
    _, position = await start(committed, None)
    with contextlib.ExitStack() as all_of_them:
        for number in range(50):
            all_of_them.enter_context(live.follow("test", str(number), position))
        await _listener(committed)
        assert len(await committed.fetch(LISTENING)) == 1


async def test_behind_pgbouncer_changes_are_looked_for(
    committed: SeedbedEngine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(hub, "POLL", 0.05)
    connector = await committed.listening_connector()
    monkeypatch.setattr(connector, "pgbouncer", True)
    live = Hub(committed)
    _, position = await start(committed, None)
    with live.follow("test", "a", position) as follower:
        await asyncio.sleep(0.2)
        assert await committed.fetch(LISTENING) == []
        row = await _add(committed)
        assert await _take(follower) == [row]
    await live.stop()
    assert "SEEDBED_LISTEN_URL" in caplog.text


async def test_changes_are_looked_for_while_the_listening_connection_cannot_be_made(
    committed: SeedbedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "POLL", 0.05)
    settings = replace(committed.settings, listen_url="postgresql://127.0.0.1:1/x")
    engine = SeedbedEngine(settings)
    live = Hub(engine)
    _, position = await start(engine, None)
    with live.follow("test", "a", position) as follower:
        await asyncio.sleep(0.2)
        row = await _add(committed)
        assert await _take(follower) == [row]
    await live.stop()
    await engine.close_connection_pool()


async def test_a_url_of_its_own_is_used_for_listening() -> None:
    settings = load_settings(
        {
            "DATABASE_URL": "postgresql://pooled.example/x?pgbouncer=true",
            "SEEDBED_LISTEN_URL": "postgresql://direct.example/x",
        }
    )
    engine = SeedbedEngine(settings)
    assert (await engine.connector()).pgbouncer
    direct = await engine.listening_connector()
    assert (direct.pgbouncer, direct.url.place) == (False, "direct.example:5432/x")


async def test_a_hub_that_is_closed_sends_everybody_away(
    live: Hub, committed: SeedbedEngine
) -> None:
    _, position = await start(committed, None)
    with live.follow("test", "a", position) as follower:
        live.close()
        with pytest.raises(GoingAway):
            await follower.take(20)
        with pytest.raises(GoingAway), live.follow("test", "a", position):
            pass
