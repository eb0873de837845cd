"""Who may see and change questionnaires, the runs through them and their documents."""

from collections.abc import Mapping

from piccolo.columns import Column
from piccolo.table import Table

from app.bridge import Having, Policy, Rule, Through
from app.policy.callers import ADMINS, ANYONE, ME, MY_ORGANIZATION, USERS
from app.policy.rules import change, create, delete, policy, read
from app.tables import (
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
from app.tables.assessment import QuestionnaireStatus

# What authors write about the parts of a questionnaire.
_ABOUT_QUESTIONS = (
    Question.key,
    Question.text,
    Question.help_text,
    Question.type,
    Question.options,
    Question.validation,
    Question.required,
)
_ABOUT_RULES = (
    VisibilityRule.action,
    VisibilityRule.condition,
    VisibilityRule.priority,
    VisibilityRule.is_active,
)

# What administrators write about documents.
_ABOUT_TYPES = (
    DocumentType.name,
    DocumentType.slug,
    DocumentType.category,
    DocumentType.description,
    DocumentType.template,
)
_ABOUT_STANDARDS = (
    EngineeringStandard.code,
    EngineeringStandard.title,
    EngineeringStandard.category,
    EngineeringStandard.description,
    EngineeringStandard.principles,
)


def _authored(
    owner: Column, new: tuple[Column, ...], changed: tuple[Column, ...]
) -> tuple[Rule, ...]:
    """Parts of a questionnaire: its organisation's members and administrators write them."""
    return (
        create(USERS, owner == MY_ORGANIZATION, new),
        create(ADMINS, True, new),
        change(USERS, owner == MY_ORGANIZATION, changed),
        change(ADMINS, True, changed),
        delete(USERS, owner == MY_ORGANIZATION),
        delete(ADMINS, True),
    )


def _by_admins(new: tuple[Column, ...], changed: tuple[Column, ...]) -> tuple[Rule, ...]:
    return create(ADMINS, True, new), change(ADMINS, True, changed), delete(ADMINS, True)


_OF_ORGANIZATION = (
    Document.session.questionnaire.organization == MY_ORGANIZATION  # type: ignore[union-attr]  # Piccolo types one level
) & (Document.session.user.organization == MY_ORGANIZATION)  # type: ignore[union-attr]  # likewise
_OF_COLLEAGUES = _OF_ORGANIZATION & (Document.session.user != ME)


POLICIES: Mapping[type[Table], Policy] = {
    Questionnaire: policy(
        read(ANYONE, Questionnaire.status == QuestionnaireStatus.PUBLISHED),
        read(USERS, Questionnaire.organization == MY_ORGANIZATION),
        # Whoever has answered it goes on seeing it.
        read(
            USERS,
            Having(AssessmentSession.questionnaire, AssessmentSession.user == ME)
            & (Questionnaire.status == QuestionnaireStatus.ARCHIVED),
        ),
        read(ADMINS, rows=True),
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
    Section: policy(
        read(ANYONE, Through(Section.questionnaire)),
        *_authored(
            Section.questionnaire.organization,
            (Section.questionnaire, Section.title, Section.description, Section.position),
            (Section.title, Section.description),
        ),
    ),
    Question: policy(
        read(ANYONE, Through(Question.section)),
        *_authored(
            Question.questionnaire.organization,
            (Question.section, Question.questionnaire, Question.position, *_ABOUT_QUESTIONS),
            _ABOUT_QUESTIONS,
        ),
    ),
    VisibilityRule: policy(
        read(ANYONE, Through(VisibilityRule.question)),
        *_authored(
            VisibilityRule.question.questionnaire.organization,  # type: ignore[union-attr]  # likewise
            (VisibilityRule.question, *_ABOUT_RULES),
            _ABOUT_RULES,
        ),
    ),
    AssessmentSession: policy(
        read(USERS, AssessmentSession.user == ME),
        read(ADMINS, rows=True),
        create(
            USERS,
            AssessmentSession.user == ME,
            (AssessmentSession.user, AssessmentSession.questionnaire),
        ),
        change(USERS, AssessmentSession.user == ME, ()),
        change(ADMINS, rows=True, columns=()),
    ),
    Response: policy(
        read(USERS, Through(Response.session)),
        change(
            USERS,
            Response.session.user == ME,
            (Response.value, Response.counts, Response.answered_at),
        ),
        change(ADMINS, True, (Response.value, Response.counts, Response.answered_at)),
    ),
    Document: policy(
        read(USERS, Through(Document.session)),
        # Colleagues review what was made by their organisation's questionnaire, and so read it.
        # To leave their own out here would read the runs of everybody else.
        read(USERS, _OF_ORGANIZATION),
        change(USERS, _OF_COLLEAGUES, (Document.status,)),
        change(ADMINS, True, (Document.status,)),
    ),
    DocumentType: policy(
        read(
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
        read(ADMINS, rows=True),
        *_by_admins(_ABOUT_TYPES, _ABOUT_TYPES),
    ),
    EngineeringStandard: policy(
        read(ANYONE, rows=True), *_by_admins(_ABOUT_STANDARDS, _ABOUT_STANDARDS)
    ),
    DocumentTypeStandard: policy(
        read(ANYONE, rows=True),
        *_by_admins(
            (
                DocumentTypeStandard.document_type,
                DocumentTypeStandard.standard,
                DocumentTypeStandard.priority,
            ),
            (DocumentTypeStandard.priority,),
        ),
    ),
}
