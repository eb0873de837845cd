"""`piccolo db slow`: what it prints for people and for scripts."""

import json

import pytest

from app.commands.console import CommandError, UsageError
from app.commands.slow import report
from app.database import SeedbedEngine

NAMES = "select * from public.names where name = $1"


@pytest.fixture
async def recorded(database: SeedbedEngine) -> SeedbedEngine:
    """Slow statements on record: one that lacks an index, one long one, one that is outdated."""
    await database.run_ddl("create table public.names (id int primary key, name varchar(50))")
    await database.fetch(
        "insert into public.names select n, 'Name ' || n from generate_series(1, 20000) n"
    )
    await database.run_ddl("analyze public.names")
    await database.fetch(
        "insert into operations.slow_statements"
        " (fingerprint, operation, sql, calls, total_ms, max_ms, last_seen_at) values"
        " ('a', 'Names', $1, 4, 2000, 800, '2026-01-02 03:04+00'),"
        " ('b', '', $2, 1, 300, 300, '2026-01-02 03:04+00'),"
        " ('c', 'Gone', 'select * from gone', 1, 250, 250, '2026-01-02 03:04+00')",
        NAMES,
        "select " + ", ".join(str(number) for number in range(200)),
    )
    return database


async def test_it_tells_people(recorded: SeedbedEngine, capsys: pytest.CaptureFixture[str]) -> None:
    assert await report(recorded) == 0
    told = capsys.readouterr().out
    assert told.startswith(
        "1. 2.00 s in 4 calls: on average 500 ms, at most 800 ms, last at 2026-01-02 03:04\n"
        f"   for Names\n   {NAMES}\n\n2. 300 ms in 1 call: "
    )
    assert told.endswith(
        "1 index would help:\n"
        "- public.names: about 20,000 rows are read to find about 1 by name"
        " (2.00 s so far, for Names)\n"
        "  create index concurrently names_name_idx on public.names (name);\n"
        "1 statement could not be planned: what they name is gone, they were cut, or this role"
        " may not read it.\n"
    )
    assert " ...\n" in told
    assert "199" not in told


async def test_statements_are_shown_in_full(
    recorded: SeedbedEngine, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await report(recorded, limit=2, full=True) == 0
    told = capsys.readouterr().out
    assert "199\n" in told
    assert "3. " not in told


async def test_it_tells_scripts(
    recorded: SeedbedEngine, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await report(recorded, as_json=True) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["statements"][0] == {
        "sql": NAMES,
        "operations": ["Names"],
        "calls": 4,
        "total_ms": 2000.0,
        "max_ms": 800.0,
        "last_seen_at": "2026-01-02 03:04:00+00:00",
        "mean_ms": 500.0,
    }
    assert told["advice"] == [
        {
            "table": "public.names",
            "columns": ["name"],
            "reason": "about 20,000 rows are read to find about 1 by name",
            "sql": "create index concurrently names_name_idx on public.names (name)",
            "total_ms": 2000.0,
            "operations": ["Names"],
        }
    ]
    assert told["unexplained"] == ["select * from gone"]


async def test_small_tables_need_no_index(
    recorded: SeedbedEngine, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await report(recorded, limit=2, min_rows=20_001) == 0
    assert capsys.readouterr().out.endswith("\nNo index is missing.\n")


async def test_nothing_on_record_is_said(
    database: SeedbedEngine, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await report(database) == 0
    assert capsys.readouterr().out == "No statement is on record that took 200 ms or longer.\n"


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"source": "logs"}, "it is record or pg_stat_statements"),
        ({"limit": 0}, "--limit must be 1 or more"),
        ({"min_rows": -1}, "--min-rows 0 or more"),
    ],
)
async def test_a_wrong_option_is_refused(
    engine: SeedbedEngine, options: dict[str, object], sentence: str
) -> None:
    with pytest.raises(UsageError, match=sentence):
        await report(engine, **options)  # type: ignore[arg-type]  # wrong on purpose


async def test_an_extension_that_is_not_there_is_one_sentence(engine: SeedbedEngine) -> None:
    with pytest.raises(CommandError, match="create extension pg_stat_statements"):
        await report(engine, source="pg_stat_statements")
