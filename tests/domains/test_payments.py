"""Payments: every step and its ledger, who may take it, repeated requests, and the report."""

import json
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import httpx
import pytest

from app.database import SeedbedEngine
from app.tables import AuditLog, Payment, PaymentTransaction, User
from seeds import identity, payments
from seeds.upsert import save
from tests.graphql import ask, code_of, global_id, refuse, sign_in

SHOWN = "payment { id status transactions { nodes { transactionType amount } } }"


@dataclass
class People:
    """A customer, another one, an administrator, and their tokens by name."""

    customer: User = field(default_factory=lambda: identity.user(role="CUSTOMER"))
    other: User = field(default_factory=lambda: identity.user(role="VENDOR"))
    admin: User = field(default_factory=lambda: identity.user(role="ADMIN"))
    tokens: dict[str, str] = field(default_factory=dict)


@pytest.fixture
async def people(database: SeedbedEngine) -> People:
    """Three people who are logged in."""
    assert database
    made = People()
    await save(made.customer, made.other, made.admin)
    for name in ("customer", "other", "admin"):
        made.tokens[name] = await sign_in(getattr(made, name))
    return made


async def create(client: httpx.AsyncClient, token: str, **values: Any) -> Any:
    """The payload of `createPayment`."""
    document = f"""mutation($input: CreatePaymentInput!) {{
      createPayment(input: $input) {{ {SHOWN} errors {{ code path }} }} }}"""
    given = {"amount": "25.00", **values}
    return (await ask(client, document, {"input": given}, token))["createPayment"]


async def step(
    client: httpx.AsyncClient, token: str, name: str, id_: str, arguments: str = ""
) -> Any:
    """The payload of a step."""
    document = f"""mutation {{ {name}(id: "{id_}"{arguments}) {{
      {SHOWN} errors {{ code path message }} }} }}"""
    return (await ask(client, document, None, token))[name]


async def status_of() -> str:
    """The status of the only payment."""
    (row,) = await Payment.select(Payment.status)
    return str(row["status"])


def ledger(payload: Any) -> list[tuple[str, str]]:
    """The rows of a payload's ledger."""
    nodes = payload["payment"]["transactions"]["nodes"]
    return [(node["transactionType"], node["amount"]) for node in nodes]


async def test_a_payment_from_beginning_to_refund(
    client: httpx.AsyncClient, people: People
) -> None:
    customer, admin = people.tokens["customer"], people.tokens["admin"]
    made = await create(client, customer)
    id_ = made["payment"]["id"]
    assert (made["payment"]["status"], ledger(made)) == ("PENDING", [])
    assert (await step(client, customer, "initiatePayment", id_))["payment"][
        "status"
    ] == "INITIATED"
    done = await step(client, admin, "processPayment", id_)
    assert (done["payment"]["status"], ledger(done)) == (
        "PROCESSING", [("AUTHORIZATION", "25.00")]
    )  # fmt: skip
    await step(client, admin, "capturePayment", id_, ', amount: "10.50"')
    done = await step(client, admin, "completePayment", id_)
    assert (done["payment"]["status"], ledger(done)[1:]) == (
        "COMPLETED", [("CAPTURE", "10.50"), ("CAPTURE", "14.50")]
    )  # fmt: skip
    await step(client, admin, "refundPayment", id_, ', amount: "0.01"')
    done = await step(client, admin, "refundPayment", id_)
    assert ledger(done)[3:] == [("REFUND", "0.01"), ("REFUND", "24.99")]
    rows = await AuditLog.select().order_by(AuditLog.id)
    assert [row["action"] for row in rows] == [
        "payment.create", "payment.initiate", "payment.process", "payment.capture",
        "payment.complete", "payment.refund", "payment.refund",
    ]  # fmt: skip
    assert {row["resource_type"] for row in rows} == {"Payment"}
    assert {row["resource_id"] for row in rows} == {id_.removeprefix("Payment_")}
    details = json.loads(rows[3]["details"])
    assert details["amount"] == "10.50"
    assert [with_["type"] for with_ in details["with"]] == ["PaymentTransaction"]


async def test_a_cancelled_payment_is_void(client: httpx.AsyncClient, people: People) -> None:
    payment = payments.payment(user=people.customer, status="PROCESSING")
    await save(payment)
    done = await step(client, people.tokens["customer"], "cancelPayment", global_id(payment))
    assert (done["payment"]["status"], ledger(done)) == ("CANCELLED", [("VOID", "25.00")])


