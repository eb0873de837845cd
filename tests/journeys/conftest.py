"""A server as people find it: demo data, a worker that runs, and mail that is really delivered."""

from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest

from app.database import SeedbedEngine
from app.settings import SmtpServer
from app.worker import Worker
from app.worker.handlers import HANDLERS
from seeds.runner import seed
from tests.journeys.visitors import Town
from tests.worker.smtp import smtp_server
from tests.worker.toys import QUICK


@pytest.fixture(scope="session")
def mode() -> str:
    """One is enough: every operation has tests of its own in both."""
    return "json"


@pytest.fixture
async def town(
    client: httpx.AsyncClient, committed: SeedbedEngine, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Town]:
    """The whole application, its worker and a mail server on loopback, over the demo data."""
    await seed(committed)
    async with smtp_server() as mailbox:
        where: SmtpServer = mailbox.server()
        settings = replace(committed.settings, smtp_url=where, mail_from="Seedbed <a@b.example>")
        monkeypatch.setattr(committed, "settings", settings)
        async with Worker(committed, HANDLERS, duties=(), pace=QUICK).beside():
            yield Town(client, mailbox)
