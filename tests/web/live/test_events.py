"""What subscribers are told: each change once, in order, as they may see it, by both transports."""

import asyncio

import httpx
import pytest
from starlette.applications import Starlette

from app.database import SeedbedEngine
from app.tables.identity import UserRole
from app.web.graphql import sse, streams
from seeds import identity, projects
from seeds.upsert import save
from tests.graphql import global_id, sign_in
from tests.web.live.clients import PATIENCE, events, socket
from tests.web.live.conftest import FOLLOW, World


async def test_a_message_arrives_by_websocket(application: Starlette, world: World) -> None:
    async with socket(application) as client:
        await client.init(world.token)
        await client.subscribe(FOLLOW, id=world.id)
        await world.followed_by(1)
        await world.say("one", "two")
        assert (await client.next())["messageAdded"]["message"] == {"content": "one"}
        assert (await client.next())["messageAdded"]["message"] == {"content": "two"}


async def test_a_message_arrives_as_an_event(application: Starlette, world: World) -> None:
    async with events(application, FOLLOW, id=world.id, token=world.token) as stream:
        assert (stream.status, stream.headers["content-type"]) == (
            200,
            "text/event-stream; charset=utf-8",
        )
        assert stream.headers["x-content-type-options"] == "nosniff"
        # The headers say that the subscription holds.
        await world.say("one", "two")
        assert (await stream.next())["messageAdded"]["message"] == {"content": "one"}
        assert (await stream.next())["messageAdded"]["message"] == {"content": "two"}


async def test_every_part_of_an_event_can_be_selected(application: Starlette, world: World) -> None:
    query = """
    subscription ($id: ID!) {
      told: messageAdded(projectId: $id) {
        __typename ...Two a: message { project { name owner { name } } fragment { id } }
      }
    }
    fragment Two on MessageAddedEvent { b: message { id role } where: position }
    """
    async with events(application, query, id=world.id, token=world.token) as stream:
        [said] = await world.say("one")
        told = (await stream.next())["told"]
        position = told.pop("where")
        assert isinstance(position, str)
        assert position
        assert told == {
            "__typename": "MessageAddedEvent",
            "a": {
                "project": {"name": world.project.name, "owner": {"name": world.owner.name}},
                "fragment": None,
            },
            "b": {"id": global_id(said), "role": "USER"},
        }


async def test_a_position_goes_on_behind_its_event(application: Starlette, world: World) -> None:
    async with events(application, FOLLOW, id=world.id, token=world.token) as stream:
        await world.say("one", "two", "three")
        first = (await stream.next())["messageAdded"]["position"]
    await world.say("four")
    async with events(application, FOLLOW, id=world.id, token=world.token, after=first) as stream:
        texts = [(await stream.next())["messageAdded"]["message"]["content"] for _ in range(3)]
        assert texts == ["two", "three", "four"]


async def test_an_empty_position_tells_where_it_begins(
    application: Starlette, world: World
) -> None:
    async with events(application, FOLLOW, id=world.id, token=world.token, after="") as stream:
        begin = (await stream.next())["messageAdded"]
        assert begin["message"] is None
    await world.say("one")
    after = begin["position"]
    async with events(application, FOLLOW, id=world.id, token=world.token, after=after) as stream:
        assert (await stream.next())["messageAdded"]["message"] == {"content": "one"}


async def test_more_than_a_batch_was_missed(application: Starlette, world: World) -> None:
    async with events(application, FOLLOW, id=world.id, token=world.token, after="") as stream:
        begin = (await stream.next())["messageAdded"]["position"]
    said = [projects.message(project=world.project, content=str(n)) for n in range(250)]
    await save(*said)
    async with events(application, FOLLOW, id=world.id, token=world.token, after=begin) as stream:
        told = [(await stream.next())["messageAdded"]["message"]["content"] for _ in said]
    assert sorted(told, key=int) == [str(n) for n in range(250)]


@pytest.mark.parametrize("after", ["x", "A" * 50_000, "MTtkZWFkYmVlZjsxOjk5OTk5OTk5OTk6"])
async def test_a_bad_position_is_refused(application: Starlette, world: World, after: str) -> None:
    async with events(application, FOLLOW, id=world.id, token=world.token, after=after) as stream:
        name, body = await stream.event()
        [error] = body["errors"]
        code = "POSITION_LOST" if after.startswith("MT") else "BAD_USER_INPUT"
        assert (name, error["extensions"]["code"], "data" in body) == ("next", code, False)
        assert await stream.event() == ("complete", None)


async def test_a_position_from_before_the_retention_is_lost(
    application: Starlette, world: World, committed: SeedbedEngine
) -> None:
    async with events(application, FOLLOW, id=world.id, token=world.token, after="") as stream:
        begin = (await stream.next())["messageAdded"]["position"]
    await world.say("one")
    await committed.fetch("delete from operations.changes")
    async with events(application, FOLLOW, id=world.id, token=world.token, after=begin) as stream:
        _, body = await stream.event()
        assert body["errors"][0]["extensions"]["code"] == "POSITION_LOST"


