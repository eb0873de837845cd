"""What the admin shows: every table, and never a secret."""

from datetime import UTC, datetime

import httpx
import pytest
from piccolo.table import Table

from app.admin.accounts import IDLE
from app.admin.lists import table_config
from app.database import SeedbedEngine
from app.tables import TABLES
from app.tables.identifiers import hash_token
from app.tables.identity import User
from app.tables.operations import RateLimit, SlowStatement
from app.tables.payments import PaymentReport
from app.tables.projects import Project
from seeds import identity, operations
from seeds.runner import seed
from seeds.upsert import save

ALL_TABLES: tuple[type[Table], ...] = (*TABLES, PaymentReport)


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
    late = [name for name in shown if name in {"deleted_at", "removed_by", "created_at"}]
    assert shown[len(shown) - len(late) :] == late
    assert not any(column._meta.secret for column in config.visible_columns or ())
    assert not any(column._meta.secret for column in config.visible_filters or ())


async def test_no_secret_is_in_any_answer(
    inside: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    await seed(database)
    [project] = await Project.objects().limit(1)
    now = datetime.now(UTC)
    limit = RateLimit(key="login:somebody", window_start=now, expires_at=now + IDLE)
    slow = SlowStatement(fingerprint="0" * 64, sql="select 1")
    await save(operations.event(project=project), limit, slow)
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
        f"users/?name={'x' * 201}",
        f"users/?name__match=starts&name={'x' * 201}",
        "users/?created_at=0001-01-01T00:00:00%2B14:00",
        "users/?created_at=0001-01-01T00:00:00",
        "users/?created_at__operator=lt&created_at=9999-12-31T23:59:59-14:00",
        "users/?name=a&name=b",
        "users/?id[]=01a05bfb-7000-73bb-b960-02855bb2cd24",
        "users/?__page=1&__page=2",
        "users/?__order=id&__order=name",
        "users/?name__operator=eq&name__operator=eq",
    ],
)
async def test_a_question_that_makes_no_sense_is_a_bad_request(
    inside: httpx.AsyncClient, question: str
) -> None:
    assert (await inside.get("/admin/api/tables/" + question)).status_code == 400


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
    visitor: httpx.AsyncClient, table: type[Table]
) -> None:
    for path in ("", "ids/", "schema/", "count/", "new/", "references/"):
        response = await visitor.get(f"/admin/api/tables/{table._meta.tablename}/{path}")
        assert (response.status_code, response.json()) == (401, {"error": "Auth failed"})
