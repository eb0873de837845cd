"""Writing questionnaires: drafts and their parts, every check, publishing, and versions."""

import asyncio
from typing import Any

import httpx
import pytest

from app.database import SeedbedEngine, count_statements
from app.tables import Question, Questionnaire, VisibilityRule
from seeds import assessment, identity
from seeds.upsert import save
from tests.assessments import (
    People,
    actions,
    call,
    make_form,
    make_people,
    told,
)
from tests.graphql import ask, code_of, global_id, refuse


@pytest.fixture
async def people(database: SeedbedEngine) -> People:
    """Four people who are logged in."""
    assert database
    return await make_people()


async def test_a_questionnaire_from_nothing_to_the_public(
    client: httpx.AsyncClient, people: People
) -> None:
    ann = people.tokens["author"]
    made = await call(
        client, ann, "createQuestionnaire", "questionnaire { id slug version status }",
        input={"title": "Team health"},
    )  # fmt: skip
    draft = made["questionnaire"]
    assert draft["slug"].startswith("team-health-")
    assert (draft["version"], draft["status"]) == (1, "DRAFT")
    empty = await call(client, ann, "publishQuestionnaire", "questionnaire { id }", id=draft["id"])
    assert told(empty) == [("INCOMPLETE", ["id"])]
    sections = [
        (
            await call(
                client, ann, "createSection", "section { id position }",
                input={"questionnaireId": draft["id"], "title": title},
            )
        )["section"]
        for title in ("A", "B")
    ]  # fmt: skip
    assert [section["position"] for section in sections] == [0, 1]
    questions = [
        (
            await call(
                client, ann, "createQuestion", "question { id key position }",
                input={"sectionId": sections[0]["id"], "key": key, "text": "?", "type": "NUMBER"},
            )
        )["question"]
        for key in ("one", "two")
    ]  # fmt: skip
    rule = await call(
        client, ann, "createVisibilityRule", "visibilityRule { id action priority isActive }",
        input={
            "questionId": questions[1]["id"],
            "action": "SHOW",
            "condition": {"question": "one", "operator": "greater_than", "value": 3},
        },
    )  # fmt: skip
    assert rule["visibilityRule"] | {"id": ""} == {
        "id": "", "action": "SHOW", "priority": 0, "isActive": True,
    }  # fmt: skip
    shown = await call(
        client, ann, "reorderSections", "questionnaire { sections { nodes { title } } }",
        questionnaireId=draft["id"], sectionIds=[sections[1]["id"], sections[0]["id"]],
    )  # fmt: skip
    titles = [node["title"] for node in shown["questionnaire"]["sections"]["nodes"]]
    assert titles == ["B", "A"]
    moved = await call(
        client, ann, "reorderQuestions", "section { questions { nodes { key } } }",
        sectionId=sections[1]["id"], questionIds=[questions[1]["id"]],
    )  # fmt: skip
    assert moved["section"]["questions"]["nodes"] == [{"key": "two"}]
    done = await call(
        client, ann, "publishQuestionnaire", "questionnaire { status }", id=draft["id"]
    )
    assert done["questionnaire"] == {"status": "PUBLISHED"}
    assert await ask(
        client, "query($id: ID!) { questionnaire(id: $id) { title } }", {"id": draft["id"]}
    ) == {"questionnaire": {"title": "Team health"}}
    assert await actions() == [
        "questionnaire.create", "section.create", "section.create", "question.create",
        "question.create", "rule.create", "section.reorder", "question.reorder",
        "questionnaire.publish",
    ]  # fmt: skip


