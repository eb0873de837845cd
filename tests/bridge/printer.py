"""Random documents as GraphQL: values in variables or not, fields in fragments or not."""

from dataclasses import dataclass, field
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
)
from hypothesis import strategies as st

from tests.bridge.documents import Draw, Edges, Field, Info, Many, Node, Nodes, One, Order, Part


@dataclass
class Printer:
    """Writes a tree as GraphQL: values in the document or in variables, fields in fragments."""

    draw: Draw
    schema: GraphQLSchema
    variables: dict[str, Any] = field(default_factory=dict)
    heads: list[str] = field(default_factory=list)
    fragments: list[str] = field(default_factory=list)

    def document(self, roots: list[Many]) -> str:
        """The whole document; its variables are in `variables`."""
        body = self.selection("Query", [self.node("Query", many) for many in roots])
        head = f"query({', '.join(self.heads)})" if self.heads else "query"
        return "\n".join([f"{head} {body}", *self.fragments])

    def chance(self) -> int:
        """From 0 to 5."""
        return int(self.draw(st.integers(0, 5)))

    def selection(self, type_name: str, items: list[str]) -> str:
        """A selection set, some of it in fragments, some with directives."""
        written: list[str] = []
        for item in items:
            match self.chance():
                case 0:
                    written.append(f"... on {type_name} {{ {item} }}")
                case 1:
                    name = f"F{len(self.fragments)}"
                    self.fragments.append(f"fragment {name} on {type_name} {{ {item} }}")
                    written.append(f"...{name}")
                case 2:
                    condition = self.value(True, "Boolean!")
                    written.append(f"... @include(if: {condition}) {{ {item} }}")
                case 3:
                    written.append(
                        f"... @skip(if: {self.value(True, 'Boolean!')}) {{ z: __typename }}"
                    )
                    written.append(item)
                case _:
                    written.append(item)
        return "{ " + " ".join(written) + " }"

    def node(self, type_name: str, node: Node) -> str:
        """One field of a type."""
        kind = self.schema.get_type(type_name)
        assert isinstance(kind, GraphQLObjectType)
        head = _head(node.key, node.name)
        match node:
            case Field():
                return head
            case One(_, name, below):
                target = get_named_type(kind.fields[name].type).name
                return head + self.selection(target, [self.node(target, one) for one in below])
            case Many(_, name):
                connection = get_named_type(kind.fields[name].type).name
                row = connection.removesuffix("Connection")
                parts = [self.part(row, part) for part in node.parts]
                return head + self.arguments(row, node) + self.selection(connection, parts)

    def part(self, row: str, part: Part) -> str:
        """One field of a connection."""
        match part:
            case Nodes(key, below):
                items = [self.node(row, one) for one in below]
                return f"{_head(key, 'nodes')} {self.selection(row, items)}"
            case Edges(key, inner):
                items = []
                for one in inner:
                    if isinstance(one, Nodes):
                        nodes = [self.node(row, below) for below in one.below]
                        items.append(f"{_head(one.key, 'node')} {self.selection(row, nodes)}")
                    else:
                        items.append(_head(one.key, one.name))
                return f"{_head(key, 'edges')} {self.selection(f'{row}Edge', items)}"
            case Info(key, facts):
                items = [_head(one, name) for one, name in facts]
                return f"{_head(key, 'pageInfo')} {self.selection('PageInfo', items)}"
            case Field(key, name):
                return _head(key, name)

    def arguments(self, row: str, many: Many) -> str:
        """The arguments of a connection."""
        made = [f"{'last' if many.last else 'first'}: {self.value(many.size, 'Int')}"]
        if many.where is not None:
            made.append(f"where: {self.value(many.where, f'{row}Filter')}")
        if many.order:
            trees = [order_tree(term) for term in many.order]
            made.append(f"orderBy: {self.value(trees, f'[{row}Order!]')}")
        return f"({', '.join(made)})"

    def value(self, value: Any, kind: Any) -> str:
        """A value of an input type, in the document or, all of it or a part, in variables."""
        if self.chance() < 2:
            name = f"v{len(self.variables)}"
            self.variables[name] = value
            self.heads.append(f"${name}: {kind}")
            return f"${name}"
        return self.literal(value, kind)

    def literal(self, value: Any, kind: Any) -> str:
        """A value in the document, parts of which may be variables."""
        inner: Any = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
        if isinstance(kind, str):
            inner = self.schema.get_type(kind.strip("[]!"))
            inner = GraphQLList(GraphQLNonNull(inner)) if kind.startswith("[") else inner
        match value:
            case dict():
                items = (f"{k}: {self.value(v, inner.fields[k].type)}" for k, v in value.items())
                return "{" + ", ".join(items) + "}"
            case list():
                return "[" + ", ".join(self.value(one, inner.of_type) for one in value) + "]"
            case bool():
                return str(value).lower()
            case str() if not isinstance(inner, GraphQLEnumType):
                return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
            case _:
                return str(value)


def _head(key: str, name: str) -> str:
    return name if key == name else f"{key}: {name}"


def order_tree(term: Order) -> Any:
    """A term as the value of an order input."""
    *relations, column = term.path
    tree: Any = {column: term.direction}
    for relation in reversed(relations):
        tree = {relation: tree}
    return tree
