"""Payments, their ledger, and the report over them."""

from decimal import Decimal
from typing import Annotated
from uuid import UUID

import strawberry
from strawberry import ID

from app.actions import payments as actions
from app.bridge import (
    Follow,
    Node,
    aggregates,
    ascending,
    auto,
    descending,
    followed_key,
    given,
    input_type,
    listing,
    row_key,
    single,
    to_many,
)
from app.context import Context
from app.policy import ADMINS, USERS
from app.schema.registry import mutations, registry, subscriptions
from app.tables import payments as tables

Key = Annotated[
    str | None,
    strawberry.argument(
        description="Your own key for this request: repeated with it, nothing is done twice."
    ),
]


@registry.exposes(tables.Payment)
class Payment(Node):
    """A payment; its payer and administrators see it."""

    user: auto
    amount: auto
    currency: auto
    status: auto
    type: auto
    description: auto
    metadata: auto
    idempotency_key: auto
    created_at: auto
    updated_at: auto
    transactions: auto = to_many(
        tables.PaymentTransaction.payment,
        ascending(tables.PaymentTransaction.created_at),
        description="What happened to the money, oldest first.",
    )


@registry.exposes(tables.PaymentTransaction)
class PaymentTransaction(Node):
    """A row of a payment's ledger: written once, never changed."""

    payment: auto
    transaction_type: auto
    amount: auto
    status: auto
    metadata: auto
    idempotency_key: auto
    created_at: auto


@registry.exposes(tables.PaymentReport)
class PaymentReport(Node):
    """A user's payments in one currency, for administrators."""

    user: auto
    email: auto
    role: auto
    currency: auto
    total_payments: auto
    total_amount: auto
    average_amount: auto


@registry.query
class PaymentsQuery:
    """Payments."""

    payment: auto = single(tables.Payment)
    payments: auto = listing(
        tables.Payment,
        descending(tables.Payment.created_at),
        description="Every Payment you may see, newest first.",
    )
    payments_aggregate: auto = aggregates(
        tables.Payment,
        tables.Payment.user,
        tables.Payment.currency,
        tables.Payment.status,
        tables.Payment.created_at,
    )
    payment_reports: auto = listing(
        tables.PaymentReport,
        ascending(tables.PaymentReport.email),
        ascending(tables.PaymentReport.currency),
        description="For administrators: each user's payments in each currency, in every state.",
    )


# --- changes --------------------------------------------------------------------------------------


@input_type(tables.Payment)
class CreatePaymentInput:
    """A new payment of your own."""

    amount: auto
    currency: auto
    type: auto
    description: auto
    metadata: auto
    idempotency_key: auto


@mutations.field(who=USERS, payment=tables.Payment)
async def create_payment(context: Context, input: CreatePaymentInput) -> UUID:
    """Make a payment. Repeated with the same idempotencyKey, it answers with the first one."""
    return await actions.create(context, given(input))


@mutations.field(who=USERS, payment=tables.Payment)
async def initiate_payment(context: Context, id: ID) -> UUID:
    """Hand a pending payment over for processing."""
    return await actions.initiate(context, row_key(tables.Payment, id))


@mutations.field(who=USERS, payment=tables.Payment)
async def cancel_payment(context: Context, id: ID) -> UUID:
    """Call a payment off, as long as nothing of it is captured."""
    return await actions.cancel(context, row_key(tables.Payment, id))


@mutations.field(who=ADMINS, payment=tables.Payment)
async def process_payment(context: Context, id: ID) -> UUID:
    """Authorize an initiated payment's whole amount."""
    return await actions.process(context, row_key(tables.Payment, id))


@mutations.field(who=ADMINS, payment=tables.Payment)
async def capture_payment(
    context: Context, id: ID, amount: Decimal, idempotency_key: Key = None
) -> UUID:
    """Take a part of what was authorized."""
    return await actions.capture(context, row_key(tables.Payment, id), amount, idempotency_key)


@mutations.field(who=ADMINS, payment=tables.Payment)
async def complete_payment(context: Context, id: ID) -> UUID:
    """Take what is not captured yet, and end the payment well."""
    return await actions.complete(context, row_key(tables.Payment, id))


@mutations.field(who=ADMINS, payment=tables.Payment)
async def fail_payment(context: Context, id: ID, reason: str) -> UUID:
    """End a payment badly, as long as nothing of it is captured.

    `reason`, of 200 characters at most, is for the audit log.
    """
    return await actions.fail(context, row_key(tables.Payment, id), reason)


@mutations.field(who=ADMINS, payment=tables.Payment)
async def refund_payment(
    context: Context, id: ID, amount: Decimal | None = None, idempotency_key: Key = None
) -> UUID:
    """Give back an amount of a completed payment, or all that is left of it."""
    return await actions.refund(context, row_key(tables.Payment, id), amount, idempotency_key)


# --- what can be followed -------------------------------------------------------------------------


@subscriptions.field(who=USERS, payment=tables.Payment)
async def payment_status_changed(
    context: Context,
    payment_id: Annotated[ID | None, "One payment; without it, all of your own."],
) -> Follow:
    """A payment when it is made, and whenever its status changes: all of your own, or one."""
    if payment_id is None:
        return Follow("payment", str(context.viewer.values["user"]))
    key = followed_key(tables.Payment, "paymentId", payment_id)
    payer = await actions.payer(context, key)
    return Follow("payment", str(payer), row=key, parent=(tables.Payment, key))
