"""Jobs are plain values: what is written is read again, and what cannot be is refused."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar
from uuid import UUID, uuid4

import pytest

from app.jobs import Job, JobUnreadable, SendEmail
from app.jobs.kinds import LONGEST_ADDRESS

SOON = datetime(2026, 11, 21, 14, 5, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Everything(Job):
    """A kind with a field of each type."""

    kind: ClassVar[str] = "everything"

    text: str
    number: int
    truth: bool
    key: UUID
    moment: datetime | None
    later: str = "added later"


def test_every_type_of_field_is_read_as_it_was_written() -> None:
    job = Everything(text="é\n", number=-1, truth=True, key=uuid4(), moment=SOON)
    assert Everything.from_json(job.to_json()) == job
    assert Everything.from_json(_nothing().to_json()).moment is None


def test_a_job_of_the_version_before_gets_the_default() -> None:
    text = SendEmail(template="password-changed", to="ann@seedbed.example").to_json()
    assert SendEmail.from_json(text.replace(b',"token":""', b"")).token == ""
    assert b"token" in text


@pytest.mark.parametrize(
    "text",
    [
        b'{"template":"magic-link","to":"ann@x","token":"secret","colour":"red"}',
        b'{"template":"magic-link","token":"secret"}',
        b'["secret"]',
        b"secret",
        b'{"template":"magic-link","to":"ann@x","token":"secret","useful_until":"tomorrow"}',
    ],
)
def test_what_cannot_be_read_is_refused_without_repeating_it(text: bytes) -> None:
    with pytest.raises(JobUnreadable) as caught:
        SendEmail.from_json(text)
    assert str(caught.value) == "The payload of this send-email job is not one of this version."
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    "to",
    [
        "ann",
        "ann@x\nBcc: all@x",
        "ann@x\r\nBcc: all@x",
        "ann@x, bob@x",
        "Ann <ann@x>",
        "ann@x\0",
        "ann@@x",
        '"ann"@x',
        "a" * LONGEST_ADDRESS + "@x",
    ],
)
def test_what_is_no_single_address_is_refused(to: str) -> None:
    with pytest.raises(ValueError, match="not an email address"):
        SendEmail(template="magic-link", to=to)


def test_a_mail_job_shows_neither_its_receiver_nor_its_secret() -> None:
    job = SendEmail(template="magic-link", to="ann@seedbed.example", token="secret")
    assert repr(job) == "SendEmail(template='magic-link')"


def _nothing() -> Everything:
    return Everything(text="", number=0, truth=False, key=uuid4(), moment=None)
