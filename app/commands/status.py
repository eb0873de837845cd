"""`piccolo db status`: which migrations are applied here, and what database this is."""

from dataclasses import asdict, dataclass

from app.commands import console
from app.database import SeedbedEngine
from app.database.migrations import (
    applied_migrations,
    edited_migrations,
    migration_files,
    pending_migrations,
)


@dataclass(frozen=True, slots=True)
class Status:
    """The state of a database; migrations by id, edited ones by file name, size in bytes.

    `unknown` are applied here and have no file: the database may belong to a newer version.
    """

    place: str
    database: str
    server: str
    size: int
    applied: tuple[str, ...]
    pending: tuple[str, ...]
    edited: tuple[str, ...]
    unknown: tuple[str, ...]


def status(json: bool = False) -> None:
    """Show the applied, pending and edited migrations, and the server, database and its size.

    Exit code 1 when a migration is pending or was edited after it had been applied.

    :param json: Print one JSON document.
    """
    console.run(lambda engine: report(engine, as_json=json))


async def report(engine: SeedbedEngine, *, as_json: bool = False) -> int:
    """Find and print: the exit code."""
    found = await find_status(engine)
    if as_json:
        console.write_json(asdict(found))
    else:
        _print(found)
    return console.FOUND if found.pending or found.edited else console.OK


async def find_status(engine: SeedbedEngine) -> Status:
    """The state of the engine's database. Nothing is created there."""
    [row] = await engine.fetch(
        "SELECT current_database() AS database, current_setting('server_version') AS server,"
        " pg_database_size(current_database()) AS size"
    )
    applied = await applied_migrations(engine)
    known = {file.id for file in migration_files()}
    return Status(
        place=(await engine.current()).url.place,
        database=row["database"],
        server=row["server"],
        size=row["size"],
        applied=applied,
        pending=await pending_migrations(engine),
        edited=await edited_migrations(engine),
        unknown=tuple(name for name in applied if name not in known),
    )


def _print(found: Status) -> None:
    console.say(f"Database    {found.place} ({console.size(found.size)})")
    console.say(f"Server      PostgreSQL {found.server}")
    console.say(f"Migrations  {len(found.applied)} applied, {len(found.pending)} pending")
    for title, names, remedy in (
        ("Pending", found.pending, "run `piccolo migrations forwards app`"),
        ("Edited", found.edited, "restore the file, and put the change into a new migration"),
        ("Without a file", found.unknown, "the database may belong to a newer version"),
    ):
        if names:
            console.say(f"\n{title} ({remedy}):")
            for name in names:
                console.say(f"  {name}")
