"""API keys: programs act with them as their user, within their scopes."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from app.actions.identity import accounts
from app.bridge import Action, NotAllowed, Problem, Refused
from app.context import Context
from app.policy import Caller
from app.tables import ApiKey
from app.tables.identifiers import API_KEY, hash_token, new_token
from app.tables.identity import Scope, UserStatus

# Of a key, that many characters are shown: enough to tell keys apart, far too few to guess one.
_SHOWN = len(API_KEY) + 6
# Working keys of one user.
MOST_KEYS = 50

_SCOPES = ("input", "scopes")


async def create_api_key(
    context: Context, values: Mapping[str, Any], scopes: Sequence[Scope]
) -> tuple[UUID, str]:
    """A new key of the caller's, with `name` and perhaps `expires_at`: its row's key, and itself.

    Nothing but its hash is kept, so nobody will see it again.
    """
    _check_scopes(context, scopes)
    ends = values.get("expires_at")
    if ends is not None and ends <= datetime.now(UTC):
        raise Refused(
            Problem("INVALID", "expiresAt must lie in the future", ("input", "expiresAt"))
        )
    plain = new_token(API_KEY)
    user = context.viewer.values["user"]
    assert isinstance(user, UUID)
    async with context.change("api_key.create") as change:
        # Keys are counted, and ended with their user, one change after the other.
        locked = await accounts.lock(context.engine, user)
        if locked is None or locked["status"] != UserStatus.ACTIVE:
            raise NotAllowed("your account has just been suspended or deleted")
        row = await change.create(
            ApiKey,
            {
                **values,
                "user": user,
                "key_prefix": plain[:_SHOWN],
                "key_hash": hash_token(plain),
                "scopes": list(dict.fromkeys(scope.value for scope in scopes)),
            },
        )
        ((working,),) = await context.engine.fetch(
            'select count(*) from identity.api_keys where "user" = $1 and revoked_at is null', user
        )
        if working > MOST_KEYS:
            problem = f"you have {MOST_KEYS} keys already; revoke one that is not used"
            raise Refused(Problem("TOO_MANY", problem, ("input",)))
    return row["id"], plain


async def revoke_api_key(context: Context, key: UUID) -> UUID:
    """Withdraw a key that the caller may withdraw; it is refused from then on."""
    async with context.change("api_key.revoke") as change:
        row = await change.target(ApiKey, key, Action.DELETE)
        if row["revoked_at"] is not None:
            raise Refused(Problem("INVALID", "this key has been revoked already", ("id",)))
        await change.set(ApiKey, key, {"revoked_at": datetime.now(UTC)})
    return key


def _check_scopes(context: Context, scopes: Sequence[Scope]) -> None:
    wanted = set(scopes)
    if not wanted:
        raise Refused(Problem("REQUIRED", "name one scope at least", _SCOPES))
    if Scope.AGENT in wanted:
        if context.viewer.kind != Caller.ADMIN:
            raise NotAllowed("only administrators may create keys of the scope AGENT")
        if len(wanted) > 1:
            raise Refused(
                Problem("INVALID", "AGENT goes with no other scope: make two keys", _SCOPES)
            )
    elif Scope.READ not in wanted:
        problem = "WRITE needs READ as well: what was changed is read for the answer"
        raise Refused(Problem("INVALID", problem, _SCOPES))
