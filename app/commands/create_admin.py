"""`piccolo db create-admin`: make or promote a user to an active administrator."""

import getpass
import sys
from collections.abc import Callable

import asyncpg

from app.actions.identity import check_password as check_as_the_api
from app.actions.identity import end_everything, hash_password
from app.audit import recorded
from app.bridge import Refused
from app.bridge.blank import is_blank
from app.commands import console
from app.commands.console import CommandError, UsageError
from app.context import ANONYMOUS
from app.database import SeedbedEngine
from app.jobs import is_mailable
from app.tables.identity import User, UserRole, UserStatus


def create_admin(email: str, name: str = "") -> None:
    """Make an administrator, or promote the user who has this email already.

    The password is asked for, or read from the first line of stdin where that is no terminal; it is
    never an argument, as those stay in the history of the shell. The user becomes active, with the
    role ADMIN, this password and a verified email; sessions of before end.

    :param email: The email to log in with.
    :param name: The name to show; needed for a new user.
    """
    console.run(lambda engine: make(engine, email, name, read_password))


async def make(engine: SeedbedEngine, email: str, name: str, password: Callable[[], str]) -> int:
    """Check, hash and write, with the audit row in the same transaction: the exit code."""
    email, name = email.strip(), name.strip()
    if not is_mailable(email):
        raise UsageError(f"{email} is no email address: give one such as you@example.org.")
    if name and is_blank(name):
        raise UsageError("Nobody would see anything of this name.")
    if len(name) > 200:
        raise UsageError("The name is longer than 200 characters.")
    if not name and not await _find(engine, email):
        raise UsageError(f"There is no user {email} yet: add --name, the name to show.")
    text = password()
    check_password(text)
    hashed = await hash_password(text)
    try:
        async with engine.transaction():
            told = await _write(engine, email, name, hashed)
    except asyncpg.UniqueViolationError as error:
        raise CommandError(f"{email} was registered at this moment: repeat this.") from error
    console.say(told)
    return console.OK


def check_password(password: str) -> None:
    """Raise UsageError for what the API refuses as a new password."""
    try:
        check_as_the_api(password, ("The password",), new=True)
    except Refused as refused:
        raise UsageError(f"{refused}. Nothing was changed.") from None
    if "\x00" in password:
        raise UsageError("The password must not hold a NUL character. Nothing was changed.")


def read_password() -> str:
    """From the terminal without echo, twice; or the first line of stdin."""
    if not sys.stdin.isatty():
        try:
            return sys.stdin.readline().rstrip("\r\n")
        except UnicodeDecodeError:
            raise UsageError("The password on stdin is not text in UTF-8.") from None
    password = getpass.getpass("Password: ")
    check_password(password)
    if getpass.getpass("The same again: ") != password:
        raise UsageError("The two passwords differ. Nothing was changed.")
    return password


async def _find(engine: SeedbedEngine, email: str) -> User | None:
    """Locked until the end of the transaction, if there is one."""
    rows = await engine.fetch(
        "SELECT id FROM identity.users WHERE lower(email) = lower($1) AND deleted_at IS NULL"
        " FOR UPDATE",
        email,
    )
    if not rows:
        return None
    found: User | None = await User.objects().get(User.id == rows[0]["id"])
    return found


async def _write(engine: SeedbedEngine, email: str, name: str, hashed: str) -> str:
    user = await _find(engine, email)
    before = {"role": user.role, "status": user.status} if user else None
    if user is None:
        user = User(email=email, name=name)
    user.role, user.status = UserRole.ADMIN, UserStatus.ACTIVE
    user.email_verified, user.password_hash = True, hashed
    if name:
        user.name = name
    await user.save()
    # Whoever could act as this user before must not act as an administrator now.
    ended = await end_everything(engine, user.id, user.email)
    details = {"by": "piccolo db create-admin", "email": user.email, "before": before, **ended}
    async with recorded(engine, "user.make_administrator", ANONYMOUS) as change:
        change.about(User, user.id, **details)
    if before is None:
        return f"{user.email} is made: an active administrator."
    return f"{user.email} was {before['role']} and {before['status']}: now an active administrator."
