"""Every check finds the fault that it is there for, and says which."""

from typing import NamedTuple

import pytest

from app.database import SeedbedEngine
from seeds.checks import DEMO_CHECKS, check
from seeds.ids import stable_id
from seeds.runner import seed

_RULE = "update assessment.visibility_rules set condition = '{}' where question = '{}'"
_FIRST_QUESTION = stable_id("questions/engineering-readiness/1/product_name")
_STATUS_PAGE = stable_id("questions/engineering-readiness/1/status_page")
_INCIDENT = stable_id("questions/engineering-readiness/1/incident_contact")


def _rule(condition: str) -> str:
    return _RULE.format(condition, _STATUS_PAGE)


class Fault(NamedTuple):
    """The check, what is done to the data, and the sentence that tells of it."""

    name: str
    sabotage: str
    sentence: str


SABOTAGE: list[Fault] = [
    Fault(
        "administrator",
        "update identity.users set role = 'USER' where role = 'ADMIN'",
        "No active user has the role ADMIN: there must be one.",
    ),
    Fault(
        "demo administrator",
        "update identity.users set status = 'SUSPENDED' where email = 'admin@seedbed.example'",
        "The demo administrator is not an active, verified ADMIN of an organisation with an email:"
        " admin@seedbed.example.",
    ),
    Fault(
        "standard categories",
        "update assessment.engineering_standards set category = 'CODING'"
        " where category = 'TESTING_QA'",
        "No engineering standard is of the category: TESTING_QA.",
    ),
    Fault(
        "document categories",
        "update assessment.document_types set category = 'BUSINESS' where category = 'COMPLIANCE'",
        "No document type is of the category: COMPLIANCE.",
    ),
    Fault(
        "roles",
        "update identity.users set status = 'PENDING' where role = 'VENDOR'",
        "No active user has the role: VENDOR.",
    ),
    Fault(
        "staff",
        "update identity.users set university = null where email = 'staff@seedbed.example'",
        "These members of staff work for no university: staff@seedbed.example.",
    ),
    Fault(
        "verified universities",
        "update catalog.courses set is_active = false where language = 'Danish';"
        "update catalog.universities set is_verified = false where country_code = 'DK'",
        "Fewer than three verified universities have staff and courses: 2 have.",
    ),
    Fault(
        "university slugs",
        "alter table catalog.universities drop constraint universities_slug_key;"
        "update catalog.universities set slug = 'aldermoor-university' where country_code = 'PT'",
        "Several universities share a slug: aldermoor-university.",
    ),
    Fault(
        "published questionnaire",
        "update assessment.questionnaires set status = 'ARCHIVED' where status = 'PUBLISHED'",
        "The published questionnaire is not complete: fewer than four sections, fewer than thirty"
        " questions, a type of question is missing and more.",
    ),
    Fault(
        "published questionnaire",
        "update assessment.questions set type = 'SCALE', options = '{}' where type = 'MATRIX'",
        "The published questionnaire is not complete: a type of question is missing.",
    ),
    Fault(
        "session states",
        "update assessment.assessment_sessions set status = 'ABANDONED'"
        " where status = 'IN_PROGRESS'",
        "No run through a questionnaire has the status: IN_PROGRESS.",
    ),
    Fault(
        "responses",
        "update assessment.assessment_sessions set questionnaire ="
        " (select id from assessment.questionnaires where status = 'DRAFT')"
        " where status = 'ABANDONED'",
        "Answers belong to a question of another questionnaire: product_name, stage.",
    ),
    Fault(
        "completed sessions",
        f"delete from assessment.responses where question = '{_FIRST_QUESTION}'",
        "Completed runs lack an answer to a required question: product_name.",
    ),
    Fault(
        "documents",
        "update assessment.documents set content = null where status = 'APPROVED'",
        "Documents lack what their status promises: Product brief: Harbour Ledger.",
    ),
    Fault(
        "document standards",
        "delete from assessment.document_type_standards using assessment.document_types kind"
        " where document_type = kind.id and slug = 'runbook'",
        "Document types follow no standard: runbook.",
    ),
    Fault(
        "conversations",
        "update projects.messages set role = 'ASSISTANT' where content like '%noughts%'",
        "Projects do not begin with a message of their owner: brave-otter.",
    ),
    Fault(
        "fragments",
        "update projects.messages set type = 'ERROR' where content like 'A board of nine%'",
        "Fragments hang on a message that is no result of the agent: Noughts and crosses.",
    ),
    Fault(
        "payment states",
        "update payments.payments set status = 'PENDING' where status = 'INITIATED'",
        "No payment has the status: INITIATED.",
    ),
    Fault(
        "ledgers",
        "insert into payments.payment_transactions (payment, transaction_type, amount, status)"
        f" values ('{stable_id('payments/1001')}', 'CAPTURE', 0.01, 'COMPLETED')",
        "The ledger and the amount or status of payments contradict each other:"
        f" {stable_id('payments/1001')}.",
    ),
    Fault(
        "ledgers",
        "insert into payments.payment_transactions (payment, transaction_type, amount, status)"
        f" values ('{stable_id('payments/1003')}', 'REFUND', 0.01, 'COMPLETED')",
        "The ledger and the amount or status of payments contradict each other:"
        f" {stable_id('payments/1003')}.",
    ),
    Fault(
        "ledgers",
        "update payments.payments set status = 'COMPLETED' where status = 'PROCESSING'",
        "The ledger and the amount or status of payments contradict each other:"
        f" {stable_id('payments/1004')}.",
    ),
    Fault(
        "post states",
        "update content.posts set published = true, published_at = now() where not published",
        "There is no post that is: a draft.",
    ),
    Fault(
        "comments",
        "update content.posts set created_at = '2026-11-01' where slug = 'machi-no-toshokan'",
        "Comments are older than their post: machi-no-toshokan, machi-no-toshokan.",
    ),
    Fault(
        "seed rows",
        "delete from identity.user_profiles where bio = 'Buy now!'",
        "identity.user_profiles has 12 of the 13 seed rows.",
    ),
    Fault(
        "seed rows",
        "delete from operations.system_configs where key = 'registration.open'",
        "operations.system_configs has 4 of the 5 seed rows.",
    ),
    Fault(
        "conditions",
        _rule('{"question": "no_such_key", "operator": "answered"}'),
        "A questionnaire cannot be evaluated: status_page (there is no question no_such_key).",
    ),
    Fault(
        "conditions",
        _rule('{"question": "stage", "operator": "resembles", "value": 1}'),
        "A questionnaire cannot be evaluated: status_page (there is no operator resembles).",
    ),
    Fault(
        "circles",
        _rule('{"question": "status_page", "operator": "answered"}'),
        "A questionnaire cannot be evaluated: visibility goes round in a circle: status_page ->"
        " status_page.",
    ),
    Fault(
        "circles",
        _RULE.format('{"not": {"question": "status_page", "operator": "answered"}}', _INCIDENT)
        + "; update assessment.visibility_rules set action = 'HIDE'"
        + f" where question = '{_INCIDENT}'",
        "A questionnaire cannot be evaluated: visibility goes round in a circle:"
        " incident_contact -> status_page -> incident_contact.",
    ),
]


@pytest.mark.parametrize("fault", SABOTAGE, ids=[fault.name for fault in SABOTAGE])
async def test_a_fault_is_found(database: SeedbedEngine, fault: Fault) -> None:
    await seed(database)
    for statement in fault.sabotage.split(";"):
        await database.fetch(statement)
    assert fault.sentence in await check(database, demo=True)


def test_every_check_is_sabotaged() -> None:
    assert {one.name for one in DEMO_CHECKS} <= {fault.name for fault in SABOTAGE}


async def test_an_operators_own_data_are_no_fault(database: SeedbedEngine) -> None:
    await seed(database)
    await database.fetch("update identity.users set university = null")
    assert await check(database, demo=False) == []
