"""`make access`: writes docs/access.md, who may read, write and call what, from the policies."""

import importlib
import sys
from collections.abc import Iterable

from piccolo.columns import Column, ForeignKey
from piccolo.columns.combination import And, Or, Where
from piccolo.columns.operators import comparison
from strawberry.utils.str_converters import to_camel_case

from app.bridge import Action, Having, Mutations, Rule, Through, ViewerValue
from app.policy import ADMINS, AGENTS, ANYONE, POLICIES, STAFF, USERS, Caller
from app.settings import PROJECT

FILE = PROJECT / "docs" / "access.md"

_HEAD = """\
# Who may do what

Written by `make access` from [`app/policy`](../app/policy/__init__.py) and the mutations, and kept
up to date by a test. What is not named here is refused.

A caller is one of: nobody known, a user (who is a plain user, customer, vendor, staff of a
university or administrator), or the agent by its key. "Everybody" is all of them, "users" is
whoever is logged in. Somebody who is pending, suspended or deleted is refused whatever they send.
An API key acts as its user, within its scopes.

Rules add up: one that covers a row is enough, and each shows the columns that it names. A row that
may not be read is missing from lists, counts, filters, orders and aggregates, and is as one that
was never there when it is asked for or changed by its id. A column that may not be read refuses
the field that names it, or is null where it may be read of other rows.
"""

_GROUPS = {
    ANYONE: "everybody",
    USERS: "users",
    ADMINS: "administrators",
    STAFF: "staff",
    AGENTS: "the agent",
}
_MINE = {"user": "me", "organization": "my organisation", "university": "my university"}
_VERBS = {
    Action.READ: "read",
    Action.CREATE: "create",
    Action.CHANGE: "change",
    Action.DELETE: "delete",
    Action.RESTORE: "restore",
    Action.PURGE: "delete for good",
}
_SIGNS = {
    comparison.Equal: "is",
    comparison.NotEqual: "is not",
    comparison.LessThan: "is less than",
    comparison.LessEqualThan: "is at most",
    comparison.GreaterThan: "is more than",
    comparison.GreaterEqualThan: "is at least",
}


def text() -> str:
    """The text of docs/access.md.

    The API is loaded here, so that the other commands need not wait for it.
    """
    importlib.import_module("app.schema").make_schema()
    mutations: Mutations = importlib.import_module("app.schema.registry").mutations
    parts = [_HEAD, "## Tables\n"]
    for table, policy in POLICIES.items():
        rows = [_row(rule) for rule in policy.rules]
        parts += [f"### {table.__name__}\n", _table(("who", "may", "which", "columns"), rows)]
    parts.append("## Mutations\n")
    parts.append(
        "Whoever may call one still changes only what the tables above allow. The last column is\n"
        "the scope that an API key needs; a dash means that no key is enough.\n"
    )
    calls = [
        (f"`{to_camel_case(each.name)}`", people(each.who), each.scope or "-")
        for each in mutations.all.values()
    ]
    parts.append(_table(("mutation", "who", "key"), calls))
    return "\n".join(parts)


def people(who: frozenset[str]) -> str:
    """Kinds of caller in words."""
    if (known := _GROUPS.get(frozenset(Caller(kind) for kind in who))) is not None:
        return known
    named: list[str] = []
    left = set(who)
    for group, word in _GROUPS.items():
        if group <= left:
            named.append(word)
            left -= group
    return " and ".join([*named, *sorted(kind.lower() for kind in left)])


def rows_of(rows: object) -> str:
    """The rows of a rule in words: as the row that they are about would be described."""
    match rows:
        case bool():
            return "all" if rows else "none"
        case And():
            return f"{rows_of(rows.first)} and {rows_of(rows.second)}"
        case Or():
            return f"({rows_of(rows.first)} or {rows_of(rows.second)})"
        case Through():
            return f"its {_name(rows.foreign_key)} may be read"
        case Having():
            child = rows.foreign_key._meta.table.__name__
            return f"there is a {child} of it whose {rows_of(rows.where)}"
        case Where():
            return _comparison(rows)
        case _:
            raise AssertionError(f"no words for {type(rows).__name__}")


def _comparison(where: Where) -> str:
    name = _path(where.column)
    if where.operator is comparison.IsNull:
        return f"{name} is empty"
    if where.operator is comparison.IsNotNull:
        return f"{name} is set"
    value = where.value
    if isinstance(value, ViewerValue):
        said = _MINE[value.name]
    else:
        said = str(value).lower() if isinstance(value, bool) else str(value)
    return f"{name} {_SIGNS[where.operator]} {said}"


def _path(column: Column) -> str:
    chain: Iterable[ForeignKey] = column._meta.call_chain  # type: ignore[type-arg]  # of any table
    return ".".join(_name(each) for each in (*chain, column))


def _name(column: Column) -> str:
    return to_camel_case(column._meta.name)


def _row(rule: Rule) -> tuple[str, ...]:
    gone = rule.action in {Action.DELETE, Action.RESTORE, Action.PURGE}
    columns = "" if gone else "all"
    if rule.columns is not None:
        columns = ", ".join(_name(column) for column in rule.columns) or "none"
    return people(rule.who), _VERBS[rule.action], rows_of(rule.rows), columns


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def main() -> int:
    """Write the file: the exit code."""
    FILE.write_text(text(), "utf-8")
    print(f"{FILE.relative_to(PROJECT)} is written.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
