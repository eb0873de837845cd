"""What staff see and change in the admin: the catalogue of their own university."""

import uuid
from collections.abc import Mapping

import httpx
import pytest
from piccolo.table import Table

from app.admin.scope import NARROWED, OWN
from app.tables import TABLES
from app.tables.catalog import Course, University
from app.tables.identity import User, UserRole
from seeds import catalog
from seeds.upsert import save
from tests.web.visitors import TABLE, address, clerk_of, log, log_in


@pytest.fixture
async def courses(clerk: httpx.AsyncClient) -> Mapping[str, Course]:
    """A course of the clerk's university, one of another, and one of an unverified one."""
    user_id = (await clerk.get("/admin/api/user/")).json()["user_id"]
    row = await User.select(User.university).where(User.id == user_id).first()
    assert row is not None
    other, hidden = catalog.university(), catalog.university(is_verified=False)
    made = {
        "own": catalog.course(university=row["university"], name="Own course"),
        "other": catalog.course(university=other, name="Other course"),
        "hidden": catalog.course(university=hidden, name="Hidden course"),
    }
    await save(other, hidden, *made.values())
    return made


async def test_staff_have_two_tables_and_nothing_to_run(clerk: httpx.AsyncClient) -> None:
    listed = (await clerk.get(f"{TABLE}/grouped/")).json()
    assert listed == {"grouped": {"Catalog": ["courses", "universities"]}, "ungrouped": []}
    assert (await clerk.get("/admin/api/forms/")).json() == []
    assert (await clerk.post("/admin/api/forms/seed/", json={})).status_code == 404


async def test_staff_are_offered_what_they_may_do(visitor: httpx.AsyncClient) -> None:
    path = "/admin/api/rights/"
    assert (await visitor.get(path)).json() == {"change": [], "create": [], "delete": []}
    await log_in(visitor, (await clerk_of(catalog.university())).email)
    staff = {"change": ["courses"], "create": ["courses"], "delete": []}
    assert (await visitor.get(path)).json() == staff


async def test_administrators_are_offered_what_they_may_do(inside: httpx.AsyncClient) -> None:
    rights = (await inside.get("/admin/api/rights/")).json()
    assert {"universities", "users"} <= set(rights["create"]) < set(rights["change"])
    assert "users" in rights["delete"]
    assert not {"audit_logs", "payment_reports"} & set(rights["change"])


@pytest.mark.parametrize(
    "table", [t for t in TABLES if t not in OWN], ids=lambda t: t._meta.tablename
)
async def test_staff_cannot_ask_for_other_tables(
    clerk: httpx.AsyncClient, table: type[Table]
) -> None:
    for path in ("", "ids/", "schema/", "count/", "new/", "references/", f"{uuid.uuid4()}/"):
        assert (await clerk.get(address(table) + path)).status_code == 404
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        for where in (address(table), address(table, uuid.uuid4())):
            assert (await clerk.request(method, where, json={})).status_code == 404


async def test_staff_see_their_own_courses_alone(
    clerk: httpx.AsyncClient, courses: Mapping[str, Course]
) -> None:
    base, own, other = address(Course), courses["own"], courses["other"]
    university = (await clerk.get(address(University))).json()["rows"]
    assert [row["id"] for row in university] == [str(own.university)]
    for question in (
        "",
        "?__order=name",
        "?__readable=true&__page_size=1000",
        "?name=course",
        "?name=course&name__match=ends",
        "?__visible_fields=id,name",
        "?is_active=true",
        f"?university={own.university}",
        "?__range_header=true&__range_header_name=courses",
        "?id__operator=not_null",
    ):
        response = await clerk.get(base + question)
        assert [row["id"] for row in response.json()["rows"]] == [str(own.id)], question
        assert response.headers.get("content-range", "courses 0-0/1") == "courses 0-0/1"
    assert (await clerk.get(f"{base}count/")).json()["count"] == 1
    for question in ("", "?limit=10", "?search=course", "?search=course&limit=10&offset=0"):
        assert (await clerk.get(f"{base}ids/{question}")).json() == {str(own.id): "Own course"}
    for question in (f"?university={other.university}", f"?id={other.id}", "?name=Other"):
        assert (await clerk.get(base + question)).json()["rows"] == []
        assert (await clerk.get(f"{base}count/{question}")).json()["count"] == 0
    assert (await clerk.get(address(Course, own.id))).json()["name"] == "Own course"
    for table, key in ((Course, other.id), (University, other.university)):
        hidden = await clerk.get(address(table, key))
        missing = await clerk.get(address(table, uuid.uuid4()))
        assert (hidden.status_code, hidden.text) == (missing.status_code, missing.text)
        assert hidden.status_code == 404


