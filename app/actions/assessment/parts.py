"""What authors do with the parts of a draft: sections, questions and rules."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from app.actions.assessment.conditions import parse
from app.actions.assessment.editing import editing, next_position, told
from app.actions.assessment.problems import MalformedCondition, MalformedQuestion
from app.actions.assessment.questions import asked
from app.bridge import Action, Problem, Refused
from app.context import Context
from app.tables.assessment import (
    Question,
    Questionnaire,
    QuestionType,
    Section,
    VisibilityRule,
)

_KEY = re.compile("[A-Za-z][A-Za-z0-9_.-]*")

_LAST_SECTION = "select max(position) from assessment.sections where questionnaire = $1"
_LAST_QUESTION = "select max(position) from assessment.questions where section = $1"
_SECTIONS = "select id from assessment.sections where questionnaire = $1 order by position"
_QUESTIONS = "select id, section from assessment.questions where questionnaire = $1"
# The places are unique, also between two rows of one statement: first behind all others, then
# where they belong.
_MOVE_SECTIONS = """
update assessment.sections section set position = $2 + place.n::int - 1
from unnest($1::uuid[]) with ordinality place(id, n) where section.id = place.id
"""
_MOVE_QUESTIONS = """
update assessment.questions question set section = $2, position = place.n::int - 1
from unnest($1::uuid[]) with ordinality place(id, n) where question.id = place.id
"""


async def create_section(context: Context, values: Mapping[str, Any]) -> UUID:
    """A section behind the others of a `questionnaire`, with `title` and `description`."""
    questionnaire, at = values["questionnaire"], ("input", "questionnaireId")
    async with editing(context, "section.create", Questionnaire, questionnaire, path=at) as edit:
        position = await next_position(context, _LAST_SECTION, questionnaire)
        row = await edit.change.create(Section, {**values, "position": position})
    key: UUID = row["id"]
    return key


async def update_section(context: Context, key: UUID, values: Mapping[str, Any]) -> UUID:
    """Change `title` and `description`."""
    async with editing(context, "section.update", Section, key) as edit:
        await edit.change.update(Section, key, values)
    return key


async def delete_section(context: Context, key: UUID) -> UUID:
    """Delete a section with its questions, which no rule of another section may ask about."""
    async with editing(context, "section.delete", Section, key, allowed_by=Action.DELETE) as edit:
        await edit.change.remove(Section, key)
    return key


async def reorder_sections(context: Context, questionnaire: UUID, sections: Sequence[UUID]) -> UUID:
    """Put all the sections of a questionnaire into this order."""
    at = ("questionnaireId",)
    async with editing(context, "section.reorder", Questionnaire, questionnaire, path=at) as edit:
        fetch = context.request.executor.fetch
        before = [row["id"] for row in await fetch(_SECTIONS, questionnaire)]
        _check_all(sections, before, before, "sectionIds")
        behind = await next_position(context, _LAST_SECTION, questionnaire)
        for start in (behind, 0):
            await fetch(_MOVE_SECTIONS, list(sections), start)
        edit.change.about(Questionnaire, questionnaire, sections=[str(one) for one in sections])
    return questionnaire


async def create_question(context: Context, values: Mapping[str, Any]) -> UUID:
    """A question behind the others of a `section`, with the other columns of `Question`."""
    section, at = values["section"], ("input", "sectionId")
    async with editing(context, "question.create", Section, section, path=at) as edit:
        _check_question(values)
        position = await next_position(context, _LAST_QUESTION, section)
        edit.question = values["key"]
        made = {**values, "questionnaire": edit.questionnaire, "position": position}
        with _telling_of_the_key():
            row = await edit.change.create(Question, made)
    key: UUID = row["id"]
    return key


async def update_question(context: Context, key: UUID, values: Mapping[str, Any]) -> UUID:
    """Change a question's own columns; rules that ask about it have to fit the new ones."""
    async with editing(context, "question.update", Question, key) as edit:
        _check_question({**edit.row, **values})
        edit.question = values.get("key", edit.row["key"])
        with _telling_of_the_key():
            await edit.change.update(Question, key, values)
    return key


