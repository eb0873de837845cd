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

_POSTS = (
    "post",
    "draft",
    "deleted_post",
    "post_removed_by_another",
    "post_of_a_hidden_author",
)
_COMMENTS = (
    "comment",
    "comment_of_a_hidden_author",
    "comment_on_draft",
    "deleted_comment",
    "comment_removed_by_its_author",
    "comment_removed_by_another",
    "comment_on_deleted",
)

_PARTS = {
    "Questionnaire": "questionnaire",
    "Section": "section",
    "Question": "question",
    "VisibilityRule": "rule",
}
_RUNS = ("published", "nobodys_draft", "nobodys_archived")
_STANDARDS = {
    "DocumentType": ("kind",),
    "EngineeringStandard": ("standard", "unlinked"),
    "DocumentTypeStandard": ("link",),
}

# Who may do what with which row that is there.
ROWS: Mapping[tuple[str, Action], Mapping[str, frozenset[str]]] = {
    ("User", Action.CHANGE): {
        **{name: frozenset({name, "admin"}) for name in ROLES},
        "suspended": ADMIN,
        "pending": ADMIN,
    },
    ("User", Action.DELETE): {
        **{name: frozenset({name, "admin"}) for name in ROLES},
        "suspended": ADMIN,
        "pending": ADMIN,
    },
    ("User", Action.RESTORE): {"deleted": ADMIN},
    ("Organization", Action.CHANGE): {"ours": ADMIN, "theirs": ADMIN},
    ("Organization", Action.DELETE): {"ours": ADMIN, "theirs": ADMIN},
    ("UserProfile", Action.CHANGE): {"owner_profile": ONLY_OWNER},
    ("Device", Action.DELETE): {"owner_device": OWNER, "suspended_device": ADMIN},
    ("Session", Action.DELETE): {
        **{f"login_of_{name}": frozenset({name, "admin"}) for name in ROLES},
        "owner_session": OWNER,
        "suspended_session": ADMIN,
    },
    ("ApiKey", Action.DELETE): {"owner_key": OWNER, "suspended_key": ADMIN, "agent_key": ADMIN},
    **{
        (table, action): {
            f"{name}_{part}": OWNER if name in {"published", "draft", "archived"} else ADMIN
            for name in ("published", "draft", "archived", "nobodys_draft", "nobodys_archived")
        }
        for table, part in _PARTS.items()
        for action in (Action.CHANGE, Action.DELETE)
    },
    ("AssessmentSession", Action.CHANGE): {f"{name}_session": OWNER for name in _RUNS},
    ("Response", Action.CHANGE): {f"{name}_response": OWNER for name in _RUNS},
    # Nobody but an administrator reviews what they have made themselves.
    ("Document", Action.CHANGE): {f"{name}_document": ADMIN for name in _RUNS},
    **{
        (table, action): dict.fromkeys(rows, ADMIN)
        for table, rows in _STANDARDS.items()
        for action in (Action.CHANGE, Action.DELETE)
    },
    ("University", Action.CHANGE): {"verified": ADMIN, "unverified": ADMIN},
    **{
        ("Course", action): {
            "course": OTHER_STAFF,
            "retired": OTHER_STAFF,
            "unverified_course": STAFF,
            "unverified_retired": STAFF,
        }
        for action in (Action.CHANGE, Action.DELETE)
    },
    ("Project", Action.CHANGE): {"project": ONLY_OWNER},
    ("Project", Action.DELETE): {"project": OWNER},
    ("Payment", Action.CHANGE): {"payment": OWNER},
    ("Post", Action.CHANGE): {"post": ONLY_OWNER, "draft": ONLY_OWNER},
    ("Post", Action.DELETE): {"post": OWNER, "draft": OWNER, "post_of_a_hidden_author": ADMIN},
    ("Post", Action.RESTORE): {"deleted_post": OWNER, "post_removed_by_another": ADMIN},
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
    ("Comment", Action.RESTORE): {
        "deleted_comment": OWNER,
        # On the owner's post, who never sees it again.
        "comment_removed_by_its_author": frozenset({"user", "admin"}),
        "comment_removed_by_another": ADMIN,
    },
    ("Comment", Action.PURGE): dict.fromkeys(_COMMENTS, ADMIN),
    ("Event", Action.CHANGE): {"event": ADMIN},
}

_USER = ("role", "status", "organization", "university")
_QUESTION = ("key", "text", "help_text", "type", "options", "validation", "required")
_RULE = ("action", "condition", "priority", "is_active")
_TYPE = ("name", "slug", "category", "description", "template")
_STANDARD = ("code", "title", "category", "description", "principles")
_COURSE = (
    "name", "code", "description", "level", "credits", "duration_months", "tuition", "currency",
    "language", "is_active",
)  # fmt: skip
_UNIVERSITY = (
    "name", "slug", "country", "country_code", "city", "state_province", "website", "domains",
    "settings", "analytics",
)  # fmt: skip

