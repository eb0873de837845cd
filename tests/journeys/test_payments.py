"""A payment on its way from the customer who makes it to the administrator's report."""

from seeds.identity import ADMIN
from tests.journeys.visitors import JOURNEYS, Town

PAYMENTS = JOURNEYS["payments"]


async def test_a_payment_is_made_processed_refunded_and_reported(town: Town) -> None:
    ann = await town.newcomer("Ann")
    wanted = {"amount": "25.00", "currency": "EUR", "idempotencyKey": "seeds"}
    payment = (await ann.does(PAYMENTS, "MakePayment", payment=wanted))["payment"]
    again = (await ann.does(PAYMENTS, "MakePayment", payment=wanted))["payment"]
    assert again == payment
    known = {"paymentId": payment["id"]}
    handed_in = await ann.does(PAYMENTS, "HandIn", **known)
    assert handed_in["payment"]["status"] == "INITIATED"

    admin = await town.demo(ADMIN)
    processed = await admin.does(PAYMENTS, "Process", **known)
    assert processed["payment"]["status"] == "PROCESSING"
    completed = await admin.does(PAYMENTS, "Complete", **known)
    assert completed["payment"]["status"] == "COMPLETED"
    refunded = await admin.does(PAYMENTS, "Refund", **known, refund="10.00")
    ledger = refunded["payment"]["transactions"]["nodes"]
    assert [(row["transactionType"], row["amount"]) for row in ledger] == [
        ("AUTHORIZATION", "25.00"), ("CAPTURE", "25.00"), ("REFUND", "10.00"),
    ]  # fmt: skip

    report = await admin.does(PAYMENTS, "Report", email="ann@new.example")
    assert report["nodes"] == [
        {
            "email": "ann@new.example",
            "currency": "EUR",
            "totalPayments": 1,
            "totalAmount": "25.00",
            "averageAmount": "25.00",
        }
    ]
    assert await ann.does(PAYMENTS, "Report", email="ann@new.example") == {"nodes": []}
