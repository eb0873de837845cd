"""The configuration through the API: administrators read it and change it, in its types."""

import json
from typing import Any

import httpx
import pytest

from app.database import SeedbedEngine
from app.tables import AuditLog, SystemConfig, User
from seeds import identity
from seeds.operations import system_config
from seeds.upsert import save
from tests.graphql import ask, code_of, refuse, sign_in

SET = """mutation($key: String!, $value: JSON!) { setSystemConfig(key: $key, value: $value) {
  systemConfig { key value isSet } errors { code path message } } }"""
RESET = """mutation($key: String!) { resetSystemConfig(key: $key) {
  systemConfig { key value isSet } errors { code path message } } }"""
READ = "query($key: String!) { systemConfig(key: $key) { value isSet } }"
OPEN = "registration.open"
REGISTER = """mutation { register(input: {email: "new@example.org", name: "New"}) {
  errors { code } } }"""


@pytest.fixture
async def admin(database: SeedbedEngine) -> User:
    """An administrator."""
    assert database
    made = identity.user(role="ADMIN")
    await save(made)
    return made


async def stored() -> list[dict[str, Any]]:
    """The rows of the table."""
    rows = await SystemConfig.select(
        SystemConfig.key, SystemConfig.value, SystemConfig.updated_by
    ).order_by(SystemConfig.key)
    return [{**row, "value": json.loads(row["value"])} for row in rows]


async def test_every_setting_with_its_type_and_default(
    client: httpx.AsyncClient, admin: User
) -> None:
    await save(system_config(key="audit.retention_days", value=400))
    document = "{ systemConfigs { key type value default description isSet } }"
    found = (await ask(client, document, token=await sign_in(admin)))["systemConfigs"]
    assert [each.pop("description").endswith(".") for each in found] == [True] * 5
    assert found == [
        {"key": "audit.retention_days", "type": "INTEGER", "value": 400, "default": 730,
         "isSet": True},
        {"key": "events.retention_days", "type": "INTEGER", "value": 30, "default": 30,
         "isSet": False},
        {"key": "projects.agent_timeout_seconds", "type": "INTEGER", "value": 120, "default": 120,
         "isSet": False},
        {"key": OPEN, "type": "BOOLEAN", "value": True, "default": True, "isSet": False},
        {"key": "retention.daily", "type": "BOOLEAN", "value": True, "default": True,
         "isSet": False},
    ]  # fmt: skip


async def test_a_setting_is_set_followed_and_reset(client: httpx.AsyncClient, admin: User) -> None:
    token = await sign_in(admin)
    closed = {"key": OPEN, "value": False, "isSet": True}
    for _ in range(2):
        told = (await ask(client, SET, {"key": OPEN, "value": False}, token))["setSystemConfig"]
        assert told == {"systemConfig": closed, "errors": []}
    assert await ask(client, READ, {"key": OPEN}, token) == {
        "systemConfig": {"value": False, "isSet": True}
    }
    assert await stored() == [{"key": OPEN, "value": False, "updated_by": admin.id}]
    assert code_of(await refuse(client, REGISTER)) == "FORBIDDEN"
    told = (await ask(client, RESET, {"key": OPEN}, token))["resetSystemConfig"]
    assert told == {"systemConfig": {"key": OPEN, "value": True, "isSet": False}, "errors": []}
    assert await stored() == []
    assert (await ask(client, REGISTER))["register"] == {"errors": []}
    again = (await ask(client, RESET, {"key": OPEN}, token))["resetSystemConfig"]
    assert [(e["code"], e["path"]) for e in again["errors"]] == [("ILLEGAL_STEP", ["key"])]
    rows = await AuditLog.select().order_by(AuditLog.id)
    said = [(row["action"], row["resource_id"]) for row in rows if row["user"] == admin.id]
    assert said == [("config.set", OPEN), ("config.reset", OPEN)]
    assert json.loads(rows[0]["details"])["changes"]["value"] == [None, False]


@pytest.mark.parametrize(
    ("key", "value", "code", "path"),
    [
        ("no.such", 1, "NOT_FOUND", "key"),
        (OPEN, 1, "INVALID", "value"),
        (OPEN, "true", "INVALID", "value"),
        (OPEN, {"a": [1]}, "INVALID", "value"),
        ("audit.retention_days", 0, "INVALID", "value"),
        ("audit.retention_days", True, "INVALID", "value"),
        ("audit.retention_days", 1.5, "INVALID", "value"),
        ("audit.retention_days", 10**30, "INVALID", "value"),
    ],
)
async def test_a_setting_that_is_unknown_or_a_value_of_another_type(
    client: httpx.AsyncClient, admin: User, key: str, value: object, code: str, path: str
) -> None:
    token = await sign_in(admin)
    told = (await ask(client, SET, {"key": key, "value": value}, token))["setSystemConfig"]
    assert told["systemConfig"] is None
    assert [(e["code"], e["path"]) for e in told["errors"]] == [(code, [path])]
    assert await stored() == []
    assert await AuditLog.count() == 0
    assert (await ask(client, READ, {"key": "no.such"}, token)) == {"systemConfig": None}


@pytest.mark.parametrize("role", [None, "USER", "STAFF"])
async def test_only_administrators_read_and_change_settings(
    client: httpx.AsyncClient, database: SeedbedEngine, role: str | None
) -> None:
    user = identity.user(role=role or "USER")
    await save(user, system_config(key=OPEN, value=True))
    token = await sign_in(user) if role else None
    before = await stored()
    for document, variables in (
        ("{ systemConfigs { key } }", {}),
        (READ, {"key": OPEN}),
        (SET, {"key": OPEN, "value": False}),
        (RESET, {"key": OPEN}),
    ):
        said = code_of(await refuse(client, document, variables, token))
        assert said == ("FORBIDDEN" if role else "UNAUTHENTICATED")
    assert await stored() == before
    assert await AuditLog.count() == 0
