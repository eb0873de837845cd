"""Questionnaires from the database, compiled; those that are being answered are kept."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from app.actions.assessment.definition import (
    Definition,
    QuestionSource,
    RuleSource,
    compile_definition,
)
from app.tables.assessment import QuestionType, VisibilityAction

__all__ = ["Compiled", "Fetch", "Kept", "Sources", "kept", "read_sources"]

Fetch = Callable[..., Awaitable[Sequence[Any]]]

# A questionnaire of 500 questions takes about 50 ms to compile; so many questions some megabytes.
MOST_QUESTIONS = 20_000

_QUESTIONS = """
select question.id, question.section, question.key, question.type, question.options,
  question.validation, question.required
from assessment.questions question join assessment.sections section on section.id = question.section
where question.questionnaire = $1
order by section.position, question.position, question.id
"""

_RULES = """
select rule.id, rule.question, rule.action, rule.condition, rule.priority, rule.is_active
from assessment.visibility_rules rule join assessment.questions question
  on question.id = rule.question
where question.questionnaire = $1
order by rule.priority desc, rule.id
"""


@dataclass(frozen=True, slots=True)
class Sources:
    """A questionnaire's rows in reading order; `rules` has the ids of each question's rules."""

    questions: tuple[QuestionSource, ...]
    ids: Mapping[str, UUID]
    sections: Mapping[str, UUID]
    rules: Mapping[str, tuple[UUID, ...]]


@dataclass(frozen=True, slots=True)
class Compiled:
    """A questionnaire ready to be evaluated, with the rows behind its keys."""

    definition: Definition
    ids: Mapping[str, UUID]
    keys: Mapping[UUID, str]
    sections: Mapping[str, UUID]


async def read_sources(fetch: Fetch, questionnaire: UUID) -> Sources:
    """The questions and rules of a questionnaire, in two statements."""
    questions = await fetch(_QUESTIONS, questionnaire)
    rules: dict[UUID, list[Any]] = {row["id"]: [] for row in questions}
    for rule in await fetch(_RULES, questionnaire):
        rules[rule["question"]].append(rule)
    return Sources(
        questions=tuple(_source(row, rules[row["id"]]) for row in questions),
        ids={row["key"]: row["id"] for row in questions},
        sections={row["key"]: row["section"] for row in questions},
        rules={row["key"]: tuple(rule["id"] for rule in rules[row["id"]]) for row in questions},
    )


def _source(row: Mapping[str, Any], rules: Sequence[Mapping[str, Any]]) -> QuestionSource:
    return QuestionSource(
        key=row["key"],
        type=QuestionType(row["type"]),
        options=orjson.loads(row["options"]),
        validation=orjson.loads(row["validation"]),
        required=row["required"],
        rules=tuple(
            RuleSource(
                VisibilityAction(rule["action"]),
                orjson.loads(rule["condition"]),
                rule["priority"],
                rule["is_active"],
            )
            for rule in rules
        ),
    )


class Kept:
    """Compiled questionnaires, those used last, up to a number of questions in all.

    Only for questionnaires that are published or archived: they do not change any more.
    """

    def __init__(self, most_questions: int = MOST_QUESTIONS) -> None:
        self._most = most_questions
        self._questions = 0
        self._kept: OrderedDict[tuple[UUID, datetime], Compiled] = OrderedDict()

    async def get(self, fetch: Fetch, questionnaire: UUID, changed: datetime) -> Compiled:
        """The questionnaire as it is since `changed`; two statements, unless it is kept.

        Raises MalformedDefinition for one that was written past the checks.
        """
        place = questionnaire, changed
        if (found := self._kept.get(place)) is not None:
            self._kept.move_to_end(place)
            return found
        sources = await read_sources(fetch, questionnaire)
        # In a thread: other requests go on meanwhile.
        definition = await asyncio.to_thread(compile_definition, sources.questions)
        keys = {id_: key for key, id_ in sources.ids.items()}
        made = Compiled(definition, sources.ids, keys, sources.sections)
        if place not in self._kept:
            self._kept[place] = made
            self._questions += len(made.ids)
        while self._questions > self._most and len(self._kept) > 1:
            _, oldest = self._kept.popitem(last=False)
            self._questions -= len(oldest.ids)
        return made

    def __len__(self) -> int:
        """How many questionnaires are kept."""
        return len(self._kept)


kept = Kept()
