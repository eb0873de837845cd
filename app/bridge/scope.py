"""What planning depends on beside the selection: types, access, limits, the kind of caller."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from piccolo.table import Table

from app.bridge.access import Access, AccessTable, Action
from app.bridge.binding import Decoder, bind
from app.bridge.errors import NotAllowed
from app.bridge.limits import Budget, Limits
from app.bridge.plan import Constant, Everything, Predicate, Value
from app.bridge.registry import ExposedType, Registry
from app.bridge.variables import Variables


@dataclass(frozen=True, slots=True)
class Scope:
    """Where one operation is planned, for one kind of caller."""

    registry: Registry
    access: AccessTable
    limits: Limits
    budget: Budget
    kind: str
    variables: Variables
    given: list[Value] = field(default_factory=list)
    # Tables of which other rows are meant than those that may be read: those to restore.
    actions: Mapping[type[Table], Action] = field(default_factory=dict)

    def bind(self, tree: Any, decode: Decoder, pg: str) -> Value:
        """An argument's value as a plan holds it; `given` keeps those of the request.

        A predicate may lose a value again (whatever else holds for no row): it is checked all the
        same.
        """
        value = bind(tree, decode, pg)
        if not isinstance(value, Constant):
            self.given.append(value)
        return value

    def type_of(self, table: type[Table]) -> ExposedType:
        """The type that shows `table`."""
        return self.registry.of(table)

    def access_to(self, table: type[Table]) -> Access:
        """What the caller may read of `table`."""
        return self.access.of(table, self.kind, self.actions.get(table, Action.READ))

    def rows(self, table: type[Table]) -> Predicate:
        """The rows of `table` that the caller may read."""
        return self.access_to(table).rows

    def guard(self, exposed: ExposedType, column: str) -> Predicate:
        """The rows of which the caller may read `column`, among those that they may read.

        Raises NotAllowed for a column that they may read of none. Whoever may read no row at all is
        told nothing: they find nothing out.
        """
        access = self.access_to(exposed.table)
        guard = access.columns.get(column)
        if guard is not None:
            return guard
        if access.columns:
            raise NotAllowed(f"you may not read {exposed.name}.{column}")
        return Everything()
