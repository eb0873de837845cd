"""The audit log, which administrators read and follow."""

import httpx
import pytest
from starlette.applications import Starlette

from app.database import SeedbedEngine
from app.live import hub_of
from app.tables.identity import UserRole
from seeds import assessment, identity, operations, payments
from seeds.upsert import save
from tests.graphql import ask, global_id, sign_in
from tests.web.live.clients import events

AUDIT = "{ auditLogs { nodes { action resourceType details } } }"


async def test_administrators_read_the_audit_log(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    admin = identity.user(role=UserRole.ADMIN)
    await save(admin, operations.audit_log(action="post.publish"))
    found = await ask(client, AUDIT, token=await sign_in(admin))
    assert "post.publish" in {node["action"] for node in found["auditLogs"]["nodes"]}


@pytest.mark.parametrize("role", [role for role in UserRole if role is not UserRole.ADMIN])
async def test_nobody_else_does(
    client: httpx.AsyncClient, database: SeedbedEngine, role: UserRole
) -> None:
    user = identity.user(role=role)
    log = operations.audit_log(user=user)
    await save(user, log)
    token = await sign_in(user)
    assert await ask(client, AUDIT, token=token) == {"auditLogs": {"nodes": []}}
    one = "query ($id: ID!) { auditLog(id: $id) { action } }"
    assert await ask(client, one, {"id": global_id(log)}, token) == {"auditLog": None}


async def test_what_is_written_can_be_followed(
    application: Starlette, committed: SeedbedEngine
) -> None:
    admin = identity.user(role=UserRole.ADMIN)
    await save(admin)
    query = "subscription { auditLogAdded { auditLog { action } } }"
    async with events(application, query, token=await sign_in(admin)) as stream:
        await save(operations.audit_log(action="user.delete"))
        assert await stream.next() == {"auditLogAdded": {"auditLog": {"action": "user.delete"}}}
    await hub_of(committed).stop()


async def test_others_may_not_follow_it(application: Starlette, committed: SeedbedEngine) -> None:
    user = identity.user()
    await save(user)
    query = "subscription { auditLogAdded { position } }"
    async with events(application, query, token=await sign_in(user)) as stream:
        _, body = await stream.event()
        assert body["errors"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_a_documents_status_can_be_followed(
    application: Starlette, committed: SeedbedEngine
) -> None:
    user, questionnaire, kind = (
        identity.user(),
        assessment.questionnaire(),
        assessment.document_type(),
    )
    run = assessment.assessment_session(user=user, questionnaire=questionnaire)
    await save(user, questionnaire, kind, run)
    query = """
    subscription ($id: ID!) { documentStatusChanged(sessionId: $id) { document { status } } }
    """
    token = await sign_in(user)
    async with events(application, query, id=global_id(run), token=token) as stream:
        document = assessment.document(session=run, document_type=kind, status="PENDING")
        await save(document)
        assert _status(await stream.next(), "document") == "PENDING"
        await committed.fetch("update assessment.documents set status = 'GENERATING'")
        assert _status(await stream.next(), "document") == "GENERATING"
    await hub_of(committed).stop()


async def test_payments_of_ones_own_can_be_followed(
    application: Starlette, committed: SeedbedEngine
) -> None:
    user, other = identity.user(), identity.user()
    one, two = (payments.payment(user=user, status="PENDING") for _ in range(2))
    await save(user, other, one, two, payments.payment(user=other, status="PENDING"))
    token = await sign_in(user)
    query = """
    subscription ($id: ID) { paymentStatusChanged(paymentId: $id) { payment { id status } } }
    """
    async with (
        events(application, query, token=token) as every,
        events(application, query, id=global_id(two), token=token) as second,
    ):
        statement = "update payments.payments set status = 'FAILED' where id = $1"
        for payment in (one, two):
            await committed.fetch(statement, payment.id)
            told = (await every.next())["paymentStatusChanged"]["payment"]
            assert told == {"id": global_id(payment), "status": "FAILED"}
        told = (await second.next())["paymentStatusChanged"]["payment"]
        assert told == {"id": global_id(two), "status": "FAILED"}
    await hub_of(committed).stop()


def _status(data: dict[str, dict[str, dict[str, str]]], shown: str) -> str:
    return data["documentStatusChanged"][shown]["status"]
