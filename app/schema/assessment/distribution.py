"""How answers are distributed, for the authors of a questionnaire."""

import strawberry
from strawberry import ID

from app.actions.assessment import distribution
from app.bridge.cursors import encode_id
from app.schema.assessment.types import asked_key
from app.schema.registry import registry
from app.tables import assessment as tables


@strawberry.type
class AnswerCount:
    """How often one option was chosen."""

    row: str | None = strawberry.field(description="The row of a matrix; null elsewhere.")
    value: str = strawberry.field(description="The option's value, or the step of a scale.")
    label: str = strawberry.field(description="What people read.")
    answers: int = strawberry.field(description="In so many answers.")


@strawberry.type
class QuestionDistribution:
    """How the answers to one question are distributed."""

    question_id: ID = strawberry.field(description="The id of the Question.")
    key: str = strawberry.field(description="Its key.")
    answers: int = strawberry.field(description="The number of answers.")
    minimum: float | None = strawberry.field(description="The least number, where it takes some.")
    average: float | None = strawberry.field(description="The mean of the numbers.")
    maximum: float | None = strawberry.field(description="The greatest number.")
    options: list[AnswerCount] = strawberry.field(description="Every option, also those unused.")


@strawberry.type
class AnswerDistribution:
    """How the answers to a questionnaire are distributed; few of them may reveal who gave them."""

    completed_sessions: int = strawberry.field(description="The number of completed runs.")
    questions: list[QuestionDistribution] = strawberry.field(description="In reading order.")


@registry.query
class DistributionQuery:
    """Figures about answers."""

    @strawberry.field(  # type: ignore[untyped-decorator]  # Strawberry's overloads miss this one
        description="The answers that count, of all completed runs; null unless you may author the"
        " questionnaire. Texts, dates and files are counted, never shown."
    )
    async def answer_distribution(
        self, info: strawberry.Info, questionnaire_id: ID
    ) -> AnswerDistribution | None:
        """The figures of one questionnaire."""
        key = asked_key(tables.Questionnaire, questionnaire_id, "questionnaireId")
        found = await distribution.answer_distribution(info.context, key)
        if found is None:
            return None
        return AnswerDistribution(
            completed_sessions=found.runs,
            questions=[
                QuestionDistribution(
                    question_id=ID(encode_id("Question", one.question)),
                    key=one.key,
                    answers=one.answers,
                    minimum=one.minimum,
                    average=one.average,
                    maximum=one.maximum,
                    options=[
                        AnswerCount(
                            row=each.row, value=each.value, label=each.label, answers=each.answers
                        )
                        for each in one.buckets
                    ],
                )
                for one in found.questions
            ],
        )
