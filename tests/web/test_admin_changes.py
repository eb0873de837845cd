"""What administrators change in the admin: with a record, or not at all."""

import asyncio
import contextvars
import uuid
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from piccolo.table import Table

from app.admin import editor
from app.admin.accounts import AdminUser, Visit
from app.admin.rights import RIGHTS
from app.audit import Origin
from app.bridge import Row
from app.database import SeedbedEngine
from app.tables import TABLES
from app.tables.catalog import Course, University
from app.tables.content import Post
from app.tables.identity import ApiKey, Organization, Session, User, UserRole
from app.tables.operations import AuditLog
from app.tables.payments import Payment, PaymentReport, PaymentStatus
from seeds import catalog, content, identity, payments
from seeds.runner import seed
from seeds.upsert import save
from tests.web.visitors import address, log, me


async def form_of(visitor: httpx.AsyncClient, table: type[Table], key: object) -> dict[str, Any]:
    """What a page's form sends when nobody touches it: whole seconds, no id, no secrets."""
    row: dict[str, Any] = (await visitor.get(address(table, key))).json()
    row.pop("id")
    for column in table._meta.columns:
        name = column._meta.name
        if column._meta.secret:
            row[name] = None
        if isinstance(row.get(name), str) and row[name].endswith("Z") and "T" in row[name]:
            row[name] = row[name].split(".")[0].removesuffix("Z") + ".000Z"
    return row


# Changing


async def test_a_change_leaves_one_audit_row(inside: httpx.AsyncClient) -> None:
    course = catalog.course(university=(university := catalog.university()), name="Rhetoric")
    await save(university, course)
    values = {"name": "Rhetoric I", "tuition": "1200.50", "is_active": "false"}
    response = await inside.patch(address(Course, course.id), json=values)
    assert (response.status_code, response.json()["name"]) == (200, "Rhetoric I")
    [entry] = await log()
    assert str(entry["user"]) == await me(inside)
    assert (entry["action"], entry["resource_type"]) == ("admin.update", "Course")
    assert entry["resource_id"] == str(course.id)
    assert entry["ip_address"].startswith("10.1.")
    assert entry["details"] == {
        "changes": {
            "name": ["Rhetoric", "Rhetoric I"],
            "tuition": ["900.00", "1200.50"],
            "is_active": [True, False],
        }
    }


@pytest.mark.parametrize("table", RIGHTS, ids=lambda table: table._meta.tablename)
async def test_a_form_that_nobody_touched_changes_nothing(
    inside: httpx.AsyncClient, database: SeedbedEngine, table: type[Table]
) -> None:
    await seed(database)
    before = await table.select().order_by(table._meta.primary_key)
    count = await AuditLog.count()
    form = await form_of(inside, table, before[0]["id"])
    response = await inside.patch(address(table, before[0]["id"]), json=form)
    assert response.status_code == 200, response.text
    assert await table.select().order_by(table._meta.primary_key) == before
    assert await AuditLog.count() == count


async def test_put_changes_all_that_can_be_changed(inside: httpx.AsyncClient) -> None:
    organization = identity.organization(name="Old", settings={"a": 1})
    await save(organization)
    where = address(Organization, organization.id)
    response = await inside.put(where, json={"name": "New"})
    assert response.status_code == 422
    assert {tuple(problem["loc"]) for problem in response.json()["detail"]} == {
        ("settings",),
        ("slug",),
    }
    assert await log() == []
    values = {"name": "New", "slug": organization.slug, "settings": '{"b": [2]}'}
    assert (await inside.put(where, json=values)).status_code == 200
    [entry] = await log()
    assert entry["details"]["changes"] == {
        "name": ["Old", "New"],
        "settings": [{"a": 1}, {"b": [2]}],
    }


async def test_a_verified_university_says_since_when(inside: httpx.AsyncClient) -> None:
    university = catalog.university(is_verified=False)
    await save(university)
    begun = datetime.now(UTC)
    response = await inside.patch(address(University, university.id), json={"is_verified": True})
    assert response.status_code == 200
    row = await University.select().where(University.id == university.id).first()
    assert row is not None
    assert begun <= row["verified_at"] <= datetime.now(UTC)
    response = await inside.patch(address(University, university.id), json={"is_verified": False})
    row = await University.select().where(University.id == university.id).first()
    assert row is not None
    assert (row["is_verified"], row["verified_at"]) == (False, None)


