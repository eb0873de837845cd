"""What the database refuses, whoever writes it."""

import uuid
from decimal import Decimal

import asyncpg
import pytest
from piccolo.table import Table

from app.database.engine import SeedbedEngine
from app.tables import (
    ApiKey,
    AssessmentSession,
    AuditLog,
    Comment,
    Course,
    Document,
    DocumentType,
    DocumentTypeStandard,
    EngineeringStandard,
    Event,
    Fragment,
    MagicLink,
    Message,
    Organization,
    Payment,
    PaymentTransaction,
    Post,
    Project,
    Question,
    Questionnaire,
    RateLimit,
    RefreshToken,
    Section,
    Session,
    SystemConfig,
    University,
    User,
    UserProfile,
    VisibilityRule,
)
from tests.tables.rows import add

pytestmark = pytest.mark.usefixtures("database")

OUT_OF_RANGE: list[tuple[type[Table], str, object]] = [
    (Organization, "name", " \t"),
    (Organization, "slug", "Has-Capitals"),
    (Organization, "slug", "two--hyphens"),
    (Organization, "slug", ""),
    (Organization, "settings", "[]"),
    (User, "email", "nobody"),
    (User, "email", "two words@example.test"),
    (User, "email", "a@b@example.test"),
    (User, "email", ""),
    (User, "name", ""),
    (User, "role", "ROOT"),
    (User, "role", "admin"),
    (User, "status", "GONE"),
    (UserProfile, "avatar_url", "javascript:alert(1)"),
    (UserProfile, "bio", "x" * 5_001),
    (UserProfile, "preferences", "null"),
    (Session, "access_token_hash", "a secret"),
    (RefreshToken, "token_hash", "A" * 64),
    (MagicLink, "token_hash", "0" * 63),
    (MagicLink, "email", "nobody"),
    (ApiKey, "key_hash", "g" * 64),
    (ApiKey, "scopes", ["agent", None]),
    (ApiKey, "scopes", [["agent"]]),
    (Questionnaire, "version", 0),
    (Questionnaire, "status", "OPEN"),
    (Section, "position", -1),
    (Question, "position", -1),
    (Question, "key", "has space"),
    (Question, "text", ""),
    (Question, "type", "COLOUR"),
    (Question, "options", '"red"'),
    (Question, "validation", "[]"),
    (VisibilityRule, "action", "BLINK"),
    (VisibilityRule, "condition", "true"),
    (AssessmentSession, "status", "DONE"),
    (AssessmentSession, "progress", -1),
    (AssessmentSession, "progress", 101),
    (DocumentType, "category", "LEGAL"),
    (DocumentType, "template", ""),
    (Document, "status", "LOST"),
    (Document, "version", 0),
    (EngineeringStandard, "category", "COOKING"),
    (EngineeringStandard, "principles", "{}"),
    (DocumentTypeStandard, "priority", -1),
    (University, "country_code", "ch"),
    (University, "country_code", "C"),
    (University, "website", "example.test"),
    (University, "domains", [None]),
    (Course, "level", "EVENING"),
    (Course, "credits", -1),
    (Course, "duration_months", 0),
    (Course, "tuition", Decimal("-0.01")),
    (Course, "currency", "usd"),
    (Project, "name", "Not A Slug"),
    (Message, "content", ""),
    (Message, "content", "x" * 10_001),
    (Message, "role", "SYSTEM"),
    (Message, "type", "WARNING"),
    (Fragment, "files", "[]"),
    (Fragment, "sandbox_url", "ftp://example.test"),
    (Payment, "amount", Decimal(0)),
    (Payment, "amount", Decimal("-1.00")),
    (Payment, "currency", "usd"),
    (Payment, "currency", "US"),
    (Payment, "status", "PAID"),
    (Payment, "type", "GIFT"),
    (Payment, "metadata", "[]"),
    (PaymentTransaction, "amount", Decimal(0)),
    (PaymentTransaction, "transaction_type", "LOAN"),
    (PaymentTransaction, "status", "PAID"),
    (Post, "slug", "-begins-with-hyphen"),
    (Post, "title", "\n"),
    (Post, "content", "x" * 100_001),
    (Comment, "body", ""),
    (Comment, "body", "x" * 10_001),
    (AuditLog, "details", "[]"),
    (AuditLog, "action", ""),
    (SystemConfig, "key", "Bad Key"),
    (Event, "attempts", -1),
    (Event, "data", "[]"),
    (RateLimit, "attempts", -1),
]


@pytest.mark.parametrize(
    ("table", "column", "value"),
    OUT_OF_RANGE,
    ids=[f"{table.__name__}-{column}-{str(value)[:20]}" for table, column, value in OUT_OF_RANGE],
)
async def test_a_bad_value_is_refused_and_its_constraint_names_the_column(
    engine: SeedbedEngine, table: type[Table], column: str, value: object
) -> None:
    with pytest.raises(asyncpg.CheckViolationError) as caught:
        async with engine.transaction():
            await add(engine, table, **{column: value})
    name = caught.value.constraint_name
    assert name is not None
    assert name.startswith(f"{table._meta.tablename}_{column}_")


