"""How sessions, and everything else that a user is known by, come to an end."""

from uuid import UUID

from app.actions.identity import accounts
from app.bridge import Action, Problem, Refused
from app.context import Context
from app.database import SeedbedEngine
from app.tables import Device, Session, User

_END_SESSIONS = """
with tokens as (
  update identity.refresh_tokens set revoked_at = clock_timestamp()
  where "user" = $1 and revoked_at is null and session is distinct from $2
)
update identity.sessions set revoked_at = clock_timestamp()
where "user" = $1 and revoked_at is null and id is distinct from $2
returning id
"""

_END_SESSION = """
with tokens as (
  update identity.refresh_tokens set revoked_at = clock_timestamp()
  where session = $1 and revoked_at is null
)
update identity.sessions set revoked_at = clock_timestamp()
where id = $1 and revoked_at is null
returning id
"""

_END_LINKS = """
update identity.magic_links set used_at = clock_timestamp()
where used_at is null and ("user" = $1 or lower(email) = lower($2))
"""

_END_KEYS = """
update identity.api_keys set revoked_at = clock_timestamp()
where "user" = $1 and revoked_at is null
returning id
"""


async def end_sessions(engine: SeedbedEngine, user: UUID, but: UUID | None = None) -> int:
    """End every session of a user, or every other one than `but`; returns how many there were.

    In a transaction that has locked the user. An ended session takes its refresh tokens along, also
    one that is being made at this moment.
    """
    return len(await engine.fetch(_END_SESSIONS, user, but))


async def end_session(engine: SeedbedEngine, session: UUID) -> bool:
    """End one session and its refresh tokens; whether it had not ended before."""
    return bool(await engine.fetch(_END_SESSION, session))


async def end_links(engine: SeedbedEngine, user: UUID | None, email: str) -> None:
    """Make every link that was sent to a user, or to an address, useless."""
    await engine.fetch(_END_LINKS, user, email)


async def end_everything(engine: SeedbedEngine, user: UUID, email: str) -> dict[str, int]:
    """End what a user is known by: sessions, keys, links. How many there were, for the record.

    In the transaction that suspends or deletes the user, after its row was locked or changed.
    """
    await end_links(engine, user, email)
    sessions = await end_sessions(engine, user)
    keys = await engine.fetch(_END_KEYS, user)
    return {"sessions_ended": sessions, "keys_revoked": len(keys)}


async def log_out(context: Context) -> None:
    """End the session that the caller came by."""
    session = context.viewer.values["session"]
    assert isinstance(session, UUID)
    async with context.change("session.end") as change:
        await end_session(context.engine, session)
        change.about(Session, session)


async def log_out_everywhere(context: Context) -> int:
    """End every session of the caller, this one too; returns how many there were."""
    user = context.viewer.values["user"]
    assert isinstance(user, UUID)
    async with context.change("session.end_all") as change:
        await accounts.lock(context.engine, user)
        ended = await end_sessions(context.engine, user)
        change.about(User, user, sessions_ended=ended)
    return ended


async def revoke_session(context: Context, session: UUID) -> UUID:
    """End a session that the caller may end; returns its key."""
    async with context.change("session.revoke") as change:
        await change.target(Session, session, Action.DELETE)
        if not await end_session(context.engine, session):
            raise Refused(Problem("INVALID", "this session has ended already", ("id",)))
        change.about(Session, session)
    return session


async def remove_device(context: Context, device: UUID) -> None:
    """Forget a device that the caller may remove; its sessions end and are forgotten with it."""
    async with context.change("device.remove") as change:
        if (row := await change.find(Device, device, Action.DELETE)) is not None:
            # In the order in which others lock: user, sessions, device. Nobody logs in on it
            # meanwhile, and none of its sessions is refreshed.
            await accounts.lock(context.engine, row["user"])
            await context.engine.fetch(
                "select id from identity.sessions where device = $1 order by id for update", device
            )
        await change.delete(Device, device)
