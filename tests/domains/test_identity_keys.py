"""API keys: what they may do, what they may not, and how they end."""

from typing import Any

import httpx
import pytest

from app.database import SeedbedEngine, count_statements
from app.tables import ApiKey, Post, User
from app.tables.identifiers import hash_token
from seeds import identity
from seeds.upsert import save
from tests.graphql import ask, code_of, global_id, refuse, send, sign_in
from tests.people import VIEWER, actions, is_refused, person

CREATE = """mutation($input: CreateApiKeyInput!) { createApiKey(input: $input) {
  key apiKey { id name keyPrefix scopes lastUsedAt } errors { code path } } }"""
REVOKE = "mutation($id: ID!) { revokeApiKey(id: $id) { apiKey { revokedAt } errors { code } } }"
POST = 'mutation { createPost(input: {title: "T", content: "C"}) { post { title } } }'


async def make_key(client: httpx.AsyncClient, user: User, *scopes: str) -> Any:
    """The payload of a new key of these scopes, that must be made."""
    values = {"name": "k", "scopes": list(scopes)}
    payload = (await ask(client, CREATE, {"input": values}, await sign_in(user)))["createApiKey"]
    assert payload["errors"] == []
    return payload


async def test_a_key_is_shown_once_and_kept_as_a_hash(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    made = await make_key(client, await person(), "READ", "WRITE")
    assert made["key"].startswith("sbk_")
    assert made["apiKey"]["keyPrefix"] == made["key"][:10]
    assert made["apiKey"]["scopes"] == ["READ", "WRITE"]
    (row,) = await ApiKey.select()
    assert (row["key_hash"], row["scopes"]) == (hash_token(made["key"]), ["read", "write"])
    stored = await database.fetch(
        "select k::text || (select string_agg(a::text, '') from operations.audit_logs a) as all"
        " from identity.api_keys k"
    )
    assert made["key"] not in stored[0]["all"]
    assert await actions() == ["api_key.create"]


async def test_a_key_acts_as_its_user_within_its_scopes(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    user = await person()
    reading = await make_key(client, user, "READ")
    writing = await make_key(client, user, "READ", "WRITE")
    assert await ask(client, VIEWER, token=reading["key"]) == {"viewer": {"email": user.email}}
    errors = await refuse(client, POST, token=reading["key"])
    assert (code_of(errors), errors[0]["message"]) == (
        "FORBIDDEN",
        "this needs an API key of the scope WRITE",
    )
    assert await Post.count() == 0
    assert await ask(client, POST, token=writing["key"]) == {"createPost": {"post": {"title": "T"}}}


async def test_a_key_without_a_scope_that_reads_gets_no_answer_at_all(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    user = await person()
    for number, scopes in enumerate(([], ["write"])):
        key = f"sbk_{number}"
        await save(identity.api_key(user=user, key_hash=hash_token(key), scopes=scopes))
        for document in (VIEWER, POST, "{ __typename }"):
            response = await send(client, document, token=key)
            assert (response.status_code, code_of(response.json()["errors"])) == (403, "FORBIDDEN")
            assert "data" not in response.json()
    assert await Post.count() == 0


MANAGING = {
    "logOut": "",
    "logOutEverywhere": "",
    "revokeSession": '(id: "Session_00000000-0000-7000-8000-000000000000")',
    "removeDevice": '(id: "Device_00000000-0000-7000-8000-000000000000")',
    "revokeApiKey": '(id: "ApiKey_00000000-0000-7000-8000-000000000000")',
    "createApiKey": '(input: {name: "k", scopes: [READ]})',
    "changePassword": '(input: {currentPassword: "a", newPassword: "b"})',
    "updateMe": '(input: {name: "x"})',
    "updateProfile": '(input: {bio: "x"})',
    "logIn": '(input: {email: "a@b.c", password: "x"})',
    "refresh": '(refreshToken: "x")',
    "redeemMagicLink": '(token: "x")',
    "resetPassword": '(token: "x", password: "y")',
    "requestMagicLink": '(email: "a@b.c")',
    "requestPasswordReset": '(email: "a@b.c")',
    "register": '(input: {email: "a@b.c", name: "x"})',
}


async def test_a_key_manages_no_account(client: httpx.AsyncClient, database: SeedbedEngine) -> None:
    made = await make_key(client, await person(), "READ", "WRITE")
    for name, arguments in MANAGING.items():
        errors = await refuse(
            client, f"mutation {{ {name}{arguments} {{ errors {{ code }} }} }}", token=made["key"]
        )
        assert code_of(errors) == "FORBIDDEN"
        assert errors[0]["message"] == f"{name} cannot be called with an API key"
    assert await actions() == ["api_key.create"]


@pytest.mark.parametrize(
    ("scopes", "code"),
    [([], "REQUIRED"), (["WRITE"], "INVALID"), (["AGENT", "READ"], "INVALID")],
)
async def test_scopes_that_make_no_sense(
    client: httpx.AsyncClient, database: SeedbedEngine, scopes: list[str], code: str
) -> None:
    values = {"name": "k", "scopes": scopes}
    token = await sign_in(await person(role="ADMIN"))
    data = await ask(client, CREATE, {"input": values}, token)
    errors = [{"code": code, "path": ["input", "scopes"]}]
    assert data["createApiKey"] == {"key": None, "apiKey": None, "errors": errors}
    assert await ApiKey.count() == 0


@pytest.mark.parametrize("role", ["USER", "CUSTOMER", "VENDOR", "STAFF"])
async def test_only_administrators_make_keys_for_the_agent(
    client: httpx.AsyncClient, database: SeedbedEngine, role: str
) -> None:
    values = {"name": "k", "scopes": ["AGENT"]}
    token = await sign_in(await person(role=role))
    assert code_of(await refuse(client, CREATE, {"input": values}, token)) == "FORBIDDEN"
    assert await ApiKey.count() == 0


async def test_a_key_of_the_agent_is_nobodys_user(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    admin = await person(role="ADMIN")
    made = await make_key(client, admin, "AGENT")
    assert await ask(client, VIEWER, token=made["key"]) == {"viewer": None}
    assert code_of(await refuse(client, POST, token=made["key"])) == "FORBIDDEN"
    # More scopes, by whatever way they came, give the agent no more.
    await database.fetch("update identity.api_keys set scopes = array['agent', 'write']")
    assert await ask(client, VIEWER, token=made["key"]) == {"viewer": None}
    assert code_of(await refuse(client, POST, token=made["key"])) == "FORBIDDEN"
    await database.fetch("update identity.users set role = 'STAFF'")
    assert await is_refused(client, made["key"])


@pytest.mark.parametrize(
    "change",
    [
        "update identity.api_keys set expires_at = now() - interval '1 second'",
        "update identity.api_keys set revoked_at = now()",
        "update identity.users set status = 'SUSPENDED'",
        "update identity.users set status = 'PENDING'",
        "update identity.users set deleted_at = now()",
    ],
)
async def test_a_key_ends_with_time_or_user(
    client: httpx.AsyncClient, database: SeedbedEngine, change: str
) -> None:
    made = await make_key(client, await person(), "READ")
    assert not await is_refused(client, made["key"])
    await database.fetch(change)
    assert await is_refused(client, made["key"])


async def test_a_key_is_revoked_by_its_user_alone(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    user, stranger = await person(), await person()
    made = await make_key(client, user, "READ")
    variables = {"id": made["apiKey"]["id"]}
    missing = {"id": global_id(identity.api_key(user=user))}
    token = await sign_in(stranger)
    answers = [(await send(client, REVOKE, each, token)).content for each in (variables, missing)]
    assert answers[0] == answers[1]
    assert not await is_refused(client, made["key"])
    data = await ask(client, REVOKE, variables, await sign_in(user))
    assert data["revokeApiKey"]["apiKey"]["revokedAt"] is not None
    assert await is_refused(client, made["key"])


async def test_the_use_of_a_key_is_noted_once_a_minute_and_costs_a_write_now_and_then(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    made = await make_key(client, await person(), "READ")
    counts = []
    for _ in range(5):
        with count_statements() as statements:
            await ask(client, VIEWER, token=made["key"])
        counts.append(statements.count)
    # A minute may end in between: then a share is taken anew.
    assert counts[0] == 3
    assert sorted(counts)[:3] == [2, 2, 2]
    (row,) = await ApiKey.select()
    assert row["last_used_at"] is not None


async def test_calls_beyond_the_limit_are_told_when_to_come_back(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    made = await make_key(client, await person(), "READ")
    (key,) = await ApiKey.select()
    await database.fetch(
        "insert into operations.rate_limits (key, window_start, attempts, expires_at)"
        " select $1, date_trunc('minute', clock_timestamp()) + n * interval '1 minute', 600,"
        " clock_timestamp() + interval '1 hour' from generate_series(0, 2) n",
        f"key:{key['id']}",
    )
    for _ in range(2):
        response = await send(client, VIEWER, token=made["key"])
        assert response.status_code == 429
        (error,) = response.json()["errors"]
        assert error["extensions"]["code"] == "RATE_LIMITED"
        assert 1 <= error["extensions"]["retryAfter"] <= 60
        assert response.headers["retry-after"] == str(error["extensions"]["retryAfter"])
