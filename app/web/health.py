"""Health for load balancers: is the process up, and can it answer with data."""

import asyncio
import logging

import asyncpg
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Route

from app.database import DatabaseError, SeedbedEngine
from app.database.migrations import pending_migrations

_log = logging.getLogger(__name__)

_TIMEOUT = 2.0  # seconds: a balancer that waits longer has given up
# Also what the driver says itself: a role may connect and yet have no rights to read.
_FAILURES = (DatabaseError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError)
_NO_STORE = {"Cache-Control": "no-store"}


def routes(engine: SeedbedEngine) -> list[BaseRoute]:
    """`/healthz` touches nothing but this process; `/readyz` asks the database."""

    async def healthz(_: Request) -> JSONResponse:
        return JSONResponse({"status": "ok"}, headers=_NO_STORE)

    async def readyz(_: Request) -> JSONResponse:
        database = await _database(engine)
        # Without a database nothing is known of its migrations, and asking would wait once more.
        migrations = await _migrations(engine) if database == "ok" else "unknown"
        ready = database == migrations == "ok"
        checks = {"database": database, "migrations": migrations}
        return JSONResponse(
            {"status": "ok" if ready else "unavailable", "checks": checks},
            status_code=200 if ready else 503,
            headers=_NO_STORE,
        )

    return [Route("/healthz", healthz), Route("/readyz", readyz)]


async def _database(engine: SeedbedEngine) -> str:
    try:
        async with asyncio.timeout(_TIMEOUT):
            await engine.fetch("select 1")
    except _FAILURES as error:
        _log.warning("Not ready: the database does not answer (%s)", _words(error))
        return "unavailable"
    return "ok"


async def _migrations(engine: SeedbedEngine) -> str:
    try:
        async with asyncio.timeout(_TIMEOUT):
            pending = await pending_migrations(engine)
    except _FAILURES as error:
        _log.warning("Not ready: the migrations cannot be compared (%s)", _words(error))
        return "unknown"
    return "pending" if pending else "ok"


def _words(error: BaseException) -> str:
    """What an error says, or what it is called when it says nothing."""
    return str(error) or type(error).__name__
