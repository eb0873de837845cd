"""Where PostgreSQL's plan of a statement reads a whole table, and what for.

Reads the output of `explain (verbose, format json)`: see
https://www.postgresql.org/docs/current/using-explain.html.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

Plan = dict[str, Any]
"""A node of the plan, as JSON."""


@dataclass(frozen=True, slots=True)
class SortColumn:
    """A column of an order or of an index; nulls are last unless `nulls_first`."""

    name: str
    descending: bool = False
    nulls_first: bool = False


@dataclass(frozen=True, slots=True)
class Scan:
    """One reading of a whole table, and what an index could have spared.

    `equal`, `states` and `ranges` are the columns that are compared with one value (or with any of
    a list), asked whether they are null or true, and held between limits. `order` is what the first
    rows are wanted by; empty when all rows are wanted. `conditions` are all conditions, as
    PostgreSQL prints them for an index of this table. `rows` is how many PostgreSQL expects to
    find. `walked` is the index in whose order rows were read until enough were found, if one was,
    and `bound` the columns of that index that had one value.
    """

    schema: str
    table: str
    rows: float
    equal: tuple[str, ...]
    states: tuple[str, ...]
    ranges: tuple[str, ...]
    order: tuple[SortColumn, ...]
    conditions: frozenset[str]
    walked: str | None = None
    bound: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What the nodes above want of one: the keys of a sort, and whether only the first rows."""

    keys: tuple[str, ...] = ()
    first: bool = False
    limited: bool = False


_NAME = r'(?:"(?:[^"]|"")+"|[A-Za-z_][\w$]*)'
_COLUMN = rf"(?:{_NAME}\.)?(?P<column>{_NAME})"
_CAST = r"(?:::[a-z][\w ]*(?:\(\d+\))?(?:\[\])?)?"
_OPERAND = rf"(?:\({_COLUMN}\){_CAST}|{_COLUMN.replace('column', 'bare')})"
_COMPARISON = re.compile(rf"{_OPERAND} (?P<operator>=|<|>|<=|>=) (?P<value>.+)", re.DOTALL)
_NULL = re.compile(rf"{_OPERAND} IS (?:NOT )?NULL")
_TRUTH = re.compile(rf"(?:NOT )?{_OPERAND}")
_SORT_KEY = re.compile(
    r"(?P<key>.+?)(?P<descending> DESC)?(?: NULLS (?P<nulls>FIRST|LAST))?", re.DOTALL
)
_SORTED = re.compile(rf"(?:(?P<alias>{_NAME})\.)?(?P<name>{_NAME})")

# Nodes that give rows on as they come, to which an order and a limit above them apply.
_THROUGH = frozenset({"Limit", "Gather", "Gather Merge", "Result", "LockRows"})
_JOINS = frozenset({"Nested Loop", "Hash Join", "Merge Join"})
_OUTER_STAYS = frozenset({"Inner", "Left", "Semi", "Anti"})
_SORTS = frozenset({"Sort", "Incremental Sort"})


def scans(plan: Plan) -> list[Scan]:
    """Every reading of a whole table in a plan that compares or sorts something."""
    found = (_scan(node, wanted) for node, wanted in _walk(plan, _Wanted()))
    return [scan for scan in found if scan is not None]


def split_conditions(text: str) -> list[str]:
    """The conditions that PostgreSQL has joined with AND, without the parentheses around each."""
    text = _bare(text)
    parts, depth, start, quote = [], 0, 0, ""
    for place, letter in enumerate(text):
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "'\"":
            quote = letter
        elif letter in "([":
            depth += 1
        elif letter in ")]":
            depth -= 1
        elif depth == 0 and text.startswith(" AND ", place):
            parts.append(text[start:place])
            start = place + len(" AND ")
    parts.append(text[start:])
    return [text] if len(parts) == 1 else [one for part in parts for one in split_conditions(part)]


def plain(name: str) -> str:
    """A name as it is stored, without the quotes it is printed with."""
    return name[1:-1].replace('""', '"') if name.startswith('"') else name


