"""The floors answer what the server answers, to the byte: else the benchmark compares nothing."""

from dataclasses import replace

import httpx
import orjson
import pytest

from app.application import create_app
from app.bridge import Limits
from app.database import SeedbedEngine
from app.schema import make_schema
from bench.floors import JSON_ANSWERS, ROWS_ANSWERS, Answer, pool_of
from bench.queries import PAGE_MAX, QUERIES, Query
from seeds.runner import scale
from seeds.scale import Sizes

FLOORS = {"json": JSON_ANSWERS, "rows": ROWS_ANSWERS}


@pytest.fixture
async def seeded(committed: SeedbedEngine) -> SeedbedEngine:
    """A database with posts of every kind: drafts, deleted ones, and authors who are not shown."""
    await scale(committed, 1, Sizes().fraction(20))
    await committed.fetch(
        "update content.posts set updated_at = updated_at, title = $1 where id = ("
        " select id from content.posts where published and deleted_at is null"
        " order by created_at desc limit 1)",
        'Quotes " and \\ and \u2028, \x01 and 𝄞',
    )
    return committed


async def _asked(engine: SeedbedEngine, body: bytes) -> bytes:
    built = make_schema().variant(limits=replace(Limits(), page_max=PAGE_MAX))
    transport = httpx.ASGITransport(create_app(engine, built))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        response = await client.post(
            "/graphql", content=body, headers={"content-type": "application/json"}
        )
    return response.content


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.name)
@pytest.mark.parametrize("floor", FLOORS)
async def test_a_floor_answers_as_the_server_does(
    seeded: SeedbedEngine, query: Query, floor: str
) -> None:
    [row] = await seeded.fetch(
        "select id from content.posts where published and deleted_at is null"
        " order by created_at desc limit 1"
    )
    body = orjson.dumps({"query": query.document, "variables": {"id": f"Post_{row['id']}"}})
    answer: Answer = FLOORS[floor][f"/{query.name}"]
    pool = await pool_of(seeded)
    try:
        made = await answer(pool, body)
    finally:
        await pool.close()
    assert made == await _asked(seeded, body)
    assert b"Quotes" in made
