"""Mutations that every table could have: create, update, upsert and delete, of one row or of many.

Each is registered by a call in a schema file, so that what a table offers can be read there.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol
from uuid import UUID

import strawberry
from piccolo.table import Table

from app.bridge.changes import Changes
from app.bridge.errors import InputError, Path, all_or_refused
from app.bridge.loaders import Request
from app.bridge.mutations import WRITE, Mutation, Mutations, given, row_key

# Rows of one bulk mutation.
MOST_ROWS = 100


class Context(Protocol):
    """What the application's context has for these mutations."""

    @property
    def request(self) -> Request:
        """The reading of one request."""

    def change(self, action: str) -> AbstractAsyncContextManager[Changes]:
        """One transaction of the caller's, with what has to be noted about it."""


class Crud:
    """The mutations of one table, whose payloads show the row under the name `shown`."""

    def __init__(
        self,
        mutations: Mutations,
        table: type[Table],
        shown: str,
        *,
        who: frozenset[str],
        scope: str | None = WRITE,
    ) -> None:
        self._mutations = mutations
        self._table = table
        self._shown = shown
        self._who = who
        self._scope = scope

    def create(self, name: str, input_: type, description: str) -> None:
        """A new row."""

        async def run(context: Context, input: Any) -> Any:
            async with context.change(self._action("create")) as changes:
                row = await changes.create(self._table, given(input))
            return row["id"]

        self._add(name, run, description, {"input": input_}, {self._shown: self._table})

    def create_many(self, name: str, input_: type, description: str) -> None:
        """New rows: all, or none."""

        async def run(context: Context, input: list[Any]) -> Any:
            rows = _each(input)
            async with context.change(self._action("create")) as changes:
                made = await changes.create_many(self._table, rows, _place)
            return [row["id"] for row in made]

        self._add(name, run, description, {"input": _list(input_)}, self._several())

    def update(self, name: str, input_: type, description: str) -> None:
        """New values of one row."""

        async def run(context: Context, id: str, input: Any) -> Any:
            key = row_key(self._table, id)
            async with context.change(self._action("update")) as changes:
                await changes.update(self._table, key, given(input))
            return key

        arguments = {"id": strawberry.ID, "input": input_}
        self._add(name, run, description, arguments, {self._shown: self._table})

    def update_many(self, name: str, input_: type, description: str) -> None:
        """New values of several rows: of all, or none. The input type has an `id` of its own."""

        async def run(context: Context, input: list[Any]) -> Any:
            keyed = [(row.pop("id"), row) for row in _each(input)]
            async with context.change(self._action("update")) as changes:
                await changes.update_many(self._table, keyed, _place)
            return [key for key, _ in keyed]

        self._add(name, run, description, {"input": _list(input_)}, self._several())

    def upsert(self, name: str, input_: type, by: Sequence[Any], description: str) -> None:
        """One row by its unique columns `by`: new, or with new values."""
        names = [column._meta.name for column in by]

        async def run(context: Context, input: Any) -> Any:
            async with context.change(self._action("upsert")) as changes:
                row = await changes.upsert(self._table, given(input), names)
            return row["id"]

        self._add(name, run, description, {"input": input_}, {self._shown: self._table})

    def upsert_many(self, name: str, input_: type, by: Sequence[Any], description: str) -> None:
        """Several rows by their unique columns `by`, each new or with new values: all, or none."""
        names = [column._meta.name for column in by]

        async def run(context: Context, input: list[Any]) -> Any:
            rows = _each(input)
            async with context.change(self._action("upsert")) as changes:
                put = await changes.upsert_many(self._table, rows, names, _place)
            return [row["id"] for row in put]

        self._add(name, run, description, {"input": _list(input_)}, self._several())

    def delete(self, name: str, description: str) -> None:
        """Delete one row for good."""

        async def run(context: Context, id: str) -> Any:
            key = row_key(self._table, id)
            async with context.change(self._action("delete")) as changes:
                await changes.delete(self._table, key)
            return id

        self._add(name, run, description, {"id": strawberry.ID}, {"deleted_id": strawberry.ID})

    def delete_many(self, name: str, description: str) -> None:
        """Delete several rows for good: all, or none."""

        async def run(context: Context, ids: list[str]) -> Any:
            check_number(ids)
            keys = row_keys(self._table, ids)
            async with context.change(self._action("delete")) as changes:
                await changes.delete_many(self._table, keys, _id_place)
            return ids

        arguments = {"ids": list[strawberry.ID]}
        self._add(name, run, description, arguments, {"deleted_ids": list[strawberry.ID]})

    def _several(self) -> dict[str, Any]:
        return {f"{self._shown}s": list[self._table]}  # type: ignore[name-defined]  # a type made at run time

    def _action(self, verb: str) -> str:
        return f"{self._shown}.{verb}"

    def _add(
        self,
        name: str,
        function: Any,
        description: str,
        arguments: Mapping[str, Any],
        payload: Mapping[str, Any],
    ) -> None:
        function.__name__ = name
        function.__doc__ = description
        function.__annotations__ = {"context": Context, **arguments}
        self._mutations.add(Mutation(function, name, self._who, self._scope, payload))


def _list(input_: type) -> Any:
    return list[input_]  # type: ignore[valid-type]  # a type made at run time


def _place(number: int) -> Path:
    return ("input", str(number))


def _id_place(number: int) -> Path:
    return ("ids", str(number))


def check_number(rows: Sequence[Any]) -> None:
    """Raise InputError for more rows than one bulk mutation takes, and for none."""
    if not 1 <= len(rows) <= MOST_ROWS:
        raise InputError(f"send 1 to {MOST_ROWS} at once, not {len(rows)}")


def row_keys(table: type[Table], texts: Sequence[str], name: str = "ids") -> list[UUID]:
    """The keys in the list of global ids that is the argument `name`.

    Raises Refused with the problems of all.
    """
    return all_or_refused(lambda place, text: row_key(table, text, (name, str(place))), texts)


def _each(inputs: Sequence[Any]) -> list[dict[str, Any]]:
    """The values of every input; raises Refused with the problems of all."""
    check_number(inputs)
    return all_or_refused(lambda number, one: given(one, _place(number)), inputs)
