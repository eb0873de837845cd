"""Orders of posts and comments: several terms, through relations, nulls, and pages through them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from app.database import SeedbedEngine, count_statements
from seeds import content, identity
from seeds.upsert import save
from tests.graphql import ask, code_of, refuse

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)

PAGE = """query($orderBy: [PostOrder!], $first: Int, $after: String, $last: Int, $before: String,
              $where: PostFilter) {
  posts(orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before,
        where: $where) {
    totalCount edges { cursor node { title } } pageInfo { hasNextPage hasPreviousPage }
  }
}"""


@pytest.fixture
async def posts(database: SeedbedEngine) -> None:
    """Posts a to f: a and b by Ada, c and d by Bob, e and f by somebody who is hidden."""
    people = [
        identity.user(name="Ada"),
        identity.user(name="Bob"),
        identity.user(name="Aaron", status="SUSPENDED"),
    ]
    rows = [
        content.post(
            author=people[place // 2],
            title=title,
            # The second of each pair is older.
            created_at=BEGIN - timedelta(days=place % 2, minutes=place),
            published_at=BEGIN + timedelta(days=place),
        )
        for place, title in enumerate("abcdef")
    ]
    await save(*people, *rows)


async def _titles(client: httpx.AsyncClient, **variables: object) -> str:
    data = await ask(client, PAGE, variables)
    return "".join(edge["node"]["title"] for edge in data["posts"]["edges"])


ORDERS: list[tuple[list[dict[str, Any]], str]] = [
    ([], "acebdf"),
    ([{"title": "DESC"}], "fedcba"),
    ([{"createdAt": "ASC"}], "fdbeca"),
    ([{"author": {"name": "ASC"}}, {"title": "ASC"}], "abcdef"),
    ([{"author": {"name": "DESC"}}, {"title": "ASC"}], "cdabef"),
    ([{"author": {"name": "ASC_NULLS_FIRST"}}, {"title": "DESC"}], "febadc"),
    ([{"author": {"name": "DESC_NULLS_FIRST"}}, {"title": "DESC"}], "fedcba"),
    ([{"published": "DESC"}, {"author": {"name": "DESC"}}, {"createdAt": "ASC"}], "dcbafe"),
    ([{"title": "ASC"}, {"title": "DESC"}], "abcdef"),
]


@pytest.mark.parametrize(("order", "titles"), ORDERS, ids=[str(order) for order, _ in ORDERS])
async def test_orders_and_pages_through_them(
    client: httpx.AsyncClient, posts: None, order: list[dict[str, Any]], titles: str
) -> None:
    assert await _titles(client, orderBy=order) == titles
    for size in (1, 2, 4):
        assert await _paged(client, order, size, forwards=True) == titles
        assert await _paged(client, order, size, forwards=False) == titles


async def _paged(
    client: httpx.AsyncClient, order: list[dict[str, Any]], size: int, *, forwards: bool
) -> str:
    """All titles, page by page."""
    titles, more = "", True
    arguments: dict[str, Any] = {"first" if forwards else "last": size}
    while more:
        page = (await ask(client, PAGE, {"orderBy": order, **arguments}))["posts"]
        found = "".join(edge["node"]["title"] for edge in page["edges"])
        assert page["totalCount"] == 6
        if forwards:
            titles, more = titles + found, page["pageInfo"]["hasNextPage"]
            arguments["after"] = page["edges"][-1]["cursor"]
        else:
            titles, more = found + titles, page["pageInfo"]["hasPreviousPage"]
            arguments["before"] = page["edges"][0]["cursor"]
    return titles


async def test_an_order_is_the_same_in_the_document(client: httpx.AsyncClient, posts: None) -> None:
    data = await ask(
        client,
        "{ posts(orderBy: [{ author: { name: DESC } }, { title: ASC }], first: 2)"
        " { nodes { title author { name } } } }",
    )
    assert data["posts"]["nodes"] == [
        {"title": "c", "author": {"name": "Bob"}},
        {"title": "d", "author": {"name": "Bob"}},
    ]
    data = await ask(client, "{ posts(orderBy: { title: DESC }, last: 1) { nodes { title } } }")
    assert data["posts"]["nodes"] == [{"title": "a"}]


async def test_an_order_below_a_row(
    client: httpx.AsyncClient, database: SeedbedEngine, mode: str
) -> None:
    author, hidden = identity.user(name="A"), identity.user(name="0", deleted_at=BEGIN)
    other = identity.user(name="B")
    posts = [content.post(author=author, title=title) for title in "xy"]
    remarks = [
        content.comment(post=post, author=who, body=f"{who.name} on {post.title}")
        for post in posts
        for who in (other, hidden, author)
    ]
    await save(author, hidden, other, *posts, *remarks)
    document = """query($last: Int, $before: String) { posts(orderBy: { title: ASC }) { nodes {
      comments(last: $last, before: $before, orderBy: { author: { name: ASC } }) {
        totalCount edges { cursor node { body author { name } } } } } } }"""
    with count_statements() as statements:
        data = await ask(client, document, {"last": 2})
    assert statements.count == (1 if mode == "json" else 4), statements.statements
    pages = [node["comments"] for node in data["posts"]["nodes"]]
    assert [[edge["node"]["body"] for edge in page["edges"]] for page in pages] == [
        ["B on x", "0 on x"],
        ["B on y", "0 on y"],
    ]
    assert pages[0]["edges"][1]["node"]["author"] is None
    assert [page["totalCount"] for page in pages] == [3, 3]
    before = pages[0]["edges"][0]["cursor"]
    data = await ask(client, document, {"last": 2, "before": before})
    first, _ = (node["comments"]["edges"] for node in data["posts"]["nodes"])
    assert [edge["node"]["body"] for edge in first] == ["A on x"]


async def test_a_cursor_of_another_order_is_refused(client: httpx.AsyncClient, posts: None) -> None:
    orders: list[list[dict[str, Any]]] = [
        [],
        [{"title": "ASC"}],
        [{"title": "DESC"}],
        [{"slug": "ASC"}],
        [{"author": {"name": "ASC"}}],
        [{"author": {"name": "ASC_NULLS_FIRST"}}],
        [{"title": "ASC"}, {"author": {"name": "ASC"}}],
    ]
    cursors = [
        (await ask(client, PAGE, {"orderBy": order, "first": 1}))["posts"]["edges"][0]["cursor"]
        for order in orders
    ]
    assert len(set(cursors)) == len(orders)
    for order in orders:
        for cursor, made_by in zip(cursors, orders, strict=True):
            variables = {"orderBy": order, "after": cursor}
            if order == made_by:
                assert len(await _titles(client, **variables)) == 5
                continue
            errors = await refuse(client, PAGE, variables)
            assert code_of(errors) == "BAD_USER_INPUT"
            assert "in the same order" in errors[0]["message"]


async def test_a_cursor_survives_a_filter_and_an_order_goes_with_one(
    client: httpx.AsyncClient, posts: None
) -> None:
    order = [{"author": {"name": "DESC"}}, {"title": "ASC"}]
    where = {"title": {"in": ["a", "d", "e", "f"]}}
    page = (await ask(client, PAGE, {"orderBy": order, "where": where}))["posts"]
    assert [edge["node"]["title"] for edge in page["edges"]] == ["d", "a", "e", "f"]
    assert page["totalCount"] == 4
    after = page["edges"][0]["cursor"]
    assert await _titles(client, orderBy=order, after=after) == "abef"
    assert await _titles(client, orderBy=order, where=where, after=after, first=2) == "ae"


async def test_long_texts_make_cursors_too(client: httpx.AsyncClient, database: object) -> None:
    author = identity.user()
    titles = ["🙂" * 199 + letter for letter in "ab"]
    await save(author, *(content.post(author=author, title=title) for title in titles))
    order = [{"title": "ASC"}, {"slug": "ASC"}]
    page = (await ask(client, PAGE, {"orderBy": order, "first": 1}))["posts"]
    after = page["edges"][0]["cursor"]
    assert await _titles(client, orderBy=order, after=after) == titles[1]


@pytest.mark.parametrize(
    ("order", "message", "code"),
    [
        ([{"title": None}], "", "BAD_USER_INPUT"),
        ([{}], "", "BAD_USER_INPUT"),
        ([{"title": "ASC", "slug": "ASC"}], "", "BAD_USER_INPUT"),
        ([{"author": {}}], "", "BAD_USER_INPUT"),
        ([{"title": "ASC"}] * 6, "orderBy has 6 terms; it may have 5", "LIMIT_EXCEEDED"),
        ([{"author": {"email": "ASC"}}], "you may not read User.email", "FORBIDDEN"),
    ],
    ids=str,
)
async def test_bad_orders_are_refused_before_a_statement_runs(
    client: httpx.AsyncClient, posts: None, order: list[Any], message: str, code: str
) -> None:
    with count_statements() as statements:
        errors = await refuse(client, PAGE, {"orderBy": order})
    assert code_of(errors) == code
    assert message in errors[0]["message"]
    assert statements.count == 0


async def test_one_field_each_in_the_document_as_well(
    client: httpx.AsyncClient, posts: None
) -> None:
    for order, message in (
        ("{}", "must specify exactly one key"),
        ("{ title: ASC, slug: ASC }", "must specify exactly one key"),
        ("{ author: {} }", "must specify exactly one key"),
        ("[{ title: null }]", "must be non-null"),
    ):
        errors = await refuse(client, f"{{ posts(orderBy: {order}) {{ nodes {{ id }} }} }}")
        assert message in errors[0]["message"]
        assert code_of(errors) == "BAD_USER_INPUT"


async def test_page_information_alone(client: httpx.AsyncClient, posts: None, mode: str) -> None:
    """What is certain needs no statement, and says so however many rows there are."""
    info = "pageInfo { hasNextPage hasPreviousPage }"
    for field, asked, expected in (
        ("last: 2", "pageInfo { hasNextPage }", {"hasNextPage": False}),
        ("first: 2", "pageInfo { hasPreviousPage }", {"hasPreviousPage": False}),
        ("first: 2", info, {"hasNextPage": True, "hasPreviousPage": False}),
        ("last: 2", info, {"hasNextPage": False, "hasPreviousPage": True}),
    ):
        below = f"nodes {{ author {{ posts({field}) {{ {asked} }} }} }}"
        document = f"{{ posts({field}) {{ {asked} {below} }} }}"
        page = (await ask(client, document))["posts"]
        assert page["pageInfo"] == expected
        authors = [node["author"] for node in page["nodes"] if node["author"]]
        assert all(set(one["posts"]["pageInfo"]) == set(expected) for one in authors)
    with count_statements() as statements:
        assert await ask(client, "{ posts(last: 2) { pageInfo { hasNextPage } } }") == {
            "posts": {"pageInfo": {"hasNextPage": False}}
        }
    assert statements.count == 0
