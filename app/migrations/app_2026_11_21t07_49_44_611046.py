from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from app.tables.identifiers import UUIDv7
from enum import Enum
from piccolo.columns.base import OnDelete
from piccolo.columns.base import OnUpdate
from piccolo.columns.column_types import Array
from piccolo.columns.column_types import BigSerial
from piccolo.columns.column_types import Boolean
from piccolo.columns.column_types import ForeignKey
from piccolo.columns.column_types import Integer
from piccolo.columns.column_types import JSONB
from piccolo.columns.column_types import Numeric
from piccolo.columns.column_types import Text
from piccolo.columns.column_types import Timestamptz
from piccolo.columns.column_types import UUID
from piccolo.columns.column_types import Varchar
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.columns.indexes import IndexMethod
from piccolo.constraints import Check
from piccolo.constraints import Unique
from piccolo.table import Table


class AssessmentSession(
    Table, tablename="assessment_sessions", schema="assessment"
):
    id = UUID(
        default=UUIDv7(),
        null=False,
        primary_key=True,
        unique=False,
        index=False,
        index_method=IndexMethod.btree,
        choices=None,
        db_column_name=None,
        secret=False,
    )


class Device(Table, tablename="devices", schema="identity"):
    id = UUID(
        default=UUIDv7(),
        null=False,
        primary_key=True,
        unique=False,
        index=False,
        index_method=IndexMethod.btree,
        choices=None,
        db_column_name=None,
        secret=False,
    )


class DocumentType(Table, tablename="document_types", schema="assessment"):
    id = UUID(
        default=UUIDv7(),
        null=False,
        primary_key=True,
        unique=False,
        index=False,
        index_method=IndexMethod.btree,
        choices=None,
        db_column_name=None,
        secret=False,
    )


class EngineeringStandard(
    Table, tablename="engineering_standards", schema="assessment"
):
    id = UUID(
        default=UUIDv7(),
        null=False,
        primary_key=True,
        unique=False,
        index=False,
        index_method=IndexMethod.btree,
        choices=None,
        db_column_name=None,
        secret=False,
    )


class Message(Table, tablename="messages", schema="projects"):
    id = UUID(
        default=UUIDv7(),
        null=False,
        primary_key=True,
        unique=False,
        index=False,
        index_method=IndexMethod.btree,
        choices=None,
        db_column_name=None,
        secret=False,
    )


class Organization(Table, tablename="organizations", schema="identity"):
    id = UUID(
        default=UUIDv7(),
        null=False,
        primary_key=True,
        unique=False,
        index=False,
        index_method=IndexMethod.btree,
        choices=None,
        db_column_name=None,
        secret=False,
    )


class Payment(Table, tablename="payments", schema="payments"):
    id = UUID(
        default=UUIDv7(),
        null=False,
        primary_key=True,
        unique=False,
        index=False,
        index_method=IndexMethod.btree,
        choices=None,
        db_column_name=None,
        secret=False,
    )


class Post(Table, tablename="posts", schema="content"):
    id = UUID(
        default=UUIDv7(),
        null=False,
        primary_key=True,
        unique=False,
        index=False,
        index_method=IndexMethod.btree,
        choices=None,
        db_column_name=None,
        secret=False,
    )


class Project(Table, tablename="projects", schema="projects"):
    id = UUID(
        default=UUIDv7(),
        null=False,
        primary_key=True,
        unique=False,
        index=False,
        index_method=IndexMethod.btree,
        choices=None,
        db_column_name=None,
        secret=False,
    )


class Question(Table, tablename="questions", schema="assessment"):
    id = UUID(
        default=UUIDv7(),
        null=False,
        primary_key=True,
        unique=False,
        index=False,
        index_method=IndexMethod.btree,
        choices=None,
        db_column_name=None,
        secret=False,
    )


class Questionnaire(Table, tablename="questionnaires", schema="assessment"):
    id = UUID(
        default=UUIDv7(),
        null=False,
        primary_key=True,
        unique=False,
        index=False,
        index_method=IndexMethod.btree,
        choices=None,
        db_column_name=None,
        secret=False,
    )


class Section(Table, tablename="sections", schema="assessment"):
    id = UUID(
        default=UUIDv7(),
        null=False,
        primary_key=True,
        unique=False,
        index=False,
        index_method=IndexMethod.btree,
        choices=None,
        db_column_name=None,
        secret=False,
    )


class Session(Table, tablename="sessions", schema="identity"):
    id = UUID(
        default=UUIDv7(),
        null=False,
        primary_key=True,
        unique=False,
        index=False,
        index_method=IndexMethod.btree,
        choices=None,
        db_column_name=None,
        secret=False,
    )


class University(Table, tablename="universities", schema="catalog"):
    id = UUID(
        default=UUIDv7(),
        null=False,
        primary_key=True,
        unique=False,
        index=False,
        index_method=IndexMethod.btree,
        choices=None,
        db_column_name=None,
        secret=False,
    )


class User(Table, tablename="users", schema="identity"):
    id = UUID(
        default=UUIDv7(),
        null=False,
        primary_key=True,
        unique=False,
        index=False,
        index_method=IndexMethod.btree,
        choices=None,
        db_column_name=None,
        secret=False,
    )


ID = "2026-11-21T07:49:44:611046"
VERSION = "1.38.0"
DESCRIPTION = "Tables of the seven domains"


