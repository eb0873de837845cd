"""`piccolo db import`: rows of JSON Lines into their tables, as often as one likes."""

import json as json_module
import sys
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from piccolo.table import Table

from app.commands import console
from app.commands.console import CommandError, Progress
from app.commands.rows.load import BadRow, Loaded, Loader
from app.commands.rows.manifests import MANIFEST, SUFFIX, Manifest, open_inside, read_manifest
from app.commands.rows.tables import chosen, layout, name_of
from app.database import SeedbedEngine
from app.database.connections import Connection
from app.database.migrations import pending_migrations
from app.tables import TABLES

_AUDIT = """
insert into operations.audit_logs (action, resource_type, details)
values ('database.import', 'database', $1::jsonb)"""


class NothingLoaded(CommandError):
    """With --strict something was bad; `loaded` and `bad` tell what."""

    def __init__(self, message: str, loaded: list[Loaded], bad: list[BadRow]) -> None:
        super().__init__(message)
        self.loaded = loaded
        self.bad = bad


def import_rows(
    folder: str, tables: tuple[str, ...] = (), strict: bool = False, json: bool = False
) -> None:
    """Load the rows of an export, as `piccolo db export` writes it, into the database.

    A row that is there by its key is changed where it differs; importing twice changes nothing
    more. Bad rows are told by file and line, the others are loaded, and the exit code is 1. All of
    it is one transaction, with one row in the audit log.

    :param tables:
        Only these, as in identity.users,catalog.courses.
    :param strict:
        Load nothing when a row is bad, or a file is not the one that was exported.
    :param json:
        Print what was done as JSON.
    """
    path = Path(folder).expanduser()
    console.run(lambda engine: _import(engine, path, tables, strict=strict, as_json=json))


async def _import(
    engine: SeedbedEngine, path: Path, tables: tuple[str, ...], *, strict: bool, as_json: bool
) -> int:
    failure: NothingLoaded | None = None
    try:
        loaded, bad = await load_export(engine, path, tables, strict=strict)
    except NothingLoaded as error:
        failure, loaded, bad = error, error.loaded, error.bad
    if as_json:
        console.write_json(_document(path, loaded, bad, kept=failure is None))
    elif failure is None:
        _tell(loaded)
    for one in loaded:
        if one.lacking:
            console.error(
                f"{one.table}: {console.plural(one.lacking, 'row')} left out, as the export was"
                " made without secrets and no such row can be made without them; export"
                " --with-secrets has them."
            )
    if failure is not None:
        raise failure
    return console.FOUND if bad else console.OK


async def load_export(
    engine: SeedbedEngine, folder: Path, tables: tuple[str, ...] = (), *, strict: bool = False
) -> tuple[list[Loaded], list[BadRow]]:
    """Load a folder: what became of each table, and the bad rows, which are told at once.

    Raises CommandError when nothing can be loaded, and NothingLoaded when `strict` forbids it.
    """
    manifest, wanted = _survey(folder, chosen(tables), all_of_them=not tables)
    if pending := await pending_migrations(engine):
        raise CommandError(
            f"{console.plural(len(pending), 'migration')} pending: run"
            " `piccolo migrations forwards app` first."
        )
    entries = manifest.tables if manifest else {}
    total = sum(entries[name_of(table)].rows for table in wanted) if manifest else None
    loaded: list[Loaded] = []
    changed: list[str] = []
    with Progress("Importing", total) as bar:
        async with (
            engine.no_time_limit(),
            engine.transaction() as transaction,
            transaction.exclusive() as connection,
        ):
            loader = Loader(connection, bar.advance, _tell_bad)
            for table in wanted:
                name = name_of(table)
                bar.advance(0, name)
                found = await layout(connection, table)
                with open_inside(folder, f"{name}{SUFFIX}") as file:
                    one = await loader.load(found, file, f"{name}{SUFFIX}")
                loaded.append(one)
                if manifest and one.digest != entries[name].sha256:
                    changed.append(f"{name}{SUFFIX}")
                    console.error(
                        f"{name}{SUFFIX} is not the file that was exported: it was changed, or"
                        " damaged on its way."
                    )
            if strict and (loader.bad or changed):
                what = " and ".join(
                    console.plural(len(them), noun)
                    for them, noun in ((loader.bad, "bad row"), (changed, "changed file"))
                    if them
                )
                raise NothingLoaded(f"{what}: nothing was loaded (--strict).", loaded, loader.bad)
            await _audit(connection, loaded)
    return loaded, loader.bad


def _survey(
    folder: Path, tables: Iterable[type[Table]], *, all_of_them: bool
) -> tuple[Manifest | None, list[type[Table]]]:
    """The manifest and the tables to load in order; refuses what is missing or unknown."""
    if not folder.is_dir():
        raise CommandError(f"{folder} is not a folder: name one that `piccolo db export` wrote.")
    manifest = read_manifest(folder)
    if manifest is None:
        there = {path.name.removesuffix(SUFFIX) for path in folder.glob(f"*{SUFFIX}")}
        source = str(folder)
    else:
        there = set(manifest.tables)
        source = f"{folder / MANIFEST}"
    if not there:
        raise CommandError(f"{folder} holds no export: name a folder that `db export` wrote.")
    unknown = there - {name_of(table) for table in TABLES}
    if unknown and all_of_them:
        raise CommandError(
            f"{source} has a table {min(unknown)[:100]}, which this version does not know: nothing"
            " was loaded. Choose with --tables."
        )
    wanted = [table for table in tables if name_of(table) in there]
    if not all_of_them:
        for table in tables:
            if table not in wanted:
                raise CommandError(f"{source} has no {name_of(table)}: nothing was loaded.")
    for table in wanted:
        with open_inside(folder, f"{name_of(table)}{SUFFIX}"):
            pass
    return manifest, wanted


async def _audit(connection: Connection, loaded: list[Loaded]) -> None:
    """One row for the run, if it changed anything: no row without a change."""
    changes = {
        one.table: {"created": one.created, "updated": one.updated, "bad": one.bad}
        for one in loaded
        if one.created or one.updated
    }
    if changes:
        await connection.execute(_AUDIT, json_module.dumps({"tables": changes}))


def _tell_bad(bad: BadRow) -> None:
    if sys.stderr.isatty():
        sys.stderr.write("\r\x1b[K")  # where the progress bar is
    console.error(f"{bad.file}:{bad.line}: {bad.reason}")


def _tell(loaded: list[Loaded]) -> None:
    for one in loaded:
        counts = {
            "created": one.created,
            "updated": one.updated,
            "unchanged": one.unchanged,
            "without secrets": one.lacking,
            "bad": one.bad,
        }
        told = ", ".join(f"{count:,} {what}" for what, count in counts.items() if count)
        console.say(f"{one.table:38}{told or 'nothing'}")


def _document(
    folder: Path, loaded: list[Loaded], bad: list[BadRow], *, kept: bool
) -> dict[str, object]:
    return {
        "folder": folder,
        "loaded": kept,
        "tables": {
            one.table: {
                "rows": one.rows,
                "created": one.created if kept else 0,
                "updated": one.updated if kept else 0,
                "unchanged": one.unchanged,
                "without_secrets": one.lacking,
                "bad": one.bad,
            }
            for one in loaded
        },
        "bad": [asdict(each) for each in bad],
    }