@pytest.mark.parametrize(
    ("table", "column", "value", "rule"),
    [
        (AssessmentSession, "status", "COMPLETED", "completed_at_known"),
        (University, "is_verified", True, "verified_at_known"),
        (Post, "published", True, "published_at_known"),
    ],
)
async def test_a_state_needs_its_time(
    engine: SeedbedEngine, table: type[Table], column: str, value: object, rule: str
) -> None:
    with pytest.raises(asyncpg.CheckViolationError, match=rule):
        async with engine.transaction():
            await add(engine, table, **{column: value})


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        (Message, "content", "x" * 10_000),
        (Message, "content", "é" * 10_000),
        (AssessmentSession, "progress", 100),
        (Payment, "amount", Decimal("0.01")),
        (Payment, "amount", Decimal("99999999.99")),
        (University, "domains", []),
        (University, "domains", ["a.test", "b.test"]),
        (Course, "tuition", Decimal(0)),
        (User, "email", "o'neil+tag@sub.example.test"),
        (Section, "position", 0),
    ],
)
async def test_the_last_good_value_is_stored(
    engine: SeedbedEngine, table: type[Table], column: str, value: object
) -> None:
    key = await add(engine, table, **{column: value})
    name = table._meta.get_formatted_tablename()
    rows = await engine.fetch(f"select {column} from {name} where id = $1", key)
    assert rows[0][column] == value


@pytest.mark.parametrize(
    ("table", "column"),
    [
        (User, "email"),
        (Post, "title"),
        (Message, "content"),
        (Payment, "amount"),
        (Payment, "user"),
    ],
)
async def test_a_required_column_has_no_silent_default(
    engine: SeedbedEngine, table: type[Table], column: str
) -> None:
    with pytest.raises(asyncpg.NotNullViolationError) as caught:
        async with engine.transaction():
            await add(engine, table, **{column: None})
    assert caught.value.column_name == column


@pytest.mark.parametrize("again", ["Ada@Example.test", "ada@example.test", "ADA@EXAMPLE.TEST"])
async def test_an_email_is_unique_whatever_its_case(engine: SeedbedEngine, again: str) -> None:
    await add(engine, User, email="ada@example.test")
    with pytest.raises(asyncpg.UniqueViolationError, match="users_email_key"):
        async with engine.transaction():
            await add(engine, User, email=again)


async def test_the_email_of_a_deleted_user_can_be_used_again_once(engine: SeedbedEngine) -> None:
    first = await add(engine, User, email="ada@example.test")
    await engine.fetch("update identity.users set deleted_at = now() where id = $1", first)
    second = await add(engine, User, email="Ada@example.test")
    assert second != first
    with pytest.raises(asyncpg.UniqueViolationError):
        async with engine.transaction():
            await engine.fetch("update identity.users set deleted_at = null where id = $1", first)


async def test_a_version_of_a_document_is_there_once(engine: SeedbedEngine) -> None:
    run, kind = await add(engine, AssessmentSession), await add(engine, DocumentType)
    for version in (1, 2):
        await add(engine, Document, session=run, document_type=kind, version=version)
    await add(engine, Document, session=run, version=2)
    with pytest.raises(
        asyncpg.UniqueViolationError, match="documents_session_document_type_version_key"
    ):
        async with engine.transaction():
            await add(engine, Document, session=run, document_type=kind, version=2)


async def test_a_questions_key_is_unique_in_its_questionnaire_not_in_its_section(
    engine: SeedbedEngine,
) -> None:
    questionnaire = await add(engine, Questionnaire)
    first = await add(engine, Section, questionnaire=questionnaire)
    second = await add(engine, Section, questionnaire=questionnaire)
    await add(engine, Question, section=first, key="team_size")
    with pytest.raises(asyncpg.UniqueViolationError, match="questions_questionnaire_key_key"):
        async with engine.transaction():
            await add(engine, Question, section=second, key="team_size")
    await add(engine, Question, key="team_size")


async def test_a_questions_questionnaire_is_that_of_its_section(engine: SeedbedEngine) -> None:
    questionnaire = await add(engine, Questionnaire)
    section = await add(engine, Section, questionnaire=questionnaire)
    question = await add(engine, Question, section=section)
    statement = "select questionnaire from assessment.questions where id = $1"
    assert (await engine.fetch(statement, question))[0]["questionnaire"] == questionnaire
    other = await add(engine, Questionnaire)
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        async with engine.transaction():
            await add(engine, Question, section=section, questionnaire=other)
    await engine.fetch(
        "update assessment.sections set questionnaire = $1 where id = $2", other, section
    )
    assert (await engine.fetch(statement, question))[0]["questionnaire"] == other


async def test_a_question_of_no_section_is_refused(engine: SeedbedEngine) -> None:
    with pytest.raises(asyncpg.NotNullViolationError):
        async with engine.transaction():
            await add(engine, Question, section=uuid.uuid4())


async def test_the_same_idempotency_key_is_for_one_payment_of_a_user(
    engine: SeedbedEngine,
) -> None:
    user = await add(engine, User)
    await add(engine, Payment, user=user)
    await add(engine, Payment, user=user)
    await add(engine, Payment, user=user, idempotency_key="k")
    await add(engine, Payment, idempotency_key="k")
    with pytest.raises(asyncpg.UniqueViolationError, match="payments_user_idempotency_key_key"):
        async with engine.transaction():
            await add(engine, Payment, user=user, idempotency_key="k")


async def test_an_event_is_not_both_delivered_and_dead(engine: SeedbedEngine) -> None:
    event = await add(engine, Event)
    with pytest.raises(asyncpg.CheckViolationError, match="events_one_end"):
        async with engine.transaction():
            await engine.fetch(
                "update operations.events set delivered_at = now(), dead_at = now() where id = $1",
                event,
            )
