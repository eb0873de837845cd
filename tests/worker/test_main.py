"""`python -m app.worker` as real processes: killed in the middle of a mail, and told to stop."""

import asyncio
import dataclasses
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from app.database import SeedbedEngine
from app.jobs import SendEmail, enqueue
from app.worker import Worker
from app.worker.handlers import HANDLERS
from tests import databases
from tests.worker.smtp import Mailbox, smtp_server
from tests.worker.toys import PATIENCE, QUICK, until_queue_is

MAIL = SendEmail(template="magic-link", to="ann@seedbed.example", token="very-secret-token")
FROM = "Seedbed <hello@seedbed.example>"


@asynccontextmanager
async def _process(engine: SeedbedEngine, mailbox: Mailbox) -> AsyncIterator[Process]:
    """A worker process whose mails go to `mailbox`."""
    url = f"smtp://127.0.0.1:{mailbox.port}?tls=off"
    settings = {"SEEDBED_SMTP_URL": url, "SEEDBED_MAIL_FROM": FROM}
    plain = databases.environment(engine.settings.database_url or "")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "app.worker"),
        cwd=databases.ROOT,
        env={**os.environ, **plain, **settings},
        stdout=PIPE,
        stderr=PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


async def test_a_killed_worker_leaves_its_mail_to_another(committed: SeedbedEngine) -> None:
    async with smtp_server() as mailbox:
        mailbox.go_on.clear()
        await enqueue(committed, MAIL)
        async with asyncio.timeout(PATIENCE), _process(committed, mailbox) as process:
            await mailbox.begun.wait()
            process.kill()
            await process.communicate()
        await until_queue_is(committed, {"running": 1})
        # Its connection is gone, and so is its mail.
        mailbox.go_on.set()
        before = len(mailbox.mails)
        settings = dataclasses.replace(
            committed.settings, smtp_url=mailbox.server(), mail_from=FROM
        )
        other = SeedbedEngine(settings)
        async with Worker(other, HANDLERS, (), QUICK).beside():
            await until_queue_is(committed, {})
        await other.close_connection_pool()
    assert [mail["To"] for mail in mailbox.mails[before:]] == [MAIL.to]


async def test_sigterm_lets_the_mail_be_sent_and_ends(committed: SeedbedEngine) -> None:
    async with smtp_server() as mailbox:
        mailbox.go_on.clear()
        await enqueue(committed, MAIL)
        async with asyncio.timeout(PATIENCE), _process(committed, mailbox) as process:
            await mailbox.begun.wait()
            process.send_signal(signal.SIGTERM)
            await enqueue(committed, MAIL)
            await asyncio.sleep(0.2)
            running = process.returncode is None
            assert running
            mailbox.go_on.set()
            _, errors = await process.communicate()
    log = errors.decode()
    assert process.returncode == 0, log
    assert len(mailbox.mails) == 1
    await until_queue_is(committed, {"waiting": 1})
    assert "The worker has stopped." in log
    assert "Traceback" not in log
    assert "secret" not in log
    assert MAIL.to not in log
