"""What `X-Seedbed-Explain` shows, and to whom."""

from dataclasses import replace
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from app.database import SeedbedEngine
from app.tables.identity import UserRole
from seeds import content, identity
from seeds.upsert import save
from tests.graphql import sign_in

NESTED = "{ posts(first: 3) { nodes { title comments(first: 2) { nodes { body } } } } }"


async def _ask(client: httpx.AsyncClient, **headers: str) -> httpx.Response:
    names = {"explain": "x-seedbed-explain", "authorization": "authorization"}
    return await client.post(
        "/graphql",
        json={"query": NESTED},
        headers={names[name]: value for name, value in headers.items()},
    )


async def _rows() -> None:
    author = identity.user()
    post = content.post(author=author)
    await save(author, post, content.comment(post=post, author=author))


async def test_statements_and_cost(
    client: httpx.AsyncClient, database: SeedbedEngine, mode: str
) -> None:
    await _rows()
    explain = (await _ask(client, explain="statements")).json()["extensions"]["explain"]
    assert explain["cost"] == {"rows": 9, "limit": 200_000}
    assert [statement["rows"] for statement in explain["statements"]] == (
        [1] if mode == "json" else [1, 1]
    )
    for statement in explain["statements"]:
        assert statement["sql"].startswith("select ")
        assert statement["milliseconds"] > 0
        assert "plan" not in statement


async def test_plans(client: httpx.AsyncClient, database: SeedbedEngine) -> None:
    await _rows()
    explain = (await _ask(client, explain="plans")).json()["extensions"]["explain"]
    for statement in explain["statements"]:
        assert any("Scan" in line for line in statement["plan"])


async def test_nothing_unless_it_is_asked_for(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    assert "extensions" not in (await _ask(client)).json()


async def test_an_unknown_wish_is_refused(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    answer = await _ask(client, explain="everything")
    assert answer.status_code == 400
    assert "cost, statements or plans" in answer.json()["errors"][0]["message"]


@pytest.fixture
def in_production(
    application: Starlette, engine: SeedbedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same server, as one that runs in production."""
    settings: Any = replace(engine.settings, environment="production")
    monkeypatch.setattr(engine, "settings", settings)


async def test_in_production_only_the_cost_is_for_everybody(
    client: httpx.AsyncClient, database: SeedbedEngine, in_production: None
) -> None:
    admin, customer = identity.user(role=UserRole.ADMIN), identity.user(role=UserRole.CUSTOMER)
    await save(admin, customer)
    for token in (None, await sign_in(customer)):
        headers = {"authorization": f"Bearer {token}"} if token else {}
        answer = await _ask(client, explain="statements", **headers)
        assert answer.status_code == 403
        assert answer.json()["errors"][0]["extensions"]["code"] == "FORBIDDEN"
        assert "data" not in answer.json()
        answer = await _ask(client, explain="cost", **headers)
        assert answer.json()["extensions"]["explain"] == {"cost": {"rows": 9, "limit": 200_000}}
    token = await sign_in(admin)
    answer = await _ask(client, explain="statements", authorization=f"Bearer {token}")
    assert answer.json()["extensions"]["explain"]["statements"]
