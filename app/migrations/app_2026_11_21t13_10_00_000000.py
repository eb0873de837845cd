"""Each version of a document is there once, whoever writes it."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.constraints import Unique

ID = "2026-11-21T13:10:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Versions of documents are unique"


async def forwards():
    manager = MigrationManager(
        migration_id=ID, app_name="app", description=DESCRIPTION
    )

    manager.add_constraint(
        table_class_name="Document",
        tablename="documents",
        constraint_name="documents_session_document_type_version_key",
        constraint_class=Unique,
        params={
            "columns": ["session", "document_type", "version"],
            "nulls_distinct": True,
        },
        schema="assessment",
    )

    return manager
