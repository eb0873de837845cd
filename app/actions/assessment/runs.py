"""Runs through a questionnaire: begin, answer, skip, complete, abandon, and how far one is."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

import orjson

from app.actions.assessment.compiled import Compiled, Fetch, kept
from app.actions.assessment.definition import Definition
from app.actions.assessment.editing import told
from app.actions.assessment.evaluation import State, evaluate, question_after
from app.actions.assessment.patterns import LONGEST_TEXT
from app.actions.states import StateMachine, Step
from app.audit import Change
from app.bridge import Changes, Problem, Refused, Row
from app.context import Context
from app.policy import access_table
from app.tables.assessment import (
    AssessmentSession,
    AssessmentStatus,
    QuestionnaireStatus,
    Response,
)

_T = TypeVar("_T")

_IN_PROGRESS, _COMPLETED, _ABANDONED = AssessmentStatus

RUNNING = StateMachine(
    "session",
    {
        "answer": Step(frozenset({_IN_PROGRESS}), _IN_PROGRESS),
        "complete": Step(frozenset({_IN_PROGRESS}), _COMPLETED),
        "abandon": Step(frozenset({_IN_PROGRESS}), _ABANDONED),
    },
)

# States of patterns times characters: a few milliseconds of work, which nobody has to wait for.
_QUICK = 50_000

# Several threads would take the interpreter from each other, and from everybody else; and the
# default pool stays free for what others do there.
_pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="patterns")

MOST_ANSWERS = 500  # of one mutation
MOST_PROBLEMS = 20  # told at once
_AT = ("sessionId",)

_QUESTIONNAIRE = "select status, updated_at from assessment.questionnaires where id = $1"
# What becomes of answers by others is worked out, and no part of the record.
_TURN = "update assessment.responses set counts = not counts where id = any($1)"
_ANSWERS = """
select questionnaire.updated_at as changed, response.id, response.question, response.value,
  response.counts
from assessment.questionnaires questionnaire
  left join assessment.responses response on response.session = $2
