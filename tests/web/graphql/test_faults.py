"""When something fails behind GraphQL: a stable code, an id for the log, and no internal detail."""

import asyncio
import logging
import re

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from app.bridge import BuiltSchema
from app.database import SeedbedEngine
from app.schema import make_schema
from app.settings import load_settings
from app.web.graphql import GraphQLEndpoint
from seeds import content, identity
from seeds.upsert import save
from tests.graphql import refuse, send, sign_in

UNREACHABLE = "postgresql://somebody:a-secret@127.0.0.1:1/nothing"  # nobody listens on port 1

# Anything that would tell a client how the server is built.
INTERNAL = re.compile(
    r"select|posts|headline|column|relation|asyncpg|postgres|piccolo|strawberry|traceback|\.py|"
    r"127\.0\.0\.1|secret|t1\b|\$1",
    re.IGNORECASE,
)


@pytest.fixture
def built(mode: str) -> BuiltSchema:
    """The schema of the application."""
    return make_schema().variant(finish=mode == "json")


def over(built: BuiltSchema, engine: SeedbedEngine) -> httpx.AsyncClient:
    """A client of `/graphql` alone, over another engine."""
    transport = httpx.ASGITransport(
        Starlette(routes=[Route("/graphql", GraphQLEndpoint(built, engine))])
    )
    return httpx.AsyncClient(transport=transport, base_url="http://localhost")


async def test_a_fault_is_masked_and_the_log_repeats_its_id(
    client: httpx.AsyncClient, database: SeedbedEngine, caplog: pytest.LogCaptureFixture
) -> None:
    await save(identity.user())
    await database.fetch("alter table content.posts rename column title to headline")
    (error,) = await refuse(client, "{ list: posts { nodes { title } } }")
    reference = error["extensions"]["id"]
    assert error == {
        "message": f"something went wrong on the server; report it with this id: {reference}",
        "extensions": {"code": "INTERNAL_ERROR", "id": reference},
        "locations": [{"line": 1, "column": 3}],
        "path": ["list"],
    }
    assert re.fullmatch(r"[0-9a-f]{16}", reference)
    assert not INTERNAL.search(error["message"])
    logged = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert [record.getMessage() for record in logged] == [f"internal error {reference}"]
    assert logged[0].exc_info
    assert "title" in str(logged[0].exc_info[1])


async def test_a_fault_in_a_nested_relation_names_only_its_place(
    client: httpx.AsyncClient, database: SeedbedEngine, mode: str
) -> None:
    author = identity.user()
    post = content.post(author=author)
    await save(author, post)
    await database.fetch("alter table identity.users rename column name to headline")
    answer = (await send(client, "{ posts { nodes { slug author { name } } } }")).json()
    (error,) = answer["errors"]
    assert error["extensions"]["code"] == "INTERNAL_ERROR"
    assert not INTERNAL.search(error["message"])
    # One statement fails as one; of several, what the others have found stays.
    if mode == "json":
        assert (error["path"], answer["data"]) == (["posts"], None)
    else:
        assert error["path"] == ["posts", "nodes", 0, "author"]
        nodes = [{"slug": post.slug, "author": None}]
        assert answer["data"] == {"posts": {"nodes": nodes}}


async def test_a_fault_while_the_caller_is_looked_up(
    client: httpx.AsyncClient, database: SeedbedEngine, caplog: pytest.LogCaptureFixture
) -> None:
    user = identity.user()
    await save(user)
    token = await sign_in(user)
    await database.fetch("alter table identity.sessions rename column expires_at to headline")
    response = await send(client, "{ __typename }", token=token)
    assert response.status_code == 500
    (error,) = response.json()["errors"]
    assert set(response.json()) == {"errors"}
    assert error["extensions"]["code"] == "INTERNAL_ERROR"
    assert not INTERNAL.search(error["message"])
    assert f"internal error {error['extensions']['id']}" in caplog.text


async def test_every_fault_has_an_id_of_its_own(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    await database.fetch("alter table content.posts rename column title to headline")
    document = '{ a: post(slug: "a") { title } b: post(slug: "b") { title } }'
    errors = await refuse(client, document)
    assert len({error["extensions"]["id"] for error in errors}) == len(errors) == 2


async def test_without_a_database(built: BuiltSchema, caplog: pytest.LogCaptureFixture) -> None:
    engine = SeedbedEngine(load_settings({"DATABASE_URL": UNREACHABLE}))
    async with over(built, engine) as client:
        (error,) = await refuse(client, "{ posts { totalCount } }")
        assert error["message"] == "the database cannot be reached; try again"
        assert error["extensions"] == {"code": "SERVICE_UNAVAILABLE"}
        assert (await send(client, "{ __typename }")).json() == {"data": {"__typename": "Query"}}
    assert "the database cannot be used" in caplog.text
    assert "a-secret" not in caplog.text


async def test_a_statement_that_takes_too_long(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    author = identity.user()
    await save(author)
    token = await sign_in(author)
    other = await database.get_new_connection()
    try:
        transaction = other.transaction()
        await transaction.start()
        await other.execute("lock table content.posts in access exclusive mode")
        await database.fetch("set local statement_timeout = '50ms'")
        (error,) = await refuse(client, "{ posts { nodes { id } } }", token=token)
        await transaction.rollback()
    finally:
        await other.close()
    assert error["message"] == "the database took too long; ask for less at once"
    assert error["extensions"] == {"code": "TIMEOUT"}


async def test_a_caller_whose_lookup_takes_too_long(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    other = await database.get_new_connection()
    try:
        transaction = other.transaction()
        await transaction.start()
        await other.execute("lock table identity.sessions in access exclusive mode")
        await database.fetch("set local statement_timeout = '50ms'")
        response = await send(client, "{ __typename }", token="sb_at_anything")
        await transaction.rollback()
    finally:
        await other.close()
    assert response.status_code == 503
    (error,) = response.json()["errors"]
    assert error["extensions"] == {"code": "TIMEOUT"}


async def test_a_body_that_does_not_come(built: BuiltSchema) -> None:
    engine = SeedbedEngine(
        load_settings({"DATABASE_URL": UNREACHABLE, "SEEDBED_REQUEST_TIMEOUT": "0.1"})
    )
    started = asyncio.Event()

    class Stream(httpx.AsyncByteStream):
        async def __aiter__(self):  # type: ignore[no-untyped-def]  # of a base without types
            yield b'{"query": '
            started.set()
            await asyncio.sleep(60)

    async with over(built, engine) as client:
        response = await client.post(
            "/graphql", content=Stream(), headers={"content-type": "application/json"}
        )
    assert started.is_set()
    assert response.status_code == 503
    (error,) = response.json()["errors"]
    assert error["extensions"] == {"code": "TIMEOUT"}
    assert error["message"] == "the request took too long; ask for less at once"
