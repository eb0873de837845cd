"""Indexes for lists of documents, newest first: of all of them, and of one status."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.database.objects import SqlObject, apply

ID = "2026-11-21T13:05:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Indexes for lists of documents"


def _index(name: str, columns: str) -> SqlObject:
    return SqlObject(
        f"index {name}",
        f"create index {name} on assessment.documents ({columns})",
        f"drop index assessment.{name}",
    )


INDEXES = [
    _index("documents_created_at_idx", "created_at, id"),
    _index("documents_status_created_at_idx", "status, created_at, id"),
]


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="app", description=DESCRIPTION)
    apply(manager, *INDEXES)
    return manager
