"""The kinds of caller, and what the rules know of whoever is calling."""

from enum import StrEnum

from app.bridge import ViewerValue


class Caller(StrEnum):
    """The kinds of caller: nobody known, a user by role, or the agent by its key."""

    ANONYMOUS = "ANONYMOUS"
    AGENT = "AGENT"
    USER = "USER"
    CUSTOMER = "CUSTOMER"
    VENDOR = "VENDOR"
    STAFF = "STAFF"
    ADMIN = "ADMIN"


ANYONE = frozenset(Caller)
USERS = ANYONE - {Caller.ANONYMOUS, Caller.AGENT}
AGENTS = frozenset({Caller.AGENT})
STAFF = frozenset({Caller.STAFF})
ADMINS = frozenset({Caller.ADMIN})

# What the rules know of the caller; null, and so equal to nothing, for whoever has none.
ME = ViewerValue("user")
MY_ORGANIZATION = ViewerValue("organization")
MY_UNIVERSITY = ViewerValue("university")
