"""The admin: who gets in and when they are out again, what is shown, and that no secret ever is."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from itertools import count

import httpx
import pytest
from piccolo.table import Table
from piccolo_api.rate_limiting import middleware as rate_limiting
from starlette.applications import Starlette
from starlette.routing import Mount

from app.admin import admin_app
from app.admin.accounts import IDLE, LONGEST, TOKEN_PREFIX
from app.admin.lists import table_config
from app.database import SeedbedEngine
from app.settings import load_settings
from app.tables import TABLES
from app.tables.identifiers import hash_token
from app.tables.identity import Session, User, UserRole, UserStatus
from app.tables.operations import RateLimit
from app.tables.payments import PaymentReport
from app.tables.projects import Project
from seeds import identity, operations
from seeds.runner import seed
from seeds.upsert import save

ALL_TABLES: tuple[type[Table], ...] = (*TABLES, PaymentReport)
LOGIN = "/admin/public/login/"
USER = "/admin/api/user/"
USERS = "/admin/api/tables/users/"

_addresses = count(1)


@pytest.fixture(scope="session")
def admin() -> Starlette:
    """The admin alone, where it is mounted."""
    return Starlette(routes=[Mount("/admin", admin_app(load_settings({})))])


@pytest.fixture
async def browser(admin: Starlette, database: SeedbedEngine) -> AsyncIterator[httpx.AsyncClient]:
    """A visitor with the admin's CSRF cookie, from an address of its own: logins are limited."""
    number = next(_addresses)
    transport = httpx.ASGITransport(admin, client=(f"10.1.{number // 250}.{number % 250}", 1234))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        await client.get("/admin/")
        client.headers["X-CSRFToken"] = client.cookies["csrftoken"]
        client.headers["User-Agent"] = "a browser"
        yield client


async def administrator(**changes: object) -> User:
    """An administrator with the demo password, in the database."""
    defaults = {"role": UserRole.ADMIN, "password_hash": identity.DEMO_HASH}
    user = identity.user(**{**defaults, **changes})
    await save(user)
    return user


async def log_in(
    browser: httpx.AsyncClient, email: str, password: object = identity.DEMO_PASSWORD
) -> httpx.Response:
    """What the login form sends."""
    return await browser.post(LOGIN, json={"username": email, "password": password})


@pytest.fixture
async def inside(browser: httpx.AsyncClient) -> httpx.AsyncClient:
    """The same visitor, logged in as an administrator."""
    assert (await log_in(browser, (await administrator()).email)).status_code == 200
    return browser


# Getting in


async def test_an_administrator_logs_in(browser: httpx.AsyncClient) -> None:
    user = await administrator(email="Ada@seedbed.example")
    begun = datetime.now(UTC)
    response = await log_in(browser, "ada@SEEDBED.example")
    assert (response.status_code, response.json()) == (200, {"message": "logged in"})
    assert (await browser.get(USER)).json() == {
        "username": "Ada@seedbed.example",
        "user_id": str(user.id),
    }
    row = await User.select(User.last_login_at).where(User.id == user.id).first()
    assert row is not None
    assert begun <= row["last_login_at"] <= datetime.now(UTC)


async def test_only_the_hash_of_a_session_is_stored(inside: httpx.AsyncClient) -> None:
    token = inside.cookies["id"]
    [row] = await Session.select()
    assert token.startswith(TOKEN_PREFIX)
    assert len(token) >= len(TOKEN_PREFIX) + 43  # 256 bits
    assert row["access_token_hash"] == hash_token(token)
    assert row["ip_address"].startswith("10.1.")
    assert row["user_agent"] == "a browser"
    assert abs(row["expires_at"] - datetime.now(UTC) - IDLE) < timedelta(minutes=1)


async def test_the_session_cookie_is_for_the_admin_alone(browser: httpx.AsyncClient) -> None:
    response = await log_in(browser, (await administrator()).email)
    [cookie] = response.headers.get_list("set-cookie")
    attributes = cookie.lower().split("; ")
    assert "httponly" in attributes
    assert "samesite=lax" in attributes
    assert "path=/admin" in attributes
    assert "secure" not in attributes  # over plain http it would never come back


