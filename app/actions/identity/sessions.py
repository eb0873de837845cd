"""Sessions: logging in with a password, and staying logged in with refresh tokens."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from app.actions import limits
from app.actions.identity import accounts
from app.actions.identity.endings import end_session
from app.actions.identity.passwords import check_password, renewed_hash, verify_password
from app.actions.limits import Limit
from app.audit import Change
from app.bridge import Problem, Refused, Viewer
from app.bridge.validation import stored
from app.context import Context, viewer_of
from app.tables import Device, RefreshToken, Session, User
from app.tables.identifiers import ACCESS_TOKEN, REFRESH_TOKEN, hash_token, new_token
from app.tables.identity import UserStatus

# A person mistypes a few times; a guesser gets about a hundred guesses a day at one account.
LOGINS_OF_ACCOUNT = Limit("login-account", free=5, first=1, longest=900)
LOGINS_FROM_ADDRESS = Limit("login-address", free=30, first=1, longest=900)

_WRONG = Problem("WRONG_CREDENTIALS", "the email or the password is wrong", ("input",))
_NO_TOKEN = Problem(
    "INVALID_TOKEN", "the refresh token is not valid, or no longer; log in again", ("refreshToken",)
)

_FIND = """
select token.id as token, session.id as session, session.device,
  token.revoked_at is not null as used,
  session.revoked_at is null and token.expires_at > $2
    and person.status = 'ACTIVE' and person.deleted_at is null as alive,
  person.id as "user", person.role, person.organization, person.university
from identity.refresh_tokens token
join identity.sessions session on session.id = token.session
join identity.users person on person.id = token."user"
where token.token_hash = $1
"""


@dataclass(frozen=True, slots=True)
class Login:
    """What somebody has who has logged in: the tokens, in plain, and who they are now.

    `expires_at` is the end of the access token.
    """

    access_token: str
    refresh_token: str
    expires_at: datetime
    viewer: Viewer


class _TokenReusedError(Exception):
    """A refresh token comes a second time: one of those who sent it has stolen it."""


async def log_in(
    context: Context, email: str, password: str, device: Mapping[str, Any] | None
) -> Login:
    """A new session of the user with this email and password.

    Raises Refused with the same problem, after the same time, whatever was wrong; and RateLimited
    for too many attempts at the account or from the address.
    """
    email = accounts.checked_email(email)
    check_password(password, ("input", "password"))
    check_device(device, ("input", "device"))
    await count_attempt(context, email)
    user = await accounts.by_email(context.engine, email)
    known = await verify_password(password, user["password_hash"] if user else None)
    if user is None or not known or user["status"] != UserStatus.ACTIVE:
        raise Refused(_WRONG)
    await forget_attempt(context, email)
    renewed = await renewed_hash(password, user["password_hash"])
    async with context.change("session.open") as change:
        locked = await accounts.lock(context.engine, user["user"])
        if locked is None or not await _is_as_before(locked, user, password):
            # Suspended, deleted or given another password within the last moment.
            raise Refused(_WRONG)
        if renewed is not None and locked == user:
            await change.set(User, user["user"], {"password_hash": renewed})
        return await open_session(change, context, user, device, ("input", "device"))


async def _is_as_before(locked: Mapping[str, Any], user: Mapping[str, Any], password: str) -> bool:
    """Whether nothing has changed, but for a hash that another login has renewed meanwhile."""
    if locked == user:
        return True
    if {**locked, "password_hash": user["password_hash"]} != user:
        return False
    return await verify_password(password, locked["password_hash"])


def check_device(device: Mapping[str, Any] | None, path: tuple[str, ...]) -> None:
    """Raise Refused for a device that cannot be stored."""
    if device is not None:
        stored(Device, device, path)


async def count_attempt(context: Context, email: str) -> None:
    """Count an attempt to name an account's password. Raises RateLimited."""
    await limits.count(
        context.engine, LOGINS_FROM_ADDRESS, limits.of_address(context.origin.address)
    )
    await limits.count(context.engine, LOGINS_OF_ACCOUNT, limits.of_email(email))


async def forget_attempt(context: Context, email: str) -> None:
    """The password was right: the account's attempts are forgotten, and the address has one less.

    Not all of the address: whoever has one account could try others for ever.
    """
    address = limits.of_address(context.origin.address)
    await limits.give_back(context.engine, LOGINS_FROM_ADDRESS, address)
    await limits.forget(context.engine, LOGINS_OF_ACCOUNT, limits.of_email(email))


