"""Running migrations forwards and backwards, each recorded in the transaction of its change."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import asyncpg
from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.apps.migrations.commands.backwards import BackwardsMigrationManager
from piccolo.apps.migrations.commands.forwards import ForwardsMigrationManager
from piccolo.conf.apps import AppConfig

from app.database.connections import SCHEMAS
from app.database.engine import SeedbedEngine
from app.database.errors import DatabaseError, MigrationError
from app.database.migrations.files import MigrationFile, files_of
from app.database.migrations.lock import migration_lock
from app.database.migrations.records import (
    applied,
    ensure_table,
    erase,
    is_edited,
    record,
    sentence,
)

# No limit, but the end of a killed client is noticed at once and not after its last statement;
# servers on other systems than Linux may not be able to.
_FOR_LONG_STATEMENTS = """
    SELECT set_config('statement_timeout', '0', true),
        CASE WHEN version() LIKE '%linux%'
             THEN set_config('client_connection_check_interval', '500', true) END
"""


@dataclass(frozen=True, slots=True)
class Output:
    """Where a run reports: `say` its progress, `warn` what a person should look at,
    `confirm` a question that needs a yes.
    """

    say: Callable[[str], None]
    warn: Callable[[str], None]
    confirm: Callable[[str], Awaitable[bool]]


async def run_forwards(
    manager: ForwardsMigrationManager, engine: SeedbedEngine, output: Output
) -> int:
    """Apply what is pending, up to `manager.migration_id`: how many were applied (or faked)."""
    config = manager.get_app_config(app_name=manager.app_name)
    async with migration_lock(engine, output.warn):
        await ensure_table(engine)
        files = {file.id: file for file in files_of(config)}
        done = await applied(engine)
        _warn_of_differences(config, files, done, output)
        pending = [name for name in files if (config.app_name, name) not in done]
        if (config.app_name, manager.migration_id) in done:
            output.say(f"🏁 Migration {manager.migration_id} has already been run")
            return 0
        output.say(f"👍 {_count(len(files) - len(pending))} already complete")
        if not pending:
            output.say("🏁 No migrations need to be run")
            return 0
        output.say(f"⏩ {_count(len(pending))} not yet run")
        chosen = _until(pending, manager.migration_id)
        if manager.fake and len(chosen) > 1:
            question = f"Mark all {len(chosen)} migrations as run without applying them? [y/N] "
            if not await output.confirm(question):
                raise MigrationError("Nothing was marked, as the question was not answered with y.")
        output.say(f"🚀 Running {_count(len(chosen))}:")
        modules = manager.get_migration_modules(config.resolved_migrations_folder_path)
        for name in chosen:
            file = files[name]
            change = await modules[name].forwards()
            await _forwards_one(engine, change, file, manager, output)
        return len(chosen)


async def run_backwards(
    manager: BackwardsMigrationManager, engine: SeedbedEngine, output: Output
) -> int:
    """Undo the applied migrations down to `manager.migration_id`: how many were undone."""
    config = manager.get_app_config(app_name=manager.app_name)
    async with migration_lock(engine, output.warn):
        await ensure_table(engine)
        files = {file.id: file for file in files_of(config)}
        done = await applied(engine)
        _warn_of_differences(config, files, done, output)
        ran = [name for app, name in reversed(done) if app == config.app_name]
        if not ran:
            output.say("🏁 No migrations to reverse!")
            return 0
        chosen = _until(ran, manager.migration_id)
        if lost := [name for name in chosen if name not in files]:
            raise MigrationError(
                f"The files of these applied migrations are missing: {', '.join(lost)}; restore"
                " them, as nothing else knows how to undo them."
            )
        if not manager.auto_agree and not await output.confirm(
            f"Reverse {_count(len(chosen))}? [y/N] "
        ):
            raise MigrationError("Nothing was reversed, as the question was not answered with y.")
        modules = manager.get_migration_modules(config.resolved_migrations_folder_path)
        for name in chosen:
            change = await modules[name].forwards()
            await _backwards_one(engine, change, files[name], manager, output)
            if manager.clean and not manager.preview:
                files[name].path.unlink()
        return len(chosen)


async def _forwards_one(
    engine: SeedbedEngine,
    change: object,
    file: MigrationFile,
    manager: ForwardsMigrationManager,
    output: Output,
) -> None:
    async def keep() -> None:
        await record(engine, file)

    if not isinstance(change, MigrationManager):
        await keep()  # the older style, where the function itself made the change
    elif manager.fake or change.fake:
        output.say(f"  - {file.id}: faked! ⏭️")
        if not manager.preview:
            await keep()
    elif manager.preview:
        change.preview = True
        await change.run()
        output.say("")
    else:
        await _run(engine, change, file, output, keep, backwards=False)


async def _backwards_one(
    engine: SeedbedEngine,
    change: object,
    file: MigrationFile,
    manager: BackwardsMigrationManager,
    output: Output,
) -> None:
    async def forget() -> None:
        await erase(engine, file.app_name, file.id)

    if not isinstance(change, MigrationManager):
        await forget()
    elif manager.preview:
        change.preview = True
        await change.run(backwards=True)
        output.say("")
    else:
        await _run(engine, change, file, output, forget, backwards=True)


async def _run(
    engine: SeedbedEngine,
    change: MigrationManager,
    file: MigrationFile,
    output: Output,
    note: Callable[[], Awaitable[None]],
    *,
    backwards: bool,
) -> None:
    """Make a change and note it: both or neither, if the migration allows a transaction."""
    whole = change.wrap_in_transaction
    try:
        if whole:
            async with engine.transaction():
                await engine.fetch(_FOR_LONG_STATEMENTS)
                await change.run(backwards=backwards)
                await note()
        else:
            # Such as CREATE INDEX CONCURRENTLY.
            async with engine.no_time_limit():
                await change.run(backwards=backwards)
            await _refuse_invalid_indexes(engine, file)
            await note()
    except asyncpg.PostgresError as error:
        output.say("failed")
        outcome = (
            "and was rolled back; those before it stay applied"
            if whole
            else "and, as it runs outside a transaction, keeps what it had done until then"
        )
        raise MigrationError(
            f"Migration {file.id} of {file.app_name} ({file.path.name}) failed {outcome}:"
            f" {sentence(error)}"
        ) from error
    except DatabaseError as error:
        output.say("failed")
        raise MigrationError(
            f"Migration {file.id} of {file.app_name} ({file.path.name}) did not get to its end:"
            f" {error} Run the migrations again; what is recorded is not repeated."
        ) from error
    output.say("ok! ✔️")


async def _refuse_invalid_indexes(engine: SeedbedEngine, file: MigrationFile) -> None:
    """A killed CREATE INDEX CONCURRENTLY leaves one that IF NOT EXISTS takes for a good one."""
    ours = ((await engine.connector()).url.schema or "public", *SCHEMAS)
    rows = await engine.fetch(
        "SELECT i.indexrelid::regclass::text AS name FROM pg_index AS i"
        " JOIN pg_class AS c ON c.oid = i.indexrelid"
        " JOIN pg_namespace AS n ON n.oid = c.relnamespace"
        " WHERE NOT i.indisvalid AND n.nspname = any($1)",
        ours,
    )
    if rows:
        names = ", ".join(row["name"] for row in rows)
        raise MigrationError(
            f"Migration {file.id} of {file.app_name} is not recorded, as an interrupted run left"
            f" invalid indexes behind: drop {names} and run the migrations again."
        )


def _warn_of_differences(
    config: AppConfig,
    files: dict[str, MigrationFile],
    done: dict[tuple[str, str], str | None],
    output: Output,
) -> None:
    """Reported, not refused: a corrected comment must not keep a release from being deployed."""
    for file in files.values():
        if is_edited(file, done):
            output.warn(
                f"Warning: {file.path.name} was edited after it was applied here: restore it, and"
                " put the change into a new migration."
            )
    for app, name in sorted(done):
        if app == config.app_name and name not in files:
            output.warn(
                f"Warning: migration {name} of {app} is applied here but has no file: this database"
                " may belong to a newer version."
            )


def _until(names: list[str], wanted: str) -> list[str]:
    if wanted == "all":
        return names
    if wanted == "1":
        return names[:1]
    if wanted not in names:
        raise MigrationError(f"{wanted} is unrecognised: name one of {', '.join(names)}.")
    return names[: names.index(wanted) + 1]


def _count(number: int) -> str:
    return f"{number} migration{'' if number == 1 else 's'}"
