"""The plain server answers what ours does, to the byte: else it would compare nothing."""

import httpx
import orjson

from app.application import create_app
from app.database import SeedbedEngine
from bench.plain import plain_app
from bench.queries import NESTED
from seeds.runner import scale
from seeds.scale import Sizes


async def test_the_nested_query_is_answered_as_by_the_server(committed: SeedbedEngine) -> None:
    await scale(committed, 1, Sizes().fraction(20))
    answers = []
    for app in (plain_app(committed), create_app(committed)):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            response = await client.post("/graphql", json={"query": NESTED})
        answers.append(response.content)
    plain, ours = answers
    assert plain == ours
    posts = orjson.loads(plain)["data"]["posts"]["nodes"]
    assert any(post["comments"]["nodes"] for post in posts)
