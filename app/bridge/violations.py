"""What the database refuses, as problems that the sender can mend.

A check is named after its table and rule, a unique constraint after its columns: see the base class
of the tables. What is told comes from the statement's own table and columns, never from other rows.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

from asyncpg import (
    CheckViolationError,
    ForeignKeyViolationError,
    IntegrityConstraintViolationError,
    NotNullViolationError,
    RestrictViolationError,
    UniqueViolationError,
)
from piccolo.columns import Column
from piccolo.constraints import Unique
from piccolo.table import Table

from app.bridge.errors import Path, Problem
from app.bridge.validation import argument_name, rules_of

# What a violated key has, in the detail of an error; an index on expressions does not match.
_VALUES = re.compile(r"\(([^()]*)\)=\((.*)\)", re.DOTALL)


def problem_of(
    error: IntegrityConstraintViolationError, table: type[Table], path: Path
) -> Problem | None:
    """The problem behind a constraint that refused a row of `table`.

    None when it is not one of the input: then it is a fault of the server's. `path` leads to the
    input.
    """
    name = str(getattr(error, "constraint_name", None) or "")
    match error:
        case UniqueViolationError():
            return taken(_columns_of(name, table), path)
        case ForeignKeyViolationError() if _is_of(name, table):
            columns = _columns_of(name, table)
            return not_found(columns[0], path) if columns else None
        case ForeignKeyViolationError() | RestrictViolationError():
            # Raised for the table that is referred to: rows of another one still need this row.
            return Problem("IN_USE", "it is still used by something else", path)
        case CheckViolationError():
            return _check(name, table, path)
        case NotNullViolationError():
            wanted = str(getattr(error, "column_name", ""))
            columns = [c for c in table._meta.columns if c._meta.name == wanted]
            return Problem("REQUIRED", f"{wanted} is missing", _place(path, columns))
        case _:
            return None


def place_of(
    error: BaseException | None, key: str, rows: Sequence[Mapping[str, object]]
) -> int | None:
    """Which of the rows, as they were to be, the database refused; None where that is not clear.

    Its detail alone tells: "Key (a, b)=(1, 2) ..." or "Failing row contains (<key>, ...)".
    """
    detail = str(getattr(error, "detail", None) or "")
    if (found := _VALUES.search(detail)) is None:
        fits = [n for n, row in enumerate(rows) if f"({row[key]}, " in detail]
    else:
        names = [name.strip('"') for name in found[1].split(", ")]
        fits = [
            n
            for n, row in enumerate(rows)
            if all(name in row for name in names)
            and ", ".join(str(row[name]) for name in names) == found[2]
        ]
    # Of two that are to have the same, the later one is in the way of the other.
    return fits[-1] if fits else None


def taken(columns: list[Column], path: Path) -> Problem:
    """Another row has these values of unique columns already."""
    names = " and ".join(map(argument_name, columns)) or "a value that must be unique"
    if len(columns) > 1:
        said = f"{names} are taken together; change one of them"
    else:
        said = f"{names} is taken; choose another one"
    return Problem("TAKEN", said, _place(path, columns))


def not_found(column: Column, path: Path) -> Problem:
    """A foreign key that leads to no row that the caller may read."""
    name = argument_name(column)
    return Problem("NOT_FOUND", f"{name} leads to nothing that you may read", (*path, name))


def unique_columns(table: type[Table]) -> Iterable[tuple[str, ...]]:
    """The names of the columns of each unique constraint."""
    for column in table._meta.columns:
        if column._meta.unique or column._meta.primary_key:
            yield (column._meta.name,)
    for constraint in table._meta.constraints:
        if isinstance(constraint, Unique):
            yield tuple(constraint._meta.params["columns"])


def _is_of(constraint: str, table: type[Table]) -> bool:
    return constraint.startswith(f"{table._meta.tablename}_")


def _columns_of(constraint: str, table: type[Table]) -> list[Column]:
    """The columns that a constraint is named after: `<table>_<columns>_key` or `_fkey`."""
    middle = re.sub(r"_(key|fkey\d*)$", "", constraint.removeprefix(f"{table._meta.tablename}_"))
    by_name = {column._meta.name: column for column in table._meta.columns}
    if middle in by_name:
        return [by_name[middle]]
    for names in unique_columns(table):
        if "_".join(names) == middle:
            return [by_name[name] for name in names]
    return []


def _check(name: str, table: type[Table], path: Path) -> Problem:
    for constraint in table._meta.constraints:
        if constraint._meta.name == name:
            for rule in rules_of(table):
                if getattr(constraint, "rule", None) is rule:
                    (column,) = (c for c in table._meta.columns if c._meta.name == rule.column)
                    said = f"{argument_name(column)} {rule.sentence}"
                    return Problem("INVALID", said, (*path, argument_name(column)))
    rule_name = name.removeprefix(f"{table._meta.tablename}_").rpartition("_")[0]
    said = f"these values do not go together: {rule_name.replace('_', ' ')}"
    return Problem("INVALID", said, path)


def _place(path: Path, columns: list[Column]) -> Path:
    return (*path, argument_name(columns[0])) if len(columns) == 1 else path
