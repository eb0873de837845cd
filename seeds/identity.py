"""Organisations, people of every role, and the devices and sessions they are known by."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from piccolo.table import Table

from app.tables.catalog import University
from app.tables.identity import (
    ApiKey,
    Device,
    MagicLink,
    Organization,
    RefreshToken,
    Session,
    User,
    UserProfile,
    UserRole,
    UserStatus,
)
from seeds import catalog
from seeds.ids import EPOCH, moment, number, stable_id, stable_secret_hash
from seeds.upsert import build

# For development and tests only. The hash is written down, because hashing is slow by design and
# salted: a new one on every run would change the rows.
DEMO_PASSWORD = "seedbed-demo"  # noqa: S105 public on purpose; refused in production
DEMO_HASH = (
    "$argon2id$v=19$m=65536,t=3,p=4"
    "$Obpmkhbwh4vLAFkNxgBnhQ"
    "$Nh/g/2/ZBukPCfAqBGpAUQxhcYjqovcK4ZrwcbmepXY"
)

ADMIN = "admin@seedbed.example"
STAFF = "staff@seedbed.example"
VENDOR = "vendor@seedbed.example"
CUSTOMER = "customer@seedbed.example"
USER = "user@seedbed.example"


# Builders


def organization(**overrides: Any) -> Organization:
    """An organisation."""
    n = number()
    return build(
        Organization, {"name": f"Organisation {n}", "slug": f"organisation-{n}"}, overrides
    )


def user(**overrides: Any) -> User:
    """An active user with a verified email and no password."""
    n = number()
    defaults = {
        "email": f"person-{n}@seedbed.example",
        "name": f"Person {n}",
        "role": UserRole.USER,
        "status": UserStatus.ACTIVE,
        "email_verified": True,
    }
    return build(User, defaults, overrides)


def staff(*, university: University | UUID, **overrides: Any) -> User:
    """A user who works for a university."""
    return user(**{"role": UserRole.STAFF, "university": university, **overrides})


def profile(*, user: User | UUID, **overrides: Any) -> UserProfile:
    """What a user tells about themselves."""
    return build(UserProfile, {"user": user, "bio": "Reads more than writes."}, overrides)


def device(*, user: User | UUID, **overrides: Any) -> Device:
    """A device of a user."""
    defaults = {
        "user": user,
        "device_id": f"device-{number()}",
        "device_name": "Laptop",
        "device_type": "desktop",
    }
    return build(Device, defaults, overrides)


def session(*, user: User | UUID, **overrides: Any) -> Session:
    """A login whose access token nobody knows; it ended long ago, unless told otherwise."""
    defaults = {
        "user": user,
        "access_token_hash": stable_secret_hash(f"session {number()}"),
        "expires_at": moment(hours=1),
        "ip_address": "192.0.2.10",
        "user_agent": "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0",
    }
    return build(Session, defaults, overrides)


def refresh_token(*, user: User | UUID, session: Session | UUID, **overrides: Any) -> RefreshToken:
    """A refresh token that nobody knows."""
    defaults = {
        "user": user,
        "session": session,
        "token_hash": stable_secret_hash(f"refresh token {number()}"),
        "expires_at": moment(30),
    }
    return build(RefreshToken, defaults, overrides)


def magic_link(**overrides: Any) -> MagicLink:
    """A magic link that nobody knows, for an email without a user."""
    n = number()
    defaults = {
        "token_hash": stable_secret_hash(f"magic link {n}"),
        "email": f"visitor-{n}@seedbed.example",
        "expires_at": moment(minutes=15),
    }
    return build(MagicLink, defaults, overrides)


def api_key(*, user: User | UUID, **overrides: Any) -> ApiKey:
    """A key that nobody knows, without scopes."""
    n = number()
    defaults: dict[str, Any] = {
        "user": user,
        "name": f"Key {n}",
        "key_prefix": f"sbk_{n:06d}",
        "key_hash": stable_secret_hash(f"api key {n}"),
        "scopes": [],
    }
    return build(ApiKey, defaults, overrides)


# The seed rows


def organization_id(slug: str) -> UUID:
    """The id of a seed organisation."""
    return stable_id(f"organizations/{slug}")


def user_id(email: str) -> UUID:
    """The id of a seed user."""
    return stable_id(f"users/{email}")


def rows() -> list[Table]:
    """Everything of this domain, in no particular order."""
    people: list[Table] = [row for person in _PEOPLE for row in _person(*person)]
    return [*_organizations(), *people, *_devices_and_sessions(), *_links_and_keys()]


def _organizations() -> list[Table]:
    named = {"kestrel-works": "Kestrel Works", "harbour-ledger": "Harbour Ledger"}
    return [
        organization(
            id=organization_id(slug),
            name=name,
            slug=slug,
            settings={"locale": "en-GB", "time_zone": "Europe/Tallinn"},
            created_at=EPOCH,
        )
        for slug, name in named.items()
    ]


# email, name, what differs from an active user with the demo password, telephone, bio
_PEOPLE: tuple[tuple[str, str, dict[str, Any], str | None, str], ...] = (
    (
        ADMIN,
        "Ada Marlow",
        {"role": UserRole.ADMIN, "organization": organization_id("kestrel-works")},
        "+372 5550 0100",
        "Keeps the lights on at Kestrel Works.",
    ),
    (
        STAFF,
        "Marta Ilves",
        {"role": UserRole.STAFF, "university": catalog.university_id("aldermoor-university")},
        "+44 20 7946 0101",
        "Registrar at Aldermoor; answers letters on paper, too.",
    ),
    (
        "joao.pestana@seedbed.example",
        "João Pestana",
        {
            "role": UserRole.STAFF,
            "university": catalog.university_id("universidade-de-monte-claro"),
        },
        None,
        "Plans the summer courses at Monte Claro.",
    ),
    (
        "signe.dahl@seedbed.example",
        "Signe Dahl",
        {
            "role": UserRole.STAFF,
            "university": catalog.university_id("nordhavn-technical-university"),
        },
        None,
        "Head of studies, engineering.",
    ),
    (
        "remi.faure@seedbed.example",
        "Rémi Faure",
        {
            "role": UserRole.STAFF,
            "university": catalog.university_id("institut-superieur-de-belleroche"),
        },
        None,
        "Has waited for the verification since June.",
    ),
    (VENDOR, "Kofi Mensah", {"role": UserRole.VENDOR}, "+233 30 555 0104", "Sells used textbooks."),
    (
        CUSTOMER,
        "Ines Carvalho",
        {"role": UserRole.CUSTOMER, "organization": organization_id("harbour-ledger")},
        "+351 21 555 0105",
        "Founder of Harbour Ledger. Sails badly, but often.",
    ),
    (
        "lukas.brunner@seedbed.example",
        "Lukas Brunner",
        {"role": UserRole.CUSTOMER},
        None,
        "Writes a walking guide that works without a network.",
    ),
    (USER, "Yuki Tanabe", {}, None, "Reads everything, comments on half of it."),
    (
        "noor.haddad@seedbed.example",
        "Noor Haddad",
        {"password_hash": None},
        None,
        "Uses magic links only.",
    ),
    (
        "petra.new@seedbed.example",
        "Petra Lindqvist",
        {"status": UserStatus.PENDING, "email_verified": False, "password_hash": None},
        None,
        "",
    ),
    (
        "spam.offers@seedbed.example",
        "Best Offers",
        {"status": UserStatus.SUSPENDED},
        None,
        "Buy now!",
    ),
    (
        "former.colleague@seedbed.example",
        "Tom Ashdown",
        {"deleted_at": moment(40), "organization": organization_id("kestrel-works")},
        None,
        "Left in October.",
    ),
)


def _person(
    email: str, name: str, differences: dict[str, Any], phone: str | None, bio: str
) -> tuple[User, UserProfile]:
    registered = moment(len(name) / 2)
    defaults = {
        "id": user_id(email),
        "email": email,
        "name": name,
        "password_hash": DEMO_HASH,
        "created_at": registered,
    }
    about = profile(
        id=stable_id(f"user_profiles/{email}"),
        user=user_id(email),
        phone=phone,
        bio=bio,
        preferences={"theme": "system", "newsletter": len(name) % 2 == 0},
        created_at=registered,
    )
    return user(**{**defaults, **differences}), about


def _devices_and_sessions() -> list[Table]:
    found: list[Table] = []
    machines = (
        (ADMIN, "thinkpad-7f3a", "ThinkPad", "desktop"),
        (ADMIN, "pixel-19c2", "Pixel", "phone"),
        (STAFF, "office-0042", "Office computer", "desktop"),
        (CUSTOMER, "iphone-88d1", "iPhone of Ines", "phone"),
        (USER, "tablet-5510", "Kitchen tablet", "tablet"),
    )
    for day, (email, machine, name, kind) in enumerate(machines, start=20):
        device_key = stable_id(f"devices/{machine}")
        session_key = stable_id(f"sessions/{machine}")
        begun = moment(day)
        found += [
            device(
                id=device_key,
                user=user_id(email),
                device_id=machine,
                device_name=name,
                device_type=kind,
                last_active_at=begun + timedelta(hours=3),
                created_at=begun,
            ),
            session(
                id=session_key,
                user=user_id(email),
                device=device_key,
                access_token_hash=stable_secret_hash(f"sessions/{machine}"),
                expires_at=begun + timedelta(hours=4),
                revoked_at=begun + timedelta(hours=3) if kind == "tablet" else None,
                ip_address=f"192.0.2.{day}",
                created_at=begun,
            ),
            *_rotation(email, machine, session_key, day),
        ]
    return found


def _rotation(email: str, machine: str, session_key: UUID, day: int) -> list[Table]:
    """A refresh token that was used, and its successor."""
    first, second = (stable_id(f"refresh_tokens/{machine}/{step}") for step in (1, 2))
    return [
        refresh_token(
            id=key,
            user=user_id(email),
            session=session_key,
            token_hash=stable_secret_hash(f"refresh_tokens/{machine}/{step}"),
            expires_at=moment(day + 30),
            revoked_at=moment(day, hours=1) if step == 1 else None,
            replaced_by=second if step == 1 else None,
            created_at=moment(day, hours=step - 1),
        )
        for step, key in enumerate((first, second), start=1)
    ]


def _links_and_keys() -> list[Table]:
    links: list[Table] = [
        magic_link(
            id=stable_id(f"magic_links/{name}"),
            token_hash=stable_secret_hash(f"magic_links/{name}"),
            email=email,
            user=owner,
            expires_at=moment(30, minutes=15),
            used_at=used,
            created_at=moment(30),
        )
        for name, email, owner, used in (
            (
                "noor",
                "noor.haddad@seedbed.example",
                user_id("noor.haddad@seedbed.example"),
                moment(30, minutes=2),
            ),
            ("visitor", "visitor@seedbed.example", None, None),
        )
    ]
    keys: list[Table] = [
        api_key(
            id=stable_id(f"api_keys/{name}"),
            user=user_id(ADMIN),
            name=name,
            key_prefix=prefix,
            key_hash=stable_secret_hash(f"api_keys/{name}"),
            scopes=scopes,
            revoked_at=revoked,
            created_at=moment(22),
        )
        for name, prefix, scopes, revoked in (
            ("Code agent", "sbk_agentq7", ["agent"], None),
            ("Old importer", "sbk_import2k", ["read", "write"], moment(35)),
        )
    ]
    return links + keys
