"""Who may see and change what: one entry per table, and nothing about it anywhere else.

A table without an entry cannot be exposed. A caller sees a row when a rule that names their kind
covers it, and of that row the columns of the rules that do. `Through(x)` covers a row whose parent
behind `x` the same caller may see. docs/access.md has all of it as tables.
"""

from collections.abc import Mapping
from functools import cache

from piccolo.table import Table

from app.bridge import AccessTable, Policy
from app.policy import assessment, catalog, content, identity, operations, payments, projects
from app.policy.callers import (
    ADMINS,
    AGENTS,
    ANYONE,
    ME,
    MY_ORGANIZATION,
    MY_UNIVERSITY,
    STAFF,
    USERS,
    Caller,
)

__all__ = [
    "ADMINS",
    "AGENTS",
    "ANYONE",
    "ME",
    "MY_ORGANIZATION",
    "MY_UNIVERSITY",
    "POLICIES",
    "STAFF",
    "USERS",
    "Caller",
    "access_table",
]

POLICIES: Mapping[type[Table], Policy] = {
    **identity.POLICIES,
    **assessment.POLICIES,
    **catalog.POLICIES,
    **projects.POLICIES,
    **payments.POLICIES,
    **content.POLICIES,
    **operations.POLICIES,
}


@cache
def access_table() -> AccessTable:
    """The policies, ready to be asked."""
    return AccessTable(POLICIES, Caller)
