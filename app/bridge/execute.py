"""Runs statements: binds the caller's values, fetches, and makes rows of the records."""

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from app.bridge.access import AccessTable, Viewer
from app.bridge.limits import Limits
from app.bridge.plan import (
    Constant,
    FromVariable,
    FromVariables,
    FromViewer,
    RowPlan,
    Statement,
    Value,
)
from app.bridge.registry import ExposedType, Registry, Root
from app.bridge.variables import at, filled

# Statements of one request that run side by side: it must not take the whole pool.
_AT_ONCE = 3


class Fetch(Protocol):
    """Runs one statement and returns its rows."""

    def __call__(self, sql: str, *args: object) -> Awaitable[Sequence[Any]]: ...


@dataclass(frozen=True, slots=True)
class Bridge:
    """What does not change between requests: the exposed types by name, policies and limits.

    `roots` are the root fields by name. `finish` is the switch of JSON mode: off, every field is
    walked by graphql-core.
    """

    registry: Registry
    access: AccessTable
    limits: Limits
    types: Mapping[str, ExposedType]
    roots: Mapping[str, Root]
    finish: bool = True


class Executor:
    """Runs statements for one caller, with the variables of one operation."""

    __slots__ = ("_turns", "alone", "bridge", "fetch", "variables", "viewer")

    def __init__(self, bridge: Bridge, viewer: Viewer, fetch: Fetch) -> None:
        self.bridge = bridge
        self.viewer = viewer
        self.variables: Mapping[str, Any] = {}
        self.fetch = fetch
        # Whether it runs one statement after the other, and nothing has to wait for its turn.
        self.alone = False
        self._turns: asyncio.Semaphore | None = None

    async def run(self, statement: Statement, keys: Sequence[object] = ()) -> Sequence[Any]:
        """The records of `statement`; `keys` are the parents of a batch.

        Raises InputError for a variable that the statement cannot take.
        """
        arguments = self.bind(statement.values, keys) if statement.values else ()
        if self.alone:
            return await self.fetch(statement.sql, *arguments)
        if self._turns is None:
            self._turns = asyncio.Semaphore(_AT_ONCE)
        async with self._turns:
            return await self.fetch(statement.sql, *arguments)

    def bind(self, values: Sequence[Value], keys: Sequence[object] = ()) -> list[object]:
        """What the values stand for in this request. Raises InputError for a bad variable."""
        arguments: list[object] = []
        for value in values:
            # By type, the commonest first: `match` takes several times as long.
            if isinstance(value, FromVariable):
                arguments.append(value.decode(at(self.variables, value.leaf)))
            elif isinstance(value, Constant):
                arguments.append(value.value)
            elif isinstance(value, FromViewer):
                arguments.append(self.viewer.values.get(value.name))
            elif isinstance(value, FromVariables):
                arguments.append(value.decode(filled(value.tree, self.variables)))
            else:
                arguments.append(keys)
        return arguments

    def values(self, type_name: str, record: Mapping[str, Any]) -> dict[str, Any]:
        """A record's columns as resolvers see them: enum members, parsed JSON."""
        values = dict(record)
        for name, load in self.bridge.types[type_name].loads.items():
            if (value := values.get(name)) is not None:
                values[name] = load(value)
        return values

    def row(self, plan: RowPlan, values: Mapping[str, Any]) -> object:
        """An object of the plan's class that has the values as attributes.

        `below_` is for what its relations lead to, by response key.
        """
        row: object = object.__new__(self.bridge.types[plan.type_name].cls)
        row.__dict__.update(values, plan_=plan, below_={})
        return row
