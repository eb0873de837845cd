"""The agent's answers: once per event, with what it made, and by the agent alone."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from app.database import SeedbedEngine
from app.tables import AuditLog, Event, Fragment, Message, Project, User
from app.tables.identifiers import API_KEY, hash_token, new_token
from seeds import identity, operations, projects
from seeds.upsert import save
from tests.graphql import ask, code_of, global_id, refuse, sign_in

ANSWER = """mutation($input: AnswerEventInput!) { answerEvent(input: $input) {
  message { id content role type project { name }
    fragment { sandboxUrl title files summary } }
  errors { code path } } }"""

FRAGMENT = {
    "sandboxUrl": "https://sandbox.example/1",
    "title": "Page",
    "files": {"index.html": "<h1>Hello</h1>"},
    "summary": None,
}


def _fragment(**values: Any) -> dict[str, Any]:
    return {"fragment": {**FRAGMENT, **values}}


@dataclass
class World:
    """A project with an event, and the tokens of its owner, of an administrator, of the agent."""

    owner: User = field(default_factory=identity.user)
    admin: User = field(default_factory=lambda: identity.user(role="ADMIN"))
    project: Project = field(init=False)
    event: Event = field(init=False)
    tokens: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """What depends on the people."""
        self.project = projects.project(owner=self.owner, name="tide-table")
        self.event = operations.event(project=self.project)

    def answer(self, **values: Any) -> dict[str, Any]:
        """The variables of an answer to the event."""
        whole = {
            "eventId": global_id(self.event),
            "projectId": global_id(self.project),
            "content": "Done.",
            "fragment": FRAGMENT,
        }
        return {"input": {**whole, **values}}


async def make_world() -> World:
    """The rows, saved, and the tokens."""
    world = World()
    await save(world.owner, world.admin, world.project)
    await save(world.event)
    key = world.tokens["agent"] = new_token(API_KEY)
    await save(identity.api_key(user=world.admin, scopes=["agent"], key_hash=hash_token(key)))
    world.tokens |= {"owner": await sign_in(world.owner), "admin": await sign_in(world.admin)}
    return world


@pytest.fixture
async def world(database: SeedbedEngine) -> World:
    """The world inside the test's transaction."""
    assert database
    return await make_world()


async def _stored() -> tuple[int, int, int]:
    return await Message.count(), await Fragment.count(), await AuditLog.count()


async def test_an_answer_with_what_was_made(client: httpx.AsyncClient, world: World) -> None:
    payload = (await ask(client, ANSWER, world.answer(), world.tokens["agent"]))["answerEvent"]
    assert payload["errors"] == []
    expected = {
        "id": payload["message"]["id"],
        "content": "Done.",
        "role": "ASSISTANT",
        "type": "RESULT",
        "project": {"name": "tide-table"},
        "fragment": FRAGMENT,
    }
    assert payload["message"] == expected
    seen = await ask(
        client,
        "query($id: ID!) { project(id: $id) { messages { nodes { id fragment { title } } } } }",
        {"id": global_id(world.project)},
        world.tokens["owner"],
    )
    assert seen["project"]["messages"]["nodes"] == [
        {"id": expected["id"], "fragment": {"title": "Page"}}
    ]
    (row,) = await AuditLog.select()
    assert (row["action"], row["user"]) == ("event.answer", world.admin.id)


async def test_an_error_has_no_fragment(client: httpx.AsyncClient, world: World) -> None:
    token = world.tokens["agent"]
    wrong = world.answer(type="ERROR")
    payload = (await ask(client, ANSWER, wrong, token))["answerEvent"]
    assert payload["errors"] == [{"code": "INVALID", "path": ["input", "fragment"]}]
    assert await _stored() == (0, 0, 0)
    right = world.answer(type="ERROR", fragment=None)
    payload = (await ask(client, ANSWER, right, token))["answerEvent"]
    assert (payload["message"]["type"], payload["message"]["fragment"]) == ("ERROR", None)


@pytest.mark.parametrize(
    "fragment",
    [FRAGMENT, {name: FRAGMENT[name] for name in ("sandboxUrl", "title")}, None],
    ids=["fragment", "least", "none"],
)
async def test_the_same_answer_again_is_the_first_one(
    client: httpx.AsyncClient, world: World, fragment: Any
) -> None:
    token, variables = world.tokens["agent"], world.answer(fragment=fragment)
    first = await ask(client, ANSWER, variables, token)
    before = await _stored()
    assert await ask(client, ANSWER, variables, token) == first
    # And when the event itself is gone by age.
    await Event.delete(force=True)
    assert await ask(client, ANSWER, variables, token) == first
    assert await _stored() == before


