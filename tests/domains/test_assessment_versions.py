"""Versions of a questionnaire: copies, what publication ends, what is deleted."""

import asyncio
from typing import Any

import httpx
import pytest

from app.database import SeedbedEngine
from app.tables import Questionnaire, Section
from tests.assessments import People, call, last_details, make_form, make_people, told
from tests.graphql import ask, global_id


@pytest.fixture
async def people(database: SeedbedEngine) -> People:
    """Four people who are logged in."""
    assert database
    return await make_people()


async def test_a_new_version_is_a_copy_and_its_publication_ends_the_old_one(
    client: httpx.AsyncClient, people: People
) -> None:
    form = await make_form(people.organization, title="T")
    ann, old = people.tokens["author"], global_id(form.questionnaire)
    shown = "questionnaire { id slug version status title sections { nodes { questions { nodes {"
    shown += " key type required position options visibilityRules { nodes { action condition"
    shown += " } } } } } } }"
    made = await call(client, ann, "newQuestionnaireVersion", shown, id=old)
    copy = made["questionnaire"]
    read = await ask(
        client, f"query($id: ID!) {{ {shown.replace(' ', '(id: $id) ', 1)} }}", {"id": old}, ann
    )
    source = read["questionnaire"]
    assert copy == source | {"id": copy["id"], "version": 2, "status": "DRAFT"}
    assert copy["id"] != old
    details = await last_details()
    assert {name: details[name] for name in ("version", "sections", "questions", "rules")} == {
        "version": 2, "sections": 2, "questions": 3, "rules": 1,
    }  # fmt: skip
    twice = await call(client, ann, "newQuestionnaireVersion", "questionnaire { id }", id=old)
    assert told(twice) == [("EXISTS", ["id"])]
    await call(client, ann, "publishQuestionnaire", "questionnaire { id }", id=copy["id"])
    rows = await Questionnaire.select(Questionnaire.version, Questionnaire.status).order_by(
        Questionnaire.version
    )
    assert [(row["version"], row["status"]) for row in rows] == [(1, "ARCHIVED"), (2, "PUBLISHED")]
    ended = await call(client, ann, "archiveQuestionnaire", "questionnaire { id }", id=old)
    assert told(ended) == [("ILLEGAL_STEP", ["id"])]


async def test_only_drafts_are_deleted(client: httpx.AsyncClient, people: People) -> None:
    draft = await make_form(people.organization, status="DRAFT")
    shown = await make_form(people.organization)
    ann = people.tokens["author"]
    kept = await call(
        client, ann, "deleteQuestionnaire", "deletedId", id=global_id(shown.questionnaire)
    )
    assert told(kept) == [("ILLEGAL_STEP", ["id"])]
    id_ = global_id(draft.questionnaire)
    assert (await call(client, ann, "deleteQuestionnaire", "deletedId", id=id_))["deletedId"] == id_
    assert (await Questionnaire.count(), await Section.count()) == (1, 2)


async def test_of_two_new_versions_at_once_there_is_one(
    applications: Any, committed: SeedbedEngine
) -> None:
    people = await make_people()
    form = await make_form(people.organization)
    name, id_ = "newQuestionnaireVersion", global_id(form.questionnaire)
    transport = httpx.ASGITransport(applications("json"))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        payloads = await asyncio.gather(
            *(call(client, people.tokens["author"], name, "__typename", id=id_) for _ in range(3))
        )
    codes = [[error["code"] for error in payload["errors"]] for payload in payloads]
    assert sorted(codes) == [[], ["EXISTS"], ["EXISTS"]]
    assert await Questionnaire.count() == 2
