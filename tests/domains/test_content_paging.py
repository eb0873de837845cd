"""Pages of a list: sizes, both directions, cursors, and what is said about them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from app.database import SeedbedEngine, count_statements
from app.tables import Post, User
from seeds import content, identity
from seeds.upsert import save
from tests.graphql import ask, code_of, refuse

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)

PAGE = """query($first: Int, $after: String, $last: Int, $before: String) {
  posts(first: $first, after: $after, last: $last, before: $before) {
    totalCount
    edges { cursor node { title } }
    nodes { title }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}"""


async def _posts(count: int) -> User:
    """Posts called 0, 1, 2 ..., as the list has them: newest first."""
    author = identity.user()
    posts = [
        content.post(author=author, title=str(n), created_at=BEGIN - timedelta(hours=n))
        for n in range(count)
    ]
    await save(author, *posts)
    return author


async def _page(client: httpx.AsyncClient, **arguments: object) -> tuple[str, bool, bool, Any]:
    """Titles, hasPreviousPage, hasNextPage, and the page's cursors (checked on the way)."""
    page = (await ask(client, PAGE, arguments))["posts"]
    titles = [node["title"] for node in page["nodes"]]
    assert [edge["node"]["title"] for edge in page["edges"]] == titles
    cursors = [edge["cursor"] for edge in page["edges"]]
    info = page["pageInfo"]
    ends = (cursors[0], cursors[-1]) if cursors else (None, None)
    assert (info["startCursor"], info["endCursor"]) == ends
    return " ".join(titles), info["hasPreviousPage"], info["hasNextPage"], cursors


async def test_a_page_is_twenty_rows_unless_asked_otherwise(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    await _posts(21)
    data = await ask(client, "{ posts { nodes { title } pageInfo { hasNextPage } } }")
    assert [node["title"] for node in data["posts"]["nodes"]] == [str(n) for n in range(20)]
    assert data["posts"]["pageInfo"] == {"hasNextPage": True}


async def test_a_hundred_rows_and_no_more(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    await _posts(101)
    assert len((await ask(client, "{ posts(first: 100) { nodes { id } } }"))["posts"]["nodes"]) == (
        100
    )
    for argument in ("first", "last"):
        for size in (101, -1, 2**31 - 1):
            with count_statements() as statements:
                errors = await refuse(
                    client, f"{{ posts({argument}: {size}) {{ nodes {{ id }} }} }}"
                )
            assert [error["message"] for error in errors] == [
                f"{argument} is {size}; it must be from 0 to 100"
            ]
            assert code_of(errors) == "BAD_USER_INPUT"
            assert statements.count == 0


async def test_forwards_and_backwards(client: httpx.AsyncClient, database: SeedbedEngine) -> None:
    await _posts(5)
    titles, before, after, cursors = await _page(client, first=2)
    assert (titles, before, after) == ("0 1", False, True)
    titles, before, after, cursors = await _page(client, first=2, after=cursors[1])
    assert (titles, before, after) == ("2 3", True, True)
    assert (await _page(client, first=2, after=cursors[1]))[:3] == ("4", True, False)
    assert (await _page(client, last=2, before=cursors[0]))[:3] == ("0 1", False, True)
    assert (await _page(client, last=1, before=cursors[0]))[:3] == ("1", True, True)
    assert (await _page(client, last=2))[:3] == ("3 4", True, False)
    assert (await _page(client, last=9))[:3] == ("0 1 2 3 4", False, False)


async def test_both_bounds_at_once(client: httpx.AsyncClient, database: SeedbedEngine) -> None:
    await _posts(6)
    cursors = (await _page(client))[3]
    bounds = {"after": cursors[0], "before": cursors[5]}
    assert (await _page(client, **bounds))[0] == "1 2 3 4"
    assert (await _page(client, first=2, **bounds))[:3] == ("1 2", True, True)
    assert (await _page(client, last=2, **bounds))[:3] == ("3 4", True, True)
    assert (await _page(client, after=cursors[4], before=cursors[1]))[0] == ""


async def test_empty_pages(client: httpx.AsyncClient, database: SeedbedEngine) -> None:
    assert (await _page(client)) == ("", False, False, [])
    await _posts(2)
    assert (await _page(client, first=0)) == ("", False, True, [])
    assert (await _page(client, last=0)) == ("", True, False, [])


async def test_the_count_is_of_the_whole_list_whatever_the_page(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    await _posts(5)
    cursor = (await _page(client, first=2))[3][1]
    for arguments in ({"first": 1}, {"first": 0}, {"after": cursor}, {"last": 2, "before": cursor}):
        assert (await ask(client, PAGE, arguments))["posts"]["totalCount"] == 5


async def test_null_arguments_are_absent_ones(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    await _posts(3)
    nothing = dict.fromkeys(("first", "after", "last", "before"))
    assert await ask(client, PAGE, nothing) == await ask(client, PAGE)


async def test_first_and_last_together(client: httpx.AsyncClient, database: SeedbedEngine) -> None:
    errors = await refuse(client, "{ posts(first: 1, last: 1) { nodes { id } } }")
    assert [error["message"] for error in errors] == ["pass first or last, not both"]


async def test_a_cursor_of_another_list_and_texts_that_are_none(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    author = await _posts(1)
    post = await Post.objects().first()
    assert post is not None
    await save(content.comment(post=post, author=author))
    data = await ask(client, "{ posts { nodes { comments { edges { cursor } } } } }")
    (comments,) = (node["comments"] for node in data["posts"]["nodes"])
    other = comments["edges"][0]["cursor"]
    for argument in ("after", "before"):
        for text in (
            other,
            "",
            "x",
            "é",
            "\x00",
            "A" * 10_000,
            "bnVsbA",
            "W10",
            "[[[[",
            "W1tbW1tb",
        ):
            document = f"query($c: String) {{ posts({argument}: $c) {{ nodes {{ id }} }} }}"
            errors = await refuse(client, document, {"c": text})
            assert code_of(errors) == "BAD_USER_INPUT"
            assert errors[0]["message"].startswith(f"{argument} is not a cursor of this list;")


@pytest.mark.parametrize("first", [1, 2, 3, 7])
async def test_pages_stay_in_place_while_rows_come_and_go(
    client: httpx.AsyncClient, database: SeedbedEngine, first: int
) -> None:
    author = await _posts(6)
    seen: list[str] = []
    after, more = None, True
    while more:
        page = (await ask(client, PAGE, {"first": first, "after": after}))["posts"]
        titles = [node["title"] for node in page["nodes"]]
        seen += titles
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
        # Something comes at the top, and what has been read goes, the cursor's own row included.
        await save(content.post(author=author, title="new", created_at=BEGIN + timedelta(hours=1)))
        await Post.delete().where(Post.title.is_in(titles))
    assert seen == ["0", "1", "2", "3", "4", "5"]


async def test_rows_made_at_the_same_moment_are_paged_one_by_one(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    author = identity.user()
    posts = [content.post(author=author, created_at=BEGIN) for _ in range(5)]
    await save(author, *posts)
    expected = [post.title for post in reversed(posts)]  # ids are made in order, newest first
    seen, after = [], None
    for _ in posts:
        titles, _, _, cursors = await _page(client, first=1, after=after)
        seen.append(titles)
        after = cursors[0]
    assert seen == expected
    assert (await _page(client, first=1, after=after))[0] == ""


async def test_nested_pages_are_cut_for_each_parent(
    client: httpx.AsyncClient, database: SeedbedEngine, mode: str
) -> None:
    author = identity.user()
    posts = [content.post(author=author, created_at=BEGIN - timedelta(n)) for n in range(3)]
    remarks = [
        content.comment(
            post=post, author=author, body=f"{n}{m}", created_at=BEGIN + timedelta(hours=m)
        )
        for n, post in enumerate(posts)
        for m in range(n + 1)
    ]
    await save(author, *posts, *remarks)
    document = """query($after: String) { posts { nodes {
      first: comments(first: 2) { nodes { body } pageInfo { hasNextPage endCursor } }
      last: comments(last: 1) { nodes { body } pageInfo { hasPreviousPage } }
      rest: comments(after: $after) { nodes { body } }
    } } }"""

    def bodies(connection: Any) -> list[str]:
        return [node["body"] for node in connection["nodes"]]

    with count_statements() as statements:
        nodes = (await ask(client, document))["posts"]["nodes"]
    assert statements.count == (1 if mode == "json" else 4)
    assert [bodies(node["first"]) for node in nodes] == [["00"], ["10", "11"], ["20", "21"]]
    assert [node["first"]["pageInfo"]["hasNextPage"] for node in nodes] == [False, False, True]
    assert [bodies(node["last"]) for node in nodes] == [["00"], ["11"], ["22"]]
    assert [node["last"]["pageInfo"]["hasPreviousPage"] for node in nodes] == [False, True, True]
    after = nodes[2]["first"]["pageInfo"]["endCursor"]
    nodes = (await ask(client, document, {"after": after}))["posts"]["nodes"]
    assert bodies(nodes[2]["rest"]) == ["22"]
