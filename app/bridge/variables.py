"""A request's variables as the planner meets them: values, or leaves that are bound later.

A plan is kept and used again for other values of its variables. So while it is made, a variable is
given as its shape: the same nesting, with a `Leaf` in the place of each scalar. A leaf becomes a
parameter of the statement. Where the planner has to know the value (a page size), it asks for it,
and the plan is then good for that value only. `Recording` keeps what was asked, so that the cache
of compiled operations can ask the next request the same.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from graphql import NamedTypeNode, NonNullTypeNode, VariableDefinitionNode

from app.bridge.blank import is_blank


@dataclass(frozen=True, slots=True)
class Leaf:
    """The place of a scalar, or a list of scalars, in the variables."""

    variable: str
    path: tuple[str | int, ...] = ()


@dataclass(frozen=True, slots=True)
class Look:
    """One question about the variables: the shape of one, or the value at a leaf.

    Of a text perhaps only whether it is `blank`.
    """

    leaf: Leaf
    whole_value: bool
    blank: bool = False


class Variables(Protocol):
    """What the reader of selections and the planner ask of variables."""

    def given(self, name: str) -> bool:
        """Whether the variable has a value, null included."""

    def tree(self, name: str) -> Any:
        """The variable's value, or its shape with leaves."""

    def value(self, tree: Any) -> Any:
        """What stands at a tree: itself, with every leaf replaced by its value."""

    def is_blank(self, tree: Any) -> bool:
        """Whether the text that stands at a tree is blank."""


class Concrete:
    """Variables of one execution: everything is its value."""

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values

    def given(self, name: str) -> bool:
        """Whether the variable has a value, null included."""
        return name in self._values

    def tree(self, name: str) -> Any:
        """The variable's value."""
        return self._values[name]

    def value(self, tree: Any) -> Any:
        """The tree: it has no leaves."""
        return tree

    def is_blank(self, tree: Any) -> bool:
        """Whether the tree is a blank text."""
        return is_blank(tree)


class Recording:
    """Variables of a plan that is to be kept: shapes with leaves, and a list of what was asked."""

    __slots__ = ("_values", "looks")

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values
        self.looks: dict[Look, Hashable] = {}

    def given(self, name: str) -> bool:
        """Whether the variable has a value, null included."""
        self._look(Look(Leaf(name), whole_value=False))
        return name in self._values

    def tree(self, name: str) -> Any:
        """The variable's shape, with a leaf for each scalar."""
        self._look(Look(Leaf(name), whole_value=False))
        return _with_leaves(self._values[name], name, ())

    def value(self, tree: Any) -> Any:
        """What stands at a tree; the plan is then good for that value only."""
        match tree:
            case Leaf():
                self._look(Look(tree, whole_value=True))
                return at(self._values, tree)
            case dict():
                return {key: self.value(item) for key, item in tree.items()}
            case list():
                return [self.value(item) for item in tree]
            case _:
                return tree

    def is_blank(self, tree: Any) -> bool:
        """Whether a text is blank; the plan is good for all others that are, or are not."""
        if not isinstance(tree, Leaf):
            return is_blank(tree)
        self._look(Look(tree, whole_value=False, blank=True))
        return is_blank(at(self._values, tree))

    def _look(self, look: Look) -> None:
        if look not in self.looks:
            self.looks[look] = see(self._values, look)


def see(values: Mapping[str, Any], look: Look) -> Hashable:
    """The answer to one question about variables, to be compared with another request's."""
    if look.leaf.variable not in values:
        return "absent"
    found = at(values, look.leaf)
    if look.blank:
        return is_blank(found)
    return _frozen(found) if look.whole_value else _shape(found)


def at(values: Mapping[str, Any], leaf: Leaf) -> Any:
    """The value at the place of a leaf."""
    found = values[leaf.variable]
    for step in leaf.path:
        found = found[step]
    return found


def filled(tree: Any, values: Mapping[str, Any]) -> Any:
    """What stands at a tree, with the value of each leaf in its place."""
    match tree:
        case Leaf():
            return at(values, tree)
        case dict():
            return {key: filled(item, values) for key, item in tree.items()}
        case list():
            return [filled(item, values) for item in tree]
        case _:
            return tree


def has_leaf(tree: Any) -> bool:
    """Whether any part of a tree is a leaf."""
    match tree:
        case Leaf():
            return True
        case dict():
            return any(map(has_leaf, tree.values()))
        case list():
            return any(map(has_leaf, tree))
        case _:
            return False


def _is_container(value: Any) -> bool:
    return isinstance(value, dict) or (
        isinstance(value, list) and any(isinstance(item, dict | list) for item in value)
    )


def _with_leaves(value: Any, variable: str, path: tuple[str | int, ...]) -> Any:
    if value is None:
        return None
    if not _is_container(value):
        return Leaf(variable, path)
    if isinstance(value, dict):
        return {key: _with_leaves(item, variable, (*path, key)) for key, item in value.items()}
    return [_with_leaves(item, variable, (*path, place)) for place, item in enumerate(value)]


def _shape(value: Any) -> Hashable:
    if value is None:
        return None
    if type(value) is str or not _is_container(value):  # texts first: most variables are ids
        return "leaf"
    if isinstance(value, dict):
        return ("object", *((key, _shape(item)) for key, item in value.items()))
    return ("list", *(_shape(item) for item in value))


def _frozen(value: Any) -> Hashable:
    """A value with its type, so that 1, 1.0 and True stay apart."""
    if isinstance(value, dict):
        return ("object", *((key, _frozen(item)) for key, item in value.items()))
    if isinstance(value, list):
        return ("list", *(_frozen(item) for item in value))
    return (type(value), value)


_PLAIN = {"ID": str, "String": str, "Boolean": bool, "Int": int}
_INT = range(-(2**31), 2**31)


def plain_values(
    definitions: Sequence[VariableDefinitionNode], inputs: Mapping[str, Any]
) -> dict[str, Any] | None:
    """The coerced values of variables that are scalars as they came; None when there is a doubt.

    A short cut past graphql-core's general coercion, which also finds the words for what is wrong.
    """
    values: dict[str, Any] = {}
    for definition in definitions:
        kind = definition.type
        required = isinstance(kind, NonNullTypeNode)
        named = kind.type if isinstance(kind, NonNullTypeNode) else kind
        if definition.default_value is not None or not isinstance(named, NamedTypeNode):
            return None
        name = definition.variable.name.value
        if name not in inputs:
            if required:
                return None
            continue
        value = inputs[name]
        expected = _PLAIN.get(named.name.value)
        if expected is None or type(value) is not expected:
            if value is not None or required:
                return None
        elif expected is int and value not in _INT:
            return None
        values[name] = value
    return values
