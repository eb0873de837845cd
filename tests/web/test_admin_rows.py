"""Rows that are added and deleted in the admin; and all of a change or nothing."""

import uuid

import httpx
import pytest
from piccolo.columns import JSON
from piccolo.table import Table
from starlette.applications import Starlette

from app.admin.rights import RIGHTS, Deletion
from app.database import SeedbedEngine
from app.tables.assessment import EngineeringStandard
from app.tables.catalog import Course, University
from app.tables.content import Comment, Post
from app.tables.identity import Organization, Session, User
from seeds import assessment, catalog, content, identity
from seeds.runner import seed
from seeds.upsert import save
from tests.web.visitors import TABLE, address, log, me

# Adding and deleting


@pytest.mark.parametrize(
    "table", [t for t, right in RIGHTS.items() if right.create], ids=lambda t: t._meta.tablename
)
async def test_a_row_is_added_with_its_audit_row(
    inside: httpx.AsyncClient, database: SeedbedEngine, table: type[Table]
) -> None:
    university = catalog.university()
    kind, standard = assessment.document_type(), assessment.engineering_standard()
    await save(university, kind, standard)
    form = (await inside.get(f"{address(table)}new/")).json()
    needed: dict[type[Table], dict[str, object]] = {
        University: {"name": "New", "slug": "new", "country": "Chile", "country_code": "CL"},
        Course: {
            "university": str(university.id),
            "name": "New",
            "code": "N-1",
            "level": "MASTER",
        },
        Organization: {"name": "New", "slug": "new"},
        User: {"name": "New", "email": "new@seedbed.example"},
        EngineeringStandard: {"code": "NEW", "title": "New", "category": standard.category},
    }
    values = needed.get(table) or {
        "document_type": str(kind.id),
        "standard": str(standard.id),
        "priority": 3,
    }
    response = await inside.post(address(table), json=form | values)
    assert response.status_code == 201, response.text
    [made] = response.json()
    row = await table.select().where(table._meta.primary_key == made["id"]).first()
    assert row is not None
    assert {name: str(row[name]) for name in values} == {n: str(v) for n, v in values.items()}
    [entry] = await log()
    assert (entry["action"], entry["resource_type"]) == ("admin.create", table.__name__)
    assert entry["resource_id"] == made["id"]
    for column in table._meta.columns:
        assert not column._meta.secret or row[column._meta.name] is None
        assert not isinstance(column, JSON) or column._meta.name in row


async def test_an_incomplete_row_is_told_every_problem(inside: httpx.AsyncClient) -> None:
    response = await inside.post(
        address(Course), json={"name": "New", "level": "NONE", "credits": "many"}
    )
    assert response.status_code == 422
    assert {tuple(one["loc"]) for one in response.json()["detail"]} >= {("credits",)}
    response = await inside.post(address(Course), json={"name": "New", "level": "MASTER"})
    # The names are those of the form, not those of the API's input.
    assert response.json()["detail"] == [
        {"loc": ["university"], "msg": "university is missing"},
        {"loc": ["code"], "msg": "code is missing"},
    ]
    assert await Course.count() == 0
    assert await log() == []


async def test_a_password_is_not_set_with_a_new_user(inside: httpx.AsyncClient) -> None:
    values = {"name": "New", "email": "new@seedbed.example", "password_hash": identity.DEMO_HASH}
    assert (await inside.post(address(User), json=values)).status_code == 422
    assert await User.count().where(User.email == "new@seedbed.example") == 0


async def test_a_deleted_user_is_marked_and_logged_out(inside: httpx.AsyncClient) -> None:
    user = identity.user()
    session = identity.session(user=user)
    await save(user, session)
    where = address(User, user.id)
    assert (await inside.delete(where)).status_code == 204
    row = await User.select().where(User.id == user.id).first()
    assert row is not None
    assert row["deleted_at"] is not None
    [ended] = await Session.select(Session.revoked_at).where(Session.id == session.id)
    assert ended["revoked_at"] is not None
    [entry] = await log()
    assert (entry["action"], entry["resource_id"]) == ("admin.delete", str(user.id))
    assert (await inside.delete(where)).status_code == 404
    assert len(await log()) == 1


async def test_deleting_several_leaves_a_row_for_each(inside: httpx.AsyncClient) -> None:
    author = identity.user()
    posts = [content.post(author=author) for _ in range(3)]
    standard = assessment.engineering_standard()
    await save(author, *posts, standard)
    # The pages delete what was ticked one by one.
    for post in posts:
        assert (await inside.delete(address(Post, post.id))).status_code == 204
    assert (await inside.delete(address(EngineeringStandard, standard.id))).status_code == 204
    assert await Post.count().where(Post.deleted_at.is_not_null()) == 3
    assert await EngineeringStandard.count().where(EngineeringStandard.id == standard.id) == 0
    assert [(entry["action"], entry["resource_id"]) for entry in await log()] == [
        ("admin.delete", str(row.id)) for row in (*posts, standard)
    ]


