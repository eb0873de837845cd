"""What administrators do with users and organisations."""

from uuid import UUID

from strawberry import ID

from app.actions.identity import administration as actions
from app.bridge import Crud, auto, input_type, row_key
from app.context import Context
from app.policy import ADMINS, USERS
from app.schema.registry import mutations
from app.tables import identity as tables


@mutations.field(who=ADMINS, scope=None, user=tables.User)
async def set_user_role(context: Context, id: ID, role: tables.UserRole) -> UUID:
    """Give somebody else another role. Staff are appointed with `appointStaff`."""
    return await actions.set_role(context, row_key(tables.User, id), role)


@mutations.field(who=ADMINS, scope=None, user=tables.User)
async def suspend_user(context: Context, id: ID, reason: str | None = None) -> UUID:
    """Let a user do nothing; their sessions, keys and links end at once.

    `reason`, of 200 characters at most, is for the audit log.
    """
    return await actions.suspend(context, row_key(tables.User, id), reason)


@mutations.field(who=ADMINS, scope=None, user=tables.User)
async def reactivate_user(context: Context, id: ID) -> UUID:
    """Let a suspended user act again; they log in anew."""
    return await actions.reactivate(context, row_key(tables.User, id))


@mutations.field(who=USERS, scope=None, deleted_id=ID)
async def delete_user(context: Context, id: ID) -> ID:
    """Delete yourself, or as an administrator somebody else. Sessions, keys and links end at once.

    An administrator can restore the user; the email can be used for a new one meanwhile.
    """
    await actions.delete_user(context, row_key(tables.User, id))
    return id


@mutations.field(who=ADMINS, scope=None, user=tables.User)
async def restore_user(context: Context, id: ID) -> UUID:
    """Bring a deleted user back; they log in anew."""
    return await actions.restore_user(context, row_key(tables.User, id))


@mutations.field(who=ADMINS, scope=None, user=tables.User)
async def set_user_organization(
    context: Context, id: ID, organization_id: ID | None = None
) -> UUID:
    """Make a user a member of an organisation; of none when organizationId is left out."""
    organization = None
    if organization_id is not None:
        organization = row_key(tables.Organization, organization_id, ("organizationId",))
    return await actions.set_organization(context, row_key(tables.User, id), organization)


@input_type(tables.Organization)
class CreateOrganizationInput:
    """A new organisation."""

    name: auto
    slug: auto
    settings: auto


@input_type(tables.Organization, partial=True)
class UpdateOrganizationInput:
    """New values of an organisation; what is left out stays as it is."""

    name: auto
    slug: auto
    settings: auto


_organizations = Crud(mutations, tables.Organization, "organization", who=ADMINS, scope=None)
_organizations.create(
    "create_organization", CreateOrganizationInput, "Make an organisation; `slug` must be free."
)
_organizations.update(
    "update_organization", UpdateOrganizationInput, "Change an organisation's name, slug, settings."
)
_organizations.delete(
    "delete_organization",
    "Delete an organisation for good, with its questionnaires that nobody has answered.",
)
