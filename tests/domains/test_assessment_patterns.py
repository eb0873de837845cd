"""Patterns that take long are matched in a thread, where nobody else has to wait for them."""

import asyncio
import threading
import time
from collections.abc import Mapping

import httpx
import pytest

from app.actions.assessment import runs
from app.actions.assessment.definition import Definition
from app.actions.assessment.evaluation import State, evaluate
from app.database import SeedbedEngine
from app.tables import AssessmentSession
from seeds import assessment, identity
from seeds.upsert import save
from tests.assessments import STATE, call
from tests.graphql import ask, global_id, sign_in

SLOW = "[ab]*a[ab]{200}[ab]{0,97}"
LONG = "ab" * 1_000
READ = "query($id: ID!) { assessmentState(sessionId: $id) { progress } }"


async def _run(pattern: str | None, answer: str) -> tuple[str, AssessmentSession]:
    """A run in which the answer was given, and the token of whose it is."""
    user, form = identity.user(), assessment.questionnaire()
    section = assessment.section(questionnaire=form)
    validation = {} if pattern is None else {"pattern": pattern}
    question = assessment.question(section=section, key="k", type="TEXTAREA", validation=validation)
    session: AssessmentSession = assessment.assessment_session(user=user, questionnaire=form)
    response = assessment.response(session=session, question=question, value=answer)
    await save(user, form, section, question, session, response)
    return await sign_in(user), session


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
    token, session = await _run(pattern, answer)
    id_ = global_id(session)
    assert (await ask(client, READ, {"id": id_}, token))["assessmentState"] == {"progress": 100}
    payload = await call(
        client, token, "answerQuestion", STATE, sessionId=id_, key="k", value=answer
    )  # fmt: skip
    assert payload["errors"] == []
    assert [one is not threading.main_thread() for one in threads] == [aside] * 3


async def test_what_takes_long_takes_one_thread_and_leaves_the_others_alone(
    client: httpx.AsyncClient, database: SeedbedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert database
    threads: set[threading.Thread] = set()

    def noted(definition: Definition, answers: Mapping[str, object]) -> State:
        threads.add(threading.current_thread())
        time.sleep(0.1)
        return evaluate(definition, answers)

    token, session = await _run(SLOW, LONG)
    variables = {"id": global_id(session)}
    await ask(client, READ, variables, token)
    monkeypatch.setattr(runs, "evaluate", noted)
    await asyncio.gather(*(ask(client, READ, variables, token) for _ in range(4)))
    (thread,) = threads
    assert thread is not threading.main_thread()
    assert thread is not await asyncio.to_thread(threading.current_thread)
