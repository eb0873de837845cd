"""Changes by a caller, within their policy: of one row, or of many in one statement."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace

from piccolo.table import Table

from app.bridge.access import Action, table_name
from app.bridge.errors import (
    Path,
    Problem,
    Refused,
)
from app.bridge.judging import Judging
from app.bridge.plan import (
    Constant,
    ParentKeys,
)
from app.bridge.plan.changes import Lock, Questions, Targets
from app.bridge.sql import changes as sql
from app.bridge.validation import Values, argument_name, stored
from app.bridge.violations import place_of, taken, unique_columns
from app.bridge.writing import (
    PathOf,
    Row,
    Written,
    column_of,
    key_of,
    names_of,
    new_key,
    row_of,
)


class Changes(Judging):
    """Writes rows for one caller, in the current transaction.

    The methods of this class ask the policy; those of `Writing` are for what the application does
    itself. Beside Refused, for bad input and for rows that are not there to the caller, they raise
    NotAllowed (NotLoggedIn for unknown callers) for what the caller may not do.
    """

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
                Lock.NONE,
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
        tests, place = self._of_new(table, rows), _common(path, rows)
        if len(made) > 1:
            # A constraint does not say which row violates it: a parent that is missing would be
            # told at another place than one that is hidden.
            await self._check_new(table, made, rows, path)
        with _at_its_row(table, list(map(_plain, made)), path):
            records = await self._insert(table, _in_one_order(table, made), place, tests, skip=True)
        found = {record[key]: record for record in records}
        if left_out := [n for n, row in enumerate(made) if row[key].value not in found]:
            if len(made) > 1:
                raise Refused(*(_in_the_way(table, path(n)) for n in left_out))
            # What stands in the way may be hidden: only whoever may create such a row is told.
            await self._check_new(table, made, rows, path)
            # Of one row, the constraint that it violates tells more than that it was left out.
            records = await self._insert(table, made, place, tests)
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
        (row,) = await self._targets(table, [key], Action.CHANGE, lambda _: id_path, [values])
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
        names = names_of(made)
        before = await self._targets(
            table, keys, Action.CHANGE, lambda place: (*path(place), "id"), every
        )
        if not names:
            return [
                self._note(table, key, row, row, ()) for key, row in zip(keys, before, strict=True)
            ]
        tests, keyed = Questions(self._sees(table, names)), list(zip(keys, made, strict=True))
        with _at_its_row(
            table, [dict(old) | _plain(new) for old, new in zip(before, made, strict=True)], path
        ):
            records = await self._update_many(table, keyed, _common(path, keys), tests)
        found = {record[key_of(table)]: record for record in records}
        self._check_parents(table, [found[key] for key in keys], every, path)
        return [
            self._note(table, key, old, row_of(table, found[key]), new)
            for key, old, new in zip(keys, before, made, strict=True)
        ]

    async def upsert(
        self, table: type[Table], values: Values, by: Sequence[str], *, path: Path = ("input",)
    ) -> Row:
        """The row with these values of the unique columns `by`: changed if it is there, or new."""
        (row,) = await self.upsert_many(table, [values], by, lambda _: path)
        return row

    async def upsert_many(
        self, table: type[Table], rows: Sequence[Values], by: Sequence[str], path: PathOf
    ) -> list[Row]:
        """As `upsert`, for several rows, written by one statement: all of them, or none.

        Only for callers who may create them all, so that nobody else learns which are there.
        """
        self._check(table, Action.CREATE, rows)
        made, key = self._stored(table, rows, path, new=True), key_of(table)
        tried = [{key: Constant(new_key(table), "uuid")} | row for row in made]
        await self._check_new(table, tried, rows, path)
        put: dict[int, Row] = {}
        left = await self._put(table, tried, rows, by, path, put, skip=True)
        if left:
            # Made by somebody else since they were looked for: they are there now. Of one row, the
            # constraint that it violates tells more than that it was left out.
            left = await self._put(table, tried, rows, by, path, put, skip=len(rows) > 1)
        if left:
            raise Refused(*(_in_the_way(table, path(n)) for n in left))
        return [put[n] for n in range(len(rows))]

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
        await self._delete(table, keys, _common(path, keys))
        self.written += [
            Written(table, key, row, None) for key, row in zip(keys, rows, strict=True)
        ]
        return rows

    # --- what an upsert finds ---------------------------------------------------------------------

    async def _put(
        self,
        table: type[Table],
        tried: Sequence[Mapping[str, Constant]],
        rows: Sequence[Values],
        by: Sequence[str],
        path: PathOf,
        put: dict[int, Row],
        *,
        skip: bool,
    ) -> list[int]:
        """Write the rows that are not in `put` yet, and add them there, by place.

        Returns the places of those that, with `skip`, were left out.
        """
        places, key = [n for n in range(len(rows)) if n not in put], key_of(table)
        there = await self._there(table, {n: tried[n] for n in places}, by, path)
        before = await self._targets_by(table, there, rows, by, path)
        new = [n for n in places if n not in there]
        rest = {n: {k: v for k, v in tried[n].items() if k not in (key, *by)} for n in there}
        to_be = [dict(before.get(n, {})) | _plain(row) for n, row in enumerate(tried)]
        to_be = [row | {key: there.get(n, row[key])} for n, row in enumerate(to_be)]
        with _at_its_row(table, to_be, path):
            records = await self._upsert_many(
                table,
                _in_one_order(table, [tried[n] for n in new]),
                [(there[n], values) for n, values in rest.items()],
                _common(path, rows),
                self._of_new(table, rows),
                skip=skip,
            )
        found = {record[key]: record for record in records}
        made = {n: found[k] for n in new if (k := tried[n][key].value) in found}
        given = [rows[n] for n in made]
        self._judge_new(table, list(made.values()), given, lambda place: path(list(made)[place]))
        for n in places:
            if n in there:
                record = found.get(there[n])
                after = row_of(table, record) if record else before[n]
                put[n] = self._note(table, there[n], before[n], after, rest[n])
            elif n in made:
                (put[n],) = self._note_new(table, [made[n]])
        return [n for n in new if n not in made]

    async def _there(
        self,
        table: type[Table],
        rows: Mapping[int, Mapping[str, Constant]],
        by: Sequence[str],
        path: PathOf,
    ) -> dict[int, uuid.UUID]:
        """The keys of the rows that have these values of `by`, locked, whoever sees them."""
        places = list(rows)
        wanted = [tuple(row[name] for name in by) for row in rows.values()]
        if twice := [places[n] for n, each in enumerate(wanted) if each in wanted[:n]]:
            names = [argument_name(column_of(table, name)) for name in by]
            said = f"{' and '.join(names)} {'come' if names[1:] else 'comes'} twice"
            raise Refused(*(Problem("INVALID", said, path(n)) for n in twice))
        # Two that upsert the same at once: the later one waits here, and then finds the row.
        name = table._meta.get_formatted_tablename()
        await self.each_at_a_time([f"{name}:{[str(v.value) for v in each]}" for each in wanted])
        found = await self._run(sql.find(table_name(table), key_of(table), by, wanted))
        return {places[record["place"]]: record["key"] for record in found}

    async def _targets_by(
        self,
        table: type[Table],
        there: Mapping[int, uuid.UUID],
        rows: Sequence[Values],
        by: Sequence[str],
        path: PathOf,
    ) -> dict[int, Row]:
        """The rows that an upsert has found, locked, by place; they are to get all but `by`."""
        if not there:
            return {}
        places = list(there)
        rests = [{k: v for k, v in rows[n].items() if k not in by} for n in places]
        self._check(table, Action.CHANGE, rests)
        first = argument_name(column_of(table, by[0]))
        found = await self._targets(
            table,
            list(there.values()),
            Action.CHANGE,
            lambda place: (*path(places[place]), first),
            rests,
        )
        return dict(zip(places, found, strict=True))


def _in_one_order(
    table: type[Table], rows: Sequence[Mapping[str, Constant]]
) -> list[Mapping[str, Constant]]:
    """New rows by their unique values: whoever inserts the same waits, but not in a circle."""
    names = [name for names in unique_columns(table) for name in names if name != key_of(table)]
    return sorted(rows, key=lambda row: [str(row.get(name)) for name in names])


def _common(path: PathOf, rows: Sequence[object]) -> Path:
    """Where a violated constraint is told of that tells of no row: the only one, or their list."""
    return path(0) if len(rows) == 1 else path(0)[:-1]


def _plain(row: Mapping[str, Constant]) -> dict[str, object]:
    """The values of a row that is to be written."""
    return {name: constant.value for name, constant in row.items()}


@contextmanager
def _at_its_row(
    table: type[Table], rows: Sequence[Mapping[str, object]], path: PathOf
) -> Iterator[None]:
    """Tell of a violated constraint at the row that violates it, as far as the database says it.

    `rows` are as they are to be.
    """
    try:
        yield
    except Refused as refused:
        place = place_of(refused.__cause__, key_of(table), rows)
        if place is None:
            raise
        rest = len(_common(path, rows))
        raise Refused(
            *(replace(one, path=path(place) + one.path[rest:]) for one in refused.problems)
        ) from refused.__cause__


def _in_the_way(table: type[Table], path: Path) -> Problem:
    """What a row was left out for: which constraint it was is known where there is one alone."""
    own = [names for names in unique_columns(table) if names != (key_of(table),)]
    return taken([column_of(table, name) for name in own[0]] if len(own) == 1 else [], path)
