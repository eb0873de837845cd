"""The report adds up a user's payments per currency, and cannot be written to."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from app.database.engine import SeedbedEngine
from app.tables import TABLES, Payment, PaymentReport, User
from app.tables.payments import ReadOnlyTableError
from tests.tables.rows import add

COLUMNS = ["email", "role", "currency", "total_payments", "total_amount", "average_amount"]


@pytest.mark.usefixtures("database")
async def test_one_row_for_each_user_and_currency(engine: SeedbedEngine) -> None:
    anna = await add(engine, User, email="anna@example.test", role="CUSTOMER")
    await add(engine, User, email="without-payments@example.test")
    for amount, currency in (("10.00", "USD"), ("5.01", "USD"), ("0.01", "USD"), ("7.00", "EUR")):
        await add(engine, Payment, user=anna, amount=Decimal(amount), currency=currency)
    rows = await (
        PaymentReport.select(*COLUMNS)
        .where(PaymentReport.user.email.like("%@example.test"))
        .order_by(PaymentReport.currency)
    )
    assert [tuple(row.values()) for row in rows] == [
        ("anna@example.test", "CUSTOMER", "EUR", 1, Decimal("7.00"), Decimal("7.00")),
        ("anna@example.test", "CUSTOMER", "USD", 3, Decimal("15.02"), Decimal("5.01")),
    ]


@pytest.mark.usefixtures("database")
async def test_its_keys_are_unique_and_stay(engine: SeedbedEngine) -> None:
    user = await add(engine, User)
    await add(engine, Payment, user=user, currency="USD")
    before = await PaymentReport.select(PaymentReport.id)
    await add(engine, Payment, user=user, currency="EUR")
    after = {row["id"] for row in await PaymentReport.select(PaymentReport.id)}
    assert len(before) == 1
    assert len(after) == 2
    assert before[0]["id"] in after


@pytest.mark.parametrize(
    "write",
    [
        lambda: PaymentReport.insert(PaymentReport(_ignore_missing=True)),
        lambda: PaymentReport.update({PaymentReport.email: "x"}, force=True),
        lambda: PaymentReport.delete(force=True),
        PaymentReport.create_table,
        PaymentReport.alter,
        lambda: PaymentReport(_ignore_missing=True).save(),
        lambda: PaymentReport(_ignore_missing=True).remove(),
    ],
    ids=["insert", "update", "delete", "create_table", "alter", "save", "remove"],
)
def test_writing_is_refused(write: Callable[[], object]) -> None:
    with pytest.raises(ReadOnlyTableError, match="read only"):
        write()


def test_it_is_not_among_the_tables() -> None:
    assert PaymentReport not in TABLES
