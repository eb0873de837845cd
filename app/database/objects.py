"""Hand-written parts of migrations: what auto-migrations cannot make, with both directions."""

from dataclasses import dataclass

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine.finder import engine_finder

from app.database.errors import MigrationError

__all__ = ["SqlObject", "apply"]


@dataclass(frozen=True, slots=True)
class SqlObject:
    """A function, trigger, index or view: one SQL statement that makes it, one that drops it.

    The statements stay as they are once the migration has been applied; a change is a migration of
    its own, which replaces the object.
    """

    name: str
    create: str
    drop: str


def apply(manager: MigrationManager, *objects: SqlObject) -> None:
    """Let `manager` make `objects` in this order, and drop them in the opposite one.

    Both run before whatever else the migration does to tables.
    """

    async def forwards() -> None:
        for item in objects:
            await _run(item.create)

    async def backwards() -> None:
        for item in reversed(objects):
            await _run(item.drop)

    manager.add_raw(forwards)
    manager.add_raw_backwards(backwards)


async def _run(statement: str) -> None:
    engine = engine_finder()
    if engine is None:
        raise MigrationError("No database is configured: piccolo_conf.py defines no DB.")
    await engine.run_ddl(statement)
