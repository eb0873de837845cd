"""`piccolo db retention`: delete by age what may go."""

from dataclasses import asdict, fields, replace

from app.actions.retention import Ages, Retained, configured_ages, retain
from app.commands import console
from app.commands.console import UsageError, plural
from app.commands.listing import aligned
from app.database import SeedbedEngine

LONGEST = 36_500  # days


def retention(
    audit_log: int | None = None,
    events: int | None = None,
    logins: int | None = None,
    slow_statements: int | None = None,
    changes: int | None = None,
    dry_run: bool = False,
    json: bool = False,
) -> None:
    """Delete old rows: audit log, delivered events, expired logins and limits, slow statements.

    Meant to run once a day. Rows go in small transactions, so that nothing is locked for long; it
    may be repeated, and run twice at once. The audit log gets a row that says what was deleted.

    :param audit_log:
        Days after which rows of the audit log go; by default the setting audit.retention_days of
        the system's configuration, or 730.
    :param events:
        Days after which delivered events go; by default the setting events.retention_days, or 30.
    :param logins:
        Days after their expiry that sessions, refresh tokens and magic links go; by default 30.
    :param slow_statements:
        Days after which slow statements go that were not seen again; by default 90.
    :param changes:
        Days after which changes go that subscribers have missed; by default 7.
    :param dry_run:
        Only count what would go.
    :param json:
        Print one JSON document.
    """
    days = {
        "audit_log": audit_log,
        "events": events,
        "logins": logins,
        "slow_statements": slow_statements,
        "changes": changes,
    }
    console.run(lambda engine: work(engine, days, dry_run=dry_run, as_json=json), pool=True)


async def work(
    engine: SeedbedEngine,
    days: dict[str, int | None],
    *,
    dry_run: bool = False,
    as_json: bool = False,
) -> int:
    """Delete, or count, and print the counts: the exit code. `days` by the fields of Ages."""
    given = {name: count for name, count in days.items() if count is not None}
    for name, count in given.items():
        if not 1 <= count <= LONGEST:
            option = name.replace("_", "-")
            raise UsageError(f"--{option} must be a number of days from 1 to {LONGEST:,}.")
    ages = replace(await configured_ages(engine), **given)
    done = await retain(engine, ages, dry_run=dry_run)
    if as_json:
        console.write_json(asdict(done))
    else:
        console.say(text(done))
    return console.OK


def text(done: Retained) -> str:
    """The counts for people."""
    total = plural(sum(done.deleted.values()), "row")
    last = f"{total} would be deleted." if done.dry_run else f"{total} deleted."
    head = ("table", "would go" if done.dry_run else "deleted")
    table = aligned(head, [(name, f"{count:,}") for name, count in done.deleted.items()])
    return f"{_ages(done.ages)}\n\n{table}\n\n{last}"


def _ages(ages: Ages) -> str:
    told = [f"{item.name.replace('_', ' ')} {getattr(ages, item.name):,}" for item in fields(ages)]
    return f"Days to keep: {', '.join(told)}; rate limits until they expire."
