"""Events reach the agent in order per project, whatever it answers and however many workers run."""

import asyncio
import dataclasses
import hashlib
import hmac
import ssl
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest

from app.database import SeedbedEngine
from app.tables import Event, Project
from app.worker.attempts import Backoff
from app.worker.events import HEADER, Pace, deliver_events, sign
from seeds import identity, operations, projects
from seeds.upsert import save
from tests.graphql import global_id
from tests.worker.events.receiver import AWAY, BUSY, OK, Receiver, receiver

SECRET = "s" * 40
QUICK = Pace(
    poll=0.02,
    grace=0.05,
    backoff=Backoff(tries=3, first=timedelta(milliseconds=1), factor=1.0),
)


@pytest.fixture
async def agent() -> AsyncIterator[Receiver]:
    """An agent that takes everything."""
    async with receiver() as made:
        yield made


@asynccontextmanager
async def _engine(database: SeedbedEngine, url: str | None) -> AsyncIterator[SeedbedEngine]:
    """An engine of a worker whose agent listens at `url`."""
    settings = dataclasses.replace(database.settings, agent_url=url, agent_secret=SECRET)
    made = SeedbedEngine(settings)
    await made.start_connection_pool()
    yield made
    await made.close_connection_pool()


async def _queue(*prompts: str) -> Project:
    """A project with an event for each of these prompts."""
    owner = identity.user()
    project = projects.project(owner=owner)
    await save(owner, project)
    for prompt in prompts:
        await save(
            operations.event(project=project, data={"project": str(project.id), "prompt": prompt})
        )
    return project


async def _deliver(database: SeedbedEngine, url: str, pace: Pace = QUICK) -> None:
    """Work until nothing waits any more."""
    waiting = Event.exists().where(Event.delivered_at.is_null() & Event.dead_at.is_null())
    async with _engine(database, url) as engine, asyncio.timeout(60):
        while await waiting:
            await deliver_events(engine, asyncio.Event(), pace)
            await asyncio.sleep(0.005)


async def _rows() -> list[dict[str, Any]]:
    return await Event.select().order_by(Event.sequence)


async def test_an_event_is_posted_with_its_signature(
    committed: SeedbedEngine, agent: Receiver
) -> None:
    await _queue("grüße")
    await _deliver(committed, agent.url)
    (event,) = await Event.objects()
    ((line, headers, body),) = agent.raw
    assert line == "POST /events HTTP/1.1"
    assert headers["content-type"] == "application/json"
    assert agent.events[0] == {
        "id": global_id(event),
        "name": "code-agent/run",
        "data": {"project": str(event.project), "prompt": "grüße"},
        "timestamp": event.created_at.isoformat().replace("+00:00", "Z"),
    }
    at, _, digest = headers[HEADER.lower()].removeprefix("t=").partition(",v1=")
    expected = hmac.new(SECRET.encode(), at.encode() + b"." + body, hashlib.sha256).hexdigest()
    assert digest == expected
    assert abs(time.time() - int(at)) < 120
    (row,) = await _rows()
    assert (row["attempts"], row["last_error"], row["dead_at"]) == (1, None, None)
    assert row["delivered_at"] is not None


def test_the_signature_covers_time_and_body() -> None:
    one = sign(SECRET, b"{}", 1)
    assert one != sign(SECRET, b"{}", 2).replace("t=2", "t=1")
    assert one != sign(SECRET, b"[]", 1)
    assert one != sign("t" * 40, b"{}", 1)


async def test_without_an_address_events_wait(committed: SeedbedEngine) -> None:
    await _queue("x")
    async with _engine(committed, None) as engine:
        await deliver_events(engine, asyncio.Event(), QUICK)
    (row,) = await _rows()
    assert (row["attempts"], row["delivered_at"], row["dead_at"]) == (0, None, None)


async def test_certificates_are_read_beside_the_event_loop_when_there_is_something_to_send(
    committed: SeedbedEngine, agent: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_by: list[threading.Thread] = []
    real = ssl.create_default_context

    def read() -> ssl.SSLContext:
        read_by.append(threading.current_thread())
        return real()

    monkeypatch.setattr(ssl, "create_default_context", read)
    async with _engine(committed, agent.url) as engine:
        await deliver_events(engine, asyncio.Event(), QUICK)
        assert read_by == []
        await _queue("x")
        await deliver_events(engine, asyncio.Event(), QUICK)
    assert agent.prompts() == ["x"]
    assert len(read_by) == 1
    assert read_by[0] is not threading.current_thread()


async def test_a_failure_holds_back_its_own_project_alone(
    committed: SeedbedEngine, agent: Receiver
) -> None:
    failing = await _queue("bad", "after")
    fine = await _queue("1", "2", "3")
    failed: list[str] = []

    async def answer(event: dict[str, Any]) -> str:
        if event["data"]["prompt"] == "bad" and len(agent.prompts(str(fine.id))) < 3:
            failed.append(event["id"])
            return BUSY
        return OK

    agent.answer = answer
    patient = dataclasses.replace(
        QUICK, backoff=Backoff(tries=1000, first=timedelta(milliseconds=5), factor=1.0)
    )
    await _deliver(committed, agent.url, patient)
    assert agent.prompts(str(fine.id)) == ["1", "2", "3"]
    assert failed
    assert agent.prompts(str(failing.id)) == ["bad"] * (len(failed) + 1) + ["after"]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (BUSY, "The agent answered with the status 503."),
        (AWAY, "The agent redirects (307): set SEEDBED_AGENT_URL to where it is."),
        (None, "The agent's answer was lost: Server disconnected without sending a response."),
        ("its own words\r\n\r\n", "The agent's answer was lost: illegal status line."),
    ],
    ids=["busy", "redirect", "cut", "no HTTP"],
)
async def test_an_event_that_always_fails_is_given_up_and_the_next_one_comes(
    committed: SeedbedEngine, agent: Receiver, answer: str | None, error: str
) -> None:
    await _queue("bad", "next")

    async def respond(event: dict[str, Any]) -> str | None:
        return answer if event["data"]["prompt"] == "bad" else OK

    agent.answer = respond
    await _deliver(committed, agent.url)
    dead, after = await _rows()
    assert (dead["attempts"], dead["last_error"], dead["delivered_at"]) == (3, error, None)
    assert dead["dead_at"] is not None
    assert (after["attempts"], after["dead_at"]) == (1, None)
    assert agent.prompts() == ["bad", "bad", "bad", "next"]
    assert {line for line, _, _ in agent.raw} == {"POST /events HTTP/1.1"}, "nothing is followed"


