"""`piccolo db import`: every good row, as often as one likes; every bad one by file and line."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from app.commands.console import CommandError
from app.commands.export import write_export
from app.commands.import_ import NothingLoaded, load_export
from app.commands.rows import load
from app.commands.rows.load import BadRow, Loaded
from app.database import SeedbedEngine
from app.tables import TABLES, new_id
from tests.commands.rows import bytes_of, lines, put
from tests.databases import ROOT

HASH = "ab" * 32
AUDIT = "operations.audit_logs.jsonl"


def _organization(slug: str, **values: Any) -> dict[str, Any]:
    return {"id": str(new_id()), "name": slug.upper(), "slug": slug, **values}


def _counts(one: Loaded) -> tuple[int, int, int, int]:
    return one.created, one.updated, one.unchanged, one.bad


async def _slugs(engine: SeedbedEngine) -> list[str]:
    rows = await engine.fetch("select slug from identity.organizations order by slug")
    return [row["slug"] for row in rows]


async def _versions(engine: SeedbedEngine) -> list[tuple[object, ...]]:
    """What changes whenever any row is written anew."""
    found: list[tuple[object, ...]] = []
    for table in TABLES:
        name = f"{table._meta.schema}.{table._meta.tablename}"
        rows = await engine.fetch(f"select xmin::text, ctid::text from {name} order by ctid")
        found.append((name, *(tuple(row) for row in rows)))
    return found


async def test_the_rows_come_back_byte_by_byte(
    spare: SeedbedEngine, folder: Path, tmp_path: Path
) -> None:
    loaded, bad = await load_export(spare, folder, strict=True)
    assert bad == []
    assert sum(one.created for one in loaded) == sum(one.rows for one in loaded) > 300
    before = {path.name: path.read_bytes() for path in folder.glob("*.jsonl")}
    after = await bytes_of(spare, tmp_path / "after")
    # The run itself is one row of the audit log, the newest.
    logs = after.pop(AUDIT).splitlines(keepends=True)
    assert b"".join(logs[:-1]) == before.pop(AUDIT)
    assert after == before
    made = json.loads(logs[-1])
    assert (made["action"], made["resource_type"]) == ("database.import", "database")
    [universities] = [one for one in loaded if one.table == "catalog.universities"]
    assert made["details"]["tables"]["catalog.universities"] == {
        "created": universities.created,
        "updated": 0,
        "bad": 0,
    }


async def test_a_second_import_touches_nothing(spare: SeedbedEngine, folder: Path) -> None:
    await load_export(spare, folder)
    before = await _versions(spare)
    loaded, _ = await load_export(spare, folder)
    assert {_counts(one)[:2] for one in loaded} == {(0, 0)}
    assert await _versions(spare) == before


async def test_a_row_that_differs_is_changed_once(committed: SeedbedEngine, hand: Path) -> None:
    row = _organization("a")
    put(hand / "identity.organizations.jsonl", row)
    await load_export(committed, hand)
    old = await committed.fetch("select created_at, updated_at from identity.organizations")
    put(hand / "identity.organizations.jsonl", row | {"name": "New", "updated_at": "2001-01-01"})
    for expected in ((0, 1, 0, 0), (0, 0, 1, 0)):
        [loaded], _ = await load_export(committed, hand)
        assert _counts(loaded) == expected
    [new] = await committed.fetch(
        "select created_at, updated_at, name, settings from identity.organizations"
    )
    assert (new["name"], new["settings"]) == ("New", "{}")
    assert new["created_at"] == old[0]["created_at"]
    assert new["updated_at"] > old[0]["updated_at"]
    audit = await committed.fetch(
        "select details from operations.audit_logs where action = 'database.import' order by id"
    )
    counts = [json.loads(each["details"])["tables"]["identity.organizations"] for each in audit]
    assert counts == [
        {"created": 1, "updated": 0, "bad": 0},
        {"created": 0, "updated": 1, "bad": 0},
    ]


BAD = {
    "{": "It is not JSON: Expecting property name enclosed in double quotes at character 2.",
    "[1]": "It is not a JSON object.",
    '{"slug": "b", "name": "B"}': "It has no id.",
    '{"id": null, "slug": "b", "name": "B"}': "It has no id.",
    '{"id": "01a05bfb-7000-7040-9d51-cbc4a5f6fd10", "slug": "b"}': "It has no name.",
    '{"id": "01a05bfb-7000-7040-9d51-cbc4a5f6fd11", "slug": "b", "name": "B", "x": 1}': (
        "It has x, which identity.organizations does not have."
    ),
    '{"id": "no uuid", "slug": "b", "name": "B"}': (
        'invalid input syntax for type uuid: "no uuid".'
    ),
    '{"id": "01a05bfb-7000-7040-9d51-cbc4a5f6fd12", "slug": "a", "name": "B"}': (
        'duplicate key value violates unique constraint "organizations_slug_key"'
        " (Key (slug)=(a) already exists)."
    ),
    '{"id": "01a05bfb-7000-7040-9d51-cbc4a5f6fd13", "slug": "b", "name": "\\u0000"}': (
        "unsupported Unicode escape sequence."
    ),
    '{"id": "01a05bfb-7000-7040-9d51-cbc4a5f6fd14", "slug": "b", "name": null}': (
        'null value in column "name" of relation "organizations" violates not-null constraint.'
    ),
}


async def test_bad_rows_are_told_and_the_others_loaded(
    committed: SeedbedEngine, hand: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    texts: list[dict[str, Any] | str] = [_organization("a")]
    for number, text in enumerate(BAD):
        texts += [text, _organization(f"good-{number}")]
    put(hand / "identity.organizations.jsonl", *texts, "", "  ")
    [loaded], bad = await load_export(committed, hand)
    name = "identity.organizations.jsonl"
    expected = [BadRow(name, 2 * at + 2, reason) for at, reason in enumerate(BAD.values())]
    assert sorted(bad, key=lambda each: each.line) == expected
    assert _counts(loaded) == (len(BAD) + 1, 0, 0, len(BAD))
    assert len(await _slugs(committed)) == len(BAD) + 1
    told = capsys.readouterr().err.splitlines()
    assert f"{name}:4: It is not a JSON object." in told
    assert len(told) == len(BAD)


async def test_bytes_that_are_no_text_are_told(committed: SeedbedEngine, hand: Path) -> None:
    good = json.dumps(_organization("a")).encode()
    path = hand / "identity.organizations.jsonl"
    deep = b"[" * 200_000 + b"]" * 200_000
    path.write_bytes(b"\xff\xfe{}\n" + deep + b"\n\n" + good)
    [loaded], bad = await load_export(committed, hand)
    assert [(each.line, each.reason) for each in bad] == [
        (1, "It is not text in UTF-8."),
        (2, "It is JSON that is nested too deeply or has too long a number."),
    ]
    assert (loaded.created, loaded.rows) == (1, 3)


async def test_a_key_given_twice_is_told(committed: SeedbedEngine, hand: Path) -> None:
    row = _organization("a")
    again = row | {"id": row["id"].upper(), "slug": "b"}
    put(hand / "identity.organizations.jsonl", row, _organization("c"), again)
    _, bad = await load_export(committed, hand)
    assert [(each.line, each.reason) for each in bad] == [(3, "It has the id of line 1.")]
    assert await _slugs(committed) == ["a", "c"]


async def test_a_reason_tells_no_secret(committed: SeedbedEngine, hand: Path) -> None:
    user = {"id": str(new_id()), "email": "a@b.example", "name": "A", "password_hash": "hunter2"}
    put(hand / "identity.users.jsonl", user)
    link = {"email": "a@b.example", "token_hash": HASH, "expires_at": "2030-01-01"}
    put(
        hand / "identity.magic_links.jsonl",
        link | {"id": str(new_id())},
        link | {"id": str(new_id())},
    )
    _, bad = await load_export(committed, hand)
    assert [(each.file, each.line) for each in bad] == [
        ("identity.users.jsonl", 1),
        ("identity.magic_links.jsonl", 2),
    ]
    assert "users_password_hash_shape" in bad[0].reason
    assert bad[1].reason == (
        'duplicate key value violates unique constraint "magic_links_token_hash_key".'
    )
    assert "hunter2" not in bad[0].reason


async def test_strict_loads_nothing_and_tells_every_bad_row(
    committed: SeedbedEngine, hand: Path
) -> None:
    put(hand / "identity.organizations.jsonl", _organization("a"), "{}", _organization("b"), "[]")
    with pytest.raises(NothingLoaded) as caught:
        await load_export(committed, hand, strict=True)
    assert str(caught.value) == "2 bad rows: nothing was loaded (--strict)."
    assert [each.line for each in caught.value.bad] == [2, 4]
    assert await _slugs(committed) == []
    assert await committed.fetch("select from operations.audit_logs") == []


async def _session(engine: SeedbedEngine) -> dict[str, str | None]:
    [user] = await engine.fetch(
        "insert into identity.users (email, name, role, status)"
        " values ('a@b.example', 'A', 'USER', 'ACTIVE') returning id"
    )
    [session] = await engine.fetch(
        'insert into identity.sessions ("user", access_token_hash, expires_at)'
        " values ($1, $2, now()) returning id",
        user["id"],
        HASH,
    )
    return {"user": str(user["id"]), "session": str(session["id"])}


@pytest.mark.parametrize("circle", [False, True])
async def test_rows_may_refer_to_later_rows_of_their_table(
    committed: SeedbedEngine, hand: Path, monkeypatch: pytest.MonkeyPatch, circle: bool
) -> None:
    monkeypatch.setattr(load, "BATCH", 3)
    common = await _session(committed) | {"expires_at": "2030-01-01"}
    ids = [str(new_id()) for _ in range(20)]
    following = [*ids[1:], ids[0] if circle else None]
    # The first line refers to the second, and so on over all batches.
    rows = [
        common | {"id": one, "token_hash": f"{number:064x}", "replaced_by": other}
        for number, (one, other) in enumerate(zip(ids, following, strict=True))
    ]
    put(hand / "identity.refresh_tokens.jsonl", *rows)
    for expected in ((20, 0, 0, 0), (0, 0, 20, 0)):
        [loaded], bad = await load_export(committed, hand)
        assert bad == []
        assert _counts(loaded) == expected
    found = await committed.fetch("select id, replaced_by from identity.refresh_tokens")
    assert {str(row["id"]): row["replaced_by"] and str(row["replaced_by"]) for row in found} == (
        dict(zip(ids, following, strict=True))
    )


async def test_a_bad_row_takes_along_those_that_refer_to_it_alone(
    committed: SeedbedEngine, hand: Path
) -> None:
    common = await _session(committed) | {"expires_at": "2030-01-01"}
    ids = [str(new_id()) for _ in range(4)]
    rows = [
        common | {"id": one, "token_hash": f"{number:064x}", "replaced_by": None}
        for number, one in enumerate(ids)
    ]
    rows[0]["replaced_by"] = ids[2]
    rows[2]["token_hash"] = "short"
    put(hand / "identity.refresh_tokens.jsonl", *rows)
    [loaded], bad = await load_export(committed, hand)
    assert {each.line for each in bad} == {1, 3}
    assert _counts(loaded) == (2, 0, 0, 2)


async def test_sequences_go_on_after_the_imported_numbers(
    spare: SeedbedEngine, folder: Path, hand: Path
) -> None:
    await load_export(spare, folder)
    [project] = await spare.fetch("select id from projects.projects limit 1")
    event = {"id": str(new_id()), "project": str(project["id"]), "name": "x", "sequence": 5_000}
    put(hand / "operations.events.jsonl", event)
    _, bad = await load_export(spare, hand)
    assert bad == []
    [row] = await spare.fetch(
        "insert into operations.events (project, name) values ($1, 'y') returning sequence",
        project["id"],
    )
    assert row["sequence"] == 5_001


async def test_without_secrets_rows_that_need_them_are_left_out_and_told(
    seeded: SeedbedEngine, spare: SeedbedEngine, folder: Path, tmp_path: Path
) -> None:
    await write_export(seeded, tmp_path / "plain")
    loaded, bad = await load_export(spare, tmp_path / "plain", strict=True)
    assert bad == []
    lacking = {one.table: one.lacking for one in loaded if one.lacking}
    assert set(lacking) == {
        "identity.sessions",
        "identity.refresh_tokens",
        "identity.magic_links",
        "identity.api_keys",
    }
    assert lacking["identity.sessions"] == len(lines(folder / "identity.sessions.jsonl"))
    [row] = await spare.fetch(
        "select count(*) as users, count(password_hash) as hashes from identity.users"
    )
    assert (row["users"] > 0, row["hashes"]) == (True, 0)
    # A secret that is there stays.
    await load_export(spare, folder)
    before = await _versions(spare)
    await load_export(spare, tmp_path / "plain")
    assert await _versions(spare) == before


async def test_the_null_of_json_stays_what_it_is(committed: SeedbedEngine, hand: Path) -> None:
    put(hand / "operations.system_configs.jsonl", {"key": "a.b", "value": None})
    for expected in ((1, 0, 0, 0), (0, 0, 1, 0)):
        [loaded], bad = await load_export(committed, hand)
        assert (_counts(loaded), bad) == (expected, [])
    [row] = await committed.fetch("select value from operations.system_configs")
    assert row["value"] == "null"


def test_null_has_one_meaning_in_every_jsonb_column() -> None:
    nullable = [
        f"{table.__name__}.{column._meta.name}"
        for table in TABLES
        for column in table._meta.columns
        if column.value_type is str and type(column).__name__ in {"JSON", "JSONB"}
        if column._meta.null
    ]
    assert nullable == []


def test_tables_follow_those_they_refer_to() -> None:
    for at, table in enumerate(TABLES):
        targets = [
            key._foreign_key_meta.resolved_references for key in table._meta.foreign_key_columns
        ]
        assert {TABLES.index(target) for target in targets} <= set(range(at + 1))
        assert targets.count(table) <= 1, "rows are ordered by one reference to their own table"


async def test_awkward_values_go_there_and_back(
    committed: SeedbedEngine, spare: SeedbedEngine, tmp_path: Path
) -> None:
    name = "a\\.\n\r\t\x01\x02\x7f\"'\u2028\U0001f600 ,\\N"
    await committed.fetch(
        "insert into identity.organizations (name, slug, settings, created_at)"
        " values ($1, 'a', $2, 'infinity')",
        name,
        json.dumps({name: [0.1, 10**40, None, {}, name]}),
    )
    before = await bytes_of(committed, tmp_path / "before")
    _, bad = await load_export(spare, tmp_path / "before", strict=True)
    assert bad == []
    after = await bytes_of(spare, tmp_path / "after")
    assert len(before["identity.organizations.jsonl"].splitlines()) == 1
    assert after["identity.organizations.jsonl"] == before["identity.organizations.jsonl"]


async def test_append_only_rows_that_differ_are_bad(
    spare: SeedbedEngine, folder: Path, tmp_path: Path
) -> None:
    await load_export(spare, folder)
    rows = lines(folder / AUDIT)
    rows[0]["action"] = "forged"
    put(folder / AUDIT, *rows)
    _, bad = await load_export(spare, folder, ("audit_logs",))
    assert [(each.line, each.reason) for each in bad] == [
        (1, "audit_logs is append-only: update is refused.")
    ]


async def test_too_many_bad_rows_end_it(
    committed: SeedbedEngine, hand: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load, "MOST_BAD", 2)
    put(hand / "identity.organizations.jsonl", _organization("a"), "1", "2", "3")
    with pytest.raises(CommandError, match="More than 2 rows are bad: nothing was loaded"):
        await load_export(committed, hand)
    assert await _slugs(committed) == []


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "piccolo.main", "db", "import", *arguments],
        check=False,
        cwd=ROOT,
        env={**os.environ, "SEEDBED_SLOW_QUERY_MS": "60000"},
        capture_output=True,
        text=True,
    )


async def test_the_command_prints_and_exits(committed: SeedbedEngine, hand: Path) -> None:
    put(hand / "identity.organizations.jsonl", _organization("a"), "{}")
    run = _run(str(hand))
    assert run.returncode == 1
    assert run.stdout == "identity.organizations                1 created, 1 bad\n"
    assert run.stderr == "identity.organizations.jsonl:2: It has no id, name, slug.\n"
    run = _run(str(hand), "--strict", "--json")
    assert run.returncode == 1
    assert json.loads(run.stdout)["loaded"] is False
    assert run.stderr.endswith("1 bad row: nothing was loaded (--strict).\n")
    put(hand / "identity.organizations.jsonl", _organization("b"))
    run = _run(str(hand), "--strict", "--json")
    assert (run.returncode, run.stderr) == (0, "")
    assert json.loads(run.stdout)["tables"]["identity.organizations"]["created"] == 1
    run = _run(str(hand / "nowhere"))
    assert run.returncode == 1
    assert run.stderr.endswith("is not a folder: name one that `piccolo db export` wrote.\n")
