"""Selection, arguments and access to a plan: every decision about a query is made here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from piccolo.columns import Column
from piccolo.table import Table

from app.bridge.access import Access, join_of, table_name
from app.bridge.columns import ColumnType, column_type
from app.bridge.cursors import CursorPart, decode_cursor, key_of_id
from app.bridge.errors import InputError, NotAllowed
from app.bridge.execute import Bridge
from app.bridge.limits import Budget
from app.bridge.ordering import Order, beyond, fingerprint, order_terms
from app.bridge.plan import (
    ColumnOut,
    ColumnRead,
    Compare,
    ComputedOut,
    Constant,
    CountOut,
    CursorOut,
    EdgesOut,
    Everything,
    Exists,
    FromVariable,
    IdOut,
    Join,
    NodesOut,
    Operator,
    OrderTerm,
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
    Value,
    all_of,
    assume,
)
from app.bridge.registry import ColumnField, ComputedField, ExposedType, ToMany, ToOneField
from app.bridge.selection import Selected, SelectionReader
from app.bridge.variables import Leaf

Columns = dict[str, ColumnRead]


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where in the selection the planner is: relations above, and rows that could be here."""

    depth: int = 0
    rows: int = 1


class Planner:
    """Plans fields of one operation for one kind of caller."""

    def __init__(self, bridge: Bridge, kind: str, reader: SelectionReader, budget: Budget) -> None:
        self._registry = bridge.registry
        self._access = bridge.access
        self._limits = bridge.limits
        self._kind = kind
        self._reader = reader
        self._budget = budget

    # --- what can be planned ----------------------------------------------------------------------

    def single(
        self, table: type[Table], by: Mapping[str, Column], selected: Selected
    ) -> SinglePlan:
        """The row with the id, or with the value of one of the columns `by`, by argument name."""
        exposed = self._registry.of(table)
        given = {name: value for name, value in selected.arguments.items() if value is not None}
        if len(given) != 1:
            raise InputError(f"pass exactly one of {', '.join(['id', *by])}")
        ((name, value),) = given.items()
        if name == "id":
            column, kind = exposed.key, exposed.types[exposed.key]
            decode: Callable[[Any], object] = partial(_key, exposed.name)
        else:
            column, kind = by[name]._meta.name, column_type(by[name])
            decode = partial(_storable, name, kind)
        where = Compare(column, Operator.EQ, bind(value, decode, kind.pg))
        columns, row = self._row(exposed, selected, _Spot())
        return SinglePlan(self._read(exposed, columns, where), row)

    def by_key(self, table: type[Table], selected: Selected, rows: int) -> ToOneOut:
        """Up to `rows` rows of `table` by primary key, whichever keys are asked for."""
        exposed = self._registry.of(table)
        self._budget.take_rows(rows)
        columns, row = self._row(exposed, selected, _Spot(rows=rows))
        join = Join(table_name(table), exposed.key, exposed.key)
        key_type = exposed.types[exposed.key].pg
        read = self._read(exposed, columns)
        return ToOneOut(selected.key, join, Everything(), key_type, read, row)

    def page(self, table: type[Table], orders: tuple[Order, ...], selected: Selected) -> PagePlan:
        """A page of all rows of `table`."""
        return self._page(table, orders, selected, Everything(), _Spot())

    # --- pages ------------------------------------------------------------------------------------

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
        size, backwards = self._page_size(selected.arguments)
        after, before = selected.arguments.get("after"), selected.arguments.get("before")
        backward_terms = tuple(term.reversed for term in terms)
        boundary = all_of(
            self._beyond("after", after, terms, mark, exposed),
            self._beyond("before", before, backward_terms, mark, exposed),
        )
        self._budget.take_rows(spot.rows * size)
        parts = self._connection(exposed, selected, _Spot(spot.depth, spot.rows * size))
        for term in terms if parts.cursors else ():
            parts.columns.setdefault(term.column, self._order_column(exposed, term))
        return PagePlan(
            read=self._read(exposed, parts.columns, known=known),
            boundary=boundary,
            order=backward_terms if backwards else terms,
            fingerprint=mark,
            limit=size,
            backwards=backwards,
            after=after is not None,
            before=before is not None,
            rows=parts.rows,
            peek=parts.peek,
            cursors=parts.cursors,
            pure=parts.pure,
            outputs=tuple(parts.outputs),
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

    def _beyond(
        self,
        name: str,
        cursor: Any,
        terms: tuple[OrderTerm, ...],
        mark: str,
        exposed: ExposedType,
    ) -> Predicate:
        """The rows after the one of a cursor, in the order of `terms`."""
        if cursor is None:
            return Everything()
        types = tuple(exposed.types[term.column] for term in terms)
        if isinstance(cursor, Leaf) and not any(term.nullable for term in terms):
            values: list[Value] = [
                FromVariable(cursor, CursorPart(name, mark, terms, types, place), kind.pg)
                for place, kind in enumerate(types)
            ]
        else:
            # Whether an order value is null decides the condition, so the value must be known.
            text = self._reader.variables.value(cursor)
            decoded = decode_cursor(name, text, mark, terms, types)
            values = [Constant(v, kind.pg) for v, kind in zip(decoded, types, strict=True)]
        return beyond(terms, values)

    def _connection(self, exposed: ExposedType, selected: Selected, spot: _Spot) -> "_Parts":
        parts = _Parts()
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
        parts.rows = parts.peek = True
        outputs: list[tuple[str, PageFact] | TypenameOut] = []
        for inner in self._reader.below(selected, "PageInfo"):
            if inner.name == "__typename":
                outputs.append(TypenameOut(inner.key, "PageInfo"))
                continue
            fact = PageFact(inner.name)
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
        access = self._access.of(exposed.table, self._kind)

        def need(column: str) -> ColumnRead:
            return columns.setdefault(column, self._column(exposed, access, column))

        match exposed.field(selected.name):
            case ColumnField(column, kind, nullable):
                read = need(column)
                may_be_null = nullable or not isinstance(read.guard, Everything)
                return ColumnOut(selected.key, read, kind.json, may_be_null)
            case ToOneField() as relation:
                guard = need(relation.foreign_key._meta.name).guard
                return self._to_one(relation, guard, selected, spot)
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

    def _to_many(
        self, exposed: ExposedType, relation: ToMany, selected: Selected, spot: _Spot
    ) -> ToManyOut:
        self._budget.check_depth(spot.depth + 1)
        up = join_of(relation.foreign_key)
        child = relation.foreign_key._meta.table
        # The parent was readable, so children need not ask again whether it is.
        known = Exists(up, self._access.of(exposed.table, self._kind).rows)
        below = _Spot(spot.depth + 1, spot.rows)
        page = self._page(child, relation.orders, selected, known, below)
        join = Join(table_name(child), up.remote, up.local)
        return ToManyOut(selected.key, join, column_type(relation.foreign_key).pg, page)

    def _read(
        self,
        exposed: ExposedType,
        columns: Columns,
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


@dataclass(slots=True)
class _Parts:
    """What one selection on a connection adds up to."""

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


def bind(value: Any, decode: Callable[[Any], object], pg: str) -> Value:
    """An argument's value as a plan holds it: decoded now, or later where it is a leaf."""
    return (
        FromVariable(value, decode, pg) if isinstance(value, Leaf) else Constant(decode(value), pg)
    )


def _key(type_name: str, text: str) -> object:
    key = key_of_id(type_name, text)
    if key is None:
        raise InputError(f"id is not the id of a {type_name}; pass one as the API returned it")
    return key


def _storable(name: str, kind: ColumnType, value: Any) -> object:
    """An argument's value, unless PostgreSQL could not hold it."""
    if not isinstance(value, str) or kind.from_text is None:
        return value
    try:
        return kind.from_text(value)
    except ValueError:
        raise InputError(f"{name} holds a character that cannot be stored") from None
