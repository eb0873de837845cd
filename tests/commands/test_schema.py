"""`piccolo db schema` prints and checks the API's schema, and the module does the same."""

from pathlib import Path

import pytest

from app.commands import schema
from app.commands.console import CommandError, UsageError
from tests.guards.tree import ROOT


def test_it_prints_the_committed_schema(capsys: pytest.CaptureFixture[str]) -> None:
    assert schema.print_or_keep(write=False, check=False) == 0
    assert capsys.readouterr().out == (ROOT / "schema.graphql").read_text("utf-8")


def test_it_writes_and_checks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "FILE", tmp_path / "schema.graphql")
    with pytest.raises(CommandError, match="out of date"):
        schema.print_or_keep(write=False, check=True)
    assert schema.main(["--check"]) == 1
    assert schema.main(["--write"]) == 0
    assert schema.main(["--check"]) == 0


def test_wrong_options_are_refused() -> None:
    assert schema.main(["--wrote"]) == 2
    with pytest.raises(UsageError):
        schema.print_or_keep(write=True, check=True)
