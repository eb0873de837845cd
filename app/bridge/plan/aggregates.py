"""Plans of aggregates: what is counted, added up and grouped, and where it stands in the answer."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

from app.bridge.plan.plans import JSONKind, Read
from app.bridge.plan.predicates import Predicate, Step, Value


class Function(StrEnum):
    """The aggregate functions, by their names in SQL and in the API."""

    COUNT = "count"
    SUM = "sum"
    AVG = "avg"
    MIN = "min"
    MAX = "max"


class Bucket(StrEnum):
    """Spans of time that moments are grouped by, in UTC."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Subject:
    """One value of each row: a column at the end of `path`, null where `guard` does not hold.

    With a `bucket`, it is the beginning of that span of time.
    """

    column: str
    guard: Predicate
    path: tuple[Step, ...] = ()
    bucket: Bucket | None = None


@dataclass(frozen=True, slots=True)
class GroupKey:
    """What rows are grouped by; shown as a global id of `type_name`, where that is given.

    `load` makes of a fetched value what resolvers see.
    """

    subject: Subject
    kind: JSONKind
    type_name: str | None = None
    load: Callable[[Any], Any] | None = None


@dataclass(frozen=True, slots=True)
class Measure:
    """A function of all rows of a group; its result is cast to `pg`, where that is given."""

    function: Function
    subject: Subject | None
    kind: JSONKind
    pg: str | None = None


# What stands under a response key: a value by its place among keys and measures, a type's name, an
# object, or groups.
Place: TypeAlias = "int | str | tuple[tuple[str, Place], ...] | AggregatePlan"


@dataclass(frozen=True, slots=True, eq=False)
class AggregatePlan:
    """One statement about all rows of `read`: a record in all, or one for each group.

    Groups come largest first, `limit` at the most. `shape` tells what becomes of a record; other
    plans in it have statements of their own.
    """

    read: Read
    keys: tuple[GroupKey, ...]
    measures: tuple[Measure, ...]
    shape: tuple[tuple[str, Place], ...]
    limit: int | None = None
    given: tuple[Value, ...] = ()