async def test_a_failed_payment_has_its_reason_on_record(
    client: httpx.AsyncClient, people: People
) -> None:
    payment = payments.payment(user=people.customer, status="INITIATED")
    await save(payment)
    token, id_ = people.tokens["admin"], global_id(payment)
    # What the record would cut, or cannot hold, is not taken.
    for reason, code in (("x" * 201, "TOO_LONG"), ("a\\u0000", "INVALID")):
        told = await step(client, token, "failPayment", id_, f', reason: "{reason}"')
        assert [(each["code"], each["path"]) for each in told["errors"]] == [(code, ["reason"])]
    done = await step(client, token, "failPayment", id_, ', reason: "no funds"')
    assert (done["payment"]["status"], ledger(done)) == ("FAILED", [])
    (row,) = await AuditLog.select()
    assert json.loads(row["details"]) == {
        "reason": "no funds", "changes": {"status": ["INITIATED", "FAILED"]}
    }  # fmt: skip


ALLOWED = {
    "PENDING": {"initiatePayment", "failPayment", "cancelPayment"},
    "INITIATED": {"processPayment", "failPayment", "cancelPayment"},
    "PROCESSING": {"capturePayment", "completePayment", "failPayment", "cancelPayment"},
    "COMPLETED": {"refundPayment"},
    "FAILED": set(),
    "CANCELLED": set(),
}
STEPS = {
    "initiatePayment": "",
    "processPayment": "",
    "capturePayment": ', amount: "1"',
    "completePayment": "",
    "failPayment": ', reason: "r"',
    "cancelPayment": "",
    "refundPayment": ', amount: "1"',
}


@pytest.mark.parametrize("status", ALLOWED)
@pytest.mark.parametrize("name", STEPS)
async def test_steps_that_are_not_for_a_state(
    client: httpx.AsyncClient, people: People, status: str, name: str
) -> None:
    payment = payments.payment(user=people.customer, status=status)
    captured = payments.transaction(payment=payment, transaction_type="CAPTURE")
    await save(payment, *([captured] if status == "COMPLETED" else []))
    told = await step(client, people.tokens["admin"], name, global_id(payment), STEPS[name])
    if name in ALLOWED[status]:
        assert told["errors"] == []
        return
    assert [error["code"] for error in told["errors"]] == ["ILLEGAL_STEP"]
    allowed = [one.removesuffix("Payment") for one in STEPS if one in ALLOWED[status]]
    said = told["errors"][0]["message"]
    assert all(one in said for one in allowed)
    assert bool(allowed) is ("nothing more can be done" not in said)
    assert await status_of() == status
    assert await AuditLog.count() == 0


@pytest.mark.parametrize(
    ("status", "name", "arguments", "code"),
    [
        ("PROCESSING", "capturePayment", ', amount: "15.01"', "AMOUNT_EXCEEDED"),
        ("PROCESSING", "capturePayment", ', amount: "0"', "INVALID"),
        ("PROCESSING", "capturePayment", ', amount: "-1"', "INVALID"),
        ("PROCESSING", "capturePayment", ', amount: "0.001"', "INVALID"),
        ("PROCESSING", "capturePayment", ', amount: "1e400"', "AMOUNT_EXCEEDED"),
        ("COMPLETED", "refundPayment", ', amount: "10.01"', "AMOUNT_EXCEEDED"),
        ("COMPLETED", "refundPayment", ', amount: "0.005"', "INVALID"),
        ("PROCESSING", "cancelPayment", "", "ILLEGAL_STEP"),
        ("PROCESSING", "failPayment", ', reason: "r"', "ILLEGAL_STEP"),
    ],
)
async def test_amounts_that_are_too_much_or_no_amounts(
    client: httpx.AsyncClient, people: People, status: str, name: str, arguments: str, code: str
) -> None:
    payment = payments.payment(user=people.customer, status=status)
    part = payments.transaction(
        payment=payment, transaction_type="CAPTURE", amount=Decimal("10.00")
    )
    await save(payment, part)
    told = await step(client, people.tokens["admin"], name, global_id(payment), arguments)
    assert [error["code"] for error in told["errors"]] == [code]
    assert await PaymentTransaction.count() == 1
    assert await status_of() == status
    assert await AuditLog.count() == 0


