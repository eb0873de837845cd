"""Answering a questionnaire: what is asked, what counts, how far it is, and its end."""

import asyncio
from typing import Any

import httpx
import pytest

from app.actions.assessment.compiled import kept
from app.database import SeedbedEngine, count_statements
from app.tables import AssessmentSession, Response, VisibilityRule
from seeds import assessment
from seeds.upsert import save
from tests.assessments import (
    STATE,
    Form,
    People,
    actions,
    call,
    last_details,
    make_form,
    make_people,
    told,
)
from tests.graphql import ask, code_of, global_id, refuse

READ = f"query($id: ID!) {{ assessmentState(sessionId: $id) {STATE[6:]} }}"


@pytest.fixture
async def people(database: SeedbedEngine) -> People:
    """Four people who are logged in."""
    assert database
    return await make_people()


@pytest.fixture
async def form(people: People) -> Form:
    """A published questionnaire of theirs."""
    return await make_form(people.organization)


async def _start(client: httpx.AsyncClient, people: People, form: Form) -> str:
    made = await call(
        client, people.tokens["other"], "startSession", "session { id }",
        questionnaireId=global_id(form.questionnaire),
    )  # fmt: skip
    return str(made["session"]["id"])


def _keys(payload: Any) -> list[str]:
    return [one["key"] for one in payload["state"]["visibleQuestions"]]


async def test_a_run_from_beginning_to_end(
    client: httpx.AsyncClient, people: People, form: Form
) -> None:
    otto = people.tokens["other"]
    shown = "session { id status progress currentQuestion { key } currentSection { position } }"
    begun = await call(
        client, otto, "startSession", f"{shown} {STATE}",
        questionnaireId=global_id(form.questionnaire),
    )  # fmt: skip
    session = begun["session"]["id"]
    assert begun["session"] == {
        "id": session, "status": "IN_PROGRESS", "progress": 0,
        "currentQuestion": {"key": "team"}, "currentSection": {"position": 0},
    }  # fmt: skip
    empty = {"answered": False, "value": None}
    assert begun["state"] == {
        "visibleQuestions": [
            {"key": "team", "required": True, **empty},
            {"key": "size", "required": False, **empty},
        ],
        "progress": 0, "nextQuestion": "team", "missing": ["team"], "complete": False,
    }  # fmt: skip
    answered = await call(
        client, otto, "answerQuestion", f"{shown} {STATE}",
        sessionId=session, questionId=global_id(form.team), value="yes",
    )  # fmt: skip
    assert answered["session"]["currentQuestion"] == {"key": "size"}
    assert (answered["session"]["progress"], answered["state"]["missing"]) == (33, ["tools"])
    assert _keys(answered) == ["team", "size", "tools"]
    assert (await last_details())["changes"]["progress"] == [0, 33]
    skipped = await call(client, otto, "skipQuestion", shown, sessionId=session, key="size")
    assert skipped["session"]["currentQuestion"] == {"key": "tools"}
    early = await call(client, otto, "completeSession", "session { id }", sessionId=session)
    assert early["session"] is None
    assert told(early) == [("UNANSWERED", ["questions", "tools"])]
    done = await call(
        client, otto, "answerQuestion", STATE, sessionId=session, key="tools", value=" saw \n"
    )
    assert done["state"]["visibleQuestions"][2]["value"] == "saw"
    assert (done["state"]["complete"], done["state"]["progress"]) == (True, 66)
    ended = await call(
        client, otto, "completeSession", "session { status progress completedAt }",
        sessionId=session,
    )  # fmt: skip
    assert (ended["session"]["status"], ended["session"]["progress"]) == ("COMPLETED", 66)
    assert ended["session"]["completedAt"] is not None
    assert await ask(client, READ, {"id": session}, otto) == {"assessmentState": done["state"]}
    assert await actions() == [
        "assessment.start", "assessment.answer", "assessment.skip", "assessment.answer",
        "assessment.complete",
    ]  # fmt: skip


async def test_answers_to_hidden_questions_wait_and_count_again(
    client: httpx.AsyncClient, people: People, form: Form
) -> None:
    otto, session = people.tokens["other"], await _start(client, people, form)

    async def answer(key: str, value: Any) -> Any:
        return await call(
            client, otto, "answerQuestion", STATE, sessionId=session, key=key, value=value
        )

    async def counting() -> dict[str, bool]:
        rows = await Response.select(Response.question.key.as_alias("key"), Response.counts)
        return {row["key"]: row["counts"] for row in rows}

    await answer("team", "yes")
    await answer("tools", "saw")
    hidden = await answer("team", "no")
    assert _keys(hidden) == ["team", "size"]
    assert hidden["state"]["complete"] is True
    assert await counting() == {"team": True, "tools": False}
    refused = await answer("tools", "hammer")
    assert (refused["state"], told(refused)) == (None, [("HIDDEN", ["value"])])
    again = await answer("team", "yes")
    assert again["state"]["visibleQuestions"][2]["value"] == "saw"
    assert await counting() == {"team": True, "tools": True}