async def test_over_https_every_cookie_is_secure(database: SeedbedEngine) -> None:
    settings = load_settings({"SEEDBED_PUBLIC_URL": "https://seedbed.example"})
    app = Starlette(routes=[Mount("/admin", admin_app(settings))])
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
    "staff": {"role": UserRole.STAFF},
    "vendor": {"role": UserRole.VENDOR},
    "customer": {"role": UserRole.CUSTOMER},
    "user": {"role": UserRole.USER},
    "pending": {"status": UserStatus.PENDING},
    "suspended": {"status": UserStatus.SUSPENDED},
    "deleted": {"deleted_at": datetime(2026, 1, 1, tzinfo=UTC)},
    "without a password": {"password_hash": None},
}


@pytest.mark.parametrize("changes", REFUSED.values(), ids=REFUSED)
async def test_nobody_else_logs_in(browser: httpx.AsyncClient, changes: dict[str, object]) -> None:
    user = await administrator(**changes)
    response = await log_in(browser, user.email)
    assert (response.status_code, response.json()) == (401, {"detail": "Login failed"})
    assert "id" not in browser.cookies
    assert await Session.count() == 0
    assert (await browser.get(USER)).status_code == 401


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
    browser: httpx.AsyncClient, email: str, password: object
) -> None:
    await administrator(email="ada@seedbed.example")
    response = await log_in(browser, email, password)
    assert (response.status_code, response.json()) == (401, {"detail": "Login failed"})
    assert await Session.count() == 0


