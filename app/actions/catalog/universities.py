"""Imports universities: a file's records into the table, in one transaction with its audit row."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from app.actions.catalog.files import FIELDS, Progress, Record, records
from app.actions.catalog.importing import Entry, Problem, assign, candidates, sift
from app.database import SeedbedEngine, SeedbedTransaction
from app.tables.operations import AuditLog

__all__ = ["ImportReport", "import_universities"]

# Rows that are written in one statement: so often whoever waits sees that it goes on.
_BATCH = 500

_LOCK = 5_733_062_002  # any number that nothing else uses for an advisory lock
_COLUMNS = ("slug", "name", "country", "country_code", "state_province", "website", "domains")

_TEMPORARY = """
create temporary table incoming_universities on commit drop as
select slug, name, country, country_code, state_province, website, domains
from catalog.universities with no data
"""

# What the file does not say, and every other column, stays as it is. In the order of the slugs, so
# that two transactions that write the same rows wait for each other instead of blocking each other.
# xmax is 0 in a row version that an INSERT made, and the locking transaction in an updated one.
_UPSERT = """
with written as (
  insert into catalog.universities as old (
    slug, name, country, country_code, state_province, website, domains, is_verified, verified_at
  )
  select slug, name, country, country_code, state_province, website, domains,
         $1::boolean, case when $1 then now() end
  from incoming_universities
  order by slug collate "C"
  on conflict (slug) do update set
    name = excluded.name,
    country = excluded.country,
    country_code = excluded.country_code,
    state_province = coalesce(excluded.state_province, old.state_province),
    website = coalesce(excluded.website, old.website),
    domains = case when excluded.domains = '{}' then old.domains else excluded.domains end
  where (old.name, old.country, old.country_code)
      is distinct from (excluded.name, excluded.country, excluded.country_code)
    or old.state_province is distinct from coalesce(excluded.state_province, old.state_province)
    or old.website is distinct from coalesce(excluded.website, old.website)
    or (excluded.domains <> '{}' and old.domains <> excluded.domains)
  returning xmax = 0 as created
)
select count(*) filter (where created) as created,
       count(*) filter (where not created) as updated
from written
"""


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did, or in a dry run would do.

    `records` is the sum of the five others: `repeated` ones say what an earlier one said. Fields
    that are not known are ignored, and named.
    """

    records: int
    created: int
    updated: int
    unchanged: int
    repeated: int
    refused: tuple[Problem, ...]
    ignored_fields: tuple[str, ...]


async def import_universities(
    engine: SeedbedEngine,
    path: Path,
    *,
    verified: bool = False,
    dry_run: bool = False,
    progress: Progress = lambda _what, _done, _total: None,
) -> ImportReport:
    """Import the universities of a JSON or CSV file; a second time, it changes nothing.

    New universities are `verified` or not; of those that are there, the columns that the file
    fills are updated. A bad record is refused and told, and the rest is imported. A dry run does
    all of it and takes it back. Raises UnreadableFile, and then nothing has changed.
    """
    ignored: set[str] = set()
    intake = sift(_noting_ignored(records(path, progress), ignored))
    async with engine.transaction() as transaction:
        await engine.fetch("set local statement_timeout = 0")
        # One import at a time: slugs depend on those that are there.
        await engine.fetch("select pg_advisory_xact_lock($1)", _LOCK)
        slugs = assign(intake.entries, await _known(engine, candidates(intake.entries)))
        created, updated = await _write(transaction, slugs.rows, verified, progress)
        refused = sorted([*intake.problems, *slugs.problems], key=lambda each: each.record)
        report = ImportReport(
            records=intake.records,
            created=created,
            updated=updated,
            unchanged=len(slugs.rows) - created - updated,
            repeated=intake.repeated,
            refused=tuple(refused),
            ignored_fields=tuple(sorted(ignored)),
        )
        await _audit(report, path, verified)
        if dry_run:
            await transaction.rollback()
    return report


def _noting_ignored(source: Iterable[Record], ignored: set[str]) -> Iterator[Record]:
    for record in source:
        ignored.update(record.fields.keys() - set(FIELDS))
        yield record


async def _known(engine: SeedbedEngine, slugs: set[str]) -> dict[str, frozenset[str]]:
    rows = await engine.fetch(
        "select slug, domains from catalog.universities where slug = any($1)", list(slugs)
    )
    return {row["slug"]: frozenset(row["domains"]) for row in rows}


async def _write(
    transaction: SeedbedTransaction,
    rows: Mapping[str, Entry],
    verified: bool,
    progress: Progress,
) -> tuple[int, int]:
    """How many rows were created and how many updated."""
    in_order = sorted(rows)  # as the statement has them, within each batch and from one to the next
    created = updated = 0
    await transaction.execute(_TEMPORARY)
    async with transaction.exclusive() as connection:
        for start in range(0, len(in_order), _BATCH):
            progress("Writing", start, len(in_order))
            batch = in_order[start : start + _BATCH]
            await connection.copy_records_to_table(
                "incoming_universities",
                columns=_COLUMNS,
                records=[_record(slug, rows[slug]) for slug in batch],
            )
            # Sent like this it is not among the slow statements of the log, as it may be slow.
            written = await connection.fetchrow(_UPSERT, verified)
            assert written is not None
            created += written["created"]
            updated += written["updated"]
            await connection.execute("truncate incoming_universities")
        progress("Writing", len(in_order), len(in_order))
        if created:
            await connection.execute("analyze catalog.universities")
        # Not left to the commit: inside an outer transaction, that may come after another import.
        await connection.execute("drop table incoming_universities")
    return created, updated


def _record(slug: str, entry: Entry) -> tuple[object, ...]:
    return (
        slug,
        entry.name,
        entry.country,
        entry.country_code,
        entry.state_province,
        entry.website,
        list(entry.domains),
    )


async def _audit(report: ImportReport, path: Path, verified: bool) -> None:
    details = {
        "file": path.name,
        "verified": verified,
        "records": report.records,
        "created": report.created,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "repeated": report.repeated,
        "refused": len(report.refused),
    }
    await AuditLog(
        action="university.import", resource_type="University", details=json.dumps(details)
    ).save()
