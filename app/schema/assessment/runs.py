"""Runs through a questionnaire: beginning, answering, ending, and how far one is."""

from typing import Any, cast

import strawberry
from strawberry import ID
from strawberry.scalars import JSON

from app.actions.assessment import runs
from app.bridge import row_key
from app.bridge.cursors import encode_id
from app.context import Context
from app.policy import USERS
from app.schema.assessment.types import asked_key
from app.schema.registry import mutations, registry
from app.tables import assessment as tables


@strawberry.type
class AnswerProblem:
    """Why a stored answer is refused."""

    code: str = strawberry.field(description="Stable, for programs.")
    message: str = strawberry.field(description="A sentence for people.")


@strawberry.type
class VisibleQuestion:
    """A question that is asked, as the answers are."""

    question_id: ID = strawberry.field(description="The id of the Question.")
    key: str = strawberry.field(description="Its key.")
    required: bool = strawberry.field(description="Whether it must be answered.")
    answered: bool = strawberry.field(description="Whether it has an answer that counts.")
    value: JSON | None = strawberry.field(description="The answer that counts, if any.")
    problems: list[AnswerProblem] = strawberry.field(description="Why its answer does not count.")


@strawberry.type
class AssessmentState:
    """How far a run is: worked out from its answers, which depend on each other."""

    visible_questions: list[VisibleQuestion] = strawberry.field(
        description="The questions that are asked, in order."
    )
    progress: int = strawberry.field(
        description="Per cent of the visible questions that have an answer."
    )
    next_question: str | None = strawberry.field(
        description="The key of the first visible question without an answer."
    )
    missing: list[str] = strawberry.field(
        description="The keys of the required questions without an answer."
    )
    complete: bool = strawberry.field(
        description="Whether every required question has a valid answer; the others may be empty."
    )


@strawberry.input
class AnswerInput:
    """An answer to one question, named by its id or by its key."""

    question_id: ID | None = strawberry.field(default=None, description="The question's id.")
    key: str | None = strawberry.field(default=None, description="Or its key.")
    value: JSON | None = strawberry.field(
        description="The answer, as the question's type has it; null takes it back."
    )


@registry.query
class RunsQuery:
    """How far a run is."""

    @strawberry.field(  # type: ignore[untyped-decorator]  # Strawberry's overloads miss this one
        description="How far a run is; null when there is none that you may read. A few statements,"
        " however many questions there are."
    )
    async def assessment_state(
        self, info: strawberry.Info, session_id: ID
    ) -> AssessmentState | None:
        """The state of one run."""
        key = asked_key(tables.AssessmentSession, session_id, "sessionId")
        run = await runs.find_run(info.context, key)
        return None if run is None else _shown(run)


@mutations.field(who=USERS, session=tables.AssessmentSession, state=AssessmentState)
async def start_session(context: Context, questionnaire_id: ID) -> dict[str, Any]:
    """Begin to answer a published questionnaire."""
    key = row_key(tables.Questionnaire, questionnaire_id, ("questionnaireId",))
    session, run = await runs.start_session(context, key)
    return {"session": session, "state": _shown(run)}


@mutations.field(who=USERS, session=tables.AssessmentSession, state=AssessmentState)
async def answer_question(
    context: Context,
    session_id: ID,
    value: JSON | None,
    question_id: ID | None = None,
    key: str | None = None,
) -> dict[str, Any]:
    """Answer one question, named by `questionId` or `key`, or change its answer.

    `null`, and any other empty value, takes the answer back.
    """
    given = _given(AnswerInput(question_id=question_id, key=key, value=value), ())
    return await _answered(context, session_id, [given])


@mutations.field(who=USERS, session=tables.AssessmentSession, state=AssessmentState)
async def answer_questions(
    context: Context, session_id: ID, answers: list[AnswerInput]
) -> dict[str, Any]:
    """Answer several questions at once, in any order: all of them, or none."""
    given = [_given(one, ("answers", str(place))) for place, one in enumerate(answers)]
    return await _answered(context, session_id, given)


@mutations.field(who=USERS, session=tables.AssessmentSession, state=AssessmentState)
async def clear_answer(
    context: Context, session_id: ID, question_id: ID | None = None, key: str | None = None
) -> dict[str, Any]:
    """Take an answer back."""
    given = _given(AnswerInput(question_id=question_id, key=key, value=None), ())
    return await _answered(context, session_id, [given])


@mutations.field(who=USERS, session=tables.AssessmentSession, state=AssessmentState)
async def skip_question(
    context: Context, session_id: ID, question_id: ID | None = None, key: str | None = None
) -> dict[str, Any]:
    """Go on with the question after this one, for now."""
    given = _given(AnswerInput(question_id=question_id, key=key, value=None), ())
    session = _session(session_id)
    run = await runs.skip_question(context, session, given)
    return {"session": session, "state": _shown(run)}


@mutations.field(who=USERS, session=tables.AssessmentSession, state=AssessmentState)
async def complete_session(context: Context, session_id: ID) -> dict[str, Any]:
    """End a run whose required questions are all answered; documents can be made of it then.

    The path of an error is `questions` and the key of the question that needs an answer.
    """
    session = _session(session_id)
    return {"session": session, "state": _shown(await runs.complete_session(context, session))}


@mutations.field(who=USERS, session=tables.AssessmentSession)
async def abandon_session(context: Context, session_id: ID) -> dict[str, Any]:
    """End a run that is not to be completed."""
    session = _session(session_id)
    await runs.abandon_session(context, session)
    return {"session": session}


async def _answered(context: Context, session_id: str, given: list[runs.Given]) -> dict[str, Any]:
    session = _session(session_id)
    return {"session": session, "state": _shown(await runs.save_answers(context, session, given))}


def _session(text: str) -> Any:
    return row_key(tables.AssessmentSession, text, ("sessionId",))


def _given(answer: AnswerInput, path: tuple[str, ...]) -> runs.Given:
    question = None
    if answer.question_id is not None:
        question = row_key(tables.Question, answer.question_id, (*path, "questionId"))
    return runs.Given(question, answer.key, answer.value, path)


def _shown(run: runs.Run) -> AssessmentState:
    state, ids = run.state, run.questions.ids
    required = frozenset(state.required)
    return AssessmentState(
        visible_questions=[
            VisibleQuestion(
                question_id=ID(encode_id("Question", ids[key])),
                key=key,
                required=key in required,
                answered=key in state.answers,
                value=cast("JSON | None", state.answers.get(key)),
                problems=[
                    AnswerProblem(code=one.code.upper(), message=str(one))
                    for one in state.invalid.get(key, ())
                ],
            )
            for key in state.visible
        ],
        progress=state.progress,
        next_question=state.next,
        missing=list(state.missing),
        complete=state.complete,
    )
