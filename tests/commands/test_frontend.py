"""The command line of `piccolo`: what it does not know is refused, and what it knows is called."""

import os
import subprocess
import sys

import pytest
from targ import CLI, Command

from app.commands import frontend
from app.commands.console import UsageError
from app.database import SeedbedEngine
from tests.databases import ROOT


def toy(
    name: str, count: int = 1, tables: tuple[str, ...] = (), json: bool = False, way: str = ""
) -> None:
    """Do something.

    :param name: Whom it is done to.
    :param count: How often.
    """
    sys.stdout.write(f"{name=} {count=} {tables=} {json=} {way=}\n")


def generate() -> None:
    """Make something."""
    sys.stdout.write("made\n")


def _cli() -> CLI:
    cli = CLI()
    cli.register(toy, group_name="db")
    cli.register(toy, group_name="db", command_name="schema")
    cli.register(generate, group_name="schema")
    return cli


COMMAND = Command(toy, group_name="db")


def test_options_become_what_the_function_declares() -> None:
    words = ["--count=3", "t", "--tables=a,b", "--tables", "c", "--json", "--way", "north"]
    assert frontend.arguments(COMMAND, words) == {
        "count": 3,
        "name": "t",
        "tables": ("a", "b", "c"),
        "json": True,
        "way": "north",
    }


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "NAME is missing."),
        (["a", "b"], "`b` is one word too many."),
        ([""], "NAME is empty."),
        (["a", "--way="], "--way is empty: give it a value, or leave it out."),
        (["a", "--count", ""], "--count is empty: give it a value, or leave it out."),
        (["a", "--jsn"], "--jsn is not an option. Did you mean `--json`?"),
        (["a", "-j"], "-j is not an option."),
        (["a", "--count=many"], "--count must be a whole number, not many."),
        (["a", "--count"], "--count needs a value"),
        (["a", "--way", "--json"], "--way needs a value"),
        (["a", "--way=x", "--way=y"], "--way is given twice."),
        (["a", "--json=perhaps"], "--json is given or left out"),
    ],
)
def test_what_cannot_be_meant_is_refused(words: list[str], sentence: str) -> None:
    with pytest.raises(UsageError) as found:
        frontend.arguments(COMMAND, words)
    assert str(found.value).startswith(sentence)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["db", "toyy"], "There is no command `piccolo db toyy`. Did you mean `piccolo db toy`?"),
        (["db_toy"], "There is no command `piccolo db_toy`. Did you mean `piccolo db toy`?"),
        (["schema", "generate", "--x"], "--x is not an option."),
    ],
)
def test_an_unknown_command_is_refused(words: list[str], sentence: str) -> None:
    with pytest.raises(UsageError) as found:
        frontend.call(_cli(), words)
    assert str(found.value).startswith(sentence)


def test_a_command_is_called(capsys: pytest.CaptureFixture[str]) -> None:
    assert frontend.call(_cli(), ["db", "toy", "me"]) == 0
    assert capsys.readouterr().out == "name='me' count=1 tables=() json=False way=''\n"


def test_a_group_comes_before_a_command_of_the_same_name(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert frontend.call(_cli(), ["schema", "generate"]) == 0
    assert capsys.readouterr().out == "made\n"


def test_a_group_alone_lists_its_commands(capsys: pytest.CaptureFixture[str]) -> None:
    assert frontend.call(_cli(), ["db"]) == 2
    assert "  toy     Do something.\n" in capsys.readouterr().out
    assert frontend.call(_cli(), ["db", "--help"]) == 0


def test_help_describes_every_option(capsys: pytest.CaptureFixture[str]) -> None:
    assert frontend.call(_cli(), ["db", "toy", "--help"]) == 0
    assert capsys.readouterr().out == (
        "Usage: piccolo db toy NAME [--count=VALUE] [--tables=VALUE] [--json] [--way=VALUE]\n"
        "\n"
        "Do something.\n"
        "\n"
        "  NAME            Whom it is done to.\n"
        "  --count=VALUE   How often.\n"
        "  --tables=VALUE\n"
        "  --json\n"
        "  --way=VALUE\n"
    )


def _piccolo(*words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "piccolo.main", *words],
        check=False,
        cwd=ROOT,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize("words", ["db stauts", "migrations forward_s app", "db seed --scal=2"])
def test_a_mistyped_command_exits_with_2(engine: SeedbedEngine, words: str) -> None:
    run = _piccolo(*words.split())
    assert run.returncode == 2
    assert run.stdout == ""
    assert run.stderr.splitlines()[-1].endswith("--help` tells what is possible.") or (
        "There is no command" in run.stderr
    )
    assert "Traceback" not in run.stderr


def test_a_wrong_setting_is_one_sentence() -> None:
    run = _piccolo("db", "seed", SEEDBED_PORT="many")
    assert (run.returncode, run.stdout) == (1, "")
    assert run.stderr == "SEEDBED_PORT must be a whole number from 0 to 65535.\n"


def test_a_missing_requirement_is_one_sentence() -> None:
    program = (
        "import runpy, sys; sys.modules['app.database.configuration'] = None;"
        " sys.argv = ['piccolo', 'db', 'status'];"
        " runpy.run_module('piccolo.main', run_name='__main__')"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], check=False, cwd=ROOT, capture_output=True, text=True
    )
    assert (run.returncode, run.stdout) == (1, "")
    assert run.stderr.startswith("An import failed: ")
    assert run.stderr.endswith("are all requirements installed?\n")
    assert "Traceback" not in run.stderr
