"""Questionnaires, the runs through them, the documents made of them, and engineering standards."""

from uuid import UUID

from piccolo.table import Table

from app.actions.assessment.document_life import HAVE_TEXT
from app.bridge import (
    InputError,
    Node,
    Refused,
    aggregates,
    ascending,
    auto,
    computed,
    descending,
    encode_id,
    listing,
    row_key,
    single,
    to_many,
)
from app.schema.registry import registry
from app.tables import assessment as tables


@registry.exposes(tables.Questionnaire)
class Questionnaire(Node):
    """A set of questions; everybody sees published ones, an organisation all of its own."""

    organization: auto
    title: auto
    slug: auto
    version: auto
    description: auto
    status: auto
    created_at: auto
    updated_at: auto
    sections: auto = to_many(
        tables.Section.questionnaire,
        ascending(tables.Section.position),
        description="Its sections, in order.",
    )


@registry.exposes(tables.Section)
class Section(Node):
    """A part of a questionnaire."""

    questionnaire: auto
    title: auto
    description: auto
    position: auto
    questions: auto = to_many(
        tables.Question.section,
        ascending(tables.Question.position),
        description="Its questions, in order.",
    )


@registry.exposes(tables.Question)
class Question(Node):
    """One question, and how it may be answered."""

    section: auto
    key: auto
    text: auto
    help_text: auto
    type: auto
    options: auto
    validation: auto
    required: auto
    position: auto
    visibility_rules: auto = to_many(
        tables.VisibilityRule.question,
        ascending(tables.VisibilityRule.priority),
        description="When it is shown and required, by priority.",
    )


@registry.exposes(tables.VisibilityRule)
class VisibilityRule(Node):
    """When a question is shown or required."""

    question: auto
    action: auto
    condition: auto
    priority: auto
    is_active: auto


@registry.exposes(tables.AssessmentSession)
class AssessmentSession(Node):
    """A user's run through a questionnaire; the user sees it."""

    user: auto
    questionnaire: auto
    status: auto
    current_section: auto
    current_question: auto
    progress: auto
    started_at: auto
    completed_at: auto
    created_at: auto
    updated_at: auto
    responses: auto = to_many(
        tables.Response.session,
        ascending(tables.Response.answered_at),
        description="The answers so far, oldest first.",
    )
    documents: auto = to_many(
        tables.Document.session,
        descending(tables.Document.created_at),
        description="The documents made of the answers, newest first.",
    )


@registry.exposes(tables.Response)
class Response(Node):
    """The answer to one question."""

    session: auto
    question: auto
    value: auto
    counts: auto
    answered_at: auto


@registry.exposes(tables.DocumentType)
class DocumentType(Node):
    """A kind of document that answers can be turned into."""

    name: auto
    slug: auto
    category: auto
    description: auto
    template: auto
    created_at: auto
    updated_at: auto
    standards: auto = to_many(
        tables.DocumentTypeStandard.document_type,
        ascending(tables.DocumentTypeStandard.priority),
        description="The standards that it follows, by priority.",
    )


@registry.exposes(tables.DocumentTypeStandard)
class DocumentTypeStandard(Node):
    """That a kind of document follows a standard."""

    document_type: auto
    standard: auto
    priority: auto


@registry.exposes(tables.EngineeringStandard)
class EngineeringStandard(Node):
    """A standard of engineering that documents follow."""

    code: auto
    title: auto
    category: auto
    description: auto
    principles: auto
    created_at: auto
    updated_at: auto


@registry.exposes(tables.Document)
class Document(Node):
    """A document made of the answers of a completed run."""

    session: auto
    document_type: auto
    status: auto
    title: auto
    content: auto
    version: auto
    error: auto
    generated_at: auto
    reviewed_by: auto
    reviewed_at: auto
    created_at: auto
    updated_at: auto

    @computed(tables.Document.id, tables.Document.status)
    def download_path(self) -> str | None:
        """Where its text is to be had as a file, with your token; null until it is generated."""
        row = vars(self)
        if row["status"] not in HAVE_TEXT:
            return None
        return f"/documents/{encode_id('Document', row['id'])}.md"


@registry.query
class AssessmentQuery:
    """Questionnaires, runs, documents and standards."""

    questionnaire: auto = single(tables.Questionnaire)
    questionnaires: auto = listing(tables.Questionnaire, ascending(tables.Questionnaire.title))
    assessment_session: auto = single(tables.AssessmentSession)
    assessment_sessions: auto = listing(
        tables.AssessmentSession,
        descending(tables.AssessmentSession.started_at),
        description="Every AssessmentSession you may read, newest first.",
    )
    assessment_sessions_aggregate: auto = aggregates(
        tables.AssessmentSession,
        tables.AssessmentSession.user,
        tables.AssessmentSession.questionnaire,
        tables.AssessmentSession.status,
        tables.AssessmentSession.started_at,
        tables.AssessmentSession.completed_at,
    )
    document: auto = single(tables.Document)
    documents: auto = listing(
        tables.Document,
        descending(tables.Document.created_at),
        description="Every Document you may read, newest first: yours, and those that you may"
        " review.",
    )
    document_types: auto = listing(tables.DocumentType, ascending(tables.DocumentType.name))
    engineering_standards: auto = listing(
        tables.EngineeringStandard, ascending(tables.EngineeringStandard.code)
    )


def asked_key(table: type[Table], text: str, name: str) -> UUID:
    """The key in an id that a query's argument has. Raises InputError for what is no such id."""
    try:
        return row_key(table, text, (name,))
    except Refused as refused:
        raise InputError(refused.problems[0].message) from None