where questionnaire.id = $1
"""


@dataclass(frozen=True, slots=True)
class Given:
    """An answer on its way in: the question by id or by key, and the place of the argument."""

    question: UUID | None
    key: str | None
    value: object
    path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stored:
    """An answer that is there; it may count or not."""

    id: UUID
    value: object
    counts: bool


@dataclass(frozen=True, slots=True)
class Run:
    """A run as it is in the database: its answers by key, and what they come to."""

    row: Row
    questions: Compiled
    stored: Mapping[str, Stored]
    state: State


async def read_run(fetch: Fetch, row: Row) -> Run:
    """The run of a row of `AssessmentSession`; one statement, when its questionnaire is kept."""
    records = await fetch(_ANSWERS, row["questionnaire"], row["id"])
    questions = await kept.get(fetch, row["questionnaire"], records[0]["changed"])
    stored = {
        questions.keys[record["question"]]: Stored(
            record["id"], orjson.loads(record["value"]), record["counts"]
        )
        for record in records
        if record["question"] in questions.keys
    }
    values = {key: one.value for key, one in stored.items()}
    definition = questions.definition
    state = await _aside(definition, values.values(), lambda: evaluate(definition, values))
    return Run(row, questions, stored, state)


async def _aside(definition: Definition, values: Iterable[object], work: Callable[[], _T]) -> _T:
    """What `work` gives about these answers: in the thread, if their patterns may take long.

    Nobody else has what it works on, but for the questionnaire, of which only the steps that its
    patterns keep ever change.
    """
    if definition.largest_pattern:
        texts = (min(len(value), LONGEST_TEXT) for value in values if isinstance(value, str))
        if sum(texts) * definition.largest_pattern > _QUICK:
            return await asyncio.get_running_loop().run_in_executor(_pool, work)
    return work()


async def find_run(context: Context, key: UUID) -> Run | None:
    """The run with this key, if the caller may read it; two statements."""
    fetch = context.request.executor.fetch
    row = await Changes(access_table(), context.viewer, fetch).find(AssessmentSession, key)
    return None if row is None else await read_run(fetch, row)


async def start_session(context: Context, questionnaire: UUID) -> tuple[UUID, Run]:
    """The caller begins to answer a published questionnaire."""
    async with context.change("assessment.start") as change:
        fetch = context.request.executor.fetch
        row = await change.create(
            AssessmentSession,
            {"user": context.viewer.values["user"], "questionnaire": questionnaire},
            (),
        )
        (found,) = await fetch(_QUESTIONNAIRE, questionnaire)
        if found["status"] != QuestionnaireStatus.PUBLISHED:
            sentence = "only a published questionnaire can be answered"
            raise Refused(Problem("NOT_PUBLISHED", sentence, ("questionnaireId",)))
        run = await read_run(fetch, row)
        place = _place(run.questions, run.state.next)
        await change.set(AssessmentSession, row["id"], place)
        change.about(AssessmentSession, row["id"])
    return row["id"], run


async def save_answers(context: Context, session: UUID, given: Sequence[Given]) -> Run:
    """Store several answers, or none of them; an empty value takes an answer back.

    Answers may depend on each other, in any order. Raises Refused with the problems of all of
    them; a question that is hidden after them takes no answer.
    """
    if not 1 <= len(given) <= MOST_ANSWERS:
        raise Refused(Problem("INVALID", f"send 1 to {MOST_ANSWERS} answers at once", ("answers",)))
    async with context.change("assessment.answer") as change:
        run = await _going_on(context, change, session, "answer")
        answers = {key: one.value for key, one in run.stored.items()}
        definition = run.questions.definition

        def work() -> tuple[list[str], State]:
            keys = _apply(run.questions, given, answers)
            return keys, evaluate(definition, answers)

        values = [*answers.values(), *(one.value for one in given)]
        keys, state = await _aside(definition, values, work)
        visible = set(state.visible)
        hidden = [
            Problem("HIDDEN", f"{key} is not asked, as the other answers are", (*one.path, "value"))
            for one, key in zip(given, keys, strict=True)
            if key in answers and key not in visible
        ]
        if hidden:
            raise Refused(*hidden)
        await _write(context.request.executor.fetch, change, run, answers, state)
        following = question_after(state, keys[-1])
        await _go_on(change, run, state, following)
    return replace(run, state=state)


async def skip_question(context: Context, session: UUID, given: Given) -> Run:
    """Go on with the question after this one, which keeps the answer that it has."""
    async with context.change("assessment.skip") as change:
        run = await _going_on(context, change, session, "answer")
        key = _key(run.questions, given)
        if isinstance(key, Problem):
            raise Refused(key)
        await _go_on(change, run, run.state, question_after(run.state, key))
    return run


async def complete_session(context: Context, session: UUID) -> Run:
    """End a run whose required questions are answered. Raises Refused naming those that are not."""
    async with context.change("assessment.complete") as change:
        run = await _going_on(context, change, session, "complete")
        if not run.state.complete:
            missing = [key for key in run.state.required if key not in run.state.answers]
            raise Refused(
                *(
                    Problem("UNANSWERED", f"{key} needs a valid answer", ("questions", key))
                    for key in missing[:MOST_PROBLEMS]
                )
            )
        await change.set(
            AssessmentSession,
            session,
            {
                "status": RUNNING.after(run.row["status"], "complete", _AT),
                "completed_at": datetime.now(UTC),
                "progress": run.state.progress,
                "current_section": None,
                "current_question": None,
            },
        )
    return run


async def abandon_session(context: Context, session: UUID) -> None:
    """End a run that is not to be completed; its answers stay, and count nowhere."""
    async with context.change("assessment.abandon") as change:
        row = await change.target(AssessmentSession, session, path=_AT)
        status = RUNNING.after(row["status"], "abandon", _AT)
        await change.set(AssessmentSession, session, {"status": status})


async def _going_on(context: Context, change: Change, session: UUID, step: str) -> Run:
    """The run, locked, so that of two answers at once the second one sees the first."""
    row = await change.target(AssessmentSession, session, path=_AT)
    RUNNING.after(row["status"], step, _AT)
    return await read_run(context.request.executor.fetch, row)


def _key(questions: Compiled, given: Given) -> str | Problem:
    """The question that is meant, by its key."""
    key = given.key if given.question is None else questions.keys.get(given.question)
    if (given.question is None) is (given.key is None):
        return Problem("INVALID", "name the question by questionId or by key", given.path)
    if key is None or key not in questions.ids:
        at = (*given.path, "key" if given.question is None else "questionId")
        return Problem("NOT_FOUND", "the questionnaire has no such question", at)
    return key


def _apply(questions: Compiled, given: Sequence[Given], answers: dict[str, object]) -> list[str]:
    """Put new answers in their places, in the form in which they are kept; returns their keys."""
    keys: list[str] = []
    problems: list[Problem] = []
    for one in given:
        key = _key(questions, one)
        if isinstance(key, Problem):
            problems.append(key)
            continue
        if key in keys:
            problems.append(Problem("INVALID", f"{key} comes twice", one.path))
        keys.append(key)
        found = questions.definition.questions[key].check(one.value)
        problems += [told(problem, *one.path, "value") for problem in found.problems]
        if found.value is None:
            answers.pop(key, None)
        else:
            answers[key] = found.value
    if problems:
        raise Refused(*problems[:MOST_PROBLEMS])
    return keys


async def _write(
    fetch: Fetch, change: Change, run: Run, answers: Mapping[str, object], state: State
) -> None:
    """Make the rows of a run what its answers are now, and which of them count."""
    now = datetime.now(UTC)
    new: list[dict[str, Any]] = []
    changed: list[tuple[UUID, dict[str, Any]]] = []
    turned: list[UUID] = []
    for key, value in answers.items():
        counts, old = key in state.answers, run.stored.get(key)
        if old is None:
            question = run.questions.ids[key]
            row = {"session": run.row["id"], "question": question, "value": value}
            new.append({**row, "counts": counts, "answered_at": now})
        elif old.value != value or type(old.value) is not type(value):
            changed.append((old.id, {"value": value, "counts": counts, "answered_at": now}))
        elif old.counts is not counts:
            turned.append(old.id)
    if gone := run.stored.keys() - answers.keys():
        await change.remove_many(Response, [run.stored[key].id for key in gone])
    if new:
        await change.insert_many(Response, new)
    if changed:
        await change.update_many(Response, changed, lambda _: ("value",))
    if turned:
        await fetch(_TURN, turned)


async def _go_on(change: Change, run: Run, state: State, following: str | None) -> None:
    """Note how far the run is, and where it goes on."""
    place = {"progress": state.progress, **_place(run.questions, following)}
    await change.set(AssessmentSession, run.row["id"], place)
    if any(one.before != one.after for one in change.written):
        change.about(AssessmentSession, run.row["id"])


def _place(questions: Compiled, following: str | None) -> dict[str, Any]:
    if following is None:
        return {"current_section": None, "current_question": None}
    return {
        "current_section": questions.sections[following],
        "current_question": questions.ids[following],
    }
