"""Who may see and change users, and what they are known by."""

from collections.abc import Mapping

from piccolo.table import Table

from app.bridge import Policy, Through
from app.policy.callers import ADMINS, ANYONE, ME, MY_ORGANIZATION, USERS
from app.policy.rules import change, create, delete, policy, read, restore
from app.tables import ApiKey, Device, Organization, Session, User, UserProfile
from app.tables.identity import UserStatus

# What people write about themselves.
_ABOUT_ME = (
    UserProfile.avatar_url,
    UserProfile.phone,
    UserProfile.address,
    UserProfile.bio,
    UserProfile.preferences,
)


POLICIES: Mapping[type[Table], Policy] = {
    Organization: policy(
        read(USERS, Organization.id == MY_ORGANIZATION),
        read(ADMINS, rows=True),
        create(ADMINS, True, (Organization.name, Organization.slug, Organization.settings)),
        change(ADMINS, True, (Organization.name, Organization.slug, Organization.settings)),
        delete(ADMINS, True),
    ),
    User: policy(
        read(
            ANYONE,
            (User.status == UserStatus.ACTIVE) & User.deleted_at.is_null(),
            columns=(User.id, User.name, User.created_at),
        ),
        read(USERS, (User.id == ME) & User.deleted_at.is_null()),
        read(ADMINS, User.deleted_at.is_null()),
        change(USERS, (User.id == ME) & User.deleted_at.is_null(), (User.name,)),
        change(
            ADMINS,
            User.deleted_at.is_null(),
            (User.name, User.role, User.status, User.organization, User.university),
        ),
        delete(USERS, (User.id == ME) & User.deleted_at.is_null()),
        delete(ADMINS, User.deleted_at.is_null()),
        restore(ADMINS, User.deleted_at.is_not_null()),
    ),
    UserProfile: policy(
        read(USERS, UserProfile.user == ME),
        read(ADMINS, Through(UserProfile.user)),
        create(USERS, UserProfile.user == ME, (UserProfile.user, *_ABOUT_ME)),
        change(USERS, UserProfile.user == ME, _ABOUT_ME),
    ),
    Device: policy(
        read(USERS, Device.user == ME),
        read(ADMINS, Through(Device.user)),
        delete(USERS, Device.user == ME),
        delete(ADMINS, Through(Device.user)),
    ),
    # Sessions and keys are revoked, not deleted.
    Session: policy(
        read(USERS, Session.user == ME),
        read(ADMINS, Through(Session.user)),
        delete(USERS, Session.user == ME),
        delete(ADMINS, Through(Session.user)),
    ),
    ApiKey: policy(
        read(USERS, ApiKey.user == ME),
        read(ADMINS, Through(ApiKey.user)),
        create(
            USERS,
            ApiKey.user == ME,
            (
                ApiKey.user,
                ApiKey.name,
                ApiKey.key_prefix,
                ApiKey.key_hash,
                ApiKey.scopes,
                ApiKey.expires_at,
            ),
        ),
        delete(USERS, ApiKey.user == ME),
        delete(ADMINS, Through(ApiKey.user)),
    ),
}
