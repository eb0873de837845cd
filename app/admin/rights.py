"""What may be changed in the admin, and by whom: one entry per table; without one it only reads.

What the actions of a domain decide is not here: passwords and tokens, the states of payments,
documents, sessions and questionnaires, publishing, the ledger, the audit log, and what the server
keeps for itself. A row is deleted as the domain deletes it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from piccolo.columns import Column
from piccolo.table import Table

from app.tables import (
    Comment,
    Course,
    DocumentType,
    DocumentTypeStandard,
    EngineeringStandard,
    Organization,
    Payment,
    Post,
    University,
    User,
    UserProfile,
)
from app.tables.identity import UserRole

__all__ = ["RIGHTS", "Deletion", "Right", "right_to"]

_ADMINS = frozenset({UserRole.ADMIN})
_STAFF = frozenset({UserRole.ADMIN, UserRole.STAFF})


class Deletion(Enum):
    """How a row goes: not at all, by a mark that the domain can take away again, or for good."""

    NO = "no"
    MARK = "mark"
    ROW = "row"


@dataclass(frozen=True, slots=True)
class Right:
    """What may be done with a table's rows.

    `columns` can be set at any time, `first` only when the row is made. Without `create` no row is
    made here. `instead` says what to do in place of a deletion that is not offered.
    """

    columns: tuple[Column, ...]
    first: tuple[Column, ...] = ()
    create: bool = False
    deletion: Deletion = Deletion.NO
    instead: str = ""
    who: frozenset[UserRole] = field(default=_ADMINS)

    def settable(self, *, new: bool) -> frozenset[str]:
        """The names of the columns that can be set."""
        return frozenset(c._meta.name for c in (*self.columns, *(self.first if new else ())))


RIGHTS: Mapping[type[Table], Right] = {
    University: Right(
        (
            University.name,
            University.slug,
            University.country,
            University.country_code,
            University.city,
            University.state_province,
            University.website,
            University.domains,
            University.is_verified,
            University.settings,
        ),
        create=True,
        instead="Take its verification away: then only its staff see it.",
    ),
    Course: Right(
        (
            Course.name,
            Course.code,
            Course.description,
            Course.level,
            Course.credits,
            Course.duration_months,
            Course.tuition,
            Course.currency,
            Course.language,
            Course.is_active,
        ),
        first=(Course.university,),
        create=True,
        instead="Retire it: set Is Active to false.",
        who=_STAFF,
    ),
    Organization: Right(
        (Organization.name, Organization.slug, Organization.settings),
        create=True,
    ),
    User: Right(
        (User.name, User.role, User.status, User.organization, User.university),
        first=(User.email,),
        create=True,
        deletion=Deletion.MARK,
    ),
    UserProfile: Right(
        (
            UserProfile.avatar_url,
            UserProfile.phone,
            UserProfile.address,
            UserProfile.bio,
            UserProfile.preferences,
        )
    ),
    DocumentType: Right((DocumentType.name, DocumentType.category, DocumentType.description)),
    EngineeringStandard: Right(
        (
            EngineeringStandard.title,
            EngineeringStandard.category,
            EngineeringStandard.description,
            EngineeringStandard.principles,
        ),
        first=(EngineeringStandard.code,),
        create=True,
        deletion=Deletion.ROW,
    ),
    DocumentTypeStandard: Right(
        (DocumentTypeStandard.priority,),
        first=(DocumentTypeStandard.document_type, DocumentTypeStandard.standard),
        create=True,
        deletion=Deletion.ROW,
    ),
    Payment: Right((Payment.description,)),
    Post: Right((Post.title, Post.content), deletion=Deletion.MARK),
    Comment: Right((Comment.body,), deletion=Deletion.MARK),
}


def right_to(tablename: str, role: UserRole) -> Right | None:
    """What somebody of this role may do with a table; None where they can only read it."""
    right = _BY_NAME.get(tablename)
    return right if right is not None and role in right.who else None


_BY_NAME = {table._meta.tablename: right for table, right in RIGHTS.items()}
