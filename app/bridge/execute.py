"""Runs statements: binds the caller's values, fetches, and makes rows of the records."""

from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from app.bridge.access import AccessTable, Viewer
from app.bridge.limits import Limits
from app.bridge.plan import Constant, FromViewer, ParentKeys, RowPlan, Statement
from app.bridge.registry import ExposedType, Registry
from app.bridge.sql import PARENT


class Fetch(Protocol):
    """Runs one statement and returns its rows."""

    def __call__(self, sql: str, *args: object) -> Awaitable[Sequence[Any]]: ...


@dataclass(frozen=True, slots=True)
class Bridge:
    """What does not change between requests: the exposed types by name, policies and limits."""

    registry: Registry
    access: AccessTable
    limits: Limits
    types: Mapping[str, ExposedType]


class Executor:
    """Runs statements for one caller."""

    __slots__ = ("_fetch", "bridge", "viewer")

    def __init__(self, bridge: Bridge, viewer: Viewer, fetch: Fetch) -> None:
        self.bridge = bridge
        self.viewer = viewer
        self._fetch = fetch

    async def run(self, statement: Statement, keys: Sequence[object] = ()) -> Sequence[Any]:
        """The records of `statement`; `keys` are the parents of a batch."""
        arguments: list[object] = []
        for value in statement.values:
            match value:
                case Constant(constant):
                    arguments.append(constant)
                case FromViewer(name):
                    arguments.append(self.viewer.values.get(name))
                case ParentKeys():
                    arguments.append(keys)
        return await self._fetch(statement.sql, *arguments)

    def values(self, type_name: str, record: Mapping[str, Any]) -> dict[str, Any]:
        """A record's columns as resolvers see them: enum members, parsed JSON."""
        values = dict(record)
        types = self.bridge.types[type_name].types
        for name, value in values.items():
            if value is not None and name != PARENT and (load := types[name].load) is not None:
                values[name] = load(value)
        return values

    def row(self, plan: RowPlan, values: Mapping[str, Any]) -> object:
        """An object of the plan's class that has the values as attributes, and knows its plan."""
        row: object = object.__new__(self.bridge.types[plan.type_name].cls)
        row.__dict__.update(values, plan_=plan)
        return row
