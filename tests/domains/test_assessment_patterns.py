"""Patterns that take long are matched in a thread, where nobody else has to wait for them."""

import threading
from collections.abc import Mapping

import httpx
import pytest

from app.actions.assessment import runs
from app.actions.assessment.definition import Definition
from app.actions.assessment.evaluation import State, evaluate
from app.database import SeedbedEngine
from seeds import assessment, identity
from seeds.upsert import save
from tests.assessments import STATE, call
from tests.graphql import ask, global_id, sign_in

SLOW = "[ab]*a[ab]{200}[ab]{0,97}"
LONG = "ab" * 1_000


@pytest.mark.parametrize(
    ("pattern", "answer", "aside"),
    [(SLOW, LONG, True), ("[ab]+", LONG, False), (None, LONG, False)],
)
async def test_only_what_may_take_long_is_worked_out_in_a_thread(
    client: httpx.AsyncClient,
    database: SeedbedEngine,
    monkeypatch: pytest.MonkeyPatch,
    pattern: str | None,
    answer: str,
    *,
    aside: bool,
) -> None:
    assert database
    threads: list[threading.Thread] = []

    def noted(definition: Definition, answers: Mapping[str, object]) -> State:
        threads.append(threading.current_thread())
        return evaluate(definition, answers)

    monkeypatch.setattr(runs, "evaluate", noted)
    user, form = identity.user(), assessment.questionnaire()
    section = assessment.section(questionnaire=form)
    validation = {} if pattern is None else {"pattern": pattern}
    question = assessment.question(section=section, key="k", type="TEXTAREA", validation=validation)
    session = assessment.assessment_session(user=user, questionnaire=form)
    response = assessment.response(session=session, question=question, value=answer)
    await save(user, form, section, question, session, response)
    token, id_ = await sign_in(user), global_id(session)
    read = "query($id: ID!) { assessmentState(sessionId: $id) { progress } }"
    assert (await ask(client, read, {"id": id_}, token))["assessmentState"] == {"progress": 100}
    payload = await call(
        client, token, "answerQuestion", STATE, sessionId=id_, key="k", value=answer
    )  # fmt: skip
    assert payload["errors"] == []
    assert [one is not threading.main_thread() for one in threads] == [aside] * 3
