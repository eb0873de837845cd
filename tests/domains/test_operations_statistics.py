"""Statistics through the API: sizes, indexes, slow statements, jobs and the pool, for few."""

import json
from typing import Any

import httpx
import pytest

from app.database import SeedbedEngine
from app.jobs import SendEmail, enqueue
from app.tables import AuditLog, User
from seeds import identity
from seeds.upsert import save
from tests.graphql import ask, code_of, refuse, sign_in

USE = """{ databaseUse { name version bytes statsReset tableCache indexCache connectionLimit
  tables { schema name rows deadRows tableBytes indexBytes totalBytes fullScans indexScans
    indexShare lastVacuum lastAnalyze }
  indexes { schema table name definition bytes scans isUnique isValid isUnused }
  connections { database application state count }
  queue { due waiting dead oldest } pool { open inUse waiting limit } } }"""
SLOW = "query($n: Int!) { slowStatements(first: $n) { sql operations calls totalMs meanMs maxMs } }"
QUEUE = """{ jobQueue { depths { kind state jobs oldest }
  failed { id kind created failedAt attempts error } } }"""
RETRY = "mutation($ids: [ID!]) { retryJobs(ids: $ids) { retried errors { code path } } }"


@pytest.fixture
async def token(database: SeedbedEngine) -> str:
    """An administrator's."""
    assert database
    made = identity.user(role="ADMIN")
    await save(made)
    return await sign_in(made)


async def fail(engine: SeedbedEngine) -> int:
    """A job that was given up, by its number."""
    (id_,) = await enqueue(engine, SendEmail(template="verify-email", to="a@example.org"))
    await engine.fetch(
        "update operations.pgqueuer set status = 'failed', attempts = 4 where id = $1", id_
    )
    return id_


async def test_what_the_database_holds_and_how_it_is_used(
    client: httpx.AsyncClient, token: str
) -> None:
    use = (await ask(client, USE, token=token))["databaseUse"]
    assert use["bytes"] > 1_000_000
    assert int(use["version"].split(".")[0]) >= 14
    tables = {f"{each['schema']}.{each['name']}": each for each in use["tables"]}
    users = tables["identity.users"]
    assert users["totalBytes"] == users["tableBytes"] + users["indexBytes"] > 0
    assert isinstance(users["totalBytes"], int)
    indexes = {each["name"]: each for each in use["indexes"]}
    assert (indexes["users_pkey"]["isUnique"], indexes["users_pkey"]["isUnused"]) == (True, False)
    assert use["pool"]["open"] <= use["pool"]["limit"]
    assert use["queue"] == {"due": 0, "waiting": 0, "dead": 0, "oldest": None}
    assert use["connectionLimit"] > 0


async def test_slow_statements_the_longest_first(
    client: httpx.AsyncClient, token: str, database: SeedbedEngine
) -> None:
    for sql, calls, total in (("select 1", 2, 300.0), ("select 2", 3_000_000_000, 900.0)):
        await database.fetch(
            "insert into operations.slow_statements"
            " (fingerprint, operation, sql, calls, total_ms, max_ms, last_seen_at)"
            " values (md5($1), 'Op', $1, $2, $3, $3, now())",
            sql, calls, total,
        )  # fmt: skip
    found = (await ask(client, SLOW, {"n": 1}, token))["slowStatements"]
    assert found == [
        {
            "sql": "select 2", "operations": ["Op"], "calls": 3_000_000_000, "totalMs": 900.0,
            "meanMs": 900.0 / 3_000_000_000, "maxMs": 900.0,
        }
    ]  # fmt: skip
    assert len((await ask(client, SLOW, {"n": 100}, token))["slowStatements"]) == 2
    for number in (0, 101, -1):
        assert code_of(await refuse(client, SLOW, {"n": number}, token)) == "BAD_USER_INPUT"


async def test_failed_jobs_are_shown_and_put_back(
    client: httpx.AsyncClient, token: str, database: SeedbedEngine
) -> None:
    first, second, third = [str(await fail(database)) for _ in range(3)]
    queue = (await ask(client, QUEUE, token=token))["jobQueue"]
    assert [(each["state"], each["jobs"]) for each in queue["depths"]] == [("failed", 3)]
    assert [each["id"] for each in queue["failed"]] == [third, second, first]
    assert queue["failed"][0]["attempts"] == 5
    assert "example.org" not in json.dumps(queue)

    async def retry(ids: list[str] | None) -> Any:
        return (await ask(client, RETRY, {"ids": ids}, token))["retryJobs"]

    assert await retry([second]) == {"retried": 1, "errors": []}
    assert await retry([second]) == {
        "retried": None, "errors": [{"code": "NOT_FOUND", "path": ["ids"]}]
    }  # fmt: skip
    for bad in ("x", "-1", "1" * 19, ""):
        assert (await retry([first, bad]))["errors"] == [{"code": "INVALID", "path": ["ids", "1"]}]
    assert code_of(await refuse(client, RETRY, {"ids": []}, token)) == "BAD_USER_INPUT"
    assert await retry(None) == {"retried": 2, "errors": []}
    assert await retry(None) == {"retried": 0, "errors": []}
    queue = (await ask(client, QUEUE, token=token))["jobQueue"]
    assert ([each["state"] for each in queue["depths"]], queue["failed"]) == (["waiting"], [])
    rows = await AuditLog.select().order_by(AuditLog.id)
    assert [(row["action"], json.loads(row["details"])) for row in rows] == [
        ("job.retry", {"ids": [int(second)], "jobs": 1}),
        ("job.retry", {"ids": None, "jobs": 2}),
    ]


@pytest.mark.parametrize("role", [None, "USER", "STAFF"])
async def test_statistics_are_for_administrators(
    client: httpx.AsyncClient, database: SeedbedEngine, role: str | None
) -> None:
    user: User = identity.user(role=role or "USER")
    await save(user)
    token, job = await sign_in(user) if role else None, await fail(database)
    for document, variables in (
        (USE, {}), (SLOW, {"n": 1}), (QUEUE, {}), (RETRY, {"ids": [str(job)]}), (RETRY, {}),
        # Beside what everybody may read, nothing comes back either.
        ("{ jobQueue { depths { jobs } } }", {}),
    ):  # fmt: skip
        said = code_of(await refuse(client, document, variables, token))
        assert said == ("FORBIDDEN" if role else "UNAUTHENTICATED")
    [row] = await database.fetch("select status::text from operations.pgqueuer")
    assert row["status"] == "failed"
    assert await AuditLog.count() == 0


async def test_statistics_stand_beside_what_tables_hold(
    client: httpx.AsyncClient, token: str
) -> None:
    document = "{ posts { nodes { id } } again: jobQueue { depths { jobs } } viewer { role } }"
    assert await ask(client, document, token=token) == {
        "posts": {"nodes": []}, "again": {"depths": []}, "viewer": {"role": "ADMIN"},
    }  # fmt: skip