@pytest.mark.parametrize(
    "body", [b"[1]", b'"x"', b"5", b"null", b"\xff\xfe{", b"[" * 10_000, b"x" * 20_000]
)
async def test_a_login_that_is_no_form_is_refused(browser: httpx.AsyncClient, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    assert (await browser.post(LOGIN, content=body, headers=headers)).status_code == 422


async def test_a_login_from_another_site_is_refused(browser: httpx.AsyncClient) -> None:
    user = await administrator()
    del browser.headers["X-CSRFToken"]
    assert (await log_in(browser, user.email)).status_code == 403
    assert await Session.count() == 0


async def test_an_address_that_guesses_is_blocked_for_a_while(
    browser: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = await administrator()
    for _ in range(20):
        await log_in(browser, "nobody@seedbed.example", None)
    assert (await log_in(browser, user.email)).status_code == 429
    later = time.time() + 301
    monkeypatch.setattr(rate_limiting, "time", lambda: later)
    assert (await log_in(browser, user.email)).status_code == 200


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
    browser: httpx.AsyncClient,
) -> None:
    user = await administrator()
    await save(
        identity.session(
            user=user,
            access_token_hash=hash_token("of the API"),
            expires_at=datetime.now(UTC) + IDLE,
        )
    )
    browser.cookies.set("id", "of the API")
    assert (await browser.get(USER)).status_code == 401


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


# What is shown


async def test_every_table_is_listed_under_its_domain(inside: httpx.AsyncClient) -> None:
    listed = (await inside.get("/admin/api/tables/grouped/")).json()
    assert listed["ungrouped"] == []
    expected: dict[str, list[str]] = {}
    for table in ALL_TABLES:
        domain = (table._meta.schema or "").capitalize()
        expected.setdefault(domain, []).append(table._meta.tablename)
    assert {k: sorted(v) for k, v in listed["grouped"].items()} == {
        k: sorted(v) for k, v in expected.items()
    }


@pytest.mark.parametrize("table", ALL_TABLES, ids=lambda table: table._meta.tablename)
def test_a_list_can_be_shown(table: type[Table]) -> None:
    config = table_config(table)
    shown = [column._meta.name for column in config.visible_columns or ()]
    key, link = table._meta.primary_key._meta.name, config.get_link_column()._meta.name
    assert link == shown[0]
    # With both, Piccolo Admin shows an empty page.
    assert link == key or key not in shown
    assert not any(column._meta.secret for column in config.visible_columns or ())
    assert not any(column._meta.secret for column in config.visible_filters or ())


async def test_no_secret_is_in_any_answer(
    inside: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    await seed(database)
    [project] = await Project.objects().limit(1)
    now = datetime.now(UTC)
    limit = RateLimit(key="login:somebody", window_start=now, expires_at=now + IDLE)
    await save(operations.event(project=project), limit)
    secrets: set[str] = set()
    for table in TABLES:
        for column in (c for c in table._meta.columns if c._meta.secret):
            rows = await table.select(column)
            secrets |= {value for row in rows if (value := row[column._meta.name])}
    assert len(secrets) > 5
    assert hash_token(inside.cookies["id"]) in secrets
    for table in ALL_TABLES:
        base = f"/admin/api/tables/{table._meta.tablename}/"
        rows = (await inside.get(base, params={"__page_size": 1000, "__readable": "true"})).json()
        assert rows["rows"], f"{base} shows no row: this test would prove nothing"
        key = rows["rows"][0][table._meta.primary_key._meta.name]
        for path in (
            "?__page_size=1000&__readable=true",
            f"{key}/?__readable=true",
            "ids/?limit=1000",
            "schema/",
            "references/",
            "count/",
        ):
            response = await inside.get(base + path)
            assert response.status_code == 200, base + path
            assert not [secret for secret in secrets if secret in response.text], base + path
            assert response.headers["cache-control"] == "no-store"


SECRETS = [
    (table._meta.tablename, column._meta.name)
    for table in TABLES
    for column in table._meta.columns
    if column._meta.secret
]


@pytest.mark.parametrize(("table", "column"), SECRETS)
@pytest.mark.parametrize(
    "question",
    [
        "?{}=a",
        "?{}__match=starts&{}=a",
        "?{}__operator=is_null",
        "?{}[]=a",
        "?__order={}",
        "?__order=id,-{}",
        "?__visible_fields=id,{}",
        "count/?{}=a",
        "count/?{}__operator=not_null",
    ],
)
async def test_nothing_is_learnt_about_a_secret(
    inside: httpx.AsyncClient, table: str, column: str, question: str
) -> None:
    response = await inside.get(f"/admin/api/tables/{table}/" + question.replace("{}", column))
    assert response.status_code == 400


@pytest.mark.parametrize(
    "question",
    [
        "users/?__page=0",
        "users/?__page=99999999999999999999",
        "users/?__page_size=100000",
        "users/?__order=nothing",
        "users/?__visible_fields=organization.name",
        "users/?nothing=1",
        "users/?email=%00",
        "users/%00/",
        "users/nothing/",
        "users/ids/?limit=-1",
        "users/ids/?offset=-1",
        "events/?attempts=9999999999",
        "events/?sequence=99999999999999999999",
        "events/?data=nothing",
        "payments/?amount=1e400",
        "payments/?amount=123456789012",
        "users/?created_at__operator=nothing",
    ],
)
async def test_a_question_that_makes_no_sense_is_a_bad_request(
    inside: httpx.AsyncClient, question: str
) -> None:
    assert (await inside.get("/admin/api/tables/" + question)).status_code == 400


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_nothing_can_be_changed(inside: httpx.AsyncClient, method: str) -> None:
    before = await User.select()
    for table in ALL_TABLES:
        base = f"/admin/api/tables/{table._meta.tablename}/"
        for path in (base, f"{base}{before[0]['id']}/"):
            assert (await inside.request(method, path, json={})).status_code == 405
        assert (await inside.get(f"{base}new/")).status_code == 405
    assert await User.select() == before


async def test_a_password_cannot_be_changed_here(inside: httpx.AsyncClient) -> None:
    body = {
        "current_password": identity.DEMO_PASSWORD,
        "new_password": "another-password",
        "confirm_new_password": "another-password",
    }
    assert (await inside.post("/admin/api/change-password/", json=body)).status_code == 405
    assert await User.count().where(User.password_hash == identity.DEMO_HASH) == 1


@pytest.mark.parametrize(
    "path",
    ["api/docs/", "public/docs/", "openapi.json", "api/openapi.json", "public/openapi.json"],
)
async def test_documents_that_load_from_elsewhere_are_not_served(
    inside: httpx.AsyncClient, path: str
) -> None:
    assert (await inside.get(f"/admin/{path}")).status_code == 404


@pytest.mark.parametrize("table", ALL_TABLES, ids=lambda table: table._meta.tablename)
async def test_without_a_session_nothing_is_shown(
    browser: httpx.AsyncClient, table: type[Table]
) -> None:
    for path in ("", "ids/", "schema/", "count/", "new/", "references/"):
        response = await browser.get(f"/admin/api/tables/{table._meta.tablename}/{path}")
        assert (response.status_code, response.json()) == (401, {"error": "Auth failed"})
