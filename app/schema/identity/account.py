"""One's own account: name, profile, API keys."""

from typing import Any

import strawberry

from app.actions import identity as actions
from app.bridge import auto, given, input_type, row_key
from app.context import Context
from app.policy import USERS
from app.schema.identity.scopes import Scope
from app.schema.registry import mutations
from app.tables import identity as tables


@input_type(tables.User, partial=True)
class UpdateMeInput:
    """What you can change of your user."""

    name: auto


@input_type(tables.UserProfile, partial=True)
class UpdateProfileInput:
    """What you tell about yourself; what is left out stays as it is, and null clears."""

    avatar_url: auto
    phone: auto
    address: auto
    bio: auto
    preferences: auto


@input_type(tables.ApiKey)
class CreateApiKeyInput:
    """A new API key: READ to read, WRITE with it to change things, or AGENT alone."""

    name: auto
    expires_at: auto
    scopes: list[Scope]


@mutations.field(who=USERS, scope=None, user=tables.User)
async def update_me(context: Context, input: UpdateMeInput) -> Any:
    """Change your name."""
    return await actions.update_me(context, given(input))


@strawberry.input(description="The present password and the next one.")
class ChangePasswordInput:
    """The present password and the next one."""

    current_password: str
    new_password: str


@mutations.field(who=USERS, scope=None, user=tables.User)
async def change_password(context: Context, input: ChangePasswordInput) -> Any:
    """Choose another password; all your other sessions end."""
    return await actions.change_password(context, input.current_password, input.new_password)


@mutations.field(who=USERS, scope=None, profile=tables.UserProfile)
async def update_profile(context: Context, input: UpdateProfileInput) -> Any:
    """Change what you tell about yourself."""
    return await actions.update_profile(context, given(input))


@mutations.field(who=USERS, scope=None, api_key=tables.ApiKey, key=str)
async def create_api_key(context: Context, input: CreateApiKeyInput) -> dict[str, Any]:
    """Make an API key. `key` is shown this once; send it as `Authorization: Bearer sbk_...`.

    It acts as you, within its scopes, and cannot manage accounts, sessions or keys. Keys of the
    scope AGENT, which only administrators can make, act as the agent instead.
    """
    values = given(input)
    row, key = await actions.create_api_key(context, values, values.pop("scopes"))
    return {"api_key": row, "key": key}


@mutations.field(who=USERS, scope=None, api_key=tables.ApiKey)
async def revoke_api_key(context: Context, id: strawberry.ID) -> Any:
    """Withdraw one of your API keys for good."""
    return await actions.revoke_api_key(context, row_key(tables.ApiKey, id))
