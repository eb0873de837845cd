"""What else changes when a row is changed in the admin, and what keeps it from changing."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from piccolo.table import Table

from app.actions import deletion
from app.actions.identity import end_everything
from app.actions.identity.accounts import checked_email
from app.admin.accounts import AdminUser
from app.audit import Change
from app.bridge import Problem, Refused
from app.bridge.writing import Row
from app.database import SeedbedEngine
from app.tables import University, User
from app.tables.identity import UserStatus

__all__ = ["before_change", "before_create", "before_delete"]


def before_create(table: type[Table], values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a new row, completed."""
    made = {**values, **_verification(table, values)}
    if table is User and isinstance(made.get("email"), str):
        made["email"] = checked_email(made["email"], ())
    return made


async def before_change(
    engine: SeedbedEngine,
    change: Change,
    user: AdminUser,
    table: type[Table],
    present: Row,
    values: Mapping[str, Any],
) -> dict[str, Any]:
    """The new values of a row, completed. What must end with the change ends in its transaction.

    Nobody takes their own rights away.
    """
    if table is User:
        if present["id"] == user.id and (own := sorted({"role", "status"} & set(values))):
            raise Refused(*(Problem("FIXED", "your own is for others", (name,)) for name in own))
        if values.get("status", UserStatus.ACTIVE) is not UserStatus.ACTIVE:
            await _end(engine, change, present)
    return {**values, **_verification(table, values)}


async def before_delete(
    engine: SeedbedEngine, change: Change, user: AdminUser, table: type[Table], present: Row
) -> dict[str, Any]:
    """The values of a row that is marked as deleted; a user's logins end."""
    if table is User:
        if present["id"] == user.id:
            raise Refused(Problem("FIXED", "you cannot delete yourself", ("id",)))
        await _end(engine, change, present)
    return deletion.mark(change, table)


def _verification(table: type[Table], values: Mapping[str, Any]) -> dict[str, Any]:
    """When a university was verified goes with whether it is."""
    if table is not University or "is_verified" not in values:
        return {}
    return {"verified_at": datetime.now(UTC) if values["is_verified"] else None}


async def _end(engine: SeedbedEngine, change: Change, present: Row) -> None:
    key, email = present["id"], present["email"]
    assert isinstance(key, UUID)
    change.details |= await end_everything(engine, key, email)
