"""What documents may be made of: aliases, fragments, directives, nodes by id, many at once."""

import asyncio

import httpx

from app.database import SeedbedEngine, count_statements
from app.tables import Post
from seeds import catalog, content, identity
from seeds.upsert import save
from tests.graphql import ask, code_of, global_id, refuse, sign_in


async def _post(**overrides: object) -> Post:
    author = identity.user(name="Ann")
    post = content.post(author=author, **overrides)
    await save(author, post, content.comment(post=post, author=author, body="Yes."))
    return post


async def test_aliases_of_columns_relations_and_connection_parts(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    post = await _post(title="T", slug="s")
    data = await ask(
        client,
        """{
          one: posts(first: 1) {
            rows: nodes { name: title again: title key: id who: author { n: name } }
            same: nodes { slug }
            places: edges { it: node { slug } at: cursor there: cursor }
            about: pageInfo { more: hasNextPage }
            size: totalCount
          }
          none: posts(first: 0) { nodes { slug } }
        }""",
    )
    cursor = data["one"]["places"][0]["at"]
    assert data == {
        "one": {
            "rows": [{"name": "T", "again": "T", "key": global_id(post), "who": {"n": "Ann"}}],
            "same": [{"slug": "s"}],
            "places": [{"it": {"slug": "s"}, "at": cursor, "there": cursor}],
            "about": {"more": False},
            "size": 1,
        },
        "none": {"nodes": []},
    }
    assert isinstance(cursor, str)


async def test_aliases_of_any_length_stay_apart(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    await _post(title="T", slug="s")
    one, two = "a" * 200 + "1", "a" * 200 + "2"
    parts = f"{one}: title {two}: slug"
    data = await ask(
        client,
        f"{{ {one}: posts {{ {one}: nodes {{ {parts} {one}x: author {{ {one}: name }}"
        f" {two}x: author {{ {one}: id }} {one}y: comments {{ {two}: nodes {{ {one}: body }} }} }}"
        f" {two}: nodes {{ {two}: id }} }} }}",
    )
    (row,) = data[one][one]
    assert (row[one], row[two]) == ("T", "s")
    assert row[f"{one}x"] == {one: "Ann"}
    assert row[f"{two}x"][one].startswith("User_")
    assert row[f"{one}y"] == {two: [{one: "Yes."}]}
    assert data[one][two][0][two].startswith("Post_")


async def test_as_many_aliases_as_a_document_may_have(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    await _post(title="T")
    names = [f"f{n}" for n in range(100)]
    fields = " ".join(f"{name}: createdAt" for name in names)
    data = await ask(client, f"{{ posts {{ nodes {{ {fields} }} }} }}")
    assert [set(node) for node in data["posts"]["nodes"]] == [set(names)]
    data = await ask(client, f"{{ posts {{ nodes {{ author {{ {fields} }} }} }} }}")
    assert [set(node["author"]) for node in data["posts"]["nodes"]] == [set(names)]
    data = await ask(client, f"{{ posts {{ nodes {{ comments {{ nodes {{ {fields} }} }} }} }} }}")
    (node,) = data["posts"]["nodes"]
    assert [set(remark) for remark in node["comments"]["nodes"]] == [set(names)]


async def test_fragments_of_every_kind_are_merged(
    client: httpx.AsyncClient, database: SeedbedEngine, mode: str
) -> None:
    post = await _post(title="T", slug="s")
    document = """
      query($id: ID!) { node(id: $id) { ...All id ... on Post { author { id } } } }
      fragment All on Node { __typename ...OnPost ... on Comment { body } ... { id } }
      fragment OnPost on Post { title ...Who author { ...Name } comments { ...Texts } }
      fragment Who on Post { author { name } slug comments { totalCount } }
      fragment Name on User { shown: name }
      fragment Texts on CommentConnection { nodes { ... on Node { id } body } }
    """
    with count_statements() as statements:
        data = await ask(client, document, {"id": global_id(post)})
    node = data["node"]
    assert node.pop("comments")["nodes"][0]["body"] == "Yes."
    assert node == {
        "__typename": "Post",
        "id": global_id(post),
        "title": "T",
        "slug": "s",
        "author": {"shown": "Ann", "name": "Ann", "id": node["author"]["id"]},
    }
    # The post, its author, its comments and their number: merged fields are read once.
    assert statements.count == (1 if mode == "json" else 4)


async def test_skip_and_include(client: httpx.AsyncClient, database: SeedbedEngine) -> None:
    await _post(title="T", slug="s")
    document = """query($yes: Boolean!, $no: Boolean = false) {
      posts @skip(if: $no) {
        nodes {
          title @include(if: $yes)
          slug @skip(if: $yes)
          a: slug @include(if: true) @skip(if: false)
          b: slug @include(if: true) @skip(if: true)
          author @skip(if: $yes) { name }
          ...F @include(if: $no)
          ... @include(if: $yes) { c: slug }
        }
        totalCount @include(if: $no)
      }
      none: posts @include(if: $no) { totalCount }
    }
    fragment F on Post { content }"""
    with count_statements() as statements:
        data = await ask(client, document, {"yes": True})
    assert data == {"posts": {"nodes": [{"title": "T", "a": "s", "c": "s"}]}}
    assert statements.count == 1
    assert "author" not in statements.statements[0].split(" from ")[0]
    data = await ask(client, document, {"yes": False})
    assert data == {"posts": {"nodes": [{"slug": "s", "a": "s", "author": {"name": "Ann"}}]}}


async def test_typename_alone_everywhere(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    await _post()
    data = await ask(
        client,
        """{ __typename posts {
          __typename nodes { __typename author { __typename } }
          edges { __typename node { __typename } } pageInfo { __typename }
        } }""",
    )
    assert data == {
        "__typename": "Query",
        "posts": {
            "__typename": "PostConnection",
            "nodes": [{"__typename": "Post", "author": {"__typename": "User"}}],
            "edges": [{"__typename": "PostEdge", "node": {"__typename": "Post"}}],
            "pageInfo": {"__typename": "PageInfo"},
        },
    }
    assert await ask(client, "{ posts { __typename } }") == {
        "posts": {"__typename": "PostConnection"}
    }


async def test_nodes_come_in_order_with_nulls_one_statement_a_type(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    post, university = await _post(title="T"), catalog.university(name="U")
    await save(university)
    missing = "Course_018f0000-0000-7000-8000-000000000000"
    ids = [global_id(university), missing, global_id(post), global_id(university)]
    document = """query($ids: [ID!]!) { nodes(ids: $ids) {
      id ... on Post { title } ... on University { name }
    } }"""
    with count_statements() as statements:
        data = await ask(client, document, {"ids": ids})
    known = {"id": global_id(university), "name": "U"}
    assert data["nodes"] == [known, None, {"id": global_id(post), "title": "T"}, known]
    assert statements.count == 3
    assert await ask(client, document, {"ids": []}) == {"nodes": []}


async def test_nodes_that_cannot_be(client: httpx.AsyncClient, database: SeedbedEngine) -> None:
    post = await _post()
    document = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    for ids in (
        ["x"],
        [global_id(post), "RefreshToken_" + str(post.id)],
        ["Query_" + str(post.id)],
    ):
        errors = await refuse(client, document, {"ids": ids})
        assert code_of(errors) == "BAD_USER_INPUT"
        assert [error["message"] for error in errors] == [
            "this is not an id of this API: pass one as the API returned it"
        ]
    errors = await refuse(client, document, {"ids": [global_id(post)] * 101})
    assert [error["message"] for error in errors] == [
        "the number of ids is 101; it must be from 0 to 100"
    ]


async def test_many_callers_at_once_each_get_their_own_answer(
    client: httpx.AsyncClient, committed: SeedbedEngine
) -> None:
    people = [identity.user() for _ in range(12)]
    drafts = [content.post(author=person, published=False) for person in people]
    await save(*people, *drafts)
    tokens = [await sign_in(person) for person in people]
    document = (
        """{ posts { totalCount nodes { id author { email name posts { nodes { id } } } } } }"""
    )

    async def one(number: int) -> None:
        person, draft = (
            people[number % len(people)],
            {"id": global_id(drafts[number % len(people)])},
        )
        author = {"email": person.email, "name": person.name, "posts": {"nodes": [draft]}}
        assert await ask(client, document, token=tokens[number % len(people)]) == {
            "posts": {"totalCount": 1, "nodes": [{**draft, "author": author}]}
        }

    async def nobody() -> None:
        assert await ask(client, "{ posts { totalCount } }") == {"posts": {"totalCount": 0}}

    await asyncio.gather(*(one(number) for number in range(48)), *(nobody() for _ in range(12)))
