"""What subscribers are told: each change once, in order, as they may see it, by both transports."""

from starlette.applications import Starlette

from tests.web.live.clients import events, socket
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
        await world.say("one", "two")
        assert (await stream.next())["messageAdded"]["message"] == {"content": "one"}
        assert (await stream.next())["messageAdded"]["message"] == {"content": "two"}
