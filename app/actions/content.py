"""What is done with posts and comments."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from app.actions import deletion
from app.actions.slugs import own_slug
from app.bridge import Problem, Refused
from app.context import Context
from app.tables import Comment, Post


async def create_post(context: Context, values: Mapping[str, Any]) -> UUID:
    """A draft of the caller's with `title` and `content`; returns its key."""
    async with context.change("post.create") as change:
        row = await change.create(
            Post,
            {
                **values,
                "author": context.viewer.values["user"],
                "slug": own_slug(str(values.get("title", "")), "post"),
            },
        )
    key: UUID = row["id"]
    return key


async def update_post(context: Context, key: UUID, values: Mapping[str, Any]) -> UUID:
    """Change `title` and `content`; the slug stays, so that links go on leading there."""
    async with context.change("post.update") as change:
        await change.update(Post, key, values)
    return key


async def publish_post(context: Context, key: UUID) -> UUID:
    """Show a post to everybody, dated now. Refuses one that is published."""
    async with context.change("post.publish") as change:
        if (await change.target(Post, key))["published"]:
            raise Refused(Problem("ILLEGAL_STEP", "this post is published already", ("id",)))
        await change.set(Post, key, {"published": True, "published_at": datetime.now(UTC)})
    return key


async def unpublish_post(context: Context, key: UUID) -> UUID:
    """Make a post a draft again. Refuses one that is a draft."""
    async with context.change("post.unpublish") as change:
        if not (await change.target(Post, key))["published"]:
            raise Refused(Problem("ILLEGAL_STEP", "this post is a draft already", ("id",)))
        await change.set(Post, key, {"published": False, "published_at": None})
    return key


async def delete_post(context: Context, key: UUID) -> UUID:
    """Delete a post so that it can be restored."""
    async with context.change("post.delete") as change:
        await deletion.delete(change, Post, key)
    return key


async def restore_post(context: Context, key: UUID) -> UUID:
    """Bring a post back as it was, as whoever deleted it."""
    async with context.change("post.restore") as change:
        await deletion.restore(change, Post, key)
    return key


async def purge_post(context: Context, key: UUID) -> UUID:
    """Delete a post and its comments for good."""
    async with context.change("post.purge") as change:
        await deletion.purge(change, Post, key)
    return key


async def create_comment(context: Context, values: Mapping[str, Any]) -> UUID:
    """A comment of the caller's, on a `post` that they may read, with its `body`."""
    async with context.change("comment.create") as change:
        row = await change.create(Comment, {**values, "author": context.viewer.values["user"]})
    key: UUID = row["id"]
    return key


async def update_comment(context: Context, key: UUID, values: Mapping[str, Any]) -> UUID:
    """Change the `body`."""
    async with context.change("comment.update") as change:
        await change.update(Comment, key, values)
    return key


async def delete_comment(context: Context, key: UUID) -> UUID:
    """Remove a comment, as its author or the post's, so that it can be restored."""
    async with context.change("comment.delete") as change:
        await deletion.delete(change, Comment, key)
    return key


async def restore_comment(context: Context, key: UUID) -> UUID:
    """Bring a comment back, as whoever removed it."""
    async with context.change("comment.restore") as change:
        await deletion.restore(change, Comment, key)
    return key


async def purge_comment(context: Context, key: UUID) -> UUID:
    """Delete a comment for good."""
    async with context.change("comment.purge") as change:
        await deletion.purge(change, Comment, key)
    return key
