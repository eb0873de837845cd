"""`piccolo db backup`: a dump of the database with a manifest, whole or not there at all."""

import asyncio
import re
from datetime import UTC, datetime
from pathlib import Path

from app.commands import archives, console
from app.commands.archives import DUMP, Backup, Manifest
from app.commands.console import CommandError, Progress, UsageError
from app.commands.programs import (
    Programs,
    choose,
    environment,
    installed,
    plain_environment,
    running,
)
from app.commands.rows.tables import app_version, name_of, sql_name
from app.database import SCHEMAS, SeedbedEngine
from app.database.connections import Connection, quoted
from app.tables import TABLES

MIGRATION = "migration"  # Piccolo's table
_LOCK_WAIT = 60_000  # milliseconds that pg_dump waits for a migration that runs
# The connection that holds the snapshot does nothing while pg_dump works.
_NO_TIMEOUTS = """
select set_config(name, '0', true) from pg_settings
where name in ('idle_in_transaction_session_timeout', 'transaction_timeout')"""


def backup(folder: str = "", keep: int | None = None, json: bool = False) -> None:
    """Write a backup of the database: a dump, checked, and a manifest.

    The dump is pg_dump's custom format. Each backup is a folder named by its time that appears when
    all of it is written and checked.

    :param folder:
        Where the backups are: backups in the data folder (SEEDBED_DATA_DIR) unless given.
    :param keep:
        Afterwards remove all but this many of the newest backups of this database.
    :param json:
        Print what was done as JSON.
    """
    if keep is not None and keep < 1:
        raise UsageError(f"--keep must be 1 or more, not {keep}: the new backup is one of them.")
    console.run(lambda engine: _backup(engine, folder, keep, as_json=json))


async def _backup(engine: SeedbedEngine, folder: str, keep: int | None, *, as_json: bool) -> int:
    made, removed = await take_backup(engine, backups_folder(engine, folder), keep)
    manifest = made.manifest
    if as_json:
        console.write_json(
            {
                "backup": made.folder,
                "bytes": manifest.bytes,
                "sha256": manifest.sha256,
                "rows": manifest.rows,
                "removed": [each.folder for each in removed],
            }
        )
        return console.OK
    rows = console.plural(sum(manifest.rows.values()), "row")
    console.say(f"{made.folder}: {rows}, {console.size(manifest.bytes)}, checked.")
    for each in removed:
        console.say(f"{each.folder} is removed.")
    return console.OK


async def take_backup(
    engine: SeedbedEngine, folder: Path, keep: int | None = None
) -> tuple[Backup, list[Backup]]:
    """Write a backup into a folder, and remove all but the `keep` newest: it, and those.

    Raises CommandError.
    """
    with archives.locked(folder):
        made = await write_backup(engine, folder)
        return made, prune(folder, made, keep)


def backups_folder(engine: SeedbedEngine, folder: str) -> Path:
    """Where the backups are."""
    return Path(folder).expanduser() if folder else engine.settings.data_dir / "backups"


async def write_backup(engine: SeedbedEngine, folder: Path) -> Backup:
    """Write a backup into a locked folder: the dump and the counts are of one snapshot.

    Raises CommandError; then nothing is left in the folder.
    """
    made_at = datetime.now(UTC)
    name = archives.free_name(folder, made_at.strftime("%Y%m%dT%H%M%SZ"))
    with archives.partial(folder, name) as writing:
        async with (
            engine.no_time_limit(),
            engine.transaction(isolation="repeatable_read", read_only=True) as transaction,
        ):
            async with transaction.exclusive() as connection:
                await connection.execute(_NO_TIMEOUTS)
                snapshot = await connection.fetchval("select pg_export_snapshot()")
                database = await connection.fetchval("select current_database()")
                migrations = await applied_migrations(connection)
                server = connection.get_server_version().major
                rows = await count_rows(connection)
            assert engine.url is not None
            programs = choose(list(installed(engine.url)), server)
            await _dump(engine, programs, writing / DUMP, snapshot, rows)
        await _check(programs, writing / DUMP, rows)
        size = (writing / DUMP).stat().st_size
        with Progress("Computing the checksum"):
            digest = await asyncio.to_thread(archives.checksum, writing / DUMP)
        manifest = Manifest(
            format=archives.FORMAT,
            made_at=made_at.isoformat(),
            app_version=app_version(),
            database=database,
            server_version=server,
            pg_dump_version=programs.major,
            migrations=migrations,
            rows=rows,
            bytes=size,
            sha256=digest,
        )
        archives.write_manifest(writing, manifest)
    return Backup(folder / name, manifest)


