"""Finding the user behind an email address, and what is noted when addresses come from outside."""

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from app.bridge import Problem, Refused
from app.bridge.errors import Path
from app.bridge.validation import stored
from app.database import SeedbedEngine
from app.tables import User

# What would end a header of a mail, or begin another address in it; and what nobody can see, which
# makes two addresses look like one.
_UNMAILABLE = re.compile(
    r"[\x00-\x20\x7f-\xa0<>,;:\"\\()\[\]"
    r"\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]"
)

_FIND = """
select id as "user", role, organization, university, email, password_hash, status
from identity.users where {} and deleted_at is null
"""
_BY_EMAIL = _FIND.format("lower(email) = lower($1)")
_BY_KEY = _FIND.format("id = $1")


def checked_email(email: str, path: Path = ("input",)) -> str:
    """An email address without the white space around it. Raises Refused for what is none.

    `path` leads to the input that holds it.
    """
    email = email.strip()
    stored(User, {"email": email}, path)
    if _UNMAILABLE.search(email):
        problem = "email must be an email address, such as ann@example.org"
        raise Refused(Problem("INVALID", problem, (*path, "email")))
    return email


def is_mailable(email: str) -> bool:
    """Whether mail can go to an address as it is stored: the table is less strict."""
    return _UNMAILABLE.search(email) is None


async def by_email(engine: SeedbedEngine, email: str) -> Mapping[str, Any] | None:
    """The user with this address, in any case of its letters, whatever their status."""
    rows = await engine.fetch(_BY_EMAIL, email)
    return dict(rows[0]) if rows else None


async def by_key(engine: SeedbedEngine, user: UUID) -> Mapping[str, Any] | None:
    """The user with this key, whatever their status; none that is deleted."""
    rows = await engine.fetch(_BY_KEY, user)
    return dict(rows[0]) if rows else None


async def lock(engine: SeedbedEngine, user: UUID) -> Mapping[str, Any] | None:
    """As `by_key`, kept from changing until the transaction ends.

    Whoever opens sessions of a user, or ends several, locks the user first: none is opened behind
    the back of a password's change.
    """
    rows = await engine.fetch(f"{_BY_KEY} for no key update", user)
    return dict(rows[0]) if rows else None