BAD_QUESTIONS: list[tuple[dict[str, Any], tuple[str, list[str]]]] = [
    ({"key": "1st"}, ("INVALID", ["input", "key"])),
    ({"type": "SINGLE_CHOICE"}, ("WRONG_TYPE", ["input", "options"])),
    (
        {"type": "SINGLE_CHOICE", "options": [{"value": "a", "label": 3}]},
        ("WRONG_TYPE", ["input", "options", "0", "label"]),
    ),
    ({"options": [1]}, ("UNKNOWN_SETTING", ["input", "options"])),
    ({"options": "x"}, ("UNKNOWN_SETTING", ["input", "options"])),
    ({"validation": {"min": 3}}, ("UNKNOWN_SETTING", ["input", "validation", "min"])),
    ({"validation": [1]}, ("WRONG_TYPE", ["input", "validation"])),
    ({"validation": {"pattern": "(a+)+("}}, ("BAD_PATTERN", ["input", "validation", "pattern"])),
    ({"text": ""}, ("INVALID", ["input", "text"])),
    ({"key": "team"}, ("TAKEN", ["input", "key"])),
]


@pytest.mark.parametrize(("values", "problem"), BAD_QUESTIONS)
async def test_a_question_that_cannot_be(
    client: httpx.AsyncClient, people: People, values: dict[str, Any], problem: Any
) -> None:
    form = await make_form(people.organization, status="DRAFT")
    full = {"sectionId": global_id(form.rows[1]), "key": "k", "text": "?", "type": "TEXT"}
    told_ = await call(
        client, people.tokens["author"], "createQuestion", "question { id }", input=full | values
    )
    assert told(told_) == [problem]
    assert told_["question"] is None
    assert await Question.count() == 3
    assert await actions() == []


async def test_a_question_is_not_given_the_key_of_another_one(
    client: httpx.AsyncClient, people: People
) -> None:
    form = await make_form(people.organization, status="DRAFT")
    told_ = await call(
        client, people.tokens["author"], "updateQuestion", "question { id }",
        id=global_id(form.size), input={"key": "team"},
    )  # fmt: skip
    assert told(told_) == [("TAKEN", ["input", "key"])]


def _is(key: str, value: Any = "yes", operator: str = "equals") -> dict[str, Any]:
    return {"question": key, "operator": operator, "value": value}


BAD_RULES: list[tuple[Any, tuple[str, list[str]]]] = [
    ([], ("WRONG_TYPE", ["input", "condition"])),
    ({"and": []}, ("WRONG_TYPE", ["input", "condition", "and"])),
    ({"or": [_is("team"), _is("nobody")]},
     ("UNKNOWN_QUESTION", ["input", "condition", "or", "1", "question"])),
    (_is("team", "maybe"), ("NOT_A_CHOICE", ["input", "condition", "value"])),
    (_is("team", 3, "greater_than"), ("WRONG_OPERATOR", ["input", "condition", "operator"])),
    (_is("tools", "x"), ("CIRCLE", ["input", "condition"])),
]  # fmt: skip


@pytest.mark.parametrize(("condition", "problem"), BAD_RULES)
async def test_a_condition_that_cannot_be(
    client: httpx.AsyncClient, people: People, condition: Any, problem: Any
) -> None:
    form = await make_form(people.organization, status="DRAFT")
    ann = people.tokens["author"]
    new = {"questionId": global_id(form.team), "action": "HIDE", "condition": condition}
    made = await call(client, ann, "createVisibilityRule", "visibilityRule { id }", input=new)
    assert told(made) == [problem]
    rule = assessment.visibility_rule(
        question=form.team, action="HIDE", condition=_is("size", 1, "equals")
    )
    await save(rule)
    changed = await call(
        client, ann, "updateVisibilityRule", "visibilityRule { id }",
        id=global_id(rule), input={"condition": condition},
    )  # fmt: skip
    assert told(changed) == [problem]
    unfinished = new | {"isActive": False, "condition": {"question": "nobody"}}
    made = await call(
        client, ann, "createVisibilityRule", "visibilityRule { id }", input=unfinished
    )
    assert made["errors"] == []
    assert await VisibilityRule.count() == 3


