"""Payments in every state, each with a ledger that says how it got there."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from piccolo.table import Table

from app.tables.identity import User
from app.tables.payments import (
    Payment,
    PaymentStatus,
    PaymentTransaction,
    PaymentType,
    TransactionType,
)
from seeds import identity
from seeds.ids import moment, number, stable_id
from seeds.upsert import build

# Builders


def payment(*, user: User | UUID, **overrides: Any) -> Payment:
    """A payment of 25 dollars that nothing has happened to yet."""
    n = number()
    defaults = {
        "user": user,
        "amount": Decimal("25.00"),
        "currency": "USD",
        "description": f"Order {n}",
        "idempotency_key": f"order-{n}",
    }
    return build(Payment, defaults, overrides)


def transaction(
    *, payment: Payment | UUID, amount: Decimal = Decimal("25.00"), **overrides: Any
) -> PaymentTransaction:
    """A row of a payment's ledger: an authorization that succeeded."""
    defaults = {
        "payment": payment,
        "amount": amount,
        "transaction_type": TransactionType.AUTHORIZATION,
        "status": PaymentStatus.COMPLETED,
    }
    return build(PaymentTransaction, defaults, overrides)


# The seed rows

AUTHORIZATION, CAPTURE, REFUND, VOID = TransactionType
_OK, _BAD = PaymentStatus.COMPLETED, PaymentStatus.FAILED

# order, payer, amount, currency, state, what for, ledger of (type, amount, how it ended)
_PAYMENTS: tuple[
    tuple[
        str,
        str,
        str,
        str,
        PaymentStatus,
        str,
        tuple[tuple[TransactionType, str, PaymentStatus], ...],
    ],
    ...,
] = (
    (
        "1001",
        identity.CUSTOMER,
        "249.00",
        "EUR",
        PaymentStatus.COMPLETED,
        "Harbour Ledger, yearly plan",
        ((AUTHORIZATION, "249.00", _OK), (CAPTURE, "249.00", _OK)),
    ),
    (
        "1002",
        identity.CUSTOMER,
        "80.00",
        "EUR",
        PaymentStatus.COMPLETED,
        "Two training sessions, one cancelled",
        ((AUTHORIZATION, "80.00", _OK), (CAPTURE, "80.00", _OK), (REFUND, "40.00", _OK)),
    ),
    (
        "1003",
        "lukas.brunner@seedbed.example",
        "120.50",
        "CHF",
        PaymentStatus.COMPLETED,
        "Maps, delivered in two parts, returned",
        (
            (AUTHORIZATION, "120.50", _OK),
            (CAPTURE, "70.50", _OK),
            (CAPTURE, "50.00", _OK),
            (REFUND, "70.50", _OK),
            (REFUND, "50.00", _OK),
        ),
    ),
    (
        "1004",
        identity.VENDOR,
        "15.00",
        "USD",
        PaymentStatus.PROCESSING,
        "Listing fee, September",
        ((AUTHORIZATION, "15.00", _OK),),
    ),
    ("1005", identity.VENDOR, "15.00", "USD", PaymentStatus.INITIATED, "Listing fee, October", ()),
    ("1006", identity.VENDOR, "15.00", "USD", PaymentStatus.PENDING, "Listing fee, November", ()),
    (
        "1007",
        identity.USER,
        "9.99",
        "USD",
        PaymentStatus.FAILED,
        "Supporter badge",
        ((AUTHORIZATION, "9.99", _BAD),),
    ),
    (
        "1008",
        identity.USER,
        "9.99",
        "USD",
        PaymentStatus.CANCELLED,
        "Supporter badge, second try",
        ((AUTHORIZATION, "9.99", _OK), (VOID, "9.99", _OK)),
    ),
    (
        "1009",
        identity.STAFF,
        "1850.00",
        "GBP",
        PaymentStatus.COMPLETED,
        "Stand at the education fair",
        ((AUTHORIZATION, "1850.00", _OK), (CAPTURE, "1850.00", _OK)),
    ),
)


def rows() -> list[Table]:
    """Everything of this domain."""
    found: list[Table] = []
    for nth, (order, payer, amount, currency, status, purpose, ledger) in enumerate(_PAYMENTS):
        begun = moment(30 + 2 * nth)
        untouched = not ledger
        found.append(
            payment(
                user=identity.user_id(payer),
                id=payment_id(order),
                amount=Decimal(amount),
                currency=currency,
                status=status,
                type=PaymentType.INITIATE if untouched else PaymentType.PAYMENT,
                description=purpose,
                metadata={"order": order, "channel": "web"},
                idempotency_key=f"order-{order}",
                created_at=begun,
            )
        )
        found += [
            transaction(
                payment=payment_id(order),
                amount=Decimal(part),
                id=stable_id(f"payment_transactions/{order}/{step}"),
                transaction_type=kind,
                status=ended,
                metadata={"reference": f"{kind[:3]}-{order}-{step}"},
                created_at=begun + timedelta(minutes=1 + 15 * step),
            )
            for step, (kind, part, ended) in enumerate(ledger)
        ]
    return found


def payment_id(order: str) -> UUID:
    """The id of the seed payment for an order."""
    return stable_id(f"payments/{order}")
