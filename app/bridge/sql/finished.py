"""Statements of JSON mode: rows that Python only has to put together, and lists that are JSON.

The rows at the top come as columns, to-one relations joined to them, because orjson writes flat
values faster than PostgreSQL. Lists below a row come as JSON text, built by concatenation: this
takes PostgreSQL about half as long as json_build_object and json_agg.
"""

from dataclasses import dataclass, field

from app.bridge.plan import (
    ColumnOut,
    Compare,
    ComputedOut,
    CountOut,
    CursorOut,
    EdgesOut,
    IdOut,
    JSONKind,
    NodesOut,
    Operator,
    PageFact,
    PageInfoOut,
    PagePlan,
    ParentKeys,
    Predicate,
    RowPlan,
    SinglePlan,
    Statement,
    Step,
    TableName,
    ToManyOut,
    ToOneOut,
    TypenameOut,
    all_of,
)
from app.bridge.sql.writer import TIME, Writer, literal, name_of, quoted, table, text_of


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
    page = _page_text(writer, out, "k")
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
                    other = _joined(self.writer, out, alias)
                    self.items.append(f"{name_of(other, out.join.remote)} is not null")
                    inner.append((out, other))
                case ToManyOut():
                    self.items.append(_page_text(self.writer, out, alias))
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
        case JSONKind.STRING | JSONKind.LITERAL:
            return read
        case JSONKind.ARRAY:
            return f"to_json({read})"
        case JSONKind.JSON:
            return f"{read}::text"
        case _:
            return text_of(read, out.kind)


def _global_id(out: IdOut, alias: str) -> str:
    return f"{literal(out.type_name + '_')} || {name_of(alias, out.column)}"


def _joined(writer: Writer, out: ToOneOut, alias: str) -> str:
    """The alias of the row that a to-one relation leads to."""
    return writer.at(alias, (Step(out.join, out.guard, out.read.where),))


# --- JSON text ------------------------------------------------------------------------------------


class _Text:
    """A text expression in SQL, put together from constants and expressions."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._constant = ""

    def constant(self, text: str) -> None:
        self._constant += text

    def expression(self, sql: str) -> None:
        self._flush()
        self._parts.append(sql)

    def sql(self) -> str:
        self._flush()
        return " || ".join(self._parts)

    def _flush(self) -> None:
        if self._constant:
            self._parts.append(literal(self._constant))
            self._constant = ""


def _object_text(writer: Writer, row: RowPlan, alias: str) -> str:
    """A row as the JSON text of an object; never null."""
    text = _Text()
    for place, out in enumerate(row.outputs):
        text.constant(f'{"," if place else "{"}"{out.key}":')
        match out:
            case ColumnOut():
                _column_text(text, writer, out, alias)
            case IdOut():
                text.constant(f'"{out.type_name}_')
                text.expression(name_of(alias, out.column))
                text.constant('"')
            case TypenameOut():
                text.constant(f'"{out.type_name}"')
            case ToOneOut():
                other = _joined(writer, out, alias)
                inner = _object_text(writer, out.row, other)
                there = f"{name_of(other, out.join.remote)} is null"
                text.expression(f"case when {there} then 'null' else {inner} end")
            case ToManyOut():
                text.expression(_page_text(writer, out, alias))
            case ComputedOut():
                raise AssertionError("computed fields are not in JSON mode")
    text.constant("}")
    return text.sql()


def _column_text(text: _Text, writer: Writer, out: ColumnOut, alias: str) -> None:
    read = writer.read(out.read, alias)
    match out.kind:
        case JSONKind.STRING | JSONKind.ARRAY:
            rendered = f"to_json({read})::text"
        case JSONKind.LITERAL | JSONKind.JSON:
            rendered = f"{read}::text"
        case JSONKind.TIME:
            rendered = f"to_char({read}, {literal(_QUOTED_TIME)})"
        case JSONKind.QUOTED:
            rendered = f"'\"' || {read}::text || '\"'"
    text.expression(f"coalesce({rendered}, 'null')" if out.nullable else rendered)


_QUOTED_TIME = f'"\\""{TIME}"\\""'


def _page_text(writer: Writer, out: ToManyOut, alias: str) -> str:
    """A parent's page as the JSON text of a connection, in parentheses; never null."""
    page = out.page
    text = _Text()
    subselect = _PageSelect(writer, page)
    for place, part in enumerate(page.outputs):
        text.constant(f'{"," if place else "{"}"{part.key}":')
        match part:
            case NodesOut():
                subselect.add_list(text, subselect.row(part.row))
            case EdgesOut():
                subselect.add_list(text, subselect.edge(part))
            case PageInfoOut():
                subselect.add_info(text, part)
            case CountOut():
                text.expression(f"({writer.count(page, alias, out.join)})::text")
            case TypenameOut():
                text.constant(f'"{part.type_name}"')
    text.constant("}")
    if not page.rows:
        return f"({text.sql()})"
    return f"(select {text.sql()} from ({subselect.sql(out, alias)}) x)"


