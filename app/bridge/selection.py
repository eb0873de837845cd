"""The only reader of the syntax tree: fragments, aliases, `@skip`, `@include`, arguments."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLIncludeDirective,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
    GraphQLSkipDirective,
    GraphQLUnionType,
    InlineFragmentNode,
    SelectionNode,
    SelectionSetNode,
    get_argument_values,
    get_directive_values,
)

from app.bridge.limits import Budget


@dataclass(frozen=True, slots=True)
class Selected:
    """One field of a selection: response key, name, coerced arguments, and its syntax nodes."""

    key: str
    name: str
    arguments: Mapping[str, Any]
    nodes: tuple[FieldNode, ...]


class SelectionReader:
    """Reads the selections of one operation; every field it meets is taken from the budget."""

    __slots__ = ("_budget", "_fragments", "_schema", "_variables")

    def __init__(
        self,
        schema: GraphQLSchema,
        fragments: Mapping[str, FragmentDefinitionNode],
        variables: Any,
        budget: Budget,
    ) -> None:
        self._schema = schema
        self._fragments = fragments
        self._variables = variables
        self._budget = budget

    def field(self, info: GraphQLResolveInfo[Any]) -> Selected:
        """The field that is being resolved."""
        return self._selected(str(info.path.key), info.parent_type, tuple(info.field_nodes))

    def below(self, selected: Selected, type_name: str) -> tuple[Selected, ...]:
        """The fields selected below `selected` on an object of the type named `type_name`.

        Fields of one response key are merged, as in the GraphQL specification, section
        "Field Collection"; validation has made sure that they can be.
        """
        parent = self._schema.get_type(type_name)
        assert isinstance(parent, GraphQLObjectType)
        grouped: dict[str, list[FieldNode]] = {}
        spread: set[str] = set()
        for node in selected.nodes:
            if node.selection_set is not None:
                self._collect(node.selection_set, parent, grouped, spread)
        return tuple(self._selected(key, parent, tuple(nodes)) for key, nodes in grouped.items())

    def _selected(
        self, key: str, parent: GraphQLObjectType, nodes: tuple[FieldNode, ...]
    ) -> Selected:
        name = nodes[0].name.value
        definition = parent.fields.get(name)  # None for __typename
        arguments = (
            get_argument_values(definition, nodes[0], self._variables)
            if definition is not None
            else {}
        )
        return Selected(key, name, arguments, nodes)

    def _collect(
        self,
        selection_set: SelectionSetNode,
        parent: GraphQLObjectType,
        grouped: dict[str, list[FieldNode]],
        spread: set[str],
    ) -> None:
        for node in selection_set.selections:
            if not self._included(node):
                continue
            match node:
                case FieldNode():
                    self._budget.take_field()
                    key = node.alias.value if node.alias else node.name.value
                    grouped.setdefault(key, []).append(node)
                case InlineFragmentNode():
                    condition = node.type_condition
                    if condition is None or self._applies(condition.name.value, parent):
                        self._collect(node.selection_set, parent, grouped, spread)
                case FragmentSpreadNode(name=name) if name.value not in spread:
                    spread.add(name.value)
                    fragment = self._fragments[name.value]
                    if self._applies(fragment.type_condition.name.value, parent):
                        self._collect(fragment.selection_set, parent, grouped, spread)

    def _included(self, node: SelectionNode) -> bool:
        if not node.directives:
            return True
        skip = get_directive_values(GraphQLSkipDirective, node, self._variables)
        if skip is not None and skip["if"]:
            return False
        include = get_directive_values(GraphQLIncludeDirective, node, self._variables)
        return include is None or bool(include["if"])

    def _applies(self, condition: str, parent: GraphQLObjectType) -> bool:
        if condition == parent.name:
            return True
        named = self._schema.get_type(condition)
        return isinstance(
            named, GraphQLInterfaceType | GraphQLUnionType
        ) and self._schema.is_sub_type(named, parent)
