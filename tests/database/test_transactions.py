"""Transactions end and nest as they should, and their connections always come back."""

# ruff: noqa: PT012 - what fails here are whole blocks

import asyncio

import asyncpg
import pytest
from piccolo.columns import Integer, Varchar
from piccolo.engine.exceptions import TransactionError
from piccolo.table import Table

from app.database.engine import SeedbedEngine
from app.database.errors import (
    DatabaseUnavailable,
    TransactionAborted,
    TransactionFault,
    TransactionOver,
)
from tests.database.conftest import MakeEngine
from tests.database.notes import ADD, add, all_given_back, ids

pytestmark = pytest.mark.usefixtures("notes")


async def test_a_block_that_ends_well_is_kept(engine: SeedbedEngine) -> None:
    async with engine.transaction() as tx:
        assert engine.transaction_exists()
        await add(engine, 1)
        assert await tx.execute(ADD, 2, "two") == "INSERT 0 1"
        assert (await tx.fetch("SELECT text FROM notes WHERE id = $1", 2))[0]["text"] == "two"
        assert await tx.connection.fetchval("SELECT count(*) FROM notes") == 2
    assert not engine.transaction_exists()
    assert await ids(engine) == [1, 2]
    assert await all_given_back(engine)


async def test_a_block_that_fails_is_undone(engine: SeedbedEngine) -> None:
    with pytest.raises(KeyError):
        async with engine.transaction():
            await add(engine, 1)
            raise KeyError
    assert not engine.transaction_exists()
    assert await ids(engine) == []
    assert await all_given_back(engine)


async def test_an_inner_block_that_fails_is_undone_alone(engine: SeedbedEngine) -> None:
    async with engine.transaction():
        await add(engine, 1)
        with pytest.raises(asyncpg.UniqueViolationError):
            async with engine.transaction():
                await add(engine, 2)
                await add(engine, 1)
        async with engine.transaction():
            await add(engine, 3)
            with pytest.raises(KeyError):
                async with engine.transaction():
                    await add(engine, 4)
                    raise KeyError
            async with engine.transaction():
                await add(engine, 5)
    assert await ids(engine) == [1, 3, 5]


async def test_an_outer_block_that_fails_undoes_the_inner_ones(engine: SeedbedEngine) -> None:
    with pytest.raises(KeyError):
        async with engine.transaction():
            async with engine.transaction():
                await add(engine, 1)
            raise KeyError
    assert await ids(engine) == []


async def test_a_commit_that_fails_gives_the_connection_back(engine: SeedbedEngine) -> None:
    await engine.run_ddl(
        "CREATE TABLE replies (note int REFERENCES notes DEFERRABLE INITIALLY DEFERRED)"
    )
    for _ in range(6):
        with pytest.raises(asyncpg.ForeignKeyViolationError):
            async with engine.transaction():
                await engine.fetch("INSERT INTO replies VALUES (7)")
        assert not engine.transaction_exists()
    assert await all_given_back(engine)
    assert await engine.fetch("SELECT * FROM replies") == []
    await engine.run_ddl("DROP TABLE replies")


async def test_a_statement_that_failed_unnoticed_does_not_pass_for_success(
    engine: SeedbedEngine,
) -> None:
    with pytest.raises(TransactionAborted) as caught:
        async with engine.transaction():
            await add(engine, 1)
            with pytest.raises(asyncpg.UniqueViolationError):
                await add(engine, 1)
    assert str(caught.value) == (
        "A statement in this transaction failed, so nothing in it was kept; put a statement that"
        " may fail into an inner transaction of its own."
    )
    assert await ids(engine) == []
    assert await all_given_back(engine)


async def test_the_same_in_an_inner_block_undoes_that_block_alone(engine: SeedbedEngine) -> None:
    async with engine.transaction():
        await add(engine, 1)
        with pytest.raises(TransactionAborted):
            async with engine.transaction():
                await add(engine, 2)
                with pytest.raises(asyncpg.UniqueViolationError):
                    await add(engine, 1)
        await add(engine, 3)
    assert await ids(engine) == [1, 3]


async def test_arguments_that_never_reach_the_server_abort_nothing(engine: SeedbedEngine) -> None:
    async with engine.transaction():
        await add(engine, 1)
        with pytest.raises(asyncpg.DataError):
            await engine.fetch(ADD, "no number", "")
    assert await ids(engine) == [1]


async def test_a_savepoint_by_hand_takes_the_failure_back(engine: SeedbedEngine) -> None:
    async with engine.transaction() as tx:
        await add(engine, 1)
        savepoint = await tx.savepoint()
        with pytest.raises(asyncpg.UniqueViolationError):
            await add(engine, 1)
        await savepoint.rollback_to()
        named = await tx.savepoint("named")
        await add(engine, 2)
        await tx.rollback_to("named")
        await named.release()
    assert await ids(engine) == [1]
    with pytest.raises(ValueError, match="Savepoint names"):
        async with engine.transaction() as tx:
            await tx.savepoint("a; DROP TABLE notes")


async def test_commit_and_rollback_by_hand_end_the_block(engine: SeedbedEngine) -> None:
    async with engine.transaction() as tx:
        await add(engine, 1)
        await tx.commit()
        with pytest.raises(TransactionOver):
            await add(engine, 2)
        with pytest.raises(TransactionOver):
            await tx.rollback()
    async with engine.transaction() as tx:
        await add(engine, 3)
        await tx.rollback()
    async with engine.transaction():
        await add(engine, 4)
        async with engine.transaction() as inner:
            await add(engine, 5)
            await inner.rollback()
    assert await ids(engine) == [1, 4]
    assert await all_given_back(engine)


