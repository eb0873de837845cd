"""Statements of JSON mode: rows that Python only has to put together, and lists that are JSON.

Rows at the top come as columns, to-one relations joined to them, where Python has something to do
with them (cursors) or orjson writes them faster than PostgreSQL (long texts). Lists below a row,
and the others at the top, come as JSON text: see `texts`.
"""

from dataclasses import dataclass, field

from app.bridge.plan import (
    ColumnOut,
    Compare,
    ComputedOut,
    CountOut,
    EdgesOut,
    IdOut,
    JSONKind,
    NodesOut,
    Operator,
    PagePlan,
    ParentKeys,
    Predicate,
    RowPlan,
    SinglePlan,
    Statement,
    TableName,
    ToManyOut,
    ToOneOut,
    TypenameOut,
    all_of,
)
from app.bridge.sql.texts import joined, page_text
from app.bridge.sql.writer import Writer, literal, name_of, quoted, table, text_of


@dataclass(frozen=True, slots=True)
class Layout:
    """How a run of a record's values becomes an object.

    The values from `start` on belong to `keys`. Those of `fragments` are JSON already (or null);
    those of `objects` only say whether there is one, which has a layout of its own.
    """

    start: int
    keys: tuple[str, ...]
    fragments: tuple[str, ...]
    objects: tuple[tuple[str, "Layout"], ...]


@dataclass(frozen=True, slots=True)
class FinishedRows:
    """A statement whose records become objects: one layout for each plan of its rows, in order.

    `cursors` is where the texts of the order values begin, when the page has cursors.
    """

    statement: Statement
    layouts: tuple[Layout, ...]
    cursors: int = 0


def finish_one(plan: SinglePlan) -> FinishedRows:
    """At most one record."""
    select = _Select(Writer())
    alias = select.writer.alias()
    layout = select.object(plan.row, alias)
    return FinishedRows(select.statement(plan.read.table, alias, plan.read.where), (layout,))


def finish_page(page: PagePlan) -> FinishedRows:
    """The records of one page, and one more where the plan peeks."""
    select = _Select(Writer())
    alias = select.writer.alias()
    layouts = tuple(select.object(row, alias) for row in rows_of(page))
    cursors = len(select.items)
    if page.cursors:
        select.items += [select.writer.order_text(term, alias) for term in page.order]
    source = select.writer.source(page, alias)
    return FinishedRows(
        select.writer.statement(f"select {select.list()} {source}"), layouts, cursors
    )


def finish_list(page: PagePlan) -> Statement:
    """One value: the whole page as JSON text. Only for what `comes_as_text`."""
    writer = Writer()
    return writer.statement(f"select {page_text(writer, page)}")


def comes_as_text(page: PagePlan) -> bool:
    """Whether PostgreSQL makes JSON of a list at the top faster than Python does of its rows.

    Not where it is counted or has cursors, which are statements and work of their own; and not with
    long texts: PostgreSQL escapes them letter by letter.
    """
    counted = any(isinstance(out, CountOut) for out in page.outputs)
    return page.rows and not (counted or page.cursors or any(map(_is_long, rows_of(page))))


def _is_long(row: RowPlan) -> bool:
    return any(
        (isinstance(out, ColumnOut) and out.kind is JSONKind.LONG)
        or (isinstance(out, ToOneOut) and _is_long(out.row))
        for out in row.outputs
    )


def finish_to_one(out: ToOneOut) -> FinishedRows:
    """The records that a batch of parents leads to; the value after each object is its key."""
    select = _Select(Writer())
    alias = select.writer.alias()
    layout = select.object(out.row, alias)
    keys = len(select.items)
    select.items.append(name_of(alias, out.join.remote))
    keyed = Compare(out.join.remote, Operator.ANY, ParentKeys(out.key_type))
    statement = select.statement(out.read.table, alias, all_of(keyed, out.read.where))
    return FinishedRows(statement, (layout,), keys)


def finish_to_many(out: ToManyOut) -> Statement:
    """For each parent of a batch its key and its page, as JSON text."""
    writer = Writer()
    keys = writer.value(ParentKeys(out.key_type))
    page = page_text(writer, out.page, out.join, "k")
    return writer.statement(
        f"select {name_of('k', out.join.local)}, {page} "
        f"from unnest({keys}) as k({quoted(out.join.local)})"
    )


def rows_of(page: PagePlan) -> tuple[RowPlan, ...]:
    """Every plan of the page's rows, in the order of its layouts."""
    found: list[RowPlan] = []
    for out in page.outputs:
        if isinstance(out, NodesOut):
            found.append(out.row)
        elif isinstance(out, EdgesOut):
            found += [inner.row for inner in out.outputs if isinstance(inner, NodesOut)]
    return tuple(found)


# --- records --------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Select:
    """A select list."""

    writer: Writer
    items: list[str] = field(default_factory=list)

    def list(self) -> str:
        return ", ".join(self.items) or "null"

    def statement(self, source: TableName, alias: str, where: Predicate) -> Statement:
        condition = self.writer.where(where, alias)
        joins = self.writer.joins(alias)
        return self.writer.statement(
            f"select {self.list()} from {table(source)} {alias}{joins}{condition}"
        )

    def object(self, row: RowPlan, alias: str) -> Layout:
        """Add the values of an object: its own side by side, then those of the objects in it."""
        start = len(self.items)
        fragments: list[str] = []
        inner: list[tuple[ToOneOut, str]] = []
        for out in row.outputs:
            match out:
                case ColumnOut():
                    self.items.append(_value(self.writer, out, alias))
                    if out.kind in {JSONKind.JSON, JSONKind.ARRAY}:
                        fragments.append(out.key)
                case IdOut():
                    self.items.append(_global_id(out, alias))
                case TypenameOut():
                    self.items.append(f"{literal(out.type_name)}::text")
                case ToOneOut():
                    other = joined(self.writer, out, alias)
                    self.items.append(f"{name_of(other, out.join.remote)} is not null")
                    inner.append((out, other))
                case ToManyOut():
                    self.items.append(page_text(self.writer, out.page, out.join, alias))
                    fragments.append(out.key)
                case ComputedOut():
                    raise AssertionError("computed fields are not in JSON mode")
        objects = tuple((out.key, self.object(out.row, other)) for out, other in inner)
        keys = tuple(out.key for out in row.outputs)
        return Layout(start, keys, tuple(fragments), objects)


def _value(writer: Writer, out: ColumnOut, alias: str) -> str:
    """A column as a value that orjson writes as it is, or as a fragment."""
    read = writer.read(out.read, alias)
    match out.kind:
        case JSONKind.STRING | JSONKind.LONG | JSONKind.LITERAL:
            return read
        case JSONKind.ARRAY:
            return f"to_json({read})"
        case JSONKind.JSON:
            return f"{read}::text"
        case _:
            return text_of(read, out.kind)


def _global_id(out: IdOut, alias: str) -> str:
    return f"{literal(out.type_name + '_')} || {name_of(alias, out.column)}"
