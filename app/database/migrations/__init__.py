"""Migrations that are safe: one process at a time, recorded with their change, checked for edits.

Piccolo's own command takes no lock (two at once apply a migration twice) and writes its record
after the commit, on another connection. `install()` puts the runner of this package under the
stock command; `migrate()` runs the same from a program.
"""

from app.database.migrations.commands import install, migrate
from app.database.migrations.files import MigrationFile, migration_files
from app.database.migrations.records import (
    applied_migrations,
    edited_migrations,
    pending_migrations,
)

__all__ = [
    "MigrationFile",
    "applied_migrations",
    "edited_migrations",
    "install",
    "migrate",
    "migration_files",
    "pending_migrations",
]
