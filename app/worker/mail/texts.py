"""What each mail says; both of its parts are made from the same words."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.jobs import MailTemplate


@dataclass(frozen=True, slots=True)
class Text:
    """One mail: paragraphs, and a link between them where there is a `path` below the public URL.

    `{site}` is the host people know us by; `expiry` is said below the link, with its moment.
    """

    subject: str
    before: tuple[str, ...]
    after: tuple[str, ...] = ()
    path: str = ""
    label: str = ""
    expiry: str = ""


_ONCE = "It works once, until {until}."
_NOT_YOU = "If you did not ask for it, you need not do anything."
_YOURS = "Do not pass it on: whoever has it can log in as you."

TEXTS: Mapping[MailTemplate, Text] = {
    "magic-link": Text(
        subject="Your link to log in to {site}",
        before=("Here is your link to log in.",),
        path="/log-in",
        label="Log in",
        expiry=_ONCE,
        after=(_NOT_YOU, _YOURS),
    ),
    "reset-password": Text(
        subject="Choose a new password for {site}",
        before=("Here is your link to choose a new password.",),
        path="/reset-password",
        label="Choose a new password",
        expiry=_ONCE,
        after=("If you did not ask for it, your password stays as it is.",),
    ),
    "verify-email": Text(
        subject="Confirm your email address for {site}",
        before=("Welcome! Please confirm that this address is yours.",),
        path="/verify-email",
        label="Confirm the address",
        expiry=_ONCE,
        after=("If you did not register, you need not do anything.",),
    ),
    "account-exists": Text(
        subject="You already have an account at {site}",
        before=(
            "Somebody, probably you, wanted to register with this address.",
            "You already have an account: log in as usual, or here without a password.",
        ),
        path="/log-in",
        label="Log in",
        expiry=_ONCE,
        after=("If it was not you, you need not do anything.", _YOURS),
    ),
    "password-changed": Text(
        subject="Your password at {site} was changed",
        before=(
            "Your password was just changed, and your other sessions have ended.",
            "If it was you, all is well.",
        ),
        path="/reset-password",
        label="It was not me",
        after=("If it was not you, choose a new password right away.",),
    ),
}
