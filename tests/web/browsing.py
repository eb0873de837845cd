"""A real browser before a real server: windows in which nothing may go wrong unseen."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import uvicorn
from playwright.async_api import Browser, Page, Request
from starlette.applications import Starlette

NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = next((path for name in NAMES if (path := shutil.which(name))), None)
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

needs_chromium = pytest.mark.skipif(
    CHROMIUM is None, reason="There is no Chromium: install chromium."
)


@asynccontextmanager
async def served(app: Starlette) -> AsyncIterator[str]:
    """Serve an application on a free port: its address."""
    # The pool is the fixture's, so the application must not close it.
    config = uvicorn.Config(app, port=0, lifespan="off", log_level="warning")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:
        assert not serving.done(), "The server did not start."
        await asyncio.sleep(0.01)
    try:
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await serving


class Window:
    """A page, and everything that went wrong in it."""

    def __init__(self, page: Page, site: str) -> None:
        self.page = page
        self.problems: list[str] = []
        # The status with which the server may refuse at this time: the browser logs each.
        self.refusal = ""
        self._site = site
        page.on("console", lambda said: self._note(said.type == "error", f"console: {said.text}"))
        page.on("pageerror", lambda error: self._note(True, f"error: {error}"))
        page.on("requestfailed", self._failed)
        page.on("request", self._requested)

    def _note(self, wrong: bool, problem: str) -> None:
        if wrong and not (self.refusal and self.refusal in problem):
            self.problems.append(problem)

    def _failed(self, request: Request) -> None:
        # A page that is left drops what it was still loading.
        left = "ERR_ABORTED" in (request.failure or "")
        self._note(not left, f"failed: {request.url} {request.failure}")

    def _requested(self, request: Request) -> None:
        own = request.url.startswith((self._site, "data:", "blob:"))
        self._note(not own, f"another host: {request.url}")


@asynccontextmanager
async def window(browser: Browser, site: str) -> AsyncIterator[Window]:
    """A new window; leaving it fails when anything went wrong in there."""
    context = await browser.new_context(viewport={"width": 1280, "height": 800}, base_url=site)
    context.set_default_timeout(20_000)
    opened = Window(await context.new_page(), site)
    yield opened
    await context.close()
    assert not opened.problems, opened.problems
