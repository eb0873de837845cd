"""The WebSocket protocol: each message that is wrong ends the socket with the code made for it."""

import asyncio
from typing import Any

import orjson
import pytest
from starlette.applications import Starlette

from app.web.graphql import websocket
from tests.web.live.clients import Closed, Socket, socket
from tests.web.live.conftest import FOLLOW, World

QUERY = "{ __typename }"


# Messages that are JSON, and no message of the protocol.
JSON: tuple[Any, ...] = (
    None,
    1,
    "text",
    [],
    {},
    {"type": None},
    {"type": 1},
    {"type": {}},
    {"type": "start"},
    {"type": "next", "id": "1"},
    {"type": "connection_ack"},
    {"type": "ping", "payload": 1},
    {"type": "pong", "payload": []},
    {"type": "complete"},
    {"type": "complete", "id": 1},
    {"type": "complete", "id": ""},
    {"type": "subscribe", "payload": {"query": QUERY}},
    {"type": "subscribe", "id": "", "payload": {"query": QUERY}},
    {"type": "subscribe", "id": None, "payload": {"query": QUERY}},
    {"type": "subscribe", "id": 1, "payload": {"query": QUERY}},
    {"type": "subscribe", "id": ["1"], "payload": {"query": QUERY}},
    {"type": "subscribe", "id": "x" * 129, "payload": {"query": QUERY}},
    {"type": "subscribe", "id": "1"},
    {"type": "subscribe", "id": "1", "payload": None},
    {"type": "subscribe", "id": "1", "payload": "query"},
    {"type": "subscribe", "id": "1", "payload": []},
    {"type": "subscribe", "id": "1", "payload": {}},
    {"type": "subscribe", "id": "1", "payload": {"query": None}},
    {"type": "subscribe", "id": "1", "payload": {"query": 1}},
    {"type": "subscribe", "id": "1", "payload": {"query": QUERY, "variables": []}},
    {"type": "subscribe", "id": "1", "payload": {"query": QUERY, "variables": "a"}},
    {"type": "subscribe", "id": "1", "payload": {"query": QUERY, "operationName": 1}},
    {"type": "subscribe", "id": "1", "payload": {"query": QUERY, "extensions": 1}},
)
# And what is not even JSON, by what it is.
TEXTS = {
    "empty": "",
    "half": "{",
    "surrogate": "\ud800",
    "NaN": "NaN",
    "a long number": "1" * 5_000,
    "deep": "[" * 100_000,
}


@pytest.mark.parametrize(
    "text",
    [
        *(pytest.param(orjson.dumps(message).decode(), id=str(message)) for message in JSON),
        *(pytest.param(text, id=name) for name, text in TEXTS.items()),
    ],
)
async def test_a_malformed_message_is_4400(application: Starlette, text: str) -> None:
    async with socket(application) as client:
        await client.init()
        await client.send(text)
        closed = await client.closed()
        assert closed.code == 4400
        assert str(closed).startswith("Invalid message: ")


@pytest.mark.parametrize("payload", [[], 1, "x", {"authorization": 1}, {"Authorization": {}}])
async def test_a_malformed_init_is_4400(application: Starlette, payload: Any) -> None:
    async with socket(application) as client:
        await client.send({"type": "connection_init", "payload": payload})
        assert (await client.closed()).code == 4400


async def test_bytes_are_4400(application: Starlette) -> None:
    async with socket(application) as client:
        await client.connection.to_app.put({"type": "websocket.receive", "bytes": b"{}"})
        assert (await client.closed()).code == 4400


async def test_a_message_that_is_too_large_is_1009(application: Starlette) -> None:
    async with socket(application) as client:
        await client.send(f'"{"x" * 1024 * 1024}"')
        assert (await client.closed()).code == 1009


async def test_another_protocol_is_4406(application: Starlette) -> None:
    async with socket(application, protocols=("graphql-ws",)) as client:
        assert (await client.closed()).code == 4406


