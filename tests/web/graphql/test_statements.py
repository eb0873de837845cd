"""What a request does to the database: how its statements are called, and how many run at once."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import httpx
import pytest

from app.bridge import Request
from app.context import ANONYMOUS, identify
from app.database import DatabaseUnavailable, SeedbedEngine, operation_name
from app.schema import make_schema
from seeds import identity
from seeds.upsert import save
from tests.graphql import sign_in


@pytest.mark.parametrize(
    ("query", "sent_as", "expected"),
    [
        ("query Named { posts { nodes { id } } }", None, "Named"),
        ("query Named { posts { nodes { id } } }", "Named", "Named"),
        ("query A { __typename } query B { posts { nodes { id } } }", "B", "B"),
        ("{ posts { nodes { id } } }", None, None),
    ],
)
async def test_statements_are_called_after_their_operation(
    client: httpx.AsyncClient,
    database: SeedbedEngine,
    monkeypatch: pytest.MonkeyPatch,
    query: str,
    sent_as: str | None,
    expected: str | None,
) -> None:
    user = identity.user()
    await save(user)
    token = await sign_in(user)
    names: list[str | None] = []
    count = database.log.count

    def note(sql: str) -> None:
        names.append(operation_name.get())
        count(sql)

    monkeypatch.setattr(database.log, "count", note)
    operation_name.set("of the request before")
    answer = await client.post(
        "/graphql",
        json={"query": query, "operationName": sent_as},
        headers={"Authorization": f"Bearer {token}"},
    )
    assert "errors" not in answer.json()
    assert names == [expected, expected], "the login's statement and the list's"


async def test_one_request_does_not_take_the_whole_pool(engine: SeedbedEngine, mode: str) -> None:
    running = most = 0

    async def fetch(sql: str, *args: object) -> Sequence[Any]:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.001)
        running -= 1
        return await engine.fetch(sql, *args)

    built = make_schema().variant(finish=mode == "json")
    aliases = " ".join(f"a{n}: posts {{ totalCount nodes {{ id }} }}" for n in range(20))
    document = built.operations.document(f"{{ {aliases} }}")

    class Context:
        request = Request(built.bridge, ANONYMOUS, fetch)

    answer = await built.operations.execute(document, document.operation(None), {}, Context())
    assert not answer.errors
    assert len(answer.data) == 20
    assert most == 3


async def test_logins_are_looked_up_in_the_applications_own_database(
    engine: SeedbedEngine, database: SeedbedEngine
) -> None:
    user = identity.user()
    await save(user)
    token = await sign_in(user)
    assert (await identify(engine, f"Bearer {token}")).values["user"] == user.id
    elsewhere = SeedbedEngine(replace(engine.settings, database_url="postgresql://127.0.0.1:1/x"))
    with pytest.raises(DatabaseUnavailable):
        await identify(elsewhere, f"Bearer {token}")
