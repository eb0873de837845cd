"""The trigger that keeps `updated_at` of the slow statements."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.database.objects import SqlObject, apply

ID = "2026-11-21T11:10:01:000000"
VERSION = "1.38.0"
DESCRIPTION = "The trigger of the slow statements"

TRIGGER = SqlObject(
    "trigger touch_updated_at on operations.slow_statements",
    "create trigger touch_updated_at before update on operations.slow_statements for each row"
    " when (old.* is distinct from new.*) execute function public.touch_updated_at()",
    "drop trigger touch_updated_at on operations.slow_statements",
)


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="app", description=DESCRIPTION)
    apply(manager, TRIGGER)
    return manager
