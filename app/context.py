"""One request: who is calling, and the loaders that read for them."""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from app.audit import Change, Origin, recorded
from app.bridge import Bridge, Request, Viewer
from app.database import SeedbedEngine
from app.policy import Caller
from app.tables import Session
from app.tables.identifiers import hash_token
from app.tables.identity import UserStatus

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


async def identify(engine: SeedbedEngine, authorization: str | None) -> Viewer:
    """The caller behind an `Authorization` header; anonymous without one.

    One indexed statement for a header, none without. Raises NotAuthenticated for a header that
    leads to nobody: it is not treated as anonymous, so that an expired login is noticed.
    """
    if authorization is None:
        return ANONYMOUS
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise NotAuthenticated("send the header as: Authorization: Bearer <access token>")
    if token.startswith(ADMIN_TOKEN_PREFIX):
        raise NotAuthenticated("this token belongs to the admin; log in to the API for one")
    user = Session.user
    query = (
        Session.select(user, user.role, user.organization, user.university)
        .where(
            (Session.access_token_hash == hash_token(token))
            & (Session.expires_at > datetime.now(UTC))
            & Session.revoked_at.is_null()
            & (user.status == UserStatus.ACTIVE)
            & user.deleted_at.is_null()
        )
        .limit(1)
    )
    rows = await engine.run_querystring(query.querystrings[0])
    if not rows:
        raise NotAuthenticated("the access token is not valid, or no longer; log in again")
    return _viewer(dict(rows[0]))


def _viewer(row: Mapping[str, object]) -> Viewer:
    return Viewer(
        Caller(str(row["user.role"])),
        {
            "user": row["user"],
            "organization": row["user.organization"],
            "university": row["user.university"],
        },
    )


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
