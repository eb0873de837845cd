"""`piccolo db baseline`: take a database that has the tables already under the migrations."""

from piccolo.apps.migrations.commands.forwards import ForwardsMigrationManager
from piccolo.conf.apps import Finder

from app.commands import console
from app.commands.differences import shown
from app.commands.drift import find_drift
from app.database import SeedbedEngine
from app.database.migrations import pending_migrations
from app.database.migrations.run import Output, run_forwards


def baseline(force: bool = False, ignore: tuple[str, ...] = ()) -> None:
    """Mark every pending migration as applied without running it.

    For a database that has the tables already: restored without the record of migrations, or made
    by hand. Refused when `piccolo db drift` shows that it is not what the migrations make.

    :param force: Mark them although the database differs.
    :param ignore: Schemas of others, separated by commas, that are not compared.
    """
    console.run(lambda engine: mark(engine, force=force, ignored=ignore))


async def mark(engine: SeedbedEngine, *, force: bool = False, ignored: tuple[str, ...] = ()) -> int:
    """Compare and mark: the exit code."""
    pending = await pending_migrations(engine)
    if not pending:
        console.say("Nothing to mark: every migration is applied.")
        return console.OK
    if not force:
        found = shown((await find_drift(engine, ignored)).differences)
        if found:
            told = "\n".join(f"- {one}" for one in found[:20])
            raise console.CommandError(
                f"Nothing was marked, as the database is not what the migrations make"
                f" ({console.plural(len(found), 'difference')}):\n{told}\n"
                "Mend them (`piccolo db drift` says how), or add --force."
            )
    output = Output(say=lambda _: None, warn=console.error, confirm=_yes)
    for name in Finder().get_app_names():
        await run_forwards(ForwardsMigrationManager(app_name=name, fake=True), engine, output)
    console.say(f"{console.plural(len(pending), 'migration')} marked as applied:")
    for name in pending:
        console.say(f"  {name}")
    return console.OK


async def _yes(_: str) -> bool:
    return True
