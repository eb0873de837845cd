"""Plans to SQL text: the only file of the bridge that writes SQL, and it needs no database.

Names come from Piccolo's tables, never from a request; values are always parameters.
"""

from app.bridge.plan import (
    AllOf,
    AnyOf,
    ColumnRead,
    Compare,
    Everything,
    Exists,
    IsNull,
    Join,
    Nothing,
    Operator,
    OrderTerm,
    PagePlan,
    ParentKeys,
    Predicate,
    Read,
    Statement,
    TableName,
    ToManyPlan,
    ToOnePlan,
    Value,
    all_of,
)

# The column that says which parent a row of a batch belongs to.
PARENT = "_parent"


def select_one(read: Read) -> Statement:
    """At most one row."""
    writer = _Writer()
    alias = writer.alias()
    return writer.statement(
        f"select {writer.columns(read.columns, alias)} "
        f"from {_table(read.table)} {alias}{writer.where(read.where, alias)} limit 1"
    )


def select_page(page: PagePlan) -> Statement:
    """One page, and one row more."""
    writer = _Writer()
    return writer.statement(writer.page(page, writer.alias(), page.read.where))


def count_page(page: PagePlan) -> Statement:
    """The number of rows of the whole list, as the one column of one row."""
    writer = _Writer()
    alias = writer.alias()
    return writer.statement(
        f"select count(*) from {_table(page.read.table)} {alias}"
        f"{writer.where(page.read.where, alias)}"
    )


def select_to_one(plan: ToOnePlan) -> Statement:
    """The rows that a batch of parents leads to, each with the key it was asked by."""
    writer = _Writer()
    alias = writer.alias()
    keyed = Compare(plan.join.remote, Operator.ANY, ParentKeys(plan.key_type))
    where = writer.where(all_of(keyed, plan.read.where), alias)
    return writer.statement(
        f"select {_column(alias, plan.join.remote)} as {_name(PARENT)}, "
        f"{writer.columns(plan.read.columns, alias)} from {_table(plan.read.table)} {alias}{where}"
    )


def select_to_many(plan: ToManyPlan) -> Statement:
    """A page for each parent of a batch, as rows that name their parent, in the page's order."""
    writer = _Writer()
    keys = writer.value(ParentKeys(plan.key_type))
    alias = writer.alias()
    page = writer.page(
        plan.page, alias, plan.page.read.where, f"{_column(alias, plan.join.remote)} = k.key"
    )
    return writer.statement(
        f"select k.key as {_name(PARENT)}, p.* from unnest({keys}) as k(key) "
        f"cross join lateral ({page}) as p"
    )


def count_to_many(plan: ToManyPlan) -> Statement:
    """The number of rows of the whole list of each parent that has any."""
    writer = _Writer()
    alias = writer.alias()
    remote = _column(alias, plan.join.remote)
    keyed = Compare(plan.join.remote, Operator.ANY, ParentKeys(plan.key_type))
    return writer.statement(
        f"select {remote} as {_name(PARENT)}, count(*) from {_table(plan.page.read.table)} {alias}"
        f"{writer.where(all_of(keyed, plan.page.read.where), alias)} group by {remote}"
    )


class _Writer:
    """One statement being written: hands out aliases and parameters."""

    def __init__(self) -> None:
        self._aliases = 0
        self._numbers: dict[Value, int] = {}

    def statement(self, sql: str) -> Statement:
        return Statement(sql, tuple(self._numbers))

    def alias(self) -> str:
        self._aliases += 1
        return f"t{self._aliases}"

    def value(self, value: Value) -> str:
        number = self._numbers.setdefault(value, len(self._numbers) + 1)
        array = "[]" if isinstance(value, ParentKeys) else ""
        return f"${number}::{value.pg}{array}"

    def page(self, page: PagePlan, alias: str, where: Predicate, meets: str | None = None) -> str:
        condition = self.where(all_of(where, page.boundary), alias, meets)
        order = ", ".join(_order(term, alias) for term in page.order)
        return (
            f"select {self.columns(page.read.columns, alias)} "
            f"from {_table(page.read.table)} {alias}{condition} "
            f"order by {order} limit {page.limit + 1}"
        )

    def columns(self, columns: tuple[ColumnRead, ...], alias: str) -> str:
        return ", ".join(self._read(column, alias) for column in columns)

    def _read(self, column: ColumnRead, alias: str) -> str:
        plain = _column(alias, column.name)
        if isinstance(column.guard, Everything):
            return plain
        guard = self.predicate(column.guard, alias)
        return f"case when {guard} then {plain} end as {_name(column.name)}"

    def where(self, predicate: Predicate, alias: str, meets: str | None = None) -> str:
        """The where clause, with the space before it; nothing when every row is wanted."""
        conditions = [meets] if meets else []
        if not isinstance(predicate, Everything):
            conditions.append(self.predicate(predicate, alias))
        return f" where {' and '.join(conditions)}" if conditions else ""

    def predicate(self, predicate: Predicate, alias: str) -> str:
        match predicate:
            case Everything():
                return "true"
            case Nothing():
                return "false"
            case Compare(column, Operator.ANY, value):
                return f"{_column(alias, column)} = any({self.value(value)})"
            case Compare(column, operator, value):
                return f"{_column(alias, column)} {operator.value} {self.value(value)}"
            case IsNull(column, negated):
                return f"{_column(alias, column)} is {'not ' if negated else ''}null"
            case AllOf(parts):
                return " and ".join(self.predicate(part, alias) for part in parts)
            case AnyOf(parts):
                return f"({' or '.join(f'({self.predicate(part, alias)})' for part in parts)})"
            case Exists(join, where):
                return self._exists(join, where, alias)

    def _exists(self, join: Join, where: Predicate, alias: str) -> str:
        inner = self.alias()
        meets = f"{_column(inner, join.remote)} = {_column(alias, join.local)}"
        return (
            f"exists (select from {_table(join.target)} {inner}{self.where(where, inner, meets)})"
        )


def _order(term: OrderTerm, alias: str) -> str:
    direction = " desc" if term.descending else ""
    # PostgreSQL places nulls last ascending and first descending when nothing is said.
    nulls = (
        f" nulls {'first' if term.nulls_first else 'last'}"
        if term.nullable and term.nulls_first is not term.descending
        else ""
    )
    return f"{_column(alias, term.column)}{direction}{nulls}"


def _table(table: TableName) -> str:
    return f"{_name(table.schema)}.{_name(table.name)}"


def _column(alias: str, column: str) -> str:
    return f"{alias}.{_name(column)}"


def _name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
