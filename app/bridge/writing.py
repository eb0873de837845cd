"""Rows on their way into the database: statements that write, and a note of what was written."""

import uuid
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson
from asyncpg import IntegrityConstraintViolationError
from piccolo.columns import JSON, Column
from piccolo.columns.defaults.base import Default
from piccolo.table import Table

from app.bridge.access import Viewer, table_name
from app.bridge.columns import column_type, is_known
from app.bridge.errors import Path, Refused
from app.bridge.plan import Constant, FromViewer, ParentKeys, Statement, Value
from app.bridge.plan.changes import Insert, Questions, Update, UpdateMany
from app.bridge.sql import changes as sql
from app.bridge.sql.changes import OLD
from app.bridge.validation import Values, stored
from app.bridge.violations import problem_of

Row = Mapping[str, Any]
Fetch = Callable[..., Awaitable[Sequence[Any]]]
# The key of a row that is there, and its new values.
Keyed = tuple[uuid.UUID, Mapping[str, Constant]]
# The path of a row's input, by its place among the rows.
PathOf = Callable[[int], Path]


@dataclass(frozen=True, slots=True)
class Written:
    """One row that was written: what it was (None: new) and what it is (None: deleted).

    Of an update, both hold the columns that were set and differ.
    """

    table: type[Table]
    key: object
    before: Row | None
    after: Row | None


class Writing:
    """Writes rows in the current transaction, whoever the caller is, and notes them in `written`.

    `fetch` runs any other statement. Values are checked against their columns; Refused tells of
    those that do not fit. Rows come back as mappings of every column: enum members, parsed JSON.
    """

    def __init__(self, viewer: Viewer, fetch: Fetch) -> None:
        self.viewer = viewer
        self.written: list[Written] = []
        self.fetch = fetch

    async def insert(self, table: type[Table], values: Values, path: Path = ("input",)) -> Row:
        """A new row."""
        (row,) = await self.insert_many(table, [values], path)
        return row

    async def insert_many(
        self, table: type[Table], rows: Sequence[Values], path: Path = ("input",)
    ) -> list[Row]:
        """New rows, in one statement."""
        made = [stored(table, values, path, new=True) for values in rows]
        return self._note_new(table, await self._insert(table, made, path))

    async def set(
        self, table: type[Table], key: object, values: Values, path: Path = ("input",)
    ) -> Row:
        """New values of the row with this key, which is there."""
        _, row = await self._update(table, key, stored(table, values, path), path, Questions())
        return row

    async def one_at_a_time(self, name: str) -> None:
        """Wait until no other transaction holds this name; hold it until this one ends."""
        await self.each_at_a_time([name])

    async def each_at_a_time(self, names: Sequence[str]) -> None:
        """As `one_at_a_time`, for several names, which everybody takes in the same order."""
        await self.fetch(
            "select pg_advisory_xact_lock(hash) from (select distinct hashtextextended(name, 0) "
            "as hash from unnest($1::text[]) as name order by hash) as names",
            names,
        )

    async def remove(self, table: type[Table], key: object, path: Path = ("id",)) -> Row:
        """Delete the row with this key, which is there, for good; returns what it was."""
        (row,) = await self.remove_many(table, [key], path)
        return row

    async def remove_many(
        self, table: type[Table], keys: Sequence[object], path: Path = ("id",)
    ) -> list[Row]:
        """Delete the rows with these keys, in one statement; returns what they were."""
        rows = [row_of(table, record) for record in await self._delete(table, keys, path)]
        self.written += [Written(table, row[key_of(table)], row, None) for row in rows]
        return rows

    # --- the statements ---------------------------------------------------------------------------

    async def _insert(
        self,
        table: type[Table],
        rows: Sequence[Mapping[str, Constant]],
        path: Path,
        tests: Questions = Questions(),  # noqa: B008 - frozen
        *,
        skip: bool = False,
    ) -> Sequence[Any]:
        return await self._guarded(table, path, sql.insert(_insert_of(table, rows, tests, skip)))

    async def _update_many(
        self, table: type[Table], rows: Sequence[Keyed], path: Path, tests: Questions
    ) -> Sequence[Any]:
        return await self._guarded(table, path, sql.update_many(_update_of(table, rows, tests)))

    async def _upsert_many(
        self,
        table: type[Table],
        new: Sequence[Mapping[str, Constant]],
        there: Sequence[Keyed],
        path: Path,
        tests: Questions,
        *,
        skip: bool,
    ) -> Sequence[Any]:
        """Insert rows and change those that are there; returns the records of both."""
        inserted, changed = _insert_of(table, new, tests, skip), _update_of(table, there, tests)
        if not changed.columns:
            if not new:
                return ()
            changed = replace(changed, rows=())
        return await self._guarded(table, path, sql.upsert_many(inserted, changed))

    async def _try(
        self, table: type[Table], rows: Sequence[Mapping[str, Constant]], tests: Questions
    ) -> Sequence[Any]:
        """The answers to `tests` about rows that are not written, beside their keys."""
        columns = [column for column in table._meta.columns if is_known(column)]
        insert = Insert(
            table_name(table),
            tuple(column._meta.name for column in columns),
            tuple(
                tuple(row.get(column._meta.name) or _to_be(column) for column in columns)
                for row in rows
            ),
            tests,
        )
        return await self._run(sql.attempt(insert, key_of(table)))

    async def _update(
        self,
        table: type[Table],
        key: object,
        values: Mapping[str, Constant],
        path: Path,
        tests: Questions,
    ) -> tuple[Any, Row]:
        """The record of an update, with the answers to `tests`, and the row."""
        pg = column_type(table._meta.primary_key).pg
        update = Update(
            table_name(table), key_of(table), Constant(key, pg), tuple(values.items()), tests
        )
        (record,) = await self._guarded(table, path, sql.update(update))
        before = {name: _loaded(column_of(table, name), record[OLD + name]) for name in values}
        return record, self._note(table, key, before, row_of(table, record), values)

    async def _delete(
        self, table: type[Table], keys: Sequence[object], path: Path
    ) -> Sequence[Any]:
        pg = column_type(table._meta.primary_key).pg
        statement = sql.delete(table_name(table), key_of(table), ParentKeys(pg))
        return await self._guarded(table, path, statement, keys)

    async def _run(self, statement: Statement, keys: Sequence[object] = ()) -> Sequence[Any]:
        return await self.fetch(statement.sql, *(self._bound(v, keys) for v in statement.values))

    def _bound(self, value: Value, keys: Sequence[object]) -> object:
        match value:
            case Constant(constant):
                return constant
            case FromViewer(name):
                return self.viewer.values.get(name)
            case ParentKeys():
                return keys
            case _:
                raise AssertionError("statements that write hold no variables")

    async def _guarded(
        self,
        table: type[Table],
        path: Path,
        statement: Statement,
        keys: Sequence[object] = (),
    ) -> Sequence[Any]:
        """What a statement returns; what it violates, as a problem of the input."""
        try:
            return await self._run(statement, keys)
        except IntegrityConstraintViolationError as error:
            problem = problem_of(error, table, path)
            if problem is None:
                raise
            raise Refused(problem) from error

    # --- what was written -------------------------------------------------------------------------

    def _note_new(self, table: type[Table], records: Sequence[Any]) -> list[Row]:
        rows = [row_of(table, record) for record in records]
        self.written += [Written(table, row[key_of(table)], None, row) for row in rows]
        return rows

    def _note(
        self, table: type[Table], key: object, before: Row, after: Row, names: Iterable[str]
    ) -> Row:
        changed = [name for name in names if before[name] != after[name]]
        self.written.append(
            Written(
                table,
                key,
                {name: before[name] for name in changed},
                {name: after[name] for name in changed},
            )
        )
        return after


