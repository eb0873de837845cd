"""One attempt at a job: what a handler gets, and what it may say about how it went.

AttemptError
├── TryLater    it may work another time
└── GiveUp      it never will
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from app.database import SeedbedEngine
from app.jobs import Job


class AttemptError(Exception):
    """The common ancestor; `str()` is one sentence, which is kept and shown to administrators."""


class TryLater(AttemptError):
    """The attempt failed, and the job is tried again, unless this was the last attempt."""


class GiveUp(AttemptError):
    """The attempt failed, and so will every other: the job is kept as failed."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What a handler is told beside its job; the first attempt has number 1."""

    engine: SeedbedEngine
    job_id: int
    enqueued_at: datetime
    number: int


# A handler takes the dataclass of its kind; the mapping says which.
Handler: TypeAlias = Callable[[Any, Attempt], Awaitable[None]]
Handlers: TypeAlias = Mapping[type[Job], Handler]


@dataclass(frozen=True, slots=True)
class Backoff:
    """How often a job is tried, and how long it waits in between: about four hours in all."""

    tries: int = 10
    first: timedelta = timedelta(seconds=5)
    factor: float = 3.0
    longest: timedelta = timedelta(hours=1)

    def delay(self, number: int) -> timedelta | None:
        """The wait after this attempt, the first being 1; None after the last."""
        if number >= self.tries:
            return None
        # Beyond that, powers outgrow a float, and the longest wait is reached in any case.
        return min(self.first * self.factor ** min(number - 1, 50), self.longest)
