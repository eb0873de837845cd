"""Changes by a caller, within their policy: of one row, or of many in one statement."""

import uuid
from collections.abc import Iterable, Mapping, Sequence

from piccolo.columns import ForeignKey
from piccolo.table import Table

from app.bridge.access import Access, AccessTable, Action, Viewer, join_of, table_name
from app.bridge.columns import column_type
from app.bridge.errors import NotAllowed, NotLoggedIn, Path, Problem, Refused
from app.bridge.plan import (
    Constant,
    Everything,
    Exists,
    IsNull,
    ParentKeys,
    Predicate,
    any_of,
)
from app.bridge.plan.changes import Questions, Targets, UpdateMany
from app.bridge.sql import changes as sql
from app.bridge.sql.changes import TEST
from app.bridge.validation import Values, argument_name, stored
from app.bridge.violations import not_found, taken
from app.bridge.writing import (
    Fetch,
    PathOf,
    Row,
    Writing,
    Written,
    column_of,
    key_of,
    new_key,
    row_of,
)

# What the tests of a statement are about: the policy's predicate, a column, a foreign key.
_ALLOWED = "allowed"
_MAY_SET = "may_set_"
_SEES = "sees_"


class Changes(Writing):
    """Writes rows for one caller, in the current transaction.

    The methods of this class ask the policy; those of `Writing` are for what the application does
    itself. Beside Refused, for bad input and for rows that are not there to the caller, they raise
    NotAllowed (NotLoggedIn for unknown callers) for what the caller may not do.
    """

    def __init__(self, access: AccessTable, viewer: Viewer, fetch: Fetch) -> None:
        super().__init__(viewer, fetch)
        self._access = access

    async def target(
        self,
        table: type[Table],
        key: uuid.UUID,
        action: Action = Action.CHANGE,
        path: Path = ("id",),
    ) -> Row:
        """The row with this key, locked, for a change that the policy allows by `action`."""
        (row,) = await self._targets(table, [key], action, lambda _: path)
        return row

    async def find(
        self, table: type[Table], key: uuid.UUID, action: Action = Action.READ
    ) -> Row | None:
        """The row with this key, not locked; None where the caller is not allowed the action."""
        rows = self._of(table, action).rows
        statement = sql.lock(
            Targets(
                table_name(table),
                key_of(table),
                ParentKeys("uuid"),
                rows,
                Questions(()),
                locked=False,
            )
        )
        records = await self._run(statement, [key])
        return row_of(table, records[0]) if records else None

    async def targets(
        self,
        table: type[Table],
        keys: Sequence[uuid.UUID],
        path: PathOf,
        action: Action = Action.CHANGE,
    ) -> list[Row]:
        """As `target`, for several rows: all of them, in the order of `keys`, or none."""
        self._check(table, action, [])
        return await self._targets(table, keys, action, path)

    async def create(self, table: type[Table], values: Values, path: Path = ("input",)) -> Row:
        """A new row of the caller's."""
        (row,) = await self.create_many(table, [values], lambda _: path)
        return row

    async def create_many(
        self, table: type[Table], rows: Sequence[Values], path: PathOf
    ) -> list[Row]:
        """New rows of the caller's, in one statement: all of them, or none and every problem."""
        self._check(table, Action.CREATE, rows)
        key = key_of(table)
        made = [
            {key: Constant(new_key(table), "uuid")} | row
            for row in self._stored(table, rows, path, new=True)
        ]
        tests = self._of_new(table, made)
        records = await self._insert(table, made, path, tests, skip=True)
        found = {record[key]: record for record in records}
        left_out = [n for n, row in enumerate(made) if row[key].value not in found]
        if left_out:
            # What stands in the way may be hidden: only whoever may create such a row is told.
            await self._check_new(table, made, rows, path, left_out)
            if len(made) > 1:
                raise Refused(*(taken([], path(place)) for place in left_out))
            # Of one row, the constraint that it violates tells more than that it was left out.
            records = await self._insert(table, made, path, tests)
            found = {record[key]: record for record in records}
        ordered = [found[row[key].value] for row in made]
        self._judge_new(table, ordered, rows, path)
        return self._note_new(table, ordered)

    async def update(
        self,
        table: type[Table],
        key: uuid.UUID,
        values: Values,
        *,
        path: Path = ("input",),
        id_path: Path = ("id",),
    ) -> Row:
        """New values of a row that the caller may change; columns left out stay as they are."""
        self._check(table, Action.CHANGE, [values])
        made = stored(table, values, path)
        (row,) = await self._targets(table, [key], Action.CHANGE, lambda _: id_path, values)
        if not made:
            return self._note(table, key, row, row, ())
        record, row = await self._update(table, key, made, path, Questions(self._sees(table, made)))
        self._check_parents(table, [record], [values], lambda _: path)
        return row

    async def update_many(
        self,
        table: type[Table],
        rows: Sequence[tuple[uuid.UUID, Values]],
        path: PathOf,
    ) -> list[Row]:
        """New values of several rows, in one statement: of all of them, or none."""
        keys, every = [key for key, _ in rows], [values for _, values in rows]
        self._check(table, Action.CHANGE, every)
        made = self._stored(table, every, path)
        names = tuple(dict.fromkeys(name for each in made for name in each))
        before = await self._targets(
            table, keys, Action.CHANGE, lambda place: (*path(place), "id"), names
        )
        if not names:
            return [
                self._note(table, key, row, row, ()) for key, row in zip(keys, before, strict=True)
            ]
        update = UpdateMany(
            table_name(table),
            key_of(table),
            names,
            tuple(
                (Constant(key, "uuid"), tuple(values.get(name) for name in names))
                for key, values in zip(keys, made, strict=True)
            ),
            tuple(column_type(column_of(table, name)).pg for name in names),
            Questions(self._sees(table, names)),
        )
        found = {
            record[key_of(table)]: record
            for record in await self._guarded(table, path(0)[:-1], sql.update_many(update))
        }
        self._check_parents(table, [found[key] for key in keys], every, path)
        return [
            self._note(table, key, old, row_of(table, found[key]), new)
            for key, old, new in zip(keys, before, made, strict=True)
        ]

    async def upsert(
        self, table: type[Table], values: Values, by: Sequence[str], *, path: Path = ("input",)
    ) -> Row:
        """The row with these values of the unique columns `by`: changed if it is there, or new.

        Only for callers who may create it, so that nobody else learns whether it is there.
        """
        self._check(table, Action.CREATE, [values])
        made = stored(table, values, path, new=True)
        name = table._meta.get_formatted_tablename()
        # Two that upsert the same at once: the later one waits here, and then finds the row.
        await self.one_at_a_time(f"{name}:{[str(made[column].value) for column in by]}")
        meets = " and ".join(f'"{column}" = ${n}' for n, column in enumerate(by, 1))
        found = await self.fetch(
            f"select {key_of(table)} from {name} where {meets}",  # noqa: S608 - names of our tables
            *(made[column].value for column in by),
        )
        if not found:
            return await self.create(table, values, path)
        (key,) = found[0]
        tried = {key_of(table): Constant(key, "uuid")} | made
        await self._check_new(table, [tried], [values], lambda _: path, [0])
        rest = {name: value for name, value in values.items() if name not in by}
        place = (*path, argument_name(column_of(table, by[0])))
        return await self.update(table, key, rest, path=path, id_path=place)

    async def delete(self, table: type[Table], key: uuid.UUID, path: Path = ("id",)) -> Row:
        """Delete a row that the caller may delete, for good; returns what it was."""
        (row,) = await self.delete_many(table, [key], lambda _: path)
        return row

    async def delete_many(
        self, table: type[Table], keys: Sequence[uuid.UUID], path: PathOf
    ) -> list[Row]:
        """Delete several rows, in one statement: all of them, or none."""
        self._check(table, Action.DELETE, [])
        rows = await self._targets(table, keys, Action.DELETE, path)
        await self._delete(table, keys, path(0))
        self.written += [
            Written(table, key, row, None) for key, row in zip(keys, rows, strict=True)
        ]
        return rows

    # --- the policy -------------------------------------------------------------------------------

    async def _targets(
        self,
        table: type[Table],
        keys: Sequence[uuid.UUID],
        action: Action,
        path: PathOf,
        names: Iterable[str] = (),
    ) -> list[Row]:
        """The rows with these keys, in their order, locked; `names` are columns to be set."""
        access = self._of(table, action)
        narrowed = [
            (_MAY_SET + name, access.columns[name])
            for name in names
            if not isinstance(access.columns[name], Everything)
        ]
        visible = any_of(self._of(table, Action.READ).rows, access.rows)
        tests = Questions(((_ALLOWED, access.rows), *narrowed))
        statement = sql.lock(
            Targets(table_name(table), key_of(table), ParentKeys("uuid"), visible, tests)
        )
        found = {record[key_of(table)]: record for record in await self._run(statement, keys)}
        if problems := list(_unusable(table, keys, found, path)):
            raise Refused(*problems)
        for record in found.values():
            if not record[TEST + _ALLOWED]:
                raise self._refusal(table, action)
            for test, _ in narrowed:
                if not record[TEST + test]:
                    raise _forbidden_column(table, test.removeprefix(_MAY_SET))
        return [row_of(table, found[key]) for key in keys]

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

    def _of_new(self, table: type[Table], rows: Sequence[Mapping[str, Constant]]) -> Questions:
        """What is asked of new rows: whether the caller may create them, and sees their parents."""
        allowed = (_ALLOWED, self._of(table, Action.CREATE).rows)
        return Questions((allowed, *self._sees(table, {name for row in rows for name in row})))

    async def _check_new(
        self,
        table: type[Table],
        made: Sequence[Mapping[str, Constant]],
        rows: Sequence[Values],
        path: PathOf,
        places: Sequence[int],
    ) -> None:
        """Raise what creating the rows at `places` would, but for constraints; writes nothing."""
        tried = [made[place] for place in places]
        records = await self._try(table, tried, self._of_new(table, tried))
        found = {record[key_of(table)]: record for record in records}
        ordered = [found[row[key_of(table)].value] for row in tried]
        self._judge_new(
            table, ordered, [rows[place] for place in places], lambda n: path(places[n])
        )

    def _judge_new(
        self, table: type[Table], records: Sequence[Row], rows: Sequence[Values], path: PathOf
    ) -> None:
        # First of all: a parent that is hidden is told as one that is missing.
        self._check_parents(table, records, rows, path)
        if not all(record[TEST + _ALLOWED] for record in records):
            raise self._refusal(table, Action.CREATE)

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
        made: list[dict[str, Constant]] = []
        problems: list[Problem] = []
        for place, values in enumerate(rows):
            try:
                made.append(stored(table, values, path(place), new=new))
            except Refused as refused:
                problems.extend(refused.problems)
        if problems:
            raise Refused(*problems)
        return made


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
