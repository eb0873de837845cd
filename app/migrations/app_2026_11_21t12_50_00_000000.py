"""The index by which a follower who has missed much reads on where the last batch ended."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.database.objects import SqlObject, apply

ID = "2026-11-21T12:50:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "An index for reading on in the feed of changes"

INDEX = SqlObject(
    "index changes_topic_key_id_idx",
    "create index changes_topic_key_id_idx on operations.changes (topic, key, id)",
    "drop index operations.changes_topic_key_id_idx",
)


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="app", description=DESCRIPTION)
    apply(manager, INDEX)
    return manager