@pytest.mark.parametrize("name", STEPS)
async def test_nobody_takes_steps_with_the_payments_of_others(
    client: httpx.AsyncClient, people: People, name: str
) -> None:
    payment = payments.payment(user=people.customer)
    await save(payment)
    document = (
        f'mutation {{ {name}(id: "{global_id(payment)}"{STEPS[name]}) {{ errors {{ code }} }} }}'
    )
    assert code_of(await refuse(client, document)) == "UNAUTHENTICATED"
    other = people.tokens["other"]
    if name in {"initiatePayment", "cancelPayment"}:
        told = await ask(client, document, None, other)
        assert told == {name: {"errors": [{"code": "NOT_FOUND"}]}}
    else:
        assert code_of(await refuse(client, document, None, other)) == "FORBIDDEN"
        assert (
            code_of(await refuse(client, document, None, people.tokens["customer"])) == "FORBIDDEN"
        )
    assert await status_of() == "PENDING"


async def test_a_repeated_request_gives_the_first_answer(
    client: httpx.AsyncClient, people: People
) -> None:
    token = people.tokens["customer"]
    first = await create(client, token, idempotencyKey="k", metadata={"order": 1})
    again = await create(client, token, idempotencyKey="k", metadata={"order": 1}, currency="USD")
    assert again == first
    for other in (
        {"amount": "25.01", "metadata": {"order": 1}},
        {"currency": "EUR", "metadata": {"order": 1}},
        {"metadata": {"order": 2}},
        {},
        {"description": "d", "metadata": {"order": 1}},
    ):
        told = await create(client, token, idempotencyKey="k", **other)
        assert told == {
            "payment": None,
            "errors": [{"code": "IDEMPOTENCY_KEY_REUSED", "path": ["input", "idempotencyKey"]}],
        }
    # Another person's keys are their own.
    assert (await create(client, people.tokens["other"], idempotencyKey="k"))["payment"]
    assert (await Payment.count(), await AuditLog.count()) == (2, 2)


async def test_a_repeated_refund_is_one(client: httpx.AsyncClient, people: People) -> None:
    payment = payments.payment(user=people.customer, status="COMPLETED")
    await save(payment, payments.transaction(payment=payment, transaction_type="CAPTURE"))
    admin, id_ = people.tokens["admin"], global_id(payment)
    given = ', amount: "5", idempotencyKey: "r1"'
    first = await step(client, admin, "refundPayment", id_, given)
    assert await step(client, admin, "refundPayment", id_, given) == first
    told = await step(client, admin, "refundPayment", id_, given.replace('"5"', '"6"'))
    assert [error["code"] for error in told["errors"]] == ["IDEMPOTENCY_KEY_REUSED"]
    assert sorted(ledger(first)) == [("CAPTURE", "25.00"), ("REFUND", "5.00")]
    assert await AuditLog.count() == 1
    # All that is left is another request than an amount, also where it would come to the same.
    told = await step(client, admin, "refundPayment", id_, ', idempotencyKey: "r1"')
    assert [error["code"] for error in told["errors"]] == ["IDEMPOTENCY_KEY_REUSED"]
    rest = ', idempotencyKey: "r2"'
    first = await step(client, admin, "refundPayment", id_, rest)
    assert sorted(ledger(first)) == [("CAPTURE", "25.00"), ("REFUND", "20.00"), ("REFUND", "5.00")]
    assert await step(client, admin, "refundPayment", id_, rest) == first
    told = await step(client, admin, "refundPayment", id_, ', amount: "20", idempotencyKey: "r2"')
    assert [error["code"] for error in told["errors"]] == ["IDEMPOTENCY_KEY_REUSED"]


async def test_a_payment_that_is_refunded_has_nothing_left(
    client: httpx.AsyncClient, people: People
) -> None:
    payment = payments.payment(user=people.customer, status="COMPLETED")
    await save(payment, payments.transaction(payment=payment, transaction_type="CAPTURE"))
    admin, id_ = people.tokens["admin"], global_id(payment)
    assert (await step(client, admin, "refundPayment", id_))["errors"] == []
    for given in ("", ', amount: "0.01"'):
        told = await step(client, admin, "refundPayment", id_, given)
        problem = "all that was captured is refunded already"
        assert told["errors"] == [{"code": "AMOUNT_EXCEEDED", "path": ["id"], "message": problem}]


@pytest.mark.parametrize(
    ("given", "amount"),
    [("12.10", "12.10"), ("12", "12.00"), ("99999999.99", "99999999.99"), ('"1e1"', "10.00")],
)
async def test_an_amount_is_exact_to_the_cent_also_as_a_number(
    client: httpx.AsyncClient, people: People, given: str, amount: str
) -> None:
    token = people.tokens["customer"]
    for written, head, variables in (
        (given, "", {}),
        ("$amount", "($amount: Decimal!)", {"amount": json.loads(given)}),
    ):
        document = f"""mutation{head} {{
          createPayment(input: {{amount: {written}}}) {{ payment {{ amount }} }} }}"""
        told = (await ask(client, document, variables, token))["createPayment"]
        assert told == {"payment": {"amount": amount}}


