"""Events for the agent: how their delivery goes, and those that were given up queued again."""

from uuid import UUID

from strawberry import ID

from app.actions.operations import events as actions
from app.bridge import Node, auto, check_number, descending, listing, row_keys, single
from app.context import Context
from app.policy import ADMINS
from app.schema.registry import mutations, registry
from app.tables import operations as tables


@registry.exposes(tables.Event)
class Event(Node):
    """Something that the agent is told of, once at least and in order within its project.

    It waits while neither `deliveredAt` nor `deadAt` is set. Administrators see it.
    """

    project: auto
    name: auto
    data: auto
    attempts: auto
    next_attempt_at: auto
    delivered_at: auto
    dead_at: auto
    last_error: auto
    created_at: auto
    updated_at: auto


@registry.query
class OperationsQuery:
    """Events."""

    event: auto = single(tables.Event)
    events: auto = listing(
        tables.Event,
        descending(tables.Event.created_at),
        description="Every Event you may read, newest first.",
    )


@mutations.field(who=ADMINS, events=list[tables.Event])
async def requeue_events(context: Context, ids: list[ID]) -> list[UUID]:
    """Deliver events that were given up after all; none of them when one was not given up.

    Each takes its old place, before the events of its project that still wait.
    """
    check_number(ids)
    return await actions.requeue_events(context, row_keys(tables.Event, ids))
