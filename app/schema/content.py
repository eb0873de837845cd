"""Posts and comments."""

from uuid import UUID

from app.actions import content as actions
from app.bridge import (
    Node,
    aggregates,
    ascending,
    auto,
    descending,
    given,
    input_type,
    listing,
    single,
    to_many,
)
from app.context import Context
from app.policy import USERS
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


@input_type(tables.Post)
class CreatePostInput:
    """A new post."""

    title: auto
    content: auto


@mutations.field(who=USERS, post=tables.Post)
async def create_post(context: Context, input: CreatePostInput) -> UUID:
    """Write a post of your own: a draft, until it is published."""
    return await actions.create_post(context, given(input))
