"""A published questionnaire with runs through it, engineering standards, and documents."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from piccolo.table import Table

from app.actions.assessment.evaluation import evaluate
from app.tables.assessment import (
    AssessmentSession,
    AssessmentStatus,
    Document,
    DocumentCategory,
    DocumentStatus,
    DocumentType,
    DocumentTypeStandard,
    EngineeringStandard,
    Question,
    Questionnaire,
    QuestionnaireStatus,
    QuestionType,
    Response,
    Section,
    StandardCategory,
    VisibilityAction,
    VisibilityRule,
)
from app.tables.identity import User
from seeds import identity
from seeds.ids import EPOCH, moment, number, stable_id
from seeds.texts.answers import ABANDONED_ANSWERS, COMPLETED_ANSWERS, STARTED_ANSWERS
from seeds.texts.compiled import definition
from seeds.texts.documents import DOCUMENT_TYPES, EXAMPLE
from seeds.texts.questionnaire import SECTIONS
from seeds.texts.standards import STANDARDS
from seeds.upsert import build

TEMPLATES = Path(__file__).parent / "texts" / "templates"
SLUG = "engineering-readiness"

# Builders


def questionnaire(**overrides: Any) -> Questionnaire:
    """A published questionnaire of nobody in particular."""
    n = number()
    defaults = {
        "title": f"Questionnaire {n}",
        "slug": f"questionnaire-{n}",
        "status": QuestionnaireStatus.PUBLISHED,
    }
    return build(Questionnaire, defaults, overrides)


def section(*, questionnaire: Questionnaire | UUID, **overrides: Any) -> Section:
    """A section, placed after those built before it."""
    n = number()
    defaults = {"questionnaire": questionnaire, "title": f"Section {n}", "position": n}
    return build(Section, defaults, overrides)


def question(*, section: Section, **overrides: Any) -> Question:
    """A line of text to fill in, placed after the questions built before it."""
    n = number()
    defaults = {
        "section": section,
        "questionnaire": section.questionnaire,
        "key": f"question_{n}",
        "text": f"Question {n}?",
        "type": QuestionType.TEXT,
        "position": n,
    }
    return build(Question, defaults, overrides)


def visibility_rule(
    *, question: Question | UUID, condition: dict[str, Any], **overrides: Any
) -> VisibilityRule:
    """A rule that shows its question under a condition."""
    defaults = {"question": question, "condition": condition, "action": VisibilityAction.SHOW}
    return build(VisibilityRule, defaults, overrides)


def assessment_session(
    *, user: User | UUID, questionnaire: Questionnaire | UUID, **overrides: Any
) -> AssessmentSession:
    """A run that has just begun."""
    return build(AssessmentSession, {"user": user, "questionnaire": questionnaire}, overrides)


def response(
    *,
    session: AssessmentSession | UUID,
    question: Question | UUID,
    value: Any = "An answer",
    **overrides: Any,
) -> Response:
    """An answer; `value` is the plain Python value."""
    defaults = {"session": session, "question": question, "value": value}
    return build(Response, defaults, overrides)


def document_type(**overrides: Any) -> DocumentType:
    """A kind of document with a template of one line."""
    n = number()
    defaults = {
        "name": f"Document type {n}",
        "slug": f"document-type-{n}",
        "category": DocumentCategory.ENGINEERING,
        "template": "# {{ answers.product_name }}\n",
    }
    return build(DocumentType, defaults, overrides)


def document(
    *, session: AssessmentSession | UUID, document_type: DocumentType | UUID, **overrides: Any
) -> Document:
    """A document that is still to be generated."""
    defaults = {"session": session, "document_type": document_type, "title": f"Document {number()}"}
    return build(Document, defaults, overrides)


def engineering_standard(**overrides: Any) -> EngineeringStandard:
    """A standard about coding with one principle."""
    n = number()
    defaults = {
        "code": f"STD-{n}",
        "title": f"Standard {n}",
        "category": StandardCategory.CODING,
        "principles": ["Keep it short."],
    }
    return build(EngineeringStandard, defaults, overrides)


def document_type_standard(
    *, document_type: DocumentType | UUID, standard: EngineeringStandard | UUID, **overrides: Any
) -> DocumentTypeStandard:
    """A standard that documents of a type follow."""
    defaults = {"document_type": document_type, "standard": standard}
    return build(DocumentTypeStandard, defaults, overrides)


# The seed rows


def questionnaire_id() -> UUID:
    """The id of the published seed questionnaire."""
    return stable_id(f"questionnaires/{SLUG}/1")


def question_id(key: str) -> UUID:
    """The id of one of its questions."""
    return stable_id(f"questions/{SLUG}/1/{key}")


def document_type_id(slug: str) -> UUID:
    """The id of a seed document type."""
    return stable_id(f"document_types/{slug}")


def reference_rows() -> list[Table]:
    """What every installation needs: standards, document types, and which belong together."""
    standards: list[Table] = [
        engineering_standard(
            id=stable_id(f"engineering_standards/{text.code}"),
            code=text.code,
            title=text.title,
            category=text.category,
            description=text.description,
            principles=list(text.principles),
            created_at=EPOCH,
        )
        for text in STANDARDS
    ]
    types: list[Table] = [
        document_type(
            id=document_type_id(text.slug),
            name=text.name,
            slug=text.slug,
            category=text.category,
            description=text.description,
            template=(TEMPLATES / f"{text.slug}.md").read_text(encoding="utf-8"),
            created_at=EPOCH,
        )
        for text in DOCUMENT_TYPES
    ]
    links: list[Table] = [
        document_type_standard(
            id=stable_id(f"document_type_standards/{text.slug}/{code}"),
            document_type=document_type_id(text.slug),
            standard=stable_id(f"engineering_standards/{code}"),
            priority=place,
            created_at=EPOCH,
        )
        for text in DOCUMENT_TYPES
        for place, code in enumerate(text.standards)
    ]
    return [*standards, *types, *links]


def rows() -> list[Table]:
    """Everything of this domain."""
    return [*reference_rows(), *_questionnaires(), *_sections(), *_runs(), *_documents()]


def _questionnaires() -> list[Table]:
    return [
        questionnaire(
            id=stable_id(f"questionnaires/{slug}/1"),
            organization=identity.organization_id("kestrel-works"),
            title=title,
            slug=slug,
            description=description,
            status=status,
            created_at=moment(4),
        )
        for title, slug, description, status in (
            (
                "Engineering readiness",
                SLUG,
                "What a team builds and how it works. About twenty minutes.",
                QuestionnaireStatus.PUBLISHED,
            ),
            (
                "Supplier review",
                "supplier-review",
                "Not finished: the section about contracts is missing.",
                QuestionnaireStatus.DRAFT,
            ),
            (
                "Remote work, 2025",
                "remote-work-2025",
                "Kept for its results.",
                QuestionnaireStatus.ARCHIVED,
            ),
        )
    ]


def _section_id(place: int) -> UUID:
    return stable_id(f"sections/{SLUG}/1/{place}")


def _sections() -> list[Table]:
    found: list[Table] = []
    for place, text in enumerate(SECTIONS):
        part = section(
            id=_section_id(place),
            questionnaire=questionnaire_id(),
            title=text.title,
            description=text.description,
            position=place,
            created_at=moment(4),
        )
        found.append(part)
        for nth, asked in enumerate(text.questions):
            found.append(
                question(
                    section=part,
                    id=question_id(asked.key),
                    key=asked.key,
                    text=asked.text,
                    help_text=asked.help_text,
                    type=asked.type,
                    options=asked.options,
                    validation=asked.validation,
                    required=asked.required,
                    position=nth,
                    created_at=moment(4),
                )
            )
            found += [
                visibility_rule(
                    question=question_id(asked.key),
                    condition=rule.condition,
                    id=stable_id(f"visibility_rules/{SLUG}/1/{asked.key}/{which}"),
                    action=rule.action,
                    priority=rule.priority,
                    created_at=moment(4),
                )
                for which, rule in enumerate(asked.rules)
            ]
    return found


def _run_id(name: str) -> UUID:
    return stable_id(f"assessment_sessions/{name}")


def _runs() -> list[Table]:
    lukas = identity.user_id("lukas.brunner@seedbed.example")
    done = AssessmentStatus.COMPLETED
    return [
        *_run("harbour-ledger", identity.user_id(identity.CUSTOMER), 12, COMPLETED_ANSWERS, done),
        *_run("wanderweg", lukas, 25, STARTED_ANSWERS, AssessmentStatus.IN_PROGRESS),
        *_run(
            "untitled",
            identity.user_id(identity.USER),
            8,
            ABANDONED_ANSWERS,
            AssessmentStatus.ABANDONED,
        ),
    ]


def _run(
    name: str, user: UUID, day: int, answers: dict[str, Any], status: AssessmentStatus
) -> list[Table]:
    begun = moment(day)
    completed = status is AssessmentStatus.COMPLETED
    state = evaluate(definition(), answers)
    where = None if completed else state.next
    run = assessment_session(
        id=_run_id(name),
        user=user,
        questionnaire=questionnaire_id(),
        status=status,
        current_section=None if where is None else _section_id(_section_of(where)),
        current_question=None if where is None else question_id(where),
        progress=state.progress,
        started_at=begun,
        completed_at=_answered(begun, len(answers)) if completed else None,
        created_at=begun,
    )
    return [
        run,
        *(
            response(
                id=stable_id(f"responses/{name}/{key}"),
                session=run,
                question=question_id(key),
                value=value,
                answered_at=_answered(begun, nth),
                created_at=_answered(begun, nth),
            )
            for nth, (key, value) in enumerate(answers.items())
        ),
    ]


def _answered(begun: datetime, nth: int) -> datetime:
    return begun + timedelta(seconds=40 * (nth + 1))


def _section_of(key: str) -> int:
    return next(
        place
        for place, text in enumerate(SECTIONS)
        if any(asked.key == key for asked in text.questions)
    )


def _documents() -> list[Table]:
    reviewer = identity.user_id(identity.ADMIN)
    made, reviewed = moment(13), moment(15)
    whole: dict[str, Any] = {"content": EXAMPLE, "generated_at": made}
    judged = {**whole, "reviewed_by": reviewer, "reviewed_at": reviewed}
    states: tuple[tuple[str, int, DocumentStatus, dict[str, Any]], ...] = (
        ("product-brief", 1, DocumentStatus.REJECTED, judged),
        ("product-brief", 2, DocumentStatus.APPROVED, judged),
        ("architecture-overview", 1, DocumentStatus.GENERATED, whole),
        ("security-policy", 1, DocumentStatus.GENERATING, {}),
        ("runbook", 1, DocumentStatus.PENDING, {}),
        (
            "growth-plan",
            1,
            DocumentStatus.FAILED,
            {
                "error": "The template uses answers.work_split, which was not answered: answer it, "
                "or give the template a default, and try again."
            },
        ),
    )
    return [
        document(
            session=_run_id("harbour-ledger"),
            document_type=document_type_id(slug),
            id=stable_id(f"documents/harbour-ledger/{slug}/{version}"),
            title=f"{slug.replace('-', ' ').capitalize()}: Harbour Ledger",
            status=status,
            version=version,
            created_at=moment(12, hours=version),
            **state,
        )
        for slug, version, status, state in states
    ]
