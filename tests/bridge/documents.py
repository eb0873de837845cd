"""Random documents over the real schema, as trees that the oracle reads."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
)
from hypothesis import strategies as st

Where = dict[str, Any]


@dataclass(frozen=True)
class Field:
    """A leaf under a response key."""

    key: str
    name: str


@dataclass(frozen=True)
class Nodes:
    """Objects of rows: `nodes` of a connection, `node` of an edge."""

    key: str
    below: "list[Node]"


@dataclass(frozen=True)
class Edges:
    """Edges of a connection."""

    key: str
    inner: list[Nodes | Field]


@dataclass(frozen=True)
class Info:
    """Page information, as pairs of key and name."""

    key: str
    facts: list[tuple[str, str]]


Part = Nodes | Edges | Info | Field


@dataclass(frozen=True)
class Order:
    """One term of an order: relations, then a column."""

    path: tuple[str, ...]
    direction: str


@dataclass(frozen=True)
class One:
    """A to-one relation."""

    key: str
    name: str
    below: "list[Node]"


@dataclass(frozen=True)
class Many:
    """A connection; `size` counts from the end where `last`."""

    key: str
    name: str
    size: int
    last: bool
    where: Where | None
    order: list[Order]
    parts: list[Part]


Node = Field | One | Many

Draw = Callable[..., Any]
MayName = Callable[[str, str], bool]


@dataclass
class Generator:
    """Draws trees for one kind of caller, who may name some fields of some types."""

    draw: Draw
    schema: GraphQLSchema
    may_name: MayName
    values: dict[str, list[Any]]
    types: frozenset[str]

    def pick(self, *options: Any) -> Any:
        """One of these."""
        return self.draw(st.sampled_from(options))

    def some(self, options: list[str], most: int) -> list[str]:
        """A few of these, each once."""
        found: list[str] = self.draw(
            st.lists(st.sampled_from(options), unique=True, min_size=1, max_size=most)
        )
        return found

    def key(self, name: str, taken: set[str]) -> str:
        """A response key: the name, or an alias."""
        key = name
        if name in taken or self.pick(True, False, False):
            key = f"a{len(taken)}"
        taken.add(key)
        return key

    # --- selections -------------------------------------------------------------------------------

    def fields(self, type_name: str) -> dict[str, str]:
        """The fields that can be asked for, with what they are: a leaf, or what they lead to."""
        kind = self.schema.get_type(type_name)
        assert isinstance(kind, GraphQLObjectType)
        found: dict[str, str] = {}
        for name, one in kind.fields.items():
            target = get_named_type(one.type)
            row = target.name.removesuffix("Connection")
            if not self.may_name(type_name, name):
                continue
            if not isinstance(target, GraphQLObjectType):
                found[name] = "leaf"
            elif row in self.types:
                found[name] = target.name
        return found

    def below(self, type_name: str, depth: int) -> list[Node]:
        """A selection on a type."""
        fields = self.fields(type_name)
        names = [name for name, what in fields.items() if what == "leaf" or depth > 0]
        taken: set[str] = set()
        made: list[Node] = []
        for name in self.some([*names, "__typename"], 4):
            key, what = self.key(name, taken), fields.get(name, "leaf")
            if what == "leaf":
                made.append(Field(key, name))
            elif what.endswith("Connection"):
                made.append(self.many(key, name, what.removesuffix("Connection"), depth - 1))
            else:
                made.append(One(key, name, self.below(what, depth - 1)))
        return made

    def many(self, key: str, name: str, type_name: str, depth: int) -> Many:
        """A connection with any arguments."""
        return Many(
            key,
            name,
            self.pick(0, 1, 2, 3, 50),
            self.pick(True, False),
            self.where(type_name, 2) if self.pick(True, False) else None,
            self.order(type_name) if self.pick(True, False) else [],
            self.parts(type_name, depth),
        )

    def parts(self, type_name: str, depth: int) -> list[Part]:
        """A selection on a connection."""
        taken: set[str] = set()
        made: list[Part] = []
        for name in self.some(["nodes", "edges", "pageInfo", "totalCount", "__typename"], 3):
            key = self.key(name, taken)
            match name:
                case "nodes":
                    made.append(Nodes(key, self.below(type_name, depth)))
                case "edges":
                    made.append(Edges(key, self.inner(type_name, depth)))
                case "pageInfo":
                    made.append(Info(key, self.facts()))
                case _:
                    made.append(Field(key, name))
        return made

    def inner(self, type_name: str, depth: int) -> list[Nodes | Field]:
        """A selection on an edge."""
        taken: set[str] = set()
        return [
            Nodes(self.key(name, taken), self.below(type_name, depth))
            if name == "node"
            else Field(self.key(name, taken), name)
            for name in self.some(["node", "cursor", "__typename"], 3)
        ]

    def facts(self) -> list[tuple[str, str]]:
        """A selection on page information."""
        names = ["hasNextPage", "hasPreviousPage", "startCursor", "endCursor", "__typename"]
        taken: set[str] = set()
        return [(self.key(name, taken), name) for name in self.some(names, 4)]

    # --- arguments --------------------------------------------------------------------------------

    def order(self, type_name: str) -> list[Order]:
        """One to three terms."""
        return [self.term(type_name, ()) for _ in range(self.pick(1, 1, 2, 3))]

    def term(self, type_name: str, path: tuple[str, ...]) -> Order:
        """A column of the type, or of one that it leads to."""
        kind = self.schema.get_type(f"{type_name}Order")
        assert isinstance(kind, GraphQLInputObjectType)
        names = [
            name
            for name, one in kind.fields.items()
            if self.may_name(type_name, name)
            and (isinstance(one.type, GraphQLEnumType) or self._leads(one.type, "Order", path))
        ]
        name = self.draw(st.sampled_from(names))
        one = kind.fields[name].type
        if isinstance(one, GraphQLEnumType):
            directions = ("ASC", "DESC", "ASC_NULLS_FIRST", "DESC_NULLS_FIRST")
            return Order((*path, name), self.pick(*directions))
        return self.term(get_named_type(one).name.removesuffix("Order"), (*path, name))

    def _leads(self, kind: Any, suffix: str, path: tuple[str, ...] = ()) -> bool:
        return get_named_type(kind).name.removesuffix(suffix) in self.types and len(path) < 2

    def where(self, type_name: str, depth: int) -> Where:
        """A filter of a few conditions."""
        kind = self.schema.get_type(f"{type_name}Filter")
        assert isinstance(kind, GraphQLInputObjectType)
        names = [name for name in kind.fields if self._askable(type_name, kind, name, depth)]
        made: Where = {}
        for name in self.some(names, 2):
            target = get_named_type(kind.fields[name].type).name
            match name:
                case "and" | "or":
                    count = self.pick(0, 1, 2)
                    made[name] = [self.where(type_name, depth - 1) for _ in range(count)]
                case "not":
                    made[name] = self.where(type_name, depth - 1)
                case _ if target.endswith("ListFilter") and target != "StringListFilter":
                    row = target.removesuffix("ListFilter")
                    hows = self.some(["some", "none", "every"], 2)
                    made[name] = {how: self.where(row, depth - 1) for how in hows}
                case _ if target.removesuffix("Filter") in self.types:
                    made[name] = self.where(target.removesuffix("Filter"), depth - 1)
                case _:
                    made[name] = self.comparisons(type_name, name, target)
        return made

    def _askable(self, type_name: str, kind: GraphQLInputObjectType, name: str, depth: int) -> bool:
        target = get_named_type(kind.fields[name].type).name
        if (
            name == "search"
            or target == "JSONFilter"
            or not (
                self.may_name(type_name, name) and self.may_name(type_name, name.removesuffix("Id"))
            )
        ):
            return False
        if name in {"and", "or", "not"}:
            return depth > 0
        if target.endswith("ListFilter") and target != "StringListFilter":
            return depth > 0 and target.removesuffix("ListFilter") in self.types
        is_value = f"{target.removesuffix('Filter')}Connection" not in self.schema.type_map
        return is_value or (depth > 0 and target.removesuffix("Filter") in self.types)

    def comparisons(self, type_name: str, name: str, target: str) -> dict[str, Any]:
        """One or two operators of a column."""
        kind = self.schema.get_type(target)
        assert isinstance(kind, GraphQLInputObjectType)
        known = self.values.get(f"{type_name}.{name}") or []
        made: dict[str, Any] = {}
        for how in self.some(list(kind.fields), 2):
            operand = kind.fields[how].type
            if how in {"isNull", "isEmpty"}:
                made[how] = self.pick(True, False)
            elif isinstance(operand, GraphQLList):
                made[how] = self.draw(st.lists(st.sampled_from(known), max_size=3)) if known else []
            elif known:
                made[how] = self.draw(st.sampled_from(known))
            else:
                made["isNull"] = self.pick(True, False)
        return made
