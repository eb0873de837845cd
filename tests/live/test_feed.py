"""The feed: each change once, none lost, in whatever order transactions commit."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.database import SeedbedEngine
from app.database.connections import Connection
from app.live.feed import Batch, PositionLost, Watch, read, start
from app.live.positions import BadPosition, Position, decode
from app.tables import Document, Message, Payment
from tests.tables.rows import add

KEY = "somebody"


@asynccontextmanager
async def _apart(engine: SeedbedEngine) -> AsyncIterator[Connection]:
    """A connection whose transactions begin and end when the test says."""
    connection = await (await engine.connector()).connect()
    try:
        yield connection
    finally:
        await connection.close()


async def _add(on: Connection, key: str = KEY) -> UUID:
    row = uuid4()
    await on.execute("select operations.add_change('test', $1, $2)", key, row)
    return row


async def _batch(engine: SeedbedEngine, position: Position, limit: int = 100) -> Batch:
    watch = Watch("test", KEY, position)
    return (await read(engine, [watch], limit))[watch]


def _rows(batch: Batch) -> list[UUID]:
    return [change.row for change in batch.changes]


async def test_what_commits_late_is_neither_lost_nor_told_twice(committed: SeedbedEngine) -> None:
    _, position = await start(committed, None)
    async with _apart(committed) as one, _apart(committed) as two:
        first = one.transaction()
        await first.start()
        late = await _add(one)  # the smaller number
        early = await _add(two)
        batch = await _batch(committed, position)
        assert _rows(batch) == [early]
        assert _rows(await _batch(committed, batch.position)) == []
        await first.commit()
        after = await _batch(committed, batch.position)
        assert _rows(after) == [late]
        assert _rows(await _batch(committed, after.position)) == []


async def test_what_is_rolled_back_is_never_told(committed: SeedbedEngine) -> None:
    _, position = await start(committed, None)
    async with _apart(committed) as one:
        transaction = one.transaction()
        await transaction.start()
        await _add(one)
        await transaction.rollback()
        kept = await _add(one)
    assert _rows(await _batch(committed, position)) == [kept]


async def test_every_position_of_a_batch_goes_on_behind_it(committed: SeedbedEngine) -> None:
    epoch, position = await start(committed, None)
    async with _apart(committed) as one, _apart(committed) as two:
        late = one.transaction()
        await late.start()
        hidden = await _add(one)
        rows = [await _add(two) for _ in range(5)]
        batch = await _batch(committed, position)
        assert _rows(batch) == rows
        await late.commit()
        newer = await _add(two)
    for told, change in enumerate(batch.changes, start=1):
        _, after = decode(change.position.encode(epoch))
        assert await _all(committed, after, limit=100) == [*rows[told:], hidden, newer]


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 7])
async def test_small_batches_tell_the_same(committed: SeedbedEngine, limit: int) -> None:
    _, position = await start(committed, None)
    async with _apart(committed) as one:
        rows = [await _add(one) for _ in range(7)]
    assert await _all(committed, position, limit) == rows


async def _all(engine: SeedbedEngine, position: Position, limit: int) -> list[UUID]:
    """Everything from a position on, batch after batch."""
    rows: list[UUID] = []
    more = True
    while more:
        batch = await _batch(engine, position, limit)
        rows += _rows(batch)
        position, more = batch.position, batch.more
    return rows


async def test_writers_at_once_are_all_heard_once_by_every_reader(
    committed: SeedbedEngine,
) -> None:
    _, begin = await start(committed, None)
    written: list[UUID] = []
    done = asyncio.Event()

    async def write(number: int) -> None:
        async with _apart(committed) as one:
            for turn in range(15):
                async with one.transaction():
                    written.append(await _add(one))
                    await asyncio.sleep(0.002 * ((number + turn) % 4))

    async def follow(limit: int) -> list[UUID]:
        rows: list[UUID] = []
        position = begin
        while True:
            last = done.is_set()
            batch = await _batch(committed, position, limit)
            rows += _rows(batch)
            position = batch.position
            if last and not batch.more and not batch.changes:
                return rows

    readers = [asyncio.create_task(follow(limit)) for limit in (1, 4, 100)]
    await asyncio.gather(*(write(number) for number in range(4)))
    done.set()
    for read_by_one in await asyncio.gather(*readers):
        assert len(read_by_one) == len(set(read_by_one)) == 60
        assert set(read_by_one) == set(written)


async def test_feeds_are_apart_and_read_by_one_statement(committed: SeedbedEngine) -> None:
    _, position = await start(committed, None)
    async with _apart(committed) as one:
        mine, other = await _add(one), await _add(one, "else")
    watches = [Watch("test", key, position) for key in (KEY, "else", "nobody")]
    batches = await read(committed, watches)
    assert [_rows(batches[watch]) for watch in watches] == [[mine], [other], []]
    assert len({batches[watch].position for watch in watches}) == 1


class _Counting:
    """Counts the rows of the feed that each statement looks at."""

    def __init__(self, engine: SeedbedEngine) -> None:
        self.engine = engine
        self.rows: list[int] = []

    async def fetch(self, sql: str, *args: object) -> list[Any]:
        [[text]] = await self.engine.fetch(f"explain (analyze, format json) {sql}", *args)
        self.rows.append(_looked_at(json.loads(text)[0]["Plan"]))
        return await self.engine.fetch(sql, *args)


def _looked_at(plan: dict[str, Any]) -> int:
    own = 0
    if plan.get("Relation Name") == "changes":
        own = plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)
    return int(own) + sum(map(_looked_at, plan.get("Plans", ())))


# Each in a transaction of its own.
MANY = f"""
do $$ begin
  for number in 1..2000 loop
    perform operations.add_change('test', '{KEY}', gen_random_uuid());
    commit;
  end loop;
