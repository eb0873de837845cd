"""The agent's answers by event, messages in the order of their commits, and indexes for events: those that wait, and the newest."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.column_types import UUID
from piccolo.columns.indexes import IndexMethod

from app.database.objects import SqlObject, apply

ID = "2026-11-21T11:50:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Answers by event, order of messages, indexes of events"

INDEXES = [
    # The first event that waits in each project is found by this; and whether it is due.
    SqlObject(
        "index events_waiting_idx",
        "create index events_waiting_idx on operations.events (project, sequence)"
        " where delivered_at is null and dead_at is null",
        "drop index operations.events_waiting_idx",
    ),
    SqlObject(
        "no index events_due_idx",
        "drop index operations.events_due_idx",
        "create index events_due_idx on operations.events (next_attempt_at)"
        " where delivered_at is null and dead_at is null",
    ),
    SqlObject(
        "index events_created_at_idx",
        "create index events_created_at_idx on operations.events (created_at, id)",
        "drop index operations.events_created_at_idx",
    ),
]


# Whoever writes in a project holds its row first. The time of the transaction's beginning, which is
# the column's default, would put a message that had to wait before the one that it waited for.
TIMES = [
    SqlObject(
        "function time_of_message",
        """
create function projects.time_of_message() returns trigger
language plpgsql
as $$
begin
  if new.created_at = transaction_timestamp() then
    new.created_at := clock_timestamp();
    new.updated_at := new.created_at;
  end if;
  return new;
end
$$
""",
        "drop function projects.time_of_message()",
    ),
    SqlObject(
        "trigger time_of_message on projects.messages",
        "create trigger time_of_message before insert on projects.messages for each row"
        " execute function projects.time_of_message()",
        "drop trigger time_of_message on projects.messages",
    ),
]


async def forwards():
    manager = MigrationManager(
        migration_id=ID, app_name="app", description=DESCRIPTION
    )
    apply(manager, *INDEXES, *TIMES)

    manager.add_column(
        table_class_name="Message",
        tablename="messages",
        column_name="event_id",
        db_column_name="event_id",
        column_class_name="UUID",
        column_class=UUID,
        params={
            "default": None,
            "null": True,
            "primary_key": False,
            "unique": True,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="projects",
    )

    return manager
