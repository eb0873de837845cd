from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.column_types import Varchar
from piccolo.columns.indexes import IndexMethod
from piccolo.constraints import Unique

ID = "2026-11-21T11:40:00:000000"
VERSION = "1.38.0"
DESCRIPTION = ""


async def forwards():
    manager = MigrationManager(
        migration_id=ID, app_name="app", description=DESCRIPTION
    )

    manager.add_column(
        table_class_name="PaymentTransaction",
        tablename="payment_transactions",
        column_name="idempotency_key",
        db_column_name="idempotency_key",
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
        schema="payments",
    )

    manager.add_constraint(
        table_class_name="PaymentTransaction",
        tablename="payment_transactions",
        constraint_name="payment_transactions_payment_idempotency_key_key",
        constraint_class=Unique,
        params={
            "columns": ["payment", "idempotency_key"],
            "nulls_distinct": True,
        },
        schema="payments",
    )

    return manager
