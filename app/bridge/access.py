"""The protocol that a policy meets: who is asking, which rows and columns they may read or change.

A policy is a list of rules in Piccolo's own expressions; here they become predicates. A table
without a policy cannot be exposed, and a kind of caller that no rule names sees nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from piccolo.columns import Column, ForeignKey
from piccolo.columns.combination import And, CombinableMixin, Or, Where
from piccolo.columns.operators import comparison
from piccolo.table import Table

from app.bridge.columns import column_type
from app.bridge.errors import ConfigurationError
from app.bridge.plan import (
    Compare,
    Constant,
    Everything,
    Exists,
    FromViewer,
    IsNull,
    Join,
    Nothing,
    Operator,
    Predicate,
    TableName,
    Value,
    all_of,
    any_of,
)


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who is asking: a kind, for which policies are written, and the values they refer to.

    `scopes` is what a key was made for; None for whoever is there in person.
    """

    kind: str
    values: Mapping[str, object] = field(default_factory=dict)
    scopes: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class ViewerValue:
    """Stands in a policy's expression for `Viewer.values[name]`."""

    name: str


class Through(CombinableMixin):
    """In a policy: rows whose parent, behind `foreign_key`, the same caller may read.

    It stands on the left of `&` and `|`, or alone.
    """

    __slots__ = ("foreign_key",)

    def __init__(self, foreign_key: ForeignKey[Any]) -> None:
        self.foreign_key = foreign_key


class Having(CombinableMixin):
    """In a policy: rows that some row of another table, for which `where` holds, refers to.

    Like `Through`, it stands on the left of `&` and `|`, or alone.
    """

    __slots__ = ("foreign_key", "where")

    def __init__(self, foreign_key: ForeignKey[Any], where: "Rows") -> None:
        self.foreign_key = foreign_key
        self.where = where


Rows = bool | Where | And | Or | Through | Having


class Action(StrEnum):
    """What a rule allows.

    Of tables whose rows are only marked as deleted, `DELETE` marks them, `RESTORE` takes the mark
    away and `PURGE` deletes for good.
    """

    READ = "read"
    CREATE = "create"
    CHANGE = "change"
    DELETE = "delete"
    RESTORE = "restore"
    PURGE = "purge"


@dataclass(frozen=True, slots=True)
class Rule:
    """Callers of these kinds may do this with these columns of these rows (none named: all).

    For `CREATE`, `rows` says of which kind the new rows must be.
    """

    who: frozenset[str]
    rows: Rows
    columns: tuple[Column, ...] | None = None
    action: Action = Action.READ


@dataclass(frozen=True, slots=True)
class Policy:
    """All rules of one table; one that covers a row is enough for what it allows."""

    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Access:
    """What one kind of caller may do, by one action, with one table.

    `rows` is the row predicate. `columns` holds, for each column that is theirs, the condition
    under which such a row has it (`Everything` for most); other columns are refused.
    """

    rows: Predicate
    columns: Mapping[str, Predicate]


_OPERATORS: dict[type[object], Operator] = {
    comparison.Equal: Operator.EQ,
    comparison.NotEqual: Operator.NE,
    comparison.LessThan: Operator.LT,
    comparison.LessEqualThan: Operator.LE,
    comparison.GreaterThan: Operator.GT,
    comparison.GreaterEqualThan: Operator.GE,
}