end $$
"""


async def test_a_read_looks_at_no_more_than_was_missed(committed: SeedbedEngine) -> None:
    _, before = await start(committed, None)
    async with _apart(committed) as one, _apart(committed) as two:
        running = one.transaction()
        await running.start()
        late = await _add(one)
        await two.execute(MANY)
        await two.execute("analyze operations.changes")
        _, now = await start(committed, None)
        counting = _Counting(committed)

        async def looked_at(position: Position, key: str = KEY) -> Batch:
            watch = Watch("test", key, position)
            return (await read(counting, [watch]))[watch]  # type: ignore[arg-type]  # all it asks for

        # Nothing, although a transaction that began before all of them still runs.
        assert (await looked_at(now)).changes == []
        assert (await looked_at(before, "else")).changes == []
        # Everything once, to begin with, and then a batch at a time.
        first = await looked_at(before)
        second = await looked_at(first.position)
        assert len(first.changes) == len(second.changes) == 100
        await running.commit()
        assert _rows(await looked_at(now)) == [late]
    assert counting.rows == [0, 0, 2000, 100, 1]


async def test_a_position_of_the_future_is_bad(committed: SeedbedEngine) -> None:
    epoch, position = await start(committed, None)
    future = Position(type(position.since).parse(f"1:{position.since.xmax + 10_000}:"))
    with pytest.raises(BadPosition):
        await start(committed, future.encode(epoch))


async def test_a_position_of_another_database_is_lost(committed: SeedbedEngine) -> None:
    _, position = await start(committed, None)
    with pytest.raises(PositionLost, match="another database"):
        await start(committed, position.encode("00000000"))


async def test_a_position_from_before_what_was_deleted_is_lost(committed: SeedbedEngine) -> None:
    epoch, before = await start(committed, None)
    async with _apart(committed) as one:
        await _add(one)
        xid = await one.fetchval("select xid::text::bigint from operations.changes")
        _, between = await start(committed, None)
        async with asyncio.timeout(60):
            # Transactions of other databases of the server count as well, while they run.
            while between.since.xmin <= xid:
                await asyncio.sleep(0.05)
                _, between = await start(committed, None)
        await _add(one, "else")
        await one.execute("delete from operations.changes where key = $1", KEY)
    with pytest.raises(PositionLost, match="too old"):
        await start(committed, before.encode(epoch))
    assert await start(committed, between.encode(epoch)) == (epoch, between)


async def test_rows_of_another_servers_dump_are_not_told(committed: SeedbedEngine) -> None:
    _, position = await start(committed, None)
    await committed.fetch(
        "insert into operations.changes (xid, topic, key, row_id)"
        " values ('9000000000000', 'test', $1, $2)",
        KEY,
        uuid4(),
    )
    assert _rows(await _batch(committed, position)) == []


@pytest.mark.parametrize(
    ("change", "topics"),
    [
        ("update assessment.documents set title = 'x'", []),
        ("update assessment.documents set status = 'FAILED', error = 'x'", ["document"]),
        ("update payments.payments set description = 'x'", []),
        ("update payments.payments set status = 'FAILED'", ["payment"]),
        ("update projects.messages set content = 'x'", []),
    ],
)
async def test_what_triggers_tell_of_a_change(
    database: SeedbedEngine, change: str, topics: Sequence[str]
) -> None:
    for table in (Document, Payment, Message):
        await add(database, table)
    await database.fetch("delete from operations.changes")
    await database.fetch(change)
    rows = await database.fetch("select distinct topic from operations.changes")
    assert [row["topic"] for row in rows] == topics
