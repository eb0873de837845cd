"""Kinds of jobs for tests, a book in which their handlers write, and waiting for what comes."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import ClassVar

from app.database import SeedbedEngine
from app.jobs import Job, depths
from app.worker import Pace
from app.worker.attempts import Attempt, Backoff

PATIENCE = 60  # seconds; a loaded machine is slow

QUICK = Pace(
    heartbeat=1.0,
    poll=0.2,
    grace=PATIENCE,
    trouble=0.1,
    backoff=Backoff(tries=3, first=timedelta(milliseconds=10), factor=1.0),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Note(Job):
    """A job with a text that may be a secret."""

    kind: ClassVar[str] = "note"

    text: str = ""


@dataclass(slots=True)
class Book:
    """What was done, in order: the text and the attempt of each job that was begun."""

    begun: list[tuple[str, int]] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)

    async def write(self, job: Note, attempt: Attempt) -> None:
        """A handler that does its work at once."""
        self.begun.append((job.text, attempt.number))
        await asyncio.sleep(0)
        self.ended.append(job.text)


async def until(happened: Callable[[], bool]) -> None:
    """Wait for something that will happen."""
    async with asyncio.timeout(PATIENCE):
        while not happened():  # noqa: ASYNC110 - what is waited for sets no event
            await asyncio.sleep(0.01)


async def until_queue_is(engine: SeedbedEngine, wanted: dict[str, int]) -> None:
    """Wait until the queue holds this many jobs in these states, and no others."""
    async with asyncio.timeout(PATIENCE):
        while {one.state: one.jobs for one in await depths(engine)} != wanted:  # noqa: ASYNC110 - likewise
            await asyncio.sleep(0.02)
