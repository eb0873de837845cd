"""A backup on disk: a folder with a dump and the manifest that says what the dump holds.

A folder appears under its own name when all of it is written and safe on the disk; until then, and
while it is removed, its name begins with `.partial-`.
"""

import contextlib
import hashlib
import json
import os
import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from app.commands.console import CommandError

if sys.platform != "win32":
    import fcntl

DUMP = "database.dump"
MANIFEST = "manifest.json"
PARTIAL = ".partial-"
FORMAT = 1
_TABLE = re.compile(r"[\w-]+\.\w+")
_CHUNK = 1024 * 1024  # bytes read at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a backup holds. Times are RFC 3339 in UTC; versions of PostgreSQL are major ones."""

    format: int
    made_at: str
    app_version: str
    database: str
    server_version: int
    pg_dump_version: int
    migrations: list[str]
    rows: dict[str, int]
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Backup:
    """A whole backup: its folder and its manifest."""

    folder: Path
    manifest: Manifest

    @property
    def dump(self) -> Path:
        """The file that pg_dump wrote."""
        return self.folder / DUMP


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep other backups out of the folder, which is made when missing, and clear it of remains."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        if sys.platform != "win32":
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise CommandError(
                    f"Another backup is being written into {folder}: wait for its end."
                ) from None
        for remains in folder.glob(f"{PARTIAL}*"):
            shutil.rmtree(remains)
        yield


@contextlib.contextmanager
def partial(folder: Path, name: str) -> Iterator[Path]:
    """A folder to write a backup into: named `name` once the block ends well, else removed."""
    writing = folder / f"{PARTIAL}{name}"
    writing.mkdir(mode=0o700)
    try:
        yield writing
        for path in (*writing.iterdir(), writing):
            _sync(path)
        writing.rename(folder / name)
        _sync(folder)
    finally:
        shutil.rmtree(writing, ignore_errors=True)


def free_name(folder: Path, name: str) -> str:
    """The name, with a number when there is a backup of it."""
    number = 1
    result = name
    while (folder / result).exists():
        number += 1
        result = f"{name}-{number}"
    return result


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest into the folder of a backup."""
    text = json.dumps(asdict(manifest), indent=2, ensure_ascii=False)
    (folder / MANIFEST).write_text(f"{text}\n", "utf-8")


def read_backup(folder: Path) -> Backup:
    """The backup in a folder; raises CommandError when there is no whole one."""
    path = folder / MANIFEST
    if not path.is_file() or not (folder / DUMP).is_file():
        inside = [backup.folder.name for backup in backups(folder)] if folder.is_dir() else []
        hint = f" Its newest one is {inside[-1]}." if inside else ""
        raise CommandError(f"{folder} is no backup: {DUMP} and {MANIFEST} belong into it.{hint}")
    try:
        found = json.loads(path.read_text("utf-8"))
        if found.get("format") != FORMAT:
            raise CommandError(
                f"{path} is of format {found.get('format')}, not {FORMAT}: restore it with the"
                " version of the application that wrote it."
            )
        manifest = Manifest(**{item.name: found[item.name] for item in fields(Manifest)})
        for name, count in manifest.rows.items():
            if not _TABLE.fullmatch(name) or type(count) is not int:
                raise ValueError(name)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CommandError(f"{path} is damaged: it is not the manifest of a backup.") from error
    return Backup(folder, manifest)


def backups(folder: Path) -> list[Backup]:
    """The whole backups in a folder, the oldest first."""
    found = []
    for path in sorted(folder.iterdir()):
        if not path.name.startswith(".") and path.is_dir():
            with contextlib.suppress(CommandError):
                found.append(_read_quietly(path))
    return sorted(found, key=lambda backup: (backup.manifest.made_at, backup.folder.name))


def remove(backup: Backup) -> None:
    """Remove a backup, so that a part of it never looks whole."""
    leaving = backup.folder.with_name(f"{PARTIAL}{backup.folder.name}")
    backup.folder.rename(leaving)
    shutil.rmtree(leaving)


def checksum(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _read_quietly(folder: Path) -> Backup:
    if not (folder / MANIFEST).is_file():
        raise CommandError(f"{folder} is no backup.")
    return read_backup(folder)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