async def test_subscribing_before_the_acknowledgement_is_4401(application: Starlette) -> None:
    async with socket(application) as client:
        await client.subscribe(QUERY)
        assert (await client.closed()).code == 4401


async def test_a_second_init_is_4429(application: Starlette) -> None:
    async with socket(application) as client:
        await client.init()
        await client.send({"type": "connection_init"})
        assert (await client.closed()).code == 4429


async def test_no_init_is_4408(application: Starlette, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websocket, "INIT_TIMEOUT", 0.01)
    async with socket(application) as client:
        assert (await client.closed()).code == 4408


async def test_a_token_that_is_nobodys_is_4403(application: Starlette) -> None:
    async with socket(application) as client:
        await client.send(
            {"type": "connection_init", "payload": {"authorization": "Bearer of-nobody"}}
        )
        closed = await client.closed()
        assert (closed.code, "of-nobody" in str(closed)) == (4403, False)


async def test_an_id_that_is_in_use_is_4409(application: Starlette, world: World) -> None:
    async with socket(application) as client:
        await client.init(world.token)
        await client.subscribe(FOLLOW, id=world.id)
        await client.subscribe(FOLLOW, id=world.id)
        closed = await client.closed()
        assert (closed.code, str(closed)) == (4409, "Subscriber for 1 already exists")
    await world.followed_by(0)


@pytest.mark.parametrize(
    "origin", ["https://elsewhere.example", "null", "http://localhost.example", "http://["]
)
async def test_a_page_of_another_site_is_refused(application: Starlette, origin: str) -> None:
    with pytest.raises(Closed):
        async with socket(application, origin=origin):
            pass


@pytest.mark.parametrize("origin", ["http://localhost", "http://127.0.0.1:8000"])
async def test_a_page_of_this_site_is_served(application: Starlette, origin: str) -> None:
    async with socket(application, origin=origin) as client:
        await client.init()


async def test_another_host_is_refused(application: Starlette) -> None:
    with pytest.raises(Closed) as refused:
        async with socket(application, host="elsewhere.example"):
            pass
    assert refused.value.code == 400


async def test_a_ping_is_answered_with_its_payload(application: Starlette) -> None:
    async with socket(application) as client:
        await client.send({"type": "ping", "payload": {"n": 1}})
        assert await client.receive() == {"type": "pong", "payload": {"n": 1}}
        await client.send({"type": "pong"})
        await client.silent()


async def test_queries_are_answered_and_completed(application: Starlette, world: World) -> None:
    async with socket(application, authorization=f"Bearer {world.token}") as client:
        await client.init()
        await client.subscribe("query ($id: ID!) { project(id: $id) { id } }", id=world.id)
        assert await client.next() == {"project": {"id": world.id}}
        assert await client.receive() == {"type": "complete", "id": "1"}
        # The id is free again.
        await client.subscribe(QUERY)
        assert await client.next() == {"__typename": "Query"}


async def test_a_mutation_is_answered(application: Starlette, world: World) -> None:
    async with socket(application) as client:
        await client.init(world.token)
        await client.subscribe(
            'mutation { createPost(input: {title: "T", content: "C"}) { post { title } } }'
        )
        assert await client.next() == {"createPost": {"post": {"title": "T"}}}


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("query a { __typename } query b { __typename }", "BAD_USER_INPUT"),
        ("query ($id: ID!) { project(id: $id) { id } }", "BAD_USER_INPUT"),
        ("subscription { auditLogAdded { position } }", "UNAUTHENTICATED"),
        ("subscription { a: auditLogAdded { position } b: auditLogAdded { position } }", None),
        ("subscription { __typename }", None),
    ],
)
async def test_an_operation_that_cannot_begin_is_an_error(
    application: Starlette, query: str, code: str | None
) -> None:
    async with socket(application) as client:
        await client.init()
        await client.subscribe(query)
        message = await client.receive()
        assert (message["type"], message["id"]) == ("error", "1")
        [error] = message["payload"]
        assert error["extensions"]["code"] == (code or "GRAPHQL_VALIDATION_FAILED")
        await client.subscribe(QUERY)
        assert await client.next() == {"__typename": "Query"}


