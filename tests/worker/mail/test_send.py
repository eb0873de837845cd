"""Mail jobs go to SMTP where it is configured, to the log in development, and nowhere too late."""

import dataclasses
import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.database import SeedbedEngine
from app.jobs import SendEmail
from app.settings import Settings
from app.worker.attempts import Attempt, GiveUp
from app.worker.mail import send_email
from tests.worker.smtp import smtp_server

JOB = SendEmail(template="magic-link", to="ann@seedbed.example", token="s3cret")


def _attempt(**settings: Any) -> Attempt:
    return Attempt(SeedbedEngine(Settings(**settings)), 1, datetime.now(UTC), 1)


async def test_with_a_server_it_is_sent_and_printed_nowhere(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with smtp_server() as mailbox:
        with caplog.at_level(logging.DEBUG, "app"):
            await send_email(JOB, _attempt(smtp_url=mailbox.server(), mail_from="a@b.example"))
    assert len(mailbox.mails) == 1
    assert "s3cret" not in caplog.text


async def test_one_that_nobody_is_to_get_is_sent_to_nobody() -> None:
    async with smtp_server() as mailbox:
        unwanted = dataclasses.replace(JOB, wanted=False)
        attempt = _attempt(smtp_url=mailbox.server(), mail_from="a@b.example")
        await send_email(unwanted, attempt)
        late = dataclasses.replace(unwanted, useful_until=datetime.now(UTC) - timedelta(days=1))
        await send_email(late, attempt)
    assert mailbox.mails == []


async def test_in_development_it_is_printed_as_a_person_reads_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.INFO):
        await send_email(JOB, _attempt())
    assert "To: ann@seedbed.example\n" in caplog.text
    assert "Subject: Your link to log in to 127.0.0.1:8000\n" in caplog.text
    assert "\nhttp://127.0.0.1:8000/log-in#token=s3cret\n" in caplog.text


async def test_in_production_without_a_server_it_fails_and_is_not_printed(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.DEBUG), pytest.raises(GiveUp, match="set SEEDBED_SMTP_URL"):
        await send_email(JOB, _attempt(environment="production"))
    assert "s3cret" not in caplog.text


async def test_a_link_that_has_expired_is_not_sent() -> None:
    past = dataclasses.replace(JOB, useful_until=datetime.now(UTC) - timedelta(seconds=1))
    async with smtp_server() as mailbox:
        with pytest.raises(GiveUp, match="expired"):
            await send_email(past, _attempt(smtp_url=mailbox.server()))
    assert mailbox.mails == []
