"""Databases of their own for commands that change the schema, or save or replace all rows."""

import asyncio
import os
import secrets
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from app.commands import archives
from app.commands.archives import Backup
from app.commands.backup import write_backup
from app.commands.export import write_export
from app.database import SeedbedEngine, parse_database_url
from app.database.connections import Connector
from app.settings import load_settings
from seeds import runner
from tests import databases


@pytest.fixture
async def scratch(engine: SeedbedEngine) -> AsyncIterator[Connector]:
    """What leads to a migrated database that the test may spoil: see `engine.elsewhere`."""
    server = databases.server()
    name = f"seedbed_scratch_{os.getpid()}_{secrets.token_hex(3)}"
    await asyncio.to_thread(server.create_database, name, databases.template())
    yield Connector(parse_database_url(server.dsn(name)), engine.settings)
    await asyncio.to_thread(server.drop_database, name)


def _engine() -> Iterator[SeedbedEngine]:
    with databases.another() as url:
        yield SeedbedEngine(load_settings(databases.environment(url)))


@pytest.fixture
def spare() -> Iterator[SeedbedEngine]:
    """An engine without a pool on an empty, migrated database that is dropped afterwards."""
    yield from _engine()


@pytest.fixture(scope="session")
async def seeded() -> AsyncIterator[SeedbedEngine]:
    """An engine on a database with the seed data, made once: tests only read it."""
    with databases.another() as url:
        engine = SeedbedEngine(load_settings(databases.environment(url)))
        await runner.seed(engine)
        yield engine


@pytest.fixture(scope="session")
async def saved_backup(seeded: SeedbedEngine, tmp_path_factory: pytest.TempPathFactory) -> Backup:
    """A backup of the seed data, made once: tests copy it."""
    folder = tmp_path_factory.mktemp("backups")
    with archives.locked(folder):
        return await write_backup(seeded, folder)


@pytest.fixture(scope="session")
async def saved_export(seeded: SeedbedEngine, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An export of the seed data with their secrets, made once: tests copy it."""
    folder = tmp_path_factory.mktemp("exports") / "export"
    await write_export(seeded, folder, with_secrets=True)
    return folder


@pytest.fixture
def folder(saved_export: Path, tmp_path: Path) -> Path:
    """An export of the seed data with their secrets, for this test alone."""
    return shutil.copytree(saved_export, tmp_path / "export")


@pytest.fixture
def hand(tmp_path: Path) -> Path:
    """A folder without a manifest, for files written by hand."""
    (tmp_path / "hand").mkdir()
    return tmp_path / "hand"
