"""What a selection needs from the database, as frozen data: predicates, orders, pages, plans.

The planner makes these, `sql.py` turns them into statements, `execute.py` runs them. A plan holds
no value of one caller: those are `FromViewer` and are bound when the statement runs, so one plan
serves every caller of the same kind.
"""

from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class TableName:
    """A table's qualified name."""

    schema: str
    name: str


# --- values ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Constant:
    """A value known when the plan is made; `pg` is the PostgreSQL type that it is sent as."""

    value: object
    pg: str


@dataclass(frozen=True, slots=True)
class FromViewer:
    """A value of the caller (`Viewer.values[name]`), bound when the statement runs."""

    name: str
    pg: str


@dataclass(frozen=True, slots=True)
class ParentKeys:
    """The keys of all parents of one batch, as an array of `pg`."""

    pg: str


Value = Constant | FromViewer | ParentKeys


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
    descending: bool = False
    nullable: bool = False
    nulls_first: bool = False

    @property
    def reversed(self) -> "OrderTerm":
        """The same column the other way round, nulls included (for paging backwards)."""
        return OrderTerm(self.column, not self.descending, self.nullable, not self.nulls_first)


# Plans are compared and hashed by identity: a plan is made once for a selection, and what belongs
# to that selection (its loader, its statement) is found by it.


@dataclass(frozen=True, slots=True)
class Read:
    """The rows and columns of one exposed table that a plan stands on."""

    type_name: str
    table: TableName
    columns: tuple[ColumnRead, ...]
    where: Predicate


@dataclass(frozen=True, slots=True, eq=False)
class RowPlan:
    """What becomes of one row: an object of a type, with the relations selected below it.

    `children` are keyed by response key, so that aliases of one relation stay apart.
    """

    type_name: str
    children: dict[str, "ChildPlan"]


@dataclass(frozen=True, slots=True, eq=False)
class SinglePlan:
    """At most one row."""

    read: Read
    row: RowPlan


@dataclass(frozen=True, slots=True, eq=False)
class PagePlan:
    """One page of a connection.

    `limit` rows are wanted and one more is fetched, to know whether there are others. With
    `backwards` the page is read from the end: `order` is then already reversed, and the rows have
    to be turned round. `boundary` is the keyset condition of `after` and `before`, which does not
    narrow the count. `after` and `before` tell which of them were given, `rows` whether any row is
    asked for at all; `nodes` and `edges` hold, by response key, what becomes of the rows.
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
    nodes: dict[str, RowPlan]
    edges: dict[str, dict[str, RowPlan]]


@dataclass(frozen=True, slots=True, eq=False)
class ToOnePlan:
    """The row that `join` leads to from each parent."""

    join: Join
    key_type: str
    read: Read
    row: RowPlan


@dataclass(frozen=True, slots=True, eq=False)
class ToManyPlan:
    """A page of the rows that `join` leads to, for each parent."""

    join: Join
    key_type: str
    page: PagePlan


ChildPlan = ToOnePlan | ToManyPlan


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL text with `$1`, `$2` ... and the value of each, in order."""

    sql: str
    values: tuple[Value, ...]
