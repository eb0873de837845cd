"""`piccolo db truncate`: empty every table and keep the schema; development only."""

from app.audit import recorded
from app.commands import console
from app.context import ANONYMOUS
from app.database import SeedbedEngine
from app.database.catalog import read_catalog

# Append-only tables refuse by a trigger, which their owner may set aside; 32 is TRUNCATE's bit.
_REFUSING = """
    SELECT format('%I.%I', n.nspname, c.relname) AS table, quote_ident(g.tgname) AS trigger
    FROM pg_trigger AS g JOIN pg_class AS c ON c.oid = g.tgrelid
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE g.tgtype & 32 <> 0 AND g.tgenabled = 'O' AND NOT g.tgisinternal
    AND format('%I.%I', n.nspname, c.relname) = any($1)
"""

_AUDIT_LOG = "operations.audit_logs"


def truncate(yes: bool = False, dry_run: bool = False) -> None:
    """Empty every table but the record of migrations, append-only ones included.

    Refused in production. The empty audit log gets one row, which says so.

    :param yes: Do not ask.
    :param dry_run: Say which tables hold rows, and change nothing.
    """
    console.run(lambda engine: empty(engine, yes=yes, dry_run=dry_run))


async def empty(engine: SeedbedEngine, *, yes: bool = False, dry_run: bool = False) -> int:
    """Empty the tables in one transaction: the exit code."""
    console.refuse_in_production(engine.settings, "truncate")
    found = await read_catalog(engine)
    tables = [item.name for item in found.values() if item.kind == "table"]
    if not tables:
        console.say("There is no table to empty.")
        return console.OK
    place = (await engine.current()).url.place
    if dry_run:
        console.say(f"This would empty {console.plural(len(tables), 'table')} of {place}:")
        for name in tables:
            [row] = await engine.fetch(f"SELECT count(*) AS rows FROM {name}")  # noqa: S608 - quoted
            console.say(f"  {name:40}{row['rows']:>10,}")
        return console.OK
    console.confirm(f"Empty all {console.plural(len(tables), 'table')} of {place}?", yes=yes)
    async with engine.transaction():
        refusing = await engine.fetch(_REFUSING, tables)
        for row in refusing:
            await engine.fetch(f"ALTER TABLE {row['table']} DISABLE TRIGGER {row['trigger']}")
        await engine.fetch(f"TRUNCATE {', '.join(tables)} RESTART IDENTITY CASCADE")
        for row in refusing:
            await engine.fetch(f"ALTER TABLE {row['table']} ENABLE TRIGGER {row['trigger']}")
        if _AUDIT_LOG in tables:
            async with recorded(engine, "database.truncate", ANONYMOUS) as change:
                change.about("database", None, by="piccolo db truncate", tables=len(tables))
    console.say(f"{console.plural(len(tables), 'table')} emptied.")
    return console.OK
