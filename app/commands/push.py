"""`piccolo db push`: the database as the models say, without a migration file; development only."""

from collections.abc import Sequence

from piccolo.conf.apps import AppConfig

from app.commands import console
from app.commands.differences import compare, mending, shown
from app.commands.models import unmigrated
from app.database import SeedbedEngine
from app.database.catalog import read_catalog
from app.database.migrations import pending_migrations
from app.database.shadow import shadow_database


def push(yes: bool = False, dry_run: bool = False, ignore: tuple[str, ...] = ()) -> None:
    """Bring the database to what the models say, without a migration. Refused in production.

    For trying things out: a shadow database gets the migrations and the change that Piccolo would
    write for the models, and this database becomes like it, in one transaction. Once it is right,
    `piccolo migrations new app --auto` writes the migration and `piccolo db baseline` marks it as
    applied here.

    :param yes: Do not ask.
    :param dry_run: Print the statements, and change nothing.
    :param ignore: Schemas of others, separated by commas, that are left alone.
    """
    console.run(lambda engine: bring(engine, yes=yes, dry_run=dry_run, ignored=ignore))


async def bring(
    engine: SeedbedEngine,
    *,
    yes: bool = False,
    dry_run: bool = False,
    ignored: tuple[str, ...] = (),
    configs: Sequence[AppConfig] | None = None,
) -> int:
    """Compare and change: the exit code. `configs` name the models, by default every app's."""
    console.refuse_in_production(engine.settings, "push")
    if pending := await pending_migrations(engine):
        raise console.CommandError(
            f"{console.plural(len(pending), 'migration')} must be applied first: run"
            " `piccolo migrations forwards app`. Nothing was changed."
        )
    changes = await unmigrated(configs)
    live = await read_catalog(engine, ignored)
    async with shadow_database(engine, console.error) as shadow, engine.elsewhere(shadow):
        for change in changes:
            await change.apply()
        wanted = await read_catalog(engine, ignored)
    differences = compare(live, wanted)
    if not differences:
        console.say("Nothing to do: the database is what the models say.")
        return console.OK
    for one in shown(differences):
        lost = " Its data will be lost." if one.loses_data else ""
        fails = " It has no default: this fails while the table holds rows."
        console.say(f"- {one}{lost}{fails if one.needs_values else ''}")
    statements = mending(differences)
    if dry_run:
        console.say("\nThis would run, in one transaction:\n")
        for statement in statements:
            console.say(f"{statement};")
        return console.OK
    count = console.plural(len(statements), "statement")
    place = (await engine.current()).url.place
    console.confirm(f"Run {count} to bring {place} to the models?", yes=yes)
    async with engine.transaction():
        for statement in statements:
            await engine.fetch(statement)
    console.say(f"{count} run: {place} is what the models say.")
    return console.OK
