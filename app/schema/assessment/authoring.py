"""What authors do with questionnaires, their sections, questions and rules."""

from collections.abc import Sequence
from uuid import UUID

from piccolo.table import Table
from strawberry import ID

from app.actions.assessment import parts, questionnaires
from app.bridge import Problem, Refused, auto, given, input_type, row_key, row_keys
from app.context import Context
from app.policy import USERS
from app.schema.registry import mutations
from app.tables import assessment as tables

# So many can be put into order at once: as many as a questionnaire may have questions.
_MOST = 2_000


@input_type(tables.Questionnaire)
class CreateQuestionnaireInput:
    """A new questionnaire; without an organisation it belongs to your own."""

    organization: auto
    title: auto
    description: auto


@input_type(tables.Questionnaire, partial=True)
class UpdateQuestionnaireInput:
    """New values of a draft; what is left out stays as it is."""

    title: auto
    description: auto


@input_type(tables.Section)
class CreateSectionInput:
    """A new section, behind the others."""

    questionnaire: auto
    title: auto
    description: auto


@input_type(tables.Section, partial=True)
class UpdateSectionInput:
    """New values of a section; what is left out stays as it is."""

    title: auto
    description: auto


@input_type(tables.Question)
class CreateQuestionInput:
    """A new question, behind the others of its section."""

    section: auto
    key: auto
    text: auto
    help_text: auto
    type: auto
    options: auto
    validation: auto
    required: auto


@input_type(tables.Question, partial=True)
class UpdateQuestionInput:
    """New values of a question; what is left out stays as it is."""

    key: auto
    text: auto
    help_text: auto
    type: auto
    options: auto
    validation: auto
    required: auto


@input_type(tables.VisibilityRule)
class CreateVisibilityRuleInput:
    """A new rule of a question."""

    question: auto
    action: auto
    condition: auto
    priority: auto
    is_active: auto


@input_type(tables.VisibilityRule, partial=True)
class UpdateVisibilityRuleInput:
    """New values of a rule; what is left out stays as it is."""

    action: auto
    condition: auto
    priority: auto
    is_active: auto


@mutations.field(who=USERS, questionnaire=tables.Questionnaire)
async def create_questionnaire(context: Context, input: CreateQuestionnaireInput) -> UUID:
    """Begin a questionnaire of your organisation: an empty draft, whose slug the title gives."""
    return await questionnaires.create_questionnaire(context, given(input))


@mutations.field(who=USERS, questionnaire=tables.Questionnaire)
async def update_questionnaire(context: Context, id: ID, input: UpdateQuestionnaireInput) -> UUID:
    """Change a draft; `newQuestionnaireVersion` makes one of a published questionnaire."""
    key = row_key(tables.Questionnaire, id)
    return await questionnaires.update_questionnaire(context, key, given(input))


@mutations.field(who=USERS, deleted_id=ID)
async def delete_questionnaire(context: Context, id: ID) -> ID:
    """Delete a draft with all its parts, for good."""
    await questionnaires.delete_questionnaire(context, row_key(tables.Questionnaire, id))
    return id


@mutations.field(who=USERS, questionnaire=tables.Questionnaire)
async def publish_questionnaire(context: Context, id: ID) -> UUID:
    """Let people answer a draft; the version that was published before is archived."""
    return await questionnaires.publish_questionnaire(context, row_key(tables.Questionnaire, id))


@mutations.field(who=USERS, questionnaire=tables.Questionnaire)
async def archive_questionnaire(context: Context, id: ID) -> UUID:
    """End a published questionnaire: nobody begins it any more, who has begun it goes on."""
    return await questionnaires.archive_questionnaire(context, row_key(tables.Questionnaire, id))


@mutations.field(who=USERS, questionnaire=tables.Questionnaire)
async def new_questionnaire_version(context: Context, id: ID) -> UUID:
    """Copy a published or archived questionnaire into a draft, the next version of it."""
    key = row_key(tables.Questionnaire, id)
    return await questionnaires.new_questionnaire_version(context, key)


@mutations.field(who=USERS, section=tables.Section)
async def create_section(context: Context, input: CreateSectionInput) -> UUID:
    """Add a section to a draft, behind the others."""
    return await parts.create_section(context, given(input))


@mutations.field(who=USERS, section=tables.Section)
async def update_section(context: Context, id: ID, input: UpdateSectionInput) -> UUID:
    """Change a section of a draft."""
    return await parts.update_section(context, row_key(tables.Section, id), given(input))


@mutations.field(who=USERS, deleted_id=ID)
async def delete_section(context: Context, id: ID) -> ID:
    """Delete a section of a draft with its questions, which no rule elsewhere may ask about."""
    await parts.delete_section(context, row_key(tables.Section, id))
    return id


@mutations.field(who=USERS, questionnaire=tables.Questionnaire)
async def reorder_sections(context: Context, questionnaire_id: ID, section_ids: list[ID]) -> UUID:
    """Put all sections of a draft into this order."""
    key = row_key(tables.Questionnaire, questionnaire_id, ("questionnaireId",))
    ids = _keys(tables.Section, section_ids, "sectionIds")
    return await parts.reorder_sections(context, key, ids)


@mutations.field(who=USERS, question=tables.Question)
async def create_question(context: Context, input: CreateQuestionInput) -> UUID:
    """Add a question to a section of a draft; `options` and `validation` depend on its type."""
    return await parts.create_question(context, given(input))


@mutations.field(who=USERS, question=tables.Question)
async def update_question(context: Context, id: ID, input: UpdateQuestionInput) -> UUID:
    """Change a question of a draft; rules that ask about it must fit what it becomes."""
    return await parts.update_question(context, row_key(tables.Question, id), given(input))


@mutations.field(who=USERS, deleted_id=ID)
async def delete_question(context: Context, id: ID) -> ID:
    """Delete a question of a draft with its rules; no rule elsewhere may ask about it."""
    await parts.delete_question(context, row_key(tables.Question, id))
    return id


@mutations.field(who=USERS, section=tables.Section)
async def reorder_questions(context: Context, section_id: ID, question_ids: list[ID]) -> UUID:
    """Put a section's questions into this order; those of other sections here move into it."""
    key = row_key(tables.Section, section_id, ("sectionId",))
    ids = _keys(tables.Question, question_ids, "questionIds")
    return await parts.reorder_questions(context, key, ids)


@mutations.field(who=USERS, visibility_rule=tables.VisibilityRule)
async def create_visibility_rule(context: Context, input: CreateVisibilityRuleInput) -> UUID:
    """Add a rule to a question of a draft: when it is shown, hidden, required or not."""
    return await parts.create_rule(context, given(input))


@mutations.field(who=USERS, visibility_rule=tables.VisibilityRule)
async def update_visibility_rule(
    context: Context, id: ID, input: UpdateVisibilityRuleInput
) -> UUID:
    """Change a rule of a draft; one that is not active may be unfinished."""
    return await parts.update_rule(context, row_key(tables.VisibilityRule, id), given(input))


@mutations.field(who=USERS, deleted_id=ID)
async def delete_visibility_rule(context: Context, id: ID) -> ID:
    """Delete a rule of a draft."""
    await parts.delete_rule(context, row_key(tables.VisibilityRule, id))
    return id


def _keys(table: type[Table], ids: Sequence[str], name: str) -> list[UUID]:
    if len(ids) > _MOST:
        raise Refused(Problem("INVALID", f"{name} has at most {_MOST} ids", (name,)))
    return row_keys(table, ids, name)
