"""Questionnaires with their questions, and the runs of users through them."""

import enum

from piccolo.columns import (
    JSONB,
    Boolean,
    ForeignKey,
    Integer,
    OnDelete,
    Text,
    Timestamptz,
    Varchar,
)
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.constraints import Check, Unique

from app.tables import checks
from app.tables.base import AppTable
from app.tables.identity import Organization, User

__all__ = [
    "AssessmentSession",
    "AssessmentStatus",
    "Question",
    "QuestionType",
    "Questionnaire",
    "QuestionnaireStatus",
    "Response",
    "Section",
    "VisibilityAction",
    "VisibilityRule",
]


class QuestionnaireStatus(enum.StrEnum):
    """Where a questionnaire is in its life."""

    DRAFT = "DRAFT"
    PUBLISHED = "PUBLISHED"
    ARCHIVED = "ARCHIVED"


class QuestionType(enum.StrEnum):
    """What kind of answer a question takes."""

    TEXT = "TEXT"
    TEXTAREA = "TEXTAREA"
    NUMBER = "NUMBER"
    EMAIL = "EMAIL"
    URL = "URL"
    DATE = "DATE"
    SINGLE_CHOICE = "SINGLE_CHOICE"
    MULTIPLE_CHOICE = "MULTIPLE_CHOICE"
    SCALE = "SCALE"
    MATRIX = "MATRIX"
    FILE_UPLOAD = "FILE_UPLOAD"


class VisibilityAction(enum.StrEnum):
    """What a rule does to its question when the condition holds."""

    SHOW = "SHOW"
    HIDE = "HIDE"
    REQUIRE = "REQUIRE"
    UNREQUIRE = "UNREQUIRE"


class AssessmentStatus(enum.StrEnum):
    """How far a run through a questionnaire has come."""

    IN_PROGRESS = "IN_PROGRESS"
    COMPLETED = "COMPLETED"
    ABANDONED = "ABANDONED"


class Questionnaire(AppTable, tablename="questionnaires", schema="assessment"):
    """One version of a questionnaire; once answered it stays as it is, and changes make another."""

    organization: ForeignKey[Organization] = ForeignKey(
        Organization,
        null=True,
        on_delete=OnDelete.cascade,
        index=True,
        help_text="Who owns it; null for everybody's.",
    )
    title: Varchar = Varchar(length=200, null=False, default=None, help_text="The title.")
    slug: Varchar = Varchar(
        length=200, null=False, default=None, help_text="The title in addresses."
    )
    version: Integer = Integer(default=1, help_text="1, 2, 3 ...; unique with the slug.")
    description: Text = Text(null=True, default=None, help_text="What it is for.")
    status: Varchar = Varchar(
        length=20,
        default=QuestionnaireStatus.DRAFT,
        choices=QuestionnaireStatus,
        help_text="Only a published one can be answered.",
    )

    version_per_slug = Unique([slug, version])
    slug_shape = checks.slug("slug")
    version_range = checks.at_least("version", 1)
    description_length = checks.length("description", 0, 10_000)


class Section(AppTable, tablename="sections", schema="assessment"):
    """A part of a questionnaire, with questions."""

    questionnaire: ForeignKey[Questionnaire] = ForeignKey(
        Questionnaire, null=False, on_delete=OnDelete.cascade, help_text="What it is a part of."
    )
    title: Varchar = Varchar(length=200, null=False, default=None, help_text="The heading.")
    description: Text = Text(null=True, default=None, help_text="What its questions are about.")
    position: Integer = Integer(
        null=False, default=None, help_text="Its place, from 0; unique in the questionnaire."
    )

    position_per_questionnaire = Unique([questionnaire, position])
    description_length = checks.length("description", 0, 10_000)
    position_range = checks.at_least("position", 0)


