"""Who may write which rows of the world, and which of their columns: written down by hand.

What is not named here is refused to everybody. A table whose policy comes to allow more needs an
entry: `ROWS` and `CHANGED` for rows that are there, `NEW` for new ones.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from app.bridge import Action
from app.tables.identifiers import hash_token, new_token
from tests.policy.world import ADMIN, ALL, NONE, OTHER_STAFF, OWNER, ROLES, STAFF, World

ONLY_OWNER = frozenset({"owner"})
AGENT = frozenset({"agent"})
PEOPLE = ALL - {"anonymous", "agent"}

_POSTS = ("post", "draft", "deleted_post", "post_of_a_hidden_author")
_COMMENTS = (
    "comment",
    "comment_of_a_hidden_author",
    "comment_on_draft",
    "deleted_comment",
    "comment_on_deleted",
)

# Who may do what with which row that is there.
ROWS: Mapping[tuple[str, Action], Mapping[str, frozenset[str]]] = {
    ("User", Action.CHANGE): {
        **{name: frozenset({name, "admin"}) for name in ROLES},
        "suspended": ADMIN,
        "pending": ADMIN,
    },
    ("UserProfile", Action.CHANGE): {"owner_profile": ONLY_OWNER},
    ("Device", Action.DELETE): {"owner_device": OWNER, "suspended_device": ADMIN},
    ("Session", Action.DELETE): {
        **{f"login_of_{name}": frozenset({name, "admin"}) for name in ROLES},
        "owner_session": OWNER,
        "suspended_session": ADMIN,
    },
    ("ApiKey", Action.DELETE): {"owner_key": OWNER, "suspended_key": ADMIN, "agent_key": ADMIN},
    ("University", Action.CHANGE): {"verified": ADMIN, "unverified": ADMIN},
    ("Course", Action.CHANGE): {
        "course": OTHER_STAFF,
        "retired": OTHER_STAFF,
        "unverified_course": STAFF,
        "unverified_retired": STAFF,
    },
    ("Project", Action.CHANGE): {"project": ONLY_OWNER},
    ("Project", Action.DELETE): {"project": OWNER},
    ("Payment", Action.CHANGE): {"payment": OWNER},
    ("Post", Action.CHANGE): {"post": ONLY_OWNER, "draft": ONLY_OWNER},
    ("Post", Action.DELETE): {"post": OWNER, "draft": OWNER, "post_of_a_hidden_author": ADMIN},
    ("Post", Action.RESTORE): {"deleted_post": OWNER},
    ("Post", Action.PURGE): dict.fromkeys(_POSTS, ADMIN),
    ("Comment", Action.CHANGE): {
        "comment": ONLY_OWNER,
        "comment_on_draft": ONLY_OWNER,
        "comment_on_deleted": ONLY_OWNER,
    },
    ("Comment", Action.DELETE): {
        "comment": OWNER,
        "comment_on_draft": OWNER,
        "comment_on_deleted": OWNER,
        # On a post of theirs.
        "comment_of_a_hidden_author": OWNER,
    },
    ("Comment", Action.RESTORE): {"deleted_comment": OWNER},
    ("Comment", Action.PURGE): dict.fromkeys(_COMMENTS, ADMIN),
    ("Event", Action.CHANGE): {"event": ADMIN},
}

_COURSE = (
    "name", "code", "description", "level", "credits", "duration_months", "tuition", "currency",
    "language", "is_active",
)  # fmt: skip
_UNIVERSITY = (
    "name", "slug", "country", "country_code", "city", "state_province", "website", "domains",
)  # fmt: skip

# Of rows that are there: which columns may be changed, by whom. One row of each kind is enough.
CHANGED: Mapping[str, Mapping[str, Mapping[frozenset[str], tuple[str, ...]]]] = {
    "User": {
        "owner": {ONLY_OWNER: ("name",), ADMIN: ("role", "university")},
        "admin": {ADMIN: ("name", "role", "university")},
    },
    "UserProfile": {
        "owner_profile": {ONLY_OWNER: ("avatar_url", "phone", "address", "bio", "preferences")}
    },
    "University": {"verified": {ADMIN: (*_UNIVERSITY, "is_verified", "verified_at")}},
    "Course": {"course": {OTHER_STAFF: _COURSE}, "unverified_retired": {STAFF: _COURSE}},
    "Project": {"project": {ONLY_OWNER: ("name",)}},
    "Payment": {"payment": {OWNER: ("status",)}},
    "Post": {"post": {ONLY_OWNER: ("title", "content")}},
    "Comment": {"comment": {ONLY_OWNER: ("body",)}},
    "Event": {"event": {ADMIN: ("attempts", "next_attempt_at", "dead_at")}},
}

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class New:
    """A new row with every column that may be given, and who may create it; `me` is the caller.

    With any other column it is refused to them as well.
    """

    who: frozenset[str]
    values: Callable[[World, UUID], Values]


def _post(author: UUID) -> Values:
    return {"author": author, "title": "T", "slug": "a-new-slug", "content": "C"}


def _comment(world: World, post: str, author: UUID) -> Values:
    return {"post": world.rows[post]["id"], "author": author, "body": "B"}


def _owner(world: World) -> UUID:
    key: UUID = world.rows["owner"]["id"]
    return key


def _university(_world: World, _me: UUID) -> Values:
    return {
        "name": "N", "slug": "new", "country": "C", "country_code": "FR", "city": "L",
        "state_province": None, "website": None, "domains": [],
    }  # fmt: skip


def _course(world: World, university: str) -> Values:
    return {
        "university": world.rows[university]["id"], "name": "N", "code": "new",
        "description": None, "level": "MASTER", "credits": 1, "duration_months": 1,
        "tuition": Decimal(1), "currency": "EUR", "language": "en", "is_active": True,
    }  # fmt: skip


def _key(user: UUID) -> Values:
    token = new_token("sbk_")
    return {
        "user": user, "name": "N", "key_prefix": token[:10], "key_hash": hash_token(token),
        "scopes": ["read"], "expires_at": None,
    }  # fmt: skip


def _payment(user: UUID) -> Values:
    return {
        "user": user, "amount": Decimal(1), "currency": "EUR", "type": "PAYMENT",
        "description": None, "metadata": {}, "idempotency_key": None,
    }  # fmt: skip


def _profile(user: UUID) -> Values:
    about = ("avatar_url", "phone", "address", "bio")
    return {"user": user, **dict.fromkeys(about), "preferences": {}}


def _message(world: World, role: str) -> Values:
    return {"project": world.rows["project"]["id"], "content": "C", "role": role}


def _answer(world: World, _me: UUID) -> Values:
    event = world.rows["event"]["id"]
    return {**_message(world, "ASSISTANT"), "type": "RESULT", "event_id": event}


def _fragment(world: World, message: str) -> Values:
    return {
        "message": world.rows[message]["id"], "sandbox_url": "https://a.example", "title": "T",
        "files": {}, "summary": None,
    }  # fmt: skip


# New rows: for each table those that somebody may create, and next to them those that nobody may.
NEW: Mapping[str, tuple[New, ...]] = {
    "UserProfile": (
        New(PEOPLE - {"owner"}, lambda _, me: _profile(me)),
        New(NONE, lambda world, _: _profile(world.rows["pending"]["id"])),
    ),
    "ApiKey": (
        New(PEOPLE, lambda _, me: _key(me)),
        New(ONLY_OWNER, lambda world, _: _key(_owner(world))),
    ),
    "University": (New(ADMIN, _university),),
    "Course": (
        New(OTHER_STAFF, lambda world, _: _course(world, "verified")),
        New(STAFF, lambda world, _: _course(world, "unverified")),
    ),
    "Project": (
        New(PEOPLE, lambda _, me: {"owner": me, "name": "a-new-name"}),
        New(ONLY_OWNER, lambda world, _: {"owner": _owner(world), "name": "a-new-name"}),
    ),
    "Message": (
        New(ONLY_OWNER, lambda world, _: _message(world, "USER")),
        New(AGENT, _answer),
    ),
    "Fragment": (
        New(AGENT, lambda world, _: _fragment(world, "answer")),
        New(NONE, lambda world, _: _fragment(world, "message")),
    ),
    "Payment": (
        New(PEOPLE, lambda _, me: _payment(me)),
        New(ONLY_OWNER, lambda world, _: _payment(_owner(world))),
    ),
    "Post": (
        New(PEOPLE, lambda _, me: _post(me)),
        New(ONLY_OWNER, lambda world, _: _post(_owner(world))),
    ),
    "Comment": (
        New(PEOPLE, lambda world, me: _comment(world, "post", me)),
        New(ONLY_OWNER, lambda world, _: _comment(world, "post", _owner(world))),
        New(OWNER, lambda world, me: _comment(world, "draft", me)),
        New(NONE, lambda world, me: _comment(world, "deleted_post", me)),
    ),
}