async def test_several_answers_at_once_in_any_order(
    client: httpx.AsyncClient, people: People, form: Form
) -> None:
    otto, session = people.tokens["other"], await _start(client, people, form)
    answers = [
        {"key": "tools", "value": "saw"},
        {"questionId": global_id(form.team), "value": "yes"},
        {"key": "size", "value": 3.0},
    ]
    payload = await call(client, otto, "answerQuestions", STATE, sessionId=session, answers=answers)
    assert (payload["state"]["progress"], payload["errors"]) == (100, [])
    assert payload["state"]["nextQuestion"] is None
    cleared = await call(client, otto, "clearAnswer", STATE, sessionId=session, key="size")
    assert (cleared["state"]["progress"], await Response.count()) == (66, 2)
    for _ in range(2):  # the first time leads on to the next question, the second changes nothing
        same = await call(
            client, otto, "answerQuestions", STATE, sessionId=session, answers=answers[:2]
        )
        assert same["errors"] == []
    assert len(await actions()) == 4


BAD_ANSWERS: list[tuple[dict[str, Any], list[tuple[str, list[str]]]]] = [
    ({"key": "team", "value": "maybe"}, [("NOT_A_CHOICE", ["answers", "1", "value"])]),
    ({"key": "team", "value": {"a": 1}}, [("NOT_A_CHOICE", ["answers", "1", "value"])]),
    ({"key": "nobody", "value": 1}, [("NOT_FOUND", ["answers", "1", "key"])]),
    ({"key": "size", "value": 2}, [("INVALID", ["answers", "1"])]),
    ({"value": 2}, [("INVALID", ["answers", "1"])]),
    ({"key": "tools", "value": "saw"}, [("HIDDEN", ["answers", "1", "value"])]),
    ({"questionId": "Question_x", "value": 2}, [("INVALID", ["answers", "1", "questionId"])]),
    ({"questionId": "other", "value": 2}, [("NOT_FOUND", ["answers", "1", "questionId"])]),
]  # fmt: skip


@pytest.mark.parametrize(("answer", "problems"), BAD_ANSWERS)
async def test_one_bad_answer_refuses_all(
    client: httpx.AsyncClient, people: People, form: Form, answer: dict[str, Any], problems: Any
) -> None:
    otto, session = people.tokens["other"], await _start(client, people, form)
    if answer.get("questionId") == "other":
        answer = answer | {"questionId": global_id((await make_form()).size)}
    payload = await call(
        client, otto, "answerQuestions", STATE,
        sessionId=session, answers=[{"key": "size", "value": 1}, answer],
    )  # fmt: skip
    assert (payload["state"], told(payload)) == (None, problems)
    assert await Response.count() == 0
    assert await actions() == ["assessment.start"]


async def test_a_run_that_has_ended_takes_no_answer(
    client: httpx.AsyncClient, people: People, form: Form
) -> None:
    otto = people.tokens["other"]
    for end, before in (("completeSession", "no"), ("abandonSession", None)):
        session = await _start(client, people, form)
        answer = {"sessionId": session, "key": "team", "value": before}
        await call(client, otto, "answerQuestion", STATE, **answer)
        assert (await call(client, otto, end, "__typename", sessionId=session))["errors"] == []
        count = await Response.count()
        for name, extra in (
            ("answerQuestion", {"key": "team", "value": "yes"}),
            ("clearAnswer", {"key": "team"}),
            ("skipQuestion", {"key": "team"}),
            ("completeSession", {}),
            ("abandonSession", {}),
        ):
            payload = await call(client, otto, name, "__typename", sessionId=session, **extra)
            assert told(payload) == [("ILLEGAL_STEP", ["sessionId"])], name
        assert await Response.count() == count


async def test_what_cannot_be_begun(client: httpx.AsyncClient, people: People) -> None:
    draft = await make_form(people.organization, status="DRAFT")
    ended = await make_form(people.organization, status="ARCHIVED")
    unsaved = assessment.questionnaire()

    async def begin(name: str, row: Any) -> Any:
        payload = await call(
            client, people.tokens[name], "startSession", "session { id }",
            questionnaireId=global_id(row),
        )  # fmt: skip
        return told(payload)

    for form in (draft, ended):
        assert await begin("author", form.questionnaire) == [("NOT_PUBLISHED", ["questionnaireId"])]
        assert await begin("other", form.questionnaire) == await begin("other", unsaved)
    assert await begin("other", unsaved) == [("NOT_FOUND", ["questionnaireId"])]
    assert await AssessmentSession.count() == 0
    assert await actions() == []


