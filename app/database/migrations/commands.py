"""The runner under Piccolo's stock commands, and the same for a program."""

import asyncio
import contextlib
import io
import logging
import sys
from collections.abc import Awaitable, Callable

import asyncpg
from piccolo.apps.migrations.commands.backwards import BackwardsMigrationManager
from piccolo.apps.migrations.commands.base import BaseMigrationManager, MigrationResult
from piccolo.apps.migrations.commands.check import CheckMigrationManager
from piccolo.apps.migrations.commands.clean import CleanMigrationManager
from piccolo.apps.migrations.commands.forwards import ForwardsMigrationManager
from piccolo.conf.apps import Finder
from piccolo.engine import engine_finder

from app.database.engine import SeedbedEngine
from app.database.errors import DatabaseError, MigrationError
from app.database.migrations.files import migration_files
from app.database.migrations.records import applied, ensure_table, is_edited
from app.database.migrations.run import Output, run_backwards, run_forwards
from app.settings import SettingsError

logger = logging.getLogger(__name__)

_check: Callable[[CheckMigrationManager], Awaitable[None]] = CheckMigrationManager.run
_clean: Callable[[CleanMigrationManager], Awaitable[None]] = CleanMigrationManager.run


def install() -> None:
    """Put this runner under `piccolo migrations`; to be called where Piccolo loads the app."""
    replacements: tuple[tuple[type, str, Callable[..., Awaitable[object]]], ...] = (
        (ForwardsMigrationManager, "run", _forwards_command),
        (BackwardsMigrationManager, "run", _backwards_command),
        (CheckMigrationManager, "run", _check_command),
        (CleanMigrationManager, "run", _clean_command),
        (BaseMigrationManager, "create_migration_table", _create_migration_table),
    )
    for owner, name, replacement in replacements:
        setattr(owner, name, replacement)


async def migrate(engine: SeedbedEngine) -> int:
    """Apply every pending migration of every app: how many. Faults are DatabaseErrors."""
    if engine_finder() is not engine:
        raise MigrationError(
            "Migrations run on the engine of piccolo_conf.py: name the database in DATABASE_URL."
        )
    done = await applied(engine)
    files = migration_files()
    if all((file.app_name, file.id) in done for file in files):
        for file in files:
            if is_edited(file, done):
                logger.warning("%s was edited after it was applied here.", file.path.name)
        return 0
    output = Output(say=logger.debug, warn=logger.warning, confirm=_yes)
    with contextlib.redirect_stdout(io.StringIO()):  # Piccolo prints as it goes
        return sum(
            [
                await run_forwards(ForwardsMigrationManager(app_name=name), engine, output)
                for name in Finder().get_app_names()
            ]
        )


async def _forwards_command(self: ForwardsMigrationManager) -> MigrationResult:
    await _at_the_command_line(run_forwards(self, _engine(), _terminal()))
    return MigrationResult(success=True)


async def _backwards_command(self: BackwardsMigrationManager) -> MigrationResult:
    await _at_the_command_line(run_backwards(self, _engine(), _terminal()))
    return MigrationResult(success=True)


async def _check_command(self: CheckMigrationManager) -> None:
    await _at_the_command_line(_check(self))


async def _clean_command(self: CleanMigrationManager) -> None:
    await _at_the_command_line(_clean(self))


async def _create_migration_table(_: BaseMigrationManager) -> bool:
    return await ensure_table(_engine())


async def _at_the_command_line(run: Awaitable[object]) -> None:
    """What an operator can do something about is one sentence; a fault of ours is a traceback."""
    try:
        await run
    except (DatabaseError, SettingsError, asyncpg.PostgresError) as error:
        if "--trace" in sys.argv:
            raise
        sys.stdout.flush()
        sys.stderr.write(f"{error}\n")
        raise SystemExit(1) from error


def _engine() -> SeedbedEngine:
    engine = engine_finder()
    if not isinstance(engine, SeedbedEngine):
        raise MigrationError("DB in piccolo_conf.py must be a SeedbedEngine.")
    return engine


def _terminal() -> Output:
    return Output(
        say=lambda line: _write(sys.stdout.write, line),
        warn=lambda line: _write(sys.stderr.write, line),
        confirm=_ask,
    )


def _write(write: Callable[[str], object], line: str) -> None:
    write(f"{line}\n")


async def _ask(question: str) -> bool:
    try:
        answer = await asyncio.to_thread(input, question)
    except EOFError:  # nobody is there to answer
        return False
    return answer.strip().lower() == "y"


async def _yes(_: str) -> bool:
    return True
