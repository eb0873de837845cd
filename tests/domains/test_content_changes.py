"""Writing, publishing, commenting, deleting, restoring: who may, what changes and is recorded."""

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from app.database import SeedbedEngine, count_statements
from app.tables import AuditLog, Comment, Post, User
from seeds import content, identity
from seeds.upsert import save
from tests.graphql import ask, code_of, global_id, refuse, sign_in

TOO_MUCH = {"code": "INVALID", "path": ["input", "content"]}
GONE = datetime(2026, 3, 1, tzinfo=UTC)


@dataclass
class People:
    """An author, somebody else, an administrator, and their tokens by name."""

    author: User = field(default_factory=lambda: identity.user(name="Ann"))
    other: User = field(default_factory=lambda: identity.user(name="Bob"))
    admin: User = field(default_factory=lambda: identity.user(role="ADMIN"))
    tokens: dict[str, str] = field(default_factory=dict)


@pytest.fixture
async def people(database: SeedbedEngine) -> People:
    """Three people who are logged in."""
    assert database
    made = People()
    await save(made.author, made.other, made.admin)
    for name in ("author", "other", "admin"):
        made.tokens[name] = await sign_in(getattr(made, name))
    return made


async def call(
    client: httpx.AsyncClient, token: str | None, name: str, shown: str, **arguments: Any
) -> Any:
    """The payload of a mutation that must not fail as a whole."""
    types = {"id": "ID!", "input": f"{name[0].upper()}{name[1:]}Input!"}
    head = ", ".join(f"${key}: {types[key]}" for key in arguments)
    given = ", ".join(f"{key}: ${key}" for key in arguments)
    document = f"mutation({head}) {{ {name}({given}) {{ {shown} errors {{ code path }} }} }}"
    return (await ask(client, document, arguments, token))[name]


async def audited() -> list[tuple[str, Any]]:
    """The actions on record, with what changed."""
    rows = await AuditLog.select().order_by(AuditLog.id)
    return [(row["action"], json.loads(row["details"]).get("changes")) for row in rows]


async def test_an_update_without_values_changes_nothing(
    client: httpx.AsyncClient, people: People
) -> None:
    post = content.post(author=people.author)
    await save(post)
    told = await call(
        client,
        people.tokens["author"],
        "updatePost",
        "post { title }",
        id=global_id(post),
        input={},
    )
    assert told == {"post": {"title": post.title}, "errors": []}
    assert await audited() == []


async def test_a_post_from_draft_to_reader_and_back(
    client: httpx.AsyncClient, people: People
) -> None:
    ann, bob = people.tokens["author"], people.tokens["other"]
    new = {"title": "Ein Tag im März: 東京!", "content": "# Hello"}
    made = await call(
        client, ann, "createPost", "post { id slug published publishedAt }", input=new
    )
    assert made["errors"] == []
    post = made["post"]
    assert re.fullmatch(r"ein-tag-im-marz-dongjing-[0-9a-f]{8}", post["slug"])
    assert (post["published"], post["publishedAt"]) == (False, None)
    read = "query($slug: String!) { post(slug: $slug) { title author { name } } }"
    assert await ask(client, read, {"slug": post["slug"]}, bob) == {"post": None}
    shown = await call(client, ann, "publishPost", "post { published publishedAt }", id=post["id"])
    assert shown["post"]["published"] is True
    assert shown["post"]["publishedAt"] is not None
    assert await ask(client, read, {"slug": post["slug"]}) == {
        "post": {"title": new["title"], "author": {"name": "Ann"}}
    }
    again = await call(client, ann, "publishPost", "post { id }", id=post["id"])
    assert again == {"post": None, "errors": [{"code": "ILLEGAL_STEP", "path": ["id"]}]}
    hidden = await call(client, ann, "unpublishPost", "post { publishedAt }", id=post["id"])
    assert hidden["post"] == {"publishedAt": None}
    assert await ask(client, read, {"slug": post["slug"]}, bob) == {"post": None}
    actions = [action for action, _ in await audited()]
    assert actions == ["post.create", "post.publish", "post.unpublish"]


