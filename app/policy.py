"""Who may see what: one entry per table, and nothing about it anywhere else.

A table without an entry cannot be exposed. A caller sees a row when a rule that names their kind
covers it, and of that row the columns of the rules that do. `Through(x)` covers a row whose parent
behind `x` the same caller may see.
"""

from collections.abc import Mapping
from enum import StrEnum
from functools import cache, partial

from piccolo.columns import Column
from piccolo.table import Table

from app.bridge import AccessTable, Action, Having, Policy, Rule, Through, ViewerValue
from app.columns import ABOUT_COURSES, ABOUT_ME, ABOUT_QUESTIONS, ABOUT_RULES, ABOUT_UNIVERSITIES
from app.tables import (
    ApiKey,
    AssessmentSession,
    Comment,
    Course,
    Device,
    Document,
    DocumentType,
    DocumentTypeStandard,
    EngineeringStandard,
    Event,
    Fragment,
    Message,
    Organization,
    Payment,
    PaymentReport,
    PaymentTransaction,
    Post,
    Project,
    Question,
    Questionnaire,
    Response,
    Section,
    Session,
    University,
    User,
    UserProfile,
    VisibilityRule,
)
from app.tables.assessment import QuestionnaireStatus
from app.tables.identity import UserStatus
from app.tables.projects import MessageRole


class Caller(StrEnum):
    """The kinds of caller: nobody known, a user by role, or the agent by its key."""

    ANONYMOUS = "ANONYMOUS"
    AGENT = "AGENT"
    USER = "USER"
    CUSTOMER = "CUSTOMER"
    VENDOR = "VENDOR"
    STAFF = "STAFF"
    ADMIN = "ADMIN"


ANYONE = frozenset(Caller)
USERS = ANYONE - {Caller.ANONYMOUS, Caller.AGENT}
AGENTS = frozenset({Caller.AGENT})
STAFF = frozenset({Caller.STAFF})
ADMINS = frozenset({Caller.ADMIN})

# What the rules know of the caller; null, and so equal to nothing, for whoever has none.
ME = ViewerValue("user")
MY_ORGANIZATION = ViewerValue("organization")
MY_UNIVERSITY = ViewerValue("university")


def _all(*rules: Rule) -> Policy:
    return Policy(rules)


# Rules about writing read as those about reading do.
_create = partial(Rule, action=Action.CREATE)
_change = partial(Rule, action=Action.CHANGE)
_delete = partial(Rule, action=Action.DELETE)
_restore = partial(Rule, action=Action.RESTORE)
_purge = partial(Rule, action=Action.PURGE)


def _authored(
    owner: Column, new: tuple[Column, ...], changed: tuple[Column, ...]
) -> tuple[Rule, ...]:
    """Parts of a questionnaire: its organisation's members and administrators write them."""
    return (
        _create(USERS, owner == MY_ORGANIZATION, new),
        _create(ADMINS, True, new),
        _change(USERS, owner == MY_ORGANIZATION, changed),
        _change(ADMINS, True, changed),
        _delete(USERS, owner == MY_ORGANIZATION),
        _delete(ADMINS, True),
    )


_by_admins = (_create(ADMINS, True), _change(ADMINS, True), _delete(ADMINS, True))

_OF_COLLEAGUES = (
    (Document.session.questionnaire.organization == MY_ORGANIZATION)  # type: ignore[union-attr]  # Piccolo types one level
    & (Document.session.user.organization == MY_ORGANIZATION)  # type: ignore[union-attr]  # likewise
    & (Document.session.user != ME)
)