class Question(AppTable, tablename="questions", schema="assessment"):
    """A question of a section.

    `questionnaire` repeats the section's, so that the database can keep `key` unique within it. A
    foreign key over both columns holds the two together; a trigger fills it when it is left out.
    """

    section: ForeignKey[Section] = ForeignKey(
        Section, null=False, on_delete=OnDelete.cascade, help_text="The section it stands in."
    )
    questionnaire: ForeignKey[Questionnaire] = ForeignKey(
        Questionnaire,
        null=False,
        on_delete=OnDelete.cascade,
        help_text="The section's questionnaire; filled in when left out.",
    )
    key: Varchar = Varchar(
        length=100, null=False, default=None, help_text="What conditions and templates call it."
    )
    text: Text = Text(null=False, default=None, help_text="The question itself.")
    help_text: Text = Text(null=True, default=None, help_text="A hint for whoever answers.")
    type: Varchar = Varchar(
        length=20,
        null=False,
        default=None,
        choices=QuestionType,
        help_text="What kind of answer it takes.",
    )
    options: JSONB = JSONB(
        default="[]", help_text="What can be chosen: a list, or an object for a matrix or scale."
    )
    validation: JSONB = JSONB(default="{}", help_text="Limits of a valid answer, an object.")
    required: Boolean = Boolean(default=False, help_text="Whether it must be answered.")
    position: Integer = Integer(
        null=False, default=None, help_text="Its place in the section, from 0."
    )

    key_per_questionnaire = Unique([questionnaire, key])
    key_shape = Check("\"key\" ~ '^[A-Za-z][A-Za-z0-9_.-]*$'")
    text_length = checks.length("text", 1, 2_000)
    help_text_length = checks.length("help_text", 0, 2_000)
    options_shape = Check("jsonb_typeof(\"options\") in ('array', 'object')")
    validation_shape = checks.object_("validation")
    position_range = checks.at_least("position", 0)


class VisibilityRule(AppTable, tablename="visibility_rules", schema="assessment"):
    """A rule that shows, hides or requires a question, depending on other answers."""

    question: ForeignKey[Question] = ForeignKey(
        Question, null=False, on_delete=OnDelete.cascade, help_text="The question it governs."
    )
    action: Varchar = Varchar(
        length=20,
        null=False,
        default=None,
        choices=VisibilityAction,
        help_text="What happens when the condition holds.",
    )
    condition: JSONB = JSONB(null=False, default=None, help_text="The condition, an object.")
    priority: Integer = Integer(default=0, help_text="Which rule counts when several hold.")
    is_active: Boolean = Boolean(default=True, help_text="Whether the rule counts at all.")

    condition_shape = checks.object_("condition")


class AssessmentSession(AppTable, tablename="assessment_sessions", schema="assessment"):
    """A user's run through a questionnaire; a login is an identity session, another thing."""

    user: ForeignKey[User] = ForeignKey(
        User, null=False, on_delete=OnDelete.cascade, help_text="Who answers."
    )
    questionnaire: ForeignKey[Questionnaire] = ForeignKey(
        Questionnaire,
        null=False,
        on_delete=OnDelete.restrict,
        index=True,
        help_text="What is answered.",
    )
    status: Varchar = Varchar(
        length=20,
        default=AssessmentStatus.IN_PROGRESS,
        choices=AssessmentStatus,
        help_text="How far it has come.",
    )
    current_section: ForeignKey[Section] = ForeignKey(
        Section,
        null=True,
        on_delete=OnDelete.set_null,
        index=True,
        help_text="The section to go on with.",
    )
    current_question: ForeignKey[Question] = ForeignKey(
        Question,
        null=True,
        on_delete=OnDelete.set_null,
        index=True,
        help_text="The question to go on with.",
    )
    progress: Integer = Integer(default=0, help_text="Per cent of the visible questions answered.")
    started_at: Timestamptz = Timestamptz(
        default=TimestamptzNow(), null=False, help_text="When it began."
    )
    completed_at: Timestamptz = Timestamptz(
        null=True, default=None, help_text="When it was completed, if so."
    )

    progress_range = checks.between("progress", 0, 100)
    completed_at_known = Check('"status" <> \'COMPLETED\' or "completed_at" is not null')


class Response(AppTable, tablename="responses", schema="assessment"):
    """The answer to one question in one run."""

    session: ForeignKey[AssessmentSession] = ForeignKey(
        AssessmentSession, null=False, on_delete=OnDelete.cascade, help_text="The run."
    )
    question: ForeignKey[Question] = ForeignKey(
        Question,
        null=False,
        on_delete=OnDelete.restrict,
        index=True,
        help_text="The question that is answered.",
    )
    value: JSONB = JSONB(null=False, default=None, help_text="The answer, as its type has it.")
    counts: Boolean = Boolean(
        default=True, help_text="Whether it counts: it is valid, and its question is visible."
    )
    answered_at: Timestamptz = Timestamptz(
        default=TimestamptzNow(), null=False, help_text="When it was given, or changed last."
    )

    one_per_question = Unique([session, question])
