"""The admin alone, a visitor who stands before it, and one who is inside."""

from collections.abc import AsyncIterator
from itertools import count

import httpx
import pytest
from playwright.async_api import Browser, async_playwright
from starlette.applications import Starlette
from starlette.routing import Mount

from app.admin import admin_app
from app.database import SeedbedEngine
from app.settings import load_settings
from seeds import catalog
from seeds.runner import seed
from tests.web.browsing import ARGUMENTS, CHROMIUM, served
from tests.web.visitors import administrator, clerk_of, log_in

_addresses = count(1)


@pytest.fixture(scope="session")
def mode() -> str:
    """Pages, health and admin are the same in every result mode: one is enough."""
    return "json"


@pytest.fixture(scope="session")
def admin(engine: SeedbedEngine) -> Starlette:
    """The admin alone, where it is mounted."""
    return Starlette(routes=[Mount("/admin", admin_app(engine, load_settings({})))])


@pytest.fixture
async def visitor(admin: Starlette, database: SeedbedEngine) -> AsyncIterator[httpx.AsyncClient]:
    """A visitor with the admin's CSRF cookie, from an address of its own: logins are limited."""
    number = next(_addresses)
    transport = httpx.ASGITransport(admin, client=(f"10.1.{number // 250}.{number % 250}", 1234))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        await client.get("/admin/")
        client.headers["X-CSRFToken"] = client.cookies["csrftoken"]
        client.headers["User-Agent"] = "a browser"
        yield client


@pytest.fixture
async def inside(visitor: httpx.AsyncClient) -> httpx.AsyncClient:
    """The same visitor, logged in as an administrator."""
    assert (await log_in(visitor, (await administrator()).email)).status_code == 200
    return visitor


@pytest.fixture
async def clerk(visitor: httpx.AsyncClient) -> httpx.AsyncClient:
    """The same visitor, logged in as staff of a university."""
    assert (await log_in(visitor, (await clerk_of(catalog.university())).email)).status_code == 200
    return visitor


@pytest.fixture
async def site(application: Starlette, committed: SeedbedEngine) -> AsyncIterator[str]:
    """The address of the whole application over the seed data."""
    await seed(committed)
    async with served(application) as address:
        yield address


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    """One browser for all tests; each opens windows of its own, which share nothing."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        await browser.close()
