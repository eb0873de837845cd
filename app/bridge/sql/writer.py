"""A statement being written: aliases, parameters, predicates, orders."""

from app.bridge.plan import (
    AllOf,
    AnyOf,
    At,
    ColumnRead,
    Compare,
    Constant,
    Everything,
    Exists,
    IsNull,
    Join,
    JSONKind,
    Matches,
    Not,
    Nothing,
    Operator,
    OrderTerm,
    PagePlan,
    ParentKeys,
    Predicate,
    Statement,
    Step,
    TableName,
    Value,
    all_of,
)

# The column that says which parent a row of a batch belongs to.
PARENT = "_parent"

# What the columns with the texts of order values are called, before their number.
ORDER = "_order"

# A moment in UTC (every connection's time zone) to the microsecond; quotes are part of the format.
TIME = 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'


class Writer:
    """One statement being written: hands out aliases and parameters."""

    def __init__(self) -> None:
        self._aliases = 0
        self._numbers: dict[Value, int] = {}
        self._joined: dict[tuple[str, Step], str] = {}
        self._joins: dict[str, list[str]] = {}

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

    def at(self, alias: str, path: tuple[Step, ...]) -> str:
        """The alias of the row at the end of `path`, which is joined to the row called `alias`.

        `joins` gives the joins; the same step from the same row is joined once.
        """
        for step in path:
            joined = self._joined.get((alias, step))
            if joined is None:
                joined = self._joined[alias, step] = self.alias()
                # All joins that begin at one row stand side by side after it.
                joins = self._joins.setdefault(alias, [])
                self._joins[joined] = joins
                joins.append(self._join(step, alias, joined))
            alias = joined
        return alias

    def joins(self, alias: str) -> str:
        """The joins that the row called `alias` needs for what was written so far."""
        return "".join(self._joins.get(alias, ()))

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
            case Compare():
                return self._compare(predicate, alias)
            case IsNull(column, negated, path):
                return f"{self._part(column, path, alias)} is {'not ' if negated else ''}null"
            case Matches(function, column, value):
                return f"{function}({name_of(alias, column)}, {self.value(value)})"
            case AllOf(parts):
                return " and ".join(self.predicate(part, alias) for part in parts)
            case AnyOf(parts):
                return f"({' or '.join(f'({self.predicate(part, alias)})' for part in parts)})"
            case Not(Exists() as part):
                return f"not {self.predicate(part, alias)}"
            case Not(part):
                return f"({self.predicate(part, alias)}) is not true"
            case Exists(join, where):
                return self._exists(join, where, alias)
            case At(path, part):
                return self.predicate(part, self.at(alias, path))

    def read(self, column: ColumnRead, alias: str) -> str:
        """A column's value, or null where its guard does not hold."""
        plain = name_of(alias, column.name)
        if isinstance(column.guard, Everything):
            return plain
        return f"(case when {self.predicate(column.guard, alias)} then {plain} end)"

    def term(self, term: OrderTerm, alias: str) -> str:
        """The value that the row called `alias` is sorted by."""
        return self.read(ColumnRead(term.column, term.guard), self.at(alias, term.path))

    def order_text(self, term: OrderTerm, alias: str) -> str:
        """The value that the row called `alias` is sorted by, as its cursor has it."""
        return text_of(self.term(term, alias), term.kind)

    def order_by(self, terms: tuple[OrderTerm, ...], alias: str) -> str:
        """The terms of an order by clause."""
        return ", ".join(f"{self.term(term, alias)}{direction(term)}" for term in terms)

    def source(self, page: PagePlan, alias: str, meets: str | None = None) -> str:
        """From `from` to `limit`: the rows of one page, those of one parent where it `meets`.

        With the joins of what was written before: write the select list first.
        """
        condition = self.where(all_of(page.read.where, page.boundary), alias, meets)
        order = self.order_by(page.order, alias)
        return (
            f"from {table(page.read.table)} {alias}{self.joins(alias)}{condition} "
            f"order by {order} limit {page.limit + page.peek}"
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

    def _compare(self, compare: Compare, alias: str) -> str:
        left, operator = self._part(compare.column, compare.path, alias), compare.operator
        value = self.value(compare.value)
        if operator in {Operator.ANY, Operator.NOT_ANY}:
            return f"{left} {operator.value}({value})"
        return f"{left} {operator.value} {value}"

    def _part(self, column: str, path: Value | None, alias: str) -> str:
        plain = name_of(alias, column)
        return plain if path is None else f"({plain} #> {self.value(path)})"

    def _join(self, step: Step, alias: str, joined: str) -> str:
        join = step.join
        conditions = [f"{name_of(joined, join.remote)} = {name_of(alias, join.local)}"]
        for predicate, of in ((step.guard, alias), (step.where, joined)):
            if not isinstance(predicate, Everything):
                conditions.append(self.predicate(predicate, of))
        return f" left join {table(join.target)} {joined} on {' and '.join(conditions)}"

    def _exists(self, join: Join, where: Predicate, alias: str) -> str:
        inner = self.alias()
        meets = f"{name_of(inner, join.remote)} = {name_of(alias, join.local)}"
        return f"exists (select from {table(join.target)} {inner}{self.where(where, inner, meets)})"


def _fixed(value: object) -> str:
    return literal(value) if isinstance(value, str) else str(value).lower()


def direction(term: OrderTerm) -> str:
    """What follows a term in an order by clause."""
    text = " desc" if term.descending else ""
    # PostgreSQL places nulls last ascending and first descending when nothing is said.
    if term.nullable and term.nulls_first is not term.descending:
        text += f" nulls {'first' if term.nulls_first else 'last'}"
    return text


def text_of(expression: str, kind: JSONKind) -> str:
    """An order value as its cursor has it."""
    match kind:
        case JSONKind.STRING | JSONKind.LONG:
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
