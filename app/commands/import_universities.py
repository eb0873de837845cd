"""`piccolo db import_universities FILE`: a JSON or CSV file of universities, imported."""

import dataclasses
from pathlib import Path

from app.actions.catalog.files import UnreadableFile
from app.actions.catalog.universities import ImportReport
from app.actions.catalog.universities import import_universities as import_
from app.commands import console
from app.database import SeedbedEngine
from app.database.migrations import pending_migrations


def import_universities(
    file: str, verified: bool = False, dry_run: bool = False, json: bool = False
) -> None:
    """Import universities from a JSON or CSV file, and say which records were refused and why.

    It may be repeated: a university is known by its slug, and only what the file says of it and is
    not so yet is changed. Exit code 1: records were refused, the rest is imported. Exit code 2: the
    file cannot be read, and nothing is imported.

    :param file:
        A JSON list of objects, or CSV with a header, in UTF-8: name, country, alpha_two_code, and
        perhaps domains, web_pages, state-province. In CSV, domains and web_pages hold values
        separated by semicolons, or a JSON list.
    :param verified:
        New universities are verified: everybody sees them. Those that are there stay as they are.
    :param dry_run:
        Say what would happen, and change nothing.
    :param json:
        Print the report as JSON.
    """
    console.run(lambda engine: _import(engine, Path(file), verified, dry_run, json))


async def _import(
    engine: SeedbedEngine, path: Path, verified: bool, dry_run: bool, as_json: bool
) -> int:
    if pending := await pending_migrations(engine):
        count = console.plural(len(pending), "pending migration")
        raise console.CommandError(f"There is {count}: run `piccolo migrations forwards app`.")
    with console.Progress("Reading") as bar:

        def show(what: str, done: int, total: int) -> None:
            bar.count, bar.total = done, total
            bar.advance(0, None if bar.label == what else what)

        try:
            report = await import_(engine, path, verified=verified, dry_run=dry_run, progress=show)
        except UnreadableFile as error:
            raise console.UsageError(f"{error} Nothing was imported.") from error
    if as_json:
        console.write_json({**dataclasses.asdict(report), "dry_run": dry_run})
    else:
        _say(report, path, dry_run)
    return console.FOUND if report.refused else console.OK


def _say(report: ImportReport, path: Path, dry_run: bool) -> None:
    counts = {
        "created": report.created,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "repeated in the file": report.repeated,
        "refused": len(report.refused),
    }
    for problem in report.refused:
        console.say(f"Record {problem.record} ({problem.name or 'no name'}): {problem.reason}.")
    if report.ignored_fields:
        console.say(f"Fields that are not known were ignored: {', '.join(report.ignored_fields)}.")
    told = ", ".join(f"{count:,} {what}" for what, count in counts.items() if count) or "nothing"
    console.say(f"{path.name}: {console.plural(report.records, 'record')}, {told}.")
    if dry_run:
        console.say("This was a dry run: nothing was changed.")
