"""What the tables have in common: key, timestamps, and rules that the database enforces too."""

import zlib
from typing import Any

from piccolo.columns import UUID, Column, Timestamptz, Varchar
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.columns.readable import Readable
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from app.tables.identifiers import UUIDv7

__all__ = ["AppTable", "AppendOnlyTable", "Created", "Identified", "Rules", "Updated"]

LONGEST_NAME = 63  # PostgreSQL cuts longer names silently


def _check_name(table: str, rule: str, condition: str) -> str:
    """The name of a check, with a hash of its text.

    Piccolo's auto-migrations compare constraints by name alone: with the hash, a changed condition
    is a new constraint, and the old one is dropped.
    """
    return f"{table}_{rule}_{zlib.crc32(condition.encode()):08x}"


def _column_rules(column: Column, declared: set[str]) -> list[tuple[str, str]]:
    """What a column's definition says about its values, as (name, SQL condition)."""
    name = column._meta.name
    choices = column._meta.choices
    if choices is not None:
        values = ", ".join("'" + str(choice.value) + "'" for choice in choices)
        # Cast, because PostgreSQL prints varchar = any (...) differently after a dump and restore.
        return [(f"{name}_values", f'"{name}"::text in ({values})')]
    if type(column) is not Varchar or f"{name}_shape" in declared:
        return []
    if not column._meta.null and column._meta.params["default"] is None:
        return [(f"{name}_filled", f"\"{name}\" ~ '\\S'")]
    return []


def _constrain(table: type[Table]) -> None:
    """Name the declared constraints of `table` and add those that its columns imply.

    A unique constraint is called as PostgreSQL would call it (`users_email_key`), a check
    `<table>_<rule>_<hash>`.
    """
    meta = table._meta
    declared = {constraint._meta.name for constraint in meta.constraints}
    for constraint in meta.constraints:
        if isinstance(constraint, Unique):
            columns = constraint._meta.params["columns"]
            constraint._meta.name = "_".join([meta.tablename, *columns, "key"])
        elif isinstance(constraint, Check):
            constraint._meta.name = _check_name(
                meta.tablename, constraint._meta.name, constraint.get_condition_str()
            )
    for column in meta.columns:
        for rule, condition in _column_rules(column, declared):
            check = Check(condition, name=_check_name(meta.tablename, rule, condition))
            meta.constraints.append(check)
    for constraint in meta.constraints:
        if len(constraint._meta.name) > LONGEST_NAME:
            raise ValueError(
                f"The constraint name {constraint._meta.name} is too long: shorten it."
            )


class Rules:
    """Puts into the database what the columns say.

    A column with `choices` holds only their values, and a required `Varchar` (`null=False,
    default=None`) holds more than white space, unless a check `<column>_shape` says what it holds.
    Checks are renamed so that a changed one is noticed.
    """

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if issubclass(cls, Table):
            _constrain(cls)


class Identified:
    """The primary key."""

    id: UUID = UUID(
        primary_key=True, default=UUIDv7(), help_text="Made in order of time (UUID version 7)."
    )


class Created:
    """When a row was made."""

    created_at: Timestamptz = Timestamptz(
        default=TimestamptzNow(), null=False, help_text="When this was created, in UTC."
    )


class Updated:
    """When a row was changed last: kept by a trigger, so plain SQL moves it as well."""

    updated_at: Timestamptz = Timestamptz(
        default=TimestamptzNow(), null=False, help_text="When this was changed last, in UTC."
    )


# Piccolo collects columns from the last base class to the first.
class AppTable(Rules, Updated, Created, Identified, Table):
    """A table of the application: `id`, `created_at`, `updated_at`, then its own columns."""

    @classmethod
    def get_readable(cls) -> Readable:
        """How the admin shows a row where another one refers to it: by its name, if it has one."""
        columns = {column._meta.name: column for column in cls._meta.columns}
        for name in ("email", "title", "name", "code", "key", "slug"):
            if name in columns:
                return Readable(template="%s", columns=[columns[name]])
        return Readable(template="%s", columns=[cls._meta.primary_key])


class AppendOnlyTable(Rules, Created, Identified, Table):
    """A table whose rows are written once: the database refuses to change or delete them."""
