"""Questionnaires, the runs of users through them, and the documents made of the answers."""

from app.tables.assessment.documents import (
    Document,
    DocumentCategory,
    DocumentStatus,
    DocumentType,
    DocumentTypeStandard,
    EngineeringStandard,
    StandardCategory,
)
from app.tables.assessment.questionnaires import (
    AssessmentSession,
    AssessmentStatus,
    Question,
    Questionnaire,
    QuestionnaireStatus,
    QuestionType,
    Response,
    Section,
    VisibilityAction,
    VisibilityRule,
)

__all__ = [
    "AssessmentSession",
    "AssessmentStatus",
    "Document",
    "DocumentCategory",
    "DocumentStatus",
    "DocumentType",
    "DocumentTypeStandard",
    "EngineeringStandard",
    "Question",
    "QuestionType",
    "Questionnaire",
    "QuestionnaireStatus",
    "Response",
    "Section",
    "StandardCategory",
    "VisibilityAction",
    "VisibilityRule",
]
