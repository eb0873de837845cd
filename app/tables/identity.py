"""Organisations, users, and what a user is known by: devices, sessions, tokens and keys."""

import enum

from piccolo.columns import (
    JSONB,
    Array,
    Boolean,
    ForeignKey,
    OnDelete,
    Text,
    Timestamptz,
    Varchar,
)
from piccolo.constraints import Check, Unique

from app.tables import checks
from app.tables.base import AppTable
from app.tables.catalog import University

__all__ = [
    "ApiKey",
    "Device",
    "MagicLink",
    "MagicLinkPurpose",
    "Organization",
    "RefreshToken",
    "Scope",
    "Session",
    "User",
    "UserProfile",
    "UserRole",
    "UserStatus",
]


class UserRole(enum.StrEnum):
    """What a user may do."""

    ADMIN = "ADMIN"
    STAFF = "STAFF"
    VENDOR = "VENDOR"
    CUSTOMER = "CUSTOMER"
    USER = "USER"


class UserStatus(enum.StrEnum):
    """Whether a user may do anything at all."""

    PENDING = "PENDING"
    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"


class MagicLinkPurpose(enum.StrEnum):
    """What a link that was sent by email is good for."""

    LOGIN = "LOGIN"
    REGISTER = "REGISTER"
    RESET = "RESET"


class Scope(enum.StrEnum):
    """What an API key may be used for."""

    READ = "read"
    WRITE = "write"
    AGENT = "agent"


class Organization(AppTable, tablename="organizations", schema="identity"):
    """A group of users that owns questionnaires."""

    name: Varchar = Varchar(length=200, null=False, default=None, help_text="The name.")
    slug: Varchar = Varchar(
        length=100, null=False, default=None, unique=True, help_text="The name in addresses."
    )
    settings: JSONB = JSONB(default="{}", help_text="Settings of the organisation, an object.")

    slug_shape = checks.slug("slug")
    settings_shape = checks.object_("settings")


class User(AppTable, tablename="users", schema="identity"):
    """A person with an account. A deleted one keeps its row, and frees its email for another."""

    email: Varchar = Varchar(
        length=254,
        null=False,
        default=None,
        help_text="Unique among users who are not deleted, whatever the case of its letters.",
    )
    password_hash: Varchar = Varchar(
        length=255,
        null=True,
        default=None,
        secret=True,
        help_text="Argon2id; null for people who only use magic links.",
    )
    name: Varchar = Varchar(length=200, null=False, default=None, help_text="The name to show.")
    role: Varchar = Varchar(
        length=20,
        default=UserRole.USER,
        choices=UserRole,
        index=True,
        help_text="What the user may do.",
    )
    status: Varchar = Varchar(
        length=20,
        default=UserStatus.PENDING,
        choices=UserStatus,
        index=True,
        help_text="Suspended users can do nothing.",
    )
    email_verified: Boolean = Boolean(
        default=False, help_text="Whether the user has shown that the email is theirs."
    )
    organization: ForeignKey[Organization] = ForeignKey(
        Organization,
        null=True,
        on_delete=OnDelete.set_null,
        index=True,
        help_text="The organisation the user belongs to.",
    )
    university: ForeignKey[University] = ForeignKey(
        University,
        null=True,
        on_delete=OnDelete.set_null,
        index=True,
        help_text="The university that a member of staff works for.",
    )
    last_login_at: Timestamptz = Timestamptz(
        null=True, default=None, help_text="When the user logged in last."
    )
    deleted_at: Timestamptz = Timestamptz(
        null=True, default=None, index=True, help_text="When the user was deleted, if so."
    )

    email_shape = checks.email("email")
    password_hash_shape = checks.argon2id("password_hash")


class UserProfile(AppTable, tablename="user_profiles", schema="identity"):
    """What a user tells about themselves."""

    user: ForeignKey[User] = ForeignKey(
        User,
        null=False,
        on_delete=OnDelete.cascade,
        unique=True,
        help_text="Whose profile this is; each user has one at most.",
    )
    avatar_url: Varchar = Varchar(
        length=2048, null=True, default=None, help_text="A picture, by its address."
    )
    phone: Varchar = Varchar(length=32, null=True, default=None, help_text="A telephone number.")
    address: Text = Text(null=True, default=None, help_text="A postal address.")
    bio: Text = Text(null=True, default=None, help_text="A few sentences about the user.")
    preferences: JSONB = JSONB(default="{}", help_text="The user's settings, an object.")

    avatar_url_shape = checks.url("avatar_url")
    address_length = checks.length("address", 0, 1_000)
    bio_length = checks.length("bio", 0, 5_000)
    preferences_shape = checks.object_("preferences")


class Device(AppTable, tablename="devices", schema="identity"):
    """A telephone, browser or computer that a user logs in from."""

    user: ForeignKey[User] = ForeignKey(
        User, null=False, on_delete=OnDelete.cascade, help_text="Whose device this is."
    )
    device_id: Varchar = Varchar(
        length=200, null=False, default=None, help_text="What the device calls itself."
    )
    device_name: Varchar = Varchar(
        length=200, null=True, default=None, help_text="A name that the user knows it by."
    )
    device_type: Varchar = Varchar(
        length=50, null=True, default=None, help_text="What kind of device it is."
    )
    last_active_at: Timestamptz = Timestamptz(
        null=True, default=None, help_text="When it was used last."
    )

    one_per_user = Unique([user, device_id])


