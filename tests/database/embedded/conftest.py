"""Data folders and servers for the tests of the embedded server."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.database.embedded import EmbeddedServer
from tests.database.embedded.processes import execute


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder in /tmp that other users may enter; servers left in it are stopped."""
    path = Path(tempfile.mkdtemp(prefix="seedbed-test-"))
    path.chmod(0o755)
    yield path
    for pid in path.glob("**/postmaster.pid"):
        EmbeddedServer(pid.parent.parent).stop()
    shutil.rmtree(path)


@pytest.fixture(scope="module")
def data_dir() -> Iterator[Path]:
    """A data folder whose cluster holds a table; tests leave it as good as they found it."""
    path = Path(tempfile.mkdtemp(prefix="seedbed-test-"))
    path.chmod(0o755)
    server = EmbeddedServer(path / "data", durable=False)
    server.start()
    execute(server, "CREATE TABLE kept AS SELECT 42 AS answer")
    yield path / "data"
    server.stop()
    shutil.rmtree(path)


@pytest.fixture
def server(data_dir: Path) -> Iterator[EmbeddedServer]:
    """A stopped server in that folder."""
    server = EmbeddedServer(data_dir, durable=False)
    server.stop()
    yield server
    server.stop()


@pytest.fixture
def copied(server: EmbeddedServer, folder: Path) -> Path:
    """A data folder with a copy of that cluster, to be spoilt."""
    subprocess.run(["cp", "-a", server.data_dir, folder / "copied"], check=True)
    return folder / "copied"
