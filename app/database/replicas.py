"""Read replicas: reads that may be a little old go to them in turn, as long as they answer.

A replica that does not answer is left alone for a while and its reads go to the others, or to the
primary; nobody but the log notices. How far a replica lags is not looked at: `fresh=False` says
that it does not matter. Nothing inside a transaction comes here.
"""

import asyncio
import logging
import time
from collections.abc import Sequence
from itertools import count

import asyncpg

from app.database.connections import Connector
from app.database.errors import DatabaseTooOld, DatabaseUnavailable, PoolTimeout
from app.database.pool import ConnectionPool
from app.database.statements import StatementLog, leaves_no_trace
from app.database.url import parse_database_url
from app.settings import Settings

logger = logging.getLogger(__name__)

REST = 15.0  # seconds a replica that failed is left alone

# What a replica says that the primary may not: it cancelled the read in favour of what the primary
# has since done, or it lacks what a migration has made there and will be with it in a moment.
_BEHIND = (
    asyncpg.SerializationError,
    asyncpg.UndefinedTableError,
    asyncpg.UndefinedColumnError,
    asyncpg.UndefinedFunctionError,
    asyncpg.UndefinedObjectError,
)


class _Replica:
    def __init__(self, connector: Connector, pool: ConnectionPool) -> None:
        self.connector = connector
        self.pool = pool
        self.resting_until = 0.0
        self.failed = False


class Replicas:
    """The replicas of `settings.replica_urls`, each with a pool of its own."""

    def __init__(self, settings: Settings, log: StatementLog, *, rest: float = REST) -> None:
        self.log = log
        self.rest = rest
        self._replicas: list[_Replica] = []
        for number, text in enumerate(settings.replica_urls, start=1):
            name = f"REPLICA_URLS (number {number})"
            connector = Connector(
                parse_database_url(text, name), settings, name=name, read_only=True
            )
            self._replicas.append(
                _Replica(connector, ConnectionPool(connector, settings, lazy=True))
            )
        self._turn = count()
        self._open = False

    @property
    def usable(self) -> bool:
        """Whether there are any, opened in the event loop that now runs."""
        return self._open and bool(self._replicas) and self._replicas[0].pool.usable

    async def open(self) -> None:
        """Make the pools; no replica is connected to before it is needed."""
        for replica in self._replicas:
            await replica.pool.open()
        self._open = True

    async def close(self) -> None:
        """Close the pools."""
        self._open = False
        for replica in self._replicas:
            await replica.pool.close()

    async def fetch(self, sql: str, args: Sequence[object]) -> list[asyncpg.Record] | None:
        """The rows of a read from the next replica that answers; None when none does."""
        start = next(self._turn)
        for offset in range(len(self._replicas)):
            replica = self._replicas[(start + offset) % len(self._replicas)]
            if replica.resting_until > time.monotonic():
                continue
            try:
                rows = await self._fetch_from(replica, sql, args)
            except (DatabaseUnavailable, DatabaseTooOld, PoolTimeout) as error:
                self._rest(replica, error)
            except _BEHIND:
                continue
            else:
                if replica.failed:
                    replica.failed = False
                    logger.info("The replica at %s answers again.", replica.connector.url.place)
                return rows
        return None

    async def _fetch_from(
        self, replica: _Replica, sql: str, args: Sequence[object]
    ) -> list[asyncpg.Record]:
        connection = await replica.pool.take()
        try:
            with self.log.timed(sql):
                return await connection.fetch(sql, *args)
        except asyncio.CancelledError:
            connection.cut_off()
            raise
        except Exception as error:
            if failure := replica.connector.failure(error, connection):
                raise failure from error
            raise
        finally:
            await replica.pool.give_back(connection, clean=leaves_no_trace(sql))

    def _rest(self, replica: _Replica, error: Exception) -> None:
        replica.resting_until = time.monotonic() + self.rest
        if not replica.failed:
            replica.failed = True
            logger.warning(
                "The replica at %s is left out and tried again every %g seconds: %s",
                replica.connector.url.place,
                self.rest,
                error,
            )
