"""Runs through a questionnaire, answers and documents: every field, and whose they are."""

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from piccolo.table import Table

from app.database import SeedbedEngine, count_statements
from app.tables import AssessmentSession, User
from seeds import assessment, identity
from seeds.upsert import save
from tests.graphql import ask, global_id, sign_in

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
STAMP = "2026-03-01T12:00:00.000000Z"


async def _run(user: User, value: Any = "An answer") -> tuple[AssessmentSession, list[Table]]:
    """A completed run of `user` with one answer and one document, and all the rows of it."""
    questionnaire = assessment.questionnaire(title="Q")
    section = assessment.section(questionnaire=questionnaire, title="S")
    question = assessment.question(section=section, key="k")
    session = assessment.assessment_session(
        user=user,
        questionnaire=questionnaire,
        status="COMPLETED",
        current_section=section,
        current_question=question,
        progress=100,
        started_at=AT,
        completed_at=AT,
        created_at=AT,
    )
    kind = assessment.document_type(name="Plan")
    response = assessment.response(session=session, question=question, value=value, answered_at=AT)
    document = assessment.document(
        session=session,
        document_type=kind,
        status="APPROVED",
        title="D",
        content="# D",
        version=2,
        generated_at=AT,
        reviewed_by=user,
        reviewed_at=AT,
        created_at=AT,
    )
    await save(questionnaire, section, question, session, kind, response, document)
    return session, [session, response, document]


