"""What is followed in the tests of subscriptions: a project, by its owner."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from app.database import SeedbedEngine
from app.live import Hub, hub_of
from app.tables import Message, Project, User
from seeds import identity, projects
from seeds.upsert import save
from tests.graphql import global_id, sign_in

FOLLOW = """
subscription ($id: ID!, $after: String) {
  messageAdded(projectId: $id, after: $after) { message { content } position }
}
"""


@dataclass(frozen=True, slots=True)
class World:
    """Committed rows, and how their owner is known."""

    owner: User
    token: str
    project: Project
    hub: Hub

    async def followed_by(self, count: int) -> None:
        """Wait until so many follow something."""
        async with asyncio.timeout(20):
            while self.hub.followers != count:  # noqa: ASYNC110 - the hub tells nobody
                await asyncio.sleep(0.01)

    @property
    def id(self) -> str:
        """The project's global id."""
        return global_id(self.project)

    async def say(self, *texts: str) -> list[Message]:
        """Add messages to the conversation, each in a transaction of its own."""
        said = [projects.message(project=self.project, content=text) for text in texts]
        for message in said:
            await save(message)
        return said


@pytest.fixture(scope="session", params=["json", "rows"])
def mode(request: pytest.FixtureRequest) -> str:
    """Events are answered in both result modes."""
    return str(request.param)


@pytest.fixture
async def hub(committed: SeedbedEngine) -> AsyncIterator[Hub]:
    """The hub of the application; nobody follows anything when a test has ended."""
    hub = hub_of(committed)
    yield hub
    assert hub.followers == 0
    await hub.stop()


@pytest.fixture
async def world(hub: Hub) -> World:
    """A project without messages."""
    owner = identity.user()
    project = projects.project(owner=owner)
    await save(owner, project)
    return World(owner, await sign_in(owner), project, hub)
