"""How tests speak to the API: over HTTP, as any client does.

Which server answers is the affair of the `client` fixture alone, so a test that is written with
these functions can be run against any configuration of the server.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from piccolo.table import Table

from app.tables import User
from app.tables.identifiers import ACCESS_TOKEN, hash_token, new_token
from seeds import identity
from seeds.upsert import save


async def send(
    client: httpx.AsyncClient,
    document: str,
    variables: Mapping[str, Any] | None = None,
    token: str | None = None,
) -> httpx.Response:
    """The response to an operation, whatever it is."""
    body = {"query": document, "variables": variables}
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    return await client.post("/graphql", json=body, headers=headers)


async def ask(
    client: httpx.AsyncClient,
    document: str,
    variables: Mapping[str, Any] | None = None,
    token: str | None = None,
) -> Any:
    """The data of an operation that must succeed."""
    response = await send(client, document, variables, token)
    answer = response.json()
    assert (response.status_code, answer.get("errors")) == (200, None), answer
    return answer["data"]


async def refuse(
    client: httpx.AsyncClient,
    document: str,
    variables: Mapping[str, Any] | None = None,
    token: str | None = None,
) -> list[dict[str, Any]]:
    """The errors of an operation that must fail; nothing may come back beside them."""
    answer = (await send(client, document, variables, token)).json()
    data = answer.get("data")
    assert data is None or set(data.values()) == {None}, answer
    errors: list[dict[str, Any]] = answer["errors"]
    assert errors
    return errors


def code_of(errors: list[dict[str, Any]]) -> str:
    """The code that all the errors have."""
    (code,) = {error["extensions"]["code"] for error in errors}
    return str(code)


async def sign_in(user: User, **overrides: Any) -> str:
    """An access token of `user`, who is in the database already; it ends in an hour."""
    token = new_token(ACCESS_TOKEN)
    values = {
        "access_token_hash": hash_token(token),
        "expires_at": datetime.now(UTC) + timedelta(hours=1),
        **overrides,
    }
    await save(identity.session(user=user, **values))
    return token


def global_id(row: Table) -> str:
    """The id by which the API knows a row."""
    return f"{type(row).__name__}_{row['id']}"
