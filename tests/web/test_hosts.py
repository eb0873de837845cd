"""A host that is remembered as ours is one of ours, and no other gets through."""

import httpx
import pytest
from starlette.responses import PlainTextResponse

from app.settings import Settings
from app.web.hosts import AcceptedHosts


@pytest.fixture
async def client() -> httpx.AsyncClient:
    app = AcceptedHosts(PlainTextResponse("in"), ["ours.example", "*.wild.example"], Settings())
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://ours.example")


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("ours.example", 200),
        ("ours.example:8000", 200),
        ("a.wild.example", 200),
        ("other.example", 400),
        ("ours.example.other.example", 400),
        ("", 400),
    ],
)
async def test_each_name_is_judged_alike_every_time(
    client: httpx.AsyncClient, host: str, status: int
) -> None:
    for name in (host, "ours.example", host):
        answer = await client.get("/", headers={"Host": name})
        assert answer.status_code == (200 if name == "ours.example" else status)
        refused = "x-content-type-options" in answer.headers
        assert refused == (answer.status_code == 400), "a refusal has the security headers"


async def test_any_number_of_names_may_come(client: httpx.AsyncClient) -> None:
    for number in range(150):
        answer = await client.get("/", headers={"Host": f"h{number}.wild.example"})
        assert answer.text == "in"