async def test_staff_change_their_own_courses_with_a_record(
    clerk: httpx.AsyncClient, courses: Mapping[str, Course]
) -> None:
    own = courses["own"]
    response = await clerk.patch(address(Course, own.id), json={"is_active": False})
    assert response.status_code == 200
    form = (await clerk.get(f"{address(Course)}new/")).json()
    values = {"name": "New", "code": "N-1", "level": "MASTER", "university": str(own.university)}
    response = await clerk.post(address(Course), json=form | values)
    assert response.status_code == 201, response.text
    [made] = response.json()
    me = (await clerk.get("/admin/api/user/")).json()["user_id"]
    assert [(str(e["user"]), e["action"], e["resource_id"]) for e in await log()] == [
        (me, "admin.update", str(own.id)),
        (me, "admin.create", made["id"]),
    ]


@pytest.mark.parametrize("which", ["other", "hidden"])
async def test_staff_change_nothing_elsewhere(
    clerk: httpx.AsyncClient, courses: Mapping[str, Course], which: str
) -> None:
    own, foreign = courses["own"], courses[which]
    before = await Course.select().order_by(Course.id)
    missing = await clerk.patch(address(Course, uuid.uuid4()), json={"name": "Mine"})
    hidden = await clerk.patch(address(Course, foreign.id), json={"name": "Mine"})
    assert (hidden.status_code, hidden.text) == (missing.status_code, missing.text)
    assert hidden.status_code == 404
    assert (await clerk.delete(address(Course, foreign.id))).status_code == 405
    moved = await clerk.patch(address(Course, own.id), json={"university": str(foreign.university)})
    assert moved.status_code == 422
    new = {"name": "New", "code": "N-1", "level": "MASTER"}
    for university in (str(foreign.university), str(uuid.uuid4()), None):
        response = await clerk.post(address(Course), json={**new, "university": university})
        assert response.status_code == 422
        assert response.json() == {
            "detail": [{"loc": ["university"], "msg": "choose your own university"}]
        }
    renamed = await clerk.patch(address(University, own.university), json={"name": "Mine"})
    assert renamed.status_code == 405
    assert await Course.select().order_by(Course.id) == before
    assert await log() == []


async def test_staff_who_move_see_what_they_have_moved_to(
    clerk: httpx.AsyncClient, courses: Mapping[str, Course]
) -> None:
    me = (await clerk.get("/admin/api/user/")).json()["user_id"]
    other = courses["other"]
    await User.update({User.university: other.university}).where(User.id == me)
    [row] = (await clerk.get(address(Course))).json()["rows"]
    assert row["id"] == str(other.id)
    await User.update({User.university: None}).where(User.id == me)
    assert (await clerk.get(address(Course))).status_code == 401
    await User.update({User.role: UserRole.ADMIN}).where(User.id == me)
    assert (await clerk.get(f"{address(Course)}count/")).json()["count"] == 3


async def test_an_administrator_logs_in_after_staff(
    clerk: httpx.AsyncClient, courses: Mapping[str, Course]
) -> None:
    assert (await clerk.get(f"{address(Course)}count/")).json()["count"] == 1
    user = await clerk_of(catalog.university(), role=UserRole.ADMIN)
    assert (await log_in(clerk, user.email)).status_code == 200
    assert (await clerk.get(f"{address(Course)}count/")).json()["count"] == 3


def test_the_tables_of_staff_have_the_columns_of_the_api() -> None:
    for narrowed in NARROWED:
        [table] = [t for t in OWN if t._meta.tablename == narrowed._meta.tablename]
        for ours, theirs in zip(table._meta.columns, narrowed._meta.columns, strict=True):
            assert (ours._meta.name, type(ours)) == (theirs._meta.name, type(theirs))
            assert ours._meta.secret == theirs._meta.secret
            assert ours._meta.table is table
    # The relations that the API is made of stay as they were.
    assert [c._meta.table for c in University._meta.foreign_key_references] == [Course, User]
