"""Logging in, staying logged in, and logging out."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import strawberry

from app.actions import identity as actions
from app.bridge import Outcome, auto, given, input_type, row_key
from app.context import Context
from app.policy import ANYONE, USERS
from app.schema.registry import mutations
from app.tables import identity as tables


@input_type(tables.Device)
class DeviceInput:
    """What somebody logs in from: the next login with the same deviceId is from the same device."""

    device_id: auto
    device_name: auto
    device_type: auto


@strawberry.input(description="An email and the password that belongs to it.")
class LogInInput:
    """An email and the password that belongs to it."""

    email: str
    password: str
    device: DeviceInput | None = strawberry.UNSET


def device_of(device: DeviceInput | None, path: tuple[str, ...]) -> Mapping[str, Any] | None:
    """The values of a device, if one was sent."""
    return given(device, path) if device else None


# What the payload of whoever has logged in shows.
_LOGGED_IN: Mapping[str, Any] = {
    "access_token": str,
    "refresh_token": str,
    "expires_at": datetime,
    "session": tables.Session,
    "user": tables.User,
}


def logged_in(context: Context, login: actions.Login) -> Outcome:
    """The payload of whoever has logged in, read as they may read now."""
    return Outcome(
        {
            "access_token": login.access_token,
            "refresh_token": login.refresh_token,
            "expires_at": login.expires_at,
            "session": login.viewer.values["session"],
            "user": login.viewer.values["user"],
        },
        request=context.reading_as(login.viewer),
    )


@mutations.field(who=ANYONE, scope=None, **_LOGGED_IN)
async def log_in(context: Context, input: LogInInput) -> Outcome:
    """Log in with a password. The answer does not tell whether the email has an account.

    Send the access token as `Authorization: Bearer ...` until `expiresAt`, and then the refresh
    token to `refresh` for new ones. After some wrong attempts the error RATE_LIMITED says in
    `extensions.retryAfter` how many seconds to wait.
    """
    device = device_of(input.device, ("input", "device"))
    login = await actions.log_in(context, input.email, input.password, device)
    return logged_in(context, login)


@mutations.field(who=ANYONE, scope=None, **_LOGGED_IN)
async def refresh(context: Context, refresh_token: str) -> Outcome:
    """Get new tokens for a refresh token, which is thereby used up, as is the old access token.

    A refresh token that is used twice ends its session: send no two requests with the same one.
    """
    return logged_in(context, await actions.refresh(context, refresh_token))


@strawberry.input(description="A new account.")
class RegisterInput:
    """A new account; without a password, one logs in by links that are sent by email."""

    email: str
    name: str
    password: str | None = None


@mutations.field(who=ANYONE, scope=None)
async def register(context: Context, input: RegisterInput) -> Outcome:
    """Ask for an account: a link is sent to the email, and redeeming it makes the account.

    The answer does not tell whether there is an account already; the mail does. A password has 10
    characters or more.
    """
    await actions.register(context, input.email, input.name, input.password)
    return Outcome()


@mutations.field(who=ANYONE, scope=None)
async def request_magic_link(context: Context, email: str) -> Outcome:
    """Have a link sent that logs its reader in once, within 15 minutes."""
    await actions.request_magic_link(context, email)
    return Outcome()


@mutations.field(who=ANYONE, scope=None, **_LOGGED_IN)
async def redeem_magic_link(
    context: Context, token: str, device: DeviceInput | None = None
) -> Outcome:
    """Log in with the token of a link that was sent by email, to log in or after registering."""
    login = await actions.redeem_magic_link(context, token, device_of(device, ("device",)))
    return logged_in(context, login)


@mutations.field(who=ANYONE, scope=None)
async def request_password_reset(context: Context, email: str) -> Outcome:
    """Have a link sent with which a new password can be chosen, within an hour."""
    await actions.request_password_reset(context, email)
    return Outcome()


@mutations.field(who=ANYONE, scope=None)
async def reset_password(context: Context, token: str, password: str) -> Outcome:
    """Choose a new password with the token of a link that was sent for that. Ends all sessions."""
    await actions.reset_password(context, token, password)
    return Outcome()


@mutations.field(who=USERS, scope=None)
async def log_out(context: Context) -> Outcome:
    """End the session of this request."""
    await actions.log_out(context)
    return Outcome()


@mutations.field(who=USERS, scope=None, sessions_ended=int)
async def log_out_everywhere(context: Context) -> int:
    """End all your sessions, this one too."""
    return await actions.log_out_everywhere(context)


@mutations.field(who=USERS, scope=None, session=tables.Session)
async def revoke_session(context: Context, id: strawberry.ID) -> Any:
    """End one of your sessions."""
    return await actions.revoke_session(context, row_key(tables.Session, id))


@mutations.field(who=USERS, scope=None, deleted_id=strawberry.ID)
async def remove_device(context: Context, id: strawberry.ID) -> str:
    """Forget one of your devices; the sessions from it end."""
    await actions.remove_device(context, row_key(tables.Device, id))
    return id
