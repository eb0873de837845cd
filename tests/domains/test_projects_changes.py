"""Creating, writing in, renaming and deleting projects: the agent hears of it, or nothing is."""

import asyncio
import json
import re
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from app.actions.projects import names
from app.database import SeedbedEngine, count_statements
from app.tables import AuditLog, Event, Fragment, Message, Project, User
from seeds import identity, operations, projects
from seeds.upsert import save
from tests.graphql import ask, code_of, global_id, refuse, sign_in

CREATE = """mutation($input: CreateProjectInput!) { createProject(input: $input) {
  project { id name owner { id } messages { nodes { id content role type } } }
  errors { code path } } }"""
ADD = """mutation($input: AddMessageInput!) { addMessage(input: $input) {
  message { id content role type } errors { code path } } }"""
RENAME = """mutation($id: ID!, $name: String!) { renameProject(id: $id, input: {name: $name}) {
  project { name } errors { code path } } }"""
DELETE = """mutation($id: ID!) { deleteProject(id: $id) { deletedId errors { code path } } }"""


@dataclass
class People:
    """An owner with a project, somebody else, an administrator, and their tokens by name."""

    owner: User = field(default_factory=identity.user)
    other: User = field(default_factory=identity.user)
    admin: User = field(default_factory=lambda: identity.user(role="ADMIN"))
    tokens: dict[str, str] = field(default_factory=dict)


@pytest.fixture
async def people(database: SeedbedEngine) -> People:
    """Three people who are logged in."""
    assert database
    made = People()
    await save(made.owner, made.other, made.admin)
    for name in ("owner", "other", "admin"):
        made.tokens[name] = await sign_in(getattr(made, name))
    return made


async def _count() -> tuple[int, ...]:
    tables = (Project, Message, Event, AuditLog)
    return tuple([await table.count() for table in tables])


async def test_a_prompt_makes_project_message_and_event(
    client: httpx.AsyncClient, people: People
) -> None:
    variables = {"input": {"prompt": "A page, please"}}
    payload = (await ask(client, CREATE, variables, people.tokens["owner"]))["createProject"]
    assert payload["errors"] == []
    project = payload["project"]
    assert re.fullmatch("[a-z]+-[a-z]+", project["name"])
    assert project["owner"] == {"id": global_id(people.owner)}
    (message,) = project["messages"]["nodes"]
    assert message == {
        "id": message["id"], "content": "A page, please", "role": "USER", "type": "RESULT"
    }  # fmt: skip
    (event,) = await Event.select()
    assert event["name"] == "code-agent/run"
    assert f"Project_{event['project']}" == project["id"]
    assert json.loads(event["data"]) == {
        "projectId": project["id"], "messageId": message["id"], "prompt": "A page, please"
    }  # fmt: skip
    assert (event["attempts"], event["delivered_at"], event["dead_at"]) == (0, None, None)
    (row,) = await AuditLog.select()
    assert (row["action"], row["resource_id"]) == ("project.create", str(event["project"]))


async def test_messages_and_their_events_are_in_the_same_order(
    client: httpx.AsyncClient, people: People
) -> None:
    project = projects.project(owner=people.owner)
    await save(project)
    for text in ("1", "2", "3"):
        variables = {"input": {"projectId": global_id(project), "content": text}}
        payload = (await ask(client, ADD, variables, people.tokens["owner"]))["addMessage"]
        assert (payload["message"]["content"], payload["errors"]) == (text, [])
    events = await Event.select().order_by(Event.sequence)
    assert [json.loads(event["data"])["prompt"] for event in events] == ["1", "2", "3"]


@pytest.mark.parametrize("text", ["", "x" * 10_001, "a\x00"])
async def test_a_message_of_the_wrong_length_changes_nothing(
    client: httpx.AsyncClient, people: People, text: str
) -> None:
    project = projects.project(owner=people.owner)
    await save(project)
    before = await _count()
    token = people.tokens["owner"]
    payload = (await ask(client, CREATE, {"input": {"prompt": text}}, token))["createProject"]
    assert payload == {
        "project": None, "errors": [{"code": "INVALID", "path": ["input", "prompt"]}]
    }  # fmt: skip
    variables = {"input": {"projectId": global_id(project), "content": text}}
    payload = (await ask(client, ADD, variables, token))["addMessage"]
    assert payload == {
        "message": None, "errors": [{"code": "INVALID", "path": ["input", "content"]}]
    }  # fmt: skip
    assert await _count() == before


async def test_the_longest_message_is_taken(client: httpx.AsyncClient, people: People) -> None:
    variables = {"input": {"prompt": "é" * 10_000, "name": "long"}}
    payload = (await ask(client, CREATE, variables, people.tokens["owner"]))["createProject"]
    assert (payload["project"]["name"], payload["errors"]) == ("long", [])