class AccessTable:
    """Every policy, turned into predicates, once, for every kind of caller."""

    def __init__(self, policies: Mapping[type[Table], Policy], kinds: Iterable[str]) -> None:
        self._policies = policies
        self._known: dict[tuple[type[Table], str, Action], Access] = {}
        self._under_way: list[type[Table]] = []
        self.kinds = tuple(kinds)
        for table, policy in policies.items():
            for rule in policy.rules:
                if unknown := rule.who - set(self.kinds):
                    raise ConfigurationError(
                        f"the policy of {table.__name__} names unknown kinds of caller: "
                        f"{', '.join(sorted(unknown))}"
                    )
            for kind in self.kinds:
                for action in Action:
                    self.of(table, kind, action)

    def of(self, table: type[Table], kind: str, action: Action = Action.READ) -> Access:
        """What callers of `kind` may do with `table`.

        Raises ConfigurationError for a table without a policy, and for policies that refer to
        each other in a circle.
        """
        if (known := self._known.get((table, kind, action))) is not None:
            return known
        if table not in self._policies:
            raise ConfigurationError(f"{table.__name__} has no policy; add one to app/policy")
        if table in self._under_way:
            circle = " -> ".join(t.__name__ for t in [*self._under_way, table])
            raise ConfigurationError(f"these policies refer to each other in a circle: {circle}")
        self._under_way.append(table)
        try:
            access = self._compile(table, kind, action)
        finally:
            self._under_way.pop()
        self._known[table, kind, action] = access
        return access

    def _compile(self, table: type[Table], kind: str, action: Action) -> Access:
        rules = [
            (self._predicate(table, rule.rows, kind), rule.columns)
            for rule in self._policies[table].rules
            if rule.action is action and kind in rule.who
        ]
        rows = any_of(*(predicate for predicate, _ in rules))
        columns: dict[str, Predicate] = {}
        for column in table._meta.columns:
            name = column._meta.name
            granted = [
                predicate
                for predicate, named in rules
                if named is None or any(other._meta.name == name for other in named)
            ]
            guard = any_of(*granted)
            if not isinstance(guard, Nothing):
                columns[name] = Everything() if guard == rows else guard
        return Access(rows, columns)

    def _predicate(self, table: type[Table], rows: object, kind: str) -> Predicate:
        match rows:
            case bool():
                return Everything() if rows else Nothing()
            case And():
                return all_of(
                    self._predicate(table, rows.first, kind),
                    self._predicate(table, rows.second, kind),
                )
            case Or():
                return any_of(
                    self._predicate(table, rows.first, kind),
                    self._predicate(table, rows.second, kind),
                )
            case Through():
                parent = rows.foreign_key._foreign_key_meta.resolved_references
                return self._reached(
                    rows.foreign_key, Exists(join_of(rows.foreign_key), self.of(parent, kind).rows)
                )
            case Having():
                child = rows.foreign_key._meta.table
                up = join_of(rows.foreign_key)
                down = Join(table_name(child), up.remote, up.local)
                return Exists(down, self._predicate(child, rows.where, kind))
            case Where():
                return self._reached(rows.column, _comparison(rows))
            case _:
                raise ConfigurationError(
                    f"the policy of {table.__name__} holds {type(rows).__name__}; use Piccolo's "
                    "comparisons joined with & and |, True, False, Through(...) or Having(...)"
                )

    @staticmethod
    def _reached(column: Column, predicate: Predicate) -> Predicate:
        """`predicate` about `column`, as seen from the table where its path of joins begins."""
        for foreign_key in reversed(column._meta.call_chain):
            predicate = Exists(join_of(foreign_key), predicate)
        return predicate


def table_name(table: type[Table]) -> TableName:
    """The qualified name of a Piccolo table."""
    return TableName(table._meta.schema or "public", table._meta.tablename)


def join_of(foreign_key: ForeignKey[Any]) -> Join:
    """The join from a row to the row that its foreign key names."""
    target = foreign_key._foreign_key_meta.resolved_references
    remote = foreign_key._foreign_key_meta.resolved_target_column
    return Join(table_name(target), foreign_key._meta.name, remote._meta.name)


def _comparison(where: Where) -> Predicate:
    name = where.column._meta.name
    if where.operator is comparison.IsNull:
        return IsNull(name)
    if where.operator is comparison.IsNotNull:
        return IsNull(name, negated=True)
    pg = column_type(where.column).pg
    if where.operator is comparison.In:
        assert isinstance(where.values, list)
        return any_of(*(Compare(name, Operator.EQ, _value(one, pg)) for one in where.values))
    operator = _OPERATORS.get(where.operator)
    if operator is None:
        raise ConfigurationError(
            f"a policy compares {name} by {where.operator.__name__}, which the bridge does not know"
        )
    return Compare(name, operator, _value(where.value, pg))


def _value(value: object, pg: str) -> Value:
    if isinstance(value, ViewerValue):
        return FromViewer(value.name, pg)
    return Constant(value, pg, fixed=isinstance(value, bool | int | str))
