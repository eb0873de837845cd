"""Who gets into the admin, and when they are out again."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from app.actions.identity.sessions import LOGINS_FROM_ADDRESS, LOGINS_OF_ACCOUNT
from app.admin import admin_app
from app.admin.accounts import IDLE, LONGEST
from app.context import ADMIN_TOKEN_PREFIX
from app.database import SeedbedEngine
from app.settings import load_settings
from app.tables.identifiers import hash_token
from app.tables.identity import Session, User, UserRole, UserStatus
from app.tables.operations import AuditLog, RateLimit
from seeds import identity
from seeds.upsert import save
from tests.web.visitors import LOGIN, administrator, log_in

USER = "/admin/api/user/"
USERS = "/admin/api/tables/users/"


# Getting in


async def test_an_administrator_logs_in(visitor: httpx.AsyncClient) -> None:
    user = await administrator(email="Ada@seedbed.example")
    begun = datetime.now(UTC)
    response = await log_in(visitor, "ada@SEEDBED.example")
    assert (response.status_code, response.json()) == (200, {"message": "logged in"})
    assert (await visitor.get(USER)).json() == {
        "username": "Ada@seedbed.example",
        "user_id": str(user.id),
    }
    row = await User.select(User.last_login_at).where(User.id == user.id).first()
    assert row is not None
    assert begun <= row["last_login_at"] <= datetime.now(UTC)


async def test_only_the_hash_of_a_session_is_stored(inside: httpx.AsyncClient) -> None:
    token = inside.cookies["id"]
    [row] = await Session.select()
    assert token.startswith(ADMIN_TOKEN_PREFIX)
    assert len(token) >= len(ADMIN_TOKEN_PREFIX) + 43  # 256 bits
    assert row["access_token_hash"] == hash_token(token)
    assert row["ip_address"].startswith("10.1.")
    assert row["user_agent"] == "a browser"
    assert abs(row["expires_at"] - datetime.now(UTC) - IDLE) < timedelta(minutes=1)


async def test_the_admins_token_does_not_open_the_api(
    inside: httpx.AsyncClient, client: httpx.AsyncClient
) -> None:
    token = inside.cookies["id"]
    response = await client.post(
        "/graphql",
        json={"query": "{ __typename }"},
        headers={"Authorization": f"Bearer {token}"},
    )
    assert response.status_code == 401
    assert response.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_the_session_cookie_is_for_the_admin_alone(visitor: httpx.AsyncClient) -> None:
    response = await log_in(visitor, (await administrator()).email)
    [cookie] = response.headers.get_list("set-cookie")
    attributes = cookie.lower().split("; ")
    assert "httponly" in attributes
    assert "samesite=lax" in attributes
    assert "path=/admin" in attributes
    assert "secure" not in attributes  # over plain http it would never come back


async def test_over_https_every_cookie_is_secure(database: SeedbedEngine) -> None:
    settings = load_settings({"SEEDBED_PUBLIC_URL": "https://seedbed.example"})
    app = Starlette(routes=[Mount("/admin", admin_app(database, settings))])
    user = await administrator()
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="https://seedbed.example") as client:
        page = await client.get("/admin/")
        headers = {"X-CSRFToken": client.cookies["csrftoken"]}
        body = {"username": user.email, "password": identity.DEMO_PASSWORD}
        foreign = await client.post(
            LOGIN, json=body, headers={**headers, "Origin": "https://elsewhere.example"}
        )
        login = await client.post(
            LOGIN, json=body, headers={**headers, "Origin": "https://seedbed.example"}
        )
    assert (foreign.status_code, login.status_code) == (403, 200)
    for response in (page, login):
        for cookie in response.headers.get_list("set-cookie"):
            assert "Secure" in cookie.split("; ")


REFUSED: dict[str, dict[str, object]] = {
    "staff of no university": {"role": UserRole.STAFF},
    "vendor": {"role": UserRole.VENDOR},
    "customer": {"role": UserRole.CUSTOMER},
    "user": {"role": UserRole.USER},
    "pending": {"status": UserStatus.PENDING},
    "suspended": {"status": UserStatus.SUSPENDED},
    "deleted": {"deleted_at": datetime(2026, 1, 1, tzinfo=UTC)},
    "without a password": {"password_hash": None},
}


@pytest.mark.parametrize("changes", REFUSED.values(), ids=REFUSED)
async def test_nobody_else_logs_in(visitor: httpx.AsyncClient, changes: dict[str, object]) -> None:
    user = await administrator(**changes)
    response = await log_in(visitor, user.email)
    assert (response.status_code, response.json()) == (401, {"detail": "Login failed"})
    assert "id" not in visitor.cookies
    assert await Session.count() == 0
    assert (await visitor.get(USER)).status_code == 401


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("ada@seedbed.example", "wrong"),
        ("ada@seedbed.example", "x" * 2_000),
        ("nobody@seedbed.example", identity.DEMO_PASSWORD),
        ("x" * 2_000, identity.DEMO_PASSWORD),
        ("ada@seedbed.example\0", identity.DEMO_PASSWORD),
        ("' or true --", identity.DEMO_PASSWORD),
        ("ada@seedbed.example", 5),
        ("ada@seedbed.example", ["x"]),
    ],
)
async def test_whatever_is_wrong_the_answer_is_the_same(
    visitor: httpx.AsyncClient, email: str, password: object
) -> None:
    await administrator(email="ada@seedbed.example")
    response = await log_in(visitor, email, password)
    assert (response.status_code, response.json()) == (401, {"detail": "Login failed"})
    assert await Session.count() == 0


@pytest.mark.parametrize(
    "body", [b"[1]", b'"x"', b"5", b"null", b"\xff\xfe{", b"[" * 10_000, b"x" * 20_000]
)
async def test_a_login_that_is_no_form_is_refused(visitor: httpx.AsyncClient, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    assert (await visitor.post(LOGIN, content=body, headers=headers)).status_code == 422


async def test_a_login_from_another_site_is_refused(visitor: httpx.AsyncClient) -> None:
    user = await administrator()
    del visitor.headers["X-CSRFToken"]
    assert (await log_in(visitor, user.email)).status_code == 403
    assert await Session.count() == 0


async def test_attempts_at_an_account_are_limited_over_all_processes(
    visitor: httpx.AsyncClient, engine: SeedbedEngine
) -> None:
    user = await administrator()
    for _ in range(LOGINS_OF_ACCOUNT.free):
        assert (await log_in(visitor, user.email, "wrong")).status_code == 401
    # As if there had been more: a test has the one clock of its transaction, and would wait.
    more = "update operations.rate_limits set attempts = attempts + 10 where key like $1"
    await engine.fetch(more, "login-account:%")
    another = admin_app(engine, load_settings({}))  # as another process has it
    transport = httpx.ASGITransport(Starlette(routes=[Mount("/admin", another)]))
    async with httpx.AsyncClient(
        transport=transport,
        base_url="http://localhost",
        headers=visitor.headers,
        cookies=visitor.cookies,
    ) as elsewhere:
        responses = [await log_in(elsewhere, user.email) for _ in range(2)]
    assert [response.status_code for response in responses] == [429, 429]
    assert int(responses[0].headers["retry-after"]) >= 1
    assert "too many attempts" in responses[0].json()["detail"]
    past = "update operations.rate_limits set updated_at = updated_at - interval '1 hour'"
    await engine.fetch("set local session_replication_role = replica")  # no trigger sets it back
    await engine.fetch(past)
    assert (await log_in(visitor, user.email)).status_code == 200
    assert await RateLimit.count().where(RateLimit.key.like("login-account:%")) == 0


async def test_attempts_from_an_address_are_limited_whoever_is_tried(
    visitor: httpx.AsyncClient, engine: SeedbedEngine
) -> None:
    for n in range(3):
        assert (await log_in(visitor, f"nobody-{n}@seedbed.example", "wrong")).status_code == 401
    [row] = await RateLimit.select().where(RateLimit.key.like("login-address:10.1.%"))
    assert row["attempts"] == 3
    await engine.fetch(
        "update operations.rate_limits set attempts = $1 where key like 'login-address:%'",
        LOGINS_FROM_ADDRESS.free + 10,
    )
    user = await administrator()
    assert (await log_in(visitor, user.email)).status_code == 429


async def test_logging_in_and_out_is_audited(inside: httpx.AsyncClient) -> None:
    await inside.post("/admin/public/logout/")
    [session] = await Session.select(Session.id, Session.user)
    rows = await AuditLog.select().order_by(AuditLog.id)
    assert [(row["action"], row["user"], row["resource_id"]) for row in rows] == [
        ("admin.log_in", session["user"], str(session["id"])),
        ("admin.log_out", session["user"], str(session["id"])),
    ]
    assert {row["user_agent"] for row in rows} == {"a browser"}
    assert not [row for row in rows if inside.headers["X-CSRFToken"] in str(row)]


# Being out again

ENDINGS: dict[str, Callable[[], Awaitable[object]]] = {
    "revoked": lambda: Session.update({Session.revoked_at: datetime.now(UTC)}, force=True),
    "expired": lambda: Session.update({Session.expires_at: datetime.now(UTC)}, force=True),
    "user suspended": lambda: User.update({User.status: UserStatus.SUSPENDED}, force=True),
    "user deleted": lambda: User.update({User.deleted_at: datetime.now(UTC)}, force=True),
    "no administrator any more": lambda: User.update({User.role: UserRole.STAFF}, force=True),
}


@pytest.mark.parametrize("end", ENDINGS.values(), ids=ENDINGS)
async def test_a_session_ends_at_once(
    inside: httpx.AsyncClient, end: Callable[[], Awaitable[object]]
) -> None:
    assert (await inside.get(USERS)).status_code == 200
    await end()
    response = await inside.get(USERS)
    assert (response.status_code, response.json()) == (401, {"error": "Auth failed"})


async def test_logging_out_ends_the_session(inside: httpx.AsyncClient) -> None:
    token = inside.cookies["id"]
    assert (await inside.post("/admin/public/logout/")).status_code == 200
    assert "id" not in inside.cookies
    inside.cookies.set("id", token)
    assert (await inside.get(USER)).status_code == 401
    [row] = await Session.select(Session.revoked_at)
    assert row["revoked_at"] is not None


async def test_an_access_token_of_the_api_does_not_open_the_admin(
    visitor: httpx.AsyncClient,
) -> None:
    user = await administrator()
    await save(
        identity.session(
            user=user,
            access_token_hash=hash_token("of the API"),
            expires_at=datetime.now(UTC) + IDLE,
        )
    )
    visitor.cookies.set("id", "of the API")
    assert (await visitor.get(USER)).status_code == 401


async def test_a_session_in_use_is_prolonged(inside: httpx.AsyncClient) -> None:
    soon = datetime.now(UTC) + timedelta(minutes=5)
    await Session.update({Session.expires_at: soon}, force=True)
    assert (await inside.get(USER)).status_code == 200
    [row] = await Session.select(Session.expires_at)
    assert row["expires_at"] > soon + timedelta(minutes=30)


async def test_no_session_is_prolonged_for_ever(inside: httpx.AsyncClient) -> None:
    soon = datetime.now(UTC) + timedelta(minutes=5)
    begun = soon - LONGEST
    await Session.update({Session.expires_at: soon, Session.created_at: begun}, force=True)
    assert (await inside.get(USER)).status_code == 200
    [row] = await Session.select(Session.expires_at)
    assert row["expires_at"] == soon
