"""Plans: what is read, in which order, and what becomes of it under which response key."""

from dataclasses import dataclass, field, replace
from enum import StrEnum

from app.bridge.plan.predicates import Everything, Join, Predicate, Step, TableName, Value


class JSONKind(StrEnum):
    """How a column's value looks in an answer, which decides how SQL renders it."""

    STRING = "string"  # text
    LONG = "long"  # text that may be long
    LITERAL = "literal"  # whole and floating numbers, booleans
    QUOTED = "quoted"  # exact numbers, uuids and dates, as the text that PostgreSQL prints
    TIME = "time"  # moments, in UTC to the microsecond
    ARRAY = "array"  # arrays
    JSON = "json"  # JSON already


@dataclass(frozen=True, slots=True)
class ColumnRead:
    """One column to fetch; where `guard` does not hold for a row, null is fetched instead."""

    name: str
    guard: Predicate = field(default_factory=Everything)


@dataclass(frozen=True, slots=True)
class OrderTerm:
    """One column to sort by, of the row at the end of `path` (none: the row itself).

    Where `guard` does not hold for that row, the column counts as null. `nullable` tells whether
    nulls have to be placed at all.
    """

    column: str
    kind: JSONKind
    descending: bool = False
    nullable: bool = False
    nulls_first: bool = False
    path: tuple[Step, ...] = ()
    guard: Predicate = field(default_factory=Everything)

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
    """At most one row; `given` as in a page."""

    read: Read
    row: RowPlan
    given: tuple[Value, ...] = ()


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
    is asked for at all, `cursors` whether any cursor is. `given` are the values of the request that
    it was planned with, nested pages included, whether they ended up in a statement or not.
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
    given: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL text with `$1`, `$2` ... and the value of each, in order."""

    sql: str
    values: tuple[Value, ...]