async def forwards():
    manager = MigrationManager(
        migration_id=ID, app_name="app", description=DESCRIPTION
    )

    manager.add_table(
        class_name="University",
        tablename="universities",
        schema="catalog",
        columns=None,
    )

    manager.add_table(
        class_name="MagicLink",
        tablename="magic_links",
        schema="identity",
        columns=None,
    )

    manager.add_table(
        class_name="SystemConfig",
        tablename="system_configs",
        schema="operations",
        columns=None,
    )

    manager.add_table(
        class_name="AuditLog",
        tablename="audit_logs",
        schema="operations",
        columns=None,
    )

    manager.add_table(
        class_name="EngineeringStandard",
        tablename="engineering_standards",
        schema="assessment",
        columns=None,
    )

    manager.add_table(
        class_name="User", tablename="users", schema="identity", columns=None
    )

    manager.add_table(
        class_name="Section",
        tablename="sections",
        schema="assessment",
        columns=None,
    )

    manager.add_table(
        class_name="DocumentTypeStandard",
        tablename="document_type_standards",
        schema="assessment",
        columns=None,
    )

    manager.add_table(
        class_name="Organization",
        tablename="organizations",
        schema="identity",
        columns=None,
    )

    manager.add_table(
        class_name="Event", tablename="events", schema="operations", columns=None
    )

    manager.add_table(
        class_name="AssessmentSession",
        tablename="assessment_sessions",
        schema="assessment",
        columns=None,
    )

    manager.add_table(
        class_name="VisibilityRule",
        tablename="visibility_rules",
        schema="assessment",
        columns=None,
    )

    manager.add_table(
        class_name="Project",
        tablename="projects",
        schema="projects",
        columns=None,
    )

    manager.add_table(
        class_name="UserProfile",
        tablename="user_profiles",
        schema="identity",
        columns=None,
    )

    manager.add_table(
        class_name="Question",
        tablename="questions",
        schema="assessment",
        columns=None,
    )

    manager.add_table(
        class_name="Document",
        tablename="documents",
        schema="assessment",
        columns=None,
    )

    manager.add_table(
        class_name="ApiKey", tablename="api_keys", schema="identity", columns=None
    )

    manager.add_table(
        class_name="RefreshToken",
        tablename="refresh_tokens",
        schema="identity",
        columns=None,
    )

    manager.add_table(
        class_name="Response",
        tablename="responses",
        schema="assessment",
        columns=None,
    )

    manager.add_table(
        class_name="Device", tablename="devices", schema="identity", columns=None
    )

    manager.add_table(
        class_name="Fragment",
        tablename="fragments",
        schema="projects",
        columns=None,
    )

    manager.add_table(
        class_name="Comment", tablename="comments", schema="content", columns=None
    )

    manager.add_table(
        class_name="Message",
        tablename="messages",
        schema="projects",
        columns=None,
    )

    manager.add_table(
        class_name="Post", tablename="posts", schema="content", columns=None
    )

    manager.add_table(
        class_name="Questionnaire",
        tablename="questionnaires",
        schema="assessment",
        columns=None,
    )

    manager.add_table(
        class_name="RateLimit",
        tablename="rate_limits",
        schema="operations",
        columns=None,
    )

    manager.add_table(
        class_name="PaymentTransaction",
        tablename="payment_transactions",
        schema="payments",
        columns=None,
    )

    manager.add_table(
        class_name="Session",
        tablename="sessions",
        schema="identity",
        columns=None,
    )

    manager.add_table(
        class_name="DocumentType",
        tablename="document_types",
        schema="assessment",
        columns=None,
    )

    manager.add_table(
        class_name="Payment",
        tablename="payments",
        schema="payments",
        columns=None,
    )

    manager.add_table(
        class_name="Course", tablename="courses", schema="catalog", columns=None
    )

    manager.add_column(
        table_class_name="University",
        tablename="universities",
        column_name="id",
        db_column_name="id",
        column_class_name="UUID",
        column_class=UUID,
        params={
            "default": UUIDv7(),
            "null": False,
            "primary_key": True,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="catalog",
    )

    manager.add_column(
        table_class_name="University",
        tablename="universities",
        column_name="created_at",
        db_column_name="created_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": TimestamptzNow(),
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="catalog",
    )

    manager.add_column(
        table_class_name="University",
        tablename="universities",
        column_name="updated_at",
        db_column_name="updated_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": TimestamptzNow(),
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="catalog",
    )

    manager.add_column(
        table_class_name="University",
        tablename="universities",
        column_name="name",
        db_column_name="name",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 200,
            "default": None,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="catalog",
    )

    manager.add_column(
        table_class_name="University",
        tablename="universities",
        column_name="slug",
        db_column_name="slug",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 200,
            "default": None,
            "null": False,
            "primary_key": False,
            "unique": True,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="catalog",
    )

    manager.add_column(
        table_class_name="University",
        tablename="universities",
        column_name="country",
        db_column_name="country",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 100,
            "default": None,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": True,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="catalog",
    )

    manager.add_column(
        table_class_name="University",
        tablename="universities",
        column_name="country_code",
        db_column_name="country_code",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 2,
            "default": None,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": True,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="catalog",
    )

    manager.add_column(
        table_class_name="University",
        tablename="universities",
        column_name="city",
        db_column_name="city",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 100,
            "default": None,
            "null": True,
            "primary_key": False,
            "unique": False,
            "index": True,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="catalog",
    )

    manager.add_column(
        table_class_name="University",
        tablename="universities",
        column_name="state_province",
        db_column_name="state_province",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 100,
            "default": None,
            "null": True,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="catalog",
    )

    manager.add_column(
        table_class_name="University",
        tablename="universities",
        column_name="website",
        db_column_name="website",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 2048,
            "default": None,
            "null": True,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="catalog",
    )

    manager.add_column(
        table_class_name="University",
        tablename="universities",
        column_name="domains",
        db_column_name="domains",
        column_class_name="Array",
        column_class=Array,
        params={
            "default": list,
            "base_column": Varchar(
                length=253,
                default="",
                null=False,
                primary_key=False,
                unique=False,
                index=False,
                index_method=IndexMethod.btree,
                choices=None,
                db_column_name=None,
                secret=False,
            ),
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="catalog",
    )

    manager.add_column(
        table_class_name="University",
        tablename="universities",
        column_name="is_verified",
        db_column_name="is_verified",
        column_class_name="Boolean",
        column_class=Boolean,
        params={
            "default": False,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": True,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="catalog",
    )

    manager.add_column(
        table_class_name="University",
        tablename="universities",
        column_name="verified_at",
        db_column_name="verified_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": None,
            "null": True,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="catalog",
    )

    manager.add_column(
        table_class_name="University",
        tablename="universities",
        column_name="settings",
        db_column_name="settings",
        column_class_name="JSONB",
        column_class=JSONB,
        params={
            "default": "{}",
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="catalog",
    )

    manager.add_column(
        table_class_name="University",
        tablename="universities",
        column_name="analytics",
        db_column_name="analytics",
        column_class_name="JSONB",
        column_class=JSONB,
        params={
            "default": "{}",
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="catalog",
    )

    manager.add_column(
        table_class_name="MagicLink",
        tablename="magic_links",
        column_name="id",
        db_column_name="id",
        column_class_name="UUID",
        column_class=UUID,
        params={
            "default": UUIDv7(),
            "null": False,
            "primary_key": True,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="identity",
    )

    manager.add_column(
        table_class_name="MagicLink",
        tablename="magic_links",
        column_name="created_at",
        db_column_name="created_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": TimestamptzNow(),
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="identity",
    )

    manager.add_column(
        table_class_name="MagicLink",
        tablename="magic_links",
        column_name="updated_at",
        db_column_name="updated_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": TimestamptzNow(),
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="identity",
    )

    manager.add_column(
        table_class_name="MagicLink",
        tablename="magic_links",
        column_name="token_hash",
        db_column_name="token_hash",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 64,
            "default": None,
            "null": False,
            "primary_key": False,
            "unique": True,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": True,
        },
        schema="identity",
    )

    manager.add_column(
        table_class_name="MagicLink",
        tablename="magic_links",
        column_name="email",
        db_column_name="email",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 254,
            "default": None,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="identity",
    )

    manager.add_column(
        table_class_name="MagicLink",
        tablename="magic_links",
        column_name="user",
        db_column_name="user",
        column_class_name="ForeignKey",
        column_class=ForeignKey,
        params={
            "references": User,
            "on_delete": OnDelete.cascade,
            "on_update": OnUpdate.cascade,
            "target_column": None,
            "null": True,
            "primary_key": False,
            "unique": False,
            "index": True,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="identity",
    )

    manager.add_column(
        table_class_name="MagicLink",
        tablename="magic_links",
        column_name="expires_at",
        db_column_name="expires_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": None,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": True,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="identity",
    )

    manager.add_column(
        table_class_name="MagicLink",
        tablename="magic_links",
        column_name="used_at",
        db_column_name="used_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": None,
            "null": True,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="identity",
    )

    manager.add_column(
        table_class_name="SystemConfig",
        tablename="system_configs",
        column_name="created_at",
        db_column_name="created_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": TimestamptzNow(),
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="operations",
    )

    manager.add_column(
        table_class_name="SystemConfig",
        tablename="system_configs",
        column_name="updated_at",
        db_column_name="updated_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": TimestamptzNow(),
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="operations",
    )

    manager.add_column(
        table_class_name="SystemConfig",
        tablename="system_configs",
        column_name="key",
        db_column_name="key",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 100,
            "default": None,
            "null": False,
            "primary_key": True,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="operations",
    )

    manager.add_column(
        table_class_name="SystemConfig",
        tablename="system_configs",
        column_name="value",
        db_column_name="value",
        column_class_name="JSONB",
        column_class=JSONB,
        params={
            "default": None,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="operations",
    )

    manager.add_column(
        table_class_name="SystemConfig",
        tablename="system_configs",
        column_name="description",
        db_column_name="description",
        column_class_name="Text",
        column_class=Text,
        params={
            "default": None,
            "null": True,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="operations",
    )

    manager.add_column(
        table_class_name="SystemConfig",
        tablename="system_configs",
        column_name="updated_by",
        db_column_name="updated_by",
        column_class_name="ForeignKey",
        column_class=ForeignKey,
        params={
            "references": User,
            "on_delete": OnDelete.set_null,
            "on_update": OnUpdate.cascade,
            "target_column": None,
            "null": True,
            "primary_key": False,
            "unique": False,
            "index": True,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="operations",
    )

    manager.add_column(
        table_class_name="AuditLog",
        tablename="audit_logs",
        column_name="id",
        db_column_name="id",
        column_class_name="UUID",
        column_class=UUID,
        params={
            "default": UUIDv7(),
            "null": False,
            "primary_key": True,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="operations",
    )

    manager.add_column(
        table_class_name="AuditLog",
        tablename="audit_logs",
        column_name="created_at",
        db_column_name="created_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": TimestamptzNow(),
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="operations",
    )

    manager.add_column(
        table_class_name="AuditLog",
        tablename="audit_logs",
        column_name="user",
        db_column_name="user",
        column_class_name="ForeignKey",
        column_class=ForeignKey,
        params={
            "references": User,
            "on_delete": OnDelete.set_null,
            "on_update": OnUpdate.cascade,
            "target_column": None,
            "null": True,
            "primary_key": False,
            "unique": False,
            "index": True,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="operations",
    )

    manager.add_column(
        table_class_name="AuditLog",
        tablename="audit_logs",
        column_name="action",
        db_column_name="action",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 100,
            "default": None,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": True,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="operations",
    )

    manager.add_column(
        table_class_name="AuditLog",
        tablename="audit_logs",
        column_name="resource_type",
        db_column_name="resource_type",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 100,
            "default": None,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="operations",
    )

    manager.add_column(
        table_class_name="AuditLog",
        tablename="audit_logs",
        column_name="resource_id",
        db_column_name="resource_id",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 100,
            "default": None,
            "null": True,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="operations",
    )

    manager.add_column(
        table_class_name="AuditLog",
        tablename="audit_logs",
        column_name="details",
        db_column_name="details",
        column_class_name="JSONB",
        column_class=JSONB,
        params={
            "default": "{}",
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="operations",
    )

    manager.add_column(
        table_class_name="AuditLog",
        tablename="audit_logs",
        column_name="ip_address",
        db_column_name="ip_address",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 45,
            "default": None,
            "null": True,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="operations",
    )

    manager.add_column(
        table_class_name="AuditLog",
        tablename="audit_logs",
        column_name="user_agent",
        db_column_name="user_agent",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 512,
            "default": None,
            "null": True,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="operations",
    )

    manager.add_column(
        table_class_name="EngineeringStandard",
        tablename="engineering_standards",
        column_name="id",
        db_column_name="id",
        column_class_name="UUID",
        column_class=UUID,
        params={
            "default": UUIDv7(),
            "null": False,
            "primary_key": True,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="assessment",
    )

    manager.add_column(
        table_class_name="EngineeringStandard",
        tablename="engineering_standards",
        column_name="created_at",
        db_column_name="created_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": TimestamptzNow(),
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="assessment",
    )

    manager.add_column(
        table_class_name="EngineeringStandard",
        tablename="engineering_standards",
        column_name="updated_at",
        db_column_name="updated_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": TimestamptzNow(),
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="assessment",
    )

    manager.add_column(
        table_class_name="EngineeringStandard",
        tablename="engineering_standards",
        column_name="code",
        db_column_name="code",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 50,
            "default": None,
            "null": False,
            "primary_key": False,
            "unique": True,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="assessment",
    )

    manager.add_column(
        table_class_name="EngineeringStandard",
        tablename="engineering_standards",
        column_name="title",
        db_column_name="title",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 200,
            "default": None,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="assessment",
    )

    manager.add_column(
        table_class_name="EngineeringStandard",
        tablename="engineering_standards",
        column_name="category",
        db_column_name="category",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 30,
            "default": None,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": True,
            "index_method": IndexMethod.btree,
            "choices": Enum(
                "StandardCategory",
                {
                    "MODERN_ARCHITECTURE": "MODERN_ARCHITECTURE",
                    "AI_ASSISTED_DEVELOPMENT": "AI_ASSISTED_DEVELOPMENT",
                    "CODING": "CODING",
                    "TESTING_QA": "TESTING_QA",
                    "SECURITY_DEVSECOPS": "SECURITY_DEVSECOPS",
                    "WORKFLOW": "WORKFLOW",
                    "DOCUMENTATION": "DOCUMENTATION",
                },
            ),
            "db_column_name": None,
            "secret": False,
        },
        schema="assessment",
    )

    manager.add_column(
        table_class_name="EngineeringStandard",
        tablename="engineering_standards",
        column_name="description",
        db_column_name="description",
        column_class_name="Text",
        column_class=Text,
        params={
            "default": None,
            "null": True,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="assessment",
    )

    manager.add_column(
        table_class_name="EngineeringStandard",
        tablename="engineering_standards",
        column_name="principles",
        db_column_name="principles",
        column_class_name="JSONB",
        column_class=JSONB,
        params={
            "default": "[]",
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="assessment",
    )

    manager.add_column(
        table_class_name="User",
        tablename="users",
        column_name="id",
        db_column_name="id",
        column_class_name="UUID",
        column_class=UUID,
        params={
            "default": UUIDv7(),
            "null": False,
            "primary_key": True,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="identity",
    )

    manager.add_column(
        table_class_name="User",
        tablename="users",
        column_name="created_at",
        db_column_name="created_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": TimestamptzNow(),
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="identity",
    )

    manager.add_column(
        table_class_name="User",
        tablename="users",
        column_name="updated_at",
        db_column_name="updated_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": TimestamptzNow(),
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="identity",
    )

    manager.add_column(
        table_class_name="User",
        tablename="users",
        column_name="email",
        db_column_name="email",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 254,
            "default": None,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="identity",
    )

    manager.add_column(
        table_class_name="User",
        tablename="users",
        column_name="password_hash",
        db_column_name="password_hash",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 255,
            "default": None,
            "null": True,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": True,
        },
        schema="identity",
    )

    manager.add_column(
        table_class_name="User",
        tablename="users",
        column_name="name",
        db_column_name="name",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 200,
            "default": None,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="identity",
    )

    manager.add_column(
        table_class_name="User",
        tablename="users",
        column_name="role",
        db_column_name="role",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 20,
            "default": "USER",
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": True,
            "index_method": IndexMethod.btree,
            "choices": Enum(
                "UserRole",
                {
                    "ADMIN": "ADMIN",
                    "STAFF": "STAFF",
                    "VENDOR": "VENDOR",
                    "CUSTOMER": "CUSTOMER",
                    "USER": "USER",
                },
            ),
            "db_column_name": None,
            "secret": False,
        },
        schema="identity",
    )

    manager.add_column(
        table_class_name="User",
        tablename="users",
        column_name="status",
        db_column_name="status",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 20,
            "default": "PENDING",
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": True,
            "index_method": IndexMethod.btree,
            "choices": Enum(
                "UserStatus",
                {
                    "PENDING": "PENDING",
                    "ACTIVE": "ACTIVE",
                    "SUSPENDED": "SUSPENDED",
                },
            ),
            "db_column_name": None,
            "secret": False,
        },
        schema="identity",
    )

    manager.add_column(
        table_class_name="User",
        tablename="users",
        column_name="email_verified",
        db_column_name="email_verified",
        column_class_name="Boolean",
        column_class=Boolean,
        params={
            "default": False,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="identity",
    )

    manager.add_column(
        table_class_name="User",
        tablename="users",
        column_name="organization",
        db_column_name="organization",
        column_class_name="ForeignKey",
        column_class=ForeignKey,
        params={
            "references": Organization,
            "on_delete": OnDelete.set_null,
            "on_update": OnUpdate.cascade,
            "target_column": None,
            "null": True,
            "primary_key": False,
            "unique": False,
            "index": True,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="identity",
    )

    manager.add_column(
        table_class_name="User",
        tablename="users",
        column_name="university",
        db_column_name="university",
        column_class_name="ForeignKey",
        column_class=ForeignKey,
        params={
            "references": University,
            "on_delete": OnDelete.set_null,
            "on_update": OnUpdate.cascade,
            "target_column": None,
            "null": True,
            "primary_key": False,
            "unique": False,
            "index": True,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="identity",
    )

    manager.add_column(
        table_class_name="User",
        tablename="users",
        column_name="last_login_at",
        db_column_name="last_login_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": None,
            "null": True,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="identity",
    )

    manager.add_column(
        table_class_name="User",
        tablename="users",
        column_name="deleted_at",
        db_column_name="deleted_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": None,
            "null": True,
            "primary_key": False,
            "unique": False,
            "index": True,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="identity",
    )

    manager.add_column(
        table_class_name="Section",
        tablename="sections",
        column_name="id",
        db_column_name="id",
        column_class_name="UUID",
        column_class=UUID,
        params={
            "default": UUIDv7(),
            "null": False,
            "primary_key": True,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="assessment",
    )

    manager.add_column(
        table_class_name="Section",
        tablename="sections",
        column_name="created_at",
        db_column_name="created_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": TimestamptzNow(),
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="assessment",
    )

    manager.add_column(
        table_class_name="Section",
        tablename="sections",
        column_name="updated_at",
        db_column_name="updated_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": TimestamptzNow(),
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="assessment",
    )

    manager.add_column(
        table_class_name="Section",
        tablename="sections",
        column_name="questionnaire",
        db_column_name="questionnaire",
        column_class_name="ForeignKey",
        column_class=ForeignKey,
        params={
            "references": Questionnaire,
            "on_delete": OnDelete.cascade,
            "on_update": OnUpdate.cascade,
            "target_column": None,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="assessment",
    )

    manager.add_column(
        table_class_name="Section",
        tablename="sections",
        column_name="title",
        db_column_name="title",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 200,
            "default": None,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="assessment",
    )

    manager.add_column(
        table_class_name="Section",
        tablename="sections",
        column_name="description",
        db_column_name="description",
        column_class_name="Text",
        column_class=Text,
        params={
            "default": None,
            "null": True,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="assessment",
    )

    manager.add_column(
        table_class_name="Section",
        tablename="sections",
        column_name="position",
        db_column_name="position",
        column_class_name="Integer",
        column_class=Integer,
        params={
            "default": None,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="assessment",
    )

    manager.add_column(
        table_class_name="DocumentTypeStandard",
        tablename="document_type_standards",
        column_name="id",
        db_column_name="id",
        column_class_name="UUID",
        column_class=UUID,
        params={
            "default": UUIDv7(),
            "null": False,
            "primary_key": True,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="assessment",
    )

    manager.add_column(
        table_class_name="DocumentTypeStandard",
        tablename="document_type_standards",
        column_name="created_at",
        db_column_name="created_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": TimestamptzNow(),
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="assessment",
    )

    manager.add_column(
        table_class_name="DocumentTypeStandard",
        tablename="document_type_standards",
        column_name="updated_at",
        db_column_name="updated_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": TimestamptzNow(),
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="assessment",
    )

    manager.add_column(
        table_class_name="DocumentTypeStandard",
        tablename="document_type_standards",
        column_name="document_type",
        db_column_name="document_type",
        column_class_name="ForeignKey",
        column_class=ForeignKey,
        params={
            "references": DocumentType,
            "on_delete": OnDelete.cascade,
            "on_update": OnUpdate.cascade,
            "target_column": None,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="assessment",
    )

    manager.add_column(
        table_class_name="DocumentTypeStandard",
        tablename="document_type_standards",
        column_name="standard",
        db_column_name="standard",
        column_class_name="ForeignKey",
        column_class=ForeignKey,
        params={
            "references": EngineeringStandard,
            "on_delete": OnDelete.cascade,
            "on_update": OnUpdate.cascade,
            "target_column": None,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": True,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="assessment",
    )

    manager.add_column(
        table_class_name="DocumentTypeStandard",
        tablename="document_type_standards",
        column_name="priority",
        db_column_name="priority",
        column_class_name="Integer",
        column_class=Integer,
        params={
            "default": 0,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="assessment",
    )

    manager.add_column(
        table_class_name="Organization",
        tablename="organizations",
        column_name="id",
        db_column_name="id",
        column_class_name="UUID",
        column_class=UUID,
        params={
            "default": UUIDv7(),
            "null": False,
            "primary_key": True,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="identity",
    )

    manager.add_column(
        table_class_name="Organization",
        tablename="organizations",
        column_name="created_at",
        db_column_name="created_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": TimestamptzNow(),
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="identity",
    )

    manager.add_column(
        table_class_name="Organization",
        tablename="organizations",
        column_name="updated_at",
        db_column_name="updated_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": TimestamptzNow(),
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="identity",
    )

    manager.add_column(
        table_class_name="Organization",
        tablename="organizations",
        column_name="name",
        db_column_name="name",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 200,
            "default": None,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="identity",
    )

    manager.add_column(
        table_class_name="Organization",
        tablename="organizations",
        column_name="slug",
        db_column_name="slug",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 100,
            "default": None,
            "null": False,
            "primary_key": False,
            "unique": True,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="identity",
    )

    manager.add_column(
        table_class_name="Organization",
        tablename="organizations",
        column_name="settings",
        db_column_name="settings",
        column_class_name="JSONB",
        column_class=JSONB,
        params={
            "default": "{}",
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="identity",
    )

    manager.add_column(
        table_class_name="Event",
        tablename="events",
        column_name="id",
        db_column_name="id",
        column_class_name="UUID",
        column_class=UUID,
        params={
            "default": UUIDv7(),
            "null": False,
            "primary_key": True,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="operations",
    )

    manager.add_column(
        table_class_name="Event",
        tablename="events",
        column_name="created_at",
        db_column_name="created_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": TimestamptzNow(),
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="operations",
    )

    manager.add_column(
        table_class_name="Event",
        tablename="events",
        column_name="updated_at",
        db_column_name="updated_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": TimestamptzNow(),
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="operations",
    )

    manager.add_column(
        table_class_name="Event",
        tablename="events",
        column_name="project",
        db_column_name="project",
        column_class_name="ForeignKey",
        column_class=ForeignKey,
        params={
            "references": Project,
            "on_delete": OnDelete.cascade,
            "on_update": OnUpdate.cascade,
            "target_column": None,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="operations",
    )

    manager.add_column(
        table_class_name="Event",
        tablename="events",
        column_name="sequence",
        db_column_name="sequence",
        column_class_name="BigSerial",
        column_class=BigSerial,
        params={
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="operations",
    )

    manager.add_column(
        table_class_name="Event",
        tablename="events",
        column_name="name",
        db_column_name="name",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 100,
            "default": None,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="operations",
    )

    manager.add_column(
        table_class_name="Event",
        tablename="events",
        column_name="data",
        db_column_name="data",
        column_class_name="JSONB",
        column_class=JSONB,
        params={
            "default": "{}",
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="operations",
    )

    manager.add_column(
        table_class_name="Event",
        tablename="events",
        column_name="attempts",
        db_column_name="attempts",
        column_class_name="Integer",
        column_class=Integer,
        params={
            "default": 0,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="operations",
    )

    manager.add_column(
        table_class_name="Event",
        tablename="events",
        column_name="next_attempt_at",
        db_column_name="next_attempt_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": TimestamptzNow(),
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="operations",
    )

    manager.add_column(
        table_class_name="Event",
        tablename="events",
        column_name="delivered_at",
        db_column_name="delivered_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": None,
            "null": True,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="operations",
    )

    manager.add_column(
        table_class_name="Event",
        tablename="events",
        column_name="dead_at",
        db_column_name="dead_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": None,
            "null": True,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="operations",
    )

    manager.add_column(
        table_class_name="Event",
        tablename="events",
        column_name="last_error",
        db_column_name="last_error",
        column_class_name="Text",
        column_class=Text,
        params={
            "default": None,
            "null": True,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="operations",
    )

    manager.add_column(
        table_class_name="AssessmentSession",
        tablename="assessment_sessions",
        column_name="id",
        db_column_name="id",
        column_class_name="UUID",
        column_class=UUID,
        params={
            "default": UUIDv7(),
            "null": False,
            "primary_key": True,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="assessment",
    )

    manager.add_column(
        table_class_name="AssessmentSession",
        tablename="assessment_sessions",
        column_name="created_at",
        db_column_name="created_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": TimestamptzNow(),
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="assessment",
    )

    manager.add_column(
        table_class_name="AssessmentSession",
        tablename="assessment_sessions",
        column_name="updated_at",
        db_column_name="updated_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": TimestamptzNow(),
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="assessment",
    )

    manager.add_column(
        table_class_name="AssessmentSession",
        tablename="assessment_sessions",
        column_name="user",
        db_column_name="user",
        column_class_name="ForeignKey",
        column_class=ForeignKey,
        params={
            "references": User,
            "on_delete": OnDelete.cascade,
            "on_update": OnUpdate.cascade,
            "target_column": None,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="assessment",
    )

    manager.add_column(
        table_class_name="AssessmentSession",
        tablename="assessment_sessions",
        column_name="questionnaire",
        db_column_name="questionnaire",
        column_class_name="ForeignKey",
        column_class=ForeignKey,
        params={
            "references": Questionnaire,
            "on_delete": OnDelete.restrict,
            "on_update": OnUpdate.cascade,
            "target_column": None,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": True,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="assessment",
    )

    manager.add_column(
        table_class_name="AssessmentSession",
        tablename="assessment_sessions",
        column_name="status",
        db_column_name="status",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 20,
            "default": "IN_PROGRESS",
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": Enum(
                "AssessmentStatus",
                {
                    "IN_PROGRESS": "IN_PROGRESS",
                    "COMPLETED": "COMPLETED",
                    "ABANDONED": "ABANDONED",
                },
            ),
            "db_column_name": None,
            "secret": False,
        },
        schema="assessment",
    )

    manager.add_column(
        table_class_name="AssessmentSession",
        tablename="assessment_sessions",
        column_name="current_section",
        db_column_name="current_section",
        column_class_name="ForeignKey",
        column_class=ForeignKey,
        params={
            "references": Section,
            "on_delete": OnDelete.set_null,
            "on_update": OnUpdate.cascade,
            "target_column": None,
            "null": True,
            "primary_key": False,
            "unique": False,
            "index": True,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="assessment",
    )

    manager.add_column(
        table_class_name="AssessmentSession",
        tablename="assessment_sessions",
        column_name="current_question",
        db_column_name="current_question",
        column_class_name="ForeignKey",
        column_class=ForeignKey,
        params={
            "references": Question,
            "on_delete": OnDelete.set_null,
            "on_update": OnUpdate.cascade,
            "target_column": None,
            "null": True,
            "primary_key": False,
            "unique": False,
            "index": True,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="assessment",
    )

    manager.add_column(
        table_class_name="AssessmentSession",
        tablename="assessment_sessions",
        column_name="progress",
        db_column_name="progress",
        column_class_name="Integer",
        column_class=Integer,
        params={
            "default": 0,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="assessment",
    )

    manager.add_column(
        table_class_name="AssessmentSession",
        tablename="assessment_sessions",
        column_name="started_at",
        db_column_name="started_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": TimestamptzNow(),
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="assessment",
    )

    manager.add_column(
        table_class_name="AssessmentSession",
        tablename="assessment_sessions",
        column_name="completed_at",
        db_column_name="completed_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": None,
            "null": True,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="assessment",
    )

    manager.add_column(
        table_class_name="VisibilityRule",
        tablename="visibility_rules",
        column_name="id",
        db_column_name="id",
        column_class_name="UUID",
        column_class=UUID,
        params={
            "default": UUIDv7(),
            "null": False,
            "primary_key": True,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="assessment",
    )

    manager.add_column(
        table_class_name="VisibilityRule",
        tablename="visibility_rules",
        column_name="created_at",
        db_column_name="created_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": TimestamptzNow(),
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="assessment",
    )

    manager.add_column(
        table_class_name="VisibilityRule",
        tablename="visibility_rules",
        column_name="updated_at",
        db_column_name="updated_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": TimestamptzNow(),
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="assessment",
    )

    manager.add_column(
        table_class_name="VisibilityRule",
        tablename="visibility_rules",
        column_name="question",
        db_column_name="question",
        column_class_name="ForeignKey",
        column_class=ForeignKey,
        params={
            "references": Question,
            "on_delete": OnDelete.cascade,
            "on_update": OnUpdate.cascade,
            "target_column": None,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="assessment",
    )

    manager.add_column(
        table_class_name="VisibilityRule",
        tablename="visibility_rules",
        column_name="action",
        db_column_name="action",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 20,
            "default": None,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": Enum(
                "VisibilityAction",
                {
                    "SHOW": "SHOW",
                    "HIDE": "HIDE",
                    "REQUIRE": "REQUIRE",
                    "UNREQUIRE": "UNREQUIRE",
                },
            ),
            "db_column_name": None,
            "secret": False,
        },
        schema="assessment",
    )

    manager.add_column(
        table_class_name="VisibilityRule",
        tablename="visibility_rules",
        column_name="condition",
        db_column_name="condition",
        column_class_name="JSONB",
        column_class=JSONB,
        params={
            "default": None,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="assessment",
    )

    manager.add_column(
        table_class_name="VisibilityRule",
        tablename="visibility_rules",
        column_name="priority",
        db_column_name="priority",
        column_class_name="Integer",
        column_class=Integer,
        params={
            "default": 0,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="assessment",
    )

    manager.add_column(
        table_class_name="VisibilityRule",
        tablename="visibility_rules",
        column_name="is_active",
        db_column_name="is_active",
        column_class_name="Boolean",
        column_class=Boolean,
        params={
            "default": True,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="assessment",
    )

    manager.add_column(
        table_class_name="Project",
        tablename="projects",
        column_name="id",
        db_column_name="id",
        column_class_name="UUID",
        column_class=UUID,
        params={
            "default": UUIDv7(),
            "null": False,
            "primary_key": True,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="projects",
    )

    manager.add_column(
        table_class_name="Project",
        tablename="projects",
        column_name="created_at",
        db_column_name="created_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": TimestamptzNow(),
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="projects",
    )

    manager.add_column(
        table_class_name="Project",
        tablename="projects",
        column_name="updated_at",
        db_column_name="updated_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": TimestamptzNow(),
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="projects",
    )

    manager.add_column(
        table_class_name="Project",
        tablename="projects",
        column_name="owner",
        db_column_name="owner",
        column_class_name="ForeignKey",
        column_class=ForeignKey,
        params={
            "references": User,
            "on_delete": OnDelete.cascade,
            "on_update": OnUpdate.cascade,
            "target_column": None,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="projects",
    )

    manager.add_column(
        table_class_name="Project",
        tablename="projects",
        column_name="name",
        db_column_name="name",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 100,
            "default": None,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="projects",
    )

    manager.add_column(
        table_class_name="UserProfile",
        tablename="user_profiles",
        column_name="id",
        db_column_name="id",
        column_class_name="UUID",
        column_class=UUID,
        params={
            "default": UUIDv7(),
            "null": False,
            "primary_key": True,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="identity",
    )

    manager.add_column(
        table_class_name="UserProfile",
        tablename="user_profiles",
        column_name="created_at",
        db_column_name="created_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": TimestamptzNow(),
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="identity",
    )

    manager.add_column(
        table_class_name="UserProfile",
        tablename="user_profiles",
        column_name="updated_at",
        db_column_name="updated_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": TimestamptzNow(),
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="identity",
    )

    manager.add_column(
        table_class_name="UserProfile",
        tablename="user_profiles",
        column_name="user",
        db_column_name="user",
        column_class_name="ForeignKey",
        column_class=ForeignKey,
        params={
            "references": User,
            "on_delete": OnDelete.cascade,
            "on_update": OnUpdate.cascade,
            "target_column": None,
            "null": False,
            "primary_key": False,
            "unique": True,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="identity",
    )

    manager.add_column(
        table_class_name="UserProfile",
        tablename="user_profiles",
        column_name="avatar_url",
        db_column_name="avatar_url",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 2048,
            "default": None,
            "null": True,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="identity",
    )

    manager.add_column(
        table_class_name="UserProfile",
        tablename="user_profiles",
        column_name="phone",
        db_column_name="phone",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 32,
            "default": None,
            "null": True,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="identity",
    )

    manager.add_column(
        table_class_name="UserProfile",
        tablename="user_profiles",
        column_name="address",
        db_column_name="address",
        column_class_name="Text",
        column_class=Text,
        params={
            "default": None,
            "null": True,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="identity",
    )

    manager.add_column(
        table_class_name="UserProfile",
        tablename="user_profiles",
        column_name="bio",
        db_column_name="bio",
        column_class_name="Text",
        column_class=Text,
        params={
            "default": None,
            "null": True,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="identity",
    )

    manager.add_column(
        table_class_name="UserProfile",
        tablename="user_profiles",
        column_name="preferences",
        db_column_name="preferences",
        column_class_name="JSONB",
        column_class=JSONB,
        params={
            "default": "{}",
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="identity",
    )

    manager.add_column(
        table_class_name="Question",
        tablename="questions",
        column_name="id",
        db_column_name="id",
        column_class_name="UUID",
        column_class=UUID,
        params={
            "default": UUIDv7(),
            "null": False,
            "primary_key": True,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="assessment",
    )

    manager.add_column(
        table_class_name="Question",
        tablename="questions",
        column_name="created_at",
        db_column_name="created_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": TimestamptzNow(),
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="assessment",
    )

    manager.add_column(
        table_class_name="Question",
        tablename="questions",
        column_name="updated_at",
        db_column_name="updated_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": TimestamptzNow(),
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="assessment",
    )

    manager.add_column(
        table_class_name="Question",
        tablename="questions",
        column_name="section",
        db_column_name="section",
        column_class_name="ForeignKey",
        column_class=ForeignKey,
        params={
            "references": Section,
            "on_delete": OnDelete.cascade,
            "on_update": OnUpdate.cascade,
            "target_column": None,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="assessment",
    )

    manager.add_column(
        table_class_name="Question",
        tablename="questions",
        column_name="questionnaire",
        db_column_name="questionnaire",
        column_class_name="ForeignKey",
        column_class=ForeignKey,
        params={
            "references": Questionnaire,
            "on_delete": OnDelete.cascade,
            "on_update": OnUpdate.cascade,
            "target_column": None,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="assessment",
    )

    manager.add_column(
        table_class_name="Question",
        tablename="questions",
        column_name="key",
        db_column_name="key",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 100,
            "default": None,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="assessment",
    )

    manager.add_column(
        table_class_name="Question",
        tablename="questions",
        column_name="text",
        db_column_name="text",
        column_class_name="Text",
        column_class=Text,
        params={
            "default": None,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="assessment",
    )

    manager.add_column(
        table_class_name="Question",
        tablename="questions",
        column_name="help_text",
        db_column_name="help_text",
        column_class_name="Text",
        column_class=Text,
        params={
            "default": None,
            "null": True,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="assessment",
    )

    manager.add_column(
        table_class_name="Question",
        tablename="questions",
        column_name="type",
        db_column_name="type",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 20,
            "default": None,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": Enum(
                "QuestionType",
                {
                    "TEXT": "TEXT",
                    "TEXTAREA": "TEXTAREA",
                    "NUMBER": "NUMBER",
                    "EMAIL": "EMAIL",
                    "URL": "URL",
                    "DATE": "DATE",
                    "SINGLE_CHOICE": "SINGLE_CHOICE",
                    "MULTIPLE_CHOICE": "MULTIPLE_CHOICE",
                    "SCALE": "SCALE",
                    "MATRIX": "MATRIX",
                    "FILE_UPLOAD": "FILE_UPLOAD",
                },
            ),
            "db_column_name": None,
            "secret": False,
        },
        schema="assessment",
    )

    manager.add_column(
        table_class_name="Question",
        tablename="questions",
        column_name="options",
        db_column_name="options",
        column_class_name="JSONB",
        column_class=JSONB,
        params={
            "default": "[]",
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="assessment",
    )

    manager.add_column(
        table_class_name="Question",
        tablename="questions",
        column_name="validation",
        db_column_name="validation",
        column_class_name="JSONB",
        column_class=JSONB,
        params={
            "default": "{}",
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="assessment",
    )

    manager.add_column(
        table_class_name="Question",
        tablename="questions",
        column_name="required",
        db_column_name="required",
        column_class_name="Boolean",
        column_class=Boolean,
        params={
            "default": False,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="assessment",
    )

    manager.add_column(
        table_class_name="Question",
        tablename="questions",
        column_name="position",
        db_column_name="position",
        column_class_name="Integer",
        column_class=Integer,
        params={
            "default": None,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="assessment",
    )

    manager.add_column(
        table_class_name="Document",
        tablename="documents",
        column_name="id",
        db_column_name="id",
        column_class_name="UUID",
        column_class=UUID,
        params={
            "default": UUIDv7(),
            "null": False,
            "primary_key": True,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="assessment",
    )

    manager.add_column(
        table_class_name="Document",
        tablename="documents",
        column_name="created_at",
        db_column_name="created_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": TimestamptzNow(),
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="assessment",
    )

    manager.add_column(
        table_class_name="Document",
        tablename="documents",
        column_name="updated_at",
        db_column_name="updated_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": TimestamptzNow(),
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="assessment",
    )

    manager.add_column(
        table_class_name="Document",
        tablename="documents",
        column_name="session",
        db_column_name="session",
        column_class_name="ForeignKey",
        column_class=ForeignKey,
        params={
            "references": AssessmentSession,
            "on_delete": OnDelete.cascade,
            "on_update": OnUpdate.cascade,
            "target_column": None,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="assessment",
    )

    manager.add_column(
        table_class_name="Document",
        tablename="documents",
        column_name="document_type",
        db_column_name="document_type",
        column_class_name="ForeignKey",
        column_class=ForeignKey,
        params={
            "references": DocumentType,
            "on_delete": OnDelete.restrict,
            "on_update": OnUpdate.cascade,
            "target_column": None,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": True,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="assessment",
    )

    manager.add_column(
        table_class_name="Document",
        tablename="documents",
        column_name="status",
        db_column_name="status",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 20,
            "default": "PENDING",
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": True,
            "index_method": IndexMethod.btree,
            "choices": Enum(
                "DocumentStatus",
                {
                    "PENDING": "PENDING",
                    "GENERATING": "GENERATING",
                    "GENERATED": "GENERATED",
                    "APPROVED": "APPROVED",
                    "REJECTED": "REJECTED",
                    "FAILED": "FAILED",
                },
            ),
            "db_column_name": None,
            "secret": False,
        },
        schema="assessment",
    )

    manager.add_column(
        table_class_name="Document",
        tablename="documents",
        column_name="title",
        db_column_name="title",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 300,
            "default": None,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="assessment",
    )

    manager.add_column(
        table_class_name="Document",
        tablename="documents",
        column_name="content",
        db_column_name="content",
        column_class_name="Text",
        column_class=Text,
        params={
            "default": None,
            "null": True,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="assessment",
    )

    manager.add_column(
        table_class_name="Document",
        tablename="documents",
        column_name="version",
        db_column_name="version",
        column_class_name="Integer",
        column_class=Integer,
        params={
            "default": 1,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="assessment",
    )

    manager.add_column(
        table_class_name="Document",
        tablename="documents",
        column_name="error",
        db_column_name="error",
        column_class_name="Text",
        column_class=Text,
        params={
            "default": None,
            "null": True,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="assessment",
    )

    manager.add_column(
        table_class_name="Document",
        tablename="documents",
        column_name="generated_at",
        db_column_name="generated_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": None,
            "null": True,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="assessment",
    )

    manager.add_column(
        table_class_name="Document",
        tablename="documents",
        column_name="reviewed_by",
        db_column_name="reviewed_by",
        column_class_name="ForeignKey",
        column_class=ForeignKey,
        params={
            "references": User,
            "on_delete": OnDelete.set_null,
            "on_update": OnUpdate.cascade,
            "target_column": None,
            "null": True,
            "primary_key": False,
            "unique": False,
            "index": True,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="assessment",
    )

    manager.add_column(
        table_class_name="Document",
        tablename="documents",
        column_name="reviewed_at",
        db_column_name="reviewed_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": None,
            "null": True,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="assessment",
    )

    manager.add_column(
        table_class_name="ApiKey",
        tablename="api_keys",
        column_name="id",
        db_column_name="id",
        column_class_name="UUID",
        column_class=UUID,
        params={
            "default": UUIDv7(),
            "null": False,
            "primary_key": True,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="identity",
    )

    manager.add_column(
        table_class_name="ApiKey",
        tablename="api_keys",
        column_name="created_at",
        db_column_name="created_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": TimestamptzNow(),
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="identity",
    )

    manager.add_column(
        table_class_name="ApiKey",
        tablename="api_keys",
        column_name="updated_at",
        db_column_name="updated_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": TimestamptzNow(),
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="identity",
    )

    manager.add_column(
        table_class_name="ApiKey",
        tablename="api_keys",
        column_name="user",
        db_column_name="user",
        column_class_name="ForeignKey",
        column_class=ForeignKey,
        params={
            "references": User,
            "on_delete": OnDelete.cascade,
            "on_update": OnUpdate.cascade,
            "target_column": None,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": True,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="identity",
    )

    manager.add_column(
        table_class_name="ApiKey",
        tablename="api_keys",
        column_name="name",
        db_column_name="name",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 100,
            "default": None,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="identity",
    )

    manager.add_column(
        table_class_name="ApiKey",
        tablename="api_keys",
        column_name="key_prefix",
        db_column_name="key_prefix",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 20,
            "default": None,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="identity",
    )

    manager.add_column(
        table_class_name="ApiKey",
        tablename="api_keys",
        column_name="key_hash",
        db_column_name="key_hash",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 64,
            "default": None,
            "null": False,
            "primary_key": False,
            "unique": True,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": True,
        },
        schema="identity",
    )

    manager.add_column(
        table_class_name="ApiKey",
        tablename="api_keys",
        column_name="scopes",
        db_column_name="scopes",
        column_class_name="Array",
        column_class=Array,
        params={
            "default": list,
            "base_column": Varchar(
                length=50,
                default="",
                null=False,
                primary_key=False,
                unique=False,
                index=False,
                index_method=IndexMethod.btree,
                choices=None,
                db_column_name=None,
                secret=False,
            ),
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="identity",
    )

    manager.add_column(
        table_class_name="ApiKey",
        tablename="api_keys",
        column_name="last_used_at",
        db_column_name="last_used_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": None,
            "null": True,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="identity",
    )

    manager.add_column(
        table_class_name="ApiKey",
        tablename="api_keys",
        column_name="expires_at",
        db_column_name="expires_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": None,
            "null": True,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="identity",
    )

    manager.add_column(
        table_class_name="ApiKey",
        tablename="api_keys",
        column_name="revoked_at",
        db_column_name="revoked_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": None,
            "null": True,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="identity",
    )

    manager.add_column(
        table_class_name="RefreshToken",
        tablename="refresh_tokens",
        column_name="id",
        db_column_name="id",
        column_class_name="UUID",
        column_class=UUID,
        params={
            "default": UUIDv7(),
            "null": False,
            "primary_key": True,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="identity",
    )

    manager.add_column(
        table_class_name="RefreshToken",
        tablename="refresh_tokens",
        column_name="created_at",
        db_column_name="created_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": TimestamptzNow(),
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="identity",
    )

    manager.add_column(
        table_class_name="RefreshToken",
        tablename="refresh_tokens",
        column_name="updated_at",
        db_column_name="updated_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": TimestamptzNow(),
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="identity",
    )

    manager.add_column(
        table_class_name="RefreshToken",
        tablename="refresh_tokens",
        column_name="user",
        db_column_name="user",
        column_class_name="ForeignKey",
        column_class=ForeignKey,
        params={
            "references": User,
            "on_delete": OnDelete.cascade,
            "on_update": OnUpdate.cascade,
            "target_column": None,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": True,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="identity",
    )

    manager.add_column(
        table_class_name="RefreshToken",
        tablename="refresh_tokens",
        column_name="session",
        db_column_name="session",
        column_class_name="ForeignKey",
        column_class=ForeignKey,
        params={
            "references": Session,
            "on_delete": OnDelete.cascade,
            "on_update": OnUpdate.cascade,
            "target_column": None,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": True,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="identity",
    )

    manager.add_column(
        table_class_name="RefreshToken",
        tablename="refresh_tokens",
        column_name="token_hash",
        db_column_name="token_hash",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 64,
            "default": None,
            "null": False,
            "primary_key": False,
            "unique": True,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": True,
        },
        schema="identity",
    )

    manager.add_column(
        table_class_name="RefreshToken",
        tablename="refresh_tokens",
        column_name="expires_at",
        db_column_name="expires_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": None,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": True,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="identity",
    )

    manager.add_column(
        table_class_name="RefreshToken",
        tablename="refresh_tokens",
        column_name="revoked_at",
        db_column_name="revoked_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": None,
            "null": True,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="identity",
    )

    manager.add_column(
        table_class_name="RefreshToken",
        tablename="refresh_tokens",
        column_name="replaced_by",
        db_column_name="replaced_by",
        column_class_name="ForeignKey",
        column_class=ForeignKey,
        params={
            "references": "self",
            "on_delete": OnDelete.set_null,
            "on_update": OnUpdate.cascade,
            "target_column": None,
            "null": True,
            "primary_key": False,
            "unique": False,
            "index": True,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="identity",
    )

    manager.add_column(
        table_class_name="Response",
        tablename="responses",
        column_name="id",
        db_column_name="id",
        column_class_name="UUID",
        column_class=UUID,
        params={
            "default": UUIDv7(),
            "null": False,
            "primary_key": True,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="assessment",
    )

    manager.add_column(
        table_class_name="Response",
        tablename="responses",
        column_name="created_at",
        db_column_name="created_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": TimestamptzNow(),
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="assessment",
    )

    manager.add_column(
        table_class_name="Response",
        tablename="responses",
        column_name="updated_at",
        db_column_name="updated_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": TimestamptzNow(),
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="assessment",
    )

    manager.add_column(
        table_class_name="Response",
        tablename="responses",
        column_name="session",
        db_column_name="session",
        column_class_name="ForeignKey",
        column_class=ForeignKey,
        params={
            "references": AssessmentSession,
            "on_delete": OnDelete.cascade,
            "on_update": OnUpdate.cascade,
            "target_column": None,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="assessment",
    )

    manager.add_column(
        table_class_name="Response",
        tablename="responses",
        column_name="question",
        db_column_name="question",
        column_class_name="ForeignKey",
        column_class=ForeignKey,
        params={
            "references": Question,
            "on_delete": OnDelete.restrict,
            "on_update": OnUpdate.cascade,
            "target_column": None,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": True,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="assessment",
    )

    manager.add_column(
        table_class_name="Response",
        tablename="responses",
        column_name="value",
        db_column_name="value",
        column_class_name="JSONB",
        column_class=JSONB,
        params={
            "default": None,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="assessment",
    )

    manager.add_column(
        table_class_name="Response",
        tablename="responses",
        column_name="answered_at",
        db_column_name="answered_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": TimestamptzNow(),
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="assessment",
    )

    manager.add_column(
        table_class_name="Device",
        tablename="devices",
        column_name="id",
        db_column_name="id",
        column_class_name="UUID",
        column_class=UUID,
        params={
            "default": UUIDv7(),
            "null": False,
            "primary_key": True,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="identity",
    )

    manager.add_column(
        table_class_name="Device",
        tablename="devices",
        column_name="created_at",
        db_column_name="created_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": TimestamptzNow(),
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="identity",
    )

    manager.add_column(
        table_class_name="Device",
        tablename="devices",
        column_name="updated_at",
        db_column_name="updated_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": TimestamptzNow(),
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="identity",
    )

    manager.add_column(
        table_class_name="Device",
        tablename="devices",
        column_name="user",
        db_column_name="user",
        column_class_name="ForeignKey",
        column_class=ForeignKey,
        params={
            "references": User,
            "on_delete": OnDelete.cascade,
            "on_update": OnUpdate.cascade,
            "target_column": None,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="identity",
    )

    manager.add_column(
        table_class_name="Device",
        tablename="devices",
        column_name="device_id",
        db_column_name="device_id",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 200,
            "default": None,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="identity",
    )

    manager.add_column(
        table_class_name="Device",
        tablename="devices",
        column_name="device_name",
        db_column_name="device_name",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 200,
            "default": None,
            "null": True,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="identity",
    )

    manager.add_column(
        table_class_name="Device",
        tablename="devices",
        column_name="device_type",
        db_column_name="device_type",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 50,
            "default": None,
            "null": True,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="identity",
    )

    manager.add_column(
        table_class_name="Device",
        tablename="devices",
        column_name="last_active_at",
        db_column_name="last_active_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": None,
            "null": True,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="identity",
    )

    manager.add_column(
        table_class_name="Fragment",
        tablename="fragments",
        column_name="id",
        db_column_name="id",
        column_class_name="UUID",
        column_class=UUID,
        params={
            "default": UUIDv7(),
            "null": False,
            "primary_key": True,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="projects",
    )

    manager.add_column(
        table_class_name="Fragment",
        tablename="fragments",
        column_name="created_at",
        db_column_name="created_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": TimestamptzNow(),
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="projects",
    )

    manager.add_column(
        table_class_name="Fragment",
        tablename="fragments",
        column_name="updated_at",
        db_column_name="updated_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": TimestamptzNow(),
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="projects",
    )

    manager.add_column(
        table_class_name="Fragment",
        tablename="fragments",
        column_name="message",
        db_column_name="message",
        column_class_name="ForeignKey",
        column_class=ForeignKey,
        params={
            "references": Message,
            "on_delete": OnDelete.cascade,
            "on_update": OnUpdate.cascade,
            "target_column": None,
            "null": False,
            "primary_key": False,
            "unique": True,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="projects",
    )

    manager.add_column(
        table_class_name="Fragment",
        tablename="fragments",
        column_name="sandbox_url",
        db_column_name="sandbox_url",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 2048,
            "default": None,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="projects",
    )

    manager.add_column(
        table_class_name="Fragment",
        tablename="fragments",
        column_name="title",
        db_column_name="title",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 200,
            "default": None,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="projects",
    )

    manager.add_column(
        table_class_name="Fragment",
        tablename="fragments",
        column_name="files",
        db_column_name="files",
        column_class_name="JSONB",
        column_class=JSONB,
        params={
            "default": "{}",
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="projects",
    )

    manager.add_column(
        table_class_name="Fragment",
        tablename="fragments",
        column_name="summary",
        db_column_name="summary",
        column_class_name="Text",
        column_class=Text,
        params={
            "default": None,
            "null": True,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="projects",
    )

    manager.add_column(
        table_class_name="Comment",
        tablename="comments",
        column_name="id",
        db_column_name="id",
        column_class_name="UUID",
        column_class=UUID,
        params={
            "default": UUIDv7(),
            "null": False,
            "primary_key": True,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="content",
    )

    manager.add_column(
        table_class_name="Comment",
        tablename="comments",
        column_name="created_at",
        db_column_name="created_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": TimestamptzNow(),
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="content",
    )

    manager.add_column(
        table_class_name="Comment",
        tablename="comments",
        column_name="updated_at",
        db_column_name="updated_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": TimestamptzNow(),
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="content",
    )

    manager.add_column(
        table_class_name="Comment",
        tablename="comments",
        column_name="post",
        db_column_name="post",
        column_class_name="ForeignKey",
        column_class=ForeignKey,
        params={
            "references": Post,
            "on_delete": OnDelete.cascade,
            "on_update": OnUpdate.cascade,
            "target_column": None,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="content",
    )

    manager.add_column(
        table_class_name="Comment",
        tablename="comments",
        column_name="author",
        db_column_name="author",
        column_class_name="ForeignKey",
        column_class=ForeignKey,
        params={
            "references": User,
            "on_delete": OnDelete.cascade,
            "on_update": OnUpdate.cascade,
            "target_column": None,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": True,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="content",
    )

    manager.add_column(
        table_class_name="Comment",
        tablename="comments",
        column_name="body",
        db_column_name="body",
        column_class_name="Text",
        column_class=Text,
        params={
            "default": None,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="content",
    )

    manager.add_column(
        table_class_name="Comment",
        tablename="comments",
        column_name="deleted_at",
        db_column_name="deleted_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": None,
            "null": True,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="content",
    )

    manager.add_column(
        table_class_name="Message",
        tablename="messages",
        column_name="id",
        db_column_name="id",
        column_class_name="UUID",
        column_class=UUID,
        params={
            "default": UUIDv7(),
            "null": False,
            "primary_key": True,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="projects",
    )

    manager.add_column(
        table_class_name="Message",
        tablename="messages",
        column_name="created_at",
        db_column_name="created_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": TimestamptzNow(),
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="projects",
    )

    manager.add_column(
        table_class_name="Message",
        tablename="messages",
        column_name="updated_at",
        db_column_name="updated_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": TimestamptzNow(),
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="projects",
    )

    manager.add_column(
        table_class_name="Message",
        tablename="messages",
        column_name="project",
        db_column_name="project",
        column_class_name="ForeignKey",
        column_class=ForeignKey,
        params={
            "references": Project,
            "on_delete": OnDelete.cascade,
            "on_update": OnUpdate.cascade,
            "target_column": None,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="projects",
    )

    manager.add_column(
        table_class_name="Message",
        tablename="messages",
        column_name="content",
        db_column_name="content",
        column_class_name="Text",
        column_class=Text,
        params={
            "default": None,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="projects",
    )

    manager.add_column(
        table_class_name="Message",
        tablename="messages",
        column_name="role",
        db_column_name="role",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 20,
            "default": None,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": Enum(
                "MessageRole", {"USER": "USER", "ASSISTANT": "ASSISTANT"}
            ),
            "db_column_name": None,
            "secret": False,
        },
        schema="projects",
    )

    manager.add_column(
        table_class_name="Message",
        tablename="messages",
        column_name="type",
        db_column_name="type",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 20,
            "default": "RESULT",
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": Enum(
                "MessageType", {"RESULT": "RESULT", "ERROR": "ERROR"}
            ),
            "db_column_name": None,
            "secret": False,
        },
        schema="projects",
    )

    manager.add_column(
        table_class_name="Post",
        tablename="posts",
        column_name="id",
        db_column_name="id",
        column_class_name="UUID",
        column_class=UUID,
        params={
            "default": UUIDv7(),
            "null": False,
            "primary_key": True,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="content",
    )

    manager.add_column(
        table_class_name="Post",
        tablename="posts",
        column_name="created_at",
        db_column_name="created_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": TimestamptzNow(),
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="content",
    )

    manager.add_column(
        table_class_name="Post",
        tablename="posts",
        column_name="updated_at",
        db_column_name="updated_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": TimestamptzNow(),
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="content",
    )

    manager.add_column(
        table_class_name="Post",
        tablename="posts",
        column_name="author",
        db_column_name="author",
        column_class_name="ForeignKey",
        column_class=ForeignKey,
        params={
            "references": User,
            "on_delete": OnDelete.cascade,
            "on_update": OnUpdate.cascade,
            "target_column": None,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="content",
    )

    manager.add_column(
        table_class_name="Post",
        tablename="posts",
        column_name="title",
        db_column_name="title",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 200,
            "default": None,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="content",
    )

    manager.add_column(
        table_class_name="Post",
        tablename="posts",
        column_name="slug",
        db_column_name="slug",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 200,
            "default": None,
            "null": False,
            "primary_key": False,
            "unique": True,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="content",
    )

    manager.add_column(
        table_class_name="Post",
        tablename="posts",
        column_name="content",
        db_column_name="content",
        column_class_name="Text",
        column_class=Text,
        params={
            "default": None,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="content",
    )

    manager.add_column(
        table_class_name="Post",
        tablename="posts",
        column_name="published",
        db_column_name="published",
        column_class_name="Boolean",
        column_class=Boolean,
        params={
            "default": False,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="content",
    )

    manager.add_column(
        table_class_name="Post",
        tablename="posts",
        column_name="published_at",
        db_column_name="published_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": None,
            "null": True,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="content",
    )

    manager.add_column(
        table_class_name="Post",
        tablename="posts",
        column_name="deleted_at",
        db_column_name="deleted_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": None,
            "null": True,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="content",
    )

    manager.add_column(
        table_class_name="Questionnaire",
        tablename="questionnaires",
        column_name="id",
        db_column_name="id",
        column_class_name="UUID",
        column_class=UUID,
        params={
            "default": UUIDv7(),
            "null": False,
            "primary_key": True,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="assessment",
    )

    manager.add_column(
        table_class_name="Questionnaire",
        tablename="questionnaires",
        column_name="created_at",
        db_column_name="created_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": TimestamptzNow(),
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="assessment",
    )

    manager.add_column(
        table_class_name="Questionnaire",
        tablename="questionnaires",
        column_name="updated_at",
        db_column_name="updated_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": TimestamptzNow(),
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="assessment",
    )

    manager.add_column(
        table_class_name="Questionnaire",
        tablename="questionnaires",
        column_name="organization",
        db_column_name="organization",
        column_class_name="ForeignKey",
        column_class=ForeignKey,
        params={
            "references": Organization,
            "on_delete": OnDelete.cascade,
            "on_update": OnUpdate.cascade,
            "target_column": None,
            "null": True,
            "primary_key": False,
            "unique": False,
            "index": True,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="assessment",
    )

    manager.add_column(
        table_class_name="Questionnaire",
        tablename="questionnaires",
        column_name="title",
        db_column_name="title",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 200,
            "default": None,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="assessment",
    )

    manager.add_column(
        table_class_name="Questionnaire",
        tablename="questionnaires",
        column_name="slug",
        db_column_name="slug",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 200,
            "default": None,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="assessment",
    )

    manager.add_column(
        table_class_name="Questionnaire",
        tablename="questionnaires",
        column_name="version",
        db_column_name="version",
        column_class_name="Integer",
        column_class=Integer,
        params={
            "default": 1,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="assessment",
    )

    manager.add_column(
        table_class_name="Questionnaire",
        tablename="questionnaires",
        column_name="description",
        db_column_name="description",
        column_class_name="Text",
        column_class=Text,
        params={
            "default": None,
            "null": True,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="assessment",
    )

    manager.add_column(
        table_class_name="Questionnaire",
        tablename="questionnaires",
        column_name="status",
        db_column_name="status",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 20,
            "default": "DRAFT",
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": Enum(
                "QuestionnaireStatus",
                {
                    "DRAFT": "DRAFT",
                    "PUBLISHED": "PUBLISHED",
                    "ARCHIVED": "ARCHIVED",
                },
            ),
            "db_column_name": None,
            "secret": False,
        },
        schema="assessment",
    )

    manager.add_column(
        table_class_name="RateLimit",
        tablename="rate_limits",
        column_name="id",
        db_column_name="id",
        column_class_name="UUID",
        column_class=UUID,
        params={
            "default": UUIDv7(),
            "null": False,
            "primary_key": True,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="operations",
    )

    manager.add_column(
        table_class_name="RateLimit",
        tablename="rate_limits",
        column_name="created_at",
        db_column_name="created_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": TimestamptzNow(),
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="operations",
    )

    manager.add_column(
        table_class_name="RateLimit",
        tablename="rate_limits",
        column_name="updated_at",
        db_column_name="updated_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": TimestamptzNow(),
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="operations",
    )

    manager.add_column(
        table_class_name="RateLimit",
        tablename="rate_limits",
        column_name="key",
        db_column_name="key",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 200,
            "default": None,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="operations",
    )

    manager.add_column(
        table_class_name="RateLimit",
        tablename="rate_limits",
        column_name="window_start",
        db_column_name="window_start",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": None,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="operations",
    )

    manager.add_column(
        table_class_name="RateLimit",
        tablename="rate_limits",
        column_name="attempts",
        db_column_name="attempts",
        column_class_name="Integer",
        column_class=Integer,
        params={
            "default": 0,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="operations",
    )

    manager.add_column(
        table_class_name="RateLimit",
        tablename="rate_limits",
        column_name="expires_at",
        db_column_name="expires_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": None,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": True,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="operations",
    )

    manager.add_column(
        table_class_name="PaymentTransaction",
        tablename="payment_transactions",
        column_name="id",
        db_column_name="id",
        column_class_name="UUID",
        column_class=UUID,
        params={
            "default": UUIDv7(),
            "null": False,
            "primary_key": True,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="payments",
    )

    manager.add_column(
        table_class_name="PaymentTransaction",
        tablename="payment_transactions",
        column_name="created_at",
        db_column_name="created_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": TimestamptzNow(),
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="payments",
    )

    manager.add_column(
        table_class_name="PaymentTransaction",
        tablename="payment_transactions",
        column_name="payment",
        db_column_name="payment",
        column_class_name="ForeignKey",
        column_class=ForeignKey,
        params={
            "references": Payment,
            "on_delete": OnDelete.cascade,
            "on_update": OnUpdate.cascade,
            "target_column": None,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="payments",
    )

    manager.add_column(
        table_class_name="PaymentTransaction",
        tablename="payment_transactions",
        column_name="transaction_type",
        db_column_name="transaction_type",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 20,
            "default": None,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": Enum(
                "TransactionType",
                {
                    "AUTHORIZATION": "AUTHORIZATION",
                    "CAPTURE": "CAPTURE",
                    "REFUND": "REFUND",
                    "VOID": "VOID",
                },
            ),
            "db_column_name": None,
            "secret": False,
        },
        schema="payments",
    )

    manager.add_column(
        table_class_name="PaymentTransaction",
        tablename="payment_transactions",
        column_name="amount",
        db_column_name="amount",
        column_class_name="Numeric",
        column_class=Numeric,
        params={
            "default": None,
            "digits": (10, 2),
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="payments",
    )

    manager.add_column(
        table_class_name="PaymentTransaction",
        tablename="payment_transactions",
        column_name="status",
        db_column_name="status",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 20,
            "default": None,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": Enum(
                "PaymentStatus",
                {
                    "PENDING": "PENDING",
                    "INITIATED": "INITIATED",
                    "PROCESSING": "PROCESSING",
                    "COMPLETED": "COMPLETED",
                    "FAILED": "FAILED",
                    "CANCELLED": "CANCELLED",
                },
            ),
            "db_column_name": None,
            "secret": False,
        },
        schema="payments",
    )

    manager.add_column(
        table_class_name="PaymentTransaction",
        tablename="payment_transactions",
        column_name="metadata",
        db_column_name="metadata",
        column_class_name="JSONB",
        column_class=JSONB,
        params={
            "default": "{}",
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="payments",
    )

    manager.add_column(
        table_class_name="Session",
        tablename="sessions",
        column_name="id",
        db_column_name="id",
        column_class_name="UUID",
        column_class=UUID,
        params={
            "default": UUIDv7(),
            "null": False,
            "primary_key": True,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="identity",
    )

    manager.add_column(
        table_class_name="Session",
        tablename="sessions",
        column_name="created_at",
        db_column_name="created_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": TimestamptzNow(),
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="identity",
    )

    manager.add_column(
        table_class_name="Session",
        tablename="sessions",
        column_name="updated_at",
        db_column_name="updated_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": TimestamptzNow(),
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="identity",
    )

    manager.add_column(
        table_class_name="Session",
        tablename="sessions",
        column_name="user",
        db_column_name="user",
        column_class_name="ForeignKey",
        column_class=ForeignKey,
        params={
            "references": User,
            "on_delete": OnDelete.cascade,
            "on_update": OnUpdate.cascade,
            "target_column": None,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": True,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="identity",
    )

    manager.add_column(
        table_class_name="Session",
        tablename="sessions",
        column_name="device",
        db_column_name="device",
        column_class_name="ForeignKey",
        column_class=ForeignKey,
        params={
            "references": Device,
            "on_delete": OnDelete.cascade,
            "on_update": OnUpdate.cascade,
            "target_column": None,
            "null": True,
            "primary_key": False,
            "unique": False,
            "index": True,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="identity",
    )

    manager.add_column(
        table_class_name="Session",
        tablename="sessions",
        column_name="access_token_hash",
        db_column_name="access_token_hash",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 64,
            "default": None,
            "null": False,
            "primary_key": False,
            "unique": True,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": True,
        },
        schema="identity",
    )

    manager.add_column(
        table_class_name="Session",
        tablename="sessions",
        column_name="expires_at",
        db_column_name="expires_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": None,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": True,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="identity",
    )

    manager.add_column(
        table_class_name="Session",
        tablename="sessions",
        column_name="ip_address",
        db_column_name="ip_address",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 45,
            "default": None,
            "null": True,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="identity",
    )

    manager.add_column(
        table_class_name="Session",
        tablename="sessions",
        column_name="user_agent",
        db_column_name="user_agent",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 512,
            "default": None,
            "null": True,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="identity",
    )

    manager.add_column(
        table_class_name="Session",
        tablename="sessions",
        column_name="revoked_at",
        db_column_name="revoked_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": None,
            "null": True,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="identity",
    )

    manager.add_column(
        table_class_name="DocumentType",
        tablename="document_types",
        column_name="id",
        db_column_name="id",
        column_class_name="UUID",
        column_class=UUID,
        params={
            "default": UUIDv7(),
            "null": False,
            "primary_key": True,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="assessment",
    )

    manager.add_column(
        table_class_name="DocumentType",
        tablename="document_types",
        column_name="created_at",
        db_column_name="created_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": TimestamptzNow(),
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="assessment",
    )

    manager.add_column(
        table_class_name="DocumentType",
        tablename="document_types",
        column_name="updated_at",
        db_column_name="updated_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": TimestamptzNow(),
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="assessment",
    )

    manager.add_column(
        table_class_name="DocumentType",
        tablename="document_types",
        column_name="name",
        db_column_name="name",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 200,
            "default": None,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="assessment",
    )

    manager.add_column(
        table_class_name="DocumentType",
        tablename="document_types",
        column_name="slug",
        db_column_name="slug",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 200,
            "default": None,
            "null": False,
            "primary_key": False,
            "unique": True,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="assessment",
    )

    manager.add_column(
        table_class_name="DocumentType",
        tablename="document_types",
        column_name="category",
        db_column_name="category",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 20,
            "default": None,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": True,
            "index_method": IndexMethod.btree,
            "choices": Enum(
                "DocumentCategory",
                {
                    "ENGINEERING": "ENGINEERING",
                    "BUSINESS": "BUSINESS",
                    "COMPLIANCE": "COMPLIANCE",
                    "OPERATIONS": "OPERATIONS",
                },
            ),
            "db_column_name": None,
            "secret": False,
        },
        schema="assessment",
    )

    manager.add_column(
        table_class_name="DocumentType",
        tablename="document_types",
        column_name="description",
        db_column_name="description",
        column_class_name="Text",
        column_class=Text,
        params={
            "default": None,
            "null": True,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="assessment",
    )

    manager.add_column(
        table_class_name="DocumentType",
        tablename="document_types",
        column_name="template",
        db_column_name="template",
        column_class_name="Text",
        column_class=Text,
        params={
            "default": None,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="assessment",
    )

    manager.add_column(
        table_class_name="Payment",
        tablename="payments",
        column_name="id",
        db_column_name="id",
        column_class_name="UUID",
        column_class=UUID,
        params={
            "default": UUIDv7(),
            "null": False,
            "primary_key": True,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="payments",
    )

    manager.add_column(
        table_class_name="Payment",
        tablename="payments",
        column_name="created_at",
        db_column_name="created_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": TimestamptzNow(),
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="payments",
    )

    manager.add_column(
        table_class_name="Payment",
        tablename="payments",
        column_name="updated_at",
        db_column_name="updated_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": TimestamptzNow(),
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="payments",
    )

    manager.add_column(
        table_class_name="Payment",
        tablename="payments",
        column_name="user",
        db_column_name="user",
        column_class_name="ForeignKey",
        column_class=ForeignKey,
        params={
            "references": User,
            "on_delete": OnDelete.restrict,
            "on_update": OnUpdate.cascade,
            "target_column": None,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="payments",
    )

    manager.add_column(
        table_class_name="Payment",
        tablename="payments",
        column_name="amount",
        db_column_name="amount",
        column_class_name="Numeric",
        column_class=Numeric,
        params={
            "default": None,
            "digits": (10, 2),
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="payments",
    )

    manager.add_column(
        table_class_name="Payment",
        tablename="payments",
        column_name="currency",
        db_column_name="currency",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 3,
            "default": "USD",
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="payments",
    )

    manager.add_column(
        table_class_name="Payment",
        tablename="payments",
        column_name="status",
        db_column_name="status",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 20,
            "default": "PENDING",
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": True,
            "index_method": IndexMethod.btree,
            "choices": Enum(
                "PaymentStatus",
                {
                    "PENDING": "PENDING",
                    "INITIATED": "INITIATED",
                    "PROCESSING": "PROCESSING",
                    "COMPLETED": "COMPLETED",
                    "FAILED": "FAILED",
                    "CANCELLED": "CANCELLED",
                },
            ),
            "db_column_name": None,
            "secret": False,
        },
        schema="payments",
    )

    manager.add_column(
        table_class_name="Payment",
        tablename="payments",
        column_name="type",
        db_column_name="type",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 20,
            "default": "PAYMENT",
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": Enum(
                "PaymentType", {"INITIATE": "INITIATE", "PAYMENT": "PAYMENT"}
            ),
            "db_column_name": None,
            "secret": False,
        },
        schema="payments",
    )

    manager.add_column(
        table_class_name="Payment",
        tablename="payments",
        column_name="description",
        db_column_name="description",
        column_class_name="Text",
        column_class=Text,
        params={
            "default": None,
            "null": True,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="payments",
    )

    manager.add_column(
        table_class_name="Payment",
        tablename="payments",
        column_name="metadata",
        db_column_name="metadata",
        column_class_name="JSONB",
        column_class=JSONB,
        params={
            "default": "{}",
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="payments",
    )

    manager.add_column(
        table_class_name="Payment",
        tablename="payments",
        column_name="idempotency_key",
        db_column_name="idempotency_key",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 200,
            "default": None,
            "null": True,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="payments",
    )

    manager.add_column(
        table_class_name="Course",
        tablename="courses",
        column_name="id",
        db_column_name="id",
        column_class_name="UUID",
        column_class=UUID,
        params={
            "default": UUIDv7(),
            "null": False,
            "primary_key": True,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="catalog",
    )

    manager.add_column(
        table_class_name="Course",
        tablename="courses",
        column_name="created_at",
        db_column_name="created_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": TimestamptzNow(),
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="catalog",
    )

    manager.add_column(
        table_class_name="Course",
        tablename="courses",
        column_name="updated_at",
        db_column_name="updated_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": TimestamptzNow(),
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="catalog",
    )

    manager.add_column(
        table_class_name="Course",
        tablename="courses",
        column_name="university",
        db_column_name="university",
        column_class_name="ForeignKey",
        column_class=ForeignKey,
        params={
            "references": University,
            "on_delete": OnDelete.cascade,
            "on_update": OnUpdate.cascade,
            "target_column": None,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="catalog",
    )

    manager.add_column(
        table_class_name="Course",
        tablename="courses",
        column_name="name",
        db_column_name="name",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 200,
            "default": None,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="catalog",
    )

    manager.add_column(
        table_class_name="Course",
        tablename="courses",
        column_name="code",
        db_column_name="code",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 50,
            "default": None,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="catalog",
    )

    manager.add_column(
        table_class_name="Course",
        tablename="courses",
        column_name="description",
        db_column_name="description",
        column_class_name="Text",
        column_class=Text,
        params={
            "default": None,
            "null": True,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="catalog",
    )

    manager.add_column(
        table_class_name="Course",
        tablename="courses",
        column_name="level",
        db_column_name="level",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 20,
            "default": None,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": True,
            "index_method": IndexMethod.btree,
            "choices": Enum(
                "CourseLevel",
                {
                    "BACHELOR": "BACHELOR",
                    "MASTER": "MASTER",
                    "DOCTORATE": "DOCTORATE",
                    "DIPLOMA": "DIPLOMA",
                    "CERTIFICATE": "CERTIFICATE",
                },
            ),
            "db_column_name": None,
            "secret": False,
        },
        schema="catalog",
    )

    manager.add_column(
        table_class_name="Course",
        tablename="courses",
        column_name="credits",
        db_column_name="credits",
        column_class_name="Integer",
        column_class=Integer,
        params={
            "default": None,
            "null": True,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="catalog",
    )

    manager.add_column(
        table_class_name="Course",
        tablename="courses",
        column_name="duration_months",
        db_column_name="duration_months",
        column_class_name="Integer",
        column_class=Integer,
        params={
            "default": None,
            "null": True,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="catalog",
    )

    manager.add_column(
        table_class_name="Course",
        tablename="courses",
        column_name="tuition",
        db_column_name="tuition",
        column_class_name="Numeric",
        column_class=Numeric,
        params={
            "default": None,
            "digits": (10, 2),
            "null": True,
            "primary_key": False,
            "unique": False,
            "index": True,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="catalog",
    )

    manager.add_column(
        table_class_name="Course",
        tablename="courses",
        column_name="currency",
        db_column_name="currency",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 3,
            "default": "USD",
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="catalog",
    )

    manager.add_column(
        table_class_name="Course",
        tablename="courses",
        column_name="language",
        db_column_name="language",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 50,
            "default": None,
            "null": True,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="catalog",
    )

    manager.add_column(
        table_class_name="Course",
        tablename="courses",
        column_name="is_active",
        db_column_name="is_active",
        column_class_name="Boolean",
        column_class=Boolean,
        params={
            "default": True,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="catalog",
    )

    manager.add_constraint(
        table_class_name="University",
        tablename="universities",
        constraint_name="universities_slug_shape_5d891efd",
        constraint_class=Check,
        params={"condition": "\"slug\" ~ '^[a-z0-9]+(-[a-z0-9]+)*$'"},
        schema="catalog",
    )

    manager.add_constraint(
        table_class_name="University",
        tablename="universities",
        constraint_name="universities_country_code_shape_20f256e5",
        constraint_class=Check,
        params={"condition": "\"country_code\" ~ '^[A-Z][A-Z]$'"},
        schema="catalog",
    )

    manager.add_constraint(
        table_class_name="University",
        tablename="universities",
        constraint_name="universities_website_shape_ee35c816",
        constraint_class=Check,
        params={"condition": "\"website\" ~ '^https?://\\S+$'"},
        schema="catalog",
    )

    manager.add_constraint(
        table_class_name="University",
        tablename="universities",
        constraint_name="universities_domains_shape_96902b1e",
        constraint_class=Check,
        params={
            "condition": 'coalesce(array_ndims("domains"), 1) = 1 and array_position("domains", null) is null'
        },
        schema="catalog",
    )

    manager.add_constraint(
        table_class_name="University",
        tablename="universities",
        constraint_name="universities_settings_shape_c81253ec",
        constraint_class=Check,
        params={"condition": "jsonb_typeof(\"settings\") = 'object'"},
        schema="catalog",
    )

    manager.add_constraint(
        table_class_name="University",
        tablename="universities",
        constraint_name="universities_analytics_shape_f2a9c8c1",
        constraint_class=Check,
        params={"condition": "jsonb_typeof(\"analytics\") = 'object'"},
        schema="catalog",
    )

    manager.add_constraint(
        table_class_name="University",
        tablename="universities",
        constraint_name="universities_verified_at_known_6a24995a",
        constraint_class=Check,
        params={"condition": 'not "is_verified" or "verified_at" is not null'},
        schema="catalog",
    )

    manager.add_constraint(
        table_class_name="University",
        tablename="universities",
        constraint_name="universities_name_filled_565ae154",
        constraint_class=Check,
        params={"condition": "\"name\" ~ '\\S'"},
        schema="catalog",
    )

    manager.add_constraint(
        table_class_name="University",
        tablename="universities",
        constraint_name="universities_country_filled_9b099478",
        constraint_class=Check,
        params={"condition": "\"country\" ~ '\\S'"},
        schema="catalog",
    )

    manager.add_constraint(
        table_class_name="MagicLink",
        tablename="magic_links",
        constraint_name="magic_links_token_hash_shape_bcf821a0",
        constraint_class=Check,
        params={
            "condition": 'char_length("token_hash") = 64 and "token_hash" ~ \'^[0-9a-f]+$\''
        },
        schema="identity",
    )

    manager.add_constraint(
        table_class_name="MagicLink",
        tablename="magic_links",
        constraint_name="magic_links_email_shape_988af444",
        constraint_class=Check,
        params={"condition": "\"email\" ~ '^[^@\\s]+@[^@\\s]+$'"},
        schema="identity",
    )

    manager.add_constraint(
        table_class_name="SystemConfig",
        tablename="system_configs",
        constraint_name="system_configs_key_shape_15d5f558",
        constraint_class=Check,
        params={"condition": "\"key\" ~ '^[a-z0-9_]+(\\.[a-z0-9_]+)*$'"},
        schema="operations",
    )

    manager.add_constraint(
        table_class_name="SystemConfig",
        tablename="system_configs",
        constraint_name="system_configs_description_length_89d09816",
        constraint_class=Check,
        params={"condition": 'char_length("description") between 0 and 1000'},
        schema="operations",
    )

    manager.add_constraint(
        table_class_name="AuditLog",
        tablename="audit_logs",
        constraint_name="audit_logs_details_shape_f4513fb7",
        constraint_class=Check,
        params={"condition": "jsonb_typeof(\"details\") = 'object'"},
        schema="operations",
    )

    manager.add_constraint(
        table_class_name="AuditLog",
        tablename="audit_logs",
        constraint_name="audit_logs_action_filled_053ba777",
        constraint_class=Check,
        params={"condition": "\"action\" ~ '\\S'"},
        schema="operations",
    )

    manager.add_constraint(
        table_class_name="AuditLog",
        tablename="audit_logs",
        constraint_name="audit_logs_resource_type_filled_1b101182",
        constraint_class=Check,
        params={"condition": "\"resource_type\" ~ '\\S'"},
        schema="operations",
    )

    manager.add_constraint(
        table_class_name="EngineeringStandard",
        tablename="engineering_standards",
        constraint_name="engineering_standards_description_length_0086bae8",
        constraint_class=Check,
        params={"condition": 'char_length("description") between 0 and 10000'},
        schema="assessment",
    )

    manager.add_constraint(
        table_class_name="EngineeringStandard",
        tablename="engineering_standards",
        constraint_name="engineering_standards_principles_shape_90468c33",
        constraint_class=Check,
        params={"condition": "jsonb_typeof(\"principles\") = 'array'"},
        schema="assessment",
    )

    manager.add_constraint(
        table_class_name="EngineeringStandard",
        tablename="engineering_standards",
        constraint_name="engineering_standards_code_filled_6696e076",
        constraint_class=Check,
        params={"condition": "\"code\" ~ '\\S'"},
        schema="assessment",
    )

    manager.add_constraint(
        table_class_name="EngineeringStandard",
        tablename="engineering_standards",
        constraint_name="engineering_standards_title_filled_490b60f0",
        constraint_class=Check,
        params={"condition": "\"title\" ~ '\\S'"},
        schema="assessment",
    )

    manager.add_constraint(
        table_class_name="EngineeringStandard",
        tablename="engineering_standards",
        constraint_name="engineering_standards_category_values_083a3987",
        constraint_class=Check,
        params={
            "condition": "\"category\"::text in ('MODERN_ARCHITECTURE', 'AI_ASSISTED_DEVELOPMENT', 'CODING', 'TESTING_QA', 'SECURITY_DEVSECOPS', 'WORKFLOW', 'DOCUMENTATION')"
        },
        schema="assessment",
    )

    manager.add_constraint(
        table_class_name="User",
        tablename="users",
        constraint_name="users_email_shape_988af444",
        constraint_class=Check,
        params={"condition": "\"email\" ~ '^[^@\\s]+@[^@\\s]+$'"},
        schema="identity",
    )

    manager.add_constraint(
        table_class_name="User",
        tablename="users",
        constraint_name="users_password_hash_shape_5b9e5549",
        constraint_class=Check,
        params={"condition": "\"password_hash\" like '$argon2id$%'"},
        schema="identity",
    )

    manager.add_constraint(
        table_class_name="User",
        tablename="users",
        constraint_name="users_name_filled_565ae154",
        constraint_class=Check,
        params={"condition": "\"name\" ~ '\\S'"},
        schema="identity",
    )

    manager.add_constraint(
        table_class_name="User",
        tablename="users",
        constraint_name="users_role_values_46ef1c9b",
        constraint_class=Check,
        params={
            "condition": "\"role\"::text in ('ADMIN', 'STAFF', 'VENDOR', 'CUSTOMER', 'USER')"
        },
        schema="identity",
    )

    manager.add_constraint(
        table_class_name="User",
        tablename="users",
        constraint_name="users_status_values_9568a6e1",
        constraint_class=Check,
        params={
            "condition": "\"status\"::text in ('PENDING', 'ACTIVE', 'SUSPENDED')"
        },
        schema="identity",
    )

    manager.add_constraint(
        table_class_name="Section",
        tablename="sections",
        constraint_name="sections_questionnaire_position_key",
        constraint_class=Unique,
        params={"columns": ["questionnaire", "position"], "nulls_distinct": True},
        schema="assessment",
    )

    manager.add_constraint(
        table_class_name="Section",
        tablename="sections",
        constraint_name="sections_description_length_0086bae8",
        constraint_class=Check,
        params={"condition": 'char_length("description") between 0 and 10000'},
        schema="assessment",
    )

    manager.add_constraint(
        table_class_name="Section",
        tablename="sections",
        constraint_name="sections_position_range_95ae3aab",
        constraint_class=Check,
        params={"condition": '"position" >= 0'},
        schema="assessment",
    )

    manager.add_constraint(
        table_class_name="Section",
        tablename="sections",
        constraint_name="sections_title_filled_490b60f0",
        constraint_class=Check,
        params={"condition": "\"title\" ~ '\\S'"},
        schema="assessment",
    )

    manager.add_constraint(
        table_class_name="DocumentTypeStandard",
        tablename="document_type_standards",
        constraint_name="document_type_standards_document_type_standard_key",
        constraint_class=Unique,
        params={"columns": ["document_type", "standard"], "nulls_distinct": True},
        schema="assessment",
    )

    manager.add_constraint(
        table_class_name="DocumentTypeStandard",
        tablename="document_type_standards",
        constraint_name="document_type_standards_priority_range_e6a9ccab",
        constraint_class=Check,
        params={"condition": '"priority" >= 0'},
        schema="assessment",
    )

    manager.add_constraint(
        table_class_name="Organization",
        tablename="organizations",
        constraint_name="organizations_slug_shape_5d891efd",
        constraint_class=Check,
        params={"condition": "\"slug\" ~ '^[a-z0-9]+(-[a-z0-9]+)*$'"},
        schema="identity",
    )

    manager.add_constraint(
        table_class_name="Organization",
        tablename="organizations",
        constraint_name="organizations_settings_shape_c81253ec",
        constraint_class=Check,
        params={"condition": "jsonb_typeof(\"settings\") = 'object'"},
        schema="identity",
    )

    manager.add_constraint(
        table_class_name="Organization",
        tablename="organizations",
        constraint_name="organizations_name_filled_565ae154",
        constraint_class=Check,
        params={"condition": "\"name\" ~ '\\S'"},
        schema="identity",
    )

    manager.add_constraint(
        table_class_name="Event",
        tablename="events",
        constraint_name="events_data_shape_9c57f302",
        constraint_class=Check,
        params={"condition": "jsonb_typeof(\"data\") = 'object'"},
        schema="operations",
    )

    manager.add_constraint(
        table_class_name="Event",
        tablename="events",
        constraint_name="events_attempts_range_bf5f0bfb",
        constraint_class=Check,
        params={"condition": '"attempts" >= 0'},
        schema="operations",
    )

    manager.add_constraint(
        table_class_name="Event",
        tablename="events",
        constraint_name="events_last_error_length_98360208",
        constraint_class=Check,
        params={"condition": 'char_length("last_error") between 0 and 10000'},
        schema="operations",
    )

    manager.add_constraint(
        table_class_name="Event",
        tablename="events",
        constraint_name="events_one_end_d802c900",
        constraint_class=Check,
        params={"condition": '"delivered_at" is null or "dead_at" is null'},
        schema="operations",
    )

    manager.add_constraint(
        table_class_name="Event",
        tablename="events",
        constraint_name="events_name_filled_565ae154",
        constraint_class=Check,
        params={"condition": "\"name\" ~ '\\S'"},
        schema="operations",
    )

    manager.add_constraint(
        table_class_name="AssessmentSession",
        tablename="assessment_sessions",
        constraint_name="assessment_sessions_progress_range_0ec5974b",
        constraint_class=Check,
        params={"condition": '"progress" between 0 and 100'},
        schema="assessment",
    )

    manager.add_constraint(
        table_class_name="AssessmentSession",
        tablename="assessment_sessions",
        constraint_name="assessment_sessions_completed_at_known_9ce25a48",
        constraint_class=Check,
        params={
            "condition": '"status" <> \'COMPLETED\' or "completed_at" is not null'
        },
        schema="assessment",
    )

    manager.add_constraint(
        table_class_name="AssessmentSession",
        tablename="assessment_sessions",
        constraint_name="assessment_sessions_status_values_9bc621b0",
        constraint_class=Check,
        params={
            "condition": "\"status\"::text in ('IN_PROGRESS', 'COMPLETED', 'ABANDONED')"
        },
        schema="assessment",
    )

    manager.add_constraint(
        table_class_name="VisibilityRule",
        tablename="visibility_rules",
        constraint_name="visibility_rules_condition_shape_8c0356b0",
        constraint_class=Check,
        params={"condition": "jsonb_typeof(\"condition\") = 'object'"},
        schema="assessment",
    )

    manager.add_constraint(
        table_class_name="VisibilityRule",
        tablename="visibility_rules",
        constraint_name="visibility_rules_action_values_8abcafd7",
        constraint_class=Check,
        params={
            "condition": "\"action\"::text in ('SHOW', 'HIDE', 'REQUIRE', 'UNREQUIRE')"
        },
        schema="assessment",
    )

    manager.add_constraint(
        table_class_name="Project",
        tablename="projects",
        constraint_name="projects_owner_name_key",
        constraint_class=Unique,
        params={"columns": ["owner", "name"], "nulls_distinct": True},
        schema="projects",
    )

    manager.add_constraint(
        table_class_name="Project",
        tablename="projects",
        constraint_name="projects_name_shape_538844b8",
        constraint_class=Check,
        params={"condition": "\"name\" ~ '^[a-z0-9]+(-[a-z0-9]+)*$'"},
        schema="projects",
    )

    manager.add_constraint(
        table_class_name="UserProfile",
        tablename="user_profiles",
        constraint_name="user_profiles_avatar_url_shape_4dabf8d7",
        constraint_class=Check,
        params={"condition": "\"avatar_url\" ~ '^https?://\\S+$'"},
        schema="identity",
    )

    manager.add_constraint(
        table_class_name="UserProfile",
        tablename="user_profiles",
        constraint_name="user_profiles_address_length_097bfb5f",
        constraint_class=Check,
        params={"condition": 'char_length("address") between 0 and 1000'},
        schema="identity",
    )

    manager.add_constraint(
        table_class_name="UserProfile",
        tablename="user_profiles",
        constraint_name="user_profiles_bio_length_b685008d",
        constraint_class=Check,
        params={"condition": 'char_length("bio") between 0 and 5000'},
        schema="identity",
    )

    manager.add_constraint(
        table_class_name="UserProfile",
        tablename="user_profiles",
        constraint_name="user_profiles_preferences_shape_8a99a6ae",
        constraint_class=Check,
        params={"condition": "jsonb_typeof(\"preferences\") = 'object'"},
        schema="identity",
    )

    manager.add_constraint(
        table_class_name="Question",
        tablename="questions",
        constraint_name="questions_questionnaire_key_key",
        constraint_class=Unique,
        params={"columns": ["questionnaire", "key"], "nulls_distinct": True},
        schema="assessment",
    )

    manager.add_constraint(
        table_class_name="Question",
        tablename="questions",
        constraint_name="questions_key_shape_8a0ede24",
        constraint_class=Check,
        params={"condition": "\"key\" ~ '^[A-Za-z][A-Za-z0-9_.-]*$'"},
        schema="assessment",
    )

    manager.add_constraint(
        table_class_name="Question",
        tablename="questions",
        constraint_name="questions_text_length_d841184a",
        constraint_class=Check,
        params={"condition": 'char_length("text") between 1 and 2000'},
        schema="assessment",
    )

    manager.add_constraint(
        table_class_name="Question",
        tablename="questions",
        constraint_name="questions_help_text_length_63573667",
        constraint_class=Check,
        params={"condition": 'char_length("help_text") between 0 and 2000'},
        schema="assessment",
    )

    manager.add_constraint(
        table_class_name="Question",
        tablename="questions",
        constraint_name="questions_options_shape_7eaa6f77",
        constraint_class=Check,
        params={"condition": "jsonb_typeof(\"options\") in ('array', 'object')"},
        schema="assessment",
    )

    manager.add_constraint(
        table_class_name="Question",
        tablename="questions",
        constraint_name="questions_validation_shape_372f3ded",
        constraint_class=Check,
        params={"condition": "jsonb_typeof(\"validation\") = 'object'"},
        schema="assessment",
    )

    manager.add_constraint(
        table_class_name="Question",
        tablename="questions",
        constraint_name="questions_position_range_95ae3aab",
        constraint_class=Check,
        params={"condition": '"position" >= 0'},
        schema="assessment",
    )

    manager.add_constraint(
        table_class_name="Question",
        tablename="questions",
        constraint_name="questions_type_values_b0b1b04f",
        constraint_class=Check,
        params={
            "condition": "\"type\"::text in ('TEXT', 'TEXTAREA', 'NUMBER', 'EMAIL', 'URL', 'DATE', 'SINGLE_CHOICE', 'MULTIPLE_CHOICE', 'SCALE', 'MATRIX', 'FILE_UPLOAD')"
        },
        schema="assessment",
    )

    manager.add_constraint(
        table_class_name="Document",
        tablename="documents",
        constraint_name="documents_content_length_851feaa1",
        constraint_class=Check,
        params={"condition": 'char_length("content") between 0 and 1000000'},
        schema="assessment",
    )

    manager.add_constraint(
        table_class_name="Document",
        tablename="documents",
        constraint_name="documents_version_range_bd5b4cfa",
        constraint_class=Check,
        params={"condition": '"version" >= 1'},
        schema="assessment",
    )

    manager.add_constraint(
        table_class_name="Document",
        tablename="documents",
        constraint_name="documents_error_length_1facf2d5",
        constraint_class=Check,
        params={"condition": 'char_length("error") between 0 and 10000'},
        schema="assessment",
    )

    manager.add_constraint(
        table_class_name="Document",
        tablename="documents",
        constraint_name="documents_status_values_d2dabd26",
        constraint_class=Check,
        params={
            "condition": "\"status\"::text in ('PENDING', 'GENERATING', 'GENERATED', 'APPROVED', 'REJECTED', 'FAILED')"
        },
        schema="assessment",
    )

    manager.add_constraint(
        table_class_name="Document",
        tablename="documents",
        constraint_name="documents_title_filled_490b60f0",
        constraint_class=Check,
        params={"condition": "\"title\" ~ '\\S'"},
        schema="assessment",
    )

    manager.add_constraint(
        table_class_name="ApiKey",
        tablename="api_keys",
        constraint_name="api_keys_key_hash_shape_82c5cb21",
        constraint_class=Check,
        params={
            "condition": 'char_length("key_hash") = 64 and "key_hash" ~ \'^[0-9a-f]+$\''
        },
        schema="identity",
    )

    manager.add_constraint(
        table_class_name="ApiKey",
        tablename="api_keys",
        constraint_name="api_keys_scopes_shape_f5e4e2d7",
        constraint_class=Check,
        params={
            "condition": 'coalesce(array_ndims("scopes"), 1) = 1 and array_position("scopes", null) is null'
        },
        schema="identity",
    )

    manager.add_constraint(
        table_class_name="ApiKey",
        tablename="api_keys",
        constraint_name="api_keys_name_filled_565ae154",
        constraint_class=Check,
        params={"condition": "\"name\" ~ '\\S'"},
        schema="identity",
    )

    manager.add_constraint(
        table_class_name="ApiKey",
        tablename="api_keys",
        constraint_name="api_keys_key_prefix_filled_7b65b46d",
        constraint_class=Check,
        params={"condition": "\"key_prefix\" ~ '\\S'"},
        schema="identity",
    )

    manager.add_constraint(
        table_class_name="RefreshToken",
        tablename="refresh_tokens",
        constraint_name="refresh_tokens_token_hash_shape_bcf821a0",
        constraint_class=Check,
        params={
            "condition": 'char_length("token_hash") = 64 and "token_hash" ~ \'^[0-9a-f]+$\''
        },
        schema="identity",
    )

    manager.add_constraint(
        table_class_name="Response",
        tablename="responses",
        constraint_name="responses_session_question_key",
        constraint_class=Unique,
        params={"columns": ["session", "question"], "nulls_distinct": True},
        schema="assessment",
    )

    manager.add_constraint(
        table_class_name="Device",
        tablename="devices",
        constraint_name="devices_user_device_id_key",
        constraint_class=Unique,
        params={"columns": ["user", "device_id"], "nulls_distinct": True},
        schema="identity",
    )

    manager.add_constraint(
        table_class_name="Device",
        tablename="devices",
        constraint_name="devices_device_id_filled_567add4c",
        constraint_class=Check,
        params={"condition": "\"device_id\" ~ '\\S'"},
        schema="identity",
    )

    manager.add_constraint(
        table_class_name="Fragment",
        tablename="fragments",
        constraint_name="fragments_sandbox_url_shape_cb9f7eb5",
        constraint_class=Check,
        params={"condition": "\"sandbox_url\" ~ '^https?://\\S+$'"},
        schema="projects",
    )

    manager.add_constraint(
        table_class_name="Fragment",
        tablename="fragments",
        constraint_name="fragments_files_shape_2e198488",
        constraint_class=Check,
        params={"condition": "jsonb_typeof(\"files\") = 'object'"},
        schema="projects",
    )

    manager.add_constraint(
        table_class_name="Fragment",
        tablename="fragments",
        constraint_name="fragments_summary_length_492a8405",
        constraint_class=Check,
        params={"condition": 'char_length("summary") between 0 and 10000'},
        schema="projects",
    )

    manager.add_constraint(
        table_class_name="Fragment",
        tablename="fragments",
        constraint_name="fragments_title_filled_490b60f0",
        constraint_class=Check,
        params={"condition": "\"title\" ~ '\\S'"},
        schema="projects",
    )

    manager.add_constraint(
        table_class_name="Comment",
        tablename="comments",
        constraint_name="comments_body_length_53bdaaf9",
        constraint_class=Check,
        params={"condition": 'char_length("body") between 1 and 10000'},
        schema="content",
    )

    manager.add_constraint(
        table_class_name="Message",
        tablename="messages",
        constraint_name="messages_content_length_144e7714",
        constraint_class=Check,
        params={"condition": 'char_length("content") between 1 and 10000'},
        schema="projects",
    )

    manager.add_constraint(
        table_class_name="Message",
        tablename="messages",
        constraint_name="messages_role_values_f1628c78",
        constraint_class=Check,
        params={"condition": "\"role\"::text in ('USER', 'ASSISTANT')"},
        schema="projects",
    )

    manager.add_constraint(
        table_class_name="Message",
        tablename="messages",
        constraint_name="messages_type_values_ea82be4a",
        constraint_class=Check,
        params={"condition": "\"type\"::text in ('RESULT', 'ERROR')"},
        schema="projects",
    )

    manager.add_constraint(
        table_class_name="Post",
        tablename="posts",
        constraint_name="posts_slug_shape_5d891efd",
        constraint_class=Check,
        params={"condition": "\"slug\" ~ '^[a-z0-9]+(-[a-z0-9]+)*$'"},
        schema="content",
    )

    manager.add_constraint(
        table_class_name="Post",
        tablename="posts",
        constraint_name="posts_content_length_75b00944",
        constraint_class=Check,
        params={"condition": 'char_length("content") between 0 and 100000'},
        schema="content",
    )

    manager.add_constraint(
        table_class_name="Post",
        tablename="posts",
        constraint_name="posts_published_at_known_6aa66ee8",
        constraint_class=Check,
        params={"condition": 'not "published" or "published_at" is not null'},
        schema="content",
    )

    manager.add_constraint(
        table_class_name="Post",
        tablename="posts",
        constraint_name="posts_title_filled_490b60f0",
        constraint_class=Check,
        params={"condition": "\"title\" ~ '\\S'"},
        schema="content",
    )

    manager.add_constraint(
        table_class_name="Questionnaire",
        tablename="questionnaires",
        constraint_name="questionnaires_slug_version_key",
        constraint_class=Unique,
        params={"columns": ["slug", "version"], "nulls_distinct": True},
        schema="assessment",
    )

    manager.add_constraint(
        table_class_name="Questionnaire",
        tablename="questionnaires",
        constraint_name="questionnaires_slug_shape_5d891efd",
        constraint_class=Check,
        params={"condition": "\"slug\" ~ '^[a-z0-9]+(-[a-z0-9]+)*$'"},
        schema="assessment",
    )

    manager.add_constraint(
        table_class_name="Questionnaire",
        tablename="questionnaires",
        constraint_name="questionnaires_version_range_bd5b4cfa",
        constraint_class=Check,
        params={"condition": '"version" >= 1'},
        schema="assessment",
    )

    manager.add_constraint(
        table_class_name="Questionnaire",
        tablename="questionnaires",
        constraint_name="questionnaires_description_length_0086bae8",
        constraint_class=Check,
        params={"condition": 'char_length("description") between 0 and 10000'},
        schema="assessment",
    )

    manager.add_constraint(
        table_class_name="Questionnaire",
        tablename="questionnaires",
        constraint_name="questionnaires_title_filled_490b60f0",
        constraint_class=Check,
        params={"condition": "\"title\" ~ '\\S'"},
        schema="assessment",
    )

    manager.add_constraint(
        table_class_name="Questionnaire",
        tablename="questionnaires",
        constraint_name="questionnaires_status_values_e4074de2",
        constraint_class=Check,
        params={
            "condition": "\"status\"::text in ('DRAFT', 'PUBLISHED', 'ARCHIVED')"
        },
        schema="assessment",
    )

    manager.add_constraint(
        table_class_name="RateLimit",
        tablename="rate_limits",
        constraint_name="rate_limits_key_window_start_key",
        constraint_class=Unique,
        params={"columns": ["key", "window_start"], "nulls_distinct": True},
        schema="operations",
    )

    manager.add_constraint(
        table_class_name="RateLimit",
        tablename="rate_limits",
        constraint_name="rate_limits_attempts_range_bf5f0bfb",
        constraint_class=Check,
        params={"condition": '"attempts" >= 0'},
        schema="operations",
    )

    manager.add_constraint(
        table_class_name="RateLimit",
        tablename="rate_limits",
        constraint_name="rate_limits_key_filled_7f3ccc63",
        constraint_class=Check,
        params={"condition": "\"key\" ~ '\\S'"},
        schema="operations",
    )

    manager.add_constraint(
        table_class_name="PaymentTransaction",
        tablename="payment_transactions",
        constraint_name="payment_transactions_amount_range_9057e310",
        constraint_class=Check,
        params={"condition": '"amount" > 0'},
        schema="payments",
    )

    manager.add_constraint(
        table_class_name="PaymentTransaction",
        tablename="payment_transactions",
        constraint_name="payment_transactions_metadata_shape_d4f7b990",
        constraint_class=Check,
        params={"condition": "jsonb_typeof(\"metadata\") = 'object'"},
        schema="payments",
    )

    manager.add_constraint(
        table_class_name="PaymentTransaction",
        tablename="payment_transactions",
        constraint_name="payment_transactions_transaction_type_values_ad2dad82",
        constraint_class=Check,
        params={
            "condition": "\"transaction_type\"::text in ('AUTHORIZATION', 'CAPTURE', 'REFUND', 'VOID')"
        },
        schema="payments",
    )

    manager.add_constraint(
        table_class_name="PaymentTransaction",
        tablename="payment_transactions",
        constraint_name="payment_transactions_status_values_88059680",
        constraint_class=Check,
        params={
            "condition": "\"status\"::text in ('PENDING', 'INITIATED', 'PROCESSING', 'COMPLETED', 'FAILED', 'CANCELLED')"
        },
        schema="payments",
    )

    manager.add_constraint(
        table_class_name="Session",
        tablename="sessions",
        constraint_name="sessions_access_token_hash_shape_55d30aaf",
        constraint_class=Check,
        params={
            "condition": 'char_length("access_token_hash") = 64 and "access_token_hash" ~ \'^[0-9a-f]+$\''
        },
        schema="identity",
    )

    manager.add_constraint(
        table_class_name="DocumentType",
        tablename="document_types",
        constraint_name="document_types_slug_shape_5d891efd",
        constraint_class=Check,
        params={"condition": "\"slug\" ~ '^[a-z0-9]+(-[a-z0-9]+)*$'"},
        schema="assessment",
    )

    manager.add_constraint(
        table_class_name="DocumentType",
        tablename="document_types",
        constraint_name="document_types_description_length_0086bae8",
        constraint_class=Check,
        params={"condition": 'char_length("description") between 0 and 10000'},
        schema="assessment",
    )

    manager.add_constraint(
        table_class_name="DocumentType",
        tablename="document_types",
        constraint_name="document_types_template_length_77babfce",
        constraint_class=Check,
        params={"condition": 'char_length("template") between 1 and 200000'},
        schema="assessment",
    )

    manager.add_constraint(
        table_class_name="DocumentType",
        tablename="document_types",
        constraint_name="document_types_name_filled_565ae154",
        constraint_class=Check,
        params={"condition": "\"name\" ~ '\\S'"},
        schema="assessment",
    )

    manager.add_constraint(
        table_class_name="DocumentType",
        tablename="document_types",
        constraint_name="document_types_category_values_4f73ae49",
        constraint_class=Check,
        params={
            "condition": "\"category\"::text in ('ENGINEERING', 'BUSINESS', 'COMPLIANCE', 'OPERATIONS')"
        },
        schema="assessment",
    )

    manager.add_constraint(
        table_class_name="Payment",
        tablename="payments",
        constraint_name="payments_user_idempotency_key_key",
        constraint_class=Unique,
        params={"columns": ["user", "idempotency_key"], "nulls_distinct": True},
        schema="payments",
    )

    manager.add_constraint(
        table_class_name="Payment",
        tablename="payments",
        constraint_name="payments_amount_range_9057e310",
        constraint_class=Check,
        params={"condition": '"amount" > 0'},
        schema="payments",
    )

    manager.add_constraint(
        table_class_name="Payment",
        tablename="payments",
        constraint_name="payments_currency_shape_4b7e4555",
        constraint_class=Check,
        params={"condition": "\"currency\" ~ '^[A-Z][A-Z][A-Z]$'"},
        schema="payments",
    )

    manager.add_constraint(
        table_class_name="Payment",
        tablename="payments",
        constraint_name="payments_description_length_89d09816",
        constraint_class=Check,
        params={"condition": 'char_length("description") between 0 and 1000'},
        schema="payments",
    )

    manager.add_constraint(
        table_class_name="Payment",
        tablename="payments",
        constraint_name="payments_metadata_shape_d4f7b990",
        constraint_class=Check,
        params={"condition": "jsonb_typeof(\"metadata\") = 'object'"},
        schema="payments",
    )

    manager.add_constraint(
        table_class_name="Payment",
        tablename="payments",
        constraint_name="payments_status_values_88059680",
        constraint_class=Check,
        params={
            "condition": "\"status\"::text in ('PENDING', 'INITIATED', 'PROCESSING', 'COMPLETED', 'FAILED', 'CANCELLED')"
        },
        schema="payments",
    )

    manager.add_constraint(
        table_class_name="Payment",
        tablename="payments",
        constraint_name="payments_type_values_d19f9373",
        constraint_class=Check,
        params={"condition": "\"type\"::text in ('INITIATE', 'PAYMENT')"},
        schema="payments",
    )

    manager.add_constraint(
        table_class_name="Course",
        tablename="courses",
        constraint_name="courses_university_code_key",
        constraint_class=Unique,
        params={"columns": ["university", "code"], "nulls_distinct": True},
        schema="catalog",
    )

    manager.add_constraint(
        table_class_name="Course",
        tablename="courses",
        constraint_name="courses_description_length_0086bae8",
        constraint_class=Check,
        params={"condition": 'char_length("description") between 0 and 10000'},
        schema="catalog",
    )

    manager.add_constraint(
        table_class_name="Course",
        tablename="courses",
        constraint_name="courses_credits_range_7e93f67c",
        constraint_class=Check,
        params={"condition": '"credits" >= 0'},
        schema="catalog",
    )

    manager.add_constraint(
        table_class_name="Course",
        tablename="courses",
        constraint_name="courses_duration_months_range_c6910383",
        constraint_class=Check,
        params={"condition": '"duration_months" > 0'},
        schema="catalog",
    )

    manager.add_constraint(
        table_class_name="Course",
        tablename="courses",
        constraint_name="courses_tuition_range_c9137c2d",
        constraint_class=Check,
        params={"condition": '"tuition" >= 0'},
        schema="catalog",
    )

    manager.add_constraint(
        table_class_name="Course",
        tablename="courses",
        constraint_name="courses_currency_shape_4b7e4555",
        constraint_class=Check,
        params={"condition": "\"currency\" ~ '^[A-Z][A-Z][A-Z]$'"},
        schema="catalog",
    )

    manager.add_constraint(
        table_class_name="Course",
        tablename="courses",
        constraint_name="courses_name_filled_565ae154",
        constraint_class=Check,
        params={"condition": "\"name\" ~ '\\S'"},
        schema="catalog",
    )

    manager.add_constraint(
        table_class_name="Course",
        tablename="courses",
        constraint_name="courses_code_filled_6696e076",
        constraint_class=Check,
        params={"condition": "\"code\" ~ '\\S'"},
        schema="catalog",
    )

    manager.add_constraint(
        table_class_name="Course",
        tablename="courses",
        constraint_name="courses_level_values_1bae4b87",
        constraint_class=Check,
        params={
            "condition": "\"level\"::text in ('BACHELOR', 'MASTER', 'DOCTORATE', 'DIPLOMA', 'CERTIFICATE')"
        },
        schema="catalog",
    )

    return manager
