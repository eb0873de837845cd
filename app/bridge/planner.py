"""Selection, arguments and access to a plan: every decision about a query is made here."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from piccolo.columns import Column
from piccolo.table import Table

from app.bridge.access import join_of, table_name
from app.bridge.aggregates import AggregatePlanner
from app.bridge.binding import Decoder, GlobalId, Storable
from app.bridge.columns import column_type
from app.bridge.errors import InputError, NotAllowed
from app.bridge.execute import Bridge
from app.bridge.filters import to_predicate
from app.bridge.limits import Budget
from app.bridge.ordering import Order
from app.bridge.plan import (
    AggregatePlan,
    ColumnOut,
    ColumnRead,
    Compare,
    ComputedOut,
    CountOut,
    CursorOut,
    EdgesOut,
    Everything,
    Exists,
    FromViewer,
    IdOut,
    Join,
    NodesOut,
    Operator,
    Output,
    PageFact,
    PageInfoOut,
    PageOutput,
    PagePlan,
    Predicate,
    Read,
    RowPlan,
    SinglePlan,
    ToManyOut,
    ToOneOut,
    TypenameOut,
    all_of,
    assume,
)
from app.bridge.registry import (
    Aggregates,
    ColumnField,
    ComputedField,
    ExposedType,
    Listing,
    OneBack,
    Own,
    ToMany,
    ToOneField,
)
from app.bridge.scope import Scope
from app.bridge.selection import Selected, SelectionReader
from app.bridge.sorting import sorting

Columns = dict[str, ColumnRead]


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where in the selection the planner is: relations above, and rows that could be here."""

    depth: int = 0
    rows: int = 1