async def test_names_are_unique_per_owner_alone(client: httpx.AsyncClient, people: People) -> None:
    mine = projects.project(owner=people.owner, name="tide-table")
    second = projects.project(owner=people.owner, name="second")
    await save(mine, second)
    before = await _count()
    variables = {"input": {"prompt": "x", "name": "tide-table"}}
    payload = (await ask(client, CREATE, variables, people.tokens["owner"]))["createProject"]
    taken = [{"code": "TAKEN", "path": ["input", "name"]}]
    assert (payload["project"], payload["errors"]) == (None, taken)
    rename = {"id": global_id(second), "name": "tide-table"}
    payload = (await ask(client, RENAME, rename, people.tokens["owner"]))["renameProject"]
    assert (payload["project"], payload["errors"]) == (None, taken)
    assert await _count() == before
    payload = (await ask(client, CREATE, variables, people.tokens["other"]))["createProject"]
    assert payload["errors"] == []


async def test_a_name_that_is_taken_is_tried_no_further(
    client: httpx.AsyncClient, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(names, "ADJECTIVES", ("quiet",))
    monkeypatch.setattr(names, "NOUNS", ("harbour",))
    token, variables = people.tokens["owner"], {"input": {"prompt": "x"}}
    found = []
    for _ in range(3):
        payload = (await ask(client, CREATE, variables, token))["createProject"]
        found.append(payload["project"] and payload["project"]["name"])
    assert found == ["quiet-harbour", "quiet-quiet-harbour", None]
    assert payload["errors"] == [{"code": "TAKEN", "path": ["input", "name"]}]
    assert await _count() == (2, 2, 2, 2)


async def test_renaming_and_deleting(client: httpx.AsyncClient, people: People) -> None:
    project = projects.project(owner=people.owner, name="old")
    message = projects.message(project=project)
    await save(project, message, projects.fragment(message=message))
    await save(operations.event(project=project))
    token = people.tokens["owner"]
    rename = {"id": global_id(project), "name": "new-name"}
    payload = (await ask(client, RENAME, rename, token))["renameProject"]
    assert payload == {"project": {"name": "new-name"}, "errors": []}
    payload = (await ask(client, RENAME, {**rename, "name": "No slug"}, token))["renameProject"]
    assert payload["errors"] == [{"code": "INVALID", "path": ["input", "name"]}]
    payload = (await ask(client, DELETE, {"id": global_id(project)}, token))["deleteProject"]
    assert payload == {"deletedId": global_id(project), "errors": []}
    assert (await _count())[:3] == (0, 0, 0)
    assert await Fragment.count() == 0
    actions = await AuditLog.select(AuditLog.action).order_by(AuditLog.id)
    assert [row["action"] for row in actions] == ["project.rename", "project.delete"]


@pytest.mark.parametrize("document", [ADD, RENAME, DELETE], ids=["add", "rename", "delete"])
async def test_a_project_of_somebody_else_is_like_none(
    client: httpx.AsyncClient, people: People, document: str
) -> None:
    project = projects.project(owner=people.owner)
    await save(project)
    before = await _count()
    answers = []
    for key in (global_id(project), global_id(projects.project(owner=people.owner))):
        variables: dict[str, Any] = {"id": key, "input": {"projectId": key, "content": "x"}}
        variables = {name: variables[name] for name in ("id", "input") if f"${name}:" in document}
        if document is RENAME:
            variables["name"] = "mine"
        (payload,) = (await ask(client, document, variables, people.tokens["other"])).values()
        assert payload["errors"][0]["code"] == "NOT_FOUND"
        answers.append(payload)
        assert code_of(await refuse(client, document, variables)) == "UNAUTHENTICATED"
    assert answers[0] == answers[1]
    assert await _count() == before


async def test_an_administrator_deletes_but_neither_writes_nor_renames(
    client: httpx.AsyncClient, people: People
) -> None:
    project = projects.project(owner=people.owner)
    await save(project)
    token, key = people.tokens["admin"], global_id(project)
    before = await _count()
    add = {"input": {"projectId": key, "content": "x"}}
    assert code_of(await refuse(client, ADD, add, token)) == "FORBIDDEN"
    rename = {"id": key, "name": "mine"}
    assert code_of(await refuse(client, RENAME, rename, token)) == "FORBIDDEN"
    assert await _count() == before
    assert (await ask(client, DELETE, {"id": key}, token))["deleteProject"]["errors"] == []


async def test_the_statements_of_creating_a_project(
    client: httpx.AsyncClient, people: People, mode: str
) -> None:
    document = CREATE.replace("owner { id }", "").replace(
        "messages { nodes { id content role type } }", ""
    )
    with count_statements() as counted:
        await ask(client, document, {"input": {"prompt": "x"}}, people.tokens["owner"])
    # The caller, project, message, event, audit row, and the answer.
    assert counted.count == 6, mode


async def test_messages_sent_at_once_are_all_kept_in_the_order_of_their_events(
    applications: Any, committed: SeedbedEngine
) -> None:
    assert committed
    owner = identity.user()
    project = projects.project(owner=owner)
    await save(owner, project)
    token = await sign_in(owner)
    transport = httpx.ASGITransport(applications("json"))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        key = global_id(project)
        await asyncio.gather(
            *(
                ask(client, ADD, {"input": {"projectId": key, "content": str(n)}}, token)
                for n in range(10)
            )
        )
    events = [json.loads(e["data"]) for e in await Event.select().order_by(Event.sequence)]
    assert {event["prompt"] for event in events} == {str(n) for n in range(10)}
    messages = await Message.select(Message.content).order_by(Message.created_at)
    assert [row["content"] for row in messages] == [event["prompt"] for event in events]
