"""What the worker does again and again beside its jobs: one entry in `DUTIES` each.

Every worker process has all duties, so each must bear that another does the same at once.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from app.actions.retention import retain_daily
from app.database import DatabaseError, SeedbedEngine
from app.jobs import prune
from app.worker.events import deliver_events

logger = logging.getLogger(__name__)

# Seconds at most before a duty that failed is done again, unless it always waits longer.
LONGEST_WAIT = 5.0


@dataclass(frozen=True, slots=True)
class Duty:
    """A function that is run, then again `every` so many seconds after it ended.

    One that takes long ends soon after `stop` is set; it is cancelled when it does not.
    """

    name: str
    every: float
    run: Callable[[SeedbedEngine, asyncio.Event], Awaitable[None]]


async def keep(duty: Duty, engine: SeedbedEngine, stop: asyncio.Event) -> None:
    """Do a duty until `stop` is set; one that fails is logged and done again, ever less often."""
    wait = duty.every
    while not stop.is_set():
        try:
            await duty.run(engine, stop)
        except Exception as error:
            if isinstance(error, DatabaseError):
                logger.warning("The duty %r waits: %s", duty.name, error, extra={"duty": duty.name})
            else:
                logger.exception("The duty %r failed", duty.name, extra={"duty": duty.name})
            wait = max(duty.every, min(2 * wait, LONGEST_WAIT))
        else:
            wait = duty.every
        await pause(stop, wait)


async def pause(stop: asyncio.Event, seconds: float) -> None:
    """Wait, but not for longer than until `stop` is set."""
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return


async def _prune(engine: SeedbedEngine, _stop: asyncio.Event) -> None:
    await prune(engine)


async def _retain(engine: SeedbedEngine, _stop: asyncio.Event) -> None:
    await retain_daily(engine)


DUTIES = (
    Duty("deliver events", 0.5, deliver_events),
    Duty("delete old jobs", 3600, _prune),
    Duty("delete old rows", 3600, _retain),
)
