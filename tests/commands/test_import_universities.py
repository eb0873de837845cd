"""`piccolo db import_universities` as a real process: what it prints, and how it exits."""

import json
import os
import subprocess
import sys
from pathlib import Path

from app.database import SeedbedEngine
from tests.databases import ROOT


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "piccolo.main", "db", "import_universities", *arguments],
        check=False,
        cwd=ROOT,
        env={**os.environ, "SEEDBED_SLOW_QUERY_MS": "60000"},
        capture_output=True,
        text=True,
    )


def _file(folder: Path, more: str = "") -> Path:
    path = folder / "list.csv"
    path.write_text(f"name,country,alpha_two_code\nUni,Estonia,EE\n{more}")
    return path


async def test_it_says_what_it_did(committed: SeedbedEngine, tmp_path: Path) -> None:
    run = _run(str(_file(tmp_path)))
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout == "list.csv: 1 record, 1 created.\n"
    [row] = await committed.fetch("select slug from catalog.universities")
    assert row["slug"] == "uni-ee"


async def test_refused_records_are_told_and_make_exit_code_1(
    committed: SeedbedEngine, tmp_path: Path
) -> None:
    run = _run(str(_file(tmp_path, "Bad,,\n")), "--dry-run")
    assert (run.returncode, run.stderr) == (1, "")
    assert run.stdout == (
        "Record 2 (Bad): country is missing; alpha_two_code is missing.\n"
        "list.csv: 2 records, 1 created, 1 refused.\n"
        "This was a dry run: nothing was changed.\n"
    )
    assert await committed.fetch("select from catalog.universities") == []


async def test_the_report_as_json(committed: SeedbedEngine, tmp_path: Path) -> None:
    run = _run(str(_file(tmp_path, "Bad,,BB\n")), "--json", "--verified")
    assert (run.returncode, run.stderr) == (1, "")
    assert json.loads(run.stdout) == {
        "records": 2,
        "created": 1,
        "updated": 0,
        "unchanged": 0,
        "repeated": 0,
        "refused": [{"record": 2, "name": "Bad", "reason": "country is missing"}],
        "ignored_fields": [],
        "dry_run": False,
    }
    assert len(await committed.fetch("select from catalog.universities where is_verified")) == 1


def test_a_file_that_is_not_there_is_one_sentence_and_exit_code_2(tmp_path: Path) -> None:
    run = _run(str(tmp_path / "none.json"))
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr == (
        f"{tmp_path}/none.json cannot be read: No such file or directory. Nothing was imported.\n"
    )
