"""Variables that take the short cut are what graphql-core would have made of them."""

from typing import Any

from graphql import OperationDefinitionNode, build_schema, get_variable_values, parse
from hypothesis import given, settings
from hypothesis import strategies as st

from app.bridge.variables import plain_values

SCHEMA = build_schema(
    "type Query { a(d: ID, s: String, b: Boolean, f: Float, i: I): Int } input I { a: Int }"
)
TYPES = [
    "ID",
    "ID!",
    "String",
    "String!",
    "Int",
    "Int!",
    "Boolean",
    "Boolean!",
    "I",
    "[Int]",
    "Float",
]
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.text(max_size=3),
    st.floats(allow_nan=False),
    st.integers(min_value=-(2**33), max_value=2**33),
    st.sampled_from([-(2**31), 2**31 - 1, -(2**31) - 1, 2**31]),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.just("a"), st.integers(0, 3), max_size=1),
)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(
    types=st.lists(st.sampled_from([*TYPES, "Int = 3"]), min_size=1, max_size=3),
    inputs=st.dictionaries(st.sampled_from(["v0", "v1", "v2", "other"]), VALUES, max_size=4),
)
def test_the_short_cut_and_graphql_core_agree(types: list[str], inputs: dict[str, Any]) -> None:
    declared = ", ".join(f"$v{place}: {kind}" for place, kind in enumerate(types))
    operation = parse(f"query({declared}) {{ a }}").definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    definitions = operation.variable_definitions or ()
    plain = plain_values(definitions, inputs)
    full = get_variable_values(SCHEMA, definitions, inputs)
    if plain is not None:
        assert not isinstance(full, list)
        assert plain == full.coerced
        assert [type(v) for v in plain.values()] == [type(v) for v in full.coerced.values()]


def test_ordinary_variables_take_the_short_cut() -> None:
    operation = parse("query($id: ID!, $first: Int, $after: String) { a }").definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    inputs = {"id": "Post_1", "first": 3}
    assert plain_values(operation.variable_definitions or (), inputs) == inputs
