"""The beginning of the application as a server sees it: what forbids it is one sentence."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from app.application import create_app
from app.database import SeedbedEngine
from app.jobs import SendEmail, depths, enqueue
from app.web.lifespan import Lifespan
from seeds import identity
from seeds.identity import DEMO_HASH
from seeds.upsert import save


async def _begin_and_end(engine: SeedbedEngine) -> list[dict[str, Any]]:
    sent: list[Any] = []

    async def receive() -> dict[str, str]:
        return {"type": "lifespan.shutdown" if sent else "lifespan.startup"}

    async def send(message: Any) -> None:
        sent.append(message)

    await Lifespan(engine)(receive, send)
    return sent


@pytest.fixture
def in_production(committed: SeedbedEngine) -> SeedbedEngine:
    """An engine of its own on the same database, as in production."""
    settings: Any = replace(committed.settings, environment="production", secret_key="x" * 40)
    return SeedbedEngine(settings)


async def test_it_begins_and_ends(in_production: SeedbedEngine) -> None:
    await save(identity.user())
    sent = await _begin_and_end(in_production)
    assert [message["type"] for message in sent] == [
        "lifespan.startup.complete",
        "lifespan.shutdown.complete",
    ]
    assert in_production.pool is None


async def test_demo_users_are_not_served_in_production(in_production: SeedbedEngine) -> None:
    await save(identity.user(password_hash=DEMO_HASH))
    (failed,) = await _begin_and_end(in_production)
    assert failed["type"] == "lifespan.startup.failed"
    assert failed["message"].startswith(
        "Demo users, whose password is public, are in this database"
    )
    assert in_production.pool is None


async def test_demo_users_are_served_in_development(in_production: SeedbedEngine) -> None:
    await save(identity.user(password_hash=DEMO_HASH))
    settings: Any = replace(in_production.settings, environment="development")
    sent = await _begin_and_end(SeedbedEngine(settings))
    assert sent[0]["type"] == "lifespan.startup.complete"


async def test_a_database_that_is_away_is_one_sentence(engine: SeedbedEngine) -> None:
    away: Any = replace(engine.settings, database_url="postgresql://u:secret@127.0.0.1:1/x")
    (failed,) = await _begin_and_end(SeedbedEngine(away))
    assert failed["type"] == "lifespan.startup.failed"
    assert "127.0.0.1:1" in failed["message"]
    assert "secret" not in failed["message"]
    assert "\n" not in failed["message"]


async def test_slow_statements_are_on_record_when_it_has_ended(committed: SeedbedEngine) -> None:
    settings: Any = replace(committed.settings, slow_query_ms=0.0)
    engine = SeedbedEngine(settings)
    sent: list[Any] = []

    async def receive() -> dict[str, str]:
        if sent:
            await engine.fetch("select 'while it is served'")
        return {"type": "lifespan"}

    async def send(message: Any) -> None:
        sent.append(message)

    await Lifespan(engine)(receive, send)
    rows = await committed.fetch("select sql, calls from operations.slow_statements")
    assert ("select 'while it is served'", 1) in [tuple(row) for row in rows]
    assert engine.log.on_slow is None


async def test_what_is_beside_runs_as_long_as_the_application(engine: SeedbedEngine) -> None:
    seen: list[str] = []
    sent: list[Any] = []

    @asynccontextmanager
    async def beside() -> AsyncIterator[None]:
        seen.append("begins")
        yield
        seen.append(f"ends, pool open: {own.pool is not None}")

    async def receive() -> dict[str, str]:
        seen.append(f"told {len(sent)}")
        return {"type": "lifespan"}

    async def send(message: Any) -> None:
        sent.append(message)

    own = SeedbedEngine(engine.settings)
    await Lifespan(own, beside)(receive, send)
    assert seen == ["told 0", "begins", "told 1", "ends, pool open: True"]


async def test_production_without_mail_is_said(
    in_production: SeedbedEngine, caplog: pytest.LogCaptureFixture
) -> None:
    await _begin_and_end(in_production)
    assert "No mail is sent" in caplog.text
    assert "SEEDBED_SMTP_URL" in caplog.text


async def test_the_server_runs_jobs_where_its_settings_say_so(committed: SeedbedEngine) -> None:
    await enqueue(committed, SendEmail(template="password-changed", to="ann@seedbed.example"))
    engine = SeedbedEngine(replace(committed.settings, worker=True))
    over = asyncio.Event()
    calls = iter(("startup", "shutdown"))

    async def receive() -> dict[str, str]:
        if next(calls) == "shutdown":
            await over.wait()
        return {"type": "lifespan"}

    async def send(_message: Any) -> None:
        return

    task = asyncio.create_task(create_app(engine)({"type": "lifespan"}, receive, send))
    async with asyncio.timeout(60):
        while await depths(committed):  # noqa: ASYNC110 - nothing tells of a job that is done
            await asyncio.sleep(0.02)
    over.set()
    await task
    assert engine.pool is None
