"""A database of its own for each test that changes the schema."""

import asyncio
import os
import secrets
from collections.abc import AsyncIterator

import pytest

from app.database import SeedbedEngine, parse_database_url
from app.database.connections import Connector
from tests import databases


@pytest.fixture
async def scratch(engine: SeedbedEngine) -> AsyncIterator[Connector]:
    """What leads to a migrated database that the test may spoil: see `engine.elsewhere`."""
    server = databases.server()
    name = f"seedbed_scratch_{os.getpid()}_{secrets.token_hex(3)}"
    await asyncio.to_thread(server.create_database, name, databases.template())
    yield Connector(parse_database_url(server.dsn(name)), engine.settings)
    await asyncio.to_thread(server.drop_database, name)
