"""Documents that cannot be run, ask for too much, or hold values that nothing can be done with."""

import httpx
import pytest

from app.database import SeedbedEngine, count_statements
from seeds import content, identity
from seeds.upsert import save
from tests.graphql import ask, code_of, refuse, send

GRAPHQL_JSON = "application/graphql-response+json"

INVALID = "GRAPHQL_VALIDATION_FAILED"

# Document, variables, operationName, code.
UNEXECUTED = {
    "syntax": ("{ posts {", None, None, "GRAPHQL_PARSE_FAILED"),
    "a NUL": ("{ __typename \x00 }", None, None, "GRAPHQL_PARSE_FAILED"),
    "a lone surrogate": ('{ post(slug: "\\uD800") { id } }', None, None, "GRAPHQL_PARSE_FAILED"),
    "no operation": ("fragment F on Post { id }", None, None, INVALID),
    "unknown field": ("{ nothing }", None, None, INVALID),
    "unknown argument": ("{ posts(limit: 1) { totalCount } }", None, None, INVALID),
    "wrong type": ('{ posts(first: "1") { totalCount } }', None, None, INVALID),
    "a large number": ("{ posts(first: 9999999999) { totalCount } }", None, None, INVALID),
    "thousands of digits": (
        "{ posts(first: %s) { totalCount } }" % ("9" * 5_000), None, None, INVALID
    ),
    "fragments in a circle": (
        "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }",
        None, None, INVALID,
    ),
    "no such mutation": ("mutation { anything }", None, None, INVALID),
    "no such subscription": ("subscription { anything }", None, None, INVALID),
    "unknown operation": ("query A { __typename }", None, "B", "BAD_USER_INPUT"),
    "several operations": (
        "query A { __typename } query B { __typename }", None, None, "BAD_USER_INPUT"
    ),
    "several and an empty name": (
        "query A { __typename } query B { __typename }", None, "", "BAD_USER_INPUT"
    ),
    "several without names": ("{ __typename } { __typename }", None, None, INVALID),
    "a variable that is missing": (
        "query($n: Int!) { posts(first: $n) { totalCount } }", {}, None, "BAD_USER_INPUT"
    ),
    "a variable of another type": (
        "query($n: Int) { posts(first: $n) { totalCount } }", {"n": "1"}, None, "BAD_USER_INPUT"
    ),
    "a variable too large": (
        "query($n: Int) { posts(first: $n) { totalCount } }", {"n": 2**63}, None, "BAD_USER_INPUT"
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", UNEXECUTED)
async def test_what_is_not_executed_has_no_data(client: httpx.AsyncClient, name: str) -> None:
    document, variables, operation, code = UNEXECUTED[name]
    body = {"query": document, "variables": variables, "operationName": operation}
    with count_statements() as statements:
        old = await client.post("/graphql", json=body)
        new = await client.post("/graphql", json=body, headers={"accept": GRAPHQL_JSON})
    assert (old.status_code, new.status_code) == (200, 400)
    for response in (old, new):
        assert set(response.json()) == {"errors"}, response.text
        assert code_of(response.json()["errors"]) == code
    assert statements.count == 0


async def test_what_is_executed_and_fails_is_200_with_data(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    body = {"query": '{ node(id: "x") { id } }'}
    response = await client.post("/graphql", json=body, headers={"accept": GRAPHQL_JSON})
    assert response.status_code == 200
    assert response.json() == {
        "errors": [
            {
                "message": "this is not an id of this API: pass one as the API returned it",
                "extensions": {"code": "BAD_USER_INPUT"},
                "locations": [{"line": 1, "column": 3}],
                "path": ["node"],
            }
        ],
        "data": {"node": None},
    }


async def test_one_of_several_operations(client: httpx.AsyncClient) -> None:
    document = "query A { a: __typename } query B { b: __typename }"
    for name in "AB":
        response = await client.post("/graphql", json={"query": document, "operationName": name})
        assert response.json() == {"data": {name.lower(): "Query"}}


async def test_a_failure_beside_a_success(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    answer = (
        await send(client, '{ node(id: "x") { id } __typename a: node(id: "y") { id } }')
    ).json()
    assert answer["data"] == {"node": None, "__typename": "Query", "a": None}
    assert sorted(error["path"] for error in answer["errors"]) == [["a"], ["node"]]


async def test_texts_that_the_database_cannot_hold(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    document = "query($slug: String!) { post(slug: $slug) { id } }"
    with count_statements() as statements:
        for errors in (
            await refuse(client, document, {"slug": "a\x00b"}),
            await refuse(client, '{ post(slug: "a\\u0000b") { id } }'),
        ):
            assert code_of(errors) == "BAD_USER_INPUT"
            assert errors[0]["message"] == "slug holds a character that cannot be stored"
    assert statements.count == 0


async def test_a_message_repeats_little_of_what_was_sent(client: httpx.AsyncClient) -> None:
    long = "x" * 100_000
    for body in (
        {"query": f"{{ {long} }}"},
        {"query": f'{{ posts(first: "{long}") {{ totalCount }} }}'},
        {"query": "query($n: Int) { posts(first: $n) { totalCount } }", "variables": {"n": long}},
        {"query": "{ __typename }", "operationName": long},
        {"query": f'{{ posts(after: "{long}") {{ nodes {{ id }} }} }}'},
        {"query": f'{{ node(id: "{long}") {{ id }} }}'},
    ):
        response = await client.post("/graphql", json=body)
        (error,) = response.json()["errors"]
        assert len(error["message"]) < 600


# Limits


def of(*fields: str) -> str:
    """A document of these root fields."""
    return "{ " + " ".join(fields) + " }"


def bomb(levels: int, width: int) -> str:
    """Fragments that each spread the next one `width` times: width ** levels fields."""
    parts = ["{ posts(first: 1) { nodes { ...F0 } } }"]
    for n in range(levels):
        authors = " ".join(f"a{alias}: author {{ ...U{n} }}" for alias in range(width))
        parts.append(f"fragment F{n} on Post {{ {authors} }}")
        parts.append(f"fragment U{n} on User {{ posts(first: 1) {{ nodes {{ ...F{n + 1} }} }} }}")
    return " ".join([*parts, f"fragment F{levels} on Post {{ title }}"])


def flat_bomb(levels: int) -> str:
    """Fragments without fields of their own that all spread each other's successors, many times."""
    spreads = [f"fragment F{n} on Post {{ {f'...F{n + 1} ' * 10} }}" for n in range(levels)]
    return " ".join(
        ["{ posts { nodes { ...F0 } } }", *spreads, f"fragment F{levels} on Post {{ id }}"]
    )


@pytest.mark.parametrize(("levels", "width"), [(4, 8), (2, 45), (40, 2), (12, 2)])
async def test_fragment_bombs(
    client: httpx.AsyncClient, database: SeedbedEngine, levels: int, width: int
) -> None:
    author = identity.user()
    await save(author, content.post(author=author))
    with count_statements() as statements:
        errors = await refuse(client, bomb(levels, width))
    assert [error["message"] for error in errors] == [
        "the document selects more than 1000 fields; ask for less at once"
    ]
    assert code_of(errors) == "LIMIT_EXCEEDED"
    assert statements.count == 0


async def test_fragments_that_spread_each_other_within_the_limits(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    author = identity.user()
    await save(author, content.post(author=author))
    assert (await ask(client, bomb(2, 2)))["posts"]["nodes"]


async def test_a_fragment_bomb_that_is_flat(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    """Its answer would have one field, but checking it naively would never end."""
    author = identity.user()
    await save(author, content.post(author=author))
    assert code_of(await refuse(client, flat_bomb(60))) == "LIMIT_EXCEEDED"
    data = await ask(client, flat_bomb(2))
    assert [set(node) for node in data["posts"]["nodes"]] == [{"id"}]


async def test_aliases_of_one_relation_count_each_time(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    """Every spread of a fragment under another alias is visited, and paid for."""
    relations = " ".join(f"a{n}: author {{ ...F }}" for n in range(60))
    fields = " ".join(f"f{n}: name" for n in range(20))
    document = f"{{ posts {{ nodes {{ {relations} }} }} }} fragment F on User {{ {fields} }}"
    errors = await refuse(client, document)
    assert code_of(errors) == "LIMIT_EXCEEDED"
    assert errors[0]["message"] == (
        "the document selects more than 1000 fields; ask for less at once"
    )


async def test_relations_below_each_other(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    def chain(depth: int) -> str:
        return "{ posts(first: 1) { nodes { %s id %s } } }" % (  # noqa: UP031 braces
            "author { posts(first: 1) { nodes { " * (depth // 2),
            "} } }" * (depth // 2),
        )

    await ask(client, chain(8))
    errors = await refuse(client, chain(10))
    assert code_of(errors) == "LIMIT_EXCEEDED"
    assert errors[0]["message"] == "the document follows more than 8 relations below each other"


async def test_rows_that_page_sizes_add_up_to(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    def lists(count: int) -> str:
        inner = " ".join(f"a{n}: comments(first: 100) {{ nodes {{ id }} }}" for n in range(count))
        return f"{{ posts(first: 100) {{ nodes {{ {inner} }} }} }}"

    await ask(client, lists(19))
    errors = await refuse(client, lists(20))
    assert code_of(errors) == "LIMIT_EXCEEDED"
    assert errors[0]["message"] == (
        "the document could return more than 200000 rows; "
        "ask for smaller pages or fewer nested lists"
    )


async def test_root_fields_share_one_budget(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    lists = "a{}: posts(first: 100) {{ nodes {{ comments(first: 98) {{ nodes {{ id }} }} }} }}"
    assert await ask(client, of(*(lists.format(n) for n in range(20))))
    response = await send(client, of(*(lists.format(n) for n in range(21))))
    assert "LIMIT_EXCEEDED" in {e["extensions"]["code"] for e in response.json()["errors"]}
    assert response.json()["data"] is None


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (of(*(f"a{n}: __typename" for n in range(101))),
         "the document has more than 100 aliases; ask for less at once"),
        (of(*(f"a{n}: __typename @skip(if: false) @include(if: true)" for n in range(51))),
         "the document has more than 100 directives; ask for less at once"),
        (of(*["__typename"] * 11),
         "the document repeats a field more than 10 times in one place"),
        ("{ __schema { types %s } }" % ("{ fields { type " * 17 + "{ name }" + "} }" * 17),
         "the document nests more than 32 fields below each other; ask for less at once"),
    ],
)  # fmt: skip
async def test_what_a_document_may_have_so_many_of(
    client: httpx.AsyncClient, document: str, message: str
) -> None:
    errors = await refuse(client, document)
    assert code_of(errors) == "LIMIT_EXCEEDED"
    assert [error["message"] for error in errors] == [message]


@pytest.mark.parametrize(
    "document",
    [
        "{a" * 990 + "}" * 990,
        "{ posts(first: %s) { totalCount } }" % ("[" * 900 + "]" * 900),
        "query($v: %s) { __typename }" % ("[" * 900 + "Int" + "]" * 900),
        "{ %s }" % ("... { " * 600 + "__typename" + " }" * 600),
    ],
    ids=["fields", "values", "types", "fragments"],
)
async def test_a_document_that_is_nested_deeply(client: httpx.AsyncClient, document: str) -> None:
    errors = await refuse(client, document)
    assert code_of(errors) in {"LIMIT_EXCEEDED", "GRAPHQL_PARSE_FAILED", INVALID}


async def test_a_document_of_too_many_tokens(client: httpx.AsyncClient) -> None:
    errors = await refuse(client, "{ " + "__typename " * 3_000 + "}")
    assert code_of(errors) == "GRAPHQL_PARSE_FAILED"
    assert "2000 tokens" in errors[0]["message"]


async def test_values_that_page_sizes_and_fields_add_up_to(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    fields = " ".join(f"f{n}: title" for n in range(99))
    document = "{ posts(first: 100) { nodes { author { posts(first: %d) { nodes { %s } } } } } }"
    assert await ask(client, document % (100, fields))
    errors = await refuse(
        client, document % (100, f"{fields} author {{ name }} f99: slug f100: id")
    )
    assert code_of(errors) == "LIMIT_EXCEEDED"


async def test_the_chain_of_a_questionnaire_needs_no_page_sizes(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    document = """{ questionnaires { nodes { sections { nodes { questions { nodes {
      visibilityRules { nodes { action } } } } } } } } }"""
    assert await ask(client, document) == {"questionnaires": {"nodes": []}}


@pytest.mark.parametrize(
    "document",
    [
        of(*["... { posts { nodes { id } } }"] * 11),
        of(*["...{...{ posts { nodes { id } } }}"] * 11),
        of(*(f"...F{n}" for n in range(11)))
        + " ".join(f"fragment F{n} on Query {{ posts {{ nodes {{ id }} }} }}" for n in range(11)),
    ],
    ids=["inline", "inline twice", "fragments"],
)
async def test_repeats_are_found_behind_fragments(
    client: httpx.AsyncClient, database: SeedbedEngine, document: str
) -> None:
    errors = await refuse(client, document)
    assert errors[0]["message"] == "the document repeats a field more than 10 times in one place"


async def test_introspection_is_not_multiplied(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    kinds = [f'a{n}: __type(name: "Node") {{ possibleTypes {{ name }} }}' for n in range(3)]
    assert await ask(client, of(*kinds[:2]))
    errors = await refuse(client, of(*kinds))
    assert code_of(errors) == "LIMIT_EXCEEDED"
