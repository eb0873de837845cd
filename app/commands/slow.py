"""`piccolo db slow`: the slowest statements, and the indexes that they lacked."""

import textwrap
from collections.abc import Iterator
from dataclasses import asdict

from app.actions.statistics import (
    Advice,
    Advised,
    SlowSummary,
    StatisticsUnavailable,
    advise,
    slowest_of_extension,
    slowest_recorded,
)
from app.commands import console
from app.commands.console import CommandError, UsageError, plural
from app.commands.listing import duration, moment
from app.database import SeedbedEngine

SOURCES = {"record": slowest_recorded, "pg_stat_statements": slowest_of_extension}
SHOWN = 400  # characters of a statement


def slow(
    source: str = "record",
    limit: int = 10,
    min_rows: int = 10_000,
    full: bool = False,
    json: bool = False,
) -> None:
    """Show the slowest statements with their GraphQL operations, and which indexes they lacked.

    Servers record every statement that takes SEEDBED_SLOW_QUERY_MS or longer. For the statements
    that are shown, PostgreSQL is asked for its plan, without running them: where a large table is
    read as a whole to find a few rows, or to sort it, an index is proposed.

    :param source:
        record for what the servers recorded, or pg_stat_statements for all that this extension
        has seen.
    :param limit:
        How many statements, the longest total first.
    :param min_rows:
        Propose indexes for tables of that many rows or more.
    :param full:
        Show statements in full length.
    :param json:
        Print one JSON document.
    """
    console.run(
        lambda engine: report(
            engine, source=source, limit=limit, min_rows=min_rows, full=full, as_json=json
        )
    )


async def report(
    engine: SeedbedEngine,
    *,
    source: str = "record",
    limit: int = 10,
    min_rows: int = 10_000,
    full: bool = False,
    as_json: bool = False,
) -> int:
    """Print the slowest statements and the advice: the exit code."""
    if source not in SOURCES:
        raise UsageError(f"--source={source} is not possible: it is {' or '.join(SOURCES)}.")
    if limit < 1 or min_rows < 0:
        raise UsageError("--limit must be 1 or more, and --min-rows 0 or more.")
    try:
        statements = await SOURCES[source](engine, limit)
    except StatisticsUnavailable as missing:
        raise CommandError(str(missing)) from missing
    advised = await advise(engine, statements, min_rows=min_rows)
    if as_json:
        console.write_json(document(source, statements, advised))
    else:
        threshold = engine.settings.slow_query_ms
        console.say("\n".join(text(source, statements, advised, threshold, full=full)))
    return console.OK


def document(source: str, statements: list[SlowSummary], advised: Advised) -> dict[str, object]:
    """Everything for `--json`; times in milliseconds."""
    return {
        "source": source,
        "statements": [asdict(one) | {"mean_ms": one.mean_ms} for one in statements],
        "advice": [
            {
                "table": one.table,
                "columns": one.columns,
                "reason": one.reason,
                "sql": one.sql,
                "total_ms": one.total_ms,
                "operations": _operations(one),
            }
            for one in advised.advice
        ],
        "unexplained": [one.sql for one in advised.unexplained],
    }


def text(
    source: str, statements: list[SlowSummary], advised: Advised, threshold: float, *, full: bool
) -> Iterator[str]:
    """The lines for people."""
    if not statements:
        yield (
            f"No statement is on record that took {threshold:g} ms or longer."
            if source == "record"
            else "pg_stat_statements has seen no statement of this database."
        )
        return
    for number, one in enumerate(statements, start=1):
        last = f", last at {moment(one.last_seen_at)}" if one.last_seen_at else ""
        yield (
            f"{number}. {duration(one.total_ms)} in {plural(one.calls, 'call')}: on average"
            f" {duration(one.mean_ms)}, at most {duration(one.max_ms)}{last}"
        )
        if one.operations:
            yield f"   for {', '.join(one.operations)}"
        yield _indented(one.sql, full=full)
        yield ""
    if advised.advice:
        count = len(advised.advice)
        yield f"{count} {'index' if count == 1 else 'indexes'} would help:"
    else:
        yield "No index is missing."
    for advice in advised.advice:
        operations = ", ".join(_operations(advice))
        spent = f"{duration(advice.total_ms)} so far{f', for {operations}' if operations else ''}"
        yield f"- {advice.table}: {advice.reason} ({spent})"
        yield f"  {advice.sql};"
    if advised.unexplained:
        yield (
            f"{plural(len(advised.unexplained), 'statement')} could not be planned: what they name"
            " is gone, they were cut, or this role may not read it."
        )


def _operations(advice: Advice) -> list[str]:
    return list(dict.fromkeys(name for one in advice.statements for name in one.operations))


def _indented(sql: str, *, full: bool) -> str:
    line = " ".join(sql.split())
    if not full and len(line) > SHOWN:
        line = f"{line[:SHOWN]} ..."
    return textwrap.fill(
        line, 98, initial_indent="   ", subsequent_indent="   ", break_on_hyphens=False
    )
