"""What the commands have in common: exit codes, errors, output, questions, progress, refusals.

A command is a plain function that Piccolo calls with the options of the command line. It hands its
work, a coroutine function that takes the engine and returns an exit code, to `run`:

    def status(json: bool = False) -> None:
        \"\"\"One sentence for the help.\"\"\"
        console.run(lambda engine: report(engine, as_json=json))

    CommandError        the command could not do what it is for: its sentence, and exit code 1
    └── UsageError      it was called wrongly: exit code 2
"""

import asyncio
import json
import logging
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable
from types import FrameType, TracebackType
from typing import TextIO

import asyncpg
from piccolo.engine import engine_finder

from app.database import DatabaseError, SeedbedEngine
from app.settings import Settings, SettingsError

OK = 0
FOUND = 1  # something was found, or failed
USAGE = 2  # called wrongly
INTERRUPTED = 130  # what shells report for Ctrl-C

_REDRAW = 0.1  # seconds between two drawings of a progress bar
_WIDTH = 30


class CommandError(Exception):
    """A failure that whoever runs the command can do something about; `str()` says what."""

    code = FOUND


class UsageError(CommandError):
    """The command was called in a way that cannot work."""

    code = USAGE


def run(work: Callable[[SeedbedEngine], Awaitable[int]], *, pool: bool = False) -> None:
    """Do the work of a command with the engine of piccolo_conf.py, and exit with its code.

    `pool=True` opens the pool around it, for work of many statements. SIGTERM is what Ctrl-C is:
    the work is cancelled, and cleans up after itself.
    """
    signal.signal(signal.SIGTERM, _interrupt)
    # Work on a whole database is slow, which is no news here.
    logging.getLogger("app.database.statements").setLevel(logging.ERROR)

    async def with_pool() -> int:
        engine = find_engine()
        if not pool:
            return await work(engine)
        await engine.start_connection_pool()
        try:
            return await work(engine)
        finally:
            await engine.close_connection_pool()

    guard(lambda: asyncio.run(with_pool()))


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    signal.raise_signal(signal.SIGINT)


def guard(work: Callable[[], int]) -> None:
    """Do work that needs no database, and exit with its code; expected failures are sentences.

    With `--trace` on the command line they are tracebacks.
    """
    sys.exit(code_of(work))


def code_of(work: Callable[[], int]) -> int:
    """The exit code of the work: its own, or that of its failure, which is said on stderr."""
    try:
        code = work()
        sys.stdout.flush()
    except KeyboardInterrupt:
        error("Interrupted.")
        return INTERRUPTED
    except BrokenPipeError:
        # Who read our output has gone; what Python flushes at its end goes nowhere either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FOUND
    except (CommandError, DatabaseError, SettingsError, asyncpg.PostgresError, OSError) as failure:
        if "--trace" in sys.argv:
            raise
        sys.stdout.flush()
        error(sentence(failure))
        return failure.code if isinstance(failure, CommandError) else FOUND
    return code


def find_engine() -> SeedbedEngine:
    """The engine of piccolo_conf.py, found when a command runs: that file imports the commands."""
    engine = engine_finder()
    if not isinstance(engine, SeedbedEngine):
        raise CommandError("DB in piccolo_conf.py must be a SeedbedEngine.")
    return engine


def sentence(failure: BaseException) -> str:
    """What a person is told about an expected failure."""
    match failure:
        case asyncpg.PostgresError():
            said = str(failure.args[0]).rstrip(".")
            detail = f" ({str(failure.detail).rstrip('.')})" if failure.detail else ""
            match failure:
                case asyncpg.InsufficientPrivilegeError():
                    return (
                        f"The role of DATABASE_URL may not do this: {said}{detail}. Use another"
                        " role, or let its owner grant what is missing."
                    )
                case asyncpg.UndefinedTableError() | asyncpg.UndefinedColumnError():
                    return (
                        f"The database is not what this version expects: {said}{detail}. Run"
                        " `piccolo db status`."
                    )
                case asyncpg.DiskFullError():
                    return "The disk of the database is full: free some space and repeat this."
                case asyncpg.QueryCanceledError():
                    return f"The database stopped a statement: {said}{detail}."
                case _:
                    return f"The database refused: {said}{detail}."
        case OSError() if failure.filename is not None:
            return f"{failure.filename}: {failure.strerror}."
        case _:
            return str(failure)


def error(text: str) -> None:
    """A line on stderr."""
    sys.stderr.write(f"{text}\n")


def say(text: str = "") -> None:
    """A line on stdout."""
    sys.stdout.write(f"{text}\n")


def write_json(value: object) -> None:
    """One JSON document on stdout, for scripts; what JSON does not know becomes text."""
    say(json.dumps(value, indent=2, ensure_ascii=False, default=str))


def refuse_in_production(settings: Settings, command: str) -> None:
    """Raise CommandError where the settings say production."""
    if settings.environment == "production":
        raise CommandError(
            f"`piccolo db {command}` is for development and is refused in production"
            " (SEEDBED_ENVIRONMENT). Nothing was changed."
        )


def confirm(question: str, *, yes: bool) -> None:
    """Ask for a yes unless `--yes` gave it; raises where there is none, or nobody to ask."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise UsageError(
            f"{question} Nobody is there to answer: add --yes to go on. Nothing was changed."
        )
    try:
        answer = input(f"{question} [y/N] ")
    except EOFError:
        answer = ""
    if answer.strip().lower() not in {"y", "yes"}:
        raise CommandError("Nothing was changed, as the question was not answered with y.")


def size(count: float) -> str:
    """A number of bytes as people read it: `1.5 MB`."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if abs(count) < 1024:
            return f"{count:.0f} {unit}" if unit == "bytes" else f"{count:.1f} {unit}"
        count /= 1024
    return f"{count:.1f} TB"


def plural(count: int, noun: str) -> str:
    """`1 table`, `2 tables`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


class Progress:
    """A bar on stderr while a terminal is there to show it, and nothing otherwise.

        with Progress("Loading", total=1000) as bar:
            bar.advance(10)

    Without a total it shows the count alone.
    """

    def __init__(self, label: str, total: int | None = None, *, to: TextIO | None = None) -> None:
        self.label = label
        self.total = total
        self.count = 0
        self._to = sys.stderr if to is None else to
        self._shown = self._to.isatty()
        self._drawn_at = 0.0

    def __enter__(self) -> "Progress":
        self._draw()
        return self

    def advance(self, count: int = 1, label: str | None = None) -> None:
        """Count on; `label` says what is worked on now."""
        self.count += count
        if label is not None:
            self.label = label
        if time.monotonic() - self._drawn_at >= _REDRAW or label is not None:
            self._draw()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        failure: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._shown:
            self._to.write("\r\x1b[K")
            self._to.flush()

    def line(self) -> str:
        """What the bar shows now."""
        if not self.total:
            return f"{self.label} {self.count:,}"
        part = min(self.count / self.total, 1.0)
        bar = "#" * round(part * _WIDTH)
        return f"{self.label:24} [{bar:{_WIDTH}}] {part:4.0%}  {self.count:,}/{self.total:,}"

    def _draw(self) -> None:
        self._drawn_at = time.monotonic()
        if self._shown:
            self._to.write(f"\r\x1b[K{self.line()}")
            self._to.flush()
