"""The engine that the environment describes, for piccolo_conf.py."""

import sys

from app.database.engine import SeedbedEngine
from app.database.errors import DatabaseError
from app.settings import SettingsError, load_settings


def engine_from_environment() -> SeedbedEngine:
    """The engine of the settings; it connects to nothing yet.

    A setting that cannot be used ends the program with its sentence on stderr: piccolo_conf.py is
    imported by every command and by the server, and none can go on without it.
    """
    try:
        return SeedbedEngine(load_settings())
    except (SettingsError, DatabaseError) as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(1) from error
