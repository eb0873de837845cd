"""Changes with a record: what the audit row says, and that neither comes without the other."""

import json
from collections.abc import Sequence
from time import process_time
from typing import Any

import pytest

from app.audit import Change, NothingWrittenError, Origin, recorded
from app.bridge import Problem, Refused, Viewer, Written
from app.database import SeedbedEngine
from app.tables import AuditLog, Comment, Post, User
from seeds import content, identity
from seeds.upsert import save

ORIGIN = Origin("192.0.2.1", "a browser")


async def log() -> list[dict[str, Any]]:
    """The audit rows, oldest first."""
    rows = await AuditLog.select().order_by(AuditLog.id)
    return [{**row, "details": json.loads(row["details"])} for row in rows]


@pytest.fixture
async def user(database: SeedbedEngine) -> User:
    """Somebody who acts."""
    assert database
    made = identity.user()
    await save(made)
    return made


def acting(user: User) -> Viewer:
    """The user as a viewer."""
    return Viewer("USER", {"user": user.id})


async def test_a_change_says_who_what_and_from_where(database: SeedbedEngine, user: User) -> None:
    post = content.post(author=user, title="Old", content="x" * 500)
    await save(post)
    async with recorded(database, "post.update", acting(user), ORIGIN) as change:
        await change.set(Post, post.id, {"title": "New", "content": "y" * 500})
    (row,) = await log()
    assert (row["user"], row["action"], row["resource_type"], row["resource_id"]) == (
        user.id, "post.update", "Post", str(post.id)
    )  # fmt: skip
    assert (row["ip_address"], row["user_agent"]) == ("192.0.2.1", "a browser")
    assert row["details"] == {
        "changes": {"title": ["Old", "New"], "content": ["x" * 200 + "…", "y" * 200 + "…"]}
    }


async def test_secrets_are_never_in_the_log(database: SeedbedEngine, user: User) -> None:
    new = "$argon2id$v=19$new"
    async with recorded(database, "user.password", acting(user)) as change:
        await change.set(User, user.id, {"password_hash": new})
    (row,) = await log()
    assert row["details"] == {"changes": {"password_hash": "[redacted]"}}


async def test_each_thing_has_its_row_and_what_came_with_it(
    database: SeedbedEngine, user: User
) -> None:
    posts = [content.post(author=user), content.post(author=user)]
    await save(*posts)
    async with recorded(database, "post.publish", acting(user)) as change:
        for post in posts:
            await change.set(Post, post.id, {"title": "T"})
        made = await change.insert(
            Comment, {"post": posts[0].id, "author": user.id, "body": "first"}
        )
    first, second = await log()
    assert [row["resource_id"] for row in (first, second)] == [str(post.id) for post in posts]
    (with_,) = first["details"]["with"]
    assert (with_["type"], with_["id"]) == ("Comment", str(made["id"]))
    assert "with" not in second["details"]


async def test_what_a_change_is_about_may_be_said(database: SeedbedEngine, user: User) -> None:
    async with recorded(database, "login.failed", Viewer("ANONYMOUS")) as change:
        change.about(User, user.id, reason="password")
    (row,) = await log()
    assert (row["user"], row["resource_id"], row["details"]) == (
        None, str(user.id), {"reason": "password"}
    )  # fmt: skip


async def test_an_update_that_changes_nothing_leaves_no_row(
    database: SeedbedEngine, user: User
) -> None:
    for values in ({"name": user.name}, {}):
        async with recorded(database, "user.update", acting(user)) as change:
            await change.update(User, user.id, values)
    assert await log() == []


async def test_who_acts_may_turn_out_within_the_change(database: SeedbedEngine, user: User) -> None:
    async with recorded(database, "session.open", Viewer("ANONYMOUS")) as change:
        change.by(acting(user))
        change.about(User, user.id)
    (row,) = await log()
    assert row["user"] == user.id


def test_a_change_of_very_many_rows_is_told_in_time() -> None:
    async def fetch(*_: object) -> Sequence[Any]:
        raise AssertionError("nothing is asked")

    change = Change(Viewer("ANONYMOUS"), fetch, "post.import")
    change.written = [
        Written(table, number, None, {"slug": str(number)})
        for number in range(5_000)
        for table in (Post, Comment)
    ]
    for about in (False, True):
        if about:
            change.about(Post, 7)
        began = process_time()
        entries = change.entries()
        assert len(entries) == (1 if about else 5_000)
        assert len(entries[0][2]["with"]) == (9_999 if about else 5_000)
        assert process_time() - began < 5, "the time grows with the square of the rows"


async def test_a_change_that_writes_nothing_is_a_fault(database: SeedbedEngine, user: User) -> None:
    with pytest.raises(NothingWrittenError):
        async with recorded(database, "user.update", acting(user)):
            pass


async def test_a_refused_change_leaves_neither(database: SeedbedEngine, user: User) -> None:
    async def attempt() -> None:
        async with recorded(database, "user.update", acting(user)) as change:
            await change.set(User, user.id, {"name": "New"})
            raise Refused(Problem("NO", "no"))

    with pytest.raises(Refused):
        await attempt()
    assert await log() == []
    assert await User.exists().where(User.name == "New") is False


async def test_without_its_row_a_change_is_undone(database: SeedbedEngine, user: User) -> None:
    with pytest.raises(Refused, match="action may have 100 characters"):
        async with recorded(database, "x" * 101, acting(user)) as change:
            await change.set(User, user.id, {"name": "New"})
    assert await User.exists().where(User.name == "New") is False


async def test_long_addresses_and_agents_are_cut(database: SeedbedEngine, user: User) -> None:
    origin = Origin("fe80::1%" + "a" * 60, "a" * 600)
    async with recorded(database, "a.b", acting(user), origin) as change:
        change.about(User, user.id)
    (row,) = await log()
    assert (row["ip_address"], row["user_agent"]) == ("fe80::1%" + "a" * 37, "a" * 512)


async def test_addresses_and_agents_are_of_a_single_line(
    database: SeedbedEngine, user: User
) -> None:
    # HTTP lets tabs pass, and bytes that are control characters in Latin-1.
    async with recorded(database, "a.b", acting(user), Origin("::1\t", "a\x85b\tc")) as change:
        change.about(User, user.id)
    (row,) = await log()
    assert (row["ip_address"], row["user_agent"]) == ("::1 ", "a b c")
