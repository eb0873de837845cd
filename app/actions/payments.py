"""What is done with payments: the steps of their life, each with its row in the ledger.

Whatever runs at the same time, a step locks the payment's row first, so that what it reads of the
ledger stays true until it has added to it.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from app.actions.states import StateMachine, Step
from app.audit import Change, check_told
from app.bridge import Problem, Refused, Row
from app.bridge.validation import stored
from app.context import Context
from app.tables import Payment, PaymentTransaction
from app.tables.payments import PaymentStatus, PaymentType, TransactionType

_PENDING, _INITIATED, _PROCESSING, _COMPLETED, _FAILED, _CANCELLED = PaymentStatus

STEPS = StateMachine(
    "payment",
    {
        "initiate": Step(frozenset({_PENDING}), _INITIATED),
        "process": Step(frozenset({_INITIATED}), _PROCESSING),
        "capture": Step(frozenset({_PROCESSING}), _PROCESSING),
        "complete": Step(frozenset({_PROCESSING}), _COMPLETED),
        "fail": Step(frozenset({_PENDING, _INITIATED, _PROCESSING}), _FAILED),
        "cancel": Step(frozenset({_PENDING, _INITIATED, _PROCESSING}), _CANCELLED),
        "refund": Step(frozenset({_COMPLETED}), _COMPLETED),
    },
)

_LEDGER = """
    select coalesce(sum(amount) filter (where transaction_type = 'CAPTURE'), 0) as captured,
           coalesce(sum(amount) filter (where transaction_type = 'REFUND'), 0) as refunded
    from payments.payment_transactions where payment = $1 and status = 'COMPLETED'
"""

_CENT = Decimal("0.01")

_FIRST = """
    select id, amount = $3 and currency = $4 and type = $5
      and description is not distinct from $6 and metadata = $7::jsonb as is_same
    from payments.payments where "user" = $1 and idempotency_key = $2