def _walk(node: Plan, wanted: _Wanted) -> Iterator[tuple[Plan, _Wanted]]:
    yield node, wanted
    kind = node["Node Type"]
    below = _Wanted()
    if kind in _SORTS:
        below = _Wanted(tuple(node["Sort Key"]), first=wanted.limited, limited=False)
    elif kind == "Limit":
        below = _Wanted(wanted.keys, first=wanted.first, limited=True)
    elif kind in _THROUGH or (kind in _JOINS and node["Join Type"] in _OUTER_STAYS):
        below = wanted
    for child in node.get("Plans", ()):
        relationship = child.get("Parent Relationship")
        yield from _walk(child, below if relationship == "Outer" else _Wanted())


def _scan(node: Plan, wanted: _Wanted) -> Scan | None:
    walked = node.get("Index Name") if wanted.limited else None
    if node["Node Type"] != "Seq Scan" and not (walked and "Filter" in node):
        return None
    prefix = re.compile(rf'(?<![\w"$]){re.escape(_printed(node["Alias"]))}\.')
    filters, searched = _conditions(node, "Filter"), _conditions(node, "Index Cond")
    equal, states, ranges = _columns(filters, prefix)
    order = () if walked or not wanted.first else _order(wanted.keys, node["Alias"])
    if not (equal or states or ranges or order):
        return None
    return Scan(
        schema=node["Schema"],
        table=node["Relation Name"],
        rows=float(node["Plan Rows"]),
        equal=equal,
        states=states,
        ranges=tuple(name for name in ranges if name not in equal),
        order=tuple(column for column in order if column.name not in equal),
        conditions=frozenset(prefix.sub("", part) for part in (*filters, *searched)),
        walked=walked,
        bound=_columns(searched, prefix)[0],
    )


def _conditions(node: Plan, kind: str) -> list[str]:
    return split_conditions(node[kind]) if kind in node else []


def _columns(
    conditions: Iterable[str], prefix: re.Pattern[str]
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """The columns that conditions compare with a value, ask for a state, and limit."""
    equal: dict[str, None] = {}
    states: dict[str, None] = {}
    ranges: dict[str, None] = {}
    for condition in conditions:
        if not prefix.search(condition):
            continue
        if found := _COMPARISON.fullmatch(condition):
            if not prefix.search(found["value"]) and not _is_joined(found["value"]):
                (equal if found["operator"] == "=" else ranges)[_column(found)] = None
        elif found := _NULL.fullmatch(condition) or _TRUTH.fullmatch(condition):
            states[_column(found)] = None
    return tuple(equal), tuple(states), tuple(ranges)


def _is_joined(value: str) -> bool:
    """Whether what a column is compared with is another condition: `a = b OR c`."""
    return re.search(r" (?:OR|AND) ", value) is not None


def _order(keys: Sequence[str], alias: str) -> tuple[SortColumn, ...]:
    """The columns of a sort's keys; none when one of them is not a column of this table."""
    columns = []
    for key in keys:
        parts = _SORT_KEY.fullmatch(key)
        assert parts is not None  # it takes any text
        named = _SORTED.fullmatch(re.sub(rf"^\((.+)\){_CAST}$", r"\1", _bare(parts["key"])))
        if named is None or (named["alias"] and plain(named["alias"]) != alias):
            return ()
        descending = parts["descending"] is not None
        nulls_first = parts["nulls"] == "FIRST" if parts["nulls"] else descending
        columns.append(SortColumn(plain(named["name"]), descending, nulls_first))
    return tuple(columns)


def _column(found: re.Match[str]) -> str:
    return plain(found["column"] or found["bare"])


def _printed(alias: str) -> str:
    """An alias as conditions are printed with it."""
    return alias if re.fullmatch(r"[a-z_][a-z0-9_$]*", alias) else f'"{alias}"'


def _bare(text: str) -> str:
    """The text without parentheses that stand around all of it."""
    while text.startswith("(") and _closing(text) == len(text) - 1:
        text = text[1:-1]
    return text


def _closing(text: str) -> int:
    """Where the parenthesis that opens the text is closed."""
    depth, quote = 0, ""
    for place, letter in enumerate(text):
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "'\"":
            quote = letter
        elif letter == "(":
            depth += 1
        elif letter == ")":
            depth -= 1
            if depth == 0:
                return place
    return -1
