"""`piccolo db seed`: write the seed data, say what was done, and check that all of it is right."""

import asyncio
import os
import sys

from piccolo.engine import engine_finder

from app.audit import recorded
from app.context import ANONYMOUS
from app.database import DatabaseError, SeedbedEngine
from app.database.migrations import pending_migrations
from seeds import runner
from seeds.checks import check
from seeds.runner import Administrator
from seeds.upsert import SeedError, TableReport


def seed(scale: str | bool = "", admin_email: str = "") -> None:
    """Write the seed data, which may be repeated: it changes only what differs.

    :param scale:
        Add a large data set, too: --scale=2 adds two blocks of 2,000 users with 20,000 posts,
        100,000 comments, 100,000 messages and 10,000 payments.
    :param admin_email:
        Make an administrator with this email; the password comes from the variable ADMIN_PASSWORD.
    """
    try:
        asyncio.run(_seed(_engine(), _blocks(scale), _administrator(admin_email)))
    except (SeedError, DatabaseError) as error:
        print(error, file=sys.stderr)
        sys.exit(1)


async def _seed(engine: SeedbedEngine, blocks: int, administrator: Administrator | None) -> None:
    if pending := await pending_migrations(engine):
        count = "1 migration is" if len(pending) == 1 else f"{len(pending)} migrations are"
        raise SeedError(f"{count} pending: run `piccolo migrations forwards app` first.")
    if blocks and engine.settings.environment == "production":
        raise SeedError("--scale makes invented people: it is refused in production.")
    async with engine.transaction():
        reports = await runner.seed(engine, administrator=administrator)
        await _record(engine, reports)
    _print(reports)
    if blocks:
        added = await runner.scale(engine, blocks)
        _print(added)
        await _record(engine, added)
        if not added:
            print(f"The large data set of scale {blocks} is there already.")
    demo = engine.settings.environment != "production"
    if wrong := await check(engine, demo=demo):
        raise SeedError("\n".join(["The data are not as they should be:", *wrong]))
    print("Checked: everything is as it should be.")


async def _record(engine: SeedbedEngine, reports: list[TableReport]) -> None:
    """One row of the audit log for what was written, if anything was."""
    tables = {
        one.table: {"created": one.created, "updated": one.updated}
        for one in reports
        if one.created or one.updated
    }
    if tables:
        async with recorded(engine, "database.seed", ANONYMOUS) as change:
            change.about("database", None, by="piccolo db seed", tables=tables)


def _engine() -> SeedbedEngine:
    # Found when the command runs: piccolo_conf imports this module.
    engine = engine_finder()
    assert isinstance(engine, SeedbedEngine)
    return engine


def _blocks(scale: str | bool) -> int:
    # A bare --scale arrives as True.
    text = "1" if scale is True else str(scale)
    if not text:
        return 0
    if not text.isdecimal() or not 1 <= int(text) <= runner.MOST_BLOCKS:
        raise SeedError(
            f"--scale={text} is not possible: give a whole number from 1 to {runner.MOST_BLOCKS}."
        )
    return int(text)


def _administrator(email: str) -> Administrator | None:
    if not email:
        return None
    password = os.environ.get("ADMIN_PASSWORD", "")
    if not password:
        raise SeedError(
            "--admin_email needs a password in the environment variable ADMIN_PASSWORD, so that it "
            "does not stay in the history of the shell."
        )
    return Administrator(str(email), password)


def _print(reports: list[TableReport]) -> None:
    for one in reports:
        counts = {
            "created": one.created,
            "updated": one.updated,
            "unchanged": one.unchanged,
            "kept as changed": one.kept,
        }
        told = ", ".join(f"{count:,} {what}" for what, count in counts.items() if count)
        print(f"{one.table:38}{told or 'nothing'}")
