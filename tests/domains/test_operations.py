"""Events, as administrators see them, and those that were given up queued again."""

from datetime import UTC, datetime

import httpx
import pytest

from app.database import SeedbedEngine
from app.tables import AuditLog, Event, Project
from seeds import identity, operations, projects
from seeds.upsert import save
from tests.graphql import ask, code_of, global_id, refuse, sign_in

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
STAMP = "2026-03-01T12:00:00.000000Z"
REQUEUE = """mutation($ids: [ID!]!) { requeueEvents(ids: $ids) {
  events { id attempts deadAt } errors { code path } } }"""


@pytest.fixture
async def project(database: SeedbedEngine) -> Project:
    """A project of somebody's."""
    assert database
    owner = identity.user()
    row = projects.project(owner=owner)
    await save(owner, row)
    return row


async def _token(role: str) -> str:
    user = identity.user(role=role)
    await save(user)
    return await sign_in(user)


def _dead(project: Project) -> Event:
    return operations.event(
        project=project,
        attempts=10,
        next_attempt_at=AT,
        dead_at=AT,
        last_error="It answered with 500.",
        data={"prompt": "x"},
        created_at=AT,
    )


async def test_dead_events_are_found_with_every_field(
    client: httpx.AsyncClient, project: Project
) -> None:
    dead, waiting = _dead(project), operations.event(project=project)
    await save(dead)
    await save(waiting)
    data = await ask(
        client,
        """{ events(where: {deadAt: {isNull: false}}) { totalCount nodes {
          __typename id name data attempts nextAttemptAt deliveredAt deadAt lastError createdAt
          project { id } } } }""",
        token=await _token("ADMIN"),
    )
    assert data["events"] == {
        "totalCount": 1,
        "nodes": [
            {
                "__typename": "Event",
                "id": global_id(dead),
                "name": "code-agent/run",
                "data": {"prompt": "x"},
                "attempts": 10,
                "nextAttemptAt": STAMP,
                "deliveredAt": None,
                "deadAt": STAMP,
                "lastError": "It answered with 500.",
                "createdAt": STAMP,
                "project": {"id": global_id(project)},
            }
        ],
    }


async def test_a_dead_event_is_queued_again_on_record(
    client: httpx.AsyncClient, project: Project
) -> None:
    events = [_dead(project), _dead(project)]
    for event in events:
        await save(event)
    ids = [global_id(event) for event in reversed(events)]
    payload = (await ask(client, REQUEUE, {"ids": ids}, await _token("ADMIN")))["requeueEvents"]
    assert payload == {
        "events": [{"id": key, "attempts": 0, "deadAt": None} for key in ids],
        "errors": [],
    }
    rows = await Event.select()
    assert all(row["next_attempt_at"] > AT for row in rows)
    assert [row["action"] for row in await AuditLog.select()] == ["event.requeue"] * 2


async def test_one_that_was_not_given_up_keeps_all_as_they_are(
    client: httpx.AsyncClient, project: Project
) -> None:
    dead, waiting = _dead(project), operations.event(project=project)
    await save(dead)
    await save(waiting)
    token = await _token("ADMIN")
    ids = [global_id(dead), global_id(waiting)]
    payload = (await ask(client, REQUEUE, {"ids": ids}, token))["requeueEvents"]
    assert payload == {
        "events": None,
        "errors": [{"code": "ILLEGAL_STEP", "path": ["ids", "1"]}],
    }
    told = """mutation($ids: [ID!]!) { requeueEvents(ids: $ids) { errors { message path } } }"""
    payload = (await ask(client, told, {"ids": [ids[0], "x"]}, token))["requeueEvents"]
    sentence = "ids[1] is not the id of an Event; pass one as the API returned it"
    assert payload["errors"] == [{"message": sentence, "path": ["ids", "1"]}]
    for wrong in ([], [global_id(dead)] * 101):
        assert code_of(await refuse(client, REQUEUE, {"ids": wrong}, token)) == "BAD_USER_INPUT"
    assert await Event.count().where(Event.dead_at.is_not_null()) == 1
    assert await AuditLog.count() == 0


async def test_nobody_else_sees_or_queues_events(
    client: httpx.AsyncClient, project: Project
) -> None:
    event = _dead(project)
    await save(event)
    token = await _token("STAFF")
    assert await ask(client, "{ events { totalCount } }", token=token) == {
        "events": {"totalCount": 0}
    }
    errors = await refuse(client, REQUEUE, {"ids": [global_id(event)]}, token)
    assert code_of(errors) == "FORBIDDEN"
    assert await Event.count().where(Event.dead_at.is_not_null()) == 1