@pytest.mark.parametrize(
    "amount", [True, "1_2", "\uff11\uff12", " 12", "", "0x1", "NaN", "1e9999999"]
)
async def test_what_is_no_amount(client: httpx.AsyncClient, people: People, amount: object) -> None:
    document = """mutation($amount: Decimal!) {
      createPayment(input: {amount: $amount}) { payment { id } } }"""
    (told,) = await refuse(client, document, {"amount": amount}, people.tokens["customer"])
    assert "a Decimal is a text" in told["message"]
    assert await Payment.count() == 0


async def test_a_refund_of_an_amount_is_not_one_of_all_that_is_left(
    client: httpx.AsyncClient, people: People
) -> None:
    payment = payments.payment(user=people.customer, status="COMPLETED")
    await save(payment, payments.transaction(payment=payment, transaction_type="CAPTURE"))
    admin, id_ = people.tokens["admin"], global_id(payment)
    part, rest = ', amount: "5", idempotencyKey: "part"', ', idempotencyKey: "rest"'
    await step(client, admin, "refundPayment", id_, part)
    first = await step(client, admin, "refundPayment", id_, rest)
    assert sorted(ledger(first)) == [("CAPTURE", "25.00"), ("REFUND", "20.00"), ("REFUND", "5.00")]
    assert await step(client, admin, "refundPayment", id_, rest) == first
    for arguments in (part.replace(', amount: "5"', ""), f'{rest}, amount: "20"'):
        told = await step(client, admin, "refundPayment", id_, arguments)
        assert [error["code"] for error in told["errors"]] == ["IDEMPOTENCY_KEY_REUSED"]
    assert await PaymentTransaction.count() == 3


@pytest.mark.parametrize("number", ["123456789012345678901234567890", "12345678901234567890.5"])
async def test_a_repeated_request_with_a_large_number_is_the_same(
    client: httpx.AsyncClient, people: People, number: str
) -> None:
    given = f'amount: "1", idempotencyKey: "k", metadata: {{ n: {number} }}'
    document = f"mutation {{ createPayment(input: {{ {given} }}) {{ {SHOWN} errors {{ code }} }} }}"
    answers = [await ask(client, document, None, people.tokens["customer"]) for _ in range(2)]
    assert answers[0] == answers[1]
    assert answers[0]["createPayment"]["errors"] == []


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ({"amount": "0"}, "amount"),
        ({"amount": "1e30"}, "amount"),
        ({"amount": "1.001"}, "amount"),
        ({"amount": "100000000"}, "amount"),
        ({"currency": "usd"}, "currency"),
        ({"metadata": []}, "metadata"),
        ({"description": "d" * 1001}, "description"),
        ({"idempotencyKey": "k" * 201}, "idempotencyKey"),
        ({"idempotencyKey": ""}, "idempotencyKey"),
        ({"idempotencyKey": " "}, "idempotencyKey"),
    ],
)
async def test_input_that_does_not_fit(
    client: httpx.AsyncClient, people: People, values: dict[str, Any], path: str
) -> None:
    told = await create(client, people.tokens["customer"], **values)
    assert [error["path"] for error in told["errors"]] == [["input", path]]
    assert await Payment.count() == 0


async def test_the_report_is_for_administrators(client: httpx.AsyncClient, people: People) -> None:
    for amount, currency in (("0.10", "USD"), ("0.20", "USD"), ("7.00", "EUR")):
        await save(
            payments.payment(user=people.customer, amount=Decimal(amount), currency=currency)
        )
    document = """{ paymentReports {
      nodes { email currency totalPayments totalAmount averageAmount user { id } } } }"""
    data = await ask(client, document, None, people.tokens["admin"])
    email = people.customer.email
    user = {"id": global_id(people.customer)}
    assert data["paymentReports"]["nodes"] == [
        {"email": email, "currency": "EUR", "totalPayments": 1, "totalAmount": "7.00",
         "averageAmount": "7.00", "user": user},
        {"email": email, "currency": "USD", "totalPayments": 2, "totalAmount": "0.30",
         "averageAmount": "0.15", "user": user},
    ]  # fmt: skip
    for token in (None, people.tokens["customer"]):
        shown = await ask(client, "{ paymentReports { totalCount nodes { id } } }", None, token)
        assert shown == {"paymentReports": {"totalCount": 0, "nodes": []}}
