"""Users and organisations, and what people see of themselves alone: of others, only a name."""

from app.bridge import (
    Action,
    Node,
    ascending,
    auto,
    computed,
    descending,
    listing,
    one_back,
    own,
    single,
    to_many,
)
from app.policy import ADMINS, USERS
from app.schema.identity.scopes import Scope
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
    deleted_at: auto
    created_at: auto
    updated_at: auto
    posts: auto = to_many(
        content.Post.author,
        descending(content.Post.created_at),
        description="What they have written, newest first.",
    )
    profile: auto = one_back(
        tables.UserProfile.user, description="What they tell about themselves; theirs alone."
    )
    sessions: auto = to_many(
        tables.Session.user,
        descending(tables.Session.created_at),
        description="Their logins, newest first, those that have ended as well; theirs alone.",
    )
    devices: auto = to_many(
        tables.Device.user,
        descending(tables.Device.created_at),
        description="What they log in from, newest first; theirs alone.",
    )
    api_keys: auto = to_many(
        tables.ApiKey.user,
        descending(tables.ApiKey.created_at),
        description="Their API keys, newest first, withdrawn ones as well; theirs alone.",
    )


@registry.exposes(tables.Organization)
class Organization(Node):
    """A group of users that owns questionnaires; its members see it."""

    name: auto
    slug: auto
    settings: auto
    created_at: auto
    updated_at: auto
    members: auto = to_many(
        tables.User.organization,
        ascending(tables.User.name),
        description="The users who belong to it.",
    )


@registry.exposes(tables.UserProfile)
class UserProfile(Node):
    """What a user tells about themselves; the user and administrators see it."""

    user: auto
    avatar_url: auto
    phone: auto
    address: auto
    bio: auto
    preferences: auto
    created_at: auto
    updated_at: auto


@registry.exposes(tables.Device)
class Device(Node):
    """A telephone, browser or computer that a user logs in from."""

    user: auto
    device_id: auto
    device_name: auto
    device_type: auto
    last_active_at: auto
    created_at: auto
    updated_at: auto
    sessions: auto = to_many(
        tables.Session.device,
        descending(tables.Session.created_at),
        description="The logins from it, newest first.",
    )


@registry.exposes(tables.Session)
class Session(Node):
    """A login. It ends when it is revoked, or when its last refresh token does."""

    user: auto
    device: auto
    expires_at: auto
    ip_address: auto
    user_agent: auto
    revoked_at: auto
    created_at: auto
    updated_at: auto


@registry.exposes(tables.ApiKey)
class ApiKey(Node):
    """A key with which a program acts as its user; the key itself is shown only once."""

    user: auto
    name: auto
    key_prefix: auto
    last_used_at: auto
    expires_at: auto
    revoked_at: auto
    created_at: auto
    updated_at: auto

    @computed(tables.ApiKey.scopes)
    def scopes(self) -> list[Scope]:
        """What it may be used for."""
        return [Scope(scope) for scope in vars(self)["scopes"]]


@registry.query
class IdentityQuery:
    """Users and organisations."""

    viewer: auto = own(
        tables.User,
        "user",
        USERS,
        description="You; null for whoever is not logged in, and for agents.",
    )
    me: auto = own(tables.User, "user", USERS, description="The same as viewer.")
    user: auto = single(tables.User)
    organization: auto = single(tables.Organization, tables.Organization.slug)
    users: auto = listing(
        tables.User,
        descending(tables.User.created_at),
        who=ADMINS,
        description="For administrators: every user who is not deleted, newest first.",
    )
    deleted_users: auto = listing(
        tables.User,
        descending(tables.User.deleted_at),
        action=Action.RESTORE,
        who=ADMINS,
        description="For administrators: deleted users, the last one first.",
    )
    organizations: auto = listing(
        tables.Organization,
        ascending(tables.Organization.name),
        description="Every organisation you may see.",
    )
