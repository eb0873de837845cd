"""People of the tests who log in, and what has become of their logins."""

from typing import Any

import httpx

from app.database import SeedbedEngine
from app.jobs import SendEmail
from app.jobs.payload import unseal
from app.tables import AuditLog, User
from seeds import identity
from seeds.identity import DEMO_HASH, DEMO_PASSWORD
from seeds.upsert import save
from tests.graphql import ask, send

LOG_IN = """mutation($input: LogInInput!) { logIn(input: $input) {
  accessToken refreshToken expiresAt session { id ipAddress } user { name email }
  errors { code message path } } }"""

REFRESH = """mutation($token: String!) { refresh(refreshToken: $token) {
  accessToken refreshToken expiresAt user { email } errors { code message path } } }"""

VIEWER = "{ viewer { email } }"


async def person(**overrides: Any) -> User:
    """An active user with the password of the demo users."""
    user = identity.user(**{"password_hash": DEMO_HASH, **overrides})
    await save(user)
    return user


async def log_in(client: httpx.AsyncClient, user: User, **device: str) -> Any:
    """The payload of a login that must succeed."""
    values: dict[str, Any] = {"email": user.email, "password": DEMO_PASSWORD}
    if device:
        values["device"] = device
    payload = (await ask(client, LOG_IN, {"input": values}))["logIn"]
    assert payload["errors"] == []
    return payload


async def actions() -> list[str]:
    """What the audit log says was done, in order."""
    rows = await AuditLog.select(AuditLog.action).order_by(AuditLog.id)
    return [row["action"] for row in rows]


async def is_refused(client: httpx.AsyncClient, token: str) -> bool:
    """Whether an access token opens nothing."""
    return (await send(client, VIEWER, token=token)).status_code == 401


async def refused_to_refresh(client: httpx.AsyncClient, token: str) -> None:
    """A refresh that must fail, with the one answer there is."""
    payload = (await ask(client, REFRESH, {"token": token}))["refresh"]
    assert payload["accessToken"] is payload["refreshToken"] is payload["user"] is None
    assert [error["code"] for error in payload["errors"]] == ["INVALID_TOKEN"]
    assert payload["errors"][0]["path"] == ["refreshToken"]


async def mails(engine: SeedbedEngine) -> list[SendEmail]:
    """The mails that wait to be sent, in order; those that nobody is to get as well."""
    secret = engine.settings.secret_key
    rows = await engine.fetch("select payload from operations.pgqueuer order by id")
    return [SendEmail.from_json(unseal(row["payload"], SendEmail.kind, secret)) for row in rows]
