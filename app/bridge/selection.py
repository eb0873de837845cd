"""The only reader of the syntax tree: fragments, aliases, `@skip`, `@include`, arguments."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DirectiveNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLArgument,
    GraphQLBoolean,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    InlineFragmentNode,
    ListValueNode,
    ObjectValueNode,
    SelectionNode,
    SelectionSetNode,
    Undefined,
    ValueNode,
    VariableNode,
    value_from_ast,
)

from app.bridge.limits import Budget
from app.bridge.variables import Variables


@dataclass(frozen=True, slots=True)
class Selected:
    """One field of a selection: response key, name, arguments, and its syntax nodes.

    Arguments are coerced values; parts that came from variables may be `Leaf`s.
    """

    key: str
    name: str
    arguments: Mapping[str, Any]
    nodes: tuple[FieldNode, ...]


class SelectionReader:
    """Reads the selections of one operation; every field it meets is taken from the budget."""

    __slots__ = ("_budget", "_fragments", "_schema", "variables")

    def __init__(
        self,
        schema: GraphQLSchema,
        fragments: Mapping[str, FragmentDefinitionNode],
        variables: Variables,
        budget: Budget,
    ) -> None:
        self._schema = schema
        self._fragments = fragments
        self.variables = variables
        self._budget = budget

    def field(self, key: str, parent: GraphQLObjectType, nodes: list[FieldNode]) -> Selected:
        """The field of `parent` that these nodes select under the response key `key`."""
        return self._selected(key, parent, tuple(nodes))

    def root(self, selection_set: SelectionSetNode, type_name: str) -> tuple[Selected, ...]:
        """The root fields of an operation on the root type named `type_name`."""
        return self._fields([selection_set], type_name)

    def below(self, selected: Selected, type_name: str) -> tuple[Selected, ...]:
        """The fields selected below `selected` on an object of the type named `type_name`.

        Fields of one response key are merged, as in the GraphQL specification, section
        "Field Collection"; validation has made sure that they can be.
        """
        return self._fields(
            [node.selection_set for node in selected.nodes if node.selection_set is not None],
            type_name,
        )

    def _fields(
        self, selection_sets: list[SelectionSetNode], type_name: str
    ) -> tuple[Selected, ...]:
        parent = self._schema.get_type(type_name)
        assert isinstance(parent, GraphQLObjectType)
        grouped: dict[str, list[FieldNode]] = {}
        spread: set[str] = set()
        for selection_set in selection_sets:
            self._collect(selection_set, parent, grouped, spread)
        return tuple(self._selected(key, parent, tuple(nodes)) for key, nodes in grouped.items())

    def _selected(
        self, key: str, parent: GraphQLObjectType, nodes: tuple[FieldNode, ...]
    ) -> Selected:
        name = nodes[0].name.value
        definition = parent.fields.get(name)  # None for __typename and the like
        arguments = (
            self._inputs(
                definition.args,
                {argument.name.value: argument.value for argument in nodes[0].arguments or ()},
            )
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
        for directive in node.directives or ():
            if directive.name.value == "skip" and self._condition(directive):
                return False
            if directive.name.value == "include" and not self._condition(directive):
                return False
        return True

    def _condition(self, directive: DirectiveNode) -> bool:
        (argument,) = directive.arguments or ()
        return bool(self.variables.value(self._value(argument.value, GraphQLBoolean)))

    def _applies(self, condition: str, parent: GraphQLObjectType) -> bool:
        if condition == parent.name:
            return True
        named = self._schema.get_type(condition)
        return isinstance(
            named, GraphQLInterfaceType | GraphQLUnionType
        ) and self._schema.is_sub_type(named, parent)

    def _inputs(
        self,
        definitions: Mapping[str, GraphQLArgument] | Mapping[str, GraphQLInputField],
        nodes: Mapping[str, ValueNode],
    ) -> dict[str, Any]:
        """The values of arguments or of an input object's fields; absent ones are left out."""
        values: dict[str, Any] = {}
        for name, definition in definitions.items():
            value = Undefined
            if (node := nodes.get(name)) is not None:
                value = self._value(node, definition.type)
            if value is Undefined:
                value = definition.default_value
            if value is not Undefined:
                values[name] = value
        return values

    def _value(self, node: ValueNode, kind: GraphQLInputType) -> Any:
        if isinstance(kind, GraphQLNonNull):
            kind = kind.of_type
        match node:
            case VariableNode():
                name = node.name.value
                return self.variables.tree(name) if self.variables.given(name) else Undefined
            case ListValueNode() if isinstance(kind, GraphQLList):
                items = [self._value(item, kind.of_type) for item in node.values]
                return [None if item is Undefined else item for item in items]
            case ObjectValueNode() if isinstance(kind, GraphQLInputObjectType):
                return self._inputs(
                    kind.fields, {field.name.value: field.value for field in node.fields}
                )
            # Objects and lists that a scalar takes whole: variables may stand in them as well.
            case ObjectValueNode() if not isinstance(kind, GraphQLList):
                fields = {field.name.value: self._value(field.value, kind) for field in node.fields}
                return {name: value for name, value in fields.items() if value is not Undefined}
            case ListValueNode():
                items = [self._value(item, kind) for item in node.values]
                return [None if item is Undefined else item for item in items]
            case _ if isinstance(kind, GraphQLList):
                value = self._value(node, kind.of_type)
                return None if value is None else [value]
            case _:
                return value_from_ast(node, kind)
