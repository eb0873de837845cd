"""Databases of their own for commands that replace what a database holds."""

from collections.abc import Iterator

import pytest

from app.database import SeedbedEngine
from app.settings import load_settings
from tests import databases


def _engine() -> Iterator[SeedbedEngine]:
    with databases.another() as url:
        yield SeedbedEngine(load_settings(databases.environment(url)))


@pytest.fixture
def scratch() -> Iterator[SeedbedEngine]:
    """An engine without a pool on an empty, migrated database that is dropped afterwards."""
    yield from _engine()


@pytest.fixture
def other_scratch() -> Iterator[SeedbedEngine]:
    """A second one."""
    yield from _engine()