class _PageSelect:
    """The inner select of a page: texts of its rows, cursors, and numbers where order matters."""

    def __init__(self, writer: Writer, page: PagePlan) -> None:
        self.writer = writer
        self.page = page
        self.alias = writer.alias()
        self.items: list[str] = []
        if page.peek or page.backwards:
            order = writer.order_by(page.order, self.alias)
            self.items.append(f"row_number() over (order by {order}) as n")
        if page.cursors:
            self.items.append(f"{self._cursor()} as c")

    def sql(self, out: ToManyOut, parent: str) -> str:
        """The rows of the page of the row called `parent`."""
        meets = f"{name_of(self.alias, out.join.remote)} = {name_of(parent, out.join.local)}"
        source = self.writer.source(self.page, self.alias, meets)
        return f"select {', '.join(self.items) or 'null'} {source}"

    def row(self, row: RowPlan) -> str:
        """The name of the column that holds each row's object."""
        name = f"r{len(self.items)}"
        self.items.append(f"{_object_text(self.writer, row, self.alias)} as {name}")
        return f"x.{name}"

    def edge(self, edges: EdgesOut) -> str:
        """The expression of each row's edge."""
        text = _Text()
        for place, out in enumerate(edges.outputs):
            text.constant(f'{"," if place else "{"}"{out.key}":')
            match out:
                case NodesOut():
                    text.expression(self.row(out.row))
                case CursorOut():
                    text.constant('"')
                    text.expression("x.c")
                    text.constant('"')
                case TypenameOut():
                    text.constant(f'"{out.type_name}"')
        text.constant("}")
        return text.sql()

    def add_list(self, text: _Text, item: str) -> None:
        """All rows' expressions, as an array.

        Rows come in the order of the inner select, unless another aggregate of the same select is
        ordered: PostgreSQL then sorts for that one. So where rows are numbered, the order is said.
        """
        order = ""
        if self.page.peek or self.page.backwards:
            order = f" order by x.n {'desc' if self.page.backwards else 'asc'}"
        text.constant("[")
        text.expression(f"coalesce(string_agg({item}, ','{order}){self._kept()}, '')")
        text.constant("]")

    def add_info(self, text: _Text, info: PageInfoOut) -> None:
        """The page information."""
        page = self.page
        more = f"case when count(*) > {page.limit} then 'true' else 'false' end"
        for place, out in enumerate(info.outputs):
            key = out.key if isinstance(out, TypenameOut) else out[0]
            text.constant(f'{"," if place else "{"}"{key}":')
            match out:
                case TypenameOut():
                    text.constant(f'"{out.type_name}"')
                case (_, PageFact.HAS_NEXT):
                    if page.backwards:
                        text.constant("true" if page.before else "false")
                    else:
                        text.expression(more)
                case (_, PageFact.HAS_PREVIOUS):
                    if page.backwards:
                        text.expression(more)
                    else:
                        text.constant("true" if page.after else "false")
                case (_, PageFact.START):
                    text.expression(self._end("desc" if page.backwards else "asc"))
                case (_, PageFact.END):
                    text.expression(self._end("asc" if page.backwards else "desc"))
        text.constant("}")

    def _end(self, direction: str) -> str:
        first = f"(array_agg(x.c order by x.n {direction}){self._kept()})[1]"
        return f"coalesce('\"' || {first} || '\"', 'null')"

    def _kept(self) -> str:
        return f" filter (where x.n <= {self.page.limit})" if self.page.peek else ""

    def _cursor(self) -> str:
        """The cursor that `cursors.encode_cursor` makes, to the byte."""
        values = ", ".join(self.writer.order_text(term, self.alias) for term in self.page.order)
        array = f"json_build_array({literal(self.page.fingerprint)}::text, {values})"
        encoded = f"encode(convert_to({array}::text, 'UTF8'), 'base64')"
        return f"rtrim(translate({encoded}, E'+/\\n', '-_'), '=')"
