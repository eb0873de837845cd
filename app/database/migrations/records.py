"""Which migrations a database has: Piccolo's table, and in it the checksum of each applied file.

The checksum is a column of that table and not a table of its own, so that whatever removes a record
(`backwards`, `clean`) removes its checksum, and a comparison of catalogs meets nothing new.
"""

import asyncpg
from piccolo.apps.migrations.tables import Migration

from app.database.engine import SeedbedEngine
from app.database.errors import MigrationError
from app.database.migrations.files import MigrationFile, migration_files

# Held for the creation of the table alone: every command of Piccolo may be the one to make it.
_TABLE_LOCK = 0x5EED_BED0


async def applied_migrations(engine: SeedbedEngine) -> tuple[str, ...]:
    """The ids of the applied migrations, in order."""
    return tuple(sorted(name for _, name in await applied(engine)))


async def pending_migrations(engine: SeedbedEngine) -> tuple[str, ...]:
    """The ids of the files that are not applied, in order: one statement, nothing is created."""
    done = await applied(engine)
    return tuple(file.id for file in migration_files() if (file.app_name, file.id) not in done)


async def edited_migrations(engine: SeedbedEngine) -> tuple[str, ...]:
    """The names of the files whose text is no longer the one that was applied."""
    done = await applied(engine)
    return tuple(file.path.name for file in migration_files() if is_edited(file, done))


def is_edited(file: MigrationFile, done: dict[tuple[str, str], str | None]) -> bool:
    """Whether it was applied with another text; unknown for records that Piccolo alone wrote."""
    checksum = done.get((file.app_name, file.id))
    return checksum is not None and checksum != file.checksum


async def applied(engine: SeedbedEngine) -> dict[tuple[str, str], str | None]:
    """App name and id of each applied migration, with its checksum where one was kept.

    In the order they were applied: not that of the ids when a branch was merged late.
    """
    try:
        rows = await engine.fetch(
            "SELECT app_name, name, to_jsonb(m) ->> 'checksum' AS checksum FROM migration AS m"
            " ORDER BY ran_on, name"
        )
    except asyncpg.UndefinedTableError:
        return {}
    return {(row["app_name"], row["name"]): row["checksum"] for row in rows}


async def ensure_table(engine: SeedbedEngine) -> bool:
    """Make Piccolo's table with our column and key; whether the table was missing."""
    if await _is_complete(engine):
        return False
    try:
        async with engine.transaction():
            missing = await _make_table(engine)
    except asyncpg.PostgresError as error:
        raise MigrationError(
            "The table that records migrations cannot be made: let the role of DATABASE_URL create"
            f" tables, or correct what the server names: {sentence(error)}"
        ) from error
    return missing


async def _make_table(engine: SeedbedEngine) -> bool:
    await engine.fetch("SELECT pg_advisory_xact_lock($1)", _TABLE_LOCK)
    missing = not await Migration.table_exists().run()
    if missing:
        for statement in Migration.create_table().ddl:
            await engine.run_ddl(statement)
    await engine.fetch("ALTER TABLE migration ADD COLUMN IF NOT EXISTS checksum varchar(64)")
    # Should the lock of a migration ever be lost, its record cannot be written twice.
    await engine.fetch(
        "CREATE UNIQUE INDEX IF NOT EXISTS migration_app_name_name_key"
        " ON migration (app_name, name)"
    )
    return missing


async def record(engine: SeedbedEngine, file: MigrationFile) -> None:
    """Write that a migration is applied, in the current transaction."""
    await engine.fetch(
        "INSERT INTO migration (name, app_name, ran_on, checksum)"
        " VALUES ($1, $2, clock_timestamp() AT TIME ZONE 'UTC', $3)",
        file.id,
        file.app_name,
        file.checksum,
    )


async def erase(engine: SeedbedEngine, app_name: str, migration_id: str) -> None:
    """Remove the record of a migration, in the current transaction."""
    await engine.fetch(
        "DELETE FROM migration WHERE app_name = $1 AND name = $2", app_name, migration_id
    )


async def _is_complete(engine: SeedbedEngine) -> bool:
    rows = await engine.fetch(
        "SELECT FROM pg_index WHERE indexrelid = to_regclass('migration_app_name_name_key')"
        " AND indrelid = to_regclass('migration')"
    )
    return bool(rows)


def sentence(error: asyncpg.PostgresError) -> str:
    """What the server said, on one line."""
    detail = f" ({str(error.detail).rstrip('.')})" if error.detail else ""
    return f"{str(error.args[0]).rstrip('.')}{detail}."
