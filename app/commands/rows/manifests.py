"""An export on disk: a folder with one file of JSON Lines for each table, and a manifest."""

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from app.commands.console import CommandError

MANIFEST = "manifest.json"
SUFFIX = ".jsonl"
FORMAT = 1
_LARGEST = 16 * 1024 * 1024  # bytes of a manifest
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Entry:
    """One file: its rows and the SHA-256 of its bytes, in hex."""

    rows: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What an export holds; `tables` by name, `left_out` the columns with secrets by table.

    Times are RFC 3339 in UTC; the version of the server is the major one.
    """

    made_at: str
    app_version: str
    database: str
    server_version: int
    migrations: list[str]
    with_secrets: bool
    left_out: dict[str, list[str]]
    tables: dict[str, Entry]


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest of an export into its folder."""
    value = {
        "format": FORMAT,
        "made_at": manifest.made_at,
        "app_version": manifest.app_version,
        "database": manifest.database,
        "server_version": manifest.server_version,
        "migrations": manifest.migrations,
        "with_secrets": manifest.with_secrets,
        "left_out": manifest.left_out,
        "tables": {
            name: {"file": f"{name}{SUFFIX}", "rows": entry.rows, "sha256": entry.sha256}
            for name, entry in manifest.tables.items()
        },
    }
    text = json.dumps(value, indent=2, ensure_ascii=False)
    with create(folder / MANIFEST) as file:
        file.write(f"{text}\n".encode())


def read_manifest(folder: Path) -> Manifest | None:
    """The manifest in a folder, or None; raises CommandError for one that cannot be believed."""
    path = folder / MANIFEST
    if not os.path.lexists(path):
        return None
    with open_inside(folder, MANIFEST) as file:
        text = file.read(_LARGEST)
    try:
        found = json.loads(text)
        if found["format"] != FORMAT:
            raise CommandError(
                f"{path} is of format {found['format']}, not {FORMAT}: import it with the version"
                " of the application that wrote it."
            )
        return Manifest(
            made_at=str(found["made_at"]),
            app_version=str(found["app_version"]),
            database=str(found["database"]),
            server_version=int(found["server_version"]),
            migrations=[str(name) for name in found["migrations"]],
            with_secrets=bool(found["with_secrets"]),
            left_out={
                str(name): [str(column) for column in columns]
                for name, columns in found["left_out"].items()
            },
            tables={
                str(name): _entry(path, name, value) for name, value in found["tables"].items()
            },
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise CommandError(
            f"{path} is not the manifest of an export: correct or remove it."
        ) from error


@contextmanager
def open_inside(folder: Path, name: str) -> Iterator[BinaryIO]:
    """A file of the folder, to be read; one that leads elsewhere (a link) or is none is refused."""
    path = folder / name
    if path.parent != folder or path.is_symlink() or not path.is_file():
        raise CommandError(f"{path} is not an ordinary file: nothing was read from it.")
    # Should it become a link meanwhile, the system refuses it.
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
    with os.fdopen(descriptor, "rb", buffering=1024 * 1024) as file:
        yield file


@contextmanager
def create(path: Path) -> Iterator[BinaryIO]:
    """A new file that its owner alone can read; on the disk when the block ends."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        yield file
        file.flush()
        os.fsync(descriptor)


def _entry(path: Path, name: str, value: dict[str, object]) -> Entry:
    rows, sha256 = value["rows"], value["sha256"]
    if value["file"] != f"{name}{SUFFIX}":
        raise CommandError(f"{path} names a file for {name} that is not {name}{SUFFIX}: refused.")
    if type(rows) is not int or not isinstance(sha256, str) or not _SHA256.fullmatch(sha256):
        raise ValueError(name)
    return Entry(rows, sha256)
