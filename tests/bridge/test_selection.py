"""Selections: fragments, aliases, merged fields, directives, and what they cost."""

import pytest
from graphql import (
    FragmentDefinitionNode,
    GraphQLInputObjectType,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    build_schema,
    parse,
)

from app.bridge.errors import LimitExceeded
from app.bridge.limits import Budget, Limits
from app.bridge.selection import Selected, SelectionReader
from app.bridge.variables import Concrete

_SCHEMA: GraphQLSchema = build_schema("""
    interface Thing { id: ID! }
    interface Other { id: ID! }
    union Any = Box | Bag
    input Range { low: Int, high: Int }
    enum Color { RED GREEN }
    type Box implements Thing { id: ID!, label(size: Int, in: [Color!], of: Range): String
      inside: Box }
    type Bag implements Other { id: ID! }
    type Query { box: Box, any: Any }
""")


def _with_defaults(schema: GraphQLSchema) -> GraphQLSchema:
    """Defaults as Strawberry gives them: values, where a schema's text would have literals."""
    box, limits = schema.type_map["Box"], schema.type_map["Range"]
    assert isinstance(box, GraphQLObjectType)
    assert isinstance(limits, GraphQLInputObjectType)
    box.fields["label"].args["size"].default_value = 3
    limits.fields["high"].default_value = 9
    return schema


SCHEMA = _with_defaults(_SCHEMA)


def reader(
    document: str, variables: dict[str, object] | None = None, fields: int = 1_000
) -> tuple[SelectionReader, OperationDefinitionNode]:
    definitions = parse(document).definitions
    fragments = {d.name.value: d for d in definitions if isinstance(d, FragmentDefinitionNode)}
    (operation,) = (d for d in definitions if isinstance(d, OperationDefinitionNode))
    budget = Budget(Limits(fields=fields))
    return SelectionReader(SCHEMA, fragments, Concrete(variables or {}), budget), operation


def box(document: str, variables: dict[str, object] | None = None) -> tuple[Selected, ...]:
    """What is selected below `box` in a document."""
    read, operation = reader(document, variables)
    (root,) = read.root(operation.selection_set, "Query")
    return read.below(root, "Box")


def keys(selected: tuple[Selected, ...]) -> list[str]:
    return [f"{each.key}:{each.name}" if each.key != each.name else each.name for each in selected]


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ("{ box { id label } }", ["id", "label"]),
        ("{ box { id a: id __typename } }", ["id", "a:id", "__typename"]),
        ("{ box { id id ...F } } fragment F on Box { label id }", ["id", "label"]),
        ("{ box { ... { id } ... on Thing { label: id } } }", ["id", "label:id"]),
        ("{ box { ... on Any { ... on Box { id } } } }", ["id"]),
        ("{ box { ... on Bag { id } ... on Other { id } ...F } } fragment F on Bag { id }", []),
        ("{ box { ...A ...A } } fragment A on Box { ...B id } fragment B on Box { label }",
         ["label", "id"]),
        ("{ box { id @skip(if: true) label @skip(if: false) } }", ["label"]),
        ("{ box { id @include(if: true) label @include(if: false) } }", ["id"]),
        ("{ box { id @include(if: true) @skip(if: true) } }", []),
        ("{ box { ...F @skip(if: true) ...F } } fragment F on Box { id }", ["id"]),
        ("{ box { ... @include(if: false) { id } ... on Box @include(if: true) { label } } }",
         ["label"]),
        ("{ box { id } } fragment Unused on Box { label }", ["id"]),
    ],
)  # fmt: skip
def test_the_fields_of_a_selection(document: str, expected: list[str]) -> None:
    assert keys(box(document)) == expected


def test_merged_fields_have_what_is_below_any_of_them() -> None:
    read, operation = reader(
        "{ box { inside { id } ...F } } fragment F on Box { inside { label inside { id } } }"
    )
    (root,) = read.root(operation.selection_set, "Query")
    (inside,) = read.below(root, "Box")
    assert keys(read.below(inside, "Box")) == ["id", "label", "inside"]


def test_root_fields_of_one_key_are_merged() -> None:
    read, operation = reader(
        "{ box { id } ...F } fragment F on Query { box { label } a: box { id } }"
    )
    roots = read.root(operation.selection_set, "Query")
    assert keys(roots) == ["box", "a:box"]
    assert keys(read.below(roots[0], "Box")) == ["id", "label"]


@pytest.mark.parametrize(
    ("variables", "expected"),
    [({"v": True}, ["label"]), ({"v": False}, ["id"])],
)
def test_directives_take_variables(variables: dict[str, object], expected: list[str]) -> None:
    document = "query($v: Boolean!) { box { id @skip(if: $v) label @include(if: $v) } }"
    assert keys(box(document, variables)) == expected


@pytest.mark.parametrize(
    ("arguments", "variables", "expected"),
    [
        ("", {}, {"size": 3}),
        ("(size: 5)", {}, {"size": 5}),
        ("(size: null)", {}, {"size": None}),
        ("(size: $v)", {"v": 7}, {"size": 7}),
        ("(size: $v)", {"v": None}, {"size": None}),
        ("(size: $v)", {}, {"size": 3}),
        ("(in: [RED, GREEN])", {}, {"size": 3, "in": ["RED", "GREEN"]}),
        ("(in: RED)", {}, {"size": 3, "in": ["RED"]}),
        ("(in: [])", {}, {"size": 3, "in": []}),
        ("(of: {low: 1})", {}, {"size": 3, "of": {"low": 1, "high": 9}}),
        ("(of: {low: $v, high: 2})", {"v": 4}, {"size": 3, "of": {"low": 4, "high": 2}}),
        ("(of: {low: $v, high: $v})", {}, {"size": 3, "of": {"high": 9}}),
        ("(of: $v)", {"v": {"low": 1, "high": 2}}, {"size": 3, "of": {"low": 1, "high": 2}}),
    ],
)
def test_arguments(
    arguments: str, variables: dict[str, object], expected: dict[str, object]
) -> None:
    (label,) = box(f"query($v: Int) {{ box {{ label{arguments} }} }}", variables)
    assert label.arguments == expected


def test_every_field_is_paid_for_where_it_is_met() -> None:
    read, operation = reader("{ box { id id ...F } } fragment F on Box { label id }", fields=5)
    (root,) = read.root(operation.selection_set, "Query")
    read.below(root, "Box")
    with pytest.raises(LimitExceeded, match="selects more than 5 fields"):
        read.below(root, "Box")


def test_a_fragment_that_is_spread_often_is_read_once() -> None:
    spreads = " ".join(f"fragment F{n} on Box {{ {f'...F{n + 1} ' * 50} }}" for n in range(50))
    document = f"{{ box {{ ...F0 }} }} {spreads} fragment F50 on Box {{ id }}"
    read, operation = reader(document, fields=2)
    (root,) = read.root(operation.selection_set, "Query")
    assert keys(read.below(root, "Box")) == ["id"]