def _insert_of(
    table: type[Table], rows: Sequence[Mapping[str, Constant]], tests: Questions, skip: bool
) -> Insert:
    names = names_of(rows)
    values = tuple(tuple(row.get(name) or _default(table, name) for name in names) for row in rows)
    return Insert(table_name(table), names, values, tests, skip=skip)


def _update_of(table: type[Table], rows: Sequence[Keyed], tests: Questions) -> UpdateMany:
    names = names_of([values for _, values in rows])
    return UpdateMany(
        table_name(table),
        key_of(table),
        names,
        tuple(
            (Constant(key, "uuid"), tuple(values.get(name) for name in names))
            for key, values in rows
        ),
        tuple(column_type(column_of(table, name)).pg for name in names),
        tests,
    )


def names_of(rows: Iterable[Mapping[str, object]]) -> tuple[str, ...]:
    """The columns of all the rows, each once."""
    return tuple(dict.fromkeys(name for row in rows for name in row))


def key_of(table: type[Table]) -> str:
    """The name of the primary key column."""
    return str(table._meta.primary_key._meta.name)


def column_of(table: type[Table], name: str) -> Column:
    """A column by its name."""
    return next(column for column in table._meta.columns if column._meta.name == name)


def new_key(table: type[Table]) -> uuid.UUID:
    """The primary key of a row to come."""
    key = _default_value(table._meta.primary_key)
    assert isinstance(key, uuid.UUID)
    return key


def row_of(table: type[Table], record: Mapping[str, Any]) -> Row:
    """A record's columns: enum members, parsed JSON."""
    return {
        column._meta.name: _loaded(column, record[column._meta.name])
        for column in table._meta.columns
    }


def _default(table: type[Table], name: str) -> Constant:
    """What a column of a new row has when nothing was given for it, where other rows were."""
    return stored(table, {name: _default_value(column_of(table, name))})[name]


def _to_be(column: Column) -> Constant:
    """What a column of a new row will have when nothing is given for it; null for what is unknown.

    The database numbers rows itself, and only once they are written.
    """
    if _default_value(column) is None:
        return Constant(None, column_type(column).pg)
    return _default(column._meta.table, column._meta.name)


def _default_value(column: Column) -> object:
    value = column.get_default_value()
    if isinstance(value, Default):
        value = value.python()
    # The default of a JSON column is its text.
    return orjson.loads(value) if isinstance(column, JSON) and value is not None else value


def _loaded(column: Column, value: object) -> object:
    load = column_type(column).load if is_known(column) else None
    return value if value is None or load is None else load(value)
