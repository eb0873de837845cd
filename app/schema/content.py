"""Posts and comments."""

from uuid import UUID

from strawberry import ID

from app.actions import content as actions
from app.bridge import (
    Action,
    Node,
    aggregates,
    ascending,
    auto,
    descending,
    given,
    input_type,
    listing,
    row_key,
    single,
    to_many,
)
from app.context import Context
from app.policy import ADMINS, USERS
from app.schema.registry import mutations, registry
from app.tables import content as tables


@registry.exposes(tables.Post)
class Post(Node):
    """An article; everybody reads published ones, its author the drafts as well."""

    author: auto
    title: auto
    slug: auto
    content: auto
    published: auto
    published_at: auto
    deleted_at: auto
    created_at: auto
    updated_at: auto
    comments: auto = to_many(
        tables.Comment.post,
        ascending(tables.Comment.created_at),
        description="What has been said about it, oldest first.",
    )


@registry.exposes(tables.Comment)
class Comment(Node):
    """What somebody says about a post."""

    post: auto
    author: auto
    body: auto
    deleted_at: auto
    created_at: auto
    updated_at: auto


@registry.query
class ContentQuery:
    """Posts."""

    post: auto = single(tables.Post, tables.Post.slug)
    posts: auto = listing(
        tables.Post,
        descending(tables.Post.created_at),
        description="Every Post you may read, newest first.",
    )
    posts_aggregate: auto = aggregates(
        tables.Post,
        tables.Post.author,
        tables.Post.published,
        tables.Post.published_at,
        tables.Post.created_at,
    )
    deleted_posts: auto = listing(
        tables.Post,
        descending(tables.Post.deleted_at),
        action=Action.RESTORE,
        description="Deleted posts that you may restore, the last one first.",
    )
    deleted_comments: auto = listing(
        tables.Comment,
        descending(tables.Comment.deleted_at),
        action=Action.RESTORE,
        description="Removed comments that you may restore, the last one first.",
    )


# --- changes --------------------------------------------------------------------------------------


@input_type(tables.Post)
class CreatePostInput:
    """A new post."""

    title: auto
    content: auto


@input_type(tables.Post, partial=True)
class UpdatePostInput:
    """New values of a post; what is left out stays as it is."""

    title: auto
    content: auto


@input_type(tables.Comment)
class CreateCommentInput:
    """A new comment."""

    post: auto
    body: auto


@input_type(tables.Comment, partial=True)
class UpdateCommentInput:
    """New values of a comment."""

    body: auto


@mutations.field(who=USERS, post=tables.Post)
async def create_post(context: Context, input: CreatePostInput) -> UUID:
    """Write a post of your own: a draft, until it is published. Its slug is made from the title."""
    return await actions.create_post(context, given(input))


@mutations.field(who=USERS, post=tables.Post)
async def update_post(context: Context, id: ID, input: UpdatePostInput) -> UUID:
    """Change a post of your own; the slug stays, so that links go on leading there."""
    return await actions.update_post(context, row_key(tables.Post, id), given(input))


@mutations.field(who=USERS, post=tables.Post)
async def publish_post(context: Context, id: ID) -> UUID:
    """Show a post of your own to everybody, dated now."""
    return await actions.publish_post(context, row_key(tables.Post, id))


@mutations.field(who=USERS, post=tables.Post)
async def unpublish_post(context: Context, id: ID) -> UUID:
    """Make a published post of your own a draft again."""
    return await actions.unpublish_post(context, row_key(tables.Post, id))


@mutations.field(who=USERS, deleted_id=ID)
async def delete_post(context: Context, id: ID) -> ID:
    """Delete a post of your own; `restorePost` brings it back."""
    await actions.delete_post(context, row_key(tables.Post, id))
    return id


@mutations.field(who=USERS, post=tables.Post)
async def restore_post(context: Context, id: ID) -> UUID:
    """Bring back a post of your own that you deleted, as it was."""
    return await actions.restore_post(context, row_key(tables.Post, id))


@mutations.field(who=ADMINS, deleted_id=ID)
async def purge_post(context: Context, id: ID) -> ID:
    """Delete a post and its comments for good."""
    await actions.purge_post(context, row_key(tables.Post, id))
    return id


@mutations.field(who=USERS, comment=tables.Comment)
async def create_comment(context: Context, input: CreateCommentInput) -> UUID:
    """Say something about a post that you may read."""
    return await actions.create_comment(context, given(input))


@mutations.field(who=USERS, comment=tables.Comment)
async def update_comment(context: Context, id: ID, input: UpdateCommentInput) -> UUID:
    """Change a comment of your own."""
    return await actions.update_comment(context, row_key(tables.Comment, id), given(input))


@mutations.field(who=USERS, deleted_id=ID)
async def delete_comment(context: Context, id: ID) -> ID:
    """Remove a comment of your own, or one on a post of your own."""
    await actions.delete_comment(context, row_key(tables.Comment, id))
    return id


@mutations.field(who=USERS, comment=tables.Comment)
async def restore_comment(context: Context, id: ID) -> UUID:
    """Bring back a comment that you removed."""
    return await actions.restore_comment(context, row_key(tables.Comment, id))


@mutations.field(who=ADMINS, deleted_id=ID)
async def purge_comment(context: Context, id: ID) -> ID:
    """Delete a comment for good."""
    await actions.purge_comment(context, row_key(tables.Comment, id))
    return id