async def test_what_others_ask_about_stays_as_they_need_it(
    client: httpx.AsyncClient, people: People
) -> None:
    form = await make_form(people.organization, status="DRAFT")
    ann = people.tokens["author"]
    changed = await call(
        client, ann, "updateQuestion", "question { id }",
        id=global_id(form.team), input={"key": "crew"},
    )  # fmt: skip
    assert told(changed) == [("UNKNOWN_QUESTION", ["input"])]
    assert changed["errors"][0]["message"] == (
        "tools.rules[0].condition.question: there is no question team"
    )
    gone = await call(client, ann, "deleteQuestion", "deletedId", id=global_id(form.team))
    assert told(gone) == [("UNKNOWN_QUESTION", ["id"])]
    section = await call(client, ann, "deleteSection", "deletedId", id=global_id(form.rows[1]))
    assert told(section) == [("UNKNOWN_QUESTION", ["id"])]
    assert await Question.count() == 3
    for row, name in ((form.rows[6], "deleteVisibilityRule"), (form.team, "deleteQuestion")):
        assert (await call(client, ann, name, "deletedId", id=global_id(row)))["errors"] == []
    assert await Question.count() == 2


ORDERS = [
    ([0], ("INVALID", ["sectionIds"])),
    ([0, 0, 1], ("INVALID", ["sectionIds"])),
    ([0, 2], ("NOT_FOUND", ["sectionIds", "1"])),
]


@pytest.mark.parametrize(("places", "problem"), ORDERS)
async def test_an_order_names_each_section_once(
    client: httpx.AsyncClient, people: People, places: list[int], problem: Any
) -> None:
    form, other = await make_form(people.organization, status="DRAFT"), await make_form()
    sections = [*form.rows[1:3], other.rows[1]]
    payload = await call(
        client, people.tokens["author"], "reorderSections", "questionnaire { id }",
        questionnaireId=global_id(form.questionnaire),
        sectionIds=[global_id(sections[place]) for place in places],
    )  # fmt: skip
    assert told(payload) == [problem]
    assert await actions() == []


def _edits(form: Any) -> list[tuple[str, dict[str, Any]]]:
    questionnaire, section = global_id(form.questionnaire), global_id(form.rows[1])
    rule = global_id(form.rows[6])
    question = {"sectionId": section, "key": "k", "text": "?", "type": "TEXT"}
    condition = {"questionId": global_id(form.size), "action": "HIDE", "condition": _is("team")}
    return [
        ("updateQuestionnaire", {"id": questionnaire, "input": {"title": "T"}}),
        ("createSection", {"input": {"questionnaireId": questionnaire, "title": "T"}}),
        ("updateSection", {"id": section, "input": {"title": "T"}}),
        ("deleteSection", {"id": global_id(form.rows[2])}),
        ("reorderSections", {
            "questionnaireId": questionnaire,
            "sectionIds": [global_id(form.rows[2]), section],
        }),
        ("createQuestion", {"input": question}),
        ("updateQuestion", {"id": global_id(form.size), "input": {"text": "T"}}),
        ("deleteQuestion", {"id": global_id(form.size)}),
        ("reorderQuestions", {
            "sectionId": section,
            "questionIds": [global_id(form.size), global_id(form.team)],
        }),
        ("createVisibilityRule", {"input": condition}),
        ("updateVisibilityRule", {"id": rule, "input": {"priority": 3}}),
        ("deleteVisibilityRule", {"id": rule}),
    ]  # fmt: skip


async def test_a_published_questionnaire_is_never_edited(
    client: httpx.AsyncClient, people: People
) -> None:
    for status in ("PUBLISHED", "ARCHIVED"):
        form = await make_form(people.organization, status=status)
        for name, arguments in _edits(form):
            payload = await call(client, people.tokens["author"], name, "__typename", **arguments)
            (error,) = payload["errors"]
            assert error["code"] == "NOT_A_DRAFT", name
            assert "newQuestionnaireVersion" in error["message"]
    assert await actions() == []


