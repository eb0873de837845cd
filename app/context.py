"""One request: who is calling, and the loaders that read for them."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from app.audit import Change, Origin, recorded
from app.bridge import Bridge, Request, Viewer
from app.database import SeedbedEngine
from app.policy import Caller
from app.tables.identifiers import ACCESS_TOKEN, API_KEY, hash_token
from app.tables.identity import Scope, UserRole

ANONYMOUS = Viewer(Caller.ANONYMOUS)

# Tokens of the admin's cookies begin so; they open nothing but the admin.
ADMIN_TOKEN_PREFIX = "sbadmin_"  # noqa: S105 - how tokens begin, not one of them


class NotAuthenticated(Exception):
    """The credentials lead to nobody: unknown, expired, revoked, or of a user who may not act."""


@dataclass(frozen=True, slots=True)
class Context:
    """What the resolvers of one operation share."""

    viewer: Viewer
    request: Request
    engine: SeedbedEngine
    origin: Origin

    def change(self, action: str) -> AbstractAsyncContextManager[Change]:
        """One transaction of the caller's, with its audit row: see `recorded`."""
        return recorded(self.engine, action, self.viewer, self.origin, self.request.executor.fetch)

    def reading_as(self, viewer: Viewer) -> Request:
        """What reads as somebody else from now on: whoever the caller has become."""
        return Request(self.request.executor.bridge, viewer, partial(self.engine.fetch, fresh=True))


_BY_SESSION = """
select session.id as session, person.id as "user", person.role, person.organization,
  person.university
from identity.sessions session join identity.users person on person.id = session."user"
where session.access_token_hash = $1 and session.expires_at > $2 and session.revoked_at is null
  and person.status = 'ACTIVE' and person.deleted_at is null
"""

_BY_KEY = """
select key.id as api_key, key.scopes, person.id as "user", person.role, person.organization,
  person.university
from identity.api_keys key join identity.users person on person.id = key."user"
where key.key_hash = $1 and (key.expires_at > $2 or key.expires_at is null)
  and key.revoked_at is null and person.status = 'ACTIVE' and person.deleted_at is null
"""

# Whatever is longer is no token of ours, and not worth hashing.
_LONGEST_TOKEN = 100


async def identify(engine: SeedbedEngine, authorization: str | None) -> Viewer:
    """The caller behind an `Authorization` header; anonymous without one.

    One statement by a unique index for an access token or an API key, which its beginning tells
    apart; none for anything else. Raises NotAuthenticated for a header that leads to nobody: it is
    not treated as anonymous, so that an expired login is noticed.
    """
    if authorization is None:
        return ANONYMOUS
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise NotAuthenticated("send the header as: Authorization: Bearer <access token>")
    if token.startswith(ADMIN_TOKEN_PREFIX):
        raise NotAuthenticated("this token belongs to the admin; log in to the API for one")
    rows: Sequence[Any] = ()
    if len(token) <= _LONGEST_TOKEN:
        if token.startswith(ACCESS_TOKEN):
            rows = await engine.fetch(_BY_SESSION, hash_token(token), datetime.now(UTC))
        elif token.startswith(API_KEY):
            rows = await engine.fetch(_BY_KEY, hash_token(token), datetime.now(UTC))
            rows = [row for row in rows if _may_have(dict(row))]
    if not rows:
        raise NotAuthenticated("the access token is not valid, or no longer; log in again")
    return viewer_of(dict(rows[0]))


def viewer_of(row: Mapping[str, Any]) -> Viewer:
    """The viewer of a row of a user: `user` (the key), `role`, `organization`, `university`.

    With `session` or `api_key` (and `scopes`) in the row, whoever came by that. A key of the scope
    `agent` makes its bearer the agent and nothing else.
    """
    names = ("user", "organization", "university", "session", "api_key")
    values = {name: row[name] for name in names if name in row}
    scopes = frozenset(row["scopes"]) if "api_key" in values else None
    if scopes and Scope.AGENT in scopes:
        return Viewer(Caller.AGENT, values, frozenset({Scope.AGENT.value}))
    return Viewer(Caller(row["role"]), values, scopes)


def _may_have(row: Mapping[str, Any]) -> bool:
    """Whether a key's user may have such a key, still: only administrators have agents."""
    return Scope.AGENT not in row["scopes"] or row["role"] == UserRole.ADMIN


def new_context(
    bridge: Bridge,
    engine: SeedbedEngine,
    viewer: Viewer,
    origin: Origin = Origin(),  # noqa: B008 - frozen
) -> Context:
    """The context of one operation of `viewer`.

    Anonymous callers read what is public and may be served by a replica; whoever is logged in may
    have just written, and reads from the primary. Within a transaction everything does.
    """
    fetch = partial(engine.fetch, fresh=viewer.kind != Caller.ANONYMOUS)
    return Context(viewer, Request(bridge, viewer, fetch), engine, origin)
