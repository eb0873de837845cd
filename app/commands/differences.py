"""What two databases differ in, in words, and the statements that make one into the other."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.database.catalog import Catalog, Item

MISSING, EXTRA, CHANGED = "missing", "extra", "changed"

# Statements run in this order: what depends on something is dropped before it and made after it.
_DROP_FIRST = ("rule", "policy", "trigger", "view", "constraint", "index")
_MAKE = (
    *("schema", "type", "sequence", "function", "table", "column", "constraint", "index"),
    *("view", "rule", "trigger", "policy"),
)
_DROP_LAST = ("column", "table", "function", "sequence", "type", "schema")
_LOSES_ROWS = ("table", "column", "schema")


@dataclass(frozen=True, slots=True)
class Difference:
    """One object that is missing, extra or changed; `folded` when its parent says it already."""

    state: str
    live: Item | None
    wanted: Item | None
    folded: bool

    @property
    def item(self) -> Item:
        """The object, as it should be where it should be."""
        item = self.wanted or self.live
        assert item is not None
        return item

    @property
    def loses_data(self) -> bool:
        """Whether mending removes what people have stored."""
        return self.state == EXTRA and self.item.kind in _LOSES_ROWS

    @property
    def needs_values(self) -> bool:
        """Whether mending fails while the table holds rows: nothing says what they would have."""
        if self.state != MISSING or self.item.kind != "column" or self.folded:
            return False
        parts = self.item.parts()
        # Piccolo writes DEFAULT null where a column has none.
        none = parts["default"] == "None" or parts["default"].startswith("NULL::")
        return none and parts["null"] == "False" and not parts["generated"]

    def __str__(self) -> str:
        what = f"The {self.item.kind} {self.item.name}"
        if self.state == MISSING:
            return f"{what} is missing."
        if self.state == EXTRA:
            return f"{what} should not be there."
        assert self.live is not None
        assert self.wanted is not None
        if self.item.kind == "column":
            return f"{what} {_of_column(self.live.parts(), self.wanted.parts())}."
        found, right = (_one_line(side.definition) for side in (self.live, self.wanted))
        if max(len(found), len(right)) > 120:
            return f"{what} is not as it should be."
        return f"{what} is {found or 'plain'} and should be {right or 'plain'}."


def compare(live: Catalog, wanted: Catalog) -> list[Difference]:
    """Every difference, in the order in which things are made."""
    states = {
        key: MISSING if key not in live else EXTRA if key not in wanted else CHANGED
        for key in [*wanted, *(key for key in live if key not in wanted)]
        if key not in live or key not in wanted or _differ(live[key], wanted[key])
    }
    found = []
    for key, state in states.items():
        item = wanted.get(key) or live[key]
        folded = state != CHANGED and item.parent is not None and states.get(item.parent) == state
        found.append(Difference(state, live.get(key), wanted.get(key), folded))
    return sorted(found, key=lambda one: _MAKE.index(one.item.kind))


def shown(differences: Sequence[Difference]) -> list[Difference]:
    """Without what goes without saying: the columns of a missing table."""
    return [one for one in differences if not one.folded]


def renamings(differences: Sequence[Difference]) -> list[str]:
    """The SQL that gives tables and columns back their names, where nothing but those changed.

    A guess, for people to judge: one thing is missing, and one just like it should not be there.
    """
    columns: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for one in differences:
        if one.item.kind == "column" and one.item.parent is not None:
            columns.setdefault(one.item.parent, []).append((_bare(one.item), one.item.definition))

    def likeness(item: Item) -> tuple[object, ...]:
        if item.kind == "table":
            return item.kind, item.definition, sorted(columns.get(item.key, []))
        return item.kind, item.definition, item.parent

    told = [one for one in shown(differences) if one.item.kind in {"table", "column"}]
    missing = [one.item for one in told if one.state == MISSING]
    extra = [one.item for one in told if one.state == EXTRA]
    statements: list[str] = []
    for item in missing:
        alike = [other for other in extra if likeness(other) == likeness(item)]
        rivals = [other for other in missing if likeness(other) == likeness(item)]
        if len(alike) == len(rivals) == 1:
            statements += _renaming(alike[0], item)
    return statements


def _renaming(live: Item, wanted: Item) -> Iterator[str]:
    assert live.parent is not None
    assert wanted.parent is not None
    if wanted.kind == "column":
        table = wanted.parent[1]
        yield f"ALTER TABLE {table} RENAME COLUMN {_bare(live)} TO {_bare(wanted)}"
        return
    if live.parent != wanted.parent:
        yield f"ALTER TABLE {live.name} SET SCHEMA {wanted.parent[1]}"
    if _bare(live) != _bare(wanted):
        yield f"ALTER TABLE {wanted.parent[1]}.{_bare(live)} RENAME TO {_bare(wanted)}"


def _bare(item: Item) -> str:
    return item.name.removeprefix(f"{item.parent[1]}.") if item.parent else item.name


def mending(differences: Sequence[Difference]) -> list[str]:
    """The SQL statements, to be run in one transaction, that make the live database as wanted."""
    numbered = [entry for one in differences for entry in _statements(one)]
    numbered.sort(key=lambda entry: entry[:2])
    if any(entry[2].startswith("CREATE OR REPLACE") for entry in numbered):
        # A function may name what is made after it.
        return ["SET LOCAL check_function_bodies = off", *(entry[2] for entry in numbered)]
    return [entry[2] for entry in numbered]


def _statements(one: Difference) -> Iterator[tuple[int, int, str]]:
    """Each statement with its stage and its place within it."""
    kind = one.item.kind
    first = kind in _DROP_FIRST
    drop_stage = _DROP_FIRST.index(kind) if first else 200 + _DROP_LAST.index(kind)
    make_stage = 100 + 5 * _MAKE.index(kind)
    if one.state == EXTRA and one.live is not None and not one.folded:
        yield drop_stage, -one.live.order, one.live.drop
    if one.state == MISSING and one.wanted is not None:
        yield from _made(one, one.wanted, make_stage)
    if one.state == CHANGED and one.live is not None and one.wanted is not None:
        if kind == "column":
            for statement in _altered(one.live, one.wanted):
                yield make_stage, one.wanted.order, statement
        elif kind == "function":
            yield make_stage, one.wanted.order, one.wanted.create
        elif kind == "table":
            for statement in _table_altered(one.live, one.wanted):
                yield make_stage, one.wanted.order, statement
        elif kind == "sequence":
            body = one.wanted.create.split(" AS ", 1)[1]
            yield make_stage, one.wanted.order, f"ALTER SEQUENCE {one.wanted.name} AS {body}"
            yield from _owned(one.wanted)
        elif kind == "type":
            yield from _type_altered(one.live, one.wanted, make_stage)
        else:
            yield drop_stage, -one.live.order, one.live.drop
            yield from _made(one, one.wanted, make_stage)


def _made(one: Difference, wanted: Item, stage: int) -> Iterator[tuple[int, int, str]]:
    if wanted.kind == "column" and one.folded:
        return  # comes with its table
    # A trigger that is disabled takes two statements.
    for statement in re.split(r"; (?=ALTER TABLE )", wanted.create):
        yield stage, wanted.order, statement
    if wanted.kind == "sequence":
        yield from _owned(wanted)
    if wanted.kind == "table":
        for flag in _table_flags(wanted):
            yield stage, wanted.order, f"ALTER TABLE {wanted.name} {flag}"


def _owned(wanted: Item) -> Iterator[tuple[int, int, str]]:
    """After the table that has the column."""
    if " OWNED BY " in wanted.definition:
        column = wanted.definition.split(" OWNED BY ", 1)[1]
        stage = 100 + 5 * _MAKE.index("column") + 1
        yield stage, wanted.order, f"ALTER SEQUENCE {wanted.name} OWNED BY {column}"


def _altered(live: Item, wanted: Item) -> Iterator[str]:
    """A column, part by part; one that is computed or numbered in another way is made anew."""
    assert wanted.parent is not None
    table, name = wanted.parent[1], wanted.name.removeprefix(f"{wanted.parent[1]}.")
    have, want = live.parts(), wanted.parts()
    alter = f"ALTER TABLE {table} ALTER COLUMN {name}"
    if have["generated"] != want["generated"]:
        yield live.drop
        yield wanted.create
        return
    if have["type"] != want["type"]:
        if have["default"] != "None":
            yield f"{alter} DROP DEFAULT"
        plain = want["type"].split(" COLLATE ")[0]
        yield f"{alter} TYPE {want['type']} USING {name}::{plain}"
        if want["default"] != "None":
            yield f"{alter} SET DEFAULT {want['default']}"
    elif have["default"] != want["default"]:
        default = want["default"]
        yield f"{alter} DROP DEFAULT" if default == "None" else f"{alter} SET DEFAULT {default}"
    if have["null"] != want["null"]:
        yield f"{alter} {'DROP' if want['null'] == 'True' else 'SET'} NOT NULL"


_FLAGS = {
    "UNLOGGED": ("SET UNLOGGED", "SET LOGGED"),
    "ENABLE ROW LEVEL SECURITY": ("ENABLE ROW LEVEL SECURITY", "DISABLE ROW LEVEL SECURITY"),
    "FORCE ROW LEVEL SECURITY": ("FORCE ROW LEVEL SECURITY", "NO FORCE ROW LEVEL SECURITY"),
}


def _table_flags(wanted: Item) -> list[str]:
    return [on for flag, (on, _) in _FLAGS.items() if flag in wanted.definition and "ROW" in flag]


def _table_altered(live: Item, wanted: Item) -> Iterator[str]:
    for flag, (on, off) in _FLAGS.items():
        if (flag in live.definition) != (flag in wanted.definition):
            yield f"ALTER TABLE {wanted.name} {on if flag in wanted.definition else off}"


def _type_altered(live: Item, wanted: Item, stage: int) -> Iterator[tuple[int, int, str]]:
    """An enum that lacks values gets them; any other change of a type in use needs a migration."""
    have, want = (re.findall(r"'(?:[^']|'')*'", side.definition) for side in (live, wanted))
    if wanted.definition.startswith("ENUM") and set(have) <= set(want):
        for value in want:
            if value not in have:
                yield stage, wanted.order, f"ALTER TYPE {wanted.name} ADD VALUE {value}"
    else:
        yield stage, wanted.order, live.drop
        yield stage, wanted.order + 1, wanted.create


def _differ(live: Item, wanted: Item) -> bool:
    if live.kind == "column":
        return live.parts() != wanted.parts()
    return live.definition != wanted.definition


def _of_column(have: dict[str, str], want: dict[str, str]) -> str:
    told = []
    if have["type"] != want["type"]:
        told.append(f"has the type {have['type']} instead of {want['type']}")
    if have["null"] != want["null"]:
        told.append("must be NOT NULL" if want["null"] == "False" else "must allow NULL")
    if have["default"] != want["default"]:
        told.append(f"has {_default(have['default'])} instead of {_default(want['default'])}")
    if have["generated"] != want["generated"]:
        told.append("is generated in another way")
    return " and ".join(told)


def _default(expression: str) -> str:
    return "no default" if expression == "None" else f"the default {expression}"


def _one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()
