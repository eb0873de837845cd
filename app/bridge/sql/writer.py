"""A statement being written: aliases, parameters, predicates, orders."""

from app.bridge.plan import (
    AllOf,
    AnyOf,
    ColumnRead,
    Compare,
    Constant,
    Everything,
    Exists,
    IsNull,
    Join,
    JSONKind,
    Nothing,
    Operator,
    OrderTerm,
    PagePlan,
    ParentKeys,
    Predicate,
    Statement,
    TableName,
    Value,
    all_of,
)

# The column that says which parent a row of a batch belongs to.
PARENT = "_parent"

# A moment in UTC (every connection's time zone) to the microsecond; quotes are part of the format.
TIME = 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'


class Writer:
    """One statement being written: hands out aliases and parameters."""

    def __init__(self) -> None:
        self._aliases = 0
        self._numbers: dict[Value, int] = {}

    def statement(self, sql: str) -> Statement:
        """The finished statement."""
        return Statement(sql, tuple(self._numbers))

    def alias(self) -> str:
        """An alias that the statement does not have yet."""
        self._aliases += 1
        return f"t{self._aliases}"

    def value(self, value: Value) -> str:
        """The parameter of a value, equal values sharing one; or the value, where it is fixed."""
        if isinstance(value, Constant) and value.fixed:
            return _fixed(value.value)
        number = self._numbers.setdefault(value, len(self._numbers) + 1)
        array = "[]" if isinstance(value, ParentKeys) else ""
        return f"${number}::{value.pg}{array}"

    def where(self, predicate: Predicate, alias: str, meets: str | None = None) -> str:
        """The where clause, with the space before it; nothing when every row is wanted."""
        conditions = [meets] if meets else []
        if not isinstance(predicate, Everything):
            conditions.append(self.predicate(predicate, alias))
        return f" where {' and '.join(conditions)}" if conditions else ""

    def predicate(self, predicate: Predicate, alias: str) -> str:
        """A condition about the row called `alias`; `and` is the loosest operator in it."""
        match predicate:
            case Everything():
                return "true"
            case Nothing():
                return "false"
            case Compare(column, Operator.ANY, value):
                return f"{name_of(alias, column)} = any({self.value(value)})"
            case Compare(column, operator, value):
                return f"{name_of(alias, column)} {operator.value} {self.value(value)}"
            case IsNull(column, negated):
                return f"{name_of(alias, column)} is {'not ' if negated else ''}null"
            case AllOf(parts):
                return " and ".join(self.predicate(part, alias) for part in parts)
            case AnyOf(parts):
                return f"({' or '.join(f'({self.predicate(part, alias)})' for part in parts)})"
            case Exists(join, where):
                return self._exists(join, where, alias)

    def read(self, column: ColumnRead, alias: str) -> str:
        """A column's value, or null where its guard does not hold."""
        plain = name_of(alias, column.name)
        if isinstance(column.guard, Everything):
            return plain
        return f"(case when {self.predicate(column.guard, alias)} then {plain} end)"

    def source(self, page: PagePlan, alias: str, joins: str = "", meets: str | None = None) -> str:
        """From `from` to `limit`: the rows of one page, those of one parent where it `meets`."""
        condition = self.where(all_of(page.read.where, page.boundary), alias, meets)
        return (
            f"from {table(page.read.table)} {alias}{joins}{condition} "
            f"order by {order_by(page.order, alias)} limit {page.limit + page.peek}"
        )

    def count(
        self, page: PagePlan, meets_alias: str | None = None, join: Join | None = None
    ) -> str:
        """A statement, or subselect, that counts the rows of the whole list."""
        alias = self.alias()
        meets = (
            f"{name_of(alias, join.remote)} = {name_of(meets_alias, join.local)}"
            if join is not None and meets_alias is not None
            else None
        )
        return (
            f"select count(*) from {table(page.read.table)} {alias}"
            f"{self.where(page.read.where, alias, meets)}"
        )

    def _exists(self, join: Join, where: Predicate, alias: str) -> str:
        inner = self.alias()
        meets = f"{name_of(inner, join.remote)} = {name_of(alias, join.local)}"
        return f"exists (select from {table(join.target)} {inner}{self.where(where, inner, meets)})"


def _fixed(value: object) -> str:
    return literal(value) if isinstance(value, str) else str(value).lower()


def order_by(terms: tuple[OrderTerm, ...], alias: str) -> str:
    """The terms of an order by clause."""
    return ", ".join(_order(term, alias) for term in terms)


def _order(term: OrderTerm, alias: str) -> str:
    direction = " desc" if term.descending else ""
    # PostgreSQL places nulls last ascending and first descending when nothing is said.
    nulls = (
        f" nulls {'first' if term.nulls_first else 'last'}"
        if term.nullable and term.nulls_first is not term.descending
        else ""
    )
    return f"{name_of(alias, term.column)}{direction}{nulls}"


def text_of(expression: str, kind: JSONKind) -> str:
    """An order value as its cursor has it."""
    match kind:
        case JSONKind.STRING:
            return expression
        case JSONKind.TIME:
            return f"to_char({expression}, '{TIME}')"
        case _:
            return f"{expression}::text"


def table(name: TableName) -> str:
    """A table's name in SQL."""
    return f"{quoted(name.schema)}.{quoted(name.name)}"


def name_of(alias: str, column: str) -> str:
    """A column's name in SQL."""
    return f"{alias}.{quoted(column)}"


def quoted(name: str) -> str:
    """An identifier in SQL."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text constant in SQL; only for texts of the schema and of validated documents."""
    return "'" + text.replace("'", "''") + "'"
