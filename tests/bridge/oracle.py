"""What the API has to answer, worked out in plain Python from all rows there are.

Written from the descriptions of the API and of the policies, and from nothing of the bridge: slow,
and simple enough to be believed.
"""

import functools
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from tests.bridge.documents import Field, Info, Many, Node, Nodes, One, Order, Part, Where
from tests.bridge.small_world import Rows

Row = dict[str, Any]

# Where relations lead: by type and field, the table and its foreign key (of lists, the child's).
TO_ONE = {
    ("User", "organization"): "Organization",
    ("User", "university"): "University",
    ("Course", "university"): "University",
    ("Post", "author"): "User",
    ("Comment", "post"): "Post",
    ("Comment", "author"): "User",
    ("Questionnaire", "organization"): "Organization",
    ("Section", "questionnaire"): "Questionnaire",
    ("Question", "section"): "Section",
}
TO_MANY = {
    ("University", "courses"): ("Course", "university", (("name", False),)),
    ("User", "posts"): ("Post", "author", (("createdAt", True),)),
    ("Organization", "members"): ("User", "organization", (("name", False),)),
    ("Post", "comments"): ("Comment", "post", (("createdAt", False),)),
    ("Questionnaire", "sections"): ("Section", "questionnaire", (("position", False),)),
    ("Section", "questions"): ("Question", "section", (("position", False),)),
}
ROOTS = {
    "posts": ("Post", (("createdAt", True),)),
    "universities": ("University", (("name", False),)),
    "courses": ("Course", (("name", False),)),
    "questionnaires": ("Questionnaire", (("title", False),)),
}
PRIVATE = {
    "email",
    "role",
    "status",
    "emailVerified",
    "organization",
    "university",
    "lastLoginAt",
    "deletedAt",
    "updatedAt",
}

# Of a university.
OF_STAFF = {"settings", "analytics"}


def may_name(kind: str, type_name: str, field: str) -> bool:
    """Whether callers of a kind may name a field at all."""
    if type_name == "University" and field in OF_STAFF:
        return kind in {"STAFF", "ADMIN"}
    # Who belongs to an organisation is theirs to say.
    private = (type_name == "User" and field in PRIVATE) or field == "members"
    return kind != "ANONYMOUS" or not private