async def test_whoever_is_suspended_is_logged_out(inside: httpx.AsyncClient) -> None:
    user = identity.user()
    session, key = identity.session(user=user), identity.api_key(user=user)
    await save(user, session, key)
    response = await inside.patch(address(User, user.id), json={"status": "SUSPENDED"})
    assert response.status_code == 200
    [ended] = await Session.select(Session.revoked_at).where(Session.id == session.id)
    [revoked] = await ApiKey.select(ApiKey.revoked_at).where(ApiKey.id == key.id)
    assert None not in (ended["revoked_at"], revoked["revoked_at"])
    [entry] = await log()
    assert entry["details"] == {
        "changes": {"status": ["ACTIVE", "SUSPENDED"]},
        "sessions_ended": 1,
        "keys_revoked": 1,
    }


@pytest.mark.parametrize(
    ("values", "path", "said"),
    [
        ({"slug": "Not A Slug"}, "slug", "slug"),
        ({"country_code": "EST"}, "country_code", "2 characters"),
        ({"name": ""}, "name", "name"),
        ({"name": None}, "name", "cannot be null"),
        ({"name": "x" * 201}, "name", "200 characters"),
        ({"name": "a\0b"}, "name", "cannot be stored"),
        ({"name": "a\nb"}, "name", "cannot hold line breaks, tabs or other control characters"),
        ({"domains": ["a.example", "b\n"]}, "domains", "cannot hold line breaks"),
        ({"settings": "{"}, "settings", "not JSON"),
        ({"settings": "[1]"}, "settings", "object"),
        ({"domains": "a.example"}, "domains", "list"),
        ({"is_verified": "perhaps"}, "is_verified", "boolean"),
        ({"analytics": '{"a": 1}'}, "analytics", "cannot be set here"),
        ({"verified_at": "2026-01-01T00:00:00Z"}, "verified_at", "cannot be set here"),
        ({"id": str(uuid.uuid4())}, "id", "cannot be set here"),
        ({"nothing": 1}, "nothing", "no such column"),
        ({"slug": "taken"}, "slug", "taken"),
    ],
)
async def test_a_bad_value_is_told_and_leaves_nothing(
    inside: httpx.AsyncClient, values: dict[str, object], path: str, said: str
) -> None:
    university = catalog.university()
    await save(university, catalog.university(slug="taken"))
    before = await University.select().order_by(University.id)
    response = await inside.patch(
        address(University, university.id), json={"city": "Elsewhere"} | values
    )
    assert response.status_code == 422
    [problem] = response.json()["detail"]
    assert problem["loc"] == [path]
    assert said in problem["msg"]
    assert await University.select().order_by(University.id) == before
    assert await log() == []


@pytest.mark.parametrize("body", [b"", b"[1]", b"{", b'"x"', b"[" * 20_000, b"x" * 2_000_000])
async def test_what_is_no_row_is_refused(inside: httpx.AsyncClient, body: bytes) -> None:
    university = catalog.university()
    await save(university)
    response = await inside.patch(address(University, university.id), content=body)
    assert response.status_code == 422
    assert await log() == []


# What stays protected

PROTECTED: list[tuple[type[Table], str, object]] = [
    (User, "password_hash", identity.DEMO_HASH),
    (User, "email", "another@seedbed.example"),
    (User, "deleted_at", "2026-01-01T00:00:00Z"),
    (User, "last_login_at", "2026-01-01T00:00:00Z"),
    (Payment, "status", "COMPLETED"),
    (Payment, "amount", "1.00"),
    (Payment, "idempotency_key", "mine"),
    (Post, "published", True),
    (Post, "slug", "another"),
]


