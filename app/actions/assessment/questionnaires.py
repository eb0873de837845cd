"""What authors do with a questionnaire as a whole: write, publish, archive, make a new version."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from piccolo.table import Table

from app.actions.assessment.editing import Editing, check_definition, editing
from app.actions.assessment.versions import next_version
from app.actions.slugs import own_slug
from app.actions.states import StateMachine, Step
from app.audit import Change
from app.bridge import Action, Changes, Problem, Refused, Row
from app.context import Context
from app.policy import access_table
from app.tables.assessment import (
    Question,
    Questionnaire,
    QuestionnaireStatus,
    Section,
    VisibilityRule,
)
from app.tables.identifiers import new_id

_DRAFT, _PUBLISHED, _ARCHIVED = QuestionnaireStatus

LIFE = StateMachine(
    "questionnaire",
    {
        "publish": Step(frozenset({_DRAFT}), _PUBLISHED),
        "archive": Step(frozenset({_PUBLISHED}), _ARCHIVED),
        "newVersion": Step(frozenset({_PUBLISHED, _ARCHIVED}), _DRAFT),
    },
)

_VERSIONS = """
select id, version, status from assessment.questionnaires
where slug = (select slug from assessment.questionnaires where id = $1)
order by version
"""
# All versions are locked together: of two who publish, or begin a version, the second one waits.
# It reads them afterwards, as a statement that waits does not see what is new by then.
_LOCK = f"{_VERSIONS} for no key update"

_ROWS_AT_ONCE = 1_000  # a statement has at most 32,767 parameters


async def create_questionnaire(context: Context, values: Mapping[str, Any]) -> UUID:
    """A draft of the caller's organisation, or of that in `organization`; its slug is made here."""
    made = {"organization": context.viewer.values.get("organization"), **values}
    async with context.change("questionnaire.create") as change:
        slug = own_slug(str(values.get("title", "")), "questionnaire")
        row = await change.create(Questionnaire, {**made, "slug": slug})
    key: UUID = row["id"]
    return key


async def update_questionnaire(context: Context, key: UUID, values: Mapping[str, Any]) -> UUID:
    """Change `title` and `description` of a draft; the slug stays."""
    async with editing(context, "questionnaire.update", Questionnaire, key, checked=False) as edit:
        await edit.change.update(Questionnaire, key, values)
    return key


async def delete_questionnaire(context: Context, key: UUID) -> UUID:
    """Delete a draft, which nobody can have answered, with all its parts."""
    async with context.change("questionnaire.delete") as change:
        row = await change.target(Questionnaire, key)
        if row["status"] != _DRAFT:
            sentence = "only a draft can be deleted: archive this one"
            raise Refused(Problem("ILLEGAL_STEP", sentence, ("id",)))
        await change.target(Questionnaire, key, Action.DELETE)
        await change.remove(Questionnaire, key)
    return key


async def publish_questionnaire(context: Context, key: UUID) -> UUID:
    """Let a draft be answered, if it has a question; an older published version is archived.

    Runs through the older one go on.
    """
    async with context.change("questionnaire.publish") as change:
        versions, row = await _locked(context, change, key)
        status = LIFE.after(row["status"], "publish")
        sources = await check_definition(context, Editing(change, key, row))
        if not sources.questions:
            sentence = "there is nothing to answer: write a question first"
            raise Refused(Problem("INCOMPLETE", sentence, ("id",)))
        await change.set(Questionnaire, key, {"status": status})
        for other in versions:
            if other["status"] == _PUBLISHED:
                archived = LIFE.after(_PUBLISHED, "archive")
                await change.set(Questionnaire, other["id"], {"status": archived})
    return key


async def archive_questionnaire(context: Context, key: UUID) -> UUID:
    """Let nobody begin to answer a published questionnaire any more; runs through it go on."""
    async with context.change("questionnaire.archive") as change:
        _, row = await _locked(context, change, key)
        await change.set(Questionnaire, key, {"status": LIFE.after(row["status"], "archive")})
    return key


async def new_questionnaire_version(context: Context, key: UUID) -> UUID:
    """A draft that begins as a copy of a published or archived version; its key.

    Raises Refused while there is another draft.
    """
    async with context.change("questionnaire.new_version") as change:
        versions, row = await _locked(context, change, key)
        status = LIFE.after(row["status"], "newVersion")
        if any(one["status"] == status for one in versions):
            sentence = "there is a draft of the next version already: edit that one"
            raise Refused(Problem("EXISTS", sentence, ("id",)))
        sections = await _rows(Section, Section.questionnaire, key)
        questions = await _rows(Question, Question.questionnaire, key)
        rules = await _rows(VisibilityRule, VisibilityRule.question.questionnaire, key)
        made = next_version(
            row, sections, questions, rules,
            version=versions[-1]["version"] + 1, new_id=new_id,
        )  # fmt: skip
        # Written past the change, whose audit row would otherwise repeat every question.
        copies = Changes(access_table(), context.viewer, context.request.executor.fetch)
        await copies.insert(Questionnaire, made.questionnaire)
        for table, rows in (
            (Section, made.sections),
            (Question, made.questions),
            (VisibilityRule, made.rules),
        ):
            for start in range(0, len(rows), _ROWS_AT_ONCE):
                await copies.insert_many(table, rows[start : start + _ROWS_AT_ONCE])
        new = made.ids[key]
        change.about(
            Questionnaire, new, copy_of=key, version=made.questionnaire["version"],
            sections=len(sections), questions=len(questions), rules=len(rules),
        )  # fmt: skip
    return new


async def _locked(context: Context, change: Change, key: UUID) -> tuple[Sequence[Row], Row]:
    """Every version, the oldest first, and the one with this key; all of them locked."""
    await context.request.executor.fetch(_LOCK, key)
    versions = await context.request.executor.fetch(_VERSIONS, key)
    return versions, await change.target(Questionnaire, key)


async def _rows(table: type[Table], column: Any, key: UUID) -> Sequence[Row]:
    return await table.select().where(column == key).output(load_json=True)
