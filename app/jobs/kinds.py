"""The kinds of jobs: a frozen dataclass each, of plain values, which JSON carries."""

import re
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, ClassVar, Literal, Self, get_type_hints
from uuid import UUID

import orjson

MailTemplate = Literal[
    "magic-link", "reset-password", "verify-email", "account-exists", "password-changed"
]

# As the tables hold it (app.tables.checks.email), and without what would end a header or begin
# another address; nor an encoded word (RFC 2047), which may stand for any of that; nor what nobody
# can see, which makes two addresses look like one.
_PART = (
    r"[^@\s\x00-\x1f\x7f-\xa0<>,;:\"\\()\[\]"
    r"\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]+"
)
_ADDRESS = re.compile(rf"(?!.*=\?){_PART}@{_PART}")
LONGEST_ADDRESS = 254  # characters, RFC 5321 (section 4.5.3.1.3, less the angle brackets)


def is_mailable(address: str) -> bool:
    """Whether mail can go to an address: the tables are less strict."""
    return len(address) <= LONGEST_ADDRESS and _ADDRESS.fullmatch(address) is not None


class JobUnreadable(Exception):
    """A payload that this version cannot read; `str()` is a sentence without the payload."""


class Job:
    """What every kind inherits. A subclass is a dataclass with a `kind`, unique and for good.

    Its fields are text, whole numbers, truth values, UUIDs, datetimes or None. A field that is
    added later needs a default: jobs of the version before are still in the queue.
    """

    __slots__ = ()
    kind: ClassVar[str]

    def to_json(self) -> bytes:
        """The fields as a JSON object."""
        return orjson.dumps(self, default=_text)

    @classmethod
    def from_json(cls, text: bytes) -> Self:
        """The job that `to_json` wrote; raises JobUnreadable."""
        try:
            values = orjson.loads(text)
            hints = get_type_hints(cls)
            read = {item.name: hints[item.name] for item in fields(cls)}  # type: ignore[arg-type]  # subclasses are dataclasses
            return cls(**{name: _value(value, read[name]) for name, value in values.items()})
        except (AttributeError, KeyError, TypeError, ValueError):
            # Without its cause: the message of that could hold what the payload holds.
            raise JobUnreadable(
                f"The payload of this {cls.kind} job is not one of this version."
            ) from None


def _text(value: object) -> str:
    """What orjson does not know: the UUIDs that the driver gives, a subclass."""
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(type(value).__name__)


def _value(value: Any, hint: Any) -> Any:
    if value is None:
        return None
    if hint == datetime | None or hint is datetime:
        return datetime.fromisoformat(value)
    if hint == UUID | None or hint is UUID:
        return UUID(value)
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class SendEmail(Job):
    """Send one mail to one address.

    `token` is the secret of the mail's link, where it has one. After `useful_until` (the moment
    the link expires, with its time zone) the mail is not sent any more.

    One that is not `wanted` is not sent: it is there so that asking for a mail takes as long
    whether or not there is anybody to write to.

    People's names are in no mail: whoever registers a stranger's address chooses the name, and
    would write to the stranger through us.
    """

    kind: ClassVar[str] = "send-email"

    template: MailTemplate
    to: str
    token: str = ""
    useful_until: datetime | None = None
    wanted: bool = True

    def __post_init__(self) -> None:
        """Raises ValueError for what is no address: a line break would begin a new header."""
        if not is_mailable(self.to):
            raise ValueError("This is not an email address that a mail can be sent to.")

    def __repr__(self) -> str:
        """Neither whom it goes to nor the secret: this may end up in a log."""
        return f"SendEmail(template={self.template!r})"


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerateDocument(Job):
    """Generate the document with this key; nothing is left to do where that has happened."""

    kind: ClassVar[str] = "generate-document"

    document: UUID