def snake(name: str) -> str:
    """A field's column."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


@dataclass(frozen=True)
class Oracle:
    """All rows, and who is asking."""

    rows: Rows
    kind: str
    me: Row | None

    # --- who sees what ----------------------------------------------------------------------------

    def visible(self, type_name: str, row: Row) -> bool:
        """Whether the caller may read a row."""
        me, admin = self.me or {}, self.kind == "ADMIN"
        mine = self.me is not None
        match type_name:
            case "User":
                active = row["status"] == "ACTIVE"
                return row["deleted_at"] is None and (admin or active or row["id"] == me.get("id"))
            case "Post":
                own = mine and row["author"] == me["id"]
                return row["deleted_at"] is None and (admin or own or row["published"])
            case "Comment":
                return row["deleted_at"] is None and self.sees("Post", row["post"])
            case "University":
                staff = self.kind == "STAFF" and row["id"] == me["university"]
                return admin or staff or row["is_verified"]
            case "Course":
                staff = self.kind == "STAFF" and row["university"] == me["university"]
                shown = row["is_active"] and self.sees("University", row["university"])
                return admin or staff or shown
            case "Organization":
                return admin or (mine and row["id"] == me["organization"])
            case "Questionnaire":
                ours = mine and row["organization"] is not None
                ours = ours and row["organization"] == me["organization"]
                return admin or ours or row["status"] == "PUBLISHED"
            case "Section":
                return self.sees("Questionnaire", row["questionnaire"])
            case "Question":
                return self.sees("Section", row["section"])
        raise AssertionError(type_name)

    def sees(self, type_name: str, key: UUID | None) -> bool:
        """Whether there is a row with a key that the caller may read."""
        return self.found(type_name, key) is not None

    def found(self, type_name: str, key: UUID | None) -> Row | None:
        """The row with a key, if the caller may read it."""
        for row in self.rows[type_name]:
            if row["id"] == key and self.visible(type_name, row):
                return row
        return None

    def value(self, type_name: str, row: Row, field: str) -> Any:
        """A column's value, as far as the caller may read it."""
        if type_name == "User" and field in PRIVATE:
            own = self.me is not None and row["id"] == self.me["id"]
            if not own and self.kind != "ADMIN":
                return None
        if type_name == "University" and field in OF_STAFF:
            ours = self.me is not None and row["id"] == self.me["university"]
            if not ours and self.kind != "ADMIN":
                return None
        return row[snake(field)]

    def target(self, type_name: str, row: Row, field: str) -> tuple[str, Row | None]:
        """The row behind a to-one relation, if the caller may read it."""
        other = TO_ONE[type_name, field]
        return other, self.found(other, self.value(type_name, row, field))

    def children(self, type_name: str, row: Row, field: str) -> tuple[str, list[Row]]:
        """The rows of a to-many relation that the caller may read."""
        other, key, _ = TO_MANY[type_name, field]
        rows = self.rows[other]
        return other, [
            r for r in rows if self.visible(other, r) and self.value(other, r, key) == row["id"]
        ]

    # --- filters ----------------------------------------------------------------------------------

    def holds(self, type_name: str, row: Row, where: Where) -> bool:
        """Whether a filter holds for a row."""
        return all(self._holds(type_name, row, name, value) for name, value in where.items())

    def _holds(self, type_name: str, row: Row, name: str, value: Any) -> bool:
        match name:
            case "and":
                return all(self.holds(type_name, row, one) for one in value)
            case "or":
                return any(self.holds(type_name, row, one) for one in value)
            case "not":
                return not self.holds(type_name, row, value)
            case "id":
                return _compared(f"{type_name}_{row['id']}", value)
        if (type_name, name) in TO_ONE:
            other, found = self.target(type_name, row, name)
            return found is not None and self.holds(other, found, value)
        if (type_name, name) in TO_MANY:
            other, rows = self.children(type_name, row, name)
            how = {
                "some": lambda w: any(self.holds(other, r, w) for r in rows),
                "none": lambda w: not any(self.holds(other, r, w) for r in rows),
                "every": lambda w: all(self.holds(other, r, w) for r in rows),
            }
            return all(how[one](w) for one, w in value.items())
        if (type_name, name.removesuffix("Id")) in TO_ONE:
            other, found = self.target(type_name, row, name.removesuffix("Id"))
            return _compared(None if found is None else f"{other}_{found['id']}", value)
        return _compared(self.value(type_name, row, name), value)

    # --- lists ------------------------------------------------------------------------------------

    def listed(self, type_name: str, rows: list[Row], many: Many, own: Any) -> list[Row]:
        """The rows for which the filter holds, in their order."""
        kept = [row for row in rows if self.holds(type_name, row, many.where or {})]
        order = many.order or [
            Order((name,), "DESC" if descending else "ASC") for name, descending in own
        ]
        # A column that is named again changes nothing, nor does anything after the id.
        paths = [term.path for term in order]
        order = [term for place, term in enumerate(order) if term.path not in paths[:place]]
        last = order[-1].direction.startswith("DESC")
        ended = [*order, Order(("id",), "DESC" if last else "ASC")]
        compare = functools.partial(self._compare, type_name, ended)
        return sorted(kept, key=functools.cmp_to_key(compare))

    def _compare(self, type_name: str, order: list[Order], one: Row, other: Row) -> int:
        for term in order:
            left, right = (self._at(type_name, row, term.path) for row in (one, other))
            if left == right:
                continue
            if left is None or right is None:
                return -1 if (left is None) == term.direction.endswith("NULLS_FIRST") else 1
            return -1 if (left < right) != term.direction.startswith("DESC") else 1
        return 0

    def _at(self, type_name: str, row: Row, path: tuple[str, ...]) -> Any:
        *relations, field = path
        found: Row | None = row
        for relation in relations:
            assert found is not None
            type_name, found = self.target(type_name, found, relation)
            if found is None:
                return None
        assert found is not None
        return self.value(type_name, found, field)

    # --- answers ----------------------------------------------------------------------------------

    def root(self, many: Many) -> Any:
        """The answer of a root field."""
        type_name, own = ROOTS[many.name]
        rows = [row for row in self.rows[type_name] if self.visible(type_name, row)]
        return self._page(type_name, self.listed(type_name, rows, many, own), many)

    def _page(self, type_name: str, rows: list[Row], many: Many) -> Any:
        kept = rows[: many.size] if not many.last else rows[max(len(rows) - many.size, 0) :]
        more = len(rows) > len(kept)
        return {
            part.key: self._part(type_name, part, rows, kept, many, more) for part in many.parts
        }

    def _part(
        self, type_name: str, part: Part, rows: list[Row], kept: list[Row], many: Many, more: bool
    ) -> Any:
        match part:
            case Nodes(_, below):
                return [self._object(type_name, row, below) for row in kept]
            case Info(_, facts):
                known = {
                    "hasNextPage": more and not many.last,
                    "hasPreviousPage": more and many.last,
                    "startCursor": "a cursor" if kept else None,
                    "endCursor": "a cursor" if kept else None,
                    "__typename": "PageInfo",
                }
                return {key: known[name] for key, name in facts}
            case Field(_, "totalCount"):
                return len(rows)
            case Field():
                return f"{type_name}Connection"
        edges = []
        for row in kept:
            edge: dict[str, Any] = {}
            for inner in part.inner:
                match inner:
                    case Nodes(key, below):
                        edge[key] = self._object(type_name, row, below)
                    case Field(key, "cursor"):
                        edge[key] = "a cursor"
                    case Field(key):
                        edge[key] = f"{type_name}Edge"
            edges.append(edge)
        return edges

    def _object(self, type_name: str, row: Row, below: list[Node]) -> Any:
        return {node.key: self._node(type_name, row, node) for node in below}

    def _node(self, type_name: str, row: Row, node: Node) -> Any:
        match node:
            case Field(_, "__typename"):
                return type_name
            case Field(_, "id"):
                return f"{type_name}_{row['id']}"
            case Field(_, name):
                return shown(self.value(type_name, row, name), name)
            case One(_, name, below):
                other, found = self.target(type_name, row, name)
                return None if found is None else self._object(other, found, below)
            case Many(_, name):
                other, rows = self.children(type_name, row, name)
                own = TO_MANY[type_name, name][2]
                return self._page(other, self.listed(other, rows, node, own), node)


