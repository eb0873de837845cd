"""Payments under real concurrency: many at once, on connections of their own, with real commits."""

import asyncio
from decimal import Decimal
from typing import Any

import httpx

from app.database import SeedbedEngine
from app.tables import AuditLog, Payment, PaymentTransaction
from seeds import identity, payments
from seeds.upsert import save
from tests.graphql import ask, global_id, sign_in

CREATE = """mutation { createPayment(input: {amount: "9.99", idempotencyKey: "once"}) {
  payment { id } errors { code } } }"""


async def _sum(kind: str) -> Decimal:
    rows = await PaymentTransaction.select().where(PaymentTransaction.transaction_type == kind)
    return sum((row["amount"] for row in rows), Decimal(0))


async def test_fifty_identical_requests_make_one_payment(
    client: httpx.AsyncClient, committed: SeedbedEngine
) -> None:
    assert committed
    user = identity.user(role="CUSTOMER")
    await save(user)
    token = await sign_in(user)
    answers = await asyncio.gather(*(ask(client, CREATE, None, token) for _ in range(50)))
    assert len({str(answer) for answer in answers}) == 1
    assert (await Payment.count(), await AuditLog.count()) == (1, 1)


async def test_racing_captures_and_refunds_never_pass_the_amounts(
    client: httpx.AsyncClient, committed: SeedbedEngine
) -> None:
    assert committed
    user, admin = identity.user(), identity.user(role="ADMIN")
    payment = payments.payment(user=user, status="PROCESSING", amount=Decimal("10.00"))
    await save(user, admin, payment)
    token = await sign_in(admin)

    async def step(name: str, arguments: str = "") -> list[Any]:
        document = f"""mutation {{ {name}(id: "{global_id(payment)}"{arguments}) {{
          errors {{ code }} }} }}"""
        errors: list[Any] = (await ask(client, document, None, token))[name]["errors"]
        return errors

    told = await asyncio.gather(*(step("capturePayment", ', amount: "0.70"') for _ in range(20)))
    assert sorted(len(errors) for errors in told) == [0] * 14 + [1] * 6
    assert await _sum("CAPTURE") == Decimal("9.80")
    mixed = [step("completePayment"), *(step("refundPayment", ', amount: "3"') for _ in range(10))]
    await asyncio.gather(*mixed)
    await asyncio.gather(*(step("refundPayment", ', amount: "3"') for _ in range(10)))
    assert await _sum("CAPTURE") == Decimal("10.00")
    assert await _sum("REFUND") == Decimal("9.00")
    done = await AuditLog.count().where(AuditLog.action == "payment.refund")
    assert done == 3
