"""Examples of the mutations about payments."""

from app.tables.payments import PaymentStatus, TransactionType
from seeds import payments
from seeds.upsert import save
from tests.graphql import global_id
from tests.policy.examples.register import Variables, example
from tests.policy.world import World


async def payment_of_owner(world: World, status: PaymentStatus, *ledger: TransactionType) -> str:
    """The id of a payment of the owner's with these rows in its ledger, of the whole amount."""
    made = payments.payment(user=world.rows["owner"]["id"], status=status)
    await save(made, *(payments.transaction(payment=made, transaction_type=one) for one in ledger))
    return global_id(made)


@example("owner")
async def create_payment(world: World) -> Variables:
    about = {"type": "PAYMENT", "description": "Books", "metadata": {"order": 1}}
    return {"input": {"amount": "5.00", "currency": "EUR", "idempotencyKey": "k", **about}}


@example("owner", stranger="user")
async def initiate_payment(world: World) -> Variables:
    return {"id": await payment_of_owner(world, PaymentStatus.PENDING)}


@example("owner", stranger="user")
async def cancel_payment(world: World) -> Variables:
    return {"id": await payment_of_owner(world, PaymentStatus.PENDING)}


@example("admin")
async def process_payment(world: World) -> Variables:
    return {"id": await payment_of_owner(world, PaymentStatus.INITIATED)}


@example("admin")
async def capture_payment(world: World) -> Variables:
    authorized = TransactionType.AUTHORIZATION
    key = await payment_of_owner(world, PaymentStatus.PROCESSING, authorized)
    return {"id": key, "amount": "1.00", "idempotencyKey": "k"}


@example("admin")
async def complete_payment(world: World) -> Variables:
    authorized = TransactionType.AUTHORIZATION
    return {"id": await payment_of_owner(world, PaymentStatus.PROCESSING, authorized)}


@example("admin")
async def fail_payment(world: World) -> Variables:
    authorized = TransactionType.AUTHORIZATION
    key = await payment_of_owner(world, PaymentStatus.PROCESSING, authorized)
    return {"id": key, "reason": "declined"}


@example("admin")
async def refund_payment(world: World) -> Variables:
    ledger = TransactionType.AUTHORIZATION, TransactionType.CAPTURE
    key = await payment_of_owner(world, PaymentStatus.COMPLETED, *ledger)
    return {"id": key, "amount": "1.00", "idempotencyKey": "k"}
