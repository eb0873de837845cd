"""Logging in with a password, and staying logged in with refresh tokens."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import AsyncMock

import httpx
import pytest
from argon2 import PasswordHasher, extract_parameters

from app.actions.identity import accounts, hash_password
from app.database import SeedbedEngine, count_statements
from app.tables import AuditLog, Device, RefreshToken, Session, User
from app.tables.identifiers import hash_token
from seeds.identity import DEMO_PASSWORD
from tests.graphql import ask, code_of, refuse, send, sign_in
from tests.people import (
    LOG_IN,
    REFRESH,
    VIEWER,
    actions,
    is_refused,
    log_in,
    person,
    refused_to_refresh,
)


async def test_a_password_opens_a_session(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    user = await person(email="Ann@seedbed.example", name="Ann")
    values = {"email": " aNN@seedbed.example ", "password": DEMO_PASSWORD}
    payload = (await ask(client, LOG_IN, {"input": values}))["logIn"]
    assert payload["user"] == {"name": "Ann", "email": "Ann@seedbed.example"}
    assert payload["session"]["ipAddress"] == "127.0.0.1"
    assert await ask(client, VIEWER, token=payload["accessToken"]) == {
        "viewer": {"email": "Ann@seedbed.example"}
    }
    (session,) = await Session.select().where(Session.user == user["id"])
    assert session["access_token_hash"] == hash_token(payload["accessToken"])
    lasts = session["expires_at"] - session["created_at"]
    assert timedelta(minutes=14) < lasts < timedelta(minutes=16)
    (row,) = await User.select(User.last_login_at).where(User.id == user["id"])
    assert row["last_login_at"] is not None
    assert await actions() == ["session.open"]


async def test_no_token_is_stored_or_logged(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    payload = await log_in(client, await person())
    everything = ""
    for table in ("identity.sessions", "identity.refresh_tokens", "operations.audit_logs"):
        rows = await database.fetch(f"select t::text from {table} t")
        everything += "".join(row["t"] for row in rows)
    for token in (payload["accessToken"], payload["refreshToken"]):
        assert token not in everything
    audit = await database.fetch("select details::text from operations.audit_logs")
    assert hash_token(payload["accessToken"]) not in audit[0]["details"]


@pytest.mark.parametrize(
    "differences",
    [
        {"status": "SUSPENDED"},
        {"status": "PENDING"},
        {"deleted_at": datetime(2026, 1, 1, tzinfo=UTC)},
        {"password_hash": None},
    ],
    ids=["suspended", "pending", "deleted", "without a password"],
)
async def test_who_may_not_log_in_is_told_what_strangers_are_told(
    client: httpx.AsyncClient, database: SeedbedEngine, differences: dict[str, Any]
) -> None:
    user = await person(**differences)
    answers = []
    for email in (user.email, "nobody@seedbed.example"):
        values = {"email": email, "password": DEMO_PASSWORD}
        with count_statements() as statements:
            response = await send(client, LOG_IN, {"input": values})
        answers.append((response.content, response.status_code, statements.count))
    assert answers[0] == answers[1]
    assert b"WRONG_CREDENTIALS" in answers[0][0]
    assert await Session.count() == 0
    assert await actions() == []


async def test_a_wrong_password_is_told_what_strangers_are_told(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    user = await person()
    wrong = await send(client, LOG_IN, {"input": {"email": user.email, "password": "x"}})
    nobody = await send(client, LOG_IN, {"input": {"email": "n@seedbed.example", "password": "x"}})
    assert wrong.content == nobody.content
    assert wrong.json()["data"]["logIn"]["errors"] == [
        {
            "code": "WRONG_CREDENTIALS",
            "message": "the email or the password is wrong",
            "path": ["input"],
        }
    ]


@pytest.mark.parametrize(
    ("password", "differences"),
    [
        (DEMO_PASSWORD, {}),
        ("wrong", {}),
        ("wrong", None),
        (DEMO_PASSWORD, {"status": "SUSPENDED"}),
        (DEMO_PASSWORD, {"deleted_at": datetime(2026, 1, 1, tzinfo=UTC)}),
        (DEMO_PASSWORD, {"password_hash": None}),
    ],
    ids=["right", "wrong", "nobody", "suspended", "deleted", "without a password"],
)
async def test_a_login_costs_one_verification_whoever_there_is(
    client: httpx.AsyncClient,
    database: SeedbedEngine,
    monkeypatch: pytest.MonkeyPatch,
    password: str,
    differences: dict[str, Any] | None,
) -> None:
    """All of the same cost: with the parameters of new hashes."""
    verified: list[str] = []
    verify = PasswordHasher.verify

    def count(self: PasswordHasher, hashed: str, given: str) -> bool:
        verified.append(hashed)
        return verify(self, hashed, given)

    monkeypatch.setattr(PasswordHasher, "verify", count)
    email = "nobody@seedbed.example"
    if differences is not None:
        email = (await person(**differences)).email
    await ask(client, LOG_IN, {"input": {"email": email, "password": password}})
    (hashed,) = verified
    assert extract_parameters(hashed) == extract_parameters(await hash_password("a new password"))


async def test_a_hash_of_other_parameters_is_renewed_by_the_right_password_alone(
    client: httpx.AsyncClient, database: SeedbedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(DEMO_PASSWORD)
    user = await person(password_hash=old)

    async def stored() -> str:
        (row,) = await User.select(User.password_hash).where(User.id == user["id"])
        return str(row["password_hash"])

    await send(client, LOG_IN, {"input": {"email": user.email, "password": "wrong"}})
    assert await stored() == old
    await log_in(client, user)
    renewed = await stored()
    assert extract_parameters(renewed) == extract_parameters(await hash_password("any password"))
    await log_in(client, user)
    assert await stored() == renewed
    assert await actions() == ["session.open"] * 2
    # Another login that began before the hash was renewed, and comes to the user's row after it.
    before = {**(await accounts.by_key(database, user["id"]) or {}), "password_hash": old}
    monkeypatch.setattr(accounts, "by_email", AsyncMock(return_value=before))
    await log_in(client, user)
    assert await stored() == renewed
    (audit,) = await database.fetch(
        "select count(*) as hashes from operations.audit_logs where details::text like '%argon2%'"
    )
    assert audit["hashes"] == 0


async def test_an_account_that_goes_while_its_password_changes_is_told_so(
    client: httpx.AsyncClient, database: SeedbedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = await sign_in(await person())
    # Deleted after the access token was looked at.
    monkeypatch.setattr(accounts, "by_key", AsyncMock(return_value=None))
    document = """mutation { changePassword(input: {
      currentPassword: "an old one", newPassword: "another one" }) { errors { code } } }"""
    errors = await refuse(client, document, token=token)
    assert code_of(errors) == "UNAUTHENTICATED"
    assert "no longer there" in errors[0]["message"]


async def test_a_device_is_known_again(client: httpx.AsyncClient, database: SeedbedEngine) -> None:
    user = await person()
    await log_in(client, user, deviceId="d1", deviceName="Old name")
    await log_in(client, user, deviceId="d1", deviceName="Laptop", deviceType="desktop")
    await log_in(client, user, deviceId="d2")
    rows = await Device.select().where(Device.user == user["id"]).order_by(Device.id)
    assert [(row["device_id"], row["device_name"], row["device_type"]) for row in rows] == [
        ("d1", "Laptop", "desktop"),
        ("d2", None, None),
    ]
    sessions = await Session.select(Session.device).order_by(Session.id)
    assert [row["device"] for row in sessions] == [rows[0]["id"], rows[0]["id"], rows[1]["id"]]


HOSTILE: dict[str, tuple[dict[str, Any], str]] = {
    "a header": ({"email": "a@b.c\r\nBcc: x@y.z"}, "INVALID"),
    "a second address": ({"email": "a@b.c,x"}, "INVALID"),
    "no address": ({"email": ""}, "INVALID"),
    "an endless address": ({"email": "a" * 300 + "@b.c"}, "TOO_LONG"),
    "a NUL": ({"email": "a\x00@b.c"}, "INVALID"),
    "an endless password": ({"password": "x" * 2_000}, "TOO_LONG"),
    "an endless device": ({"device": {"deviceId": "d" * 201}}, "TOO_LONG"),
    "a blank device": ({"device": {"deviceId": " "}}, "REQUIRED"),
    "a line break in a device": ({"device": {"deviceId": "d", "deviceName": "a\nb"}}, "INVALID"),
    "a NUL in a device": ({"device": {"deviceId": "d\x00"}}, "INVALID"),
}


@pytest.mark.parametrize("case", HOSTILE)
async def test_hostile_input_is_a_problem_before_anything_is_counted(
    client: httpx.AsyncClient, database: SeedbedEngine, case: str
) -> None:
    values, code = HOSTILE[case]
    values = {"email": "a@seedbed.example", "password": DEMO_PASSWORD, **values}
    with count_statements() as statements:
        payload = (await ask(client, LOG_IN, {"input": values}))["logIn"]
    assert [error["code"] for error in payload["errors"]] == [code]
    assert payload["errors"][0]["path"][0] == "input"
    assert payload["accessToken"] is None
    assert statements.count == 0


async def test_refreshing_gives_new_tokens_and_ends_the_old_ones(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    user = await person()
    first = await log_in(client, user, deviceId="d1")
    second = (await ask(client, REFRESH, {"token": first["refreshToken"]}))["refresh"]
    assert second["errors"] == []
    assert second["user"] == {"email": user.email}
    assert second["refreshToken"] != first["refreshToken"]
    assert await is_refused(client, first["accessToken"])
    assert not await is_refused(client, second["accessToken"])
    third = (await ask(client, REFRESH, {"token": second["refreshToken"]}))["refresh"]
    assert not await is_refused(client, third["accessToken"])
    assert await Session.count() == 1
    assert await actions() == ["session.open", "session.refresh", "session.refresh"]
    used = await RefreshToken.select().order_by(RefreshToken.id)
    assert [row["replaced_by"] for row in used] == [used[1]["id"], used[2]["id"], None]


async def test_a_refresh_token_used_twice_ends_the_session(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    user = await person()
    first = await log_in(client, user)
    other = await log_in(client, user)
    second = (await ask(client, REFRESH, {"token": first["refreshToken"]}))["refresh"]
    await refused_to_refresh(client, first["refreshToken"])
    assert await is_refused(client, second["accessToken"])
    await refused_to_refresh(client, second["refreshToken"])
    assert not await is_refused(client, other["accessToken"]), "another session ended as well"
    # Once is enough: what comes after finds the session ended.
    await refused_to_refresh(client, first["refreshToken"])
    assert (await actions())[2:] == ["session.refresh", "session.token_reused"]
    (row,) = await AuditLog.select().where(AuditLog.action == "session.token_reused")
    assert (row["user"], row["resource_type"]) == (user["id"], "Session")


async def test_a_token_of_long_ago_ends_the_session_as_well(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    tokens = [(await log_in(client, await person()))["refreshToken"]]
    for _ in range(3):
        payload = (await ask(client, REFRESH, {"token": tokens[-1]}))["refresh"]
        tokens.append(payload["refreshToken"])
    await refused_to_refresh(client, tokens[0])
    for token in tokens:
        await refused_to_refresh(client, token)
    assert await is_refused(client, payload["accessToken"])
    assert await RefreshToken.count() == 4
    assert (await actions()).count("session.token_reused") == 1


async def test_the_end_of_a_stolen_session_is_committed_although_the_answer_is_an_error(
    client: httpx.AsyncClient, committed: SeedbedEngine
) -> None:
    user = await person()
    first = await log_in(client, user)
    await ask(client, REFRESH, {"token": first["refreshToken"]})
    await refused_to_refresh(client, first["refreshToken"])
    assert await Session.count().where(Session.revoked_at.is_null()) == 0
    assert await RefreshToken.count().where(RefreshToken.revoked_at.is_null()) == 0
    assert (await actions())[-1] == "session.token_reused"


async def test_of_two_refreshes_at_once_the_second_is_a_theft(
    client: httpx.AsyncClient, committed: SeedbedEngine
) -> None:
    first = await log_in(client, await person())
    variables = {"token": first["refreshToken"]}
    both = await asyncio.gather(*(ask(client, REFRESH, variables) for _ in range(2)))
    won = [each["refresh"] for each in both if not each["refresh"]["errors"]]
    assert len(won) == 1
    assert await is_refused(client, won[0]["accessToken"])
    assert await Session.count().where(Session.revoked_at.is_null()) == 0
    assert sorted(await actions()) == ["session.open", "session.refresh", "session.token_reused"]


@pytest.mark.parametrize(
    "change",
    [
        "update identity.refresh_tokens set expires_at = now() - interval '1 second'",
        "update identity.sessions set revoked_at = now()",
        "update identity.users set status = 'SUSPENDED'",
        "update identity.users set status = 'PENDING'",
        "update identity.users set deleted_at = now()",
    ],
)
async def test_a_refresh_token_ends_with_time_session_or_user(
    client: httpx.AsyncClient, database: SeedbedEngine, change: str
) -> None:
    first = await log_in(client, await person())
    await database.fetch(change)
    await refused_to_refresh(client, first["refreshToken"])
    assert await RefreshToken.count() == 1
    assert await actions() == ["session.open"]


@pytest.mark.parametrize(
    "change",
    [
        "update identity.sessions set expires_at = now() - interval '1 second'",
        "update identity.sessions set revoked_at = now()",
        "update identity.users set status = 'SUSPENDED'",
        "update identity.users set status = 'PENDING'",
        "update identity.users set deleted_at = now()",
    ],
)
async def test_an_access_token_ends_with_time_session_or_user(
    client: httpx.AsyncClient, database: SeedbedEngine, change: str
) -> None:
    first = await log_in(client, await person())
    await database.fetch(change)
    response = await send(client, VIEWER, token=first["accessToken"])
    assert (response.status_code, code_of(response.json()["errors"])) == (401, "UNAUTHENTICATED")
    assert "data" not in response.json()


async def test_tokens_of_one_kind_are_none_of_another(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    first = await log_in(client, await person())
    assert await is_refused(client, first["refreshToken"])
    await refused_to_refresh(client, first["accessToken"])
    for token in ("", "x" * 100_000, "sb_rt_", "\x00", "sb_rt_ü"):
        await refused_to_refresh(client, token)


async def test_a_header_that_cannot_be_one_costs_no_statement(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    for token in ("x", "sb_rt_" + "a" * 43, "sb_at_" + "a" * 1_000):
        with count_statements() as statements:
            assert await is_refused(client, token)
        assert statements.count == 0
    for token in ("sb_at_" + "a" * 43, "sbk_" + "a" * 43):
        with count_statements() as statements:
            assert await is_refused(client, token)
        assert statements.count == 1