def prune(folder: Path, made: Backup, keep: int | None) -> list[Backup]:
    """Remove all but the `keep` newest backups of the same database: those that are gone."""
    if keep is None:
        return []
    database = made.manifest.database
    same = [each for each in archives.backups(folder) if each.manifest.database == database]
    for each in same[:-keep]:
        archives.remove(each)
    return same[:-keep]


async def count_rows(connection: Connection) -> dict[str, int]:
    """The rows of every table by its name, that of the migrations included."""
    names = {name_of(table): sql_name(table) for table in TABLES}
    schema = await _schema_of_migrations(connection)
    names[f"{schema}.{MIGRATION}"] = f"{quoted(schema)}.{MIGRATION}"
    counts = {}
    with Progress("Counting rows", len(names)) as bar:
        for name, sql in names.items():
            counts[name] = await connection.fetchval(f"select count(*) from {sql}")  # noqa: S608
            bar.advance()
    return counts


async def applied_migrations(connection: Connection) -> list[str]:
    """The ids of the applied migrations; raises CommandError where there is no table of them."""
    schema = await _schema_of_migrations(connection)
    rows = await connection.fetch(f"select name from {quoted(schema)}.{MIGRATION} order by name")  # noqa: S608
    return [row["name"] for row in rows]


async def _schema_of_migrations(connection: Connection) -> str:
    """Where Piccolo's table is: in `public`, or the schema that DATABASE_URL puts in its place."""
    schema = await connection.fetchval(
        "select nspname from pg_class join pg_namespace on pg_namespace.oid = relnamespace"
        " where pg_class.oid = to_regclass($1)",
        MIGRATION,
    )
    if schema is None:
        raise CommandError(
            "The database has no tables: run `piccolo migrations forwards app` first."
        )
    return str(schema)


async def list_dump(programs: Programs, path: Path) -> str:
    """What a dump holds, as `pg_restore --list` writes it."""
    async with running(
        programs,
        "pg_restore",
        ["--list", str(path)],
        env=plain_environment(),
        stdout=asyncio.subprocess.PIPE,
    ) as run:
        assert run.process.stdout is not None
        output = await run.process.stdout.read()
        await run.finish()
    return output.decode()


async def _dump(
    engine: SeedbedEngine, programs: Programs, path: Path, snapshot: str, rows: dict[str, int]
) -> None:
    url = engine.url
    assert url is not None
    schemas = ["public", *SCHEMAS, *([url.schema] if url.schema else [])]
    arguments = [
        "--format=custom",
        f"--file={path}",
        f"--snapshot={snapshot}",
        f"--lock-wait-timeout={_LOCK_WAIT}",
        "--no-password",
        "--verbose",
        *(f'--schema="{schema}"' for schema in schemas),
    ]
    with Progress("Dumping", sum(rows.values())) as bar:

        def heard(line: str) -> None:
            found = re.search(r'dumping contents of table "(.+)"', line)
            if found:
                bar.advance(rows.get(found[1], 0), found[1])

        async with running(
            programs, "pg_dump", arguments, env=environment(url), heard=heard
        ) as run:
            await run.finish()


async def _check(programs: Programs, path: Path, rows: dict[str, int]) -> None:
    """List the dump, which must hold every table, then read it to its end."""
    listing = await list_dump(programs, path)
    listed = set(re.findall(r"^\d+; \d+ \d+ TABLE DATA (\S+ \S+) ", listing, re.MULTILINE))
    missing = {name.replace(".", " ") for name in rows} - listed
    if missing:
        raise CommandError(
            f"The dump does not hold {', '.join(sorted(missing))}: nothing was kept. The role of"
            " DATABASE_URL must be able to read every table."
        )
    # The listing stands at the beginning of the file: a truncated one has it as well.
    with Progress("Checking the dump"):
        async with running(
            programs, "pg_restore", ["--file=-", str(path)], env=plain_environment()
        ) as run:
            await run.finish()