@pytest.mark.parametrize("inner", [False, True])
async def test_a_cancelled_block_is_undone(engine: SeedbedEngine, inner: bool) -> None:
    async def slow() -> None:
        async with engine.transaction():
            await add(engine, 1)
            if inner:
                async with engine.transaction():
                    await engine.fetch("SELECT pg_sleep(60)")
            await engine.fetch("SELECT pg_sleep(60)")

    for _ in range(6):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await slow()
        assert not engine.transaction_exists()
    assert await ids(engine) == []
    assert await all_given_back(engine)


async def test_a_block_may_survive_a_cancelled_inner_one(engine: SeedbedEngine) -> None:
    async with engine.transaction():
        await add(engine, 1)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05), engine.transaction():
                await add(engine, 2)
                await engine.fetch("SELECT pg_sleep(60)")
        await add(engine, 3)
    assert await ids(engine) == [1, 3]


async def test_a_lost_connection_is_replaced(engine: SeedbedEngine) -> None:
    for _ in range(6):
        with pytest.raises(DatabaseUnavailable):
            async with engine.transaction() as tx:
                await add(engine, 1)
                await _kill(engine, tx.connection.get_server_pid())
                await add(engine, 2)
        assert not engine.transaction_exists()
    assert await ids(engine) == []
    assert await all_given_back(engine)


async def test_a_connection_lost_before_the_commit_is_an_error(engine: SeedbedEngine) -> None:
    with pytest.raises(DatabaseUnavailable):
        async with engine.transaction() as tx:
            await add(engine, 1)
            await _kill(engine, tx.connection.get_server_pid())
    assert await ids(engine) == []
    assert await all_given_back(engine)


async def test_the_error_of_a_block_is_not_hidden_by_a_lost_connection(
    engine: SeedbedEngine,
) -> None:
    with pytest.raises(KeyError):
        async with engine.transaction() as tx, engine.transaction():
            await _kill(engine, tx.connection.get_server_pid())
            raise KeyError
    assert await all_given_back(engine)


async def _kill(engine: SeedbedEngine, pid: int) -> None:
    connection = await engine.get_new_connection()
    await connection.execute("SELECT pg_terminate_backend($1, 5000)", pid)
    await connection.close()


async def test_without_a_pool_too(make_engine: MakeEngine) -> None:
    engine = await make_engine(started=False)
    async with engine.transaction():
        await asyncio.gather(*(add(engine, number) for number in range(3)))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2), engine.transaction():
            await engine.fetch("SELECT pg_sleep(60)")
    assert await ids(engine) == [0, 1, 2]
    assert await engine.fetch(
        "SELECT FROM pg_stat_activity WHERE state LIKE 'idle in transaction%'"
    ) == []  # fmt: skip


async def test_isolation_and_read_only(engine: SeedbedEngine) -> None:
    async with engine.transaction(isolation="repeatable_read"):
        assert await ids(engine) == []
        other = await engine.get_new_connection()
        await other.execute(ADD, 1, "")
        await other.close()
        assert await ids(engine) == []
        assert tuple((await engine.fetch("SHOW transaction_isolation"))[0]) == ("repeatable read",)
    assert await ids(engine) == [1]
    with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
        async with engine.transaction(read_only=True):
            await add(engine, 2)
    async with engine.transaction(isolation="serializable", read_only=True, deferrable=True):
        assert tuple((await engine.fetch("SHOW transaction_deferrable"))[0]) == ("on",)


async def test_options_belong_to_the_outermost(engine: SeedbedEngine) -> None:
    async with engine.transaction():
        with pytest.raises(TransactionFault) as caught:
            async with engine.transaction(isolation="serializable"):
                pass
        await add(engine, 1)
    assert "belong to the outermost transaction" in str(caught.value)
    assert await ids(engine) == [1]


async def test_nesting_can_be_forbidden(engine: SeedbedEngine) -> None:
    async with engine.transaction():
        with pytest.raises(TransactionError):
            engine.transaction(allow_nested=False)


async def test_what_piccolo_builds_on_transactions_works(engine: SeedbedEngine) -> None:
    class Note(Table, tablename="notes", db=engine):
        id = Integer(primary_key=True)
        text = Varchar()

    made = await Note.objects().get_or_create(Note.id == 1, defaults={Note.text: "a"})
    assert made._was_created is True
    atomic = engine.atomic()
    atomic.add(Note.insert(Note(id=2, text="b")), Note.insert(Note(id=3, text="c")))
    await atomic
    atomic.add(Note.insert(Note(id=4, text="d")), Note.insert(Note(id=2, text="e")))
    with pytest.raises(asyncpg.UniqueViolationError):
        await atomic
    async with engine.transaction():
        async with engine.transaction():
            await Note.update({Note.text: "x"}).where(Note.id == 1)
        counts = await asyncio.gather(*(Note.count() for _ in range(5)))
    assert counts == [3] * 5
    assert await Note.select(Note.text).order_by(Note.id) == [
        {"text": "x"},
        {"text": "b"},
        {"text": "c"},
    ]
