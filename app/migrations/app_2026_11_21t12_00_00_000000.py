"""The feed of changes that subscriptions follow: its tables, and the triggers that write it."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.database.objects import SqlObject, apply

ID = "2026-11-21T12:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "The feed of changes"

OBJECTS = [
    SqlObject(
        "table operations.changes",
        """
        create table operations.changes (
            id bigserial primary key,
            xid xid8 not null default pg_current_xact_id(),
            topic text not null,
            key text not null,
            row_id uuid not null,
            created_at timestamptz not null default current_timestamp
        )
        """,
        "drop table operations.changes",
    ),
    SqlObject(
        "index changes_topic_key_xid_idx",
        "create index changes_topic_key_xid_idx on operations.changes (topic, key, xid)",
        "drop index operations.changes_topic_key_xid_idx",
    ),
    SqlObject(
        "index changes_created_at_idx",
        "create index changes_created_at_idx on operations.changes (created_at)",
        "drop index operations.changes_created_at_idx",
    ),
    # One row, once something was deleted: the newest transaction of which rows are gone.
    SqlObject(
        "table operations.changes_gone",
        """
        create table operations.changes_gone (
            only_row boolean primary key default true check (only_row),
            xid xid8 not null
        )
        """,
        "drop table operations.changes_gone",
    ),
    SqlObject(
        "function operations.remember_gone_changes",
        """
        create function operations.remember_gone_changes() returns trigger language plpgsql as $$
        begin
            insert into operations.changes_gone (xid) select xid from gone order by xid desc limit 1
            on conflict (only_row) do update
                set xid = greatest(changes_gone.xid, excluded.xid);
            return null;
        end
        $$
        """,
        "drop function operations.remember_gone_changes",
    ),
    SqlObject(
        "trigger changes_gone",
        """
        create trigger changes_gone after delete on operations.changes
        referencing old table as gone
        for each statement execute function operations.remember_gone_changes()
        """,
        "drop trigger changes_gone on operations.changes",
    ),
    SqlObject(
        "function operations.add_change",
        """
        create function operations.add_change(topic text, key text, row_id uuid) returns void
        language sql as $$
            insert into operations.changes (topic, key, row_id) values (topic, key, row_id);
            select pg_notify('seedbed_changes', topic || ' ' || key)
        $$
        """,
        "drop function operations.add_change",
    ),
]


def _source(table: str, topic: str, key: str, when: dict[str, str]) -> list[SqlObject]:
    """The triggers that write `topic` for rows of `table`: by name, when they fire."""
    name = f"note_{topic}"
    function = SqlObject(
        f"function operations.{name}",
        f"""
        create function operations.{name}() returns trigger language plpgsql as $$
        begin
            perform operations.add_change('{topic}', {key}, new.id);
            return null;
        end
        $$
        """,
        f"drop function operations.{name}",
    )
    triggers = [
        SqlObject(
            f"trigger {name}_{event}",
            f"create trigger {name}_{event} after {timing} execute function operations.{name}()",
            f"drop trigger {name}_{event} on {table}",
        )
        for event, timing in when.items()
    ]
    return [function, *triggers]


def _on(table: str, *, updates: bool) -> dict[str, str]:
    insert = {"insert": f"insert on {table} for each row"}
    update = (
        f"update of status on {table} for each row when (old.status is distinct from new.status)"
    )
    return insert | ({"update": update} if updates else {})


def _whole(table: str, topic: str, key: str, *, updates: bool = True) -> list[SqlObject]:
    return _source(table, topic, key, _on(table, updates=updates))


OBJECTS += [
    *_whole("projects.messages", "message", "new.project::text", updates=False),
    *_whole("assessment.documents", "document", "new.session::text"),
    *_whole("payments.payments", "payment", 'new."user"::text'),
    *_whole("operations.audit_logs", "audit", "''", updates=False),
]


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="app", description=DESCRIPTION)
    apply(manager, *OBJECTS)
    return manager
