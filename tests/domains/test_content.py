"""Posts and comments: every field, lists, single rows, and the cost of what is nested."""

from datetime import UTC, datetime

import httpx

from app.database import SeedbedEngine, count_statements
from app.tables import Post
from seeds import content, identity
from seeds.upsert import save
from tests.graphql import ask, code_of, global_id, refuse, sign_in

AT = datetime(2026, 3, 1, 12, 30, 15, 120_000, tzinfo=UTC)
LATER = datetime(2026, 3, 2, tzinfo=UTC)


async def test_every_field_of_a_post_and_a_comment(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    author = identity.user(name="Zoë")
    post = content.post(
        author=author,
        title='A "title" \\ with everything ✓',
        slug="a-title",
        content="One\nTwo\t🙂",
        published_at=LATER,
        created_at=AT,
        updated_at=LATER,
    )
    comment = content.comment(post=post, author=author, body="Hm.", created_at=AT)
    await save(author, post, comment)
    data = await ask(
        client,
        """query($slug: String!) {
          post(slug: $slug) {
            __typename id title slug content published publishedAt createdAt updatedAt
            author { __typename id name }
            comments { __typename nodes {
              __typename id body createdAt updatedAt post { id } author { name }
            } }
          }
        }""",
        {"slug": "a-title"},
    )
    assert data == {
        "post": {
            "__typename": "Post",
            "id": global_id(post),
            "title": 'A "title" \\ with everything ✓',
            "slug": "a-title",
            "content": "One\nTwo\t🙂",
            "published": True,
            "publishedAt": "2026-03-02T00:00:00.000000Z",
            "createdAt": "2026-03-01T12:30:15.120000Z",
            "updatedAt": "2026-03-02T00:00:00.000000Z",
            "author": {"__typename": "User", "id": global_id(author), "name": "Zoë"},
            "comments": {
                "__typename": "CommentConnection",
                "nodes": [
                    {
                        "__typename": "Comment",
                        "id": global_id(comment),
                        "body": "Hm.",
                        "createdAt": "2026-03-01T12:30:15.120000Z",
                        "updatedAt": "2026-03-01T12:30:15.120000Z",
                        "post": {"id": global_id(post)},
                        "author": {"name": "Zoë"},
                    }
                ],
            },
        }
    }


async def test_a_post_by_id_and_by_slug(client: httpx.AsyncClient, database: SeedbedEngine) -> None:
    author = identity.user()
    posts = [content.post(author=author) for _ in range(3)]
    await save(author, *posts)
    data = await ask(
        client,
        "query($id: ID!, $slug: String!) { a: post(id: $id) { slug } b: post(slug: $slug) { id } }",
        {"id": global_id(posts[1]), "slug": posts[2].slug},
    )
    assert data == {"a": {"slug": posts[1].slug}, "b": {"id": global_id(posts[2])}}


async def test_no_such_post(client: httpx.AsyncClient, database: SeedbedEngine) -> None:
    missing = "Post_018f0000-0000-7000-8000-000000000000"
    document = '{ a: post(id: "%s") { id } b: post(slug: "none") { id } }'
    assert await ask(client, document % missing) == {"a": None, "b": None}


async def test_an_argument_too_few_or_too_many(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    for arguments in ("", "(slug: null)", '(id: "Post_x", slug: "x")'):
        errors = await refuse(client, f"{{ post{arguments} {{ id }} }}")
        assert [error["message"] for error in errors] == ["pass exactly one of id, slug"]
        assert code_of(errors) == "BAD_USER_INPUT"


async def test_ids_of_other_types_and_texts_that_are_no_ids(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    user = identity.user()
    await save(user)
    for text in (global_id(user), "", "Post_", "Post_1", "Post_" + str(user.id).upper(), "\u0000"):
        errors = await refuse(client, "query($id: ID!) { post(id: $id) { id } }", {"id": text})
        assert [error["message"] for error in errors] == [
            "id is not the id of a Post; pass one as the API returned it"
        ]
        assert code_of(errors) == "BAD_USER_INPUT"


async def test_posts_come_newest_first_and_comments_oldest_first(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    author = identity.user()
    old = content.post(author=author, title="old", created_at=AT)
    new = content.post(author=author, title="new", created_at=LATER)
    late = content.comment(post=new, author=author, body="late", created_at=LATER)
    early = content.comment(post=new, author=author, body="early", created_at=AT)
    await save(author, old, new, late, early)
    data = await ask(client, "{ posts { nodes { title comments { nodes { body } } } } }")
    assert data["posts"]["nodes"] == [
        {"title": "new", "comments": {"nodes": [{"body": "early"}, {"body": "late"}]}},
        {"title": "old", "comments": {"nodes": []}},
    ]


async def test_drafts_and_deleted_posts_are_nowhere(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    author, reader = identity.user(), identity.user()
    shown = content.post(author=author)
    draft = content.post(author=author, published=False)
    deleted = content.post(author=author, deleted_at=LATER)
    comments = [content.comment(post=post, author=reader) for post in (shown, draft, deleted)]
    await save(author, reader, shown, draft, deleted, *comments)
    document = """query($ids: [ID!]!, $draft: ID!, $slug: String!, $user: ID!) {
      posts { totalCount nodes { id } }
      user(id: $user) { posts { totalCount nodes { id } } }
      nodes(ids: $ids) { id }
      node(id: $draft) { id }
      byId: post(id: $draft) { id }
      bySlug: post(slug: $slug) { id }
    }"""
    variables = {
        "ids": [global_id(row) for row in (draft, shown, deleted, *comments)],
        "draft": global_id(draft),
        "slug": deleted.slug,
        "user": global_id(author),
    }
    only = {"totalCount": 1, "nodes": [{"id": global_id(shown)}]}
    for token in (None, await sign_in(reader)):
        assert await ask(client, document, variables, token) == {
            "posts": only,
            "user": {"posts": only},
            "nodes": [
                None,
                {"id": global_id(shown)},
                None,
                {"id": global_id(comments[0])},
                None,
                None,
            ],
            "node": None,
            "byId": None,
            "bySlug": None,
        }


async def test_an_author_sees_their_drafts_but_nothing_deleted(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    author = identity.user()
    draft = content.post(author=author, published=False)
    deleted = content.post(author=author, deleted_at=LATER)
    remark = content.comment(post=draft, author=author, body="To do.")
    await save(author, draft, deleted, remark)
    data = await ask(
        client,
        "{ posts { totalCount nodes { published publishedAt comments { nodes { body } } } } }",
        token=await sign_in(author),
    )
    assert data["posts"] == {
        "totalCount": 1,
        "nodes": [
            {
                "published": False,
                "publishedAt": None,
                "comments": {"nodes": [{"body": "To do."}]},
            }
        ],
    }


async def test_a_deleted_comment_is_neither_listed_nor_counted(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    author = identity.user()
    post = content.post(author=author)
    kept = content.comment(post=post, author=author)
    gone = content.comment(post=post, author=author, deleted_at=LATER)
    await save(author, post, kept, gone)
    data = await ask(
        client,
        "query($id: ID!) { posts { nodes { comments { totalCount nodes { id } } } }"
        " node(id: $id) { id } }",
        {"id": global_id(gone)},
    )
    assert data == {
        "posts": {
            "nodes": [{"comments": {"totalCount": 1, "nodes": [{"id": global_id(kept)}]}}],
        },
        "node": None,
    }


async def test_the_author_behind_a_post_is_null_when_hidden(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    author = identity.user(status="SUSPENDED")
    post = content.post(author=author, title="Still here")
    await save(author, post)
    data = await ask(client, "{ posts { nodes { title author { name } } } }")
    assert data == {"posts": {"nodes": [{"title": "Still here", "author": None}]}}


THREE_LEVELS = """{
  posts { nodes { title comments(first: 5) { nodes { body author { name } } } } }
}"""


async def test_three_levels_are_three_statements_however_many_rows(
    client: httpx.AsyncClient, database: SeedbedEngine, mode: str
) -> None:
    async def add(posts: int) -> None:
        for _ in range(posts):
            author, post = identity.user(), None
            post = content.post(author=author)
            people = [identity.user() for _ in range(3)]
            remarks = [content.comment(post=post, author=person) for person in people]
            await save(author, post, *people, *remarks)

    for times in (1, 2):
        await add(5)
        with count_statements() as statements:
            data = await ask(client, THREE_LEVELS)
        nodes = data["posts"]["nodes"]
        assert len(nodes) == 5 * times
        assert all(len(node["comments"]["nodes"]) == 3 for node in nodes)
        assert all(remark["author"]["name"] for n in nodes for remark in n["comments"]["nodes"])
        assert statements.count == (1 if mode == "json" else 3), statements.statements


async def test_counts_of_nested_lists_are_one_statement_more(
    client: httpx.AsyncClient, database: SeedbedEngine, mode: str
) -> None:
    author = identity.user()
    posts: list[Post] = [content.post(author=author) for _ in range(4)]
    remarks = [content.comment(post=post, author=author) for post in posts for _ in range(2)]
    await save(author, *posts, *remarks)
    with count_statements() as statements:
        data = await ask(
            client, "{ posts { totalCount nodes { comments(first: 1) { totalCount } } } }"
        )
    assert data["posts"] == {"totalCount": 4, "nodes": [{"comments": {"totalCount": 2}}] * 4}
    assert statements.count == (2 if mode == "json" else 3), statements.statements


async def test_what_is_not_asked_for_is_not_read(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    author = identity.user()
    await save(author, content.post(author=author))
    with count_statements() as statements:
        assert await ask(client, "{ posts { totalCount } }") == {"posts": {"totalCount": 1}}
    assert statements.count == 1
    with count_statements() as statements:
        assert await ask(client, "{ posts { nodes { slug } } }")
    assert "content" not in statements.statements[0].replace('"content"."posts"', "")