async def test_a_new_title_keeps_the_slug(client: httpx.AsyncClient, people: People) -> None:
    post = content.post(author=people.author, title="Old", content="text")
    await save(post)
    told = await call(
        client, people.tokens["author"], "updatePost", "post { title slug content }",
        id=global_id(post), input={"title": "New"},
    )  # fmt: skip
    assert told["post"] == {"title": "New", "slug": post.slug, "content": "text"}
    assert await audited() == [("post.update", {"title": ["Old", "New"]})]


async def test_the_statements_of_creating_a_post(
    client: httpx.AsyncClient, people: People, mode: str
) -> None:
    with count_statements() as counted:
        await call(
            client, people.tokens["author"], "createPost", "post { id author { name } }",
            input={"title": "T", "content": "c"},
        )  # fmt: skip
    # The caller, the row, its audit row, and the answer (with its author); begin and commit are
    # not counted.
    assert counted.count == {"json": 4, "rows": 5}[mode]


MANY = "nodes { author { posts(first: 100) { nodes { comments(first: 100) { nodes { id } } } } } }"


@pytest.mark.parametrize(
    ("below", "code"),
    [
        (f"comments(first: 100) {{ {MANY} }}", "LIMIT_EXCEEDED"),
        ("comments(first: -1) { nodes { id } }", "BAD_USER_INPUT"),
        ('comments(after: "x") { nodes { id } }', "BAD_USER_INPUT"),
    ],
)
async def test_a_payload_that_cannot_be_read_is_refused_before_anything_is_written(
    client: httpx.AsyncClient, people: People, below: str, code: str
) -> None:
    document = f"""mutation {{
      createPost(input: {{title: "T", content: "c"}}) {{ post {{ {below} }} errors {{ code }} }}
    }}"""
    (error,) = await refuse(client, document, token=people.tokens["author"])
    assert (error["extensions"]["code"], error["path"]) == (code, ["createPost"])
    assert await Post.count() == 0
    assert await audited() == []


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"title": " ", "content": "c"}, {"code": "REQUIRED", "path": ["input", "title"]}),
        ({"title": "\u200b", "content": "c"}, {"code": "REQUIRED", "path": ["input", "title"]}),
        ({"title": "\u3164", "content": "c"}, {"code": "REQUIRED", "path": ["input", "title"]}),
        ({"title": "t", "content": ""}, {"code": "REQUIRED", "path": ["input", "content"]}),
        ({"title": "t", "content": "\ufeff"}, {"code": "REQUIRED", "path": ["input", "content"]}),
        ({"title": "t" * 201, "content": "c"}, {"code": "TOO_LONG", "path": ["input", "title"]}),
        ({"title": "t", "content": "c" * 100_001}, TOO_MUCH),
        ({"title": "t\x00", "content": "c"}, {"code": "INVALID", "path": ["input", "title"]}),
    ],
)  # fmt: skip
async def test_texts_that_do_not_fit(
    client: httpx.AsyncClient, people: People, values: dict[str, str], problem: dict[str, Any]
) -> None:
    told = await call(client, people.tokens["author"], "createPost", "post { id }", input=values)
    assert told == {"post": None, "errors": [problem]}
    assert await Post.count() == 0
    assert await audited() == []


STEPS = ("updatePost", "publishPost", "unpublishPost", "deletePost", "restorePost", "purgePost")


@pytest.mark.parametrize("name", STEPS)
async def test_nobody_changes_the_posts_of_others(
    client: httpx.AsyncClient, people: People, name: str
) -> None:
    shown = content.post(author=people.author)
    draft = content.post(author=people.author, published=False)
    await save(shown, draft)
    extra = ', input: {title: "x"}' if name == "updatePost" else ""
    for token, code in ((None, "UNAUTHENTICATED"), (people.tokens["other"], "FORBIDDEN")):
        document = f'mutation {{ {name}(id: "{global_id(shown)}"{extra}) {{ __typename }} }}'
        assert code_of(await refuse(client, document, None, token)) == code
    if name != "purgePost":
        answers = []
        for id_ in (global_id(draft), global_id(content.post(author=people.author))):
            document = f'mutation {{ {name}(id: "{id_}"{extra}) {{ errors {{ code path }} }} }}'
            answers.append(await ask(client, document, None, people.tokens["other"]))
        assert (
            answers[0] == answers[1] == {name: {"errors": [{"code": "NOT_FOUND", "path": ["id"]}]}}
        )
    rows = await Post.select(Post.title, Post.deleted_at, Post.published).order_by(Post.id)
    assert [(row["deleted_at"], row["published"]) for row in rows] == [(None, True), (None, False)]
    assert await audited() == []


