"""Soft deletion: rows that are gone for everybody, and can be brought back.

Their policy says that only rows without `deleted_at` are deleted, and only those with it restored.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from piccolo.table import Table

from app.audit import Change
from app.bridge import Action, NotAllowed, Problem, Refused, Row


async def delete(change: Change, table: type[Table], key: UUID, **values: Any) -> Row:
    """Mark a row as deleted, if the policy lets the caller delete it; returns it.

    `values` are what else the row says of its deletion.
    """
    await change.target(table, key, Action.DELETE)
    return await change.set(table, key, {"deleted_at": datetime.now(UTC), **values})


async def restore(change: Change, table: type[Table], key: UUID, **values: Any) -> None:
    """Bring a deleted row back, if the policy lets the caller restore it.

    `values` are what its columns about the deletion become. What the row
    collides with by now (an email that somebody else has taken) is told as TAKEN.
    """
    try:
        await change.target(table, key, Action.RESTORE)
    except NotAllowed:
        # Whoever may delete it sees it, and that it is not deleted.
        if await change.find(table, key, Action.DELETE) is None:
            raise
        problem = f"this {table.__name__} is not deleted"
        raise Refused(Problem("ILLEGAL_STEP", problem, ("id",))) from None
    try:
        await change.set(table, key, {"deleted_at": None, **values}, path=())
    except Refused as refused:
        raise Refused(*_collisions(refused.problems)) from refused


async def purge(change: Change, table: type[Table], key: UUID) -> None:
    """Delete a row for good, with what hangs on it, if the policy lets the caller do so."""
    await change.target(table, key, Action.PURGE)
    await change.remove(table, key)


def _collisions(problems: Sequence[Problem]) -> Iterator[Problem]:
    """What another row has taken meanwhile: nothing that the input could name differently."""
    for problem in problems:
        name = problem.path[-1] if problem.path else "place"
        said = f"its {name} has been taken meanwhile: whoever has it must give it up first"
        yield Problem("TAKEN", said, ("id",)) if problem.code == "TAKEN" else problem
