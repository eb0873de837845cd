"""PgQueuer over our engine: its statements run where all others do, in the current transaction."""

import asyncio
from typing import Self

from pgqueuer.adapters.persistence.qb import (
    QueryBuilderEnvironment,
    QueryQueueBuilder,
    QuerySchedulerBuilder,
)
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.core.tm import TaskManager
from pgqueuer.domain.settings import DBSettings, Durability
from pgqueuer.domain.types import Channel
from pgqueuer.ports.driver import Driver, NotifyCallback

from app.database import SeedbedEngine

# All names are given: PgQueuer would read those that are not from variables such as CHANNEL.
NAMES = DBSettings(
    prefix="",
    db_schema="operations",
    channel=Channel("ch_pgqueuer"),
    function="fn_pgqueuer_changed",
    statistics_table="pgqueuer_statistics",
    queue_status_type="pgqueuer_status",
    queue_table="pgqueuer",
    queue_table_log="pgqueuer_log",
    trigger="tg_pgqueuer_changed",
    schedules_table="pgqueuer_schedules",
    durability=Durability.durable,
    widen_id=False,
)


class EngineDriver(Driver):
    """What PgQueuer asks of a driver, done by the engine; for enqueueing, and so without LISTEN."""

    def __init__(self, engine: SeedbedEngine) -> None:
        self.engine = engine
        self._shutdown = asyncio.Event()
        self._tasks = TaskManager()

    async def fetch(self, query: str, *args: object) -> list[dict[str, object]]:
        """The rows of one statement."""
        return [dict(row) for row in await self.engine.fetch(query, *args)]

    async def execute(self, query: str, *args: object) -> str:
        """Run one statement; the engine tells no status, and PgQueuer asks for none."""
        await self.engine.fetch(query, *args)
        return ""

    async def notify(self, channel: str, payload: str) -> None:
        """Tell whoever listens to the channel."""
        await self.engine.fetch("SELECT pg_notify($1, $2)", channel, payload)

    async def add_listener(self, channel: str, callback: NotifyCallback) -> None:
        """Refused: only the worker listens, on a connection of its own."""
        raise NotImplementedError("This driver does not listen.")

    @property
    def shutdown(self) -> asyncio.Event:
        """Set when no more work should be accepted."""
        return self._shutdown

    @property
    def tm(self) -> TaskManager:
        """The driver's background tasks: none."""
        return self._tasks

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        """Nothing: the engine belongs to others."""


def queries(driver: Driver) -> Queries:
    """PgQueuer's statements on our tables."""
    return Queries(
        driver,
        qbe=QueryBuilderEnvironment(NAMES),
        qbq=QueryQueueBuilder(NAMES),
        qbs=QuerySchedulerBuilder(NAMES),
    )
