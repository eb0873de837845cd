"""Payments, their ledger, and the report over them."""

import enum
from typing import NoReturn

from piccolo.columns import (
    JSONB,
    UUID,
    BigInt,
    ForeignKey,
    Numeric,
    OnDelete,
    Text,
    Varchar,
)
from piccolo.constraints import Unique
from piccolo.table import Table

from app.tables import checks
from app.tables.base import AppendOnlyTable, AppTable
from app.tables.identity import User, UserRole

__all__ = [
    "Payment",
    "PaymentReport",
    "PaymentStatus",
    "PaymentTransaction",
    "PaymentType",
    "ReadOnlyTableError",
    "TransactionType",
]


class PaymentStatus(enum.StrEnum):
    """How far a payment has come."""

    PENDING = "PENDING"
    INITIATED = "INITIATED"
    PROCESSING = "PROCESSING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


class PaymentType(enum.StrEnum):
    """What a payment was made as."""

    INITIATE = "INITIATE"
    PAYMENT = "PAYMENT"


class TransactionType(enum.StrEnum):
    """What a row of the ledger records."""

    AUTHORIZATION = "AUTHORIZATION"
    CAPTURE = "CAPTURE"
    REFUND = "REFUND"
    VOID = "VOID"


class Payment(AppTable, tablename="payments", schema="payments"):
    """A payment by a user, with its state; what happened to the money is in its transactions."""

    user: ForeignKey[User] = ForeignKey(
        User, null=False, on_delete=OnDelete.restrict, help_text="Who pays."
    )
    amount: Numeric = Numeric(
        digits=(10, 2), null=False, default=None, help_text="How much, more than zero."
    )
    currency: Varchar = Varchar(
        length=3, null=False, default="USD", help_text="The amount's currency (ISO 4217)."
    )
    status: Varchar = Varchar(
        length=20,
        default=PaymentStatus.PENDING,
        choices=PaymentStatus,
        index=True,
        help_text="How far it has come.",
    )
    type: Varchar = Varchar(
        length=20, default=PaymentType.PAYMENT, choices=PaymentType, help_text="What it is."
    )
    description: Text = Text(null=True, default=None, help_text="What it is for.")
    metadata: JSONB = JSONB(default="{}", help_text="Whatever else belongs to it, an object.")
    idempotency_key: Varchar = Varchar(
        length=200,
        null=True,
        default=None,
        help_text="The caller's key: a request repeated with it does nothing twice.",
    )

    key_per_user = Unique([user, idempotency_key])
    amount_range = checks.more_than("amount", 0)
    currency_shape = checks.currency("currency")
    description_length = checks.length("description", 0, 1_000)
    metadata_shape = checks.object_("metadata")


class PaymentTransaction(AppendOnlyTable, tablename="payment_transactions", schema="payments"):
    """A row of a payment's ledger, in the payment's currency.

    The database refuses to change or delete it; it goes only with its payment, or by the retention
    command.
    """

    payment: ForeignKey[Payment] = ForeignKey(
        Payment, null=False, on_delete=OnDelete.cascade, help_text="The payment it belongs to."
    )
    transaction_type: Varchar = Varchar(
        length=20,
        null=False,
        default=None,
        choices=TransactionType,
        help_text="What happened to the money.",
    )
    amount: Numeric = Numeric(
        digits=(10, 2), null=False, default=None, help_text="How much, more than zero."
    )
    status: Varchar = Varchar(
        length=20, null=False, default=None, choices=PaymentStatus, help_text="How it ended."
    )
    metadata: JSONB = JSONB(default="{}", help_text="Whatever else belongs to it, an object.")
    idempotency_key: Varchar = Varchar(
        length=200,
        null=True,
        default=None,
        help_text="The caller's key: a request repeated with it does nothing twice.",
    )

    key_per_payment = Unique([payment, idempotency_key])
    amount_range = checks.more_than("amount", 0)
    metadata_shape = checks.object_("metadata")


class ReadOnlyTableError(TypeError):
    """A view was asked to change."""

    def __init__(self) -> None:
        super().__init__("Payment reports are read only: change the payments they are made from.")


class PaymentReport(Table, tablename="payment_reports", schema="payments", tags=["view"]):
    """A user's payments in one currency: how many, how much, and the average.

    A view, made by a migration. One row for each user and currency, because amounts of different
    currencies cannot be added; `id` is made from those two.
    """

    id: UUID = UUID(primary_key=True, help_text="Made from the user and the currency.")
    user: ForeignKey[User] = ForeignKey(
        User, null=False, on_delete=OnDelete.restrict, help_text="Who pays."
    )
    email: Varchar = Varchar(length=254, help_text="The user's email.")
    role: Varchar = Varchar(length=20, choices=UserRole, help_text="The user's role.")
    currency: Varchar = Varchar(length=3, help_text="The currency of the amounts.")
    total_payments: BigInt = BigInt(help_text="How many payments, in every state.")
    total_amount: Numeric = Numeric(help_text="Their sum.")
    average_amount: Numeric = Numeric(help_text="Their average, to two places.")

    @classmethod
    def insert(cls, *_: object, **__: object) -> NoReturn:
        """Refused: this is a view."""
        raise ReadOnlyTableError

    @classmethod
    def update(cls, *_: object, **__: object) -> NoReturn:
        """Refused: this is a view."""
        raise ReadOnlyTableError

    @classmethod
    def delete(cls, *_: object, **__: object) -> NoReturn:
        """Refused: this is a view."""
        raise ReadOnlyTableError

    @classmethod
    def create_table(cls, *_: object, **__: object) -> NoReturn:
        """Refused: this is a view."""
        raise ReadOnlyTableError

    @classmethod
    def alter(cls, *_: object, **__: object) -> NoReturn:
        """Refused: this is a view."""
        raise ReadOnlyTableError

    def save(self, *_: object, **__: object) -> NoReturn:
        """Refused: this is a view."""
        raise ReadOnlyTableError

    def remove(self, *_: object, **__: object) -> NoReturn:
        """Refused: this is a view."""
        raise ReadOnlyTableError