async def test_only_authors_edit(client: httpx.AsyncClient, people: People) -> None:
    """Strangers get the answer of a draft that is not there; administrators may do everything."""
    hidden = await make_form(people.organization, status="DRAFT")
    there = _edits(hidden)
    missing = _edits(await make_form(status="DRAFT"))
    await Questionnaire.delete().where(Questionnaire.organization.is_null())
    otto = people.tokens["other"]
    for (name, real), (_, unreal) in zip(there, missing, strict=True):
        payloads = [
            await call(client, otto, name, "__typename", **arguments)
            for arguments in (real, unreal)
        ]
        assert payloads[0] == payloads[1], name
        assert payloads[0]["errors"][0]["code"] == "NOT_FOUND", name
    assert await actions() == []
    for name, _ in there:
        again = await make_form(people.organization, status="DRAFT")
        edits = dict(_edits(again))
        payload = await call(client, people.tokens["admin"], name, "__typename", **edits[name])
        assert payload["errors"] == [], name


async def test_a_reader_of_a_published_questionnaire_is_no_author(
    client: httpx.AsyncClient, people: People
) -> None:
    form = await make_form(people.organization)
    for name in ("archiveQuestionnaire", "newQuestionnaireVersion"):
        document = f'mutation {{ {name}(id: "{global_id(form.questionnaire)}") {{ __typename }} }}'
        assert code_of(await refuse(client, document, None, people.tokens["other"])) == "FORBIDDEN"
    assert await actions() == []


async def test_whose_a_new_questionnaire_may_be(client: httpx.AsyncClient, people: People) -> None:
    theirs = identity.organization()
    await save(theirs)
    document = "mutation($input: CreateQuestionnaireInput!) { createQuestionnaire(input: $input)"
    document += " { questionnaire { organization { id } } errors { code path } } }"
    lost = await refuse(client, document, {"input": {"title": "T"}}, people.tokens["other"])
    assert code_of(lost) == "FORBIDDEN"
    given = {"input": {"title": "T", "organizationId": global_id(theirs)}}
    refused = await ask(client, document, given, people.tokens["author"])
    assert refused["createQuestionnaire"]["errors"] == [
        {"code": "NOT_FOUND", "path": ["input", "organizationId"]}
    ]
    made = await ask(client, document, given, people.tokens["admin"])
    assert made["createQuestionnaire"]["questionnaire"] == {
        "organization": {"id": global_id(theirs)}
    }


async def test_an_edit_takes_as_many_statements_however_long_the_questionnaire(
    client: httpx.AsyncClient, people: People
) -> None:
    form = await make_form(people.organization, status="DRAFT")
    counts: list[int] = []
    for _ in range(2):
        with count_statements() as counted:
            await call(
                client, people.tokens["author"], "updateQuestion", "question { key }",
                id=global_id(form.size), input={"text": f"{len(counts)}?"},
            )  # fmt: skip
        counts.append(counted.count)
        await save(*(assessment.question(section=form.section) for _ in range(20)))
    # The caller; the owner, its lock, the row (twice), the row written, two of the check, the
    # audit row, the answer.
    assert counts == [10, 10]


async def test_two_edits_at_once_cannot_make_a_circle(
    applications: Any, committed: SeedbedEngine
) -> None:
    people = await make_people()
    form = await make_form(people.organization, status="DRAFT")
    rules = [
        {"questionId": global_id(form.team), "condition": _is("size", 3)},
        {"questionId": global_id(form.size), "condition": _is("team")},
    ]
    transport = httpx.ASGITransport(applications("json"))
    name, shown, ann = "createVisibilityRule", "visibilityRule { id }", people.tokens["author"]
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        payloads = await asyncio.gather(
            *(call(client, ann, name, shown, input={"action": "HIDE", **rule}) for rule in rules)
        )
    assert sorted(len(payload["errors"]) for payload in payloads) == [0, 1]
    assert await VisibilityRule.count() == 2
