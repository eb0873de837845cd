"""What a link is good for, what a registration keeps in it, and which scopes a key may have."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from enum import Enum
from piccolo.columns.column_types import Varchar
from piccolo.columns.indexes import IndexMethod
from piccolo.constraints import Check

from app.database.objects import SqlObject, apply

ID = "2026-11-21T11:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Links by purpose, and known scopes of keys"

# Names that were never scopes of anything would be in the way of the new rule.
KNOWN_SCOPES = SqlObject(
    "scopes of keys that mean something",
    """
    update identity.api_keys
    set scopes = array(select unnest(scopes) intersect select unnest(array['read', 'write', 'agent']))
    where not scopes <@ array['read', 'write', 'agent']::varchar[]
    """,
    "select 1",
)


def _index(table: str) -> SqlObject:
    name = f"{table}_user_created_at_idx"
    return SqlObject(
        f"index {name}",
        f'create index {name} on identity.{table} ("user", created_at, id)',
        f"drop index identity.{name}",
    )


# The lists below a user, and below a device, as they are sorted.
INDEXES = [
    *map(_index, ("sessions", "devices", "api_keys")),
    SqlObject(
        "index sessions_device_created_at_idx",
        "create index sessions_device_created_at_idx on identity.sessions (device, created_at, id)",
        "drop index identity.sessions_device_created_at_idx",
    ),
]


async def forwards():
    manager = MigrationManager(
        migration_id=ID, app_name="app", description=DESCRIPTION
    )
    apply(manager, KNOWN_SCOPES, *INDEXES)

    manager.add_column(
        table_class_name="MagicLink",
        tablename="magic_links",
        column_name="name",
        db_column_name="name",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 200,
            "default": None,
            "null": True,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="identity",
    )

    manager.add_column(
        table_class_name="MagicLink",
        tablename="magic_links",
        column_name="password_hash",
        db_column_name="password_hash",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 255,
            "default": None,
            "null": True,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": True,
        },
        schema="identity",
    )

    manager.add_column(
        table_class_name="MagicLink",
        tablename="magic_links",
        column_name="purpose",
        db_column_name="purpose",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 20,
            "default": "LOGIN",
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": Enum(
                "MagicLinkPurpose",
                {"LOGIN": "LOGIN", "REGISTER": "REGISTER", "RESET": "RESET"},
            ),
            "db_column_name": None,
            "secret": False,
        },
        schema="identity",
    )

    manager.add_constraint(
        table_class_name="MagicLink",
        tablename="magic_links",
        constraint_name="magic_links_password_hash_shape_5b9e5549",
        constraint_class=Check,
        params={"condition": "\"password_hash\" like '$argon2id$%'"},
        schema="identity",
    )

    manager.add_constraint(
        table_class_name="MagicLink",
        tablename="magic_links",
        constraint_name="magic_links_purpose_values_063e97c5",
        constraint_class=Check,
        params={
            "condition": "\"purpose\"::text in ('LOGIN', 'REGISTER', 'RESET')"
        },
        schema="identity",
    )

    manager.add_constraint(
        table_class_name="ApiKey",
        tablename="api_keys",
        constraint_name="api_keys_scopes_known_ee32498a",
        constraint_class=Check,
        params={
            "condition": "\"scopes\" <@ array['read', 'write', 'agent']::varchar[]"
        },
        schema="identity",
    )

    return manager
