"""How the answers to a questionnaire are distributed: figures for its author, never a person's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.actions.assessment.compiled import Compiled, kept, read_sources
from app.actions.assessment.questions import Asked
from app.bridge import Action, Changes
from app.context import Context
from app.policy import access_table
from app.tables.assessment import Questionnaire, QuestionnaireStatus, QuestionType

__all__ = ["Bucket", "Distribution", "QuestionFigures", "answer_distribution"]

# Only what counts, and only of runs that were completed.
_FIGURES = """
select response.question, count(*) as answers, min(number) as minimum, avg(number) as average,
  max(number) as maximum
from assessment.responses response
  join assessment.assessment_sessions session on session.id = response.session
  cross join lateral (select case when jsonb_typeof(response.value) = 'number'
    then (response.value #>> '{}')::numeric end) as value(number)
where session.questionnaire = $1 and session.status = 'COMPLETED' and response.counts
group by response.question
"""
_BUCKETS = """
select response.question, bucket.row_value, bucket.chosen, count(*) as answers
from assessment.responses response
  join assessment.assessment_sessions session on session.id = response.session
  join assessment.questions question on question.id = response.question
  cross join lateral (
    select null, response.value #>> '{}' where question.type in ('SINGLE_CHOICE', 'SCALE')
    union all
    select null, chosen from jsonb_array_elements_text(
      case when question.type = 'MULTIPLE_CHOICE' and jsonb_typeof(response.value) = 'array'
      then response.value else '[]' end) chosen
    union all
    select entry.key, entry.value from jsonb_each_text(
      case when question.type = 'MATRIX' and jsonb_typeof(response.value) = 'object'
      then response.value else '{}' end) entry
  ) as bucket(row_value, chosen)
where session.questionnaire = $1 and session.status = 'COMPLETED' and response.counts
group by 1, 2, 3
"""
_COMPLETED = """
select count(*) as runs from assessment.assessment_sessions
where questionnaire = $1 and status = 'COMPLETED'
"""


@dataclass(frozen=True, slots=True)
class Bucket:
    """How often an option was chosen; `row` is that of a matrix."""

    row: str | None
    value: str
    label: str
    answers: int


@dataclass(frozen=True, slots=True)
class QuestionFigures:
    """One question's answers; the figures are those of numbers and scales."""

    question: UUID
    key: str
    answers: int
    minimum: float | None
    average: float | None
    maximum: float | None
    buckets: tuple[Bucket, ...]


@dataclass(frozen=True, slots=True)
class Distribution:
    """A questionnaire's completed runs, and its questions in reading order."""

    runs: int
    questions: tuple[QuestionFigures, ...]


async def answer_distribution(context: Context, questionnaire: UUID) -> Distribution | None:
    """The figures of a questionnaire that the caller may author; None for any other.

    Three statements beside those that read the questionnaire, whatever its size.
    """
    fetch = context.request.executor.fetch
    reader = Changes(access_table(), context.viewer, fetch)
    row = await reader.find(Questionnaire, questionnaire, Action.CHANGE)
    if row is None:
        return None
    if row["status"] == QuestionnaireStatus.DRAFT:  # never answered, and not to be kept
        sources = await read_sources(fetch, questionnaire)
        return Distribution(
            0,
            tuple(
                QuestionFigures(sources.ids[one.key], one.key, 0, None, None, None, ())
                for one in sources.questions
            ),
        )
    compiled = await kept.get(fetch, questionnaire, row["updated_at"])
    (completed,) = await fetch(_COMPLETED, questionnaire)
    figures = {one["question"]: one for one in await fetch(_FIGURES, questionnaire)}
    counts: dict[UUID, dict[tuple[str | None, str], int]] = {}
    for one in await fetch(_BUCKETS, questionnaire):
        place = one["row_value"], one["chosen"]
        counts.setdefault(one["question"], {})[place] = one["answers"]
    return Distribution(completed["runs"], tuple(_questions(compiled, figures, counts)))


def _questions(
    compiled: Compiled,
    figures: Mapping[UUID, Any],
    counts: Mapping[UUID, Mapping[tuple[str | None, str], int]],
) -> Sequence[QuestionFigures]:
    found = []
    for key, question in compiled.definition.questions.items():
        id_ = compiled.ids[key]
        own = figures.get(id_)
        found.append(
            QuestionFigures(
                question=id_,
                key=key,
                answers=own["answers"] if own else 0,
                minimum=_number(own, "minimum"),
                average=_number(own, "average"),
                maximum=_number(own, "maximum"),
                buckets=tuple(
                    Bucket(row, value, label, counts.get(id_, {}).get((row, value), 0))
                    for row, value, label in _options(question.asked)
                ),
            )
        )
    return found


def _number(own: Any, name: str) -> float | None:
    return None if own is None or own[name] is None else float(own[name])


def _options(asked: Asked) -> list[tuple[str | None, str, str]]:
    """What can be chosen: the row of a matrix, the value, and its label."""
    if asked.type is QuestionType.MATRIX:
        return [(row.value, one.value, one.label) for row in asked.rows for one in asked.columns]
    if asked.type is QuestionType.SCALE:
        assert asked.minimum is not None
        assert asked.maximum is not None
        steps = range(int(asked.minimum), int(asked.maximum) + 1)
        return [(None, str(step), str(step)) for step in steps]
    return [(None, one.value, one.label) for one in asked.choices]