async def delete_question(context: Context, key: UUID) -> UUID:
    """Delete a question with its rules; no other question's rules may ask about it."""
    async with editing(context, "question.delete", Question, key, allowed_by=Action.DELETE) as edit:
        await edit.change.remove(Question, key)
    return key


async def reorder_questions(context: Context, section: UUID, questions: Sequence[UUID]) -> UUID:
    """Put the questions of a section into this order; those of other sections move into it."""
    async with editing(context, "question.reorder", Section, section, path=("sectionId",)) as edit:
        fetch = context.request.executor.fetch
        rows = await fetch(_QUESTIONS, edit.questionnaire)
        own = [row["id"] for row in rows if row["section"] == section]
        _check_all(questions, own, [row["id"] for row in rows], "questionIds")
        await fetch(_MOVE_QUESTIONS, list(questions), section)
        edit.change.about(Section, section, questions=[str(one) for one in questions])
    return section


async def create_rule(context: Context, values: Mapping[str, Any]) -> UUID:
    """A rule of a `question`: `action`, `condition`, `priority`, `is_active`."""
    at = ("input", "questionId")
    async with editing(context, "rule.create", Question, values["question"], path=at) as edit:
        _check_rule(values)
        row = await edit.change.create(VisibilityRule, values)
        edit.question, edit.rule = edit.row["key"], row["id"]
    key: UUID = row["id"]
    return key


async def update_rule(context: Context, key: UUID, values: Mapping[str, Any]) -> UUID:
    """Change a rule; one that is not active may be unfinished."""
    async with editing(context, "rule.update", VisibilityRule, key) as edit:
        _check_rule({**edit.row, **values})
        await edit.change.update(VisibilityRule, key, values)
        (question,) = await context.request.executor.fetch(
            "select key from assessment.questions where id = $1", edit.row["question"]
        )
        edit.question, edit.rule = question["key"], key
    return key


async def delete_rule(context: Context, key: UUID) -> UUID:
    """Delete a rule."""
    async with editing(
        context, "rule.delete", VisibilityRule, key, allowed_by=Action.DELETE
    ) as edit:
        await edit.change.remove(VisibilityRule, key)
    return key


@contextmanager
def _telling_of_the_key() -> Iterator[None]:
    """What is unique about a question is its key, of which the questionnaire is no input."""
    try:
        yield
    except Refused as refused:
        sentence = "another question of the questionnaire has this key; choose another one"
        taken = Problem("TAKEN", sentence, ("input", "key"))
        raise Refused(
            *(taken if one.code == "TAKEN" else one for one in refused.problems)
        ) from refused


def _check_question(values: Mapping[str, Any]) -> None:
    """Raise Refused for a key, options or limits that no question can have."""
    if isinstance(values["key"], str) and not _KEY.fullmatch(values["key"]):
        sentence = "key begins with a letter; letters, digits, _, . and - may follow"
        raise Refused(Problem("INVALID", sentence, ("input", "key")))
    if values["type"] is None:
        return  # told with the other columns
    options, validation = values.get("options", []), values.get("validation", {})
    try:
        asked(QuestionType(values["type"]), options, validation)
    except MalformedQuestion as malformed:
        raise Refused(*(told(one, "input") for one in malformed.problems)) from None


def _check_rule(values: Mapping[str, Any]) -> None:
    """Raise Refused for a condition that is none, whatever the questions are."""
    if not isinstance(values["condition"], dict):
        sentence = "a condition is an object"
        raise Refused(Problem("WRONG_TYPE", sentence, ("input", "condition")))
    if not values.get("is_active", True):
        return
    try:
        parse(values["condition"])
    except MalformedCondition as malformed:
        raise Refused(*(told(one, "input", "condition") for one in malformed.problems)) from None


def _check_all(
    given: Sequence[UUID], needed: Sequence[UUID], known: Sequence[UUID], name: str
) -> None:
    """Raise Refused unless `given` has each of `needed` once, and nothing but `known`."""
    there = set(known)
    problems = [
        Problem("NOT_FOUND", "this is no part of the questionnaire", (name, str(place)))
        for place, one in enumerate(given)
        if one not in there
    ]
    if not problems and (len(set(given)) < len(given) or set(needed) - set(given)):
        problems = [Problem("INVALID", f"{name} names each one there is, once", (name,))]
    if problems:
        raise Refused(*problems)
