"""A notification for each change of the system's configuration, whoever makes it."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.database.objects import SqlObject, apply

ID = "2026-11-21T12:44:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Notifications of changes of the configuration"

OBJECTS = [
    SqlObject(
        "function operations.note_config",
        """
        create function operations.note_config() returns trigger language plpgsql as $$
        begin
            perform pg_notify('seedbed_changes', 'config ');
            return null;
        end
        $$
        """,
        "drop function operations.note_config",
    ),
    SqlObject(
        "trigger note_config",
        """
        create trigger note_config
        after insert or update or delete or truncate on operations.system_configs
        for each statement execute function operations.note_config()
        """,
        "drop trigger note_config on operations.system_configs",
    ),
]


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="app", description=DESCRIPTION)
    apply(manager, *OBJECTS)
    return manager