@pytest.mark.parametrize(
    ("table", "column", "value"), PROTECTED, ids=lambda v: getattr(v, "__name__", str(v)[:20])
)
async def test_what_the_domains_decide_cannot_be_set(
    inside: httpx.AsyncClient, table: type[Table], column: str, value: object
) -> None:
    user = identity.user()
    payment = payments.payment(user=user, status=PaymentStatus.PENDING)
    post = content.post(author=user, published=False, published_at=None)
    await save(user, payment, post)
    keys: dict[type[Table], uuid.UUID] = {User: user.id, Payment: payment.id, Post: post.id}
    key = keys[table]
    before = await table.select().where(table._meta.primary_key == key)
    response = await inside.patch(address(table, key), json={column: value})
    assert response.status_code == 422
    assert [problem["loc"] for problem in response.json()["detail"]] == [[column]]
    assert await table.select().where(table._meta.primary_key == key) == before
    assert await log() == []


ALL_TABLES: tuple[type[Table], ...] = (*TABLES, PaymentReport)
READ_ONLY = [table for table in ALL_TABLES if table not in RIGHTS]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_other_tables_are_only_read(
    inside: httpx.AsyncClient, database: SeedbedEngine, method: str
) -> None:
    await seed(database)
    count = await AuditLog.count()
    assert {"audit_logs", "payment_transactions", "refresh_tokens", "sessions", "events"} < {
        table._meta.tablename for table in READ_ONLY
    }
    for table in READ_ONLY:
        before = await table.select().order_by(table._meta.primary_key)
        key = before[0][table._meta.primary_key._meta.name] if before else uuid.uuid4()
        for where in (address(table), address(table, key)):
            assert (await inside.request(method, where, json={})).status_code == 405
        assert await table.select().order_by(table._meta.primary_key) == before
        assert (await inside.get(f"{address(table)}new/")).status_code == 405
    assert await AuditLog.count() == count


def test_no_secret_and_no_state_is_settable() -> None:
    for table, right in RIGHTS.items():
        for column in (*right.columns, *right.first):
            assert column._meta.table is table
            assert not column._meta.secret
            assert column._meta.name not in {"id", "deleted_at", "published", "created_at"}
            assert (column._meta.name == "status") <= (table is User)


@pytest.mark.parametrize("values", [{"role": "USER"}, {"status": "SUSPENDED"}])
async def test_nobody_takes_their_own_rights_away(
    inside: httpx.AsyncClient, values: dict[str, str]
) -> None:
    where = address(User, await me(inside))
    assert (await inside.patch(where, json=values)).status_code == 422
    assert (await inside.delete(where)).status_code == 422
    assert (await inside.get(address(User))).status_code == 200
    assert await log() == []


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
async def test_the_last_administrator_stays_whatever_happens_meanwhile(
    inside: httpx.AsyncClient,
    database: SeedbedEngine,
    monkeypatch: pytest.MonkeyPatch,
    method: str,
) -> None:
    other, locked = identity.user(role="ADMIN"), editor._locked
    await save(other)

    async def meanwhile(seen: Visit, user: AdminUser, *about: Any) -> Row:
        # The other one has just taken the rights away from whoever is logged in here.
        await database.fetch("update identity.users set role = 'USER' where id = $1", user.id)
        return await locked(seen, user, *about)

    monkeypatch.setattr(editor, "_locked", meanwhile)
    told = await inside.request(method, address(User, other.id), json={"role": "USER"})
    assert told.status_code == 422
    assert "this is the last administrator" in told.text
    (kept,) = await User.select(User.role, User.deleted_at).where(User.id == other.id)
    assert kept == {"role": "ADMIN", "deleted_at": None}


async def test_a_locked_row_holds_up_no_row_that_refers_to_it(committed: SeedbedEngine) -> None:
    user = identity.user(role="ADMIN")
    await save(user)
    outside, visit = contextvars.copy_context(), Visit(committed, Origin())
    admin = AdminUser(user.id, user.email, UserRole.ADMIN, None, None)
    async with asyncio.timeout(30), committed.transaction():
        await editor._locked(visit, admin, User, user.id)
        insert = """insert into operations.audit_logs ("user", action, resource_type, details)
          values ($1, 'post.create', 'Post', '{}') returning id"""
        inserting = committed.fetch(insert, user.id)
        assert await asyncio.get_running_loop().create_task(inserting, context=outside)