class Session(AppTable, tablename="sessions", schema="identity"):
    """A login: it ends when it expires or is revoked."""

    user: ForeignKey[User] = ForeignKey(
        User, null=False, on_delete=OnDelete.cascade, index=True, help_text="Who is logged in."
    )
    device: ForeignKey[Device] = ForeignKey(
        Device, null=True, on_delete=OnDelete.cascade, index=True, help_text="From which device."
    )
    access_token_hash: Varchar = Varchar(
        length=64,
        null=False,
        default=None,
        unique=True,
        secret=True,
        help_text="SHA-256 of the access token.",
    )
    expires_at: Timestamptz = Timestamptz(
        null=False, default=None, index=True, help_text="When the access token ends."
    )
    ip_address: Varchar = Varchar(
        length=45, null=True, default=None, help_text="The address it was opened from."
    )
    user_agent: Varchar = Varchar(
        length=512, null=True, default=None, help_text="What the client calls itself."
    )
    revoked_at: Timestamptz = Timestamptz(
        null=True, default=None, help_text="When it was ended early, if so."
    )

    access_token_hash_shape = checks.sha256("access_token_hash")


class RefreshToken(AppTable, tablename="refresh_tokens", schema="identity"):
    """A token that is exchanged, once, for a new access token and its own successor."""

    user: ForeignKey[User] = ForeignKey(
        User, null=False, on_delete=OnDelete.cascade, index=True, help_text="Whose token this is."
    )
    session: ForeignKey[Session] = ForeignKey(
        Session,
        null=False,
        on_delete=OnDelete.cascade,
        index=True,
        help_text="The session that it continues.",
    )
    token_hash: Varchar = Varchar(
        length=64,
        null=False,
        default=None,
        unique=True,
        secret=True,
        help_text="SHA-256 of the token.",
    )
    expires_at: Timestamptz = Timestamptz(
        null=False, default=None, index=True, help_text="When it can no longer be used."
    )
    revoked_at: Timestamptz = Timestamptz(
        null=True, default=None, help_text="When it was used or withdrawn, if so."
    )
    replaced_by: ForeignKey["RefreshToken"] = ForeignKey(
        "self",
        null=True,
        on_delete=OnDelete.set_null,
        index=True,
        help_text="The token that was given for it.",
    )

    token_hash_shape = checks.sha256("token_hash")


class MagicLink(AppTable, tablename="magic_links", schema="identity"):
    """A link, sent by email, that is good once: to log in, to register, or to reset a password.

    What a registration gives is kept here until the link is used: nobody can choose a password for
    an account at somebody else's address.
    """

    purpose: Varchar = Varchar(
        length=20,
        default=MagicLinkPurpose.LOGIN,
        choices=MagicLinkPurpose,
        help_text="What the link is good for.",
    )

    token_hash: Varchar = Varchar(
        length=64,
        null=False,
        default=None,
        unique=True,
        secret=True,
        help_text="SHA-256 of the token in the link.",
    )
    email: Varchar = Varchar(
        length=254, null=False, default=None, help_text="Where the link was sent."
    )
    user: ForeignKey[User] = ForeignKey(
        User,
        null=True,
        on_delete=OnDelete.cascade,
        index=True,
        help_text="Whom it logs in; null when the email had no user yet.",
    )
    name: Varchar = Varchar(
        length=200, null=True, default=None, help_text="The name of whoever registers."
    )
    password_hash: Varchar = Varchar(
        length=255,
        null=True,
        default=None,
        secret=True,
        help_text="Argon2id of the password that a registration gives.",
    )
    expires_at: Timestamptz = Timestamptz(
        null=False, default=None, index=True, help_text="When it can no longer be used."
    )
    used_at: Timestamptz = Timestamptz(
        null=True, default=None, help_text="When it was used, if so."
    )

    token_hash_shape = checks.sha256("token_hash")
    email_shape = checks.email("email")
    password_hash_shape = checks.argon2id("password_hash")


class ApiKey(AppTable, tablename="api_keys", schema="identity"):
    """A key with which a program acts as its user, within its scopes."""

    user: ForeignKey[User] = ForeignKey(
        User, null=False, on_delete=OnDelete.cascade, index=True, help_text="Whom it acts as."
    )
    name: Varchar = Varchar(length=100, null=False, default=None, help_text="What it is used for.")
    key_prefix: Varchar = Varchar(
        length=20, null=False, default=None, help_text="How the key begins, to recognise it by."
    )
    key_hash: Varchar = Varchar(
        length=64,
        null=False,
        default=None,
        unique=True,
        secret=True,
        help_text="SHA-256 of the key.",
    )
    scopes: Array = Array(
        base_column=Varchar(length=50), default=list, help_text="What it may be used for."
    )
    last_used_at: Timestamptz = Timestamptz(
        null=True, default=None, help_text="When it was used last."
    )
    expires_at: Timestamptz = Timestamptz(
        null=True, default=None, help_text="When it ends; null for never."
    )
    revoked_at: Timestamptz = Timestamptz(
        null=True, default=None, help_text="When it was withdrawn, if so."
    )

    key_hash_shape = checks.sha256("key_hash")
    scopes_shape = checks.list_of_texts("scopes")
    scopes_known = Check("\"scopes\" <@ array['read', 'write', 'agent']::varchar[]")