async def test_a_post_and_a_comment_keep_who_deleted_them(inside: httpx.AsyncClient) -> None:
    author = identity.user()
    post = content.post(author=author)
    comment = content.comment(post=post, author=author)
    await save(author, post, comment)
    for table, key in ((Comment, comment.id), (Post, post.id)):
        assert (await inside.delete(address(table, key))).status_code == 204
        found = await table.select(table.removed_by).where(table.deleted_at.is_not_null())
        assert [str(row["removed_by"]) for row in found] == [await me(inside)]


async def test_nothing_is_deleted_by_a_filter(inside: httpx.AsyncClient) -> None:
    await save(assessment.engineering_standard())
    response = await inside.delete(address(EngineeringStandard), params={"category": "SECURITY"})
    assert response.status_code == 405
    assert await EngineeringStandard.count() == 1


@pytest.mark.parametrize(
    "table",
    [t for t, right in RIGHTS.items() if right.deletion is Deletion.NO],
    ids=lambda t: t._meta.tablename,
)
async def test_what_is_not_deleted_here_says_so(
    inside: httpx.AsyncClient, database: SeedbedEngine, table: type[Table]
) -> None:
    await seed(database)
    before = await table.count()
    [row] = await table.select(table._meta.primary_key).limit(1)
    response = await inside.delete(address(table, row["id"]))
    assert response.status_code == 405
    assert "not deleted here" in response.json()["detail"]
    assert await table.count() == before


@pytest.mark.parametrize(
    "path",
    ["nothing/", "nothing/9362147d-97cf-471d-aebf-0be3cdbf1a81/", "users/x/", "users/"],
)
@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
async def test_what_is_not_there_cannot_be_changed(
    inside: httpx.AsyncClient, path: str, method: str
) -> None:
    response = await inside.request(method, f"{TABLE}/{path}", json={})
    assert response.status_code == (405 if path == "users/" else 404)
    missing = await inside.request(method, address(User, uuid.uuid4()), json={"name": "x"})
    assert missing.status_code == (422 if method == "PUT" else 404)


# All or nothing


@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
async def test_without_its_audit_row_nothing_is_changed(
    inside: httpx.AsyncClient, admin: Starlette, database: SeedbedEngine, method: str
) -> None:
    standard = assessment.engineering_standard(title="Before")
    await save(standard)
    await database.run_ddl(
        "create function public.refuse() returns trigger language plpgsql as"
        " $$ begin raise 'the log is full'; end $$"
    )
    await database.run_ddl(
        "create trigger refuse before insert on operations.audit_logs"
        " for each row execute function public.refuse()"
    )
    before = await EngineeringStandard.select()
    where = address(EngineeringStandard, None if method == "POST" else standard.id)
    values = {"code": "NEW", "title": "After", "category": standard.category}
    transport = httpx.ASGITransport(admin, raise_app_exceptions=False)
    async with httpx.AsyncClient(
        transport=transport,
        base_url="http://localhost",
        headers=inside.headers,
        cookies=inside.cookies,
    ) as client:
        given = values if method == "POST" else {"title": "After"}
        response = await client.request(method, where, json=given)
    assert response.status_code == 500
    assert "the log is full" not in response.text
    assert await EngineeringStandard.select() == before


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_a_change_from_another_site_is_refused(
    inside: httpx.AsyncClient, method: str
) -> None:
    standard = assessment.engineering_standard()
    await save(standard)
    before = await EngineeringStandard.select()
    where = address(EngineeringStandard, None if method == "POST" else standard.id)
    body = {"code": "NEW", "title": "New", "category": standard.category, "csrftoken": "x"}
    for token in (None, "another"):
        headers = {} if token is None else {"X-CSRFToken": token}
        del inside.headers["X-CSRFToken"]
        response = await inside.request(method, where, json=body, headers=headers)
        inside.headers["X-CSRFToken"] = inside.cookies["csrftoken"]
        assert response.status_code == 403
    assert await EngineeringStandard.select() == before
    assert await log() == []


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_without_a_session_nothing_is_changed(
    visitor: httpx.AsyncClient, method: str
) -> None:
    standard = assessment.engineering_standard()
    await save(standard)
    for where in (address(EngineeringStandard), address(EngineeringStandard, standard.id)):
        response = await visitor.request(method, where, json={})
        assert (response.status_code, response.json()) == (401, {"error": "Auth failed"})
    assert await EngineeringStandard.count() == 1
