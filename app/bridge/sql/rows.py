"""Statements of rows mode: columns under their own names, for resolvers to walk."""

from app.bridge.plan import (
    ColumnRead,
    Compare,
    Everything,
    Operator,
    PagePlan,
    ParentKeys,
    Read,
    Statement,
    ToManyOut,
    ToOneOut,
    all_of,
)
from app.bridge.sql.writer import ORDER, PARENT, Writer, name_of, quoted, table


def select_one(read: Read) -> Statement:
    """At most one row."""
    writer = Writer()
    alias = writer.alias()
    return writer.statement(
        f"select {_columns(writer, read.columns, alias)} "
        f"from {table(read.table)} {alias}{writer.where(read.where, alias)} limit 1"
    )


def select_page(page: PagePlan) -> Statement:
    """One page, and one row more where the plan peeks."""
    writer = Writer()
    alias = writer.alias()
    columns = _page_columns(writer, page, alias)
    return writer.statement(f"select {columns} {writer.source(page, alias)}")


def count_page(page: PagePlan) -> Statement:
    """The number of rows of the whole list, as the one column of one row."""
    writer = Writer()
    return writer.statement(writer.count(page))


def select_to_one(out: ToOneOut) -> Statement:
    """The rows that a batch of parents leads to, each with the key it was asked by."""
    writer = Writer()
    alias = writer.alias()
    keyed = Compare(out.join.remote, Operator.ANY, ParentKeys(out.key_type))
    where = writer.where(all_of(keyed, out.read.where), alias)
    return writer.statement(
        f"select {name_of(alias, out.join.remote)} as {quoted(PARENT)}, "
        f"{_columns(writer, out.read.columns, alias)} from {table(out.read.table)} {alias}{where}"
    )


def select_to_many(out: ToManyOut) -> Statement:
    """A page for each parent of a batch, as rows that name their parent, in the page's order."""
    writer = Writer()
    keys = writer.value(ParentKeys(out.key_type))
    alias = writer.alias()
    columns = _page_columns(writer, out.page, alias)
    meets = f"{name_of(alias, out.join.remote)} = k.key"
    return writer.statement(
        f"select k.key as {quoted(PARENT)}, p.* from unnest({keys}) as k(key) "
        f"cross join lateral (select {columns} {writer.source(out.page, alias, meets=meets)}) as p"
    )


def count_to_many(out: ToManyOut) -> Statement:
    """The number of rows of the whole list of each parent that has any."""
    writer = Writer()
    alias = writer.alias()
    remote = name_of(alias, out.join.remote)
    keyed = Compare(out.join.remote, Operator.ANY, ParentKeys(out.key_type))
    return writer.statement(
        f"select {remote} as {quoted(PARENT)}, count(*) from {table(out.page.read.table)} {alias}"
        f"{writer.where(all_of(keyed, out.page.read.where), alias)} group by {remote}"
    )


def _page_columns(writer: Writer, page: PagePlan, alias: str) -> str:
    """The columns of the rows of a page, and with cursors the texts of its order values."""
    columns = _columns(writer, page.read.columns, alias)
    for place, term in enumerate(page.order if page.cursors else ()):
        columns += f", {writer.order_text(term, alias)} as {quoted(ORDER + str(place))}"
    return columns


def _columns(writer: Writer, columns: tuple[ColumnRead, ...], alias: str) -> str:
    return ", ".join(
        writer.read(column, alias)
        + ("" if isinstance(column.guard, Everything) else f" as {quoted(column.name)}")
        for column in columns
    )
