"""One person's way over HTTP: signing in, answering, and reading the document made of it."""

from typing import Any

import httpx

from app.database import SeedbedEngine
from app.worker import Worker
from app.worker.handlers import HANDLERS
from tests.assessments import STATE, call
from tests.graphql import ask
from tests.people import log_in, person
from tests.worker.toys import QUICK, until_queue_is

_QUESTIONS: tuple[dict[str, Any], ...] = (
    {"key": "product", "text": "What do you build?", "type": "TEXT", "required": True},
    {
        "key": "kind", "text": "For whom?", "type": "SINGLE_CHOICE", "required": True,
        "options": [{"value": "in", "label": "Ourselves"}, {"value": "out", "label": "Others"}],
    },
    {"key": "users", "text": "For how many?", "type": "NUMBER", "validation": {"min": 1}},
)  # fmt: skip
_TEMPLATE = """# {{ answers.product }}

For {{ labels.kind }}{% if answers.users %}, {{ answers.users }} of them{% endif %}.

{% for standard in standards %}- {{ standard.code }}: {{ standard.title }}
{% endfor %}"""


async def _administrator(client: httpx.AsyncClient) -> tuple[str, str]:
    """What an administrator prepares: a published questionnaire and a type of document; ids."""
    token = (await log_in(client, await person(role="ADMIN")))["accessToken"]
    made = await call(
        client, token, "createQuestionnaire", "questionnaire { id }", input={"title": "Start"}
    )
    questionnaire = made["questionnaire"]["id"]
    made = await call(
        client, token, "createSection", "section { id }",
        input={"questionnaireId": questionnaire, "title": "The product"},
    )  # fmt: skip
    section = made["section"]["id"]
    for question in _QUESTIONS:
        made = await call(
            client, token, "createQuestion", "question { id }",
            input={"sectionId": section, **question},
        )  # fmt: skip
    condition = {"question": "kind", "operator": "equals", "value": "out"}
    rule = {"questionId": made["question"]["id"], "action": "SHOW", "condition": condition}
    await call(client, token, "createVisibilityRule", "visibilityRule { id }", input=rule)
    await call(client, token, "publishQuestionnaire", "questionnaire { id }", id=questionnaire)
    made = await call(
        client, token, "createDocumentType", "documentType { id }",
        input={"name": "Brief", "category": "BUSINESS", "template": _TEMPLATE},
    )  # fmt: skip
    kind = made["documentType"]["id"]
    standard = await call(
        client, token, "createEngineeringStandard", "engineeringStandard { id }",
        input={"code": "DOC-1", "title": "Write it down", "category": "DOCUMENTATION"},
    )  # fmt: skip
    link = {"documentTypeId": kind, "standardId": standard["engineeringStandard"]["id"]}
    await call(client, token, "setDocumentTypeStandard", "documentTypeStandard { id }", input=link)
    return questionnaire, kind


async def test_from_signing_in_to_a_document(
    client: httpx.AsyncClient, committed: SeedbedEngine
) -> None:
    questionnaire, kind = await _administrator(client)
    user = await person(email="ada@seedbed.example")
    signed_in = await log_in(client, user)
    token = signed_in["accessToken"]
    begun = await call(
        client, token, "startSession", f"session {{ id }} {STATE}", questionnaireId=questionnaire
    )
    session, following = begun["session"]["id"], begun["state"]["nextQuestion"]
    answers = {"product": "A *boat*", "kind": "out", "users": 12}
    while following is not None:
        answered = await call(
            client, token, "answerQuestion", STATE,
            sessionId=session, key=following, value=answers[following],
        )  # fmt: skip
        assert answered["errors"] == []
        following = answered["state"]["nextQuestion"]
    assert answered["state"]["progress"] == 100
    ended = await call(client, token, "completeSession", "session { status }", sessionId=session)
    assert ended["session"] == {"status": "COMPLETED"}
    asked = await call(
        client, token, "requestDocuments", "documents { id status }",
        sessionId=session, documentTypeIds=[kind],
    )  # fmt: skip
    (document,) = asked["documents"]
    assert document["status"] == "PENDING"
    async with Worker(committed, HANDLERS, duties=(), pace=QUICK).beside():
        await until_queue_is(committed, {})
    read = "query($id: ID!) { document(id: $id) { status content error } }"
    assert (await ask(client, read, {"id": document["id"]}, token))["document"] == {
        "status": "GENERATED",
        "content": "# A \\*boat\\*\n\nFor Others, 12 of them.\n\n- DOC-1: Write it down\n",
        "error": None,
    }
