"""One's own account: who sees what of it, and what can be changed; limits of logging in."""

from dataclasses import replace
from typing import Any

import httpx
import pytest

from app.actions.identity import end_everything, sessions
from app.actions.identity.sessions import LOGINS_FROM_ADDRESS, LOGINS_OF_ACCOUNT
from app.database import SeedbedEngine, count_statements
from app.tables import AuditLog, RateLimit, User, UserProfile
from app.tables.identifiers import hash_token
from seeds import content, identity
from seeds.identity import DEMO_PASSWORD
from seeds.upsert import save
from tests.graphql import ask, code_of, global_id, refuse, send, sign_in
from tests.people import LOG_IN, actions, is_refused, log_in, person

WHOLE = """{ viewer {
  name email profile { bio preferences user { email } }
  sessions { totalCount nodes { id ipAddress device { deviceId } } }
  devices { nodes { deviceId sessions { totalCount } } }
  apiKeys { nodes { name keyPrefix } }
} }"""
PROFILE = """mutation($input: UpdateProfileInput!) { updateProfile(input: $input) {
  profile { bio phone avatarUrl preferences } errors { code path } } }"""
RENAME = """mutation($input: UpdateMeInput!) { updateMe(input: $input) {
  user { name } errors { code path } } }"""


async def test_all_of_oneself_in_a_few_statements(
    client: httpx.AsyncClient, database: SeedbedEngine, mode: str
) -> None:
    user, stranger = await person(name="Ann"), await person()
    for each in (user, stranger):
        device = identity.device(user=each, device_id="d")
        await save(
            identity.profile(user=each, bio="Hello", preferences={"a": 1}),
            device,
            identity.session(user=each, device=device),
            identity.api_key(user=each, name="k", key_prefix="sbk_x"),
        )
    token = await sign_in(user)
    with count_statements() as statements:
        viewer = (await ask(client, WHOLE, token=token))["viewer"]
    assert viewer["profile"] == {
        "bio": "Hello",
        "preferences": {"a": 1},
        "user": {"email": user.email},
    }
    assert viewer["sessions"]["totalCount"] == 2
    assert viewer["devices"] == {"nodes": [{"deviceId": "d", "sessions": {"totalCount": 1}}]}
    assert viewer["apiKeys"] == {"nodes": [{"name": "k", "keyPrefix": "sbk_x"}]}
    if mode == "json":
        assert statements.count == 2, "who it is, and all the rest"


async def test_nobody_is_no_viewer(client: httpx.AsyncClient, database: SeedbedEngine) -> None:
    with count_statements() as statements:
        data = await ask(client, "{ viewer { email } me { profile { bio } } }")
    assert data == {"viewer": None, "me": None}
    assert statements.count == 0


