from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from app.tables.identifiers import UUIDv7
from piccolo.columns.column_types import BigInt
from piccolo.columns.column_types import DoublePrecision
from piccolo.columns.column_types import Text
from piccolo.columns.column_types import Timestamptz
from piccolo.columns.column_types import UUID
from piccolo.columns.column_types import Varchar
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.columns.indexes import IndexMethod
from piccolo.constraints import Check
from piccolo.constraints import Unique

ID = "2026-11-21T11:10:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Slow statements"


async def forwards():
    manager = MigrationManager(
        migration_id=ID, app_name="app", description=DESCRIPTION
    )

    manager.add_table(
        class_name="SlowStatement",
        tablename="slow_statements",
        schema="operations",
        columns=None,
    )

    manager.add_column(
        table_class_name="SlowStatement",
        tablename="slow_statements",
        column_name="id",
        db_column_name="id",
        column_class_name="UUID",
        column_class=UUID,
        params={
            "default": UUIDv7(),
            "null": False,
            "primary_key": True,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="operations",
    )

    manager.add_column(
        table_class_name="SlowStatement",
        tablename="slow_statements",
        column_name="created_at",
        db_column_name="created_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": TimestamptzNow(),
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="operations",
    )

    manager.add_column(
        table_class_name="SlowStatement",
        tablename="slow_statements",
        column_name="updated_at",
        db_column_name="updated_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": TimestamptzNow(),
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="operations",
    )

    manager.add_column(
        table_class_name="SlowStatement",
        tablename="slow_statements",
        column_name="fingerprint",
        db_column_name="fingerprint",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 64,
            "default": None,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="operations",
    )

    manager.add_column(
        table_class_name="SlowStatement",
        tablename="slow_statements",
        column_name="operation",
        db_column_name="operation",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 200,
            "default": "",
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="operations",
    )

    manager.add_column(
        table_class_name="SlowStatement",
        tablename="slow_statements",
        column_name="sql",
        db_column_name="sql",
        column_class_name="Text",
        column_class=Text,
        params={
            "default": None,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="operations",
    )

    manager.add_column(
        table_class_name="SlowStatement",
        tablename="slow_statements",
        column_name="calls",
        db_column_name="calls",
        column_class_name="BigInt",
        column_class=BigInt,
        params={
            "default": 0,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="operations",
    )

    manager.add_column(
        table_class_name="SlowStatement",
        tablename="slow_statements",
        column_name="total_ms",
        db_column_name="total_ms",
        column_class_name="DoublePrecision",
        column_class=DoublePrecision,
        params={
            "default": 0.0,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="operations",
    )

    manager.add_column(
        table_class_name="SlowStatement",
        tablename="slow_statements",
        column_name="max_ms",
        db_column_name="max_ms",
        column_class_name="DoublePrecision",
        column_class=DoublePrecision,
        params={
            "default": 0.0,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="operations",
    )

    manager.add_column(
        table_class_name="SlowStatement",
        tablename="slow_statements",
        column_name="last_seen_at",
        db_column_name="last_seen_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": TimestamptzNow(),
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": True,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema="operations",
    )

    manager.add_constraint(
        table_class_name="SlowStatement",
        tablename="slow_statements",
        constraint_name="slow_statements_fingerprint_operation_key",
        constraint_class=Unique,
        params={"columns": ["fingerprint", "operation"], "nulls_distinct": True},
        schema="operations",
    )

    manager.add_constraint(
        table_class_name="SlowStatement",
        tablename="slow_statements",
        constraint_name="slow_statements_sql_length_32d56bb2",
        constraint_class=Check,
        params={"condition": 'char_length("sql") between 1 and 20000'},
        schema="operations",
    )

    manager.add_constraint(
        table_class_name="SlowStatement",
        tablename="slow_statements",
        constraint_name="slow_statements_calls_range_9ce077eb",
        constraint_class=Check,
        params={"condition": '"calls" >= 0'},
        schema="operations",
    )

    manager.add_constraint(
        table_class_name="SlowStatement",
        tablename="slow_statements",
        constraint_name="slow_statements_fingerprint_filled_691b2397",
        constraint_class=Check,
        params={"condition": "\"fingerprint\" ~ '\\S'"},
        schema="operations",
    )

    return manager
