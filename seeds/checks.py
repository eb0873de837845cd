"""What must be true of seeded data; each check finds what is wrong and says so in one sentence."""

import itertools
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from piccolo.table import Table

from app.actions.assessment.definition import QuestionSource, RuleSource, compile_definition
from app.actions.assessment.problems import MalformedDefinition
from app.database import SeedbedEngine
from app.tables.assessment import QuestionType, VisibilityAction
from seeds import assessment, catalog, content, identity, operations, payments, projects

# Parents before children: seeding goes in this order.
ROWS: dict[str, Callable[[], list[Table]]] = {
    "catalog": catalog.rows,
    "identity": identity.rows,
    "assessment": assessment.rows,
    "projects": projects.rows,
    "payments": payments.rows,
    "content": content.rows,
    "operations": operations.rows,
}
REFERENCE_ROWS: dict[str, Callable[[], list[Table]]] = {
    "assessment": assessment.reference_rows,
    "operations": operations.reference_rows,
}


@dataclass(frozen=True, slots=True)
class Check:
    """A query for what is wrong: its rows have one text column, `found`."""

    name: str
    sentence: str
    sql: str


REFERENCE_CHECKS: tuple[Check, ...] = (
    Check(
        "administrator",
        "No active user has the role ADMIN",
        """select 'there must be one' as found where not exists (
               select from identity.users
               where role = 'ADMIN' and status = 'ACTIVE' and deleted_at is null)""",
    ),
    Check(
        "standard categories",
        "No engineering standard is of the category",
        """select wanted as found from unnest(array[
               'MODERN_ARCHITECTURE', 'AI_ASSISTED_DEVELOPMENT', 'CODING', 'TESTING_QA',
               'SECURITY_DEVSECOPS', 'WORKFLOW', 'DOCUMENTATION']) wanted
           where wanted not in (select category from assessment.engineering_standards)""",
    ),
    Check(
        "document categories",
        "No document type is of the category",
        """select wanted as found
           from unnest(array['ENGINEERING', 'BUSINESS', 'COMPLIANCE', 'OPERATIONS']) wanted
           where wanted not in (select category from assessment.document_types)""",
    ),
)

DEMO_CHECKS: tuple[Check, ...] = (
    *REFERENCE_CHECKS,
    Check(
        "demo administrator",
        "The demo administrator is not an active, verified ADMIN of an organisation with an email",
        """select 'admin@seedbed.example' as found where not exists (
               select from identity.users
               where email = 'admin@seedbed.example' and role = 'ADMIN' and status = 'ACTIVE'
                 and email_verified and organization is not null and deleted_at is null)""",
    ),
    Check(
        "roles",
        "No active user has the role",
        """select wanted as found
           from unnest(array['ADMIN', 'STAFF', 'VENDOR', 'CUSTOMER', 'USER']) wanted
           where wanted not in (
               select role from identity.users where status = 'ACTIVE' and deleted_at is null)""",
    ),
    Check(
        "staff",
        "These members of staff work for no university",
        """select email as found from identity.users
           where role = 'STAFF' and university is null and deleted_at is null""",
    ),
    Check(
        "verified universities",
        "Fewer than three verified universities have staff and courses",
        """select count(*) || ' have' as found from catalog.universities university
           where is_verified
             and exists (select from identity.users
                         where university = university.id and role = 'STAFF')
             and exists (select from catalog.courses
                         where courses.university = university.id and is_active)
           having count(*) < 3""",
    ),
    Check(
        "university slugs",
        "Several universities share a slug",
        """select slug as found from catalog.universities
           group by slug having count(*) > 1""",
    ),
    Check(
        "published questionnaire",
        "The published questionnaire is not complete",
        """with published as (
               select id from assessment.questionnaires
               where slug = 'engineering-readiness' and version = 1 and status = 'PUBLISHED'),
           asked as (
               select type, section from assessment.questions
               where questionnaire in (select id from published))
           select 'fewer than four sections' as found from asked
               having count(distinct section) < 4
           union all select 'fewer than thirty questions' from asked having count(*) < 30
           union all select 'a type of question is missing' from asked
               having count(distinct type) < 11
           union all select 'it is not published' where not exists (select from published)""",
    ),
    Check(
        "session states",
        "No run through a questionnaire has the status",
        """select wanted as found from unnest(array['IN_PROGRESS', 'COMPLETED']) wanted
           where wanted not in (select status from assessment.assessment_sessions)""",
    ),
    Check(
        "responses",
        "Answers belong to a question of another questionnaire",
        """select question.key as found
           from assessment.responses response
           join assessment.assessment_sessions run on run.id = response.session
           join assessment.questions question on question.id = response.question
           where question.questionnaire <> run.questionnaire""",
    ),
    Check(
        "completed sessions",
        "Completed runs lack an answer to a required question",
        """select question.key as found
           from assessment.assessment_sessions run
           join assessment.questions question on question.questionnaire = run.questionnaire
           where run.status = 'COMPLETED' and question.required
             and not exists (select from assessment.visibility_rules
                             where question = question.id and is_active)
             and not exists (select from assessment.responses
                             where session = run.id and responses.question = question.id)""",
    ),
    Check(
        "documents",
        "Documents lack what their status promises",
        """select document.title as found
           from assessment.documents document
           join assessment.assessment_sessions run on run.id = document.session
           where run.status <> 'COMPLETED'
              or document.status in ('GENERATED', 'APPROVED', 'REJECTED')
                 and (document.content is null or document.generated_at is null)
              or document.status in ('APPROVED', 'REJECTED') and document.reviewed_at is null
              or document.status = 'FAILED' and document.error is null""",
    ),
    Check(
        "document standards",
        "Document types follow no standard",
        """select slug as found from assessment.document_types kind
           where not exists (select from assessment.document_type_standards
                             where document_type = kind.id)""",
    ),
    Check(
        "conversations",
        "Projects do not begin with a message of their owner",
        """select project.name as found from projects.projects project
           where 'USER' is distinct from (
               select role from projects.messages message
               where message.project = project.id order by created_at, id limit 1)""",
    ),
    Check(
        "fragments",
        "Fragments hang on a message that is no result of the agent",
        """select fragment.title as found
           from projects.fragments fragment
           join projects.messages message on message.id = fragment.message
           where message.role <> 'ASSISTANT' or message.type <> 'RESULT'""",
    ),
    Check(
        "payment states",
        "No payment has the status",
        """select wanted as found from unnest(array[
               'PENDING', 'INITIATED', 'PROCESSING', 'COMPLETED', 'FAILED', 'CANCELLED']) wanted
           where wanted not in (select status from payments.payments)""",
    ),
    Check(
        "ledgers",
        "The ledger and the amount or status of payments contradict each other",
        """with ledger as (
               select payment,
                      sum(amount) filter (where transaction_type = 'CAPTURE') as captured,
                      sum(amount) filter (where transaction_type = 'REFUND') as refunded,
                      count(*) filter (where transaction_type = 'VOID') as voided
               from payments.payment_transactions where status = 'COMPLETED' group by payment)
           select payment.id::text as found
           from payments.payments payment left join ledger on ledger.payment = payment.id
           where coalesce(captured, 0) > payment.amount
              or coalesce(refunded, 0) > coalesce(captured, 0)
              or (payment.status = 'COMPLETED') <> (coalesce(captured, 0) > 0)
              or coalesce(voided, 0) > 0 and payment.status <> 'CANCELLED'""",
    ),
    Check(
        "post states",
        "There is no post that is",
        """select wanted as found
           from unnest(array['published', 'a draft', 'deleted']) wanted
           where wanted not in (
               select case when deleted_at is not null then 'deleted'
                           when published then 'published' else 'a draft' end
               from content.posts)""",
    ),
    Check(
        "comments",
        "Comments are older than their post",
        """select post.slug as found from content.comments comment
           join content.posts post on post.id = comment.post
           where comment.created_at < post.created_at""",
    ),
)