# Of rows that are there: which columns may be changed, by whom. One row of each kind is enough.
CHANGED: Mapping[str, Mapping[str, Mapping[frozenset[str], tuple[str, ...]]]] = {
    "User": {
        "owner": {OWNER: ("name",), ADMIN: _USER},
        "admin": {ADMIN: ("name", *_USER)},
    },
    "UserProfile": {
        "owner_profile": {ONLY_OWNER: ("avatar_url", "phone", "address", "bio", "preferences")}
    },
    "Organization": {"ours": {ADMIN: ("name", "slug", "settings")}},
    "Questionnaire": {"draft_questionnaire": {OWNER: ("title", "description")}},
    "Section": {"draft_section": {OWNER: ("title", "description")}},
    "Question": {"draft_question": {OWNER: _QUESTION}},
    "VisibilityRule": {"draft_rule": {OWNER: _RULE}},
    # Its steps, none of its columns.
    "AssessmentSession": {"published_session": {}},
    "Response": {"published_response": {OWNER: ("value", "counts", "answered_at")}},
    "Document": {"published_document": {ADMIN: ("status",)}},
    "DocumentType": {"kind": {ADMIN: _TYPE}},
    "EngineeringStandard": {"standard": {ADMIN: _STANDARD}},
    "DocumentTypeStandard": {"link": {ADMIN: ("priority",)}},
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
        "settings": {}, "analytics": {},
    }  # fmt: skip


def _questionnaire(world: World, organization: str) -> Values:
    key = world.rows[organization]["id"]
    return {"organization": key, "title": "T", "slug": "new", "description": None}


def _section(world: World, name: str) -> Values:
    key = world.rows[f"{name}_questionnaire"]["id"]
    return {"questionnaire": key, "title": "T", "description": None, "position": 99_999}


def _question(world: World, name: str) -> Values:
    return {
        "section": world.rows[f"{name}_section"]["id"],
        "questionnaire": world.rows[f"{name}_questionnaire"]["id"], "position": 99_999,
        "key": "a_new_key", "text": "T", "help_text": None, "type": "TEXT", "options": [],
        "validation": {}, "required": False,
    }  # fmt: skip


def _rule(world: World, name: str) -> Values:
    return {
        "question": world.rows[f"{name}_question"]["id"], "action": "SHOW", "condition": {},
        "priority": 1, "is_active": False,
    }  # fmt: skip


def _run(world: World, name: str, user: UUID) -> Values:
    return {"user": user, "questionnaire": world.rows[f"{name}_questionnaire"]["id"]}


def _type(_world: World, _me: UUID) -> Values:
    return {
        "name": "N", "slug": "new", "category": "ENGINEERING", "description": None,
        "template": "T",
    }  # fmt: skip


def _standard(_world: World, _me: UUID) -> Values:
    return {
        "code": "NEW-1", "title": "T", "category": "CODING", "description": None,
        "principles": [],
    }  # fmt: skip


def _link(world: World, _me: UUID) -> Values:
    key = world.rows["unlinked"]["id"]
    return {"document_type": world.rows["kind"]["id"], "standard": key, "priority": 1}


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
    "Organization": (New(ADMIN, lambda _w, _m: {"name": "N", "slug": "new", "settings": {}}),),
    "Questionnaire": (
        New(OWNER, lambda world, _: _questionnaire(world, "ours")),
        New(ADMIN, lambda world, _: _questionnaire(world, "theirs")),
    ),
    "Section": (
        New(OWNER, lambda world, _: _section(world, "draft")),
        New(ADMIN, lambda world, _: _section(world, "nobodys_draft")),
    ),
    "Question": (
        New(OWNER, lambda world, _: _question(world, "draft")),
        New(ADMIN, lambda world, _: _question(world, "nobodys_draft")),
    ),
    "VisibilityRule": (
        New(OWNER, lambda world, _: _rule(world, "draft")),
        New(ADMIN, lambda world, _: _rule(world, "nobodys_draft")),
    ),
    "AssessmentSession": (
        New(PEOPLE, lambda world, me: _run(world, "published", me)),
        New(ONLY_OWNER, lambda world, _: _run(world, "published", _owner(world))),
        New(OWNER, lambda world, me: _run(world, "draft", me)),
    ),
    "DocumentType": (New(ADMIN, _type),),
    "EngineeringStandard": (New(ADMIN, _standard),),
    "DocumentTypeStandard": (New(ADMIN, _link),),
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
