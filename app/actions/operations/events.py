"""What administrators do with events whose delivery was given up."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from app.bridge import Problem, Refused
from app.context import Context
from app.tables import Event


async def requeue_events(context: Context, keys: Sequence[UUID]) -> list[UUID]:
    """Let dead events be delivered again, with all their attempts; returns their keys."""
    again = {"dead_at": None, "attempts": 0, "next_attempt_at": datetime.now(UTC)}
    async with context.change("event.requeue") as change:
        # In one order, so that two who do this at once wait for each other instead of failing.
        for place, key in sorted(enumerate(keys), key=lambda pair: pair[1]):
            path = ("ids", str(place))
            if (await change.target(Event, key, path=path))["dead_at"] is None:
                raise Refused(Problem("ILLEGAL_STEP", "this event was not given up", path))
        await change.update_many(Event, [(key, again) for key in keys], lambda n: ("ids", str(n)))
    return list(keys)
