"""The beginning and the end of the application: its pool, its records, what forbids its start."""

import logging
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext

from asyncpg import UndefinedTableError
from starlette.types import Receive, Send

from app.actions import configuration
from app.actions.statistics import SlowStatementRecorder
from app.database import DatabaseError, SeedbedEngine
from app.live import hub_of
from app.settings import cautions
from app.tables import User
from seeds.identity import DEMO_HASH

logger = logging.getLogger(__name__)


class Lifespan:
    """ASGI's lifespan over one engine; what prevents the start is told in one sentence."""

    def __init__(
        self,
        engine: SeedbedEngine,
        beside: Callable[[], AbstractAsyncContextManager[None]] = nullcontext,
    ) -> None:
        """`beside` gives what runs as long as the application does, such as a worker."""
        self._engine = engine
        self._beside = beside

    async def __call__(self, receive: Receive, send: Send) -> None:
        """Start, wait for the end, and stop."""
        await receive()
        try:
            await self._engine.start_connection_pool()
            problem = await self._problem()
        except DatabaseError as error:
            problem = str(error)
        if problem:
            await self._engine.close_connection_pool()
            await send({"type": "lifespan.startup.failed", "message": problem})
            return
        for caution in cautions(self._engine.settings):
            logger.warning("%s", caution)
        recorder = SlowStatementRecorder(self._engine)
        recorder.start()
        configuration.follow(self._engine)
        async with self._beside():
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await hub_of(self._engine).stop()
        await recorder.stop()
        await self._engine.close_connection_pool()
        await send({"type": "lifespan.shutdown.complete"})

    async def _problem(self) -> str:
        """Why this must not be served, if there is a reason."""
        if self._engine.settings.environment != "production":
            return ""
        query = User.exists().where((User.password_hash == DEMO_HASH) & User.deleted_at.is_null())
        try:
            (row,) = await self._engine.run_querystring(query.querystrings[0])
        except UndefinedTableError:
            return ""  # nothing is migrated yet: /readyz says so
        if not row["exists"]:
            return ""
        return (
            "Demo users, whose password is public, are in this database: delete them or change"
            " their passwords before it is served in production."
        )
