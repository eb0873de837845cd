"""What staff see: the catalogue of their own university, whatever Piccolo Admin asks for."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from piccolo.columns import Column, ForeignKey
from piccolo.columns.readable import Readable
from piccolo.table import Table, create_table_class

from app.admin.accounts import AdminUser, visit
from app.tables import Course, University
from app.tables.identity import UserRole

__all__ = ["NARROWED", "OWN", "own_university"]

# The column by which a row of a table belongs to a university; staff see no other table.
OWN: Mapping[type[Table], Column] = {University: University.id, Course: Course.university}


def own_university(user: AdminUser) -> UUID | None:
    """The university to which a visitor is held; None for administrators, who see every row."""
    if user.role is UserRole.ADMIN:
        return None
    assert user.university is not None
    return user.university


class _Narrowed(Table):
    """A table that finds only rows of the visitor's university.

    Every query of PiccoloCRUD begins with one of the three methods here. It is not derived from
    the table that it reads, whose constraints and relations are the API's; its columns are copies.
    """

    @classmethod
    def select(cls, *columns: Any, exclude_secrets: bool = False) -> Any:
        """As the table's, of the visitor's rows."""
        return cls._narrow(super().select(*columns, exclude_secrets=exclude_secrets))

    @classmethod
    def count(cls, column: Any = None, distinct: Any = None) -> Any:
        """As the table's, of the visitor's rows."""
        return cls._narrow(super().count(column, distinct))

    @classmethod
    def exists(cls) -> Any:
        """As the table's, of the visitor's rows."""
        return cls._narrow(super().exists())

    @classmethod
    def get_readable(cls) -> Readable:
        """As the table's."""
        return Readable(template="%s", columns=[cls._meta.get_column_by_name("name")])

    @classmethod
    def _narrow(cls, query: Any) -> Any:
        user = visit.get().user
        university = None if user is None else own_university(user)
        # Without a university there is nothing to see.
        return query.where(cls._own() == university)

    @classmethod
    def _own(cls) -> Column:
        return cls._meta.get_column_by_name(_own_name(cls._meta.tablename))


def _own_name(tablename: str) -> str:
    (name,) = (own._meta.name for table, own in OWN.items() if table._meta.tablename == tablename)
    return str(name)


def _narrowed(table: type[Table], **instead: Column) -> type[Table]:
    """A table of the same name and columns, some of them replaced, that is narrowed."""
    columns = {column._meta.name: column.copy() for column in table._meta.columns}
    return create_table_class(
        table.__name__,
        bases=(_Narrowed,),
        class_kwargs={"tablename": table._meta.tablename, "schema": table._meta.schema},
        class_members={**columns, **instead},
    )


_OWN_UNIVERSITY = _narrowed(University)

# What staff see, for Piccolo Admin.
NARROWED: tuple[type[Table], ...] = (
    _OWN_UNIVERSITY,
    _narrowed(
        Course,
        university=ForeignKey(
            _OWN_UNIVERSITY, null=False, help_text=Course.university._meta.help_text
        ),
    ),
)