async def test_every_field_for_the_person(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    user = identity.user(name="Ann")
    await save(user)
    session, (_, response, document) = await _run(user, value={"choice": ["a", None], "n": 1.5})
    data = await ask(
        client,
        """query($id: ID!, $document: ID!) {
          assessmentSession(id: $id) {
            __typename id status progress startedAt completedAt createdAt updatedAt
            user { name } questionnaire { title } currentSection { title } currentQuestion { key }
            responses { nodes { __typename id value answeredAt session { id } question { key } } }
            documents { nodes { id } }
          }
          document(id: $document) {
            __typename id status title content version error generatedAt reviewedAt createdAt
            updatedAt session { id } documentType { name } reviewedBy { name }
          }
        }""",
        {"id": global_id(session), "document": global_id(document)},
        await sign_in(user),
    )
    times = {"createdAt": STAMP, "updatedAt": STAMP}
    assert data == {
        "assessmentSession": {
            "__typename": "AssessmentSession",
            "id": global_id(session),
            "status": "COMPLETED",
            "progress": 100,
            "startedAt": STAMP,
            "completedAt": STAMP,
            **times,
            "user": {"name": "Ann"},
            "questionnaire": {"title": "Q"},
            "currentSection": {"title": "S"},
            "currentQuestion": {"key": "k"},
            "responses": {
                "nodes": [
                    {
                        "__typename": "Response",
                        "id": global_id(response),
                        "value": {"choice": ["a", None], "n": 1.5},
                        "answeredAt": STAMP,
                        "session": {"id": global_id(session)},
                        "question": {"key": "k"},
                    }
                ]
            },
            "documents": {"nodes": [{"id": global_id(document)}]},
        },
        "document": {
            "__typename": "Document",
            "id": global_id(document),
            "status": "APPROVED",
            "title": "D",
            "content": "# D",
            "version": 2,
            "error": None,
            "generatedAt": STAMP,
            "reviewedAt": STAMP,
            **times,
            "session": {"id": global_id(session)},
            "documentType": {"name": "Plan"},
            "reviewedBy": {"name": "Ann"},
        },
    }


@pytest.mark.parametrize("value", ["text", "", 7, 1.25, True, False, [], {}, ["a", 1], 2**53])
async def test_an_answer_of_any_kind(
    client: httpx.AsyncClient, database: SeedbedEngine, value: Any
) -> None:
    user = identity.user()
    await save(user)
    await _run(user, value)
    data = await ask(
        client,
        "{ assessmentSessions { nodes { responses { nodes { value } } } } }",
        token=await sign_in(user),
    )
    (found,) = (row["responses"]["nodes"] for row in data["assessmentSessions"]["nodes"])
    assert found == [{"value": value}]
    assert type(found[0]["value"]) is type(value)


async def test_an_answer_that_is_null(client: httpx.AsyncClient, database: SeedbedEngine) -> None:
    """JSON has a null of its own, which is a value."""
    user = identity.user()
    await save(user)
    await _run(user)
    await database.fetch("update assessment.responses set value = 'null'")
    data = await ask(
        client,
        "{ assessmentSessions { nodes { responses { nodes { value } } } } }",
        token=await sign_in(user),
    )
    assert data["assessmentSessions"]["nodes"] == [{"responses": {"nodes": [{"value": None}]}}]


@pytest.mark.parametrize("text", ["123456789012345678901234567890", "0.1000", "1e3", "-0.0"])
async def test_numbers_in_json_are_the_same_however_the_answer_is_made(
    client: httpx.AsyncClient, database: SeedbedEngine, text: str
) -> None:
    user = identity.user()
    await save(user)
    await _run(user)
    await database.fetch("update assessment.responses set value = $1::jsonb", f"[{text}]")
    data = await ask(
        client,
        "{ assessmentSessions { nodes { responses { nodes { value } } } } }",
        token=await sign_in(user),
    )
    (row,) = data["assessmentSessions"]["nodes"]
    (response,) = row["responses"]["nodes"]
    assert [float(number) for number in response["value"]] == [float(text)]


async def test_a_run_that_has_just_begun(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    user, questionnaire = identity.user(), assessment.questionnaire()
    session = assessment.assessment_session(user=user, questionnaire=questionnaire)
    await save(user, questionnaire, session)
    data = await ask(
        client,
        "{ assessmentSessions { nodes { status progress completedAt currentSection { id }"
        " currentQuestion { id } responses { totalCount } documents { totalCount } } } }",
        token=await sign_in(user),
    )
    assert data["assessmentSessions"]["nodes"] == [
        {
            "status": "IN_PROGRESS",
            "progress": 0,
            "completedAt": None,
            "currentSection": None,
            "currentQuestion": None,
            "responses": {"totalCount": 0},
            "documents": {"totalCount": 0},
        }
    ]


async def test_other_peoples_runs_are_nowhere(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    user, other = identity.user(), identity.user()
    await save(user, other)
    session, rows = await _run(user)
    document = """query($id: ID!, $document: ID!, $ids: [ID!]!) {
      assessmentSession(id: $id) { id }
      document(id: $document) { id content }
      nodes(ids: $ids) { id }
      assessmentSessions { totalCount nodes { id } }
    }"""
    variables = {
        "id": global_id(session),
        "document": global_id(rows[2]),
        "ids": [global_id(row) for row in rows],
    }
    for token in (None, await sign_in(other)):
        assert await ask(client, document, variables, token) == {
            "assessmentSession": None,
            "document": None,
            "nodes": [None, None, None],
            "assessmentSessions": {"totalCount": 0, "nodes": []},
        }


async def test_runs_come_newest_first_with_a_statement_for_each_level(
    client: httpx.AsyncClient, database: SeedbedEngine, mode: str
) -> None:
    user = identity.user()
    await save(user)
    token = await sign_in(user)
    for times in (1, 2):
        for _ in range(2):
            await _run(user)
        with count_statements() as statements:
            data = await ask(
                client,
                """{ assessmentSessions { nodes { id
                  responses { nodes { question { text } } }
                  documents { nodes { documentType { name } reviewedBy { name } } }
                } } }""",
                token=token,
            )
        ids = [node["id"] for node in data["assessmentSessions"]["nodes"]]
        assert ids == sorted(ids, reverse=True)
        assert len(ids) == 2 * times
        # The caller, runs, answers, documents, questions, kinds, reviewers.
        assert statements.count == (2 if mode == "json" else 7), statements.statements