POLICIES: Mapping[type[Table], Policy] = {
    # identity
    Organization: _all(
        Rule(USERS, Organization.id == MY_ORGANIZATION),
        Rule(ADMINS, rows=True),
        _create(ADMINS, True, (Organization.name, Organization.slug, Organization.settings)),
        _change(ADMINS, True, (Organization.name, Organization.slug, Organization.settings)),
        _delete(ADMINS, True),
    ),
    User: _all(
        Rule(
            ANYONE,
            (User.status == UserStatus.ACTIVE) & User.deleted_at.is_null(),
            columns=(User.id, User.name, User.created_at),
        ),
        Rule(USERS, (User.id == ME) & User.deleted_at.is_null()),
        Rule(ADMINS, User.deleted_at.is_null()),
        _change(USERS, (User.id == ME) & User.deleted_at.is_null(), (User.name,)),
        _change(
            ADMINS,
            User.deleted_at.is_null(),
            (User.name, User.role, User.status, User.organization, User.university),
        ),
        _delete(USERS, (User.id == ME) & User.deleted_at.is_null()),
        _delete(ADMINS, User.deleted_at.is_null()),
        _restore(ADMINS, User.deleted_at.is_not_null()),
    ),
    UserProfile: _all(
        Rule(USERS, UserProfile.user == ME),
        Rule(ADMINS, Through(UserProfile.user)),
        _create(USERS, UserProfile.user == ME, (UserProfile.user, *ABOUT_ME)),
        _change(USERS, UserProfile.user == ME, ABOUT_ME),
    ),
    Device: _all(
        Rule(USERS, Device.user == ME),
        Rule(ADMINS, Through(Device.user)),
        _delete(USERS, Device.user == ME),
        _delete(ADMINS, Through(Device.user)),
    ),
    # Sessions and keys are revoked, not deleted.
    Session: _all(
        Rule(USERS, Session.user == ME),
        Rule(ADMINS, Through(Session.user)),
        _delete(USERS, Session.user == ME),
        _delete(ADMINS, Through(Session.user)),
    ),
    ApiKey: _all(
        Rule(USERS, ApiKey.user == ME),
        Rule(ADMINS, Through(ApiKey.user)),
        _create(USERS, ApiKey.user == ME),
        _delete(USERS, ApiKey.user == ME),
        _delete(ADMINS, Through(ApiKey.user)),
    ),
    # assessment
    Questionnaire: _all(
        Rule(ANYONE, Questionnaire.status == QuestionnaireStatus.PUBLISHED),
        Rule(USERS, Questionnaire.organization == MY_ORGANIZATION),
        # Whoever has answered it goes on seeing it.
        Rule(
            USERS,
            Having(AssessmentSession.questionnaire, AssessmentSession.user == ME)
            & (Questionnaire.status == QuestionnaireStatus.ARCHIVED),
        ),
        Rule(ADMINS, rows=True),
        # Authors: the members of the organisation. What is no draft, the actions do not change.
        *_authored(
            Questionnaire.organization,
            (
                Questionnaire.organization,
                Questionnaire.title,
                Questionnaire.slug,
                Questionnaire.description,
            ),
            (Questionnaire.title, Questionnaire.description),
        ),
    ),
    Section: _all(
        Rule(ANYONE, Through(Section.questionnaire)),
        *_authored(
            Section.questionnaire.organization,
            (Section.questionnaire, Section.title, Section.description, Section.position),
            (Section.title, Section.description),
        ),
    ),
    Question: _all(
        Rule(ANYONE, Through(Question.section)),
        *_authored(
            Question.questionnaire.organization,
            (Question.section, Question.questionnaire, Question.position, *ABOUT_QUESTIONS),
            ABOUT_QUESTIONS,
        ),
    ),
    VisibilityRule: _all(
        Rule(ANYONE, Through(VisibilityRule.question)),
        *_authored(
            VisibilityRule.question.questionnaire.organization,  # type: ignore[union-attr]  # likewise
            (VisibilityRule.question, *ABOUT_RULES),
            ABOUT_RULES,
        ),
    ),
    AssessmentSession: _all(
        Rule(USERS, AssessmentSession.user == ME),
        Rule(ADMINS, rows=True),
        _create(
            USERS,
            AssessmentSession.user == ME,
            (AssessmentSession.user, AssessmentSession.questionnaire),
        ),
        _change(USERS, AssessmentSession.user == ME, ()),
        _change(ADMINS, rows=True, columns=()),
    ),
    Response: _all(
        Rule(USERS, Through(Response.session)),
        _change(
            USERS,
            Response.session.user == ME,
            (Response.value, Response.counts, Response.answered_at),
        ),
        _change(ADMINS, True, (Response.value, Response.counts, Response.answered_at)),
    ),
    Document: _all(
        Rule(USERS, Through(Document.session)),
        # Colleagues review what was made by their organisation's questionnaire, and so read it.
        Rule(USERS, _OF_COLLEAGUES),
        _change(USERS, _OF_COLLEAGUES, (Document.status,)),
        _change(ADMINS, True, (Document.status,)),
    ),
    DocumentType: _all(
        Rule(
            ANYONE,
            rows=True,
            columns=(
                DocumentType.id,
                DocumentType.name,
                DocumentType.slug,
                DocumentType.category,
                DocumentType.description,
                DocumentType.created_at,
                DocumentType.updated_at,
            ),
        ),
        Rule(ADMINS, rows=True),
        *_by_admins,
    ),
    EngineeringStandard: _all(Rule(ANYONE, rows=True), *_by_admins),
    DocumentTypeStandard: _all(Rule(ANYONE, rows=True), *_by_admins),
    # catalog
    University: _all(
        Rule(
            ANYONE,
            University.is_verified.eq(True),
            columns=(
                University.id,
                University.name,
                University.slug,
                University.country,
                University.country_code,
                University.city,
                University.state_province,
                University.website,
                University.domains,
                University.is_verified,
                University.verified_at,
                University.created_at,
                University.updated_at,
            ),
        ),
        Rule(STAFF, University.id == MY_UNIVERSITY),
        Rule(ADMINS, rows=True),
        _create(ADMINS, rows=True, columns=ABOUT_UNIVERSITIES),
        _change(
            ADMINS,
            rows=True,
            columns=(*ABOUT_UNIVERSITIES, University.is_verified, University.verified_at),
        ),
    ),
    # Courses are retired, not deleted, and stay with their university.
    Course: _all(
        Rule(ANYONE, Through(Course.university) & Course.is_active.eq(True)),
        Rule(STAFF, Course.university == MY_UNIVERSITY),
        Rule(ADMINS, rows=True),
        _create(STAFF, Course.university == MY_UNIVERSITY, (Course.university, *ABOUT_COURSES)),
        _create(ADMINS, rows=True, columns=(Course.university, *ABOUT_COURSES)),
        _change(STAFF, Course.university == MY_UNIVERSITY, ABOUT_COURSES),
        _change(ADMINS, rows=True, columns=ABOUT_COURSES),
    ),
    # projects
    Project: _all(
        Rule(USERS, Project.owner == ME),
        Rule(ADMINS | AGENTS, rows=True),
        _create(USERS, Project.owner == ME, (Project.owner, Project.name)),
        _change(USERS, Project.owner == ME, (Project.name,)),
        _delete(USERS, Project.owner == ME),
        _delete(ADMINS, rows=True),
    ),
    Message: _all(
        Rule(USERS | AGENTS, Through(Message.project)),
        _create(
            USERS,
            (Message.project.owner == ME) & (Message.role == MessageRole.USER),
            (Message.project, Message.content, Message.role),
        ),
        _create(
            AGENTS,
            Message.role == MessageRole.ASSISTANT,
            (Message.project, Message.content, Message.role, Message.type, Message.event_id),
        ),
    ),
    Fragment: _all(
        Rule(USERS | AGENTS, Through(Fragment.message)),
        _create(AGENTS, Fragment.message.role == MessageRole.ASSISTANT),
    ),
    # payments
    Payment: _all(
        Rule(USERS, Payment.user == ME),
        Rule(ADMINS, rows=True),
        _create(
            USERS,
            Payment.user == ME,
            (
                Payment.user,
                Payment.amount,
                Payment.currency,
                Payment.type,
                Payment.description,
                Payment.metadata,
                Payment.idempotency_key,
            ),
        ),
        _change(USERS, Payment.user == ME, (Payment.status,)),
        _change(ADMINS, rows=True, columns=(Payment.status,)),
    ),
    PaymentTransaction: _all(Rule(USERS, Through(PaymentTransaction.payment))),
    PaymentReport: _all(Rule(ADMINS, rows=True)),
    # content
    Post: _all(
        Rule(ANYONE, Post.published.eq(True) & Post.deleted_at.is_null()),
        Rule(USERS, (Post.author == ME) & Post.deleted_at.is_null()),
        Rule(ADMINS, Post.deleted_at.is_null()),
        _create(USERS, Post.author == ME, (Post.author, Post.title, Post.slug, Post.content)),
        _change(USERS, (Post.author == ME) & Post.deleted_at.is_null(), (Post.title, Post.content)),
        _delete(USERS, (Post.author == ME) & Post.deleted_at.is_null()),
        _delete(ADMINS, Post.deleted_at.is_null()),
        _restore(USERS, (Post.author == ME) & Post.deleted_at.is_not_null()),
        _restore(ADMINS, Post.deleted_at.is_not_null()),
        _purge(ADMINS, rows=True),
    ),
    Comment: _all(
        Rule(ANYONE, Through(Comment.post) & Comment.deleted_at.is_null()),
        _create(
            USERS,
            Through(Comment.post) & (Comment.author == ME),
            (Comment.post, Comment.author, Comment.body),
        ),
        _change(USERS, (Comment.author == ME) & Comment.deleted_at.is_null(), (Comment.body,)),
        _delete(USERS, (Comment.author == ME) & Comment.deleted_at.is_null()),
        _delete(USERS, (Comment.post.author == ME) & Comment.deleted_at.is_null()),
        _delete(ADMINS, Comment.deleted_at.is_null()),
        # Not its author: the post's author may have removed it.
        _restore(USERS, (Comment.post.author == ME) & Comment.deleted_at.is_not_null()),
        _restore(ADMINS, Comment.deleted_at.is_not_null()),
        _purge(ADMINS, rows=True),
    ),
    # operations
    Event: _all(
        Rule(ADMINS, rows=True),
        _change(ADMINS, rows=True, columns=(Event.attempts, Event.next_attempt_at, Event.dead_at)),
    ),
}


@cache
def access_table() -> AccessTable:
    """The policies, ready to be asked."""
    return AccessTable(POLICIES, Caller)
