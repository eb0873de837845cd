"""What people change about themselves: their name, their profile, their password."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from app.context import Context
from app.tables import User, UserProfile


async def update_me(context: Context, values: Mapping[str, Any]) -> UUID:
    """New values of the caller's own row (`name`); returns its key."""
    user = context.viewer.values["user"]
    assert isinstance(user, UUID)
    async with context.change("user.update") as change:
        await change.update(User, user, values)
    return user


async def update_profile(context: Context, values: Mapping[str, Any]) -> UUID:
    """New values of the caller's profile, which is made with the first; returns its key."""
    async with context.change("profile.update") as change:
        row = await change.upsert(
            UserProfile, {**values, "user": context.viewer.values["user"]}, ["user"]
        )
    key: UUID = row["id"]
    return key