async def test_an_agent_that_is_not_there_is_told_of(committed: SeedbedEngine) -> None:
    async with receiver() as gone:
        url = gone.url
    await _queue("x")
    await _deliver(committed, url)
    (row,) = await _rows()
    assert row["dead_at"] is not None
    assert row["last_error"].startswith("The agent cannot be reached: ")


async def test_a_fault_in_a_delivery_is_a_failure_like_others(committed: SeedbedEngine) -> None:
    await _queue("x")
    await _deliver(committed, "http://xn--/")  # what looks names up raises an error of its own
    (row,) = await _rows()
    assert row["dead_at"] is not None
    assert row["last_error"] == "An unexpected IDNAError: the worker's log has it."


async def test_an_agent_that_hangs_is_tried_again(
    committed: SeedbedEngine, agent: Receiver
) -> None:
    hangs = asyncio.Event()
    await _queue("slow", "next")

    async def answer(_event: dict[str, Any]) -> str:
        if len(agent.events) == 1:
            await hangs.wait()
        return OK

    agent.answer = answer
    await save(operations.system_config(key="projects.agent_timeout_seconds", value=1))
    await _deliver(committed, agent.url)
    hangs.set()
    first, _ = await _rows()
    assert first["attempts"] == 2
    assert agent.prompts() == ["slow", "slow", "next"]


async def test_a_worker_that_is_stopped_puts_back_what_it_was_delivering(
    committed: SeedbedEngine, agent: Receiver
) -> None:
    hangs = asyncio.Event()
    await _queue("x")

    async def answer(_event: dict[str, Any]) -> str:
        await hangs.wait()
        return OK

    agent.answer = answer
    stop = asyncio.Event()
    async with _engine(committed, agent.url) as engine:
        task = asyncio.create_task(deliver_events(engine, stop, QUICK))
        await agent.arrived.wait()
        stop.set()
        await task
    hangs.set()
    (row,) = await _rows()
    assert (row["attempts"], row["delivered_at"], row["dead_at"]) == (0, None, None)
    await _deliver(committed, agent.url)
    assert agent.prompts() == ["x", "x"]


async def test_a_claim_that_has_run_out_changes_nothing_any_more(
    committed: SeedbedEngine, agent: Receiver
) -> None:
    await _queue("x")
    late = asyncio.Event()

    async def answer(_event: dict[str, Any]) -> str:
        if len(agent.events) == 1:
            await late.wait()
            return BUSY
        return OK

    agent.answer = answer
    async with _engine(committed, agent.url) as engine:
        first = asyncio.create_task(deliver_events(engine, asyncio.Event(), QUICK))
        await agent.arrived.wait()
        # As when the time of the lease has passed.
        await committed.fetch("update operations.events set next_attempt_at = now()")
        await _deliver(committed, agent.url)
        (before,) = await _rows()
        late.set()
        await first
    assert await _rows() == [before]
    assert (before["attempts"], before["last_error"]) == (2, None)


async def test_several_workers_deliver_each_event_once_and_in_order(
    committed: SeedbedEngine, agent: Receiver
) -> None:
    made = [await _queue(*(f"{n}-{nth}" for nth in range(8))) for n in range(6)]
    await asyncio.gather(*(_deliver(committed, agent.url) for _ in range(3)))
    for n, project in enumerate(made):
        assert agent.prompts(str(project.id)) == [f"{n}-{nth}" for nth in range(8)]
    assert {row["attempts"] for row in await _rows()} == {1}


async def test_more_projects_than_deliveries_at_once(
    committed: SeedbedEngine, agent: Receiver
) -> None:
    for n in range(7):
        await _queue(f"{n}-1", f"{n}-2")
    await _deliver(committed, agent.url, dataclasses.replace(QUICK, most=2))
    assert sorted(agent.prompts()) == sorted(f"{n}-{m}" for n in range(7) for m in (1, 2))
