"""The large data set, at a hundredth of its size."""

import asyncio
import os
import sys
from dataclasses import replace

import pytest

from app.database import SeedbedEngine
from app.tables import Comment, Fragment, Message, Payment, PaymentTransaction, Post, Project, User
from seeds.checks import check
from seeds.runner import scale, seed
from seeds.scale import BEGIN, END, Sizes
from seeds.upsert import SeedError
from tests.databases import ROOT

SMALL = Sizes().fraction(100)
TABLES = (User, Post, Comment, Project, Message, Fragment, Payment, PaymentTransaction)

# Prints one hash of everything that two blocks hold.
_DIGEST = """
import hashlib
from seeds.scale import Sizes, batches
digest = hashlib.sha256()
for block in (1, 2):
    for batch in batches(block, Sizes().fraction(100)):
        digest.update(repr((batch.table.__name__, batch.columns, batch.records)).encode())
print(digest.hexdigest())
"""


async def _dump(engine: SeedbedEngine) -> dict[str, list[str]]:
    dump = {}
    for table in TABLES:
        name = f"{table._meta.schema}.{table._meta.tablename}"
        rows = await engine.fetch(f"select t::text as line from {name} t order by id")
        dump[name] = [row["line"] for row in rows]
    return dump


async def test_a_block_has_its_sizes(database: SeedbedEngine) -> None:
    reports = {report.table: report.created for report in await scale(database, 1, SMALL)}
    assert {name: len(lines) for name, lines in (await _dump(database)).items()} == {
        name: count for name, count in reports.items() if name != "identity.user_profiles"
    }
    assert {
        "identity.users": 20,
        "identity.user_profiles": 20,
        "content.posts": 200,
        "content.comments": 1000,
        "projects.projects": 40,
        "projects.messages": 1000,
        "payments.payments": 100,
    }.items() <= reports.items()


async def test_it_is_the_same_every_time(database: SeedbedEngine) -> None:
    async with database.transaction() as first:
        await scale(database, 1, SMALL)
        before = await _dump(database)
        await first.rollback()
    async with database.transaction() as second:
        await scale(database, 1, SMALL)
        after = await _dump(database)
        await second.rollback()
    assert before == after
    assert before["content.posts"]


async def test_it_does_not_depend_on_the_process() -> None:
    async def digest(hash_seed: str) -> bytes:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            _DIGEST,
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": hash_seed, "TZ": f"UTC-{hash_seed}"},
            stdout=asyncio.subprocess.PIPE,
        )
        output, _ = await process.communicate()
        assert process.returncode == 0
        return output

    first, second = await asyncio.gather(digest("1"), digest("2"))
    assert first == second


async def test_a_second_run_finds_it(database: SeedbedEngine) -> None:
    await scale(database, 1, SMALL)
    before = await _dump(database)
    assert await scale(database, 1, SMALL) == []
    assert await _dump(database) == before


async def test_a_larger_scale_adds_to_a_smaller_one(database: SeedbedEngine) -> None:
    await scale(database, 1, SMALL)
    before = await _dump(database)
    added = {report.table: report.created for report in await scale(database, 2, SMALL)}
    assert added["identity.users"] == 20
    after = await _dump(database)
    assert all(set(before[name]) < set(after[name]) for name in before)


async def test_it_agrees_with_every_check(database: SeedbedEngine) -> None:
    await seed(database)
    await scale(database, 1, SMALL)
    assert await check(database, demo=True) == []


async def test_rows_are_spread_over_two_years_after_their_authors(database: SeedbedEngine) -> None:
    await scale(database, 1, SMALL)
    [spread] = await database.fetch(
        "select min(created_at) as first, max(created_at) as last,"
        " count(distinct date_trunc('month', created_at)) as months from content.posts"
    )
    assert BEGIN <= spread["first"] < spread["last"] <= END
    assert spread["months"] == 24
    early = await database.fetch(
        "select from content.posts post join identity.users author on author.id = post.author"
        " where post.created_at < author.created_at"
        " union all select from content.comments said join identity.users author"
        " on author.id = said.author where said.created_at < author.created_at"
    )
    assert early == []


async def test_comments_are_uneven(database: SeedbedEngine) -> None:
    await scale(database, 1, SMALL)
    [row] = await database.fetch(
        "with counted as (select count(c.id) as n from content.posts p"
        " left join content.comments c on c.post = p.id group by p.id)"
        " select max(n) as most, min(n) as least from counted"
    )
    assert row["least"] == 0
    assert row["most"] > 50


async def test_production_refuses_invented_people(database: SeedbedEngine) -> None:
    settings = database.settings
    database.settings = replace(settings, environment="production")
    try:
        with pytest.raises(SeedError, match="refused in production"):
            await scale(database, 1, SMALL)
    finally:
        database.settings = settings
    assert await database.fetch("select from identity.users") == []


@pytest.mark.parametrize("blocks", [0, 101])
async def test_an_impossible_scale_is_refused(database: SeedbedEngine, blocks: int) -> None:
    with pytest.raises(SeedError, match="a whole number from 1 to 100"):
        await scale(database, blocks, SMALL)
