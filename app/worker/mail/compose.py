"""From a job to a message with a plain and an HTML part."""

from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import quote, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from app.jobs import SendEmail
from app.settings import Settings
from app.worker.mail.texts import TEXTS

_templates = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)


def compose(job: SendEmail, settings: Settings, job_id: int, enqueued_at: datetime) -> EmailMessage:
    """The mail of a job; a second attempt makes the same one, down to its Message-ID.

    The secret of a link stands behind `#`: browsers send that to no server, so it is in no log of
    requests and in no Referer. Raises ValueError for a header that would hold a line break.
    """
    text = TEXTS[job.template]
    site = urlsplit(settings.public_url).netloc
    link = settings.public_url + text.path
    if job.token:
        link += f"#token={quote(job.token, safe='')}"
    expiry = ""
    if text.expiry and job.useful_until is not None:
        expiry = text.expiry.format(until=_moment(job.useful_until))
    words = {
        "subject": text.subject.format(site=site),
        "before": text.before,
        "link": link,
        "label": text.label,
        "after": ((expiry,) if expiry else ()) + text.after,
        "site": site,
    }
    # SMTP's policy refuses line breaks in headers.
    message = EmailMessage(policy=SMTP)
    message["From"] = settings.mail_from
    user, _, domain = job.to.rpartition("@")
    message["To"] = Address(username=user, domain=domain)
    message["Subject"] = words["subject"]
    message["Date"] = format_datetime(enqueued_at)
    host = urlsplit(settings.public_url).hostname
    message["Message-ID"] = f"<job-{job_id}-{enqueued_at.timestamp():.0f}@{host}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers
    message.set_content(_templates.get_template("mail.txt").render(words))
    message.add_alternative(_templates.get_template("mail.html").render(words), subtype="html")
    return message


def _moment(moment: datetime) -> str:
    """As in `14:05 UTC on 21 November 2026`, whatever the server's language."""
    utc = moment.astimezone(UTC)
    month = _MONTHS[utc.month - 1]
    return f"{utc:%H:%M} UTC on {utc.day} {month} {utc.year}"


_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