"""

# What a request for a payment asks for where it says nothing.
_DEFAULTS: Mapping[str, Any] = {
    "currency": "USD",
    "type": PaymentType.PAYMENT,
    "description": None,
    "metadata": {},
}

# In the ledger: nobody said how much, and it was all that was left.
_ALL_THAT_WAS_LEFT = {"amount": "all that was left"}


async def create(context: Context, values: Mapping[str, Any]) -> UUID:
    """A new payment of the caller's; returns its key.

    With an `idempotency_key` that the caller has used before, the first payment's key again, and
    nothing is done; Refused where the input differs from the first one's.
    """
    user = context.viewer.values["user"]
    async with context.change("payment.create") as change:
        if (key := values.get("idempotency_key")) is not None:
            asked = stored(Payment, {**_DEFAULTS, **values}, ("input",))
            _check_key(key, ("input",))
            await change.one_at_a_time(f"payment:{user}:{key}")
            names = ("idempotency_key", "amount", "currency", "type", "description", "metadata")
            first = await change.fetch(_FIRST, user, *(asked[name].value for name in names))
            if first:
                _repeat(change, ("input",), is_same=first[0]["is_same"])
                return _key(first[0])
        return _key(await change.create(Payment, {**values, "user": user}))


async def initiate(context: Context, key: UUID) -> UUID:
    """Hand a payment over for processing."""
    return await _step(context, "initiate", key)


async def process(context: Context, key: UUID) -> UUID:
    """Authorize the whole amount."""
    async with context.change("payment.process") as change:
        payment = await _advance(change, "process", key)
        await _record(change, payment, TransactionType.AUTHORIZATION, payment["amount"])
    return key


async def capture(
    context: Context, key: UUID, amount: Decimal, idempotency_key: str | None = None
) -> UUID:
    """Take a part of what was authorized. Never more than the amount, all parts together."""
    async with context.change("payment.capture") as change:
        payment = await change.target(Payment, key)
        if await _is_repeated(change, payment, TransactionType.CAPTURE, amount, idempotency_key):
            return key
        STEPS.after(payment["status"], "capture")
        captured, _ = await _sums(change, key)
        _check_amount(amount, payment["amount"] - captured, "be captured")
        await _record(change, payment, TransactionType.CAPTURE, amount, idempotency_key)
        change.about(Payment, key, amount=amount)
    return key


async def complete(context: Context, key: UUID) -> UUID:
    """Take what is not captured yet, and end the payment well."""
    async with context.change("payment.complete") as change:
        payment = await _advance(change, "complete", key)
        captured, _ = await _sums(change, key)
        if (rest := payment["amount"] - captured) > 0:
            await _record(change, payment, TransactionType.CAPTURE, rest)
    return key


async def fail(context: Context, key: UUID, reason: str) -> UUID:
    """End a payment badly; what was authorized is void. Refuses one of which a part is captured."""
    check_told(reason, ("reason",))
    async with context.change("payment.fail") as change:
        await _end(change, "fail", key)
        change.about(Payment, key, reason=reason)
    return key


async def cancel(context: Context, key: UUID) -> UUID:
    """Call a payment off; what was authorized is void. Refuses one of which a part is captured."""
    async with context.change("payment.cancel") as change:
        await _end(change, "cancel", key)
    return key


async def refund(
    context: Context, key: UUID, amount: Decimal | None, idempotency_key: str | None = None
) -> UUID:
    """Give money back: `amount`, or all that is left. Never more than was captured."""
    async with context.change("payment.refund") as change:
        payment = await change.target(Payment, key)
        if await _is_repeated(change, payment, TransactionType.REFUND, amount, idempotency_key):
            return key
        STEPS.after(payment["status"], "refund")
        captured, refunded = await _sums(change, key)
        left = captured - refunded
        if not left:
            problem = "all that was captured is refunded already"
            raise Refused(Problem("AMOUNT_EXCEEDED", problem, ("id",)))
        wanted = left if amount is None else amount
        _check_amount(wanted, left, "be refunded")
        metadata = _ALL_THAT_WAS_LEFT if amount is None else None
        await _record(change, payment, TransactionType.REFUND, wanted, idempotency_key, metadata)
        change.about(Payment, key, amount=wanted)
    return key


# --- parts of steps -------------------------------------------------------------------------------


async def payer(context: Context, key: UUID) -> UUID | None:
    """The key of whoever pays, past the policy; None for no payment."""
    query = Payment.select(Payment.user).where(Payment.id == key)
    rows = await context.engine.run_querystring(query.querystrings[0])
    return rows[0]["user"] if rows else None


async def _step(context: Context, step: str, key: UUID) -> UUID:
    async with context.change(f"payment.{step}") as change:
        await _advance(change, step, key)
    return key


async def _advance(change: Change, step: str, key: UUID) -> Row:
    """Lock a payment and take a step; returns it as it is afterwards."""
    payment = await change.target(Payment, key)
    return await change.set(Payment, key, {"status": STEPS.after(payment["status"], step)})


async def _end(change: Change, step: str, key: UUID) -> None:
    payment = await change.target(Payment, key)
    await change.set(Payment, key, {"status": STEPS.after(payment["status"], step)})
    captured, _ = await _sums(change, key)
    if captured:
        raise Refused(
            Problem(
                "ILLEGAL_STEP",
                f"{captured} of this payment is captured: complete it, and refund what is due",
                ("id",),
            )
        )
    if payment["status"] is PaymentStatus.PROCESSING:
        await _record(change, payment, TransactionType.VOID, payment["amount"])


async def _sums(change: Change, key: UUID) -> tuple[Decimal, Decimal]:
    """What was captured of a payment that is locked, and what was refunded."""
    (row,) = await change.fetch(_LEDGER, key)
    return row["captured"], row["refunded"]


async def _record(
    change: Change,
    payment: Row,
    kind: TransactionType,
    amount: Decimal,
    idempotency_key: str | None = None,
    metadata: Mapping[str, Any] | None = None,
) -> None:
    await change.insert(
        PaymentTransaction,
        {
            "payment": payment["id"],
            "transaction_type": kind,
            "amount": amount,
            "status": PaymentStatus.COMPLETED,
            "idempotency_key": idempotency_key,
            "metadata": metadata or {},
        },
        path=(),
    )


def _check_key(key: str, path: tuple[str, ...]) -> None:
    if not key.strip():
        problem = "idempotencyKey cannot be blank; leave it out for a request that stands alone"
        raise Refused(Problem("REQUIRED", problem, (*path, "idempotencyKey")))


def _check_amount(amount: Decimal, most: Decimal, verb: str) -> None:
    if amount > most:
        problem = f"{most} can {verb} at the most"
        raise Refused(Problem("AMOUNT_EXCEEDED", problem, ("amount",)))
    if amount <= 0 or amount % _CENT:
        problem = "amount must be more than zero, in whole cents"
        raise Refused(Problem("INVALID", problem, ("amount",)))


async def _is_repeated(
    change: Change,
    payment: Row,
    kind: TransactionType,
    amount: Decimal | None,
    idempotency_key: str | None,
) -> bool:
    """Whether this very step was taken already, by its key; the payment is locked."""
    if idempotency_key is None:
        return False
    stored(PaymentTransaction, {"idempotency_key": idempotency_key})
    _check_key(idempotency_key, ())
    found = (
        await PaymentTransaction.select()
        .where(
            (PaymentTransaction.payment == payment["id"])
            & (PaymentTransaction.idempotency_key == idempotency_key)
        )
        .output(load_json=True)
    )
    if not found:
        return False
    (first,) = found
    asked = None if first["metadata"] == _ALL_THAT_WAS_LEFT else first["amount"]
    _repeat(change, (), is_same=(first["transaction_type"], asked) == (kind, amount))
    return True


def _repeat(change: Change, path: tuple[str, ...], *, is_same: bool) -> None:
    """Do nothing for a repeated request; Refused where it asks for something else."""
    if not is_same:
        problem = "this idempotencyKey was used for a different request; take a new one"
        raise Refused(Problem("IDEMPOTENCY_KEY_REUSED", problem, (*path, "idempotencyKey")))
    change.unchanged()


def _key(row: Row) -> UUID:
    key: UUID = row["id"]
    return key
