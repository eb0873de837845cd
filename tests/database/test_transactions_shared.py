"""One transaction may be used by many tasks at once, and not after its end."""

# ruff: noqa: PT012 - what fails here are whole blocks

import asyncio
from collections.abc import Awaitable, Callable

import asyncpg
import pytest

from app.database.engine import SeedbedEngine
from app.database.errors import (
    TransactionBusy,
    TransactionOver,
)
from tests.database.conftest import MakeEngine
from tests.database.notes import ADD, add, all_given_back, ids

pytestmark = pytest.mark.usefixtures("notes")


async def test_siblings_may_use_one_transaction_at_once(engine: SeedbedEngine) -> None:
    async with engine.transaction() as tx:
        await asyncio.gather(
            *(add(engine, number) for number in range(20)),
            *(tx.execute(ADD, number, "") for number in range(20, 40)),
        )
    assert await ids(engine) == list(range(40))


async def test_siblings_with_savepoints_do_not_meet(engine: SeedbedEngine) -> None:
    """Each of the failing ones undoes its own rows, and no statement of another."""

    async def block(number: int) -> None:
        try:
            async with engine.transaction():
                await add(engine, number)
                await asyncio.sleep(0)
                await asyncio.gather(add(engine, number + 100), add(engine, number + 200))
                async with engine.transaction():
                    await add(engine, number + 300)
                if number % 2:
                    raise KeyError
        except KeyError:
            pass

    async def plain(number: int) -> None:
        await asyncio.sleep(0)
        await add(engine, number)

    async with engine.transaction():
        await asyncio.gather(
            *(block(number) for number in range(6)), *(plain(number) for number in range(50, 56))
        )
    kept = [number + offset for number in (0, 2, 4) for offset in (0, 100, 200, 300)]
    assert await ids(engine) == sorted(kept + list(range(50, 56)))
    assert await all_given_back(engine)


async def test_the_outer_handle_is_usable_inside_an_inner_block(engine: SeedbedEngine) -> None:
    async with engine.transaction() as outer:
        with pytest.raises(KeyError):
            async with engine.transaction():
                await outer.fetch(ADD, 1, "")
                raise KeyError
        await outer.fetch(ADD, 2, "")
    assert await ids(engine) == [2]


async def test_waiting_for_one_another_ends_with_an_error(make_engine: MakeEngine) -> None:
    engine = await make_engine(statement_timeout=0.3)
    started = asyncio.Event()

    async def sibling() -> None:
        await started.wait()
        await add(engine, 2)

    async with engine.transaction():
        task = asyncio.create_task(sibling())
        async with engine.transaction():
            await add(engine, 1)
            started.set()
            with pytest.raises(TransactionBusy) as caught:
                await task
        await add(engine, 3)
    assert await ids(engine) == [1, 3]
    assert str(caught.value).startswith("A statement waited 0.3 seconds for its turn")
    assert await all_given_back(engine)


async def test_a_task_that_outlives_its_transaction_is_told_so(engine: SeedbedEngine) -> None:
    ended = asyncio.Event()

    async def straggler(use: Callable[[], Awaitable[object]]) -> None:
        await ended.wait()
        await use()

    async def nested() -> None:
        async with engine.transaction():
            pass

    async with engine.transaction() as tx:
        await add(engine, 1)
        tasks = [
            asyncio.create_task(straggler(lambda: add(engine, 2))),
            asyncio.create_task(straggler(lambda: tx.fetch("SELECT 1"))),
            asyncio.create_task(straggler(lambda: tx.execute("SELECT 1"))),
            asyncio.create_task(straggler(nested)),
        ]
        await asyncio.sleep(0)
    ended.set()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(result) for result in results] == [TransactionOver] * 4
    assert str(results[0]) == (
        "This transaction has ended; a task that was started inside it must end before it does, or"
        " be started after it."
    )
    assert await ids(engine) == [1]
    assert await all_given_back(engine)


@pytest.mark.parametrize("fails", [False, True])
async def test_an_inner_block_left_open_by_a_straggler_is_undone(
    engine: SeedbedEngine, fails: bool
) -> None:
    opened, ended = asyncio.Event(), asyncio.Event()

    async def straggler() -> None:
        async with engine.transaction():
            await add(engine, 2)
            opened.set()
            await ended.wait()
            if fails:
                raise KeyError

    async with engine.transaction():
        await add(engine, 1)
        task = asyncio.create_task(straggler())
        await opened.wait()
    assert await ids(engine) == [1]
    ended.set()
    with pytest.raises(KeyError if fails else TransactionOver):
        await task
    assert await ids(engine) == [1]
    assert await all_given_back(engine)


async def test_a_failing_sibling_ends_the_others(engine: SeedbedEngine) -> None:
    async def fails() -> None:
        await add(engine, 1)
        raise KeyError

    async def goes_on() -> None:
        for number in range(10, 1000):
            await add(engine, number)

    with pytest.raises(KeyError):
        async with engine.transaction():
            other = asyncio.create_task(goes_on())
            await asyncio.gather(fails(), asyncio.sleep(0.01))
    with pytest.raises((TransactionOver, asyncpg.InFailedSQLTransactionError)):
        await other
    assert await ids(engine) == []
    assert await all_given_back(engine)


async def test_exclusive_use_keeps_siblings_out(engine: SeedbedEngine) -> None:
    async with engine.transaction() as tx:

        async def copy() -> None:
            async with tx.exclusive() as connection:
                for start in (0, 10):
                    await connection.copy_records_to_table(
                        "notes", records=[(start + number, "") for number in range(10)]
                    )

        await asyncio.gather(copy(), add(engine, 100), copy_later(engine), add(engine, 101))
    assert await ids(engine) == [*range(20), 100, 101, 200]


async def copy_later(engine: SeedbedEngine) -> None:
    await asyncio.sleep(0)
    await add(engine, 200)
