"""What an SMTP server answers decides what becomes of a mail; TLS is as strict as it should be."""

import asyncio
import dataclasses
import ssl
from datetime import UTC, datetime
from pathlib import Path

import pytest
import trustme

from app.jobs import SendEmail
from app.settings import Settings, SmtpServer
from app.worker.attempts import GiveUp, TryLater
from app.worker.mail import smtp
from app.worker.mail.compose import compose
from app.worker.mail.smtp import deliver
from tests.worker.smtp import Mailbox, smtp_server

TO = "ann@seedbed.example"


async def _send(server: SmtpServer, to: str = TO) -> None:
    job = SendEmail(template="magic-link", to=to, token="secret")
    settings = Settings(mail_from="Seedbed <hello@seedbed.example>")
    await deliver(compose(job, settings, 1, datetime.now(UTC)), server, to)


@pytest.fixture
def authority() -> trustme.CA:
    """An authority of the test's own."""
    return trustme.CA()


@pytest.fixture
def trusted(authority: trustme.CA, tmp_path: Path) -> Path:
    """The file of its certificate."""
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    return tmp_path / "ca.pem"


def _context(authority: trustme.CA, name: str = "127.0.0.1") -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(name).configure_cert(context)
    return context


async def test_a_mail_arrives() -> None:
    async with smtp_server() as mailbox:
        await _send(mailbox.server())
    (mail,) = mailbox.mails
    (envelope,) = mailbox.envelopes
    assert envelope.mail_from == "hello@seedbed.example"
    assert envelope.rcpt_tos == [TO]
    assert mail["To"] == TO
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]


async def test_letters_of_any_language_arrive() -> None:
    async with smtp_server() as mailbox:
        await _send(mailbox.server(), "žofie@seedbed.example")
    assert mailbox.envelopes[0].rcpt_tos == ["žofie@seedbed.example"]


async def test_letters_that_the_server_does_not_know_are_given_up() -> None:
    async with smtp_server(utf8=False) as mailbox:
        with pytest.raises(GiveUp, match="cannot send to an address with such letters"):
            await _send(mailbox.server(), "žofie@seedbed.example")


@pytest.mark.parametrize(
    ("recipient", "data", "verdict", "told"),
    [
        (f"550 5.1.1 <{TO}>: unknown", "250 OK", GiveUp, "550 5.1.1 <the address>: unknown"),
        ("450 4.2.1 Busy.", "250 OK", TryLater, "puts this mail off (450 4.2.1 Busy)"),
        ("250 OK", "554 5.7.1 Spam", GiveUp, "refuses this mail (554 5.7.1 Spam)"),
        ("250 OK", "451 4.3.0 Later", TryLater, "puts this mail off (451 4.3.0 Later)"),
        ("250 OK", "421 Closing", TryLater, "421 Closing"),
    ],
)
async def test_the_answer_decides(
    recipient: str, data: str, verdict: type[Exception], told: str
) -> None:
    async with smtp_server() as mailbox:
        mailbox.recipient_answer, mailbox.data_answer = recipient, data
        with pytest.raises((GiveUp, TryLater)) as caught:
            await _send(mailbox.server())
    assert type(caught.value) is verdict
    assert told in str(caught.value)
    assert TO not in str(caught.value)
    assert mailbox.mails == []


async def test_a_server_that_is_away_is_tried_later() -> None:
    async with smtp_server() as mailbox:
        server = mailbox.server()
    with pytest.raises(TryLater, match=f"127.0.0.1:{server.port} cannot be used"):
        await _send(server)


async def test_a_server_that_says_nothing_is_tried_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp, "TIMEOUT", 0.1)
    over = asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await over.wait()
        writer.close()

    listener = await asyncio.start_server(silent, "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]
    with pytest.raises(TryLater, match=r"did not answer within 0\.1 seconds"):
        await _send(SmtpServer("127.0.0.1", port, "off"))
    over.set()
    listener.close()
    await listener.wait_closed()


async def test_a_server_that_hangs_up_is_tried_later() -> None:
    async def rude(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async with await asyncio.start_server(rude, "127.0.0.1", 0) as listener:
        port = listener.sockets[0].getsockname()[1]
        with pytest.raises(TryLater, match="cannot be used"):
            await _send(SmtpServer("127.0.0.1", port, "off"))


async def test_starttls_is_used_and_the_password_accepted(
    authority: trustme.CA, trusted: Path
) -> None:
    async with smtp_server(starttls=_context(authority), password=b"p") as mailbox:
        server = SmtpServer("127.0.0.1", mailbox.port, "starttls", "u", "p", trusted)
        await _send(server)
        with pytest.raises(TryLater, match="refuses the password of SEEDBED_SMTP_URL"):
            await _send(dataclasses.replace(server, password="wrong"))
    assert mailbox.encrypted == [True]


async def test_tls_from_the_first_byte(authority: trustme.CA, trusted: Path) -> None:
    async with smtp_server(tls=_context(authority)) as mailbox:
        await _send(SmtpServer("127.0.0.1", mailbox.port, "tls", ca=trusted))
    assert len(mailbox.mails) == 1


async def _refused(mailbox: Mailbox, server: SmtpServer, told: str) -> None:
    with pytest.raises(TryLater, match=told):
        await _send(server)
    assert mailbox.mails == []


async def test_a_server_without_starttls_gets_nothing() -> None:
    async with smtp_server() as mailbox:
        server = SmtpServer("127.0.0.1", mailbox.port, "starttls", "u", "p")
        await _refused(mailbox, server, r"offers no STARTTLS: .* smtps://, or end with \?tls=off")


async def test_a_certificate_of_nobody_known_is_refused(authority: trustme.CA) -> None:
    async with smtp_server(starttls=_context(authority)) as mailbox:
        server = SmtpServer("127.0.0.1", mailbox.port, "starttls")
        await _refused(mailbox, server, "certificate")


async def test_a_certificate_of_another_host_is_refused(
    authority: trustme.CA, trusted: Path
) -> None:
    async with smtp_server(tls=_context(authority, "mail.example.org")) as mailbox:
        server = SmtpServer("127.0.0.1", mailbox.port, "tls", ca=trusted)
        await _refused(mailbox, server, "certificate")
