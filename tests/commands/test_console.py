"""What the commands have in common: exit codes, sentences, questions, refusals, progress."""

import dataclasses
import io
import json

import asyncpg
import pytest

from app.commands import console
from app.commands.console import CommandError, Progress, UsageError
from app.database import DatabaseUnavailable, SeedbedEngine


class Terminal(io.StringIO):
    """Text that says that a person looks at it."""

    def isatty(self) -> bool:
        return True


def _fail(failure: BaseException) -> int:
    raise failure


@pytest.mark.parametrize(
    ("failure", "code", "told"),
    [
        (CommandError("It went wrong."), 1, "It went wrong.\n"),
        (UsageError("Not like this."), 2, "Not like this.\n"),
        (DatabaseUnavailable("Nothing listens there."), 1, "Nothing listens there.\n"),
        (FileNotFoundError(2, "No such file", "x.json"), 1, "x.json: No such file.\n"),
        (asyncpg.DiskFullError("could not extend file"), 1, "The disk of the database is full"),
        (KeyboardInterrupt(), 130, "Interrupted.\n"),
    ],
)
def test_an_expected_failure_is_a_sentence_and_a_code(
    failure: BaseException, code: int, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert console.code_of(lambda: _fail(failure)) == code
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.startswith(told)


def test_a_fault_of_ours_is_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError):
        console.code_of(lambda: _fail(ZeroDivisionError()))


def test_a_failure_is_traced_when_that_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["piccolo", "db", "x", "--trace"])
    with pytest.raises(CommandError):
        console.code_of(lambda: _fail(CommandError("It went wrong.")))


async def test_what_the_role_may_not_do_is_said(
    database: SeedbedEngine, capsys: pytest.CaptureFixture[str]
) -> None:
    await database.fetch("create role nobody_here")
    await database.fetch("set local role nobody_here")
    with pytest.raises(asyncpg.InsufficientPrivilegeError) as found:
        await database.fetch("select * from identity.users")
    assert console.code_of(lambda: _fail(found.value)) == 1
    assert capsys.readouterr().err == (
        "The role of DATABASE_URL may not do this: permission denied for schema identity. Use"
        " another role, or let its owner grant what is missing.\n"
    )


def test_yes_is_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    console.confirm("Empty it?", yes=True)


def test_nobody_to_ask_is_a_wrong_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    with pytest.raises(UsageError, match="add --yes"):
        console.confirm("Empty it?", yes=False)


@pytest.mark.parametrize(("answer", "goes_on"), [("y", True), ("YES", True), ("", False)])
def test_a_person_is_asked(
    answer: str, goes_on: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", Terminal(f"{answer}\n"))
    if goes_on:
        console.confirm("Empty it?", yes=False)
    else:
        with pytest.raises(CommandError, match="Nothing was changed"):
            console.confirm("Empty it?", yes=False)
    assert capsys.readouterr().out == "Empty it? [y/N] "


def test_production_is_refused(engine: SeedbedEngine) -> None:
    console.refuse_in_production(engine.settings, "reset")
    production = dataclasses.replace(engine.settings, environment="production")
    with pytest.raises(CommandError, match="refused in production"):
        console.refuse_in_production(production, "reset")


def test_json_is_one_document(capsys: pytest.CaptureFixture[str]) -> None:
    console.write_json({"name": "Zürich", "error": ValueError("x")})
    assert json.loads(capsys.readouterr().out) == {"name": "Zürich", "error": "x"}


def test_a_bar_shows_how_far_it_is() -> None:
    terminal = Terminal()
    with Progress("Loading", total=4, to=terminal) as bar:
        bar.advance(3)
        assert bar.line() == f"{'Loading':24} [{'#' * 22}{' ' * 8}]  75%  3/4"
    assert terminal.getvalue().endswith("\r\x1b[K")


def test_without_a_terminal_there_is_no_bar() -> None:
    file = io.StringIO()
    with Progress("Loading", to=file) as bar:
        bar.advance(2, "Still loading")
    assert file.getvalue() == ""
    assert bar.line() == "Still loading 2"


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0 bytes"), (1536, "1.5 kB"), (3 * 1024**3, "3.0 GB")]
)
def test_a_size_is_readable(count: int, text: str) -> None:
    assert console.size(count) == text


def test_one_is_not_many() -> None:
    assert (console.plural(1, "table"), console.plural(2000, "row")) == ("1 table", "2,000 rows")
