"""A server of their own for the tests of the engine, which restart it and cut its connections."""

import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from app.database.embedded import EmbeddedServer
from app.database.engine import SeedbedEngine
from app.settings import Settings

MakeEngine = Callable[..., Awaitable[SeedbedEngine]]


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedServer]:
    """A running server with the database `seedbed` that nobody else uses."""
    folder = Path(tempfile.mkdtemp(prefix="seedbed-test-"))
    folder.chmod(0o755)
    server = EmbeddedServer(folder / "data", durable=False)
    server.start()
    yield server
    server.stop()
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def dsn(postgres: EmbeddedServer, request: pytest.FixtureRequest) -> Iterator[str]:
    """An empty database for the tests of one file."""
    name = request.path.stem
    postgres.create_database(name)
    yield postgres.dsn(name)
    postgres.start()
    postgres.drop_database(name)


@pytest.fixture
async def make_engine(dsn: str) -> AsyncIterator[MakeEngine]:
    """Makes engines on the file's database: settings as arguments, `started=False` without pool."""
    engines: list[SeedbedEngine] = []

    async def make(*, started: bool = True, **settings: object) -> SeedbedEngine:
        values = {"database_url": dsn, "pool_max_size": 4, "pool_timeout": 5.0} | settings
        engine = SeedbedEngine(Settings(**values))  # type: ignore[arg-type]  # names checked there
        engines.append(engine)
        if started:
            await engine.start_connection_pool()
        return engine

    yield make
    for engine in engines:
        await engine.close_connection_pool()


@pytest.fixture
async def engine(make_engine: MakeEngine) -> SeedbedEngine:
    """An engine with a pool of at most four connections."""
    return await make_engine()


@pytest.fixture
async def notes(engine: SeedbedEngine) -> AsyncIterator[str]:
    """An empty table `notes(id int primary key, text text)`: its name."""
    await engine.run_ddl("CREATE TABLE public.notes (id int PRIMARY KEY, text text)")
    yield "notes"
    await engine.run_ddl("DROP TABLE public.notes")
