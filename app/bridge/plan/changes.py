"""What is written, as frozen data: the rows of an insert, the new values of an update."""

from dataclasses import dataclass
from enum import Enum

from app.bridge.plan.predicates import Predicate, TableName, Value


@dataclass(frozen=True, slots=True)
class Questions:
    """What is asked about each row once it is written, in the same statement, by name."""

    conditions: tuple[tuple[str, Predicate], ...] = ()


@dataclass(frozen=True, slots=True)
class Insert:
    """New rows of one table, each with a value for every one of `columns`.

    With `skip`, a row that another one stands in the way of, by a unique constraint, is left out.
    """

    table: TableName
    columns: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]
    tests: Questions = Questions()
    skip: bool = False


@dataclass(frozen=True, slots=True)
class Update:
    """New values of the row whose `key` column is `is_`."""

    table: TableName
    key: str
    is_: Value
    values: tuple[tuple[str, Value], ...]
    tests: Questions = Questions()


@dataclass(frozen=True, slots=True)
class UpdateMany:
    """New values of several rows; each row has, in the order of `columns`, a value or None."""

    table: TableName
    key: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Value, tuple[Value | None, ...]], ...]
    types: tuple[str, ...]
    tests: Questions = Questions()


class Lock(Enum):
    """How rows are locked: a change leaves their keys alone, so rows that refer to them may come.

    The audit row of whoever acts is one of those: two administrators who change each other would
    wait for each other.
    """

    NONE = ""
    CHANGE = "no key update"
    DELETE = "update"


@dataclass(frozen=True, slots=True)
class Targets:
    """The rows whose `key` column is among `keys`, as far as `visible` holds."""

    table: TableName
    key: str
    keys: Value
    visible: Predicate
    tests: Questions
    lock: Lock = Lock.CHANGE