async def check(engine: SeedbedEngine, *, demo: bool) -> list[str]:
    """What is wrong, one sentence each; an empty list when all is well.

    Without `demo` only that is checked which every installation needs.
    """
    async with engine.transaction():
        wrong = await _missing_rows(engine, ROWS if demo else REFERENCE_ROWS)
        for one in DEMO_CHECKS if demo else REFERENCE_CHECKS:
            found = await engine.fetch(f"{one.sql} limit 4")
            if found:
                wrong.append(f"{one.sentence}: {_listed([row['found'] for row in found])}.")
        if demo:
            wrong += [sentence async for sentence in _wrong_rules(engine)]
    return wrong


async def _missing_rows(
    engine: SeedbedEngine, domains: dict[str, Callable[[], list[Table]]]
) -> list[str]:
    """Seed rows that are not there."""
    wanted: dict[type[Table], list[Any]] = {}
    for rows in domains.values():
        for row in rows():
            wanted.setdefault(type(row), []).append(row[row._meta.primary_key._meta.name])
    wrong = []
    for table, keys in wanted.items():
        key = table._meta.primary_key._meta.name
        name = f"{table._meta.schema}.{table._meta.tablename}"
        [counted] = await engine.fetch(
            f'select count(*) as there from {name} where "{key}" = any($1)',  # noqa: S608 our names
            keys,
        )
        if counted["there"] != len(keys):
            wrong.append(f"{name} has {counted['there']} of the {len(keys)} seed rows.")
    return wrong


async def _wrong_rules(engine: SeedbedEngine) -> AsyncIterator[str]:
    """Questionnaires whose questions or rules cannot be evaluated."""
    rows = await engine.fetch(
        """select question.questionnaire, question.key, question.type, question.options,
                  question.validation, question.required,
                  (select coalesce(json_agg(json_build_object('action', action, 'condition',
                                                              condition, 'priority', priority)
                                            order by id), '[]')
                   from assessment.visibility_rules
                   where visibility_rules.question = question.id and is_active) as rules
           from assessment.questions question
           join assessment.sections section on section.id = question.section
           join assessment.questionnaires questionnaire on questionnaire.id = question.questionnaire
           order by questionnaire.slug, questionnaire.version, section.position,
                    question.position"""
    )
    for _, group in itertools.groupby(rows, key=lambda row: row["questionnaire"]):
        try:
            compile_definition([_question(dict(row)) for row in group])
        except MalformedDefinition as malformed:
            faults = [
                f"{one.path[0]} ({one.sentence})" if one.path else one.sentence
                for one in malformed.problems
            ]
            yield f"A questionnaire cannot be evaluated: {_listed(faults)}."


def _question(row: Mapping[str, Any]) -> QuestionSource:
    return QuestionSource(
        key=row["key"],
        type=QuestionType(row["type"]),
        options=json.loads(row["options"]),
        validation=json.loads(row["validation"]),
        required=row["required"],
        rules=tuple(
            RuleSource(VisibilityAction(rule["action"]), rule["condition"], rule["priority"])
            for rule in json.loads(row["rules"])
        ),
    )


def _listed(found: Sequence[str]) -> str:
    """The first three, and that there are more."""
    return ", ".join(found[:3]) + (" and more" if len(found) > 3 else "")
