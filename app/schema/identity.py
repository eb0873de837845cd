"""Users and organisations: of other people, only what is public."""

from app.bridge import Node, auto, descending, single, to_many
from app.schema.registry import registry
from app.tables import content
from app.tables import identity as tables


@registry.exposes(tables.User)
class User(Node):
    """A person. Everybody sees the name; the rest, only the person and administrators."""

    name: auto
    email: auto
    role: auto
    status: auto
    email_verified: auto
    organization: auto
    university: auto
    last_login_at: auto
    created_at: auto
    updated_at: auto
    posts: auto = to_many(
        content.Post.author,
        descending(content.Post.created_at),
        description="What they have written, newest first.",
    )


@registry.exposes(tables.Organization)
class Organization(Node):
    """A group of users that owns questionnaires; its members see it."""

    name: auto
    slug: auto
    settings: auto
    created_at: auto
    updated_at: auto


@registry.query
class IdentityQuery:
    """Users and organisations."""

    user: auto = single(tables.User)
    organization: auto = single(tables.Organization, tables.Organization.slug)
