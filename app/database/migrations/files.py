"""The migration files on disk: what each is called and the checksum of its text."""

import ast
import functools
import hashlib
from dataclasses import dataclass
from pathlib import Path

from piccolo.conf.apps import AppConfig, Finder

from app.database.errors import MigrationError


@dataclass(frozen=True, slots=True)
class MigrationFile:
    """One file of an app's migration folder; `id` is Piccolo's, `checksum` SHA-256 in hex."""

    app_name: str
    id: str
    path: Path
    checksum: str


@functools.cache
def migration_files() -> tuple[MigrationFile, ...]:
    """Every migration of every app of piccolo_conf.py, in the order they are applied.

    Read once, as a running server does not change its code.
    """
    return tuple(file for config in Finder().get_app_configs() for file in files_of(config))


def files_of(config: AppConfig) -> tuple[MigrationFile, ...]:
    """The migrations of one app, oldest first; none when it has no folder."""
    folder = Path(config.resolved_migrations_folder_path)
    found = [_read(path, config.app_name) for path in folder.glob("*.py")]
    return tuple(sorted((file for file in found if file is not None), key=lambda file: file.id))


def _read(path: Path, app_name: str) -> MigrationFile | None:
    """None for a file that, like `__init__.py`, has no ID: Piccolo passes over it, too."""
    text = path.read_text(encoding="utf-8")  # newlines made alike: git may change them
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        raise MigrationError(
            f"The migration file {path.name} is not valid Python (line {error.lineno}): correct it."
        ) from error
    for node in tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(id="ID")], value=ast.Constant(value=str(name))):
                checksum = hashlib.sha256(text.encode()).hexdigest()
                return MigrationFile(app_name, name, path, checksum)
    return None
