"""Selection, arguments and access to a plan: every decision about a query is made here."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from piccolo.table import Table

from app.bridge.access import Access, join_of, table_name
from app.bridge.columns import column_type
from app.bridge.cursors import decode_cursor
from app.bridge.errors import InputError, NotAllowed
from app.bridge.execute import Bridge
from app.bridge.limits import Budget, Limits
from app.bridge.ordering import Order, beyond, fingerprint, order_terms
from app.bridge.plan import (
    ChildPlan,
    ColumnRead,
    Compare,
    Constant,
    Everything,
    Exists,
    Join,
    Operator,
    OrderTerm,
    PagePlan,
    Predicate,
    Read,
    RowPlan,
    SinglePlan,
    ToManyPlan,
    ToOnePlan,
    all_of,
    assume,
)
from app.bridge.registry import (
    ColumnField,
    ComputedField,
    ExposedType,
    ToMany,
    ToOneField,
)
from app.bridge.selection import Selected, SelectionReader


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where in the selection the planner is: relations above, and rows that could be here."""

    depth: int = 0
    rows: int = 1


class Planner:
    """Plans one field of one operation for one kind of caller."""

    def __init__(
        self,
        bridge: Bridge,
        kind: str,
        reader: SelectionReader,
        budget: Budget,
    ) -> None:
        self._registry = bridge.registry
        self._access = bridge.access
        self._limits = bridge.limits
        self._kind = kind
        self._reader = reader
        self._budget = budget

    def single(self, table: type[Table], where: Predicate, selected: Selected) -> SinglePlan:
        """The row of `table` for which `where`, about a unique column, holds."""
        exposed = self._registry.of(table)
        columns, row = self._row(exposed, [selected], _Spot())
        return SinglePlan(self._read(exposed, columns, where), row)

    def by_key(self, table: type[Table], selected: Selected, rows: int) -> ToOnePlan:
        """Up to `rows` rows of `table` by primary key, whichever keys are asked for."""
        exposed = self._registry.of(table)
        columns, row = self._row(exposed, [selected], _Spot(rows=rows))
        join = Join(table_name(table), exposed.key, exposed.key)
        return ToOnePlan(join, exposed.types[exposed.key].pg, self._read(exposed, columns), row)

    def page(self, table: type[Table], orders: tuple[Order, ...], selected: Selected) -> PagePlan:
        """A page of all rows of `table`."""
        return self._page(table, orders, selected, Everything(), _Spot())

    def _page(
        self,
        table: type[Table],
        orders: tuple[Order, ...],
        selected: Selected,
        known: Predicate,
        spot: _Spot,
    ) -> PagePlan:
        exposed = self._registry.of(table)
        terms = order_terms(table, orders)
        mark = fingerprint(exposed.name, terms)
        page = _page_arguments(selected.arguments, self._limits)
        boundary: list[Predicate] = []
        for name, cursor, ways in (
            ("after", page.after, terms),
            ("before", page.before, tuple(term.reversed for term in terms)),
        ):
            if cursor is not None:
                values = decode_cursor(name, cursor, mark, terms, exposed.types)
                boundary.append(beyond(ways, values))
        self._budget.take_rows(spot.rows * page.size)
        inner = _Spot(spot.depth, spot.rows * page.size)
        parts = self._connection(exposed, selected, inner)
        columns = dict(parts.columns)
        for term in terms if parts.cursors else ():
            columns.setdefault(term.column, self._order_column(exposed, term))
        return PagePlan(
            read=self._read(exposed, columns, known=known),
            boundary=all_of(*boundary),
            order=tuple(term.reversed for term in terms) if page.backwards else terms,
            fingerprint=mark,
            limit=page.size,
            backwards=page.backwards,
            after=page.after is not None,
            before=page.before is not None,
            rows=parts.rows,
            nodes=parts.nodes,
            edges=parts.edges,
        )

    def _connection(self, exposed: ExposedType, selected: Selected, spot: _Spot) -> "_Parts":
        """What is selected of a connection: its nodes, its edges, and what they need."""
        parts = _Parts()
        for field in self._reader.below(selected, f"{exposed.name}Connection"):
            match field.name:
                case "nodes":
                    parts.nodes[field.key] = self._part(exposed, field, spot, parts)
                case "edges":
                    parts.rows = True
                    edge = parts.edges.setdefault(field.key, {})
                    for inner in self._reader.below(field, f"{exposed.name}Edge"):
                        if inner.name == "node":
                            edge[inner.key] = self._part(exposed, inner, spot, parts)
                        elif inner.name == "cursor":
                            parts.cursors = True
                case "pageInfo":
                    parts.rows = True
                    asked = {inner.name for inner in self._reader.below(field, "PageInfo")}
                    parts.cursors |= bool(asked & {"startCursor", "endCursor"})
        return parts

    def _part(self, exposed: ExposedType, field: Selected, spot: _Spot, parts: "_Parts") -> RowPlan:
        columns, row = self._row(exposed, [field], spot)
        parts.columns |= columns
        parts.rows = True
        return row

    def _row(
        self, exposed: ExposedType, selections: Iterable[Selected], spot: _Spot
    ) -> tuple[dict[str, ColumnRead], RowPlan]:
        """The columns that a selection on a type needs, and what becomes of each row."""
        access = self._access.of(exposed.table, self._kind)
        columns: dict[str, ColumnRead] = {}
        children: dict[str, ChildPlan] = {}

        def need(column: str) -> None:
            columns[column] = self._column(exposed, access, column)

        for selected in selections:
            for field in self._reader.below(selected, exposed.name):
                match exposed.field(field.name):
                    case ColumnField(column):
                        need(column)
                    case ToOneField() as relation:
                        need(relation.foreign_key._meta.name)
                        children[field.key] = self._to_one(relation, field, spot)
                    case ToMany() as relation:
                        need(exposed.key)
                        children[field.key] = self._to_many(exposed, relation, field, spot)
                    case ComputedField(needs):
                        for column in needs:
                            need(column)
                    case None if field.name == "id":
                        need(exposed.key)
        return columns, RowPlan(exposed.name, children)

    def _to_one(self, relation: ToOneField, field: Selected, spot: _Spot) -> ToOnePlan:
        self._budget.check_depth(spot.depth + 1)
        self._budget.take_rows(spot.rows)
        exposed = self._registry.of(relation.target)
        columns, row = self._row(exposed, [field], _Spot(spot.depth + 1, spot.rows))
        return ToOnePlan(
            join_of(relation.foreign_key),
            column_type(relation.foreign_key).pg,
            self._read(exposed, columns),
            row,
        )

    def _to_many(
        self, exposed: ExposedType, relation: ToMany, field: Selected, spot: _Spot
    ) -> ToManyPlan:
        self._budget.check_depth(spot.depth + 1)
        up = join_of(relation.foreign_key)
        # The parent was readable, so children need not ask again whether it is.
        known = Exists(up, self._access.of(exposed.table, self._kind).rows)
        page = self._page(
            relation.foreign_key._meta.table,
            relation.orders,
            field,
            known,
            _Spot(spot.depth + 1, spot.rows),
        )
        return ToManyPlan(
            Join(page.read.table, up.remote, up.local), column_type(relation.foreign_key).pg, page
        )

    def _read(
        self,
        exposed: ExposedType,
        columns: Mapping[str, ColumnRead],
        where: Predicate | None = None,
        known: Predicate | None = None,
    ) -> Read:
        """The readable rows for which `where` holds, given that `known` is certain of them."""
        rows = self._access.of(exposed.table, self._kind).rows
        if known is not None:
            rows = assume(known, rows)
        return Read(
            exposed.name,
            table_name(exposed.table),
            # A statement has at least one column; the key is the cheapest.
            tuple(columns.values()) or (ColumnRead(exposed.key),),
            all_of(*([where] if where is not None else []), rows),
        )

    def _column(self, exposed: ExposedType, access: Access, column: str) -> ColumnRead:
        guard = access.columns.get(column)
        if guard is None:
            # Whoever sees no row gets none; whoever sees rows, but not this column, is told.
            if not access.columns:
                return ColumnRead(column)
            raise NotAllowed(f"you may not read {exposed.name}.{column}")
        return ColumnRead(column, guard)

    def _order_column(self, exposed: ExposedType, term: OrderTerm) -> ColumnRead:
        """An order column for cursors, which show its value and so must be readable themselves."""
        access = self._access.of(exposed.table, self._kind)
        read = self._column(exposed, access, term.column)
        if not isinstance(read.guard, Everything):
            raise NotAllowed(f"you may not read {exposed.name}.{term.column} of every row")
        return read


class _Parts:
    """What one selection on a connection adds up to."""

    def __init__(self) -> None:
        self.columns: dict[str, ColumnRead] = {}
        self.nodes: dict[str, RowPlan] = {}
        self.edges: dict[str, dict[str, RowPlan]] = {}
        self.rows = False
        self.cursors = False


@dataclass(frozen=True, slots=True)
class _PageArguments:
    size: int
    backwards: bool
    after: str | None
    before: str | None


def _page_arguments(arguments: Mapping[str, Any], limits: Limits) -> _PageArguments:
    first, last = arguments.get("first"), arguments.get("last")
    if first is not None and last is not None:
        raise InputError("pass first or last, not both")
    backwards = last is not None
    size = limits.page_size("last", last) if backwards else limits.page_size("first", first)
    return _PageArguments(size, backwards, arguments.get("after"), arguments.get("before"))


def equals(column: str, value: object, pg: str) -> Predicate:
    """The predicate that a column has a value."""
    return Compare(column, Operator.EQ, Constant(value, pg))
