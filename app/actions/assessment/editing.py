"""Editing a draft: what every change of its parts has in common, and the check at its end."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from piccolo.table import Table

from app.actions.assessment import problems
from app.actions.assessment.compiled import Sources, read_sources
from app.actions.assessment.definition import compile_definition
from app.audit import Change
from app.bridge import Action, Problem, Refused, Row
from app.context import Context
from app.tables.assessment import (
    Question,
    Questionnaire,
    QuestionnaireStatus,
    Section,
    VisibilityRule,
)

__all__ = ["Editing", "check_definition", "editing", "next_position", "told"]

# Read before anything is locked: every edit locks the questionnaire first, so that two edits of one
# questionnaire wait for each other, and never in a circle.
_OWNERS: dict[type[Table], str] = {
    Questionnaire: "select id from assessment.questionnaires where id = $1",
    Section: "select questionnaire from assessment.sections where id = $1",
    Question: "select questionnaire from assessment.questions where id = $1",
    VisibilityRule: "select question.questionnaire from assessment.visibility_rules rule"
    " join assessment.questions question on question.id = rule.question where rule.id = $1",
}
_LOCK = "select status from assessment.questionnaires where id = $1 for no key update"


@dataclass(slots=True)
class Editing:
    """An edit under way: what it writes with, and the row that it began with.

    The edit says what it has written, so that problems lead to its own input: the key of a
    question, and the id of a rule of that question.
    """

    change: Change
    questionnaire: UUID
    row: Row
    question: str | None = None
    rule: UUID | None = None


@asynccontextmanager
async def editing(
    context: Context,
    action: str,
    table: type[Table],
    key: UUID,
    *,
    allowed_by: Action = Action.CHANGE,
    path: tuple[str, ...] = ("id",),
    checked: bool = True,
) -> AsyncIterator[Editing]:
    """One change of a draft, which begins with this row; the whole must fit together at its end.

    `path` leads to the argument with the key; `checked` is false for what cannot spoil the whole.
    Raises Refused for a questionnaire that is no draft,
    and with every problem of the edited one.
    """
    async with context.change(action) as change:
        fetch = context.request.executor.fetch
        owners = await fetch(_OWNERS[table], key)
        questionnaire = owners[0][0] if owners else key
        status = await fetch(_LOCK, questionnaire)
        row = await change.target(table, key, allowed_by, path)
        if status[0]["status"] != QuestionnaireStatus.DRAFT:
            sentence = "only drafts are edited: newQuestionnaireVersion makes one of this"
            raise Refused(Problem("NOT_A_DRAFT", sentence, path))
        edit = Editing(change, questionnaire, row)
        yield edit
        if checked:
            await check_definition(context, edit)


async def check_definition(context: Context, edit: Editing) -> Sources:
    """The questionnaire's rows as they are now. Raises Refused with every problem."""
    sources = await read_sources(context.request.executor.fetch, edit.questionnaire)
    try:
        await asyncio.to_thread(compile_definition, sources.questions)
    except problems.MalformedDefinition as malformed:
        raise Refused(*(_placed(one, sources, edit) for one in malformed.problems[:20])) from None
    return sources


def _placed(problem: problems.Problem, sources: Sources, edit: Editing) -> Problem:
    """A problem of the whole, at the input that caused it."""
    key, *rest = problem.path or (None,)
    if key is not None and key == edit.question:
        if edit.rule is None and rest[:1] != ["rules"]:
            return told(problem, "input", skip=1)
        if rest[:1] == ["rules"] and sources.rules[str(key)][int(rest[1])] == edit.rule:
            return told(problem, "input", skip=3)
    if not problem.path and edit.rule is not None:
        return told(problem, "input", "condition")
    begins = ("id",) if edit.question is None else ("input",)
    return Problem(problem.code.upper(), str(problem), begins)


def told(problem: problems.Problem, *begins: str, skip: int = 0) -> Problem:
    """A problem of the language as the API tells it, its path behind `begins`."""
    path = (*begins, *map(str, problem.path[skip:]))
    return Problem(problem.code.upper(), problem.sentence, path)


async def next_position(context: Context, statement: str, parent: Any) -> int:
    """The place behind those that there are, by a statement with their highest position."""
    (row,) = await context.request.executor.fetch(statement, parent)
    return 0 if row[0] is None else int(row[0]) + 1
