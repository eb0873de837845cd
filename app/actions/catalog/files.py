"""Reads the records of a JSON or CSV file of universities, as they stand there.

The fields are those of the university-domains-list project: `name`, `country`, `alpha_two_code`,
`domains`, `web_pages`, `state-province`.
"""

import codecs
import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

__all__ = ["FIELDS", "REQUIRED", "Progress", "Record", "UnreadableFile", "records"]

REQUIRED = ("name", "country", "alpha_two_code")
LISTS = ("domains", "web_pages")
FIELDS = (*REQUIRED, *LISTS, "state-province")

# What is being done, how much of it is done, and how much it is in all.
Progress = Callable[[str, int, int], None]

_OTHER_ENCODINGS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)  # UTF-32's begin with one of them


class UnreadableFile(Exception):
    """Nothing can be imported from the file; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record: its number, counted from 1, and its fields, or what is wrong with it."""

    number: int
    fields: Mapping[str, object]
    problem: str = ""


def records(path: Path, progress: Progress) -> Iterator[Record]:
    """The records of a file in their order; its suffix says what it is.

    CSV is read record by record, JSON as a whole. A record that cannot be read as one has a
    `problem` and no fields. Raises UnreadableFile, also after records that could be read.
    """
    reader = {".json": _json, ".csv": _csv}.get(path.suffix.lower())
    if reader is None:
        raise UnreadableFile(f"{path.name} ends neither with .json nor with .csv: rename it.")
    try:
        with path.open("rb") as file:
            if file.read(2) in _OTHER_ENCODINGS:
                raise UnreadableFile(f"{path.name} is UTF-16 or UTF-32 text: save it as UTF-8.")
            size = file.seek(0, io.SEEK_END)
            file.seek(0)
            yield from reader(file, path.name, lambda: progress("Reading", file.tell(), size))
    except OSError as error:
        raise UnreadableFile(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise UnreadableFile(f"{path.name} is not UTF-8 text: save it as UTF-8.") from error


def _json(file: BinaryIO, name: str, progress: Callable[[], None]) -> Iterator[Record]:
    text = file.read().decode("utf-8-sig")
    progress()
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}: {error.msg}"
        raise UnreadableFile(f"{name} is not JSON ({where}).") from error
    except (RecursionError, ValueError) as error:  # nested deeply, or a number of 5,000 digits
        raise UnreadableFile(f"{name} is JSON that holds no list of universities.") from error
    if not isinstance(content, list):
        raise UnreadableFile(f"{name} must hold a list of objects, and holds something else.")
    for number, item in enumerate(content, 1):
        if isinstance(item, dict):
            yield Record(number, item)
        else:
            yield Record(number, {}, "it is not an object")


def _csv(file: BinaryIO, name: str, progress: Callable[[], None]) -> Iterator[Record]:
    text = io.TextIOWrapper(file, "utf-8-sig", newline="")
    rows = csv.reader(text, strict=True)
    try:
        header = _header(next(rows, []), name)
        for number, row in enumerate(filter(None, rows), 1):
            progress()
            yield _record(number, header, row)
    except csv.Error as error:
        raise UnreadableFile(f"{name} is not CSV (line {rows.line_num}: {error}).") from error
    finally:
        text.detach()  # the file is closed by who opened it


def _header(cells: list[str], name: str) -> list[str]:
    header = [cell.strip().lower() for cell in cells]
    header = ["state-province" if cell == "state_province" else cell for cell in header]
    if missing := [field for field in REQUIRED if field not in header]:
        raise UnreadableFile(
            f"The first line of {name} does not name {_listed(missing)}: it must name the columns"
            f" {_listed(FIELDS)}, separated by commas; the last three may be left out."
        )
    if repeated := sorted({cell for cell in header if header.count(cell) > 1}):
        raise UnreadableFile(f"The first line of {name} names {_listed(repeated)} more than once.")
    return header


def _record(number: int, header: list[str], row: list[str]) -> Record:
    if len(row) != len(header):
        # By its place, the name is most likely right; the rest is of no use.
        place = header.index("name")
        name = {"name": row[place]} if place < len(row) else {}
        return Record(number, name, f"it has {len(row)} values for {len(header)} columns")
    fields: dict[str, object] = {}
    for field, cell in zip(header, row, strict=True):
        if field not in LISTS:
            fields[field] = cell if cell.strip() else None
            continue
        try:
            fields[field] = _list(cell.strip())
        except (ValueError, RecursionError):
            return Record(number, fields, f"{field} begins with [ but is not a JSON list")
    return Record(number, fields)


def _list(cell: str) -> object:
    """Values separated by semicolons, or JSON."""
    if cell.startswith("["):
        return json.loads(cell)
    return [part for part in cell.split(";") if part.strip()]


def _listed(names: tuple[str, ...] | list[str]) -> str:
    return ", ".join(names)
