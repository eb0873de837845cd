"""Indexes for searching the catalog: what everybody may see, filtered and sorted as is likely."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.database.objects import SqlObject, apply

ID = "2026-11-21T11:30:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Indexes for searching the catalog"


def _index(name: str, definition: str) -> SqlObject:
    return SqlObject(
        f"index {name}", f"create index {name} on catalog.{definition}", f"drop index catalog.{name}"
    )


# A country is given by name or by code. An unknown tuition comes last in either direction, so that
# one index cannot be read backwards for the other.
INDEXES = [
    _index(
        "universities_verified_country_name_idx",
        "universities (country, name, id) where is_verified",
    ),
    _index(
        "universities_verified_country_code_name_idx",
        "universities (country_code, name, id) where is_verified",
    ),
    _index(
        "universities_verified_created_at_idx", "universities (created_at, id) where is_verified"
    ),
    _index("courses_active_level_name_idx", "courses (level, name, id) where is_active"),
    _index("courses_active_level_tuition_idx", "courses (level, tuition, id) where is_active"),
    _index("courses_active_tuition_idx", "courses (tuition, id) where is_active"),
    _index(
        "courses_active_tuition_desc_idx",
        "courses (tuition desc nulls last, id desc) where is_active",
    ),
    _index("courses_active_created_at_idx", "courses (created_at, id) where is_active"),
]


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="app", description=DESCRIPTION)
    apply(manager, *INDEXES)
    return manager
