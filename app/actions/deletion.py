"""Soft deletion: rows that are gone for everybody, and can be brought back.

Their policy says that only rows without `deleted_at` are deleted, and only those with it restored;
rows of a `Removable` table also keep who deleted them.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from piccolo.table import Table

from app.audit import Change
from app.bridge import Action, NotAllowed, Problem, Refused, Row
from app.tables.content import Removable


def mark(change: Change, table: type[Table]) -> dict[str, Any]:
    """The values of a row that the caller deletes."""
    by = {"removed_by": change.viewer.values["user"]} if issubclass(table, Removable) else {}
    return {"deleted_at": datetime.now(UTC), **by}


async def delete(change: Change, table: type[Table], key: UUID) -> Row:
    """Mark a row as deleted, if the policy lets the caller delete it; returns it."""
    await change.target(table, key, Action.DELETE)
    return await change.set(table, key, mark(change, table))


async def restore(change: Change, table: type[Table], key: UUID) -> None:
    """Bring a deleted row back, if the policy lets the caller restore it.

    What it collides with by now (an email that somebody else has taken) is told as TAKEN.
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
        await change.set(table, key, dict.fromkeys(mark(change, table)), path=())
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
