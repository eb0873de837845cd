"""A database for each test process, and the fixtures that everything else stands on."""

import functools
import importlib
import os
from collections.abc import AsyncIterator, Callable

import httpx
import pytest
from piccolo.engine.finder import engine_finder
from starlette.applications import Starlette

from app.database import SeedbedEngine
from app.jobs import JOB_TABLES
from app.live import FEED_TABLES
from app.tables import TABLES
from tests import databases


def pytest_configure(config: pytest.Config) -> None:
    """Give this process its own database, before any test module imports piccolo_conf.

    What the developer has set for the server plays no part. The process that only hands tests out
    to xdist's workers needs no database, but tidies up after workers that were killed.
    """
    url = "postgresql:///no-database-is-made-for-this-process"
    hands_out = config.getoption("numprocesses", None) and not hasattr(config, "workerinput")
    if not hands_out and not config.option.collectonly:
        url = databases.clone()
    databases.isolate(os.environ, url)
    config.add_cleanup(databases.release)


@pytest.fixture(scope="session")
async def engine() -> AsyncIterator[SeedbedEngine]:
    """The application's engine with its pool started, on this process's own database."""
    engine = engine_finder()
    assert isinstance(engine, SeedbedEngine)
    await engine.start_connection_pool()
    yield engine
    await engine.close_connection_pool()


@pytest.fixture
async def database(engine: SeedbedEngine) -> AsyncIterator[SeedbedEngine]:
    """The engine inside a transaction that is rolled back; those under test are savepoints."""
    async with engine.transaction() as transaction:
        yield engine
        await transaction.rollback()


@pytest.fixture
async def committed(engine: SeedbedEngine) -> AsyncIterator[SeedbedEngine]:
    """The engine for tests that really commit; afterwards every table is empty again."""
    yield engine
    tables = [table._meta.get_formatted_tablename() for table in TABLES]
    names = ", ".join([*tables, *JOB_TABLES, *FEED_TABLES])
    async with engine.transaction():
        # Append-only tables refuse TRUNCATE by trigger; a replica's session fires none.
        await engine.fetch("set local session_replication_role = replica")
        await engine.fetch(f"truncate {names} cascade")


@pytest.fixture(scope="session", params=["json", "rows"])
def mode(request: pytest.FixtureRequest) -> str:
    """How the server makes answers: finished JSON, or rows that graphql-core walks.

    Every test of the API runs in both, and must find the same.
    """
    return str(request.param)


@pytest.fixture(scope="session")
def applications(engine: SeedbedEngine) -> Callable[[str], Starlette]:
    """The whole application over the engine of the tests, by its mode; each is built once.

    Imported here, so that only the tests that need it pay for building the schema.
    """

    @functools.cache
    def application(mode: str) -> Starlette:
        built = importlib.import_module("app.schema").make_schema().variant(finish=mode == "json")
        made = importlib.import_module("app.application").create_app(engine, built)
        assert isinstance(made, Starlette)
        return made

    return application


@pytest.fixture
def application(applications: Callable[[str], Starlette], mode: str) -> Starlette:
    """The whole application in the mode of the test.

    Not kept for the session: folders replace `mode` with one of their own.
    """
    return applications(mode)


@pytest.fixture
async def client(application: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    """An HTTP client of the application, in this process and inside the test's own transaction."""
    transport = httpx.ASGITransport(application)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        yield client
