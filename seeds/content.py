"""Posts, published and not, and what people say about them."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from piccolo.table import Table

from app.tables.content import Comment, Post
from app.tables.identity import User
from seeds import identity
from seeds.ids import EPOCH, moment, number, stable_id
from seeds.texts.posts import POSTS
from seeds.upsert import build

# Builders


def post(*, author: User | UUID, **overrides: Any) -> Post:
    """A published post; with `published=False`, a draft."""
    n = number()
    published = overrides.get("published", True)
    defaults = {
        "author": author,
        "title": f"Post {n}",
        "slug": f"post-{n}",
        "content": f"What there is to say about {n}.",
        "published": published,
        "published_at": EPOCH if published else None,
    }
    return build(Post, defaults, overrides)


def comment(*, post: Post | UUID, author: User | UUID, **overrides: Any) -> Comment:
    """A comment on a post."""
    defaults = {"post": post, "author": author, "body": f"Comment {number()}."}
    return build(Comment, defaults, overrides)


# The seed rows


def post_id(slug: str) -> UUID:
    """The id of a seed post."""
    return stable_id(f"posts/{slug}")


def rows() -> list[Table]:
    """Everything of this domain."""
    found: list[Table] = []
    for nth, text in enumerate(POSTS):
        written = moment(24 + 2 * nth)
        found.append(
            post(
                author=identity.user_id(text.author),
                id=post_id(text.slug),
                title=text.title,
                slug=text.slug,
                content=text.content,
                published=text.published,
                published_at=written + timedelta(hours=2) if text.published else None,
                deleted_at=written + timedelta(days=3) if text.deleted else None,
                removed_by=identity.user_id(text.author) if text.deleted else None,
                created_at=written,
            )
        )
        found += [
            comment(
                post=post_id(text.slug),
                author=identity.user_id(said.author),
                id=stable_id(f"comments/{text.slug}/{place}"),
                body=said.body,
                deleted_at=written + timedelta(days=2) if said.deleted else None,
                removed_by=identity.user_id(text.author) if said.deleted else None,
                created_at=written + timedelta(hours=5 + 7 * place),
            )
            for place, said in enumerate(text.comments)
        ]
    return found
