"""A real SMTP server on loopback that keeps what it is sent, and refuses what it is told to."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP as POLICY

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from app.settings import SmtpServer


@dataclass(slots=True)
class Mailbox:
    """What arrived, and how the next mails are answered."""

    mails: list[EmailMessage] = field(default_factory=list)
    envelopes: list[Envelope] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)
    recipient_answer: str = "250 OK"
    data_answer: str = "250 OK"
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)
    port: int = 0

    def __post_init__(self) -> None:
        """Mails are taken at once, until `go_on` is cleared."""
        self.go_on.set()

    def server(self) -> SmtpServer:
        """Where it is."""
        return SmtpServer("127.0.0.1", self.port, "off")

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take or refuse a recipient."""
        if self.recipient_answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.recipient_answer

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Take or refuse a mail."""
        self.begun.set()
        await self.go_on.wait()
        if self.data_answer.startswith("250"):
            assert isinstance(envelope.content, bytes)
            mail = message_from_bytes(envelope.content, policy=POLICY)
            assert isinstance(mail, EmailMessage)
            self.mails.append(mail)
            self.envelopes.append(envelope)
            self.encrypted.append(session.ssl is not None)
        return self.data_answer


@asynccontextmanager
async def smtp_server(
    *,
    starttls: ssl.SSLContext | None = None,
    tls: ssl.SSLContext | None = None,
    password: bytes | None = None,
    utf8: bool = True,
) -> AsyncIterator[Mailbox]:
    """A server on a free port; with `password`, nobody may send without it."""
    mailbox = Mailbox()
    sessions: set[asyncio.Transport] = set()

    def check(
        server: SMTP, session: Session, envelope: Envelope, kind: str, data: object
    ) -> AuthResult:
        return AuthResult(success=getattr(data, "password", None) == password, handled=False)

    class Kept(SMTP):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            assert isinstance(transport, asyncio.Transport)
            sessions.add(transport)
            super().connection_made(transport)

    def serve() -> SMTP:
        return Kept(
            mailbox,
            hostname="mail.test",
            enable_SMTPUTF8=utf8,
            tls_context=starttls,
            require_starttls=starttls is not None,
            authenticator=check if password else None,
            auth_required=password is not None,
            auth_require_tls=password is not None,
            loop=asyncio.get_running_loop(),
        )

    server = await asyncio.get_running_loop().create_server(serve, "127.0.0.1", 0, ssl=tls)
    mailbox.port = server.sockets[0].getsockname()[1]
    try:
        yield mailbox
    finally:
        server.close()
        for transport in sessions:
            transport.abort()
        await asyncio.sleep(0)
