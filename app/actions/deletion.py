"""Soft deletion: rows that are gone for everybody, and can be brought back.

Their policy says that only rows without `deleted_at` are deleted, and only those with it restored.
"""

from datetime import UTC, datetime
from uuid import UUID

from piccolo.table import Table

from app.audit import Change
from app.bridge import Action, Row


async def delete(change: Change, table: type[Table], key: UUID) -> Row:
    """Mark a row as deleted, if the policy lets the caller delete it; returns it."""
    await change.target(table, key, Action.DELETE)
    return await change.set(table, key, {"deleted_at": datetime.now(UTC)})


async def restore(change: Change, table: type[Table], key: UUID) -> None:
    """Bring a deleted row back, if the policy lets the caller restore it.

    What it collides with by now (an email that somebody else has taken) is told as TAKEN.
    """
    await change.target(table, key, Action.RESTORE)
    await change.set(table, key, {"deleted_at": None}, path=())


async def purge(change: Change, table: type[Table], key: UUID) -> None:
    """Delete a row for good, with what hangs on it, if the policy lets the caller do so."""
    await change.target(table, key, Action.PURGE)
    await change.remove(table, key)
