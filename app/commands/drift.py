"""`piccolo db drift`: is the database what the migrations make, and they what the models say?"""

from dataclasses import dataclass, field

from app.commands import console
from app.commands.differences import Difference, compare, mending, renamings, shown
from app.commands.models import unmigrated
from app.database import SeedbedEngine
from app.database.catalog import read_catalog
from app.database.migrations import pending_migrations
from app.database.shadow import shadow_database


@dataclass(frozen=True, slots=True)
class Drift:
    """What was found: `mend` makes the database as the migrations make it, in one transaction."""

    differences: list[Difference]
    models: list[str]
    pending: tuple[str, ...] = ()
    mend: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.differences or self.models)


def drift(json: bool = False, ignore: tuple[str, ...] = ()) -> None:
    """Compare the database with what the migrations make, and the models with the migrations.

    The migrations are run in a shadow: a database that is made on the same server for the moment
    (or on a temporary embedded server, where the role may not create databases) and dropped again.
    PostgreSQL prints both. Owners, privileges, comments and extensions are not compared. Exit code
    1 when something differs; nothing is changed.

    :param json: Print one JSON document.
    :param ignore: Schemas of others, separated by commas, that are left out.
    """
    console.run(lambda engine: report(engine, ignored=ignore, as_json=json))


async def report(
    engine: SeedbedEngine, *, ignored: tuple[str, ...] = (), as_json: bool = False
) -> int:
    """Find and print: the exit code."""
    found = await find_drift(engine, ignored)
    if as_json:
        console.write_json(_document(found))
    else:
        await _print(engine, found)
    return console.FOUND if found else console.OK


async def find_drift(engine: SeedbedEngine, ignored: tuple[str, ...] = ()) -> Drift:
    """The differences between database and migrations, and between migrations and models.

    Raises DatabaseError when the shadow cannot be made.
    """
    pending = await pending_migrations(engine)
    with console.Progress("Reading the database", total=3) as bar:
        live = await read_catalog(engine, ignored)
        bar.advance(label="Making a shadow")
        async with shadow_database(engine, console.error) as shadow, engine.elsewhere(shadow):
            bar.advance(label="Comparing")
            wanted = await read_catalog(engine, ignored)
    changes = await unmigrated()
    differences = compare(live, wanted)
    return Drift(
        differences,
        [part for change in changes for part in change.parts],
        pending,
        mending(differences),
    )


async def _print(engine: SeedbedEngine, found: Drift) -> None:
    place = (await engine.current()).url.place
    if found.pending:
        count = console.plural(len(found.pending), "migration")
        console.say(
            f"Pending: {count}, whose changes are among the differences; run"
            " `piccolo migrations forwards app` first."
        )
    if not found:
        console.say(f"{place} is as the migrations make it, and they as the models say.")
        return
    if told := shown(found.differences):
        console.say(
            f"{console.plural(len(told), 'difference')} between {place} and the migrations:"
        )
        for one in told:
            console.say(f"- {one}{_warning(one)}")
        if statements := renamings(found.differences):
            console.say("\nPerhaps something was only renamed. Then run this, and compare again:\n")
            for statement in statements:
                console.say(f"{statement};")
        console.say("\nThis makes the database as the migrations make it:\n")
        for statement in ["BEGIN", *found.mend, "COMMIT"]:
            console.say(f"{statement};")
    if found.models:
        console.say("The models differ from the migrations: `piccolo migrations new app --auto`")
        console.say("writes the migration that is missing.")
        for part in found.models:
            console.say(f"- {part}")


def _warning(one: Difference) -> str:
    if one.loses_data:
        return " Mending it loses its data."
    if one.needs_values:
        return " It has no default: mending it fails while the table holds rows."
    return ""


def _document(found: Drift) -> dict[str, object]:
    return {
        "differences": [
            {
                "kind": one.item.kind,
                "name": one.item.name,
                "state": one.state,
                "found": one.live.definition if one.live else None,
                "wanted": one.wanted.definition if one.wanted else None,
                "sentence": str(one),
            }
            for one in shown(found.differences)
        ],
        "models": found.models,
        "pending": found.pending,
        "mend": found.mend,
        "renamings": renamings(found.differences),
    }
