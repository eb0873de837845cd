"""Every answer carries the security headers, and no page may run a script that is written in it."""

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from app.settings import load_settings
from app.web.headers import SecurityHeaders

COMMON = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-resource-policy": "same-origin",
}
OF_DOCUMENTS = {
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
}
PATHS = ["/", "/graphiql", "/healthz", "/readyz", "/admin/", "/admin/api/user/"]
MISSING = ["/nowhere", "/assets/nothing.js", "/admin/nowhere"]


def policy(response: httpx.Response) -> dict[str, list[str]]:
    """The Content-Security-Policy of an answer, by directive."""
    parts = response.headers["content-security-policy"].split("; ")
    return {name: sources for name, *sources in (part.split(" ") for part in parts)}


@pytest.mark.parametrize("path", PATHS + MISSING)
async def test_every_answer_has_the_headers_once(client: httpx.AsyncClient, path: str) -> None:
    response = await client.get(path)
    for name, value in (COMMON | OF_DOCUMENTS).items():
        assert response.headers.get_list(name) == [value], name
    assert len(response.headers.get_list("content-security-policy")) == 1


@pytest.mark.parametrize("query", ["{ __typename }", "{ nothing }", ""])
async def test_data_has_the_headers_of_data(client: httpx.AsyncClient, query: str) -> None:
    for response in (
        await client.get("/graphql", params={"query": query}),
        await client.post("/graphql", json={"query": query}),
    ):
        for name, value in COMMON.items():
            assert response.headers.get_list(name) == [value], name
        assert policy(response) == {"default-src": ["'none'"], "frame-ancestors": ["'none'"]}
        assert response.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", PATHS + MISSING)
async def test_scripts_come_from_this_server_alone(client: httpx.AsyncClient, path: str) -> None:
    directives = policy(await client.get(path))
    assert directives["default-src"] == ["'none'"]
    assert directives["script-src"] == ["'self'"]
    assert directives["base-uri"] == ["'none'"]
    assert directives["frame-ancestors"] == ["'none'"]
    allowed = {source for sources in directives.values() for source in sources}
    assert allowed <= {"'none'", "'self'", "'unsafe-inline'", "data:"}


@pytest.mark.parametrize(
    ("path", "styles"),
    [
        ("/", ["'self'"]),
        ("/graphiql", ["'self'", "'unsafe-inline'"]),
        ("/admin/", ["'self'", "'unsafe-inline'"]),
    ],
)
async def test_only_editors_that_write_styles_may(
    client: httpx.AsyncClient, path: str, styles: list[str]
) -> None:
    assert policy(await client.get(path))["style-src"] == styles


async def test_graphiql_may_start_its_workers_and_nothing_else_may(
    client: httpx.AsyncClient,
) -> None:
    assert policy(await client.get("/graphiql"))["worker-src"] == ["'self'"]
    assert "worker-src" not in policy(await client.get("/"))


@pytest.mark.parametrize(
    ("public_url", "hsts"),
    [("https://api.example.org", ["max-age=31536000"]), ("http://api.example.org", [])],
)
async def test_https_is_demanded_when_it_is_used(public_url: str, hsts: list[str]) -> None:
    async def page(_: object) -> PlainTextResponse:
        return PlainTextResponse("here")

    settings = load_settings({"SEEDBED_PUBLIC_URL": public_url})
    app = Starlette(
        routes=[Route("/", page)], middleware=[Middleware(SecurityHeaders, settings=settings)]
    )
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        response = await client.get("/")
    assert response.headers.get_list("strict-transport-security") == hsts
