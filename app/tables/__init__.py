"""Every table of the application; in `TABLES` each follows the tables that it refers to."""

from piccolo.table import Table

from app.tables.assessment import (
    AssessmentSession,
    Document,
    DocumentType,
    DocumentTypeStandard,
    EngineeringStandard,
    Question,
    Questionnaire,
    Response,
    Section,
    VisibilityRule,
)
from app.tables.base import AppendOnlyTable, AppTable
from app.tables.catalog import Course, University
from app.tables.content import Comment, Post
from app.tables.identifiers import new_id
from app.tables.identity import (
    ApiKey,
    Device,
    MagicLink,
    Organization,
    RefreshToken,
    Session,
    User,
    UserProfile,
)
from app.tables.operations import AuditLog, Event, RateLimit, SlowStatement, SystemConfig
from app.tables.payments import Payment, PaymentReport, PaymentTransaction
from app.tables.projects import Fragment, Message, Project

TABLES: tuple[type[Table], ...] = (
    University,
    Course,
    Organization,
    User,
    UserProfile,
    Device,
    Session,
    RefreshToken,
    MagicLink,
    ApiKey,
    Questionnaire,
    Section,
    Question,
    VisibilityRule,
    AssessmentSession,
    Response,
    DocumentType,
    Document,
    EngineeringStandard,
    DocumentTypeStandard,
    Project,
    Message,
    Fragment,
    Payment,
    PaymentTransaction,
    Post,
    Comment,
    AuditLog,
    SystemConfig,
    Event,
    RateLimit,
    SlowStatement,
)

__all__ = [
    "TABLES",
    "ApiKey",
    "AppTable",
    "AppendOnlyTable",
    "AssessmentSession",
    "AuditLog",
    "Comment",
    "Course",
    "Device",
    "Document",
    "DocumentType",
    "DocumentTypeStandard",
    "EngineeringStandard",
    "Event",
    "Fragment",
    "MagicLink",
    "Message",
    "Organization",
    "Payment",
    "PaymentReport",
    "PaymentTransaction",
    "Post",
    "Project",
    "Question",
    "Questionnaire",
    "RateLimit",
    "RefreshToken",
    "Response",
    "Section",
    "Session",
    "SlowStatement",
    "SystemConfig",
    "University",
    "User",
    "UserProfile",
    "VisibilityRule",
    "new_id",
]