async def test_another_persons_account_is_empty(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    user, stranger = await person(), await person()
    device = identity.device(user=user)
    session, key = identity.session(user=user, device=device), identity.api_key(user=user)
    profile = identity.profile(user=user)
    await save(device, session, key, profile)
    token = await sign_in(stranger)
    document = """query($id: ID!, $ids: [ID!]!) {
      user(id: $id) { profile { id } sessions { totalCount nodes { id } }
        devices { totalCount } apiKeys { totalCount } }
      nodes(ids: $ids) { id } }"""
    ids = [global_id(row) for row in (device, session, key, profile)]
    data = await ask(client, document, {"id": global_id(user), "ids": ids}, token)
    assert data == {
        "user": {
            "profile": None,
            "sessions": {"totalCount": 0, "nodes": []},
            "devices": {"totalCount": 0},
            "apiKeys": {"totalCount": 0},
        },
        "nodes": [None] * 4,
    }


async def test_filters_and_orders_do_not_ask_about_others(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    user, stranger = await person(), await person()
    await save(
        identity.session(user=user, ip_address="192.0.2.99"),
        identity.api_key(user=user, name="secret"),
        content.post(author=user),
    )
    token = await sign_in(stranger)
    for condition in (
        'sessions: {some: {ipAddress: {eq: "192.0.2.99"}}}',
        'apiKeys: {some: {name: {startsWith: "s"}}}',
        "sessions: {some: {}}",
    ):
        document = f"{{ posts(where: {{author: {{{condition}}}}}) {{ totalCount }} }}"
        assert await ask(client, document, token=token) == {"posts": {"totalCount": 0}}
        own = await ask(client, document, token=await sign_in(user))
        assert own == {"posts": {"totalCount": 1}}
    # Hashes are no fields of anything, filters and orders included.
    for field in ("accessTokenHash", "keyHash", "tokenHash", "passwordHash"):
        document = f'{{ posts(where: {{author: {{{field}: {{eq: "x"}}}}}}) {{ totalCount }} }}'
        assert code_of(await refuse(client, document, token=token)) == "GRAPHQL_VALIDATION_FAILED"


async def test_a_profile_is_made_by_its_first_change(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    user = await person()
    token = await sign_in(user)
    first = {"bio": "Hello", "phone": "+49 30 1"}
    await ask(client, PROFILE, {"input": first}, token)
    second = {"phone": None, "preferences": {"theme": "dark"}}
    data = await ask(client, PROFILE, {"input": second}, token)
    assert data["updateProfile"] == {
        "profile": {
            "bio": "Hello",
            "phone": None,
            "avatarUrl": None,
            "preferences": {"theme": "dark"},
        },
        "errors": [],
    }
    assert await UserProfile.count() == 1
    log = await AuditLog.select().order_by(AuditLog.id)
    assert [(row["action"], row["user"]) for row in log] == [("profile.update", user["id"])] * 2


@pytest.mark.parametrize(
    ("values", "code", "field"),
    [
        ({"avatarUrl": "javascript:alert(1)"}, "INVALID", "avatarUrl"),
        ({"phone": "1" * 33}, "TOO_LONG", "phone"),
        ({"bio": "b" * 5_001}, "INVALID", "bio"),
        ({"address": "a\x00"}, "INVALID", "address"),
        ({"avatarUrl": "https://a.example/\x7f"}, "INVALID", "avatarUrl"),
        ({"phone": "1\x852"}, "INVALID", "phone"),
        ({"preferences": [1]}, "INVALID", "preferences"),
    ],
)
async def test_a_profile_that_does_not_fit(
    client: httpx.AsyncClient,
    database: SeedbedEngine,
    values: dict[str, Any],
    code: str,
    field: str,
) -> None:
    data = await ask(client, PROFILE, {"input": values}, await sign_in(await person()))
    assert data["updateProfile"]["errors"] == [{"code": code, "path": ["input", field]}]
    assert await UserProfile.count() == 0


async def test_one_can_change_ones_name_and_nothing_else_of_the_user(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    user = await person()
    token = await sign_in(user)
    data = await ask(client, RENAME, {"input": {"name": "Renamed"}}, token)
    assert data["updateMe"] == {"user": {"name": "Renamed"}, "errors": []}
    for name in ("role", "status", "email", "emailVerified"):
        errors = await refuse(client, RENAME, {"input": {name: "ADMIN"}}, token)
        assert code_of(errors) == "BAD_USER_INPUT"
    (row,) = await User.select().where(User.id == user["id"])
    assert (row["role"], row["email"]) == ("USER", user.email)


async def test_what_is_not_given_is_not_changed(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    user = await person(name="Ann")
    token = await sign_in(user)
    for _ in range(2):
        assert await ask(client, RENAME, {"input": {}}, token) == {
            "updateMe": {"user": {"name": "Ann"}, "errors": []}
        }
        data = await ask(client, PROFILE, {"input": {}}, token)
        assert (data["updateProfile"]["profile"]["bio"], data["updateProfile"]["errors"]) == (
            None,
            [],
        )
    assert await actions() == ["profile.update"], "the one that made the profile"


async def test_everything_ends_at_once(client: httpx.AsyncClient, database: SeedbedEngine) -> None:
    user = await person()
    mine = await log_in(client, user)
    await save(identity.api_key(user=user, key_hash=hash_token("sbk_x"), scopes=["read"]))
    await save(identity.magic_link(user=user, email=user.email))
    ended = await end_everything(database, user["id"], user.email)
    assert ended == {"sessions_ended": 1, "keys_revoked": 1}
    assert await is_refused(client, mine["accessToken"])
    assert await is_refused(client, "sbk_x")
    for table in ("sessions", "refresh_tokens", "api_keys"):
        (row,) = await database.fetch(
            f"select count(*) from identity.{table} where revoked_at is null"
        )
        assert row["count"] == 0
    assert (await database.fetch("select used_at from identity.magic_links"))[0]["used_at"]


# --- limits ---------------------------------------------------------------------------------------


async def attempt(client: httpx.AsyncClient, email: str, password: str) -> httpx.Response:
    """A login, whatever comes of it."""
    return await send(client, LOG_IN, {"input": {"email": email, "password": password}})


async def test_after_some_wrong_passwords_not_even_the_right_one_is_heard(
    client: httpx.AsyncClient, database: SeedbedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    # With the real first wait, of a second, the test would be a race against the clock.
    patient = replace(LOGINS_OF_ACCOUNT, first=900)
    monkeypatch.setattr(sessions, "LOGINS_OF_ACCOUNT", patient)
    user = await person()
    answers = []
    for email in (user.email, "nobody@seedbed.example"):
        for _ in range(patient.free):
            assert b"WRONG_CREDENTIALS" in (await attempt(client, email, "x")).content
        response = await attempt(client, email, DEMO_PASSWORD)
        (error,) = response.json()["errors"]
        seconds = error["extensions"].pop("retryAfter")
        assert 1 <= seconds <= 900
        assert response.headers["retry-after"] == str(seconds)
        answers.append({**error, "message": error["message"].replace(str(seconds), "...")})
        assert answers[-1]["extensions"] == {"code": "RATE_LIMITED"}
    assert answers[0] == answers[1], "the limit tells who has an account"


async def test_an_attempt_counts_although_the_login_fails(
    client: httpx.AsyncClient, committed: SeedbedEngine
) -> None:
    await attempt(client, "nobody@seedbed.example", "x")
    assert [row["attempts"] for row in await RateLimit.select()] == [1, 1]


async def test_logging_in_forgets_the_attempts_at_the_account(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    user = await person()
    await attempt(client, user.email, "x")
    await log_in(client, user)
    rows = await RateLimit.select()
    # Of the address, the wrong attempt stays: one account does not pay for guesses at others.
    assert [(row["key"].partition(":")[0], row["attempts"]) for row in rows] == [
        ("login-address", 1)
    ]


async def test_an_address_is_limited_over_all_accounts(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    await database.fetch(
        "insert into operations.rate_limits (key, window_start, attempts, expires_at)"
        " values ('login-address:127.0.0.1',"
        " date_trunc('day', clock_timestamp() at time zone 'UTC') at time zone 'UTC',"
        " $1, clock_timestamp() + interval '1 day')",
        LOGINS_FROM_ADDRESS.free,
    )
    response = await attempt(client, (await person()).email, DEMO_PASSWORD)
    assert code_of(response.json()["errors"]) == "RATE_LIMITED"
