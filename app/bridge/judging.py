"""What the policy says of a caller's writes: which rows are theirs, and which columns of them."""

import uuid
from collections.abc import Iterable, Mapping, Sequence

from piccolo.columns import ForeignKey
from piccolo.table import Table

from app.bridge.access import Access, AccessTable, Action, Viewer, join_of, table_name
from app.bridge.errors import (
    NotAllowed,
    NotLoggedIn,
    Problem,
    Refused,
    all_or_refused,
)
from app.bridge.plan import (
    Constant,
    Everything,
    Exists,
    IsNull,
    ParentKeys,
    Predicate,
    any_of,
)
from app.bridge.plan.changes import Lock, Questions, Targets
from app.bridge.sql import changes as sql
from app.bridge.sql.changes import TEST
from app.bridge.validation import Values, argument_name, stored
from app.bridge.violations import not_found
from app.bridge.writing import (
    Fetch,
    PathOf,
    Row,
    Writing,
    column_of,
    key_of,
    names_of,
    row_of,
)

# What the tests of a statement are about: the policy's predicate, a column, a foreign key.
_ALLOWED = "allowed"
_MAY_SET = "may_set_"
_SEES = "sees_"

_DELETING = frozenset({Action.DELETE, Action.PURGE})


class Judging(Writing):
    """Asks the policy about rows that a caller writes, in the statements that read or write them.

    Raises NotAllowed (NotLoggedIn for unknown callers) for what is not theirs, and Refused for rows
    that are not there to them.
    """

    def __init__(self, access: AccessTable, viewer: Viewer, fetch: Fetch) -> None:
        super().__init__(viewer, fetch)
        self._access = access

    async def _targets(
        self,
        table: type[Table],
        keys: Sequence[uuid.UUID],
        action: Action,
        path: PathOf,
        given: Sequence[Values] = (),
    ) -> list[Row]:
        """The rows with these keys, in their order, locked; `given` is what they are to get."""
        access = self._of(table, action)
        visible = any_of(self._of(table, Action.READ).rows, access.rows)
        tests = Questions(_allowed(access, given))
        lock = Lock.DELETE if action in _DELETING else Lock.CHANGE
        statement = sql.lock(
            Targets(table_name(table), key_of(table), ParentKeys("uuid"), visible, tests, lock)
        )
        found = {record[key_of(table)]: record for record in await self._run(statement, keys)}
        if problems := list(_unusable(table, keys, found, path)):
            raise Refused(*problems)
        records = [found[key] for key in keys]
        self._judge(table, action, records, given)
        return [row_of(table, record) for record in records]

    def _of(self, table: type[Table], action: Action) -> Access:
        return self._access.of(table, self.viewer.kind, action)

    def _check(self, table: type[Table], action: Action, rows: Iterable[Values]) -> Access:
        """What the caller may do by `action`; raises NotAllowed for columns that are not theirs."""
        access = self._of(table, action)
        if not access.columns:
            raise self._refusal(table, action)
        for name in (name for values in rows for name in values):
            if name not in access.columns:
                raise _forbidden_column(table, name)
        return access

    def _refusal(self, table: type[Table], action: Action) -> NotAllowed | NotLoggedIn:
        if not self.viewer.values:
            return NotLoggedIn("log in first")
        return NotAllowed(f"you may not {action.value} this {table.__name__}")

    def _of_new(self, table: type[Table], rows: Sequence[Values]) -> Questions:
        """What is asked of new rows: whether the caller may create them, and sees their parents."""
        allowed = _allowed(self._of(table, Action.CREATE), rows)
        return Questions((*allowed, *self._sees(table, names_of(rows))))

    async def _check_new(
        self,
        table: type[Table],
        made: Sequence[Mapping[str, Constant]],
        rows: Sequence[Values],
        path: PathOf,
    ) -> None:
        """Raise what creating the rows would, but for constraints; writes nothing."""
        records = await self._try(table, made, self._of_new(table, rows))
        found = {record[key_of(table)]: record for record in records}
        ordered = [found[row[key_of(table)].value] for row in made]
        self._judge_new(table, ordered, rows, path)

    def _judge_new(
        self, table: type[Table], records: Sequence[Row], rows: Sequence[Values], path: PathOf
    ) -> None:
        # First of all: a parent that is hidden is told as one that is missing.
        self._check_parents(table, records, rows, path)
        self._judge(table, Action.CREATE, records, rows)

    def _judge(
        self, table: type[Table], action: Action, records: Sequence[Row], given: Sequence[Values]
    ) -> None:
        """Raise what the answers to `_allowed` say that the caller may not do."""
        if not all(record[TEST + _ALLOWED] for record in records):
            raise self._refusal(table, action)
        for record, values in zip(records, given, strict=bool(given)):
            for name in values:
                if not record.get(TEST + _MAY_SET + name, True):
                    raise _forbidden_column(table, name)

    def _sees(self, table: type[Table], names: Iterable[str]) -> tuple[tuple[str, Predicate], ...]:
        """For each foreign key among `names`: whether the caller may read what it leads to."""
        conditions: list[tuple[str, Predicate]] = []
        for name in names:
            column = column_of(table, name)
            if isinstance(column, ForeignKey):
                target = column._foreign_key_meta.resolved_references
                seen = Exists(join_of(column), self._of(target, Action.READ).rows)
                conditions.append((_SEES + name, any_of(IsNull(name), seen)))
        return tuple(conditions)

    def _check_parents(
        self,
        table: type[Table],
        records: Sequence[Row],
        given: Sequence[Values],
        path: PathOf,
    ) -> None:
        problems = [
            not_found(column, path(place))
            for place, (record, values) in enumerate(zip(records, given, strict=True))
            for column in table._meta.columns
            if isinstance(column, ForeignKey)
            and column._meta.name in values
            and not record[TEST + _SEES + column._meta.name]
        ]
        if problems:
            raise Refused(*problems)

    def _stored(
        self, table: type[Table], rows: Sequence[Values], path: PathOf, *, new: bool = False
    ) -> list[dict[str, Constant]]:
        """As `stored`, for every row; raises Refused with the problems of all."""
        return all_or_refused(lambda n, values: stored(table, values, path(n), new=new), rows)


def _allowed(access: Access, given: Sequence[Values]) -> tuple[tuple[str, Predicate], ...]:
    """What is asked of rows: are they the caller's, and so the columns that only some rows have."""
    narrowed = (
        (_MAY_SET + name, access.columns[name])
        for name in names_of(given)
        if not isinstance(access.columns[name], Everything)
    )
    return ((_ALLOWED, access.rows), *narrowed)


def _unusable(
    table: type[Table], keys: Sequence[uuid.UUID], found: Row, path: PathOf
) -> Iterable[Problem]:
    for place, key in enumerate(keys):
        if key not in found:
            yield Problem("NOT_FOUND", f"there is no {table.__name__} with this id", path(place))
        elif key in keys[:place]:
            yield Problem("INVALID", "this id comes twice", path(place))


def _forbidden_column(table: type[Table], name: str) -> NotAllowed:
    column = argument_name(column_of(table, name))
    return NotAllowed(f"you may not set {column} of this {table.__name__}")
