"""A file of JSON Lines as rows for the staging table; what cannot be a row is told by its line."""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import orjson

from app.commands.rows.tables import Layout

LONGEST = 64 * 1024 * 1024  # bytes of one line


class BadLine(Exception):
    """A line that cannot be a row; `str()` says why, without repeating it."""


@dataclass(frozen=True, slots=True)
class Shape:
    """The columns that a row gives, in the order of the table.

    `lacks_secrets` when only secrets are missing to make a row of it.
    """

    number: int
    columns: tuple[str, ...]
    lacks_secrets: bool


@dataclass(slots=True)
class Lines:
    """Reads one file: iterate over `records()`, then look at the rest.

    `shapes` are what the rows give, `lacking` counts those that lack secrets, `rows` all of them.
    `report` is called with the line and the sentence of each bad one.
    """

    file: BinaryIO
    table: Layout
    report: Callable[[int, str], None]
    shapes: list[Shape] = field(default_factory=list)
    rows: int = 0
    lacking: int = 0
    digest: str = ""
    _known: dict[tuple[str, ...], Shape] = field(default_factory=dict)

    def records(self) -> Iterator[tuple[int, int, str, str | None, str]]:
        """Line, number of the shape, key, key of the row of its own table it refers to, and text.

        The line is its place as well, until another order is needed.
        """
        digest = hashlib.sha256()
        key = self.table.key
        own = self.table.own[0] if self.table.own else None
        folds = any(each.name == key and each.type == "uuid" for each in self.table.columns)
        for number, line in _numbered(self.file, digest.update):
            if not line.strip():
                continue
            self.rows += 1
            try:
                if len(line) >= LONGEST:
                    raise BadLine(f"The line is longer than {LONGEST // 1024 // 1024} MB.")
                row = _parse(line.rstrip())
                shape = self._known.get(tuple(row)) or self._shape(row)
                if shape.lacks_secrets:
                    self.lacking += 1
                    continue
                name = row[key]
                if name is None:
                    raise BadLine(f"It has no {key}.")
            except BadLine as error:
                self.report(number, str(error))
                continue
            text = str(name).lower() if folds else str(name)
            parent = row.get(own) if own else None
            refers = None if parent is None else str(parent).lower() if folds else str(parent)
            yield number, shape.number, text, refers, line.decode()
        self.digest = digest.hexdigest()

    def _shape(self, row: dict[str, Any]) -> Shape:
        given = frozenset(row)
        known = {column.name for column in self.table.columns}
        if unknown := sorted(given - known):
            raise BadLine(f"It has {_listed(unknown)}, which {self.table.name} does not have.")
        missing = self.table.needed - given
        if self.table.key not in given:
            missing |= {self.table.key}
        secrets = set(self.table.secrets)
        if plain := sorted(missing - secrets):
            raise BadLine(f"It has no {_listed(plain)}.")
        columns = tuple(each.name for each in self.table.columns if each.name in given)
        same = [each for each in self.shapes if each.columns == columns]
        shape = same[0] if same else Shape(len(self.shapes), columns, bool(missing))
        if not same:
            self.shapes.append(shape)
        self._known[tuple(row)] = shape
        return shape


def _numbered(file: BinaryIO, seen: Callable[[bytes], None]) -> Iterator[tuple[int, bytes]]:
    """The lines with their numbers from 1; of one that is too long, only its beginning."""
    number = 0
    while line := file.readline(LONGEST):
        number += 1
        seen(line)
        rest = line
        while len(rest) == LONGEST and not rest.endswith(b"\n"):
            rest = file.readline(LONGEST)
            seen(rest)
        yield number, line


def _parse(line: bytes) -> dict[str, Any]:
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError:
        value = _parse_leniently(line)
    if not isinstance(value, dict):
        raise BadLine("It is not a JSON object.")
    if not all(isinstance(name, str) and "\x00" not in name for name in value):
        raise BadLine("It has a name that cannot be a column's.")
    return value


def _parse_leniently(line: bytes) -> object:
    """Orjson refuses numbers that PostgreSQL takes; and says less about the place of a fault."""
    try:
        return json.loads(line.decode())
    except UnicodeDecodeError:
        raise BadLine("It is not text in UTF-8.") from None
    except json.JSONDecodeError as error:
        raise BadLine(f"It is not JSON: {error.msg} at character {error.pos + 1}.") from None
    except (ValueError, RecursionError):
        raise BadLine("It is JSON that is nested too deeply or has too long a number.") from None


def _listed(names: list[str]) -> str:
    shown = ", ".join(name[:60] for name in names[:5])
    return f"{shown}, ..." if len(names) > 5 else shown
