"""Registering, and logging in by links that go out by email."""

from collections.abc import Mapping
from typing import Any

from app.actions import configuration, limits
from app.actions.identity import accounts, links
from app.actions.identity.endings import end_links
from app.actions.identity.passwords import check_password, hash_password
from app.actions.identity.sessions import Login, check_device, open_session
from app.actions.limits import Limit
from app.audit import Change
from app.bridge import NotAllowed, Problem, Refused
from app.bridge.validation import stored
from app.context import Context
from app.database import SeedbedEngine
from app.tables import User
from app.tables.identity import MagicLinkPurpose, UserRole, UserStatus

# What is sent to one address a day without waiting, and asked for from one place.
MAILS_TO_EMAIL = Limit("mail-to", free=5, first=60, longest=3_600)
MAILS_FROM_ADDRESS = Limit("mail-from", free=20, first=10, longest=900)
REGISTRATIONS_FROM_ADDRESS = Limit("register-from", free=10, first=60, longest=3_600)


async def register(context: Context, email: str, name: str, password: str | None) -> None:
    """Send a link to `email` that makes an account of it, or says that there is one.

    Nobody is told which. Until the link is used there is no user: the name and the password are
    kept with the link, so that whoever gets the mail, and nobody else, decides about the account.
    Raises NotAllowed while registration is closed, and RateLimited.
    """
    await _check_open(context.engine)
    email = _checked(email, name, password)
    address = limits.of_address(context.origin.address)
    await limits.count(context.engine, REGISTRATIONS_FROM_ADDRESS, address)
    await limits.count(context.engine, MAILS_TO_EMAIL, limits.of_email(email))
    hashed = None if password is None else await hash_password(password)
    user = await accounts.by_email(context.engine, email)
    fresh = user is None or user["status"] == UserStatus.PENDING
    async with context.change("user.register") as change:
        await links.issue(
            change,
            context,
            MagicLinkPurpose.REGISTER if fresh else MagicLinkPurpose.LOGIN,
            email,
            "verify-email" if fresh else "account-exists",
            user=None if user is None else user["user"],
            wanted=user is None or user["status"] != UserStatus.SUSPENDED,
            values={"name": name, "password_hash": hashed} if fresh else None,
        )


async def request_magic_link(context: Context, email: str) -> None:
    """Send a link to `email` that logs its reader in; it makes a user while registration is open.

    Raises RateLimited.
    """
    email = accounts.checked_email(email, ())
    await _count_mail(context, email)
    user = await accounts.by_email(context.engine, email)
    # Asked in any case: how long the answer takes does not tell whether there is a user.
    is_open = await _is_open(context.engine)
    may = is_open if user is None else user["status"] != UserStatus.SUSPENDED
    async with context.change("magic_link.request") as change:
        await links.issue(
            change,
            context,
            MagicLinkPurpose.LOGIN,
            email,
            "magic-link",
            user=None if user is None else user["user"],
            wanted=may,
        )


async def request_password_reset(context: Context, email: str) -> None:
    """Send a link to `email` with which its user can choose a new password. Raises RateLimited."""
    email = accounts.checked_email(email, ())
    await _count_mail(context, email)
    user = await accounts.by_email(context.engine, email)
    async with context.change("password.request_reset") as change:
        await links.issue(
            change,
            context,
            MagicLinkPurpose.RESET,
            email,
            "reset-password",
            user=None if user is None else user["user"],
            wanted=user is not None and user["status"] == UserStatus.ACTIVE,
        )


async def redeem_magic_link(
    context: Context, token: str, device: Mapping[str, Any] | None
) -> Login:
    """A new session for whoever was sent this link, which is used up; makes or activates the user.

    Raises Refused, with one answer for every link that does not work.
    """
    check_device(device, ("device",))
    wanted = (MagicLinkPurpose.LOGIN, MagicLinkPurpose.REGISTER)
    link = await links.find(context.engine, token, *wanted)
    async with context.change("magic_link.redeem") as change:
        # Two links of one address at once: the later one finds the user that the first has made.
        await change.one_at_a_time(f"email:{link['email'].casefold()}")
        found = await accounts.by_email(context.engine, link["email"])
        # The user before the link, as for whoever ends all links: or they wait for each other.
        known = found and await accounts.lock(context.engine, found["user"])
        await links.use(context.engine, link["id"])
        user = await _user_of(change, context, link, known)
        return await open_session(change, context, user, device, ("device",))


async def _user_of(
    change: Change, context: Context, link: Mapping[str, Any], user: Mapping[str, Any] | None
) -> Mapping[str, Any]:
    """The user that a link logs in: the one of its address, perhaps activated, or a new one."""
    if user is None:
        # A user who has been deleted, or has another address by now, is not made anew.
        if link["user"] is not None or not await _may_register(context.engine, link):
            raise links.unusable()
        row = await change.insert(User, _new_user(link))
        await end_links(context.engine, row["id"], link["email"])
        return {**row, "user": row["id"]}
    if user["status"] == UserStatus.SUSPENDED or link["user"] not in {None, user["user"]}:
        raise links.unusable()
    changes: dict[str, Any] = {"email_verified": True}
    if user["status"] == UserStatus.PENDING:
        changes["status"] = UserStatus.ACTIVE
        if link["purpose"] == MagicLinkPurpose.REGISTER:
            changes |= {"name": link["name"], "password_hash": link["password_hash"]}
        await end_links(context.engine, user["user"], link["email"])
    await change.set(User, user["user"], changes)
    return user


def _new_user(link: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "email": link["email"],
        "name": link["name"] or link["email"].partition("@")[0],
        "password_hash": link["password_hash"],
        "role": UserRole.USER,
        "status": UserStatus.ACTIVE,
        "email_verified": True,
    }


def _checked(email: str, name: str, password: str | None) -> str:
    """The email as it is kept. Raises Refused with everything that is wrong with an input."""
    problems: list[Problem] = []
    try:
        email = accounts.checked_email(email)
    except Refused as refused:
        problems += refused.problems
    try:
        stored(User, {"name": name}, ("input",))
    except Refused as refused:
        problems += refused.problems
    try:
        if password is not None:
            check_password(password, ("input", "password"), new=True)
    except Refused as refused:
        problems += refused.problems
    if problems:
        raise Refused(*problems)
    return email


async def _is_open(engine: SeedbedEngine) -> bool:
    """Whether neither the environment nor an administrator has closed registration."""
    open_ = await configuration.value_of(engine, configuration.REGISTRATION_OPEN)
    return engine.settings.registration and open_


async def _may_register(engine: SeedbedEngine, link: Mapping[str, Any]) -> bool:
    """Who was let register before registration closed may go on to the end."""
    return link["purpose"] == MagicLinkPurpose.REGISTER or await _is_open(engine)


async def _check_open(engine: SeedbedEngine) -> None:
    if not await _is_open(engine):
        raise NotAllowed("registration is closed; ask an administrator for an account")


async def _count_mail(context: Context, email: str) -> None:
    address = limits.of_address(context.origin.address)
    await limits.count(context.engine, MAILS_FROM_ADDRESS, address)
    await limits.count(context.engine, MAILS_TO_EMAIL, limits.of_email(email))