@pytest.mark.parametrize(
    "change",
    [
        {"content": "Else."},
        {"type": "ERROR", "fragment": None},
        {"type": None},
        {"fragment": None},
        {"fragment": {**FRAGMENT, "title": "Else"}},
        {"fragment": {**FRAGMENT, "files": {}}},
        {"fragment": {**FRAGMENT, "summary": "Else"}},
        {"fragment": {**FRAGMENT, "sandboxUrl": "https://else.example"}},
    ],
    ids=["content", "type", "no type", "none", "title", "files", "summary", "url"],
)
async def test_another_answer_is_refused(
    client: httpx.AsyncClient, world: World, change: dict[str, Any]
) -> None:
    token = world.tokens["agent"]
    await ask(client, ANSWER, world.answer(), token)
    before = await _stored()
    payload = (await ask(client, ANSWER, world.answer(**change), token))["answerEvent"]
    assert payload == {
        "message": None,
        "errors": [{"code": "ALREADY_ANSWERED", "path": ["input", "eventId"]}],
    }
    assert await _stored() == before


@pytest.mark.parametrize(
    ("change", "code", "path"),
    [
        ({"content": ""}, "INVALID", ["content"]),
        ({"content": "x" * 10_001}, "INVALID", ["content"]),
        ({"eventId": "Event_1"}, "INVALID", ["eventId"]),
        ({"projectId": "Project_1"}, "INVALID", ["projectId"]),
        (_fragment(sandboxUrl="javascript:1"), "INVALID", ["fragment", "sandboxUrl"]),
        (_fragment(title=" "), "REQUIRED", ["fragment", "title"]),
        (_fragment(files=["a"]), "INVALID", ["fragment", "files"]),
        (_fragment(files={"a": 1}), "INVALID", ["fragment", "files"]),
        (_fragment(files={" ": "a"}), "INVALID", ["fragment", "files"]),
    ],
)  # fmt: skip
async def test_an_answer_that_does_not_fit_changes_nothing(
    client: httpx.AsyncClient, world: World, change: dict[str, Any], code: str, path: list[str]
) -> None:
    payload = (await ask(client, ANSWER, world.answer(**change), world.tokens["agent"]))[
        "answerEvent"
    ]
    assert payload == {"message": None, "errors": [{"code": code, "path": ["input", *path]}]}
    assert await _stored() == (0, 0, 0)


async def test_an_event_of_another_project_is_refused(
    client: httpx.AsyncClient, world: World
) -> None:
    other = projects.project(owner=world.owner)
    await save(other)
    token = world.tokens["agent"]
    variables = world.answer(projectId=global_id(other))
    for _ in range(2):  # before and after the event has its answer
        payload = (await ask(client, ANSWER, variables, token))["answerEvent"]
        assert payload["errors"] == [{"code": "NOT_FOUND", "path": ["input", "eventId"]}]
        await ask(client, ANSWER, world.answer(), token)
    assert await Message.count().where(Message.project == other.id) == 0


async def test_only_the_agent_answers_and_the_agent_only_answers(
    client: httpx.AsyncClient, world: World
) -> None:
    assert code_of(await refuse(client, ANSWER, world.answer())) == "UNAUTHENTICATED"
    for name in ("owner", "admin"):
        errors = await refuse(client, ANSWER, world.answer(), world.tokens[name])
        assert code_of(errors) == "FORBIDDEN"
    create = 'mutation { createProject(input: {prompt: "x"}) { errors { code } } }'
    assert code_of(await refuse(client, create, token=world.tokens["agent"])) == "FORBIDDEN"
    delete = "mutation($id: ID!) { deleteProject(id: $id) { deletedId } }"
    variables = {"id": global_id(world.project)}
    assert code_of(await refuse(client, delete, variables, world.tokens["agent"])) == "FORBIDDEN"
    assert await _stored() == (0, 0, 0)
    assert await Project.count() == 1


async def test_an_answer_sent_twice_at_once_is_stored_once(
    applications: Any, committed: SeedbedEngine
) -> None:
    assert committed
    world = await make_world()
    transport = httpx.ASGITransport(applications("json"))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        answers = await asyncio.gather(
            *(ask(client, ANSWER, world.answer(), world.tokens["agent"]) for _ in range(4))
        )
    assert all(answer == answers[0] for answer in answers)
    assert answers[0]["answerEvent"]["errors"] == []
    assert await _stored() == (1, 1, 1)
