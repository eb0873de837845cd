"""Values and conditions, as frozen data, and how conditions join."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from app.bridge.variables import Leaf


@dataclass(frozen=True, slots=True)
class TableName:
    """A table's qualified name."""

    schema: str
    name: str


# --- values ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Constant:
    """A value known when the plan is made; `pg` is the PostgreSQL type that it is sent as.

    One that is `fixed`, by a policy, stands in the SQL itself: PostgreSQL then knows how rare it
    is, and keeps the statement's plan.
    """

    value: object
    pg: str
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class FromViewer:
    """A value of the caller (`Viewer.values[name]`), bound when the statement runs."""

    name: str
    pg: str


@dataclass(frozen=True, slots=True)
class FromVariable:
    """A value of the request, decoded and bound when the statement runs.

    `decode` may raise InputError. Constants have been through it when the plan was made.
    """

    leaf: Leaf
    decode: Callable[[Any], object]
    pg: str


@dataclass(frozen=True, slots=True, eq=False)
class FromVariables:
    """A value put together of several of the request: lists and objects with leaves in them."""

    tree: Any
    decode: Callable[[Any], object]
    pg: str


@dataclass(frozen=True, slots=True)
class ParentKeys:
    """The keys of all parents of one batch, as an array of `pg`."""

    pg: str


Value = Constant | FromViewer | FromVariable | FromVariables | ParentKeys


# --- predicates -----------------------------------------------------------------------------------


class Operator(StrEnum):
    """How a column is compared with a value, spelled as in SQL."""

    EQ = "="
    NE = "<>"
    LT = "<"
    LE = "<="
    GT = ">"
    GE = ">="
    ANY = "= any"
    NOT_ANY = "<> all"
    LIKE = "like"
    ILIKE = "ilike"
    CONTAINS = "@>"
    OVERLAPS = "&&"
    HAS_KEY = "?"


@dataclass(frozen=True, slots=True)
class Everything:
    """Every row."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """No row."""


@dataclass(frozen=True, slots=True)
class Compare:
    """Rows whose column compares with a value; never true for a column that is null.

    Of a jsonb column, `path` is the path of the part that is compared.
    """

    column: str
    operator: Operator
    value: Value
    path: Value | None = None


@dataclass(frozen=True, slots=True)
class IsNull:
    """Rows whose column is null (or, negated, is not)."""

    column: str
    negated: bool = False
    path: Value | None = None


@dataclass(frozen=True, slots=True)
class Matches:
    """Rows for whose column and a value the SQL function called `function` says yes."""

    function: str
    column: str
    value: Value


@dataclass(frozen=True, slots=True)
class AllOf:
    """Rows for which every part holds."""

    parts: tuple["Predicate", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Rows for which at least one part holds."""

    parts: tuple["Predicate", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Rows for which the part does not hold, because it is false or because of a null."""

    part: "Predicate"


@dataclass(frozen=True, slots=True)
class Join:
    """How rows of one table meet rows of `target`: `row.local = target.remote`."""

    target: TableName
    local: str
    remote: str


@dataclass(frozen=True, slots=True)
class Exists:
    """Rows that meet at least one row of the join's target for which `where` holds."""

    join: Join
    where: "Predicate"


@dataclass(frozen=True, slots=True)
class Step:
    """The way from a row to the one row behind a foreign key, as far as it may be read.

    It leads nowhere where `guard` fails for the row, or `where` for the other.
    """

    join: Join
    guard: "Predicate"
    where: "Predicate"


@dataclass(frozen=True, slots=True)
class At:
    """Rows whose row at the end of `path` the part holds for; every column is null where none is.

    Only for the rows that a statement sorts: they are joined already.
    """

    path: tuple[Step, ...]
    part: "Predicate"


Predicate = Everything | Nothing | Compare | IsNull | Matches | AllOf | AnyOf | Not | Exists | At


def all_of(*parts: Predicate) -> Predicate:
    """The conjunction of `parts`, folded: nothing absorbs, everything disappears."""
    kept: list[Predicate] = []
    for part in parts:
        if isinstance(part, Nothing):
            return part
        if isinstance(part, AllOf):
            kept.extend(part.parts)
        elif not isinstance(part, Everything):
            kept.append(part)
    unique = tuple(dict.fromkeys(kept))
    if not unique:
        return Everything()
    return unique[0] if len(unique) == 1 else AllOf(unique)


def any_of(*parts: Predicate) -> Predicate:
    """The disjunction of `parts`, folded: everything absorbs, nothing disappears."""
    kept: list[Predicate] = []
    for part in parts:
        if isinstance(part, Everything):
            return part
        if isinstance(part, AnyOf):
            kept.extend(part.parts)
        elif not isinstance(part, Nothing):
            kept.append(part)
    unique = tuple(dict.fromkeys(kept))
    if not unique:
        return Nothing()
    return unique[0] if len(unique) == 1 else AnyOf(unique)


def negation(predicate: Predicate) -> Predicate:
    """Every row for which `predicate` does not hold."""
    match predicate:
        case Everything():
            return Nothing()
        case Nothing():
            return Everything()
        case Not(part):
            return part
        case IsNull():
            return replace(predicate, negated=not predicate.negated)
        case _:
            return Not(predicate)


def exists(join: Join, where: Predicate) -> Predicate:
    """Rows that meet at least one row of the join's target for which `where` holds."""
    return where if isinstance(where, Nothing) else Exists(join, where)


def assume(known: Predicate, predicate: Predicate) -> Predicate:
    """`predicate` for rows of which `known` is already certain: its copies in it become true."""
    if predicate == known:
        return Everything()
    if isinstance(predicate, AllOf):
        return all_of(*(assume(known, part) for part in predicate.parts))
    if isinstance(predicate, AnyOf):
        return any_of(*(assume(known, part) for part in predicate.parts))
    return predicate
