"""Posts and the comments on them."""

from piccolo.columns import Boolean, ForeignKey, OnDelete, Text, Timestamptz, Varchar
from piccolo.constraints import Check

from app.tables import checks
from app.tables.base import AppTable
from app.tables.identity import User

__all__ = ["Comment", "Post", "Removable"]


class Removable:
    """Rows that somebody may delete and restore, but not undo what another one has deleted."""

    deleted_at: Timestamptz = Timestamptz(
        null=True, default=None, help_text="When it was deleted, if so; it can be restored."
    )
    removed_by: ForeignKey[User] = ForeignKey(
        User,
        null=True,
        on_delete=OnDelete.set_null,
        index=True,
        help_text="Who deleted it, if somebody did: they can restore it, and administrators.",
    )


class Post(Removable, AppTable, tablename="posts", schema="content"):
    """An article. Everybody reads published ones; a draft, its author."""

    author: ForeignKey[User] = ForeignKey(
        User, null=False, on_delete=OnDelete.cascade, help_text="Who wrote it."
    )
    title: Varchar = Varchar(length=200, null=False, default=None, help_text="The headline.")
    slug: Varchar = Varchar(
        length=200, null=False, default=None, unique=True, help_text="The title in addresses."
    )
    content: Text = Text(
        null=False,
        default=None,
        help_text="The text, Markdown, not blank, up to 100,000 characters.",
    )
    published: Boolean = Boolean(default=False, help_text="Whether everybody can read it.")
    published_at: Timestamptz = Timestamptz(
        null=True, default=None, help_text="When it was published."
    )

    slug_shape = checks.slug("slug")
    content_length = checks.length("content", 0, 100_000)
    published_at_known = Check('not "published" or "published_at" is not null')


class Comment(Removable, AppTable, tablename="comments", schema="content"):
    """What somebody says about a post."""

    post: ForeignKey[Post] = ForeignKey(
        Post, null=False, on_delete=OnDelete.cascade, help_text="The post it is about."
    )
    author: ForeignKey[User] = ForeignKey(
        User, null=False, on_delete=OnDelete.cascade, index=True, help_text="Who wrote it."
    )
    body: Text = Text(null=False, default=None, help_text="1 to 10,000 characters.")

    body_length = checks.length("body", 1, 10_000)