@pytest.mark.parametrize("role", [UserRole.USER, UserRole.ADMIN])
async def test_who_may_not_read_a_project_cannot_tell_it_from_none(
    application: Starlette, world: World, role: UserRole
) -> None:
    stranger = identity.user(role=role)
    await save(stranger)
    token = await sign_in(stranger)
    nowhere = f"Project_{stranger.id}"
    bodies = []
    for id in (world.id, nowhere):
        async with events(application, FOLLOW, id=id, token=token) as stream:
            if id == world.id and role is UserRole.ADMIN:
                await world.say("one")
                assert (await stream.next())["messageAdded"]["message"] == {"content": "one"}
                return
            bodies.append(await stream.event())
    assert bodies[0] == bodies[1]
    assert bodies[0][1]["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


@pytest.mark.parametrize("selection", ["message { content }", "position", "__typename"])
async def test_a_hidden_row_is_passed_over(
    application: Starlette, world: World, committed: SeedbedEngine, selection: str
) -> None:
    query = f"subscription ($id: ID!) {{ messageAdded(projectId: $id) {{ {selection} }} }}"
    other = identity.user()
    await save(other)
    async with socket(application) as client:
        await client.init(world.token)
        await client.subscribe(query, id=world.id)
        await world.followed_by(1)
        await committed.fetch("update projects.projects set owner = $1", other.id)
        await world.say("hidden")
        await asyncio.sleep(0.2)  # long enough for it to arrive, if it did
        await client.silent()


async def test_a_deleted_row_is_passed_over(
    application: Starlette, world: World, committed: SeedbedEngine
) -> None:
    async with events(application, FOLLOW, id=world.id, token=world.token) as stream:
        async with committed.transaction():
            await world.say("gone")
            await committed.fetch("delete from projects.messages")
        await world.say("there")
        assert (await stream.next())["messageAdded"]["message"] == {"content": "there"}


CANCEL = """
select pg_cancel_backend(pid) from pg_stat_activity
where datname = current_database() and wait_event_type = 'Lock' and query like 'select%'
"""


async def test_what_the_database_always_stops_ends_a_subscription(
    application: Starlette, world: World, committed: SeedbedEngine
) -> None:
    query = """subscription ($id: ID!) {
      messageAdded(projectId: $id) { message { fragment { id } } }
    }"""
    async with events(application, query, id=world.id, token=world.token) as stream:
        other = await committed.get_new_connection()
        told = asyncio.create_task(stream.event())
        async with asyncio.timeout(PATIENCE), other.transaction():
            await other.execute("lock table projects.fragments in access exclusive mode")
            await world.say("one")
            while not told.done():
                await committed.fetch(CANCEL)
                await asyncio.sleep(0.02)
        await other.close()
        name, body = await told
        assert (name, body["errors"][0]["extensions"]) == ("next", {"code": "TIMEOUT"})
        assert await stream.event() == ("complete", None)


REVOKE = "update identity.sessions set revoked_at = now()"


async def test_a_revoked_login_ends_with_its_next_event(
    application: Starlette, world: World, committed: SeedbedEngine
) -> None:
    async with (
        socket(application) as client,
        events(application, FOLLOW, id=world.id, token=world.token) as stream,
    ):
        await client.init(world.token)
        await client.subscribe(FOLLOW, id=world.id)
        await world.followed_by(2)
        await committed.fetch(REVOKE)
        await world.say("secret")
        assert (await client.closed()).code == 4401
        name, body = await stream.event()
        assert (name, body["errors"][0]["extensions"]) == ("next", {"code": "UNAUTHENTICATED"})
        assert await stream.event() == ("complete", None)


async def test_a_revoked_login_ends_while_nothing_happens(
    application: Starlette,
    world: World,
    committed: SeedbedEngine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(streams, "CHECK_EVERY", 0.1)
    async with socket(application) as client:
        await client.init(world.token)
        await client.subscribe(FOLLOW, id=world.id)
        await world.followed_by(1)
        await committed.fetch(REVOKE)
        assert (await client.closed()).code == 4401


async def test_an_event_stream_is_kept_alive(
    application: Starlette, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sse, "KEEP_ALIVE", 0.05)
    async with events(application, FOLLOW, id=world.id, token=world.token) as stream:
        for _ in range(3):
            assert (await stream.connection.heard())["body"] == b":\n\n"


async def test_a_shutdown_ends_an_event_stream_without_complete(
    application: Starlette, world: World
) -> None:
    async with events(application, FOLLOW, id=world.id, token=world.token) as stream:
        await world.followed_by(1)
        await world.hub.send_away(10)
        assert await stream.rest() == ":\n\n"


async def test_who_is_too_slow_is_told_where_they_were(
    application: Starlette, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with events(application, FOLLOW, id=world.id, token=world.token) as stream:
        await world.say("one")
        first = (await stream.next())["messageAdded"]["position"]
        monkeypatch.setattr(sse, "PATIENCE", 0.05)
        stream.connection.takes.clear()
        await world.say("two")
        await asyncio.sleep(0.3)
        stream.connection.takes.set()
        name, body = await stream.event()
        assert (name, body["errors"][0]["extensions"]) == (
            "next",
            {"code": "TOO_SLOW", "position": first},
        )
        assert await stream.event() == ("complete", None)
    async with events(application, FOLLOW, id=world.id, token=world.token, after=first) as stream:
        assert (await stream.next())["messageAdded"]["message"] == {"content": "two"}


async def test_a_query_is_answered_as_an_event(application: Starlette, world: World) -> None:
    async with events(application, "{ __typename }", token=world.token) as stream:
        assert await stream.next() == {"__typename": "Query"}
        assert await stream.event() == ("complete", None)


async def test_a_bad_token_is_no_stream(application: Starlette, world: World) -> None:
    async with events(application, FOLLOW, id=world.id, token="nobody") as stream:
        assert (stream.status, stream.headers["content-type"]) == (
            401,
            "application/json; charset=utf-8",
        )


async def test_a_subscription_is_not_answered_as_json(application: Starlette, world: World) -> None:
    body = {"query": FOLLOW, "variables": {"id": world.id}}
    transport = httpx.ASGITransport(application)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        response = await client.post("/graphql", json=body)
    assert response.status_code == 400
    assert "text/event-stream" in response.json()["errors"][0]["message"]