async def test_a_post_is_deleted_restored_and_deleted_for_good(
    client: httpx.AsyncClient, people: People
) -> None:
    post = content.post(author=people.author)
    await save(post, content.comment(post=post, author=people.other))
    id_ = global_id(post)
    ann, admin = people.tokens["author"], people.tokens["admin"]
    assert (await call(client, ann, "deletePost", "deletedId", id=id_))["deletedId"] == id_
    assert await ask(client, "query($id: ID!) { post(id: $id) { id } }", {"id": id_}, ann) == {
        "post": None
    }
    twice = await call(client, ann, "deletePost", "deletedId", id=id_)
    assert twice == {"deletedId": None, "errors": [{"code": "NOT_FOUND", "path": ["id"]}]}
    restored = await call(client, ann, "restorePost", "post { id }", id=id_)
    assert restored == {"post": {"id": id_}, "errors": []}
    twice = await call(client, ann, "restorePost", "post { id }", id=id_)
    assert twice == {"post": None, "errors": [{"code": "ILLEGAL_STEP", "path": ["id"]}]}
    assert (await call(client, admin, "deletePost", "deletedId", id=id_))["deletedId"] == id_
    assert (await call(client, admin, "purgePost", "deletedId", id=id_))["deletedId"] == id_
    assert (await Post.count(), await Comment.count()) == (0, 0)
    actions = [action for action, _ in await audited()]
    assert actions == ["post.delete", "post.restore", "post.delete", "post.purge"]


async def test_an_author_does_not_restore_what_an_administrator_has_deleted(
    client: httpx.AsyncClient, people: People
) -> None:
    post = content.post(author=people.author)
    comment = content.comment(post=post, author=people.author)
    await save(post, comment)
    ann, admin = people.tokens["author"], people.tokens["admin"]
    # The comment first: with its post, it would be out of sight.
    for table, kind, row in ((Comment, "Comment", comment), (Post, "Post", post)):
        id_, name = global_id(row), kind.lower()
        listed = f"{{ deleted{kind}s {{ nodes {{ id }} }} }}"
        deleted = await call(client, admin, f"delete{kind}", "deletedId", id=id_)
        assert deleted == {"deletedId": id_, "errors": []}
        assert await ask(client, listed, None, ann) == {f"deleted{kind}s": {"nodes": []}}
        refused = await call(client, ann, f"restore{kind}", f"{name} {{ id }}", id=id_)
        assert refused == {name: None, "errors": [{"code": "NOT_FOUND", "path": ["id"]}]}
        restored = await call(client, admin, f"restore{kind}", f"{name} {{ id }}", id=id_)
        assert restored == {name: {"id": id_}, "errors": []}
        # Nothing is left of it: what its author deletes now, they restore.
        assert await table.count().where(table.removed_by.is_not_null()) == 0
        await call(client, ann, f"delete{kind}", "deletedId", id=id_)
        assert await ask(client, listed, None, ann) == {f"deleted{kind}s": {"nodes": [{"id": id_}]}}
        restored = await call(client, ann, f"restore{kind}", f"{name} {{ id }}", id=id_)
        assert restored == {name: {"id": id_}, "errors": []}


