"""The documents made from answers, their types, and the standards they follow."""

import enum

from piccolo.columns import JSONB, ForeignKey, Integer, OnDelete, Text, Timestamptz, Varchar
from piccolo.constraints import Check, Unique

from app.tables import checks
from app.tables.assessment.questionnaires import AssessmentSession
from app.tables.base import AppTable
from app.tables.identity import User

__all__ = [
    "Document",
    "DocumentCategory",
    "DocumentStatus",
    "DocumentType",
    "DocumentTypeStandard",
    "EngineeringStandard",
    "StandardCategory",
]


class DocumentCategory(enum.StrEnum):
    """Whom a type of document is for."""

    ENGINEERING = "ENGINEERING"
    BUSINESS = "BUSINESS"
    COMPLIANCE = "COMPLIANCE"
    OPERATIONS = "OPERATIONS"


class DocumentStatus(enum.StrEnum):
    """How far a document has come."""

    PENDING = "PENDING"
    GENERATING = "GENERATING"
    GENERATED = "GENERATED"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"
    FAILED = "FAILED"


class StandardCategory(enum.StrEnum):
    """What an engineering standard is about."""

    MODERN_ARCHITECTURE = "MODERN_ARCHITECTURE"
    AI_ASSISTED_DEVELOPMENT = "AI_ASSISTED_DEVELOPMENT"
    CODING = "CODING"
    TESTING_QA = "TESTING_QA"
    SECURITY_DEVSECOPS = "SECURITY_DEVSECOPS"
    WORKFLOW = "WORKFLOW"
    DOCUMENTATION = "DOCUMENTATION"


class DocumentType(AppTable, tablename="document_types", schema="assessment"):
    """A kind of document that answers can be turned into."""

    name: Varchar = Varchar(length=200, null=False, default=None, help_text="The name.")
    slug: Varchar = Varchar(
        length=200, null=False, default=None, unique=True, help_text="The name in addresses."
    )
    category: Varchar = Varchar(
        length=20,
        null=False,
        default=None,
        choices=DocumentCategory,
        index=True,
        help_text="Whom it is for.",
    )
    description: Text = Text(null=True, default=None, help_text="What the document holds.")
    template: Text = Text(null=False, default=None, help_text="The template of its Markdown.")

    slug_shape = checks.slug("slug")
    description_length = checks.length("description", 0, 10_000)
    template_length = checks.length("template", 1, 200_000)


class Document(AppTable, tablename="documents", schema="assessment"):
    """A document made from a completed run, or the attempt to make it."""

    session: ForeignKey[AssessmentSession] = ForeignKey(
        AssessmentSession,
        null=False,
        on_delete=OnDelete.cascade,
        help_text="The run whose answers it is made from.",
    )
    document_type: ForeignKey[DocumentType] = ForeignKey(
        DocumentType,
        null=False,
        on_delete=OnDelete.restrict,
        index=True,
        help_text="What kind of document it is.",
    )
    status: Varchar = Varchar(
        length=20,
        default=DocumentStatus.PENDING,
        choices=DocumentStatus,
        index=True,
        help_text="How far it has come.",
    )
    title: Varchar = Varchar(length=300, null=False, default=None, help_text="The title.")
    content: Text = Text(null=True, default=None, help_text="The text, Markdown, once generated.")
    version: Integer = Integer(default=1, help_text="1, 2, 3 ...: each generation makes another.")
    error: Text = Text(null=True, default=None, help_text="Why generation failed, if it did.")
    generated_at: Timestamptz = Timestamptz(
        null=True, default=None, help_text="When it was generated."
    )
    reviewed_by: ForeignKey[User] = ForeignKey(
        User,
        null=True,
        on_delete=OnDelete.set_null,
        index=True,
        help_text="Who approved or rejected it.",
    )
    reviewed_at: Timestamptz = Timestamptz(
        null=True, default=None, help_text="When it was approved or rejected."
    )

    once_per_version = Unique([session, document_type, version])
    content_length = checks.length("content", 0, 1_000_000)
    version_range = checks.at_least("version", 1)
    error_length = checks.length("error", 0, 10_000)


class EngineeringStandard(AppTable, tablename="engineering_standards", schema="assessment"):
    """A standard that documents are written to."""

    code: Varchar = Varchar(
        length=50, null=False, default=None, unique=True, help_text="A short code, unique."
    )
    title: Varchar = Varchar(length=200, null=False, default=None, help_text="The title.")
    category: Varchar = Varchar(
        length=30,
        null=False,
        default=None,
        choices=StandardCategory,
        index=True,
        help_text="What it is about.",
    )
    description: Text = Text(null=True, default=None, help_text="What it demands.")
    principles: JSONB = JSONB(default="[]", help_text="Its principles, a list.")

    description_length = checks.length("description", 0, 10_000)
    principles_shape = Check("jsonb_typeof(\"principles\") = 'array'")


class DocumentTypeStandard(AppTable, tablename="document_type_standards", schema="assessment"):
    """A standard that documents of a type follow."""

    document_type: ForeignKey[DocumentType] = ForeignKey(
        DocumentType, null=False, on_delete=OnDelete.cascade, help_text="The type of document."
    )
    standard: ForeignKey[EngineeringStandard] = ForeignKey(
        EngineeringStandard,
        null=False,
        on_delete=OnDelete.cascade,
        index=True,
        help_text="The standard it follows.",
    )
    priority: Integer = Integer(default=0, help_text="The order of the standards: lower is first.")

    once_per_type = Unique([document_type, standard])
    priority_range = checks.at_least("priority", 0)
