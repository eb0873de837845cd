"""`piccolo db export`: the rows of every table as JSON Lines, all of one moment."""

import hashlib
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

from app.commands import console
from app.commands.backup import applied_migrations
from app.commands.console import CommandError, Progress
from app.commands.rows.manifests import SUFFIX, Entry, Manifest, create, write_manifest
from app.commands.rows.tables import Layout, app_version, chosen, layout
from app.database import SeedbedEngine
from app.database.connections import Connection, quoted

# JSON holds no control character as such, so nothing is ever quoted or escaped with these.
_DELIMITER, _QUOTE = "\x02", "\x01"


def export(
    folder: str, tables: tuple[str, ...] = (), with_secrets: bool = False, json: bool = False
) -> None:
    """Write the rows of every table into FOLDER: one file of JSON Lines each, and a manifest.

    All of it is of one moment, whatever is written meanwhile. FOLDER must be new or empty; it is
    there when all of it is written.

    :param tables:
        Only these, as in identity.users,catalog.courses.
    :param with_secrets:
        Write the hashes of passwords, tokens and keys, too. Without them, sessions, tokens and API
        keys cannot be imported into a database that does not have them.
    :param json:
        Print what was done as JSON.
    """
    path = Path(folder).expanduser().absolute()
    console.run(
        lambda engine: _export(engine, path, tables, with_secrets=with_secrets, as_json=json)
    )


async def _export(
    engine: SeedbedEngine,
    path: Path,
    tables: tuple[str, ...],
    *,
    with_secrets: bool,
    as_json: bool,
) -> int:
    manifest = await write_export(engine, path, tables, with_secrets=with_secrets)
    rows = {name: entry.rows for name, entry in manifest.tables.items()}
    if as_json:
        console.write_json({"folder": path, "rows": rows, "left_out": manifest.left_out})
        return console.OK
    for name, count in rows.items():
        console.say(f"{name:38}{console.plural(count, 'row')}")
    if manifest.left_out:
        columns = [f"{table}.{name}" for table, them in manifest.left_out.items() for name in them]
        console.say(f"Left out as secret: {', '.join(columns)} (--with-secrets writes them).")
    return console.OK


async def write_export(
    engine: SeedbedEngine, folder: Path, tables: tuple[str, ...] = (), *, with_secrets: bool = False
) -> Manifest:
    """Write an export into a folder that is new or empty.

    Raises CommandError or OSError, and then nothing is left.
    """
    wanted = chosen(tables)
    _check_new(folder)
    writing = folder.with_name(f".partial-{os.getpid()}-{folder.name}")
    try:
        writing.mkdir(mode=0o700, parents=True)
        async with (
            engine.no_time_limit(),
            engine.transaction(isolation="repeatable_read", read_only=True) as transaction,
            transaction.exclusive() as connection,
        ):
            manifest = Manifest(
                made_at=datetime.now(UTC).isoformat(),
                app_version=app_version(),
                database=await connection.fetchval("select current_database()"),
                server_version=connection.get_server_version().major,
                migrations=await applied_migrations(connection),
                with_secrets=with_secrets,
                left_out={},
                tables={},
            )
            for table in wanted:
                found = await layout(connection, table)
                entry = await _write(connection, found, writing, with_secrets=with_secrets)
                manifest.tables[found.name] = entry
                if found.secrets and not with_secrets:
                    manifest.left_out[found.name] = list(found.secrets)
        write_manifest(writing, manifest)
        writing.rename(folder)
    finally:
        shutil.rmtree(writing, ignore_errors=True)
    return manifest


def _check_new(folder: Path) -> None:
    if os.path.lexists(folder) and not (folder.is_dir() and not any(folder.iterdir())):
        raise CommandError(f"{folder} is there already and not empty: name a new folder.")


async def _write(
    connection: Connection, table: Layout, folder: Path, *, with_secrets: bool
) -> Entry:
    """Stream a table into its file, in the order of its key."""
    columns = ", ".join(
        quoted(column.name) for column in table.columns if with_secrets or not column.secret
    )
    rows_in_order = f"select {columns} from {table.sql} order by {quoted(table.key)}"  # noqa: S608
    query = f"select row_to_json(r) from ({rows_in_order}) as r"  # noqa: S608 - names of our tables
    digest = hashlib.sha256()
    rows = 0
    with create(folder / f"{table.name}{SUFFIX}") as file, Progress(table.name) as bar:

        async def sink(data: bytes) -> None:
            nonlocal rows
            count = data.count(b"\n")
            file.write(data)
            digest.update(data)
            rows += count
            bar.advance(count)

        await connection.copy_from_query(
            query, output=sink, format="csv", delimiter=_DELIMITER, quote=_QUOTE
        )
    return Entry(rows, digest.hexdigest())