async def test_a_socket_has_a_limit_of_operations(
    application: Starlette, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(websocket, "MOST_OPERATIONS", 2)
    async with socket(application) as client:
        await client.init(world.token)
        for name in "123":
            await client.subscribe(FOLLOW, name, id=world.id)
        message = await client.receive()
        assert (message["type"], message["id"]) == ("error", "3")
        assert message["payload"][0]["extensions"]["code"] == "LIMIT_EXCEEDED"


async def test_complete_ends_a_subscription(application: Starlette, world: World) -> None:
    async with socket(application) as client:
        await client.init(world.token)
        await client.subscribe(FOLLOW, id=world.id)
        await world.followed_by(1)
        await client.send({"type": "complete", "id": "1"})
        await client.send({"type": "complete", "id": "unknown"})
        await world.followed_by(0)
        await world.say("too late")
        await client.silent()


async def test_a_client_that_goes_leaves_nothing(application: Starlette, world: World) -> None:
    async with socket(application) as client:
        await client.init(world.token)
        await client.subscribe(FOLLOW, id=world.id)
        await world.followed_by(1)
    await world.followed_by(0)


async def test_a_shutdown_is_1001(application: Starlette, world: World) -> None:
    async with socket(application) as client:
        await client.init(world.token)
        await client.subscribe(FOLLOW, id=world.id)
        await world.followed_by(1)
        await world.hub.send_away(10)
        assert (await client.closed()).code == 1001


async def test_sockets_do_not_hold_each_other_up(application: Starlette, world: World) -> None:
    async with socket(application) as slow, socket(application) as quick:
        for client in (slow, quick):
            await client.init(world.token)
            await client.subscribe(FOLLOW, id=world.id)
        await world.followed_by(2)
        slow.connection.takes.clear()
        for number in range(5):
            await world.say(str(number))
            assert (await quick.next())["messageAdded"]["message"]["content"] == str(number)


async def test_who_is_too_slow_is_told_where_they_were(
    application: Starlette, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with socket(application) as client:
        await client.init(world.token)
        await client.subscribe(FOLLOW, id=world.id)
        await world.followed_by(1)
        await world.say("one")
        first = (await client.next())["messageAdded"]
        monkeypatch.setattr(websocket, "PATIENCE", 0.05)
        client.connection.takes.clear()
        await world.say("two")
        await asyncio.sleep(0.3)
        client.connection.takes.set()
        told = await client.receive()
        assert told["type"] == "error"
        assert told["payload"][0]["extensions"] == {
            "code": "TOO_SLOW",
            "position": first["position"],
        }
        assert (await client.closed()).code == 1013
    await _goes_on(application, world, first["position"])


async def test_what_the_client_has_completed_is_not_told_of(
    application: Starlette, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with socket(application) as client:
        await client.init(world.token)
        await client.subscribe(FOLLOW, id=world.id)
        await world.followed_by(1)
        await world.say("one")
        await client.next()
        await client.send({"type": "complete", "id": "1"})
        await world.followed_by(0)
        monkeypatch.setattr(websocket, "PATIENCE", 0.05)
        client.connection.takes.clear()
        await client.send({"type": "ping"})
        await asyncio.sleep(0.3)
        client.connection.takes.set()
        assert (await client.closed()).code == 1013


async def _goes_on(application: Starlette, world: World, after: str) -> None:
    async with socket(application) as client:
        assert isinstance(client, Socket)
        await client.init(world.token)
        await client.subscribe(FOLLOW, id=world.id, after=after)
        assert (await client.next())["messageAdded"]["message"] == {"content": "two"}
