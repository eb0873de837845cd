"""`piccolo db reset`: an empty database, migrated and seeded anew; development only."""

from app.commands import console
from app.database import SeedbedEngine
from app.database.catalog import Catalog, read_catalog
from app.database.connections import quoted
from app.database.migrations import migrate
from app.database.migrations.lock import migration_lock
from seeds import runner
from seeds.upsert import SeedError


def reset(yes: bool = False, dry_run: bool = False, no_seed: bool = False) -> None:
    """Drop everything in the database, run all migrations and seed it. Refused in production.

    Extensions stay. What others have put into the database goes as well.

    :param yes: Do not ask.
    :param dry_run: Say what would be dropped, and change nothing.
    :param no_seed: Leave the tables empty.
    """
    console.run(lambda engine: make_anew(engine, yes=yes, dry_run=dry_run, seed=not no_seed))


async def make_anew(
    engine: SeedbedEngine, *, yes: bool = False, dry_run: bool = False, seed: bool = True
) -> int:
    """Drop, migrate, seed: the exit code."""
    console.refuse_in_production(engine.settings, "reset")
    found = await read_catalog(engine)
    place = (await engine.current()).url.place
    names = ", ".join(item.name for item in found.values() if item.kind == "schema")
    tables = console.plural(sum(item.kind == "table" for item in found.values()), "table")
    what = f"{tables} and all else in the schemas {names} of {place}"
    if dry_run:
        console.say(f"This would drop {what}, run all migrations{' and seed' if seed else ''}.")
        return console.OK
    console.confirm(f"Drop {what}?", yes=yes)
    with console.Progress("Dropping", total=3 if seed else 2) as bar:
        async with migration_lock(engine, console.error), engine.transaction():
            for statement in _drops(found, await _schema(engine)):
                await engine.fetch(statement)
        bar.advance(label="Migrating")
        count = await migrate(engine)
        bar.advance(label="Seeding")
        rows = await _seed(engine) if seed else 0
    console.say(f"Dropped {tables}, applied {console.plural(count, 'migration')}.")
    if seed:
        console.say(f"Seeded {console.plural(rows, 'row')}.")
    return console.OK


def _drops(found: Catalog, schema: str) -> list[str]:
    """Everything but `public` itself, which may belong to another role."""
    statements = [f"DROP TABLE IF EXISTS {quoted(schema)}.migration CASCADE"]
    for item in found.values():
        if item.kind == "schema" and item.name != "public":
            statements.append(f"{item.drop.removesuffix(' CASCADE')} CASCADE")
        elif item.parent == ("schema", "public"):
            # An earlier one may have taken it along.
            words = item.drop.split(" ")
            kind = " ".join(words[1:3] if words[1] == "MATERIALIZED" else words[1:2])
            statements.append(f"DROP {kind} IF EXISTS {item.drop.split(kind + ' ', 1)[1]} CASCADE")
    return statements


async def _schema(engine: SeedbedEngine) -> str:
    return (await engine.current()).url.schema or "public"


async def _seed(engine: SeedbedEngine) -> int:
    try:
        reports = await runner.seed(engine)
    except SeedError as error:
        raise console.CommandError(f"The database is migrated, but not seeded: {error}") from error
    return sum(one.created for one in reports)
