"""Lists as the JSON text of connections, by concatenation in SQL.

This takes PostgreSQL about half as long as json_build_object and json_agg, which look up output
functions for every value.
"""

from app.bridge.plan import (
    ColumnOut,
    ComputedOut,
    CountOut,
    CursorOut,
    EdgesOut,
    IdOut,
    Join,
    JSONKind,
    NodesOut,
    OrderTerm,
    PageFact,
    PageInfoOut,
    PagePlan,
    RowPlan,
    Step,
    ToManyOut,
    ToOneOut,
    TypenameOut,
)
from app.bridge.sql.writer import TIME, Writer, direction, literal, name_of


def joined(writer: Writer, out: ToOneOut, alias: str) -> str:
    """The alias of the row that a to-one relation leads to."""
    return writer.at(alias, (Step(out.join, out.guard, out.read.where),))


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
                other = joined(writer, out, alias)
                inner = _object_text(writer, out.row, other)
                there = f"{name_of(other, out.join.remote)} is null"
                text.expression(f"case when {there} then 'null' else {inner} end")
            case ToManyOut():
                text.expression(page_text(writer, out.page, out.join, alias))
            case ComputedOut():
                raise AssertionError("computed fields are not in JSON mode")
    text.constant("}")
    return text.sql()


def _column_text(text: _Text, writer: Writer, out: ColumnOut, alias: str) -> None:
    read = writer.read(out.read, alias)
    match out.kind:
        case JSONKind.STRING | JSONKind.LONG | JSONKind.ARRAY:
            rendered = f"to_json({read})::text"
        case JSONKind.LITERAL | JSONKind.JSON:
            rendered = f"{read}::text"
        case JSONKind.TIME:
            rendered = f"to_char({read}, {literal(_QUOTED_TIME)})"
        case JSONKind.QUOTED:
            rendered = f"'\"' || {read}::text || '\"'"
    text.expression(f"coalesce({rendered}, 'null')" if out.nullable else rendered)


_QUOTED_TIME = f'"\\""{TIME}"\\""'


def page_text(writer: Writer, page: PagePlan, join: Join | None = None, parent: str = "") -> str:
    """A page as the JSON text of a connection, in parentheses; never null.

    With `join` it is that of the row called `parent`; without, one of all rows.
    """
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
                text.expression(f"({writer.count(page, parent, join)})::text")
            case TypenameOut():
                text.constant(f'"{part.type_name}"')
    text.constant("}")
    if not page.rows:
        return f"({text.sql()})"
    return f"(select {text.sql()} from ({subselect.sql(join, parent)}) x)"


class _PageSelect:
    """The inner select of a page: texts of its rows, cursors, and what says their order.

    Numbers are made only where `x.n` has to be compared, too: they cost more than sort keys.
    """

    def __init__(self, writer: Writer, page: PagePlan) -> None:
        self.writer = writer
        self.page = page
        self.alias = writer.alias()
        self.items: list[str] = []
        self.order = ""
        if page.peek or (page.backwards and page.cursors):
            order = writer.order_by(page.order, self.alias)
            self.items.append(f"row_number() over (order by {order}) as n")
            self.order = f" order by x.n {'desc' if page.backwards else 'asc'}"
        elif page.backwards:
            self.order = f" order by {', '.join(map(self._key, page.order))}"
        if page.cursors:
            self.items.append(f"{self._cursor()} as c")

    def sql(self, join: Join | None, parent: str) -> str:
        """The rows of the page, of the row called `parent` where there is a join."""
        meets = None
        if join is not None:
            meets = f"{name_of(self.alias, join.remote)} = {name_of(parent, join.local)}"
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
        text.constant("[")
        text.expression(f"coalesce(string_agg({item}, ','{self.order}){self._kept()}, '')")
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

    def _key(self, term: OrderTerm) -> str:
        """A value that rows read from the end are sorted by, as the other way round."""
        name = f"k{len(self.items)}"
        self.items.append(f"{self.writer.term(term, self.alias)} as {name}")
        return f"x.{name}{direction(term.reversed)}"

    def _end(self, side: str) -> str:
        first = f"(array_agg(x.c order by x.n {side}){self._kept()})[1]"
        return f"coalesce('\"' || {first} || '\"', 'null')"

    def _kept(self) -> str:
        return f" filter (where x.n <= {self.page.limit})" if self.page.peek else ""

    def _cursor(self) -> str:
        """The cursor that `cursors.encode_cursor` makes, to the byte."""
        values = ", ".join(self.writer.order_text(term, self.alias) for term in self.page.order)
        array = f"json_build_array({literal(self.page.fingerprint)}::text, {values})"
        encoded = f"encode(convert_to({array}::text, 'UTF8'), 'base64')"
        return f"rtrim(translate({encoded}, E'+/\\n', '-_'), '=')"