def shown(value: Any, name: str) -> Any:
    """A value as answers have it."""
    match value:
        case datetime():
            return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        case Decimal():
            return str(value)
        case Enum():
            return value.value
        case str() if name in {"options", "validation", "settings"}:
            return json.loads(value)
        case _:
            return value


def _compared(value: Any, comparisons: dict[str, Any]) -> bool:
    return all(_compare_one(value, how, operand) for how, operand in comparisons.items())


def _compare_one(value: Any, how: str, operand: Any) -> bool:
    if how == "isNull":
        return (value is None) is operand
    if value is None:
        return False
    if isinstance(value, datetime):
        read: Any = datetime.fromisoformat
    else:
        read = Decimal if isinstance(value, Decimal) else lambda same: same
    operand = [read(one) for one in operand] if isinstance(operand, list) else read(operand)
    if how.endswith("Insensitive"):
        how, value, operand = how.removesuffix("Insensitive"), value.lower(), operand.lower()
    return bool(OPERATORS[how](value, operand))


OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "eq": lambda value, this: value == this,
    "ne": lambda value, this: value != this,
    "in": lambda value, these: value in these,
    "notIn": lambda value, these: value not in these,
    "lt": lambda value, this: value < this,
    "lte": lambda value, this: value <= this,
    "gt": lambda value, this: value > this,
    "gte": lambda value, this: value >= this,
    "contains": lambda value, this: this in value,
    "startsWith": lambda value, this: value.startswith(this),
    "endsWith": lambda value, this: value.endswith(this),
    "has": lambda value, this: this in value,
    "hasAny": lambda value, these: not set(value).isdisjoint(these),
    "hasAll": lambda value, these: set(value) >= set(these),
    "isEmpty": lambda value, this: (value == []) is this,
}