class Planner:
    """Plans fields of one operation for one kind of caller."""

    def __init__(self, bridge: Bridge, kind: str, reader: SelectionReader, budget: Budget) -> None:
        self.kind = kind
        self._registry = bridge.registry
        self._limits = bridge.limits
        self._scope = Scope(
            bridge.registry, bridge.access, bridge.limits, budget, kind, reader.variables
        )
        self._reader = reader
        self._budget = budget

    # --- what can be planned ----------------------------------------------------------------------

    def single(
        self, table: type[Table], by: Mapping[str, Column], selected: Selected
    ) -> SinglePlan:
        """The row with the id, or with the value of one of the columns `by`, by argument name."""
        exposed = self._registry.of(table)
        before_it = len(self._scope.given)
        given = {name: value for name, value in selected.arguments.items() if value is not None}
        if len(given) != 1:
            raise InputError(f"pass exactly one of {', '.join(['id', *by])}")
        ((name, value),) = given.items()
        if name == "id":
            column, kind = exposed.key, exposed.types[exposed.key]
            decode: Decoder = GlobalId(name, exposed.name)
        else:
            column, kind = by[name]._meta.name, column_type(by[name])
            decode = Storable(name, kind)
        where = Compare(column, Operator.EQ, self._scope.bind(value, decode, kind.pg))
        columns, row = self._row(exposed, selected, _Spot())
        read = self._read(exposed, columns, where)
        return SinglePlan(read, row, tuple(self._scope.given[before_it:]))

    def own(self, field_: Own, selected: Selected) -> SinglePlan:
        """The row whose key is a value of the caller's."""
        exposed = self._registry.of(field_.table)
        where = Compare(
            exposed.key, Operator.EQ, FromViewer(field_.name, exposed.types[exposed.key].pg)
        )
        before_it = len(self._scope.given)
        columns, row = self._row(exposed, selected, _Spot())
        read = self._read(exposed, columns, where)
        return SinglePlan(read, row, tuple(self._scope.given[before_it:]))

    def by_key(self, table: type[Table], selected: Selected, rows: int) -> ToOneOut:
        """Up to `rows` rows of `table` by primary key, whichever keys are asked for."""
        exposed = self._registry.of(table)
        self._budget.take_rows(rows)
        columns, row = self._row(exposed, selected, _Spot(rows=rows))
        join = Join(table_name(table), exposed.key, exposed.key)
        key_type = exposed.types[exposed.key].pg
        read = self._read(exposed, columns)
        return ToOneOut(selected.key, join, Everything(), key_type, read, row)

    def page(self, field_: Listing, selected: Selected) -> PagePlan:
        """A page of all rows of a table. Raises NotAllowed for callers whom it is not for."""
        if field_.who is not None and self.kind not in field_.who:
            raise NotAllowed(f"{selected.name} is for {', '.join(sorted(field_.who))} only")
        outside = self._scope
        self._scope = replace(outside, actions={field_.table: field_.action})
        try:
            return self._page(field_.table, field_.orders, selected, Everything(), _Spot())
        finally:
            self._scope = outside

    def aggregates(self, field_: Aggregates, selected: Selected) -> AggregatePlan:
        """Figures about all rows of a table."""
        exposed = self._registry.of(field_.table)
        planner = AggregatePlanner(self._scope, self._reader, self._budget, exposed, field_)
        return planner.plan(self._read(exposed, {}), selected)

    # --- pages ------------------------------------------------------------------------------------

    def _page(
        self,
        table: type[Table],
        orders: tuple[Order, ...],
        selected: Selected,
        known: Predicate,
        spot: _Spot,
        shown: Predicate = Everything(),  # noqa: B008 - frozen
    ) -> PagePlan:
        """A page of the rows for which `shown` holds; `known` is certain of them all."""
        exposed = self._registry.of(table)
        before_it = len(self._scope.given)
        arguments = selected.arguments
        order = sorting(self._scope, exposed, orders, arguments.get("orderBy"))
        where = to_predicate(self._scope, exposed, arguments.get("where"))
        size, backwards = self._page_size(arguments)
        after, before = arguments.get("after"), arguments.get("before")
        boundary = all_of(
            order.beyond(self._scope, "after", after, backwards=False),
            order.beyond(self._scope, "before", before, backwards=True),
        )
        self._budget.take_rows(spot.rows * size)
        below = _Spot(spot.depth, spot.rows * size)
        parts = self._connection(exposed, selected, below, _Parts(backwards))
        return PagePlan(
            read=self._read(exposed, parts.columns, all_of(where, shown), known),
            boundary=boundary,
            order=tuple(term.reversed for term in order.terms) if backwards else order.terms,
            fingerprint=order.mark,
            limit=size,
            backwards=backwards,
            after=after is not None,
            before=before is not None,
            rows=parts.rows,
            peek=parts.peek,
            cursors=parts.cursors,
            pure=parts.pure,
            outputs=tuple(parts.outputs),
            given=tuple(self._scope.given[before_it:]),
        )

    def _page_size(self, arguments: Mapping[str, Any]) -> tuple[int, bool]:
        """The page size, and whether the page is read from the end."""
        first = self._reader.variables.value(arguments.get("first"))
        last = self._reader.variables.value(arguments.get("last"))
        if first is not None and last is not None:
            raise InputError("pass first or last, not both")
        if last is not None:
            return self._limits.page_size("last", last), True
        return self._limits.page_size("first", first), False

    def _connection(
        self, exposed: ExposedType, selected: Selected, spot: _Spot, parts: "_Parts"
    ) -> "_Parts":
        name = f"{exposed.name}Connection"
        for field_ in self._reader.below(selected, name):
            parts.outputs.append(self._connection_output(exposed, name, field_, spot, parts))
        return parts

    def _connection_output(
        self, exposed: ExposedType, name: str, selected: Selected, spot: _Spot, parts: "_Parts"
    ) -> PageOutput:
        match selected.name:
            case "nodes":
                return self._nodes(exposed, selected, spot, parts)
            case "edges":
                return self._edges(exposed, selected, spot, parts)
            case "pageInfo":
                return self._page_info(selected, parts)
            case "totalCount":
                return CountOut(selected.key)
            case _:
                return TypenameOut(selected.key, name)

    def _nodes(
        self, exposed: ExposedType, selected: Selected, spot: _Spot, parts: "_Parts"
    ) -> NodesOut:
        columns, row = self._row(exposed, selected, spot)
        parts.columns |= columns
        parts.rows = True
        parts.pure &= row.pure
        return NodesOut(selected.key, row)

    def _edges(
        self, exposed: ExposedType, selected: Selected, spot: _Spot, parts: "_Parts"
    ) -> EdgesOut:
        parts.rows = True
        name = f"{exposed.name}Edge"
        outputs: list[NodesOut | CursorOut | TypenameOut] = []
        for inner in self._reader.below(selected, name):
            if inner.name == "node":
                outputs.append(self._nodes(exposed, inner, spot, parts))
            elif inner.name == "cursor":
                parts.cursors = True
                outputs.append(CursorOut(inner.key))
            else:
                outputs.append(TypenameOut(inner.key, name))
        return EdgesOut(selected.key, tuple(outputs))

    def _page_info(self, selected: Selected, parts: "_Parts") -> PageInfoOut:
        # What lies before the page's own beginning is known without looking.
        known = PageFact.HAS_NEXT if parts.backwards else PageFact.HAS_PREVIOUS
        outputs: list[tuple[str, PageFact] | TypenameOut] = []
        for inner in self._reader.below(selected, "PageInfo"):
            if inner.name == "__typename":
                outputs.append(TypenameOut(inner.key, "PageInfo"))
                continue
            fact = PageFact(inner.name)
            if fact is not known:
                parts.rows = parts.peek = True
            parts.cursors |= fact in {PageFact.START, PageFact.END}
            outputs.append((inner.key, fact))
        return PageInfoOut(selected.key, tuple(outputs))

    # --- rows -------------------------------------------------------------------------------------

    def _row(
        self, exposed: ExposedType, selected: Selected, spot: _Spot
    ) -> tuple[Columns, RowPlan]:
        """The columns that a selection on a type needs, and what becomes of each row."""
        columns: Columns = {}
        fields = self._reader.below(selected, exposed.name)
        self._budget.take_values(spot.rows * len(fields))
        outputs = tuple(self._output(exposed, inner, columns, spot) for inner in fields)
        children = {out.key: out for out in outputs if isinstance(out, ToOneOut | ToManyOut)}
        return columns, RowPlan(
            exposed.name, exposed.key, outputs, all(map(_is_pure, outputs)), children
        )

    def _output(
        self, exposed: ExposedType, selected: Selected, columns: Columns, spot: _Spot
    ) -> Output:
        def need(column: str) -> ColumnRead:
            if column not in columns:
                columns[column] = ColumnRead(column, self._scope.guard(exposed, column))
            return columns[column]

        match exposed.field(selected.name):
            case ColumnField(column, kind, nullable):
                read = need(column)
                may_be_null = nullable or not isinstance(read.guard, Everything)
                return ColumnOut(selected.key, read, kind.json, may_be_null)
            case ToOneField() as relation:
                guard = need(relation.foreign_key._meta.name).guard
                return self._to_one(relation, guard, selected, spot)
            case OneBack() as relation:
                need(exposed.key)
                return self._one_back(relation, selected, spot)
            case ToMany() as relation:
                need(exposed.key)
                return self._to_many(exposed, relation, selected, spot)
            case ComputedField(needs):
                for column in needs:
                    need(column)
                return ComputedOut(selected.key)
            case None:
                if selected.name == "__typename":
                    return TypenameOut(selected.key, exposed.name)
                need(exposed.key)
                return IdOut(selected.key, exposed.key, exposed.name)

    def _to_one(
        self, relation: ToOneField, guard: Predicate, selected: Selected, spot: _Spot
    ) -> ToOneOut:
        self._budget.check_depth(spot.depth + 1)
        self._budget.take_rows(spot.rows)
        exposed = self._registry.of(relation.target)
        columns, row = self._row(exposed, selected, _Spot(spot.depth + 1, spot.rows))
        join = join_of(relation.foreign_key)
        key_type = column_type(relation.foreign_key).pg
        return ToOneOut(selected.key, join, guard, key_type, self._read(exposed, columns), row)

    def _one_back(self, relation: OneBack, selected: Selected, spot: _Spot) -> ToOneOut:
        self._budget.check_depth(spot.depth + 1)
        self._budget.take_rows(spot.rows)
        up = join_of(relation.foreign_key)
        child = relation.foreign_key._meta.table
        exposed = self._registry.of(child)
        columns, row = self._row(exposed, selected, _Spot(spot.depth + 1, spot.rows))
        join = Join(table_name(child), up.remote, up.local)
        key_type = column_type(relation.foreign_key).pg
        read = self._read(exposed, columns, self._shown_link(relation))
        return ToOneOut(selected.key, join, Everything(), key_type, read, row)

    def _shown_link(self, relation: ToMany | OneBack) -> Predicate:
        """The rows behind a relation of which the caller may know that they belong to it."""
        child = self._registry.of(relation.foreign_key._meta.table)
        return self._scope.guard(child, relation.foreign_key._meta.name)

    def _to_many(
        self, exposed: ExposedType, relation: ToMany, selected: Selected, spot: _Spot
    ) -> ToManyOut:
        self._budget.check_depth(spot.depth + 1)
        up = join_of(relation.foreign_key)
        child = relation.foreign_key._meta.table
        # The parent was readable, so children need not ask again whether it is.
        known = Exists(up, self._scope.rows(exposed.table))
        below = _Spot(spot.depth + 1, spot.rows)
        shown = self._shown_link(relation)
        page = self._page(child, relation.orders, selected, known, below, shown)
        join = Join(table_name(child), up.remote, up.local)
        return ToManyOut(selected.key, join, column_type(relation.foreign_key).pg, page)

    def _read(
        self,
        exposed: ExposedType,
        columns: Columns,
        where: Predicate = Everything(),  # noqa: B008 - frozen
        known: Predicate | None = None,
    ) -> Read:
        """The readable rows for which `where` holds, given that `known` is certain of them."""
        rows = self._scope.rows(exposed.table)
        if known is not None:
            rows = assume(known, rows)
        return Read(
            exposed.name,
            table_name(exposed.table),
            # A statement has at least one column; the key is the cheapest.
            tuple(columns.values()) or (ColumnRead(exposed.key),),
            all_of(where, rows),
        )


@dataclass(slots=True)
class _Parts:
    """What one selection on a connection adds up to."""

    backwards: bool
    columns: Columns = field(default_factory=dict)
    outputs: list[PageOutput] = field(default_factory=list)
    rows: bool = False
    peek: bool = False
    cursors: bool = False
    pure: bool = True


def _is_pure(output: Output) -> bool:
    match output:
        case ComputedOut():
            return False
        case ToOneOut():
            return output.row.pure
        case ToManyOut():
            return output.page.pure
        case _:
            return True
