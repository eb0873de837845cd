"""Delivers events to the agent's address, several projects at a time, one event of each."""

import asyncio
import logging
import random
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta

import httpx

from app.actions import configuration
from app.database import SeedbedEngine
from app.settings import Settings
from app.worker.attempts import Backoff
from app.worker.events import queue
from app.worker.events.queue import LAST_PROJECT, Claimed
from app.worker.events.sending import NotDelivered, make_client, send

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pace:
    """How many deliveries run at once in a process, and how patient they are; times in seconds.

    How long the agent has to answer is in the system's configuration. A claim lasts `margin`
    longer: after that another worker takes over from one that was killed. `grace` is what a
    delivery still has when the worker is told to stop.
    """

    most: int = 10
    margin: float = 15.0
    poll: float = 0.5
    grace: float = 10.0
    backoff: Backoff = field(default_factory=Backoff)


DEFAULT = Pace()


async def deliver_events(engine: SeedbedEngine, stop: asyncio.Event, pace: Pace = DEFAULT) -> None:
    """Deliver what is due until nothing is, or `stop` is set.

    Without the agent's address nothing is tried, and events wait.
    """
    if engine.settings.agent_url is None:
        return
    running: set[asyncio.Task[None]] = set()
    before = LAST_PROJECT
    client: httpx.AsyncClient | None = None
    async with AsyncExitStack() as opened:
        try:
            while not stop.is_set():
                free = pace.most - len(running)
                patience = await configuration.value_of(engine, configuration.AGENT_TIMEOUT_SECONDS)
                lease = timedelta(seconds=patience + pace.margin)
                claimed = await queue.claim(engine, before, free, lease) if free else ()
                if claimed and client is None:
                    # Not before there is something to send: certificates take long to read.
                    client = await opened.enter_async_context(await make_client(pace.most))
                for event in claimed:
                    assert client is not None
                    attempt = _attempt(engine, client, event, patience, pace)
                    running.add(asyncio.create_task(attempt))
                if not claimed and free and before != LAST_PROJECT:
                    before = LAST_PROJECT  # round to the newest project again
                    continue
                if not running:
                    return
                if claimed:
                    before = claimed[-1].project
                if len(claimed) < free and claimed:
                    continue
                running = await _wait(running, pace.poll)
        finally:
            await _end(running, pace.grace)


async def _wait(running: set[asyncio.Task[None]], seconds: float) -> set[asyncio.Task[None]]:
    """Wait for one of them; those that still run. Raises what one that ended has raised."""
    done, rest = await asyncio.wait(running, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    for task in done:
        task.result()
    return rest


async def _end(running: set[asyncio.Task[None]], grace: float) -> None:
    if running:
        _, late = await asyncio.wait(running, timeout=grace)
        for task in late:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def _attempt(
    engine: SeedbedEngine, client: httpx.AsyncClient, event: Claimed, patience: float, pace: Pace
) -> None:
    """One attempt at one event, and its record."""
    settings: Settings = engine.settings
    assert settings.agent_url is not None
    try:
        await send(client, settings.agent_url, settings.agent_secret, event, patience)
    except asyncio.CancelledError:
        await queue.put_back(engine, event)
        raise
    except NotDelivered as error:
        await _record(engine, event, str(error), pace)
    except Exception as error:
        # Recorded like any other failure: unrecorded it would come again and again, and for ever.
        logger.exception("The delivery of event %s met a fault", event.id)
        sentence = f"An unexpected {type(error).__name__}: the worker's log has it."
        await _record(engine, event, sentence, pace)
    else:
        await queue.delivered(engine, event)
        _log(logging.INFO, event, "is delivered")


async def _record(engine: SeedbedEngine, event: Claimed, error: str, pace: Pace) -> None:
    delay = pace.backoff.delay(event.attempts)
    if delay is not None:
        # Projects whose events failed together, because the agent was away, do not come together.
        delay *= random.uniform(0.9, 1.1)  # noqa: S311 - not a secret
        told = f"is tried again in {delay.total_seconds():.1f} seconds: {error}"
        _log(logging.WARNING, event, told)
    else:
        _log(logging.ERROR, event, f"is given up: {error}")
    await queue.failed(engine, event, error, delay)


def _log(level: int, event: Claimed, outcome: str) -> None:
    logger.log(
        level,
        "Event %s (%s, attempt %d) %s",
        *(event.id, event.name, event.attempts, outcome),
        extra={"event_id": str(event.id), "project_id": str(event.project)},
    )