async def test_a_comment_is_restored_by_whoever_removed_it_and_by_nobody_else(
    client: httpx.AsyncClient, people: People
) -> None:
    post = content.post(author=people.author)
    await save(post)
    ann, bob = people.tokens["author"], people.tokens["other"]

    async def say(body: str) -> str:
        made = await call(
            client, bob, "createComment", "comment { id body author { name } }",
            input={"postId": global_id(post), "body": body},
        )  # fmt: skip
        assert (made["comment"]["body"], made["comment"]["author"]) == (body, {"name": "Bob"})
        return str(made["comment"]["id"])

    own, removed = await say("one"), await say("two")
    changed = await call(
        client, bob, "updateComment", "comment { body }", id=own, input={"body": "1"}
    )
    assert changed["comment"] == {"body": "1"}
    assert (await call(client, bob, "deleteComment", "deletedId", id=own))["deletedId"] == own
    assert (await call(client, ann, "deleteComment", "deletedId", id=removed))["deletedId"]
    listed = "{ deletedComments { nodes { body } } }"
    for token, body, theirs in ((ann, "two", own), (bob, "1", removed)):
        assert await ask(client, listed, None, token) == {
            "deletedComments": {"nodes": [{"body": body}]}
        }
        refused = await call(client, token, "restoreComment", "comment { id }", id=theirs)
        assert refused["errors"] == [{"code": "NOT_FOUND", "path": ["id"]}]
    undone = await call(client, bob, "restoreComment", "comment { body }", id=own)
    assert undone == {"comment": {"body": "1"}, "errors": []}
    restored = await call(client, ann, "restoreComment", "comment { body }", id=removed)
    assert restored["comment"] == {"body": "two"}
    assert await Comment.count().where(Comment.removed_by.is_not_null()) == 0
    edited = 'mutation { updateComment(id: "%s", input: {body: "mine"}) { __typename } }'
    assert code_of(await refuse(client, edited % removed, None, ann)) == "FORBIDDEN"


async def test_a_comment_of_one_space_is_refused(client: httpx.AsyncClient, people: People) -> None:
    post = content.post(author=people.author)
    await save(post)
    told = await call(
        client, people.tokens["other"], "createComment", "comment { id }",
        input={"postId": global_id(post), "body": " "},
    )  # fmt: skip
    assert told["errors"] == [{"code": "REQUIRED", "path": ["input", "body"]}]
    assert await Comment.count() == 0


async def test_a_comment_on_a_post_that_is_hidden(
    client: httpx.AsyncClient, people: People
) -> None:
    draft = content.post(author=people.author, published=False)
    deleted = content.post(author=people.author, deleted_at=GONE)
    await save(draft, deleted)
    answers = [
        await call(
            client, people.tokens["other"], "createComment", "comment { id }",
            input={"postId": global_id(post), "body": "b"},
        )
        for post in (draft, deleted, content.post(author=people.author))
    ]  # fmt: skip
    assert answers[0] == answers[1] == answers[2]
    assert answers[0]["errors"] == [{"code": "NOT_FOUND", "path": ["input", "postId"]}]
    assert await Comment.count() == 0


async def test_what_is_deleted_is_listed_for_whoever_may_restore_it(
    client: httpx.AsyncClient, people: People
) -> None:
    gone = content.post(
        author=people.author, title="Gone", deleted_at=GONE, removed_by=people.author
    )
    shown = content.post(author=people.author)
    removed = content.comment(
        post=shown, author=people.other, body="Removed", deleted_at=GONE, removed_by=people.author
    )
    theirs_gone = content.post(
        author=people.other, title="B", deleted_at=GONE, removed_by=people.other
    )
    await save(gone, shown, removed, theirs_gone)
    document = """{
      deletedPosts { totalCount nodes { title deletedAt author { name } } }
      deletedComments(where: {body: {eq: "Removed"}}) { nodes { body post { id } } } }"""
    mine = await ask(client, document, None, people.tokens["author"])
    assert mine["deletedPosts"]["nodes"] == [
        {"title": "Gone", "deletedAt": "2026-03-01T00:00:00.000000Z", "author": {"name": "Ann"}}
    ]
    assert mine["deletedComments"]["nodes"] == [
        {"body": "Removed", "post": {"id": global_id(shown)}}
    ]
    theirs = await ask(client, document, None, people.tokens["other"])
    assert [post["title"] for post in theirs["deletedPosts"]["nodes"]] == ["B"]
    assert theirs["deletedComments"]["nodes"] == []
    assert (await ask(client, document, None, people.tokens["admin"]))["deletedPosts"][
        "totalCount"
    ] == 2
    nobodys = await ask(client, document)
    assert (nobodys["deletedPosts"]["totalCount"], nobodys["deletedComments"]["nodes"]) == (0, [])