async def test_runs_go_on_when_the_questionnaire_is_archived(
    client: httpx.AsyncClient, people: People, form: Form
) -> None:
    session = await _start(client, people, form)
    await call(
        client, people.tokens["author"], "archiveQuestionnaire", "__typename",
        id=global_id(form.questionnaire),
    )  # fmt: skip
    payload = await call(
        client, people.tokens["other"], "answerQuestion", STATE,
        sessionId=session, key="team", value="no",
    )  # fmt: skip
    assert payload["state"]["complete"] is True


async def test_nobody_else_meets_a_run(
    client: httpx.AsyncClient, people: People, form: Form
) -> None:
    session = await _start(client, people, form)
    missing = global_id(
        assessment.assessment_session(user=people.other, questionnaire=form.questionnaire)
    )
    for name, extra in (
        ("answerQuestion", {"key": "team", "value": "no"}),
        ("answerQuestions", {"answers": [{"key": "team", "value": "no"}]}),
        ("clearAnswer", {"key": "team"}),
        ("skipQuestion", {"key": "team"}),
        ("completeSession", {}),
        ("abandonSession", {}),
    ):
        payloads = [
            await call(client, people.tokens["author"], name, "__typename", sessionId=id_, **extra)
            for id_ in (session, missing)
        ]
        assert payloads[0] == payloads[1]
        assert told(payloads[0]) == [("NOT_FOUND", ["sessionId"])]
    for token in (None, people.tokens["author"]):
        assert await ask(client, READ, {"id": session}, token) == {"assessmentState": None}
    assert code_of(await refuse(client, READ, {"id": "x"})) == "BAD_USER_INPUT"
    document = f'mutation {{ abandonSession(sessionId: "{session}") {{ __typename }} }}'
    assert code_of(await refuse(client, document)) == "UNAUTHENTICATED"
    assert await actions() == ["assessment.start"]


async def test_the_statements_do_not_grow_with_the_questionnaire(
    client: httpx.AsyncClient, people: People
) -> None:
    counts = []
    for more in (0, 40):
        form = await make_form()
        extra = [assessment.question(section=form.section) for _ in range(more)]
        rules = [
            assessment.visibility_rule(question=one, condition={"question": "team", "operator":
            "answered"}) for one in extra
        ]  # fmt: skip
        await save(*extra, *rules)
        session, otto = await _start(client, people, form), people.tokens["other"]
        answers = [{"key": "team", "value": "yes"}, {"key": "tools", "value": "saw"}]
        answers += [{"key": one.key, "value": "x"} for one in extra]
        seen = []
        for step in range(2):
            with count_statements() as counted:
                await call(
                    client, otto, "answerQuestions", STATE,
                    sessionId=session, answers=[one | {"value": "no"} for one in answers[:1]]
                    if step else answers,
                )  # fmt: skip
            seen.append(counted.count)
        with count_statements() as counted:
            await ask(client, READ, {"id": session}, otto)
        seen.append(counted.count)
        with count_statements() as counted:
            await call(
                client, otto, "answerQuestions", STATE,
                sessionId=session, answers=[one | {"value": None} for one in answers],
            )  # fmt: skip
        counts.append([*seen, counted.count])
        assert await Response.count() == 0
    # The caller, the run, its answers; new ones, the run, the audit row. Changed ones are locked
    # and written, and others do not count any more. Reading: the caller, the run, its answers.
    # Taken back: as new ones.
    assert counts == [[6, 8, 3, 6], [6, 8, 3, 6]]


async def test_two_answers_at_once_both_count(applications: Any, committed: SeedbedEngine) -> None:
    people = await make_people()
    form = await make_form()
    transport = httpx.ASGITransport(applications("json"))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        session = await _start(client, people, form)
        payloads = await asyncio.gather(
            *(
                call(
                    client, people.tokens["other"], "answerQuestion", STATE,
                    sessionId=session, key=key, value=value,
                )
                for key, value in (("team", "no"), ("size", 3), ("team", "no"), ("size", 4))
            )
        )  # fmt: skip
        read = await ask(client, READ, {"id": session}, people.tokens["other"])
    assert all(payload["errors"] == [] for payload in payloads)
    assert read["assessmentState"]["progress"] == 100
    (row,) = await AssessmentSession.select(AssessmentSession.progress)
    assert (row["progress"], await Response.count()) == (100, 2)


async def test_an_edit_past_the_checks_is_not_read_from_what_is_kept(
    client: httpx.AsyncClient, people: People, form: Form, database: SeedbedEngine
) -> None:
    session = await _start(client, people, form)
    known = len(kept)
    await VisibilityRule.delete().where(VisibilityRule.question == form.tools.id)
    await database.fetch(
        "update assessment.questionnaires set updated_at = clock_timestamp(), title = 'New'"
    )
    read = await ask(client, READ, {"id": session}, people.tokens["other"])
    keys = [one["key"] for one in read["assessmentState"]["visibleQuestions"]]
    assert keys == ["team", "size", "tools"]
    assert len(kept) == known + 1
