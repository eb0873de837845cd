"""Importing universities: what is in the database afterwards, once and again."""

import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from app.actions.catalog.files import UnreadableFile
from app.actions.catalog.importing import Problem
from app.actions.catalog.universities import ImportReport, import_universities
from app.database import SeedbedEngine
from app.tables import University
from seeds import catalog
from seeds.upsert import save

RECORDS: list[dict[str, Any]] = [
    {
        "name": " Université  d\u2019Été ",
        "country": "France",
        "alpha_two_code": "fr",
        "domains": ["Ete.fr", "ete.example"],
        "web_pages": ["https://ete.fr/", "https://ete.example"],
        "state-province": "Île-de-France",
    },
    {"name": "Uni", "country": "Estonia", "alpha_two_code": "EE", "domains": ["a.ee"]},
    {"name": "Uni", "country": "Estonia", "alpha_two_code": "EE", "domains": ["b.ee"]},
    {"name": "Uni", "country": "Latvia", "alpha_two_code": "LV", "extra": 1},
    {"name": "東京大学", "country": "Japan", "alpha_two_code": "JP"},
]
SLUGS = [
    "dongjingdaxue-jp",
    "uni-ee-a-ee",
    "uni-ee-b-ee",
    "uni-lv",
    "universite-d-ete-fr",
]


def _file(folder: Path, records: Sequence[object]) -> Path:
    path = folder / "list.json"
    path.write_text(json.dumps(records))
    return path


def _report(**counts: Any) -> ImportReport:
    nothing = dict.fromkeys(("records", "created", "updated", "unchanged", "repeated"), 0)
    return ImportReport(**{**nothing, "refused": (), "ignored_fields": (), **counts})


async def _rows(engine: SeedbedEngine) -> list[dict[str, Any]]:
    return [
        dict(row) for row in await engine.fetch("select * from catalog.universities order by slug")
    ]


async def _audits(engine: SeedbedEngine) -> list[dict[str, Any]]:
    rows = await engine.fetch(
        "select details from operations.audit_logs where action = 'university.import'"
        " and resource_type = 'University' order by id"
    )
    return [json.loads(row["details"]) for row in rows]


async def test_a_file_is_imported_and_told_in_the_audit_log(
    database: SeedbedEngine, tmp_path: Path
) -> None:
    path = _file(tmp_path, [*RECORDS, {"name": "Bad"}, RECORDS[1]])
    report = await import_universities(database, path)
    assert report == _report(
        records=7,
        created=5,
        repeated=1,
        refused=(Problem(6, "Bad", "country is missing; alpha_two_code is missing"),),
        ignored_fields=("extra",),
    )
    rows = await _rows(database)
    assert [row["slug"] for row in rows] == SLUGS
    names = ("name", "country", "country_code", "state_province", "website", "domains", "city")
    assert [rows[-1][name] for name in names] == [
        "Université d\u2019Été",
        "France",
        "FR",
        "Île-de-France",
        "https://ete.fr/",
        ["ete.fr", "ete.example"],
        None,
    ]
    assert {row["is_verified"] for row in rows} == {False}
    assert await _audits(database) == [
        {
            "file": "list.json",
            "verified": False,
            "records": 7,
            "created": 5,
            "updated": 0,
            "unchanged": 0,
            "repeated": 1,
            "refused": 1,
        }
    ]


async def test_a_second_time_nothing_changes_whatever_the_order(
    committed: SeedbedEngine, tmp_path: Path
) -> None:
    await import_universities(committed, _file(tmp_path, RECORDS))
    before = await _rows(committed)
    shuffled = random.Random(5).sample(RECORDS, len(RECORDS))  # noqa: S311 - any other order
    report = await import_universities(committed, _file(tmp_path, shuffled))
    assert report == _report(records=5, unchanged=5, ignored_fields=("extra",))
    assert await _rows(committed) == before
    assert [each["unchanged"] for each in await _audits(committed)] == [0, 5]


async def test_only_what_the_file_says_is_changed(database: SeedbedEngine, tmp_path: Path) -> None:
    there = catalog.university(
        name="UNI",
        slug="uni-lv",
        country="Lettland",
        country_code="LV",
        city="Riga",
        state_province="Vidzeme",
        website="https://mine.lv",
        domains=["mine.lv"],
        settings={"accent": "#fff"},
        analytics={"visits": 5},
    )
    await save(there)
    report = await import_universities(database, _file(tmp_path, [RECORDS[3]]))
    assert (report.created, report.updated) == (0, 1)
    [row] = await _rows(database)
    changed = {"name": "Uni", "country": "Latvia", "updated_at": row["updated_at"]}
    assert row == {**there.to_dict(), **changed}
    assert row["updated_at"] > row["created_at"]


async def test_new_ones_are_verified_on_demand_and_the_others_left_alone(
    database: SeedbedEngine, tmp_path: Path
) -> None:
    await import_universities(database, _file(tmp_path, RECORDS[:1]))
    await import_universities(database, _file(tmp_path, RECORDS), verified=True)
    rows = await _rows(database)
    assert [row["is_verified"] for row in rows] == [True] * 4 + [False]
    assert [row["verified_at"] is not None for row in rows] == [True] * 4 + [False]
    await University.update({University.country: "Elsewhere"}, force=True)
    await import_universities(database, _file(tmp_path, RECORDS))
    assert [row["is_verified"] for row in await _rows(database)] == [True] * 4 + [False]


async def test_a_dry_run_reports_the_same_and_leaves_nothing(
    database: SeedbedEngine, tmp_path: Path
) -> None:
    path = _file(tmp_path, RECORDS)
    foretold = await import_universities(database, path, dry_run=True)
    assert (await _rows(database), await _audits(database)) == ([], [])
    assert await import_universities(database, path) == foretold


async def test_a_file_that_breaks_off_imports_nothing(
    database: SeedbedEngine, tmp_path: Path
) -> None:
    path = tmp_path / "list.csv"
    path.write_text('name,country,alpha_two_code\nUni,Estonia,EE\n"Uni')
    with pytest.raises(UnreadableFile):
        await import_universities(database, path)
    assert (await _rows(database), await _audits(database)) == ([], [])


async def test_the_progress_has_a_step_for_each_batch(
    database: SeedbedEngine, tmp_path: Path
) -> None:
    told: list[tuple[str, int, int]] = []
    many = [{**RECORDS[3], "name": f"Uni {number}"} for number in range(1200)]
    report = await import_universities(
        database, _file(tmp_path, many), progress=lambda *now: told.append(now)
    )
    assert report.created == 1200
    steps = [now for now in told if now[0] == "Writing"]
    assert steps == [("Writing", done, 1200) for done in (0, 500, 1000, 1200)]
