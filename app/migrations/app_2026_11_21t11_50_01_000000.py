"""The index of waiting events in an order that no other index has, so that none is taken for it."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.database.objects import SqlObject, apply

ID = "2026-11-21T11:50:01:000000"
VERSION = "1.38.0"
DESCRIPTION = "Waiting events in an order of their own"

WAITING = "where delivered_at is null and dead_at is null"

# With the order of events_project_sequence_idx, PostgreSQL walks through that one at times, and so
# through everything that was ever delivered.
INDEXES = [
    SqlObject(
        "no index events_waiting_idx by project",
        "drop index operations.events_waiting_idx",
        f"create index events_waiting_idx on operations.events (project, sequence) {WAITING}",
    ),
    SqlObject(
        "index events_waiting_idx",
        f"create index events_waiting_idx on operations.events (project desc, sequence) {WAITING}",
        "drop index operations.events_waiting_idx",
    ),
]


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="app", description=DESCRIPTION)
    apply(manager, *INDEXES)
    return manager
