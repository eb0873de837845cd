"""Health: the process is up without a database, and ready only with one that is migrated."""

import os
import time

import asyncpg
import httpx
import pytest
from starlette.applications import Starlette

from app.database import SeedbedEngine, count_statements
from app.settings import load_settings
from app.web import health

UNREACHABLE = "postgresql://somebody:a-secret@127.0.0.1:1/nothing"  # nobody listens on port 1


def over(engine: SeedbedEngine) -> httpx.AsyncClient:
    """A client of the two routes alone."""
    transport = httpx.ASGITransport(Starlette(routes=health.routes(engine)))
    return httpx.AsyncClient(transport=transport, base_url="http://localhost")


async def test_healthz_needs_no_database() -> None:
    engine = SeedbedEngine(load_settings({"DATABASE_URL": UNREACHABLE}))
    async with over(engine) as client:
        response = await client.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


async def test_healthz_sends_no_statement(client: httpx.AsyncClient) -> None:
    with count_statements() as statements:
        assert (await client.get("/healthz")).status_code == 200
    assert statements.count == 0


async def test_readyz_with_a_migrated_database(client: httpx.AsyncClient) -> None:
    response = await client.get("/readyz")
    assert response.status_code == 200
    assert response.json() == {"status": "ok", "checks": {"database": "ok", "migrations": "ok"}}


async def test_readyz_with_a_pending_migration(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    await database.fetch(
        "delete from migration where id = (select max(id) from migration where app_name = 'app')"
    )
    response = await client.get("/readyz")
    assert response.status_code == 503
    assert response.json() == {
        "status": "unavailable",
        "checks": {"database": "ok", "migrations": "pending"},
    }


async def test_readyz_without_a_database_says_so_and_no_more() -> None:
    engine = SeedbedEngine(load_settings({"DATABASE_URL": UNREACHABLE}))
    begun = time.monotonic()
    async with over(engine) as client:
        response = await client.get("/readyz")
    assert time.monotonic() - begun < 3
    assert response.status_code == 503
    # The exact answer: no host, port, name, statement or text of the driver.
    assert response.json() == {
        "status": "unavailable",
        "checks": {"database": "unavailable", "migrations": "unknown"},
    }


async def test_readyz_with_a_role_that_may_read_nothing(
    engine: SeedbedEngine, caplog: pytest.LogCaptureFixture
) -> None:
    assert engine.settings.database_url
    role = f"without_rights_{os.getpid()}"
    url = f"{engine.settings.database_url}&options=-c%20role%3D{role}"
    await engine.fetch(f"create role {role}")
    try:
        async with over(SeedbedEngine(load_settings({"DATABASE_URL": url}))) as client:
            response = await client.get("/readyz")
    finally:
        await engine.fetch(f"drop role {role}")
    assert response.status_code == 503
    assert response.json() == {
        "status": "unavailable",
        "checks": {"database": "ok", "migrations": "unknown"},
    }
    assert "permission denied for table migration" in caplog.text


@pytest.mark.parametrize(
    "error", [asyncpg.InterfaceError("x"), asyncpg.TooManyConnectionsError("x")]
)
async def test_readyz_when_the_driver_fails(
    engine: SeedbedEngine, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    async def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(engine, "fetch", fail)
    async with over(engine) as client:
        response = await client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["checks"] == {"database": "unavailable", "migrations": "unknown"}


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
async def test_answers_are_not_kept_and_head_works(client: httpx.AsyncClient, path: str) -> None:
    response = await client.head(path)
    assert (response.status_code, response.content) == (200, b"")
    assert response.headers["cache-control"] == "no-store"
    assert (await client.post(path)).status_code == 405
