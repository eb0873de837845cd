"""Each mail says the same in both parts, leads to the public URL, and cannot be given headers."""

from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from typing import get_args

import pytest

from app.jobs import MailTemplate, SendEmail
from app.settings import Settings
from app.worker.mail.compose import compose
from app.worker.mail.texts import TEXTS

SETTINGS = Settings(
    public_url="https://seedbed.example", mail_from="Seedbed <hello@seedbed.example>"
)
NOW = datetime(2026, 11, 21, 13, 50, tzinfo=UTC)
SOON = datetime(2026, 11, 21, 14, 5, tzinfo=UTC)


def _mail(template: MailTemplate, token: str = "", **settings: str) -> EmailMessage:
    job = SendEmail(
        template=template,
        to="ann@seedbed.example",
        token=token,
        useful_until=SOON if token else None,
    )
    changed = Settings(**({"public_url": SETTINGS.public_url} | settings))  # type: ignore[arg-type]  # both are text
    message = compose(job, changed, 7, NOW)
    # What a receiver reads.
    read = message_from_bytes(message.as_bytes(), policy=SMTP)
    assert isinstance(read, EmailMessage)
    return read


def _part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def test_every_template_has_its_text() -> None:
    assert set(TEXTS) == set(get_args(MailTemplate))


def test_a_magic_link_as_it_is_read() -> None:
    message = _mail("magic-link", "a/b+c", mail_from=SETTINGS.mail_from)
    assert [(name, message[name]) for name in ("From", "To", "Subject", "Date", "Message-ID")] == [
        ("From", "Seedbed <hello@seedbed.example>"),
        ("To", "ann@seedbed.example"),
        ("Subject", "Your link to log in to seedbed.example"),
        ("Date", "Sat, 21 Nov 2026 13:50:00 +0000"),
        ("Message-ID", f"<job-7-{NOW.timestamp():.0f}@seedbed.example>"),
    ]
    assert _part(message, "plain") == (
        "Hello,\n\n"
        "Here is your link to log in.\n\n"
        "Log in:\n"
        "https://seedbed.example/log-in#token=a%2Fb%2Bc\n\n"
        "It works once, until 14:05 UTC on 21 November 2026.\n\n"
        "If you did not ask for it, you need not do anything.\n\n"
        "Do not pass it on: whoever has it can log in as you.\n\n"
        "seedbed.example\n"
    )


@pytest.mark.parametrize("template", get_args(MailTemplate))
def test_both_parts_of_every_mail_say_the_same(template: MailTemplate) -> None:
    token = "s3cret" if TEXTS[template].expiry else ""
    message = _mail(template, token)
    plain, html = _part(message, "plain"), _part(message, "html")
    said = [line for line in plain.splitlines() if line and line != f"{TEXTS[template].label}:"]
    assert len(said) > 4
    assert [line for line in said if line not in html] == []
    assert ("#token=s3cret" in plain) == bool(token)
    assert message["Subject"] in html
    assert "{" not in plain + message["Subject"]


def test_the_html_part_escapes_what_it_is_given() -> None:
    html = _part(_mail("magic-link", public_url='https://x.example/"><script>'), "html")
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_a_second_attempt_makes_the_same_mail() -> None:
    first, second = (_mail("verify-email", "token") for _ in range(2))
    assert first.items()[:-1] == second.items()[:-1], "all but the boundary between its parts"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_line_break_makes_no_header(end: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - said by the standard library in several ways
        _mail("magic-link", mail_from=f"Seedbed{end}Bcc: all@x <hello@x.example>")


def test_an_encoded_word_makes_no_header() -> None:
    word = "=?utf-8?q?a=0d=0aBcc=3aall=40x?=@x.example"
    with pytest.raises(ValueError, match="cannot contain CR or LF"):
        _mail("magic-link", mail_from=word)
    # Of what it is sent to, the library would decode it after its check.
    with pytest.raises(ValueError, match="not an email address"):
        SendEmail(template="magic-link", to=word)