async def open_session(
    change: Change,
    context: Context,
    user: Mapping[str, Any],
    device: Mapping[str, Any] | None,
    path: tuple[str, ...],
) -> Login:
    """A new session of a user, whose row the transaction has locked; `path` leads to the device."""
    now = datetime.now(UTC)
    session = await change.insert(
        Session,
        {
            "user": user["user"],
            "device": None
            if device is None
            else await _device(change, context, user, device, path),
            "access_token_hash": hash_token(access := new_token(ACCESS_TOKEN)),
            "expires_at": (expires_at := _access_end(context, now)),
            **context.origin.columns(),
        },
        path,
    )
    refresh = await _new_refresh_token(change, context, user["user"], session["id"], now)
    await change.set(User, user["user"], {"last_login_at": now})
    change.about(Session, session["id"])
    viewer = viewer_of({**user, "session": session["id"]})
    change.by(viewer)
    return Login(access, refresh[1], expires_at, viewer)


async def refresh(context: Context, token: str) -> Login:
    """New tokens for a refresh token, which cannot be used again.

    One that is used again ends its session, and with it every token that was made from it: whether
    the thief or the owner came second cannot be known. That stays done although Refused is raised.
    """
    hashed = hash_token(token[:200])
    found = await context.engine.fetch(_FIND, hashed, datetime.now(UTC))
    if not found:
        raise Refused(_NO_TOKEN)
    viewer, session = viewer_of(dict(found[0])), found[0]["session"]
    try:
        async with context.change("session.refresh") as change:
            return await _rotate(change, context, hashed, found[0]["user"], session)
    except _TokenReusedError:
        async with context.change("session.token_reused") as change:
            change.by(viewer)
            if await end_session(context.engine, session):
                change.about(Session, session, session_ended=True)
            else:
                change.unchanged()
        raise Refused(_NO_TOKEN) from None


async def _rotate(
    change: Change, context: Context, hashed: str, user: UUID, session: UUID
) -> Login:
    now = datetime.now(UTC)
    # Whatever happens to a session's tokens happens with the session's row locked. The user comes
    # first, as for whoever ends all sessions: the two would wait for each other.
    await accounts.lock(context.engine, user)
    await context.engine.fetch("select id from identity.sessions where id = $1 for update", session)
    found = await context.engine.fetch(_FIND, hashed, now)
    if not found or not found[0]["alive"]:
        raise Refused(_NO_TOKEN)
    row = found[0]
    if row["used"]:
        raise _TokenReusedError
    viewer = viewer_of(dict(row))
    change.by(viewer)
    successor, plain = await _new_refresh_token(change, context, row["user"], session, now)
    await change.set(RefreshToken, row["token"], {"revoked_at": now, "replaced_by": successor})
    access = new_token(ACCESS_TOKEN)
    expires_at = _access_end(context, now)
    await change.set(
        Session, session, {"access_token_hash": hash_token(access), "expires_at": expires_at}
    )
    if row["device"] is not None:
        await change.set(Device, row["device"], {"last_active_at": now})
    change.about(Session, session)
    return Login(access, plain, expires_at, viewer)


def _access_end(context: Context, now: datetime) -> datetime:
    return now + timedelta(minutes=context.engine.settings.access_token_minutes)


async def _new_refresh_token(
    change: Change, context: Context, user: UUID, session: UUID, now: datetime
) -> tuple[UUID, str]:
    """The key of a new refresh token, and the token."""
    plain = new_token(REFRESH_TOKEN)
    row = await change.insert(
        RefreshToken,
        {
            "user": user,
            "session": session,
            "token_hash": hash_token(plain),
            "expires_at": now + timedelta(days=context.engine.settings.refresh_token_days),
        },
    )
    return row["id"], plain


async def _device(
    change: Change,
    context: Context,
    user: Mapping[str, Any],
    values: Mapping[str, Any],
    path: tuple[str, ...],
) -> UUID:
    """The key of the user's device with this `device_id`, which is made when it is new."""
    known = await context.engine.fetch(
        'select id from identity.devices where "user" = $1 and device_id = $2',
        user["user"],
        values["device_id"],
    )
    now = datetime.now(UTC)
    if known:
        key: UUID = known[0]["id"]
        await change.set(Device, key, {**values, "last_active_at": now}, path)
    else:
        row = await change.insert(
            Device, {**values, "user": user["user"], "last_active_at": now}, path
        )
        key = row["id"]
    return key
