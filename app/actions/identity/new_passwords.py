"""New passwords: in exchange for the old one, or by a link that went out by email."""

from uuid import UUID

from app.actions.identity import accounts, links
from app.actions.identity.endings import end_links, end_sessions
from app.actions.identity.passwords import check_password, hash_password, verify_password
from app.actions.identity.sessions import count_attempt, forget_attempt
from app.bridge import NotLoggedIn, Problem, Refused
from app.context import Context, viewer_of
from app.database import SeedbedEngine
from app.jobs import SendEmail, enqueue, is_mailable
from app.tables import User
from app.tables.identity import MagicLinkPurpose, UserStatus


async def change_password(context: Context, current: str, new: str) -> UUID:
    """Give the caller another password, end their other sessions, and tell them by mail.

    Whoever has none yet asks for a reset: a stolen access token alone sets no password. Raises
    Refused, and RateLimited for too many wrong ones. Returns the user's key.
    """
    check_password(current, ("input", "currentPassword"))
    check_password(new, ("input", "newPassword"), new=True)
    key = context.viewer.values["user"]
    session = context.viewer.values.get("session")
    assert isinstance(key, UUID)
    assert isinstance(session, UUID)
    user = await accounts.by_key(context.engine, key)
    if user is None:
        # Deleted since the access token was looked at.
        raise NotLoggedIn("this account is no longer there; log in with another one")
    await count_attempt(context, user["email"])
    if not await verify_password(current, user["password_hash"]):
        problem = "this is not your password; if you have none, ask for a password reset"
        raise Refused(Problem("WRONG_CREDENTIALS", problem, ("input", "currentPassword")))
    await forget_attempt(context, user["email"])
    hashed = await hash_password(new)
    async with context.change("password.change") as change:
        if await accounts.lock(context.engine, key) != user:
            problem = "your account has just been changed; try again"
            raise Refused(Problem("CONFLICT", problem, ("input",)))
        await change.set(User, key, {"password_hash": hashed})
        ended = await end_sessions(context.engine, key, but=session)
        await end_links(context.engine, key, user["email"])
        change.about(User, key, sessions_ended=ended)
        await _tell(context.engine, user["email"])
    return key


async def reset_password(context: Context, token: str, password: str) -> None:
    """Give a user another password by the link they were sent, and end all their sessions.

    Raises Refused, with one answer for every link that does not work.
    """
    check_password(password, ("password",), new=True)
    # Looked up first: only a link that works is worth the time of a hash.
    link = await links.find(context.engine, token, MagicLinkPurpose.RESET)
    hashed = await hash_password(password)
    async with context.change("password.reset") as change:
        user = None if link["user"] is None else await accounts.lock(context.engine, link["user"])
        await links.use(context.engine, link["id"])
        if (
            user is None
            or user["status"] != UserStatus.ACTIVE
            or user["email"].casefold() != link["email"].casefold()
        ):
            raise links.unusable()
        change.by(viewer_of(user))
        values = {"password_hash": hashed, "email_verified": True}
        await change.set(User, user["user"], values)
        ended = await end_sessions(context.engine, user["user"])
        await end_links(context.engine, user["user"], user["email"])
        change.about(User, user["user"], sessions_ended=ended)
        await _tell(context.engine, user["email"])


async def _tell(engine: SeedbedEngine, email: str) -> None:
    """Tell the owner of the account that its password is another one."""
    if is_mailable(email):
        await enqueue(engine, SendEmail(template="password-changed", to=email))
