"""Databases, and projects that migrate them."""

import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest

from app.database import EmbeddedServer
from tests.database.migrations.toys import APP, CONFIGURATION, PROJECT, Project


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedServer]:
    folder = Path(tempfile.mkdtemp(prefix="seedbed-test-"))
    folder.chmod(0o755)
    server = EmbeddedServer(folder / "data", durable=False)
    server.start()
    yield server
    server.stop()
    shutil.rmtree(folder)


@pytest.fixture
def database(server: EmbeddedServer) -> Iterator[str]:
    """The address of an empty database."""
    server.create_database("migrated")
    yield server.dsn("migrated")
    server.drop_database("migrated")


@pytest.fixture
async def connection(database: str) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    connection = await asyncpg.connect(database)
    yield connection
    await connection.close()


@pytest.fixture
def project(tmp_path: Path, database: str) -> Iterator[Project]:
    """A project without migrations."""
    (tmp_path / "toy" / "toy_migrations").mkdir(parents=True)
    (tmp_path / "piccolo_conf.py").write_text(CONFIGURATION)
    (tmp_path / "toy" / "piccolo_app.py").write_text(APP)
    project = Project(tmp_path, database)
    yield project
    project.end()


@pytest.fixture
def real(database: str) -> Iterator[Project]:
    """The real project, on that database."""
    project = Project(PROJECT, database)
    yield project
    project.end()
