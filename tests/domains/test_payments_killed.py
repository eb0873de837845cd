"""Payments whose server is killed between two statements: all of a step is there, or nothing."""

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from app.database import SeedbedEngine
from app.tables import AuditLog, Payment, PaymentTransaction
from seeds import identity
from seeds.upsert import save
from tests import databases
from tests.graphql import global_id, sign_in

PATIENCE = 60  # seconds; a loaded machine is slow

CREATE = 'createPayment(input: {amount: "9.99", idempotencyKey: "once"}) { errors { code } }'

# Each step, the status it leads to, and what it adds to the ledger.
STEPS = {
    "initiatePayment(id: $id)": ("INITIATED", []),
    "processPayment(id: $id)": ("PROCESSING", [("AUTHORIZATION", "9.99")]),
    'capturePayment(id: $id, amount: "4", idempotencyKey: "c")': (
        "PROCESSING", [("CAPTURE", "4.00")],
    ),
    "completePayment(id: $id)": ("COMPLETED", [("CAPTURE", "5.99")]),
    'refundPayment(id: $id, amount: "3", idempotencyKey: "r")': (
        "COMPLETED", [("REFUND", "3.00")],
    ),
    "refundPayment(id: $id)": ("COMPLETED", [("REFUND", "6.99")]),
}  # fmt: skip


@asynccontextmanager
async def _program(dsn: str) -> AsyncIterator[Process]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.domains.killed"),
        cwd=databases.ROOT,
        env={**os.environ, **databases.environment(dsn)},
        stdin=PIPE,
        stdout=PIPE,
    )
    try:
        yield process
    finally:
        process.kill()
        await process.communicate()


async def _is_killed(program: Process, operation: str, token: str, statement: int) -> bool:
    """Whether the operation, sent once, had so many statements that its process was killed."""
    assert program.stdin
    assert program.stdout
    line = {"operation": f"mutation {{ {operation} }}", "token": token, "statement": statement}
    program.stdin.write(f"{json.dumps(line)}\n".encode())
    async with asyncio.timeout(PATIENCE):
        answer = (await program.stdout.readline()).decode().strip()
    assert answer in {"killed", "done"}
    return answer == "killed"


State = tuple[list[str], list[tuple[str, str]], list[str]]


async def _state() -> State:
    """The status of the payment, its ledger, and what is on record."""
    statuses = await Payment.select(Payment.status)
    ledger = await PaymentTransaction.select().order_by(PaymentTransaction.id)
    actions = await AuditLog.select(AuditLog.action).order_by(AuditLog.id)
    return (
        [row["status"] for row in statuses],
        [(row["transaction_type"], str(row["amount"])) for row in ledger],
        [row["action"] for row in actions],
    )


async def test_a_process_killed_between_two_statements_leaves_all_or_nothing(
    committed: SeedbedEngine,
) -> None:
    assert committed
    admin = identity.user(role="ADMIN")
    await save(admin)
    token = await sign_in(admin)
    before: State = ([], [], [])
    kills = 0
    async with _program(os.environ["DATABASE_URL"]) as program:
        for number, (step, (status, moved)) in enumerate(
            {CREATE: ("PENDING", []), **STEPS}.items()
        ):
            operation = step
            if number:
                (payment,) = await Payment.objects()
                operation = step.replace("$id", f'"{global_id(payment)}"') + " { errors { code } }"
            action = operation.partition("Payment")[0]
            after: State = ([status], before[1] + moved, [*before[2], f"payment.{action}"])
            statement = 1
            while await _is_killed(program, operation, token, statement):
                found = await _state()
                assert found in (before, after), (operation, statement)
                if found == after:  # it was killed behind its COMMIT
                    break
                kills += 1
                statement += 1
            assert await _state() == after
            # Who does not know how it ended sends it again: nothing is done twice.
            if "idempotencyKey" in operation:
                assert not await _is_killed(program, operation, token, 0)
                assert await _state() == after
            before = after
    assert kills > 4 * len(STEPS)
