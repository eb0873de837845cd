"""What administrators do with users: roles, suspension, deletion, organisations."""

from uuid import UUID

from app.actions import deletion
from app.actions.identity.endings import end_everything
from app.actions.states import StateMachine, Step
from app.audit import Change, check_told
from app.bridge import Problem, Refused, Row
from app.context import Context
from app.tables import User
from app.tables.identity import UserRole, UserStatus

LIFE = StateMachine(
    "user",
    {
        "suspend": Step(frozenset({UserStatus.ACTIVE}), UserStatus.SUSPENDED),
        "reactivate": Step(frozenset({UserStatus.SUSPENDED}), UserStatus.ACTIVE),
    },
)

# Whoever takes a role, or the right to act, from an administrator holds this name: two who do so
# at once must not leave none.
LAST_ADMIN = "identity.last_admin"

_ADMINS = """
select count(*) from identity.users
where role = 'ADMIN' and status = 'ACTIVE' and deleted_at is null
"""


async def set_role(context: Context, user: UUID, role: UserRole) -> UUID:
    """Give a user another role; nobody changes their own. Staff are appointed: see the catalog.

    Refuses to leave no administrator, as the functions below do.
    """
    _not_oneself(context, user)
    if role is UserRole.STAFF:
        raise Refused(Problem("INVALID", "staff are appointed by a university", ("role",)))
    async with context.change("user.set_role") as change:
        await one_after_the_other(change)
        await change.update(User, user, {"role": role, "university": None}, path=())
        await somebody_is_left(change)
    return user


async def suspend(context: Context, user: UUID, reason: str | None) -> UUID:
    """End everything that a user is known by, and let them do nothing until reactivated."""
    _not_oneself(context, user)
    if reason is not None:
        check_told(reason, ("reason",))
    async with context.change("user.suspend") as change:
        await one_after_the_other(change)
        row = await _step(change, user, "suspend")
        ended = await end_everything(context.engine, user, row["email"])
        await somebody_is_left(change)
        change.about(User, user, reason=reason, **ended)
    return user


async def reactivate(context: Context, user: UUID) -> UUID:
    """Let a suspended user act again; they log in anew."""
    async with context.change("user.reactivate") as change:
        await _step(change, user, "reactivate")
    return user


async def delete_user(context: Context, user: UUID) -> UUID:
    """Delete a user so that an administrator can restore them; everything they are known by ends.

    Everybody may delete themselves, and administrators others.
    """
    async with context.change("user.delete") as change:
        await one_after_the_other(change)
        row = await deletion.delete(change, User, user)
        ended = await end_everything(context.engine, user, row["email"])
        await somebody_is_left(change)
        change.about(User, user, **ended)
    return user


async def restore_user(context: Context, user: UUID) -> UUID:
    """Bring a deleted user back. Refused as TAKEN when somebody else has their email by now."""
    async with context.change("user.restore") as change:
        await deletion.restore(change, User, user)
    return user


async def set_organization(context: Context, user: UUID, organization: UUID | None) -> UUID:
    """Make a user a member of an organisation, or of none."""
    async with context.change("user.set_organization") as change:
        await change.update(User, user, {"organization": organization}, path=())
    return user


async def _step(change: Change, user: UUID, step: str) -> Row:
    row = await change.target(User, user)
    return await change.set(User, user, {"status": LIFE.after(row["status"], step)})


async def one_after_the_other(change: Change) -> None:
    """Wait for whoever else may take an administrator away, before anything else is locked.

    Two administrators who delete each other would wait for each other otherwise: each for the
    other's row, which the audit row refers to.
    """
    await change.one_at_a_time(LAST_ADMIN)


async def somebody_is_left(change: Change) -> None:
    """Refuse a change after which nobody could administer anything."""
    ((number,),) = await change.fetch(_ADMINS)
    if not number:
        problem = "this is the last administrator: make somebody else one first"
        raise Refused(Problem("LAST_ADMIN", problem, ("id",)))


def _not_oneself(context: Context, user: UUID) -> None:
    if context.viewer.values.get("user") == user:
        problem = "ask another administrator to do this to your own user"
        raise Refused(Problem("NOT_ONESELF", problem, ("id",)))
