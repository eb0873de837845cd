"""Handing one message to an SMTP server, and what its answers mean (RFC 5321, section 4.2.1)."""

import asyncio
import logging
import ssl
from email.message import EmailMessage

import aiosmtplib

from app.settings import SmtpServer
from app.worker.attempts import AttemptError, GiveUp, TryLater

logger = logging.getLogger(__name__)

TIMEOUT = 20.0  # seconds for the connection, and for each answer


async def deliver(message: EmailMessage, server: SmtpServer, to: str) -> None:
    """Send `message` to one address.

    Raises GiveUp when the server refuses the mail for good, and TryLater for all that may pass:
    a busy server, a lost connection, but also a wrong password, which somebody will correct.
    """
    context = None
    if server.security != "off":
        # In a thread: reading the certificates takes up to a tenth of a second.
        context = await asyncio.to_thread(ssl.create_default_context, cafile=server.ca)
    client = aiosmtplib.SMTP(
        hostname=server.host,
        port=server.port,
        username=server.user,
        password=server.password,
        use_tls=server.security == "tls",
        start_tls=server.security == "starttls",
        tls_context=context,
        local_hostname=_own_name(message),
        timeout=TIMEOUT,
    )
    where = f"the SMTP server {server.host}:{server.port}"
    try:
        await client.connect()
        await client.send_message(message, recipients=[to])
    except (aiosmtplib.SMTPException, OSError) as error:
        raise _verdict(error, where, to) from None
    finally:
        await _leave(client)


async def _leave(client: aiosmtplib.SMTP) -> None:
    """Say goodbye; the mail is accepted or refused by now, whatever becomes of this."""
    try:
        if client.is_connected:
            await client.quit()
    except (aiosmtplib.SMTPException, OSError) as error:
        logger.debug("The SMTP server did not say goodbye: %s", type(error).__name__)
    finally:
        client.close()


def _verdict(error: Exception, where: str, to: str) -> AttemptError:
    """The sentence for administrators; the server's words without the address they repeat."""
    match error:
        case aiosmtplib.SMTPRecipientsRefused() if error.recipients:
            return _verdict(error.recipients[0], where, to)
        case aiosmtplib.SMTPAuthenticationError():
            return TryLater(f"{_capital(where)} refuses the password of SEEDBED_SMTP_URL.")
        case aiosmtplib.SMTPConnectResponseError() | aiosmtplib.SMTPHeloError():
            return TryLater(f"{_capital(where)} takes no mail now ({_answer(error, to)}).")
        case aiosmtplib.SMTPResponseException() if error.code >= 500:
            return GiveUp(f"{_capital(where)} refuses this mail ({_answer(error, to)}).")
        case aiosmtplib.SMTPResponseException():
            return TryLater(f"{_capital(where)} puts this mail off ({_answer(error, to)}).")
        case aiosmtplib.SMTPNotSupported() if not to.isascii():
            return GiveUp(f"{_capital(where)} cannot send to an address with such letters.")
        case aiosmtplib.SMTPException() if "STARTTLS extension" in str(error):
            return TryLater(
                f"{_capital(where)} offers no STARTTLS: SEEDBED_SMTP_URL should begin with smtps://,"
                " or end with ?tls=off where the way there is safe."
            )
        case ssl.SSLCertVerificationError():
            return TryLater(f"The certificate of {where} is not accepted: {error.verify_message}.")
        case aiosmtplib.SMTPTimeoutError() | TimeoutError():
            return TryLater(f"{_capital(where)} did not answer within {TIMEOUT:g} seconds.")
        case _:
            cause = error.__cause__ or error.__context__
            if isinstance(cause, ssl.SSLCertVerificationError):
                return _verdict(cause, where, to)
            return TryLater(f"{_capital(where)} cannot be used: {_reason(error)}.")


def _answer(error: aiosmtplib.SMTPResponseException, to: str) -> str:
    words = " ".join(error.message.split()).replace(to, "the address")
    return f"{error.code} {words[:300]}".rstrip(". ")


def _reason(error: Exception) -> str:
    return str(error).rstrip(".") or type(error).__name__


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def _own_name(message: EmailMessage) -> str:
    """What we call ourselves in EHLO: the host of our Message-ID, instead of asking DNS."""
    return str(message["Message-ID"]).strip("<>").rpartition("@")[2]
