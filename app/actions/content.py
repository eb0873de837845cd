"""What is done with posts and comments."""

import secrets
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from app.context import Context
from app.tables import Post


async def create_post(context: Context, values: Mapping[str, Any]) -> UUID:
    """A draft of the caller's, with `title` and `content`; returns its key."""
    async with context.change("post.create") as change:
        row = await change.create(
            Post, {**values, "author": context.viewer.values["user"], "slug": secrets.token_hex(8)}
        )
    key: UUID = row["id"]
    return key
