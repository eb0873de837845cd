"""The handler of mail jobs: SMTP where it is configured, the log in development."""

import logging
from datetime import UTC, datetime
from email.message import EmailMessage

from app.jobs import SendEmail
from app.worker.attempts import Attempt, GiveUp
from app.worker.mail.compose import compose
from app.worker.mail.smtp import deliver

logger = logging.getLogger(__name__)


async def send_email(job: SendEmail, attempt: Attempt) -> None:
    """Send one mail; raises TryLater or GiveUp."""
    settings = attempt.engine.settings
    if not job.wanted:
        return
    if job.useful_until is not None and datetime.now(UTC) >= job.useful_until:
        raise GiveUp("The link in this mail expired before the mail could be sent.")
    message = compose(job, settings, attempt.job_id, attempt.enqueued_at)
    if settings.smtp_url is not None:
        await deliver(message, settings.smtp_url, job.to)
    elif settings.environment == "production":
        # Nothing of it is printed: in production the log is read by others than its receiver.
        raise GiveUp("No SMTP server is configured: set SEEDBED_SMTP_URL, then retry this job.")
    else:
        logger.info("No SMTP server is set, so this mail is only printed:\n\n%s", printed(message))


def printed(message: EmailMessage) -> str:
    """The headers and the plain part as a person reads them, without transfer encodings."""
    headers = "\n".join(f"{name}: {value}" for name, value in message.items())
    plain = message.get_body(("plain",))
    assert plain is not None
    return f"{headers}\n\n{plain.get_content()}"
