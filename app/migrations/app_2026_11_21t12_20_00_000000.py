"""Indexes for what is deleted, and for administrators' lists of users."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.database.objects import SqlObject, apply

ID = "2026-11-21T12:20:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Indexes for lists of users and of what is deleted"


def _index(schema: str, name: str, definition: str) -> SqlObject:
    return SqlObject(
        f"index {name}",
        f"create index {name} on {schema}.{definition}",
        f"drop index {schema}.{name}",
    )


# A list sorted downwards has its nulls last, though here there are none.
INDEXES = [
    _index("content", "posts_deleted_idx", "posts (deleted_at desc nulls last, id desc) where deleted_at is not null"),
    _index(
        "content", "comments_deleted_idx", "comments (deleted_at desc nulls last, id desc) where deleted_at is not null"
    ),
    _index("identity", "users_deleted_idx", "users (deleted_at desc nulls last, id desc) where deleted_at is not null"),
    _index("identity", "users_created_idx", "users (created_at, id) where deleted_at is null"),
    _index(
        "identity", "users_organization_name_idx", "users (organization, name, id)"
    ),
]


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="app", description=DESCRIPTION)
    apply(manager, *INDEXES)
    return manager
