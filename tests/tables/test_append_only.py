"""The audit log and the ledger are written once; only retention deletes."""

import asyncpg
import pytest
from piccolo.table import Table

from app.database.engine import SeedbedEngine
from app.tables import AuditLog, Payment, PaymentTransaction, User
from tests.tables.rows import add

APPEND_ONLY = [AuditLog, PaymentTransaction]
RETENTION = "select set_config('app.retention', 'on', true)"

pytestmark = pytest.mark.usefixtures("database")


async def _count(engine: SeedbedEngine, table: type[Table]) -> int:
    rows = await engine.fetch(f"select count(*) from {table._meta.get_formatted_tablename()}")
    count: int = rows[0]["count"]
    return count


async def _refused(engine: SeedbedEngine, statement: str) -> object:
    with pytest.raises(asyncpg.InsufficientPrivilegeError) as caught:
        async with engine.transaction():
            await engine.fetch(statement)
    return caught.value.args[0]


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize(
    ("verb", "statement"),
    [
        ("update", "update {} set created_at = now() - interval '1 day'"),
        ("delete", "delete from {}"),
        ("truncate", "truncate {} cascade"),
    ],
)
async def test_a_row_is_neither_changed_nor_deleted(
    engine: SeedbedEngine, table: type[Table], verb: str, statement: str
) -> None:
    await add(engine, table)
    name = table._meta.get_formatted_tablename()
    before = await engine.fetch(f"select * from {name}")
    message = await _refused(engine, statement.format(name))
    assert message == f"{table._meta.tablename} is append-only: {verb} is refused"
    assert await engine.fetch(f"select * from {name}") == before


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize("statement", ["delete from {}", "truncate {} cascade"])
async def test_retention_deletes(engine: SeedbedEngine, table: type[Table], statement: str) -> None:
    await add(engine, table)
    await engine.fetch(RETENTION)
    await engine.fetch(statement.format(table._meta.get_formatted_tablename()))
    assert await _count(engine, table) == 0


@pytest.mark.parametrize("table", APPEND_ONLY)
async def test_retention_does_not_change_rows(engine: SeedbedEngine, table: type[Table]) -> None:
    await add(engine, table)
    await engine.fetch(RETENTION)
    name = table._meta.get_formatted_tablename()
    await _refused(engine, f"update {name} set created_at = now() - interval '1 day'")


async def test_the_log_outlives_its_user(engine: SeedbedEngine) -> None:
    user = await add(engine, User)
    entry = await add(engine, AuditLog, user=user)
    await engine.fetch("delete from identity.users where id = $1", user)
    rows = await engine.fetch('select "user" from operations.audit_logs where id = $1', entry)
    assert [row["user"] for row in rows] == [None]


async def test_nobody_empties_the_user_of_an_entry_while_the_user_exists(
    engine: SeedbedEngine,
) -> None:
    user = await add(engine, User)
    entry = await add(engine, AuditLog, user=user)
    await _refused(engine, 'update operations.audit_logs set "user" = null')
    rows = await engine.fetch('select "user" from operations.audit_logs where id = $1', entry)
    assert rows[0]["user"] == user


async def test_a_ledger_goes_with_its_payment(engine: SeedbedEngine) -> None:
    payment = await add(engine, Payment)
    await add(engine, PaymentTransaction, payment=payment)
    other = await add(engine, PaymentTransaction)
    await engine.fetch("delete from payments.payments where id = $1", payment)
    rows = await engine.fetch("select id from payments.payment_transactions")
    assert [row["id"] for row in rows] == [other]


async def test_a_user_who_has_paid_is_not_deleted(engine: SeedbedEngine) -> None:
    user = await add(engine, User)
    await add(engine, Payment, user=user)
    with pytest.raises(asyncpg.RestrictViolationError):
        async with engine.transaction():
            await engine.fetch("delete from identity.users where id = $1", user)
