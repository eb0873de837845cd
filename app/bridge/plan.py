"""What a selection needs from the database, as frozen data: predicates, orders, pages, plans.

The planner makes these, `sql` turns them into statements, `execute.py` runs them. A plan holds no
value of one caller (`FromViewer`), and of a request only those that decided something: the others
(`FromVariable`) are bound when the statement runs. So one plan serves many requests of all callers
of the same kind.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
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


@dataclass(frozen=True, slots=True)
class ParentKeys:
    """The keys of all parents of one batch, as an array of `pg`."""

    pg: str


Value = Constant | FromViewer | FromVariable | ParentKeys


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


@dataclass(frozen=True, slots=True)
class Everything:
    """Every row."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """No row."""


@dataclass(frozen=True, slots=True)
class Compare:
    """Rows whose column compares with a value; never true for a column that is null."""

    column: str
    operator: Operator
    value: Value


@dataclass(frozen=True, slots=True)
class IsNull:
    """Rows whose column is null (or, negated, is not)."""

    column: str
    negated: bool = False


@dataclass(frozen=True, slots=True)
class AllOf:
    """Rows for which every part holds."""

    parts: tuple["Predicate", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Rows for which at least one part holds."""

    parts: tuple["Predicate", ...]


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


Predicate = Everything | Nothing | Compare | IsNull | AllOf | AnyOf | Exists


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


def assume(known: Predicate, predicate: Predicate) -> Predicate:
    """`predicate` for rows of which `known` is already certain: its copies in it become true."""
    if predicate == known:
        return Everything()
    if isinstance(predicate, AllOf):
        return all_of(*(assume(known, part) for part in predicate.parts))
    if isinstance(predicate, AnyOf):
        return any_of(*(assume(known, part) for part in predicate.parts))
    return predicate


class JSONKind(StrEnum):
    """How a column's value looks in an answer, which decides how SQL renders it."""

    STRING = "string"  # text
    LITERAL = "literal"  # whole and floating numbers, booleans
    QUOTED = "quoted"  # exact numbers, uuids and dates, as the text that PostgreSQL prints
    TIME = "time"  # moments, in UTC to the microsecond
    ARRAY = "array"  # arrays
    JSON = "json"  # JSON already


# --- plans ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ColumnRead:
    """One column to fetch; where `guard` does not hold for a row, null is fetched instead."""

    name: str
    guard: Predicate = field(default_factory=Everything)


@dataclass(frozen=True, slots=True)
class OrderTerm:
    """One column to sort by. `nullable` tells whether nulls have to be placed at all."""

    column: str
    kind: JSONKind
    descending: bool = False
    nullable: bool = False
    nulls_first: bool = False

    @property
    def reversed(self) -> "OrderTerm":
        """The same column the other way round, nulls included (for paging backwards)."""
        return replace(self, descending=not self.descending, nulls_first=not self.nulls_first)


# Plans are compared and hashed by identity: a plan is made once for a selection, and what belongs
# to that selection (its loader, its statements) is found by it.


@dataclass(frozen=True, slots=True)
class Read:
    """The rows and columns of one exposed table that a plan stands on.

    `columns` is what resolvers need of a row in rows mode; JSON mode takes the outputs instead.
    """

    type_name: str
    table: TableName
    columns: tuple[ColumnRead, ...]
    where: Predicate


@dataclass(frozen=True, slots=True)
class ColumnOut:
    """A response key that holds a column, rendered as `kind` says; null where the guard fails."""

    key: str
    read: ColumnRead
    kind: JSONKind
    nullable: bool


@dataclass(frozen=True, slots=True)
class IdOut:
    """A response key that holds the global id."""

    key: str
    column: str
    type_name: str


@dataclass(frozen=True, slots=True)
class TypenameOut:
    """A response key that holds the type's name."""

    key: str
    type_name: str


@dataclass(frozen=True, slots=True)
class ComputedOut:
    """A response key that holds what a resolver in Python returns: only rows mode has it."""

    key: str


@dataclass(frozen=True, slots=True, eq=False)
class ToOneOut:
    """A response key that holds the row that `join` leads to; null where the guard fails."""

    key: str
    join: Join
    guard: Predicate
    key_type: str
    read: Read
    row: "RowPlan"


@dataclass(frozen=True, slots=True, eq=False)
class ToManyOut:
    """A response key that holds a page of the rows that `join` leads to."""

    key: str
    join: Join
    key_type: str
    page: "PagePlan"


Output = ColumnOut | IdOut | TypenameOut | ComputedOut | ToOneOut | ToManyOut


@dataclass(frozen=True, slots=True, eq=False)
class RowPlan:
    """What becomes of one row: an object of a type, with `outputs` in the order of the selection.

    `pure` tells that nothing below needs Python, so that the object can be finished JSON.
    `children` finds the relations by response key.
    """

    type_name: str
    key: str
    outputs: tuple[Output, ...]
    pure: bool
    children: dict[str, ToOneOut | ToManyOut]


@dataclass(frozen=True, slots=True, eq=False)
class SinglePlan:
    """At most one row."""

    read: Read
    row: RowPlan


@dataclass(frozen=True, slots=True, eq=False)
class NodesOut:
    """A response key that holds the rows of the page."""

    key: str
    row: RowPlan


@dataclass(frozen=True, slots=True)
class CursorOut:
    """A response key of an edge that holds the row's cursor."""

    key: str


@dataclass(frozen=True, slots=True, eq=False)
class EdgesOut:
    """A response key that holds the rows of the page as edges."""

    key: str
    outputs: tuple[NodesOut | CursorOut | TypenameOut, ...]


class PageFact(StrEnum):
    """The fields of PageInfo."""

    HAS_NEXT = "hasNextPage"
    HAS_PREVIOUS = "hasPreviousPage"
    START = "startCursor"
    END = "endCursor"


@dataclass(frozen=True, slots=True)
class PageInfoOut:
    """A response key that holds where the page stands in its list, as (key, fact) pairs."""

    key: str
    outputs: tuple[tuple[str, PageFact] | TypenameOut, ...]


@dataclass(frozen=True, slots=True)
class CountOut:
    """A response key that holds the number of rows of the whole list."""

    key: str


PageOutput = NodesOut | EdgesOut | PageInfoOut | CountOut | TypenameOut


@dataclass(frozen=True, slots=True, eq=False)
class PagePlan:
    """One page of a connection.

    `limit` rows are wanted; where `peek`, one more is fetched, to know whether there are others.
    With `backwards` the page is read from the end: `order` is then already reversed, and the rows
    have to be turned round. `boundary` is the keyset condition of `after` and `before`, which does
    not narrow the count. `after` and `before` tell which of them were given, `rows` whether any row
    is asked for at all, `cursors` whether any cursor is.
    """

    read: Read
    boundary: Predicate
    order: tuple[OrderTerm, ...]
    fingerprint: str
    limit: int
    backwards: bool
    after: bool
    before: bool
    rows: bool
    peek: bool
    cursors: bool
    pure: bool
    outputs: tuple[PageOutput, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL text with `$1`, `$2` ... and the value of each, in order."""

    sql: str
    values: tuple[Value, ...]
