"""The one engine: Piccolo's, on the embedded server or on that of DATABASE_URL.

Everything goes through it: Piccolo's queries and our own statements, in a transaction, on a pooled
connection or on a new one. Each statement is watched (`statements`), and a read is repeated when
its connection was lost.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import replace
from typing import Any

import asyncpg
from piccolo.engine.postgres import PostgresEngine
from piccolo.query.base import Query
from piccolo.querystring import QueryString

from app.database.batches import Batch
from app.database.connections import Connection, Connector, close
from app.database.embedded import EmbeddedServer
from app.database.errors import DatabaseUnavailable, TransactionFault
from app.database.pool import ConnectionPool, PoolUse
from app.database.replicas import Replicas
from app.database.statements import (
    StatementLog,
    called_functions,
    is_read,
    leaves_no_trace,
)
from app.database.transactions import Isolation, SeedbedTransaction
from app.database.url import DatabaseUrl, parse_database_url
from app.settings import Settings

logger = logging.getLogger(__name__)

# Seconds before each repetition of a read: about three seconds in all, a quick restart.
RETRY_DELAYS = (0.05, 0.1, 0.2, 0.4, 0.8, 1.6)
# A statement that crashes the server must not do so again and again.
MOST_LOSSES = 3

EMBEDDED = "the address of the embedded server"  # in place of DATABASE_URL in messages
LISTEN_URL = "SEEDBED_LISTEN_URL"

VOLATILE = "SELECT EXISTS (SELECT FROM pg_proc WHERE proname = any($1) AND provolatile = 'v')"


class SeedbedEngine(PostgresEngine):
    """Piccolo's engine, which connects to nothing before it is first used.

    `extra_nodes` stays empty: `fetch(..., fresh=False)` chooses a replica by itself, never inside a
    transaction, and falls back to the primary, none of which Piccolo's `.run(node=...)` does.
    Raises InvalidDatabaseUrl when a URL in the settings cannot be understood.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.url: DatabaseUrl | None = (
            parse_database_url(settings.database_url) if settings.database_url else None
        )
        self.log = StatementLog(settings.slow_query_ms, log_all=settings.log_statements)
        # How long a statement waits for its turn in a transaction, in seconds.
        self.patience = settings.statement_timeout or None
        self.replicas = Replicas(settings, self.log)
        self._connector = None if self.url is None else Connector(self.url, settings)
        self._direct = _direct(settings)
        self._changing_pool: tuple[asyncio.AbstractEventLoop, asyncio.Lock] | None = None
        # What opens this task's connections instead of the pool: no_time_limit and elsewhere.
        self._apart: ContextVar[Connector | None] = ContextVar("apart", default=None)
        self._has_connected = False
        super().__init__(config={"database": "seedbed"})
        self.pool: ConnectionPool | None = None  # type: ignore[assignment]  # Piccolo's is asyncpg's

    async def check_version(self) -> None:
        """Nothing: Piccolo calls this at import; the version is checked on first use."""

    async def prep_database(self) -> None:
        """Nothing: no extension is needed."""

    # Connections

    async def connector(self) -> Connector:
        """What opens connections; starts the embedded server on first use when there is no URL."""
        if self._connector is None:
            server = EmbeddedServer(self.settings.data_dir)
            dsn = await asyncio.to_thread(server.start)
            self.url = parse_database_url(dsn, EMBEDDED)
            self._connector = Connector(self.url, self.settings, name=EMBEDDED)
        return self._connector

    async def listening_connector(self) -> Connector:
        """What opens connections that listen: those of SEEDBED_LISTEN_URL, where it is set."""
        return self._direct or await self.connector()

    async def get_new_connection(self) -> Connection:
        """A connection of its own, outside the pool; the caller closes it."""
        connection = await (await self.current()).connect()
        self._has_connected = True
        return connection

    async def start_connection_pool(self, **driver: object) -> None:
        """Open the pool, and those of the replicas; nothing happens when it is open.

        Raises DatabaseUnavailable, DatabaseTooOld or EmbeddedServerError.
        """
        if driver:
            raise TypeError("The pool is described by the settings, not by arguments.")
        async with self._pool_lock():
            if self.pool is not None:
                return
            pool = ConnectionPool(await self.connector(), self.settings)
            await pool.open()
            self._has_connected = True
            await self.replicas.open()
            self.pool = pool

    async def close_connection_pool(self) -> None:
        """Close the pools; connections that stay in use for ten seconds are cut."""
        async with self._pool_lock():
            await self.replicas.close()
            if self.pool is not None:
                await self.pool.close()
            self.pool = None

    def pool_use(self) -> PoolUse | None:
        """How the pool of this process is used at this moment; None where there is none."""
        return None if self.pool is None else self.pool.use

    def _pool_lock(self) -> asyncio.Lock:
        """Keeps two that start or close the pool apart; a lock belongs to one event loop."""
        loop = asyncio.get_running_loop()
        if self._changing_pool is None or self._changing_pool[0] is not loop:
            self._changing_pool = (loop, asyncio.Lock())
        return self._changing_pool[1]

    @asynccontextmanager
    async def no_time_limit(self) -> AsyncIterator[None]:
        """Within the block, this task's statements outside transactions may take for ever.

        Each has a connection of its own, beside the pool. A transaction sets this for itself.
        """
        async with self.elsewhere((await self.current()).without_time_limit()):
            yield

    @asynccontextmanager
    async def elsewhere(self, connector: Connector) -> AsyncIterator[None]:
        """Within the block, everything that this task asks for goes where `connector` leads.

        Each statement outside transactions has a connection of its own, beside the pool. A
        transaction that was begun before stays where it is, so there must be none.
        """
        if self.current_transaction.get() is not None:
            raise TransactionFault("Statements cannot go elsewhere within a transaction.")
        token = self._apart.set(connector)
        try:
            yield
        finally:
            self._apart.reset(token)

    async def current(self) -> Connector:
        """What opens the connections of this task."""
        return self._apart.get() or await self.connector()

    async def take(self, in_pool: bool = True) -> Connection:
        """A connection, pooled where there is a pool, to be given back."""
        pool = self._usable_pool() if in_pool else None
        return await (self.get_new_connection() if pool is None else pool.take())

    def _usable_pool(self) -> ConnectionPool | None:
        """The pool, unless this task's connections have to come from elsewhere."""
        pool = self.pool
        return pool if pool is not None and pool.usable and self._apart.get() is None else None

    async def give_back(self, connection: Connection, *, clean: bool = False) -> None:
        """Give back what `take` gave, in whatever state it is; `clean` as in the pool."""
        if self.pool is not None and connection in self.pool:
            await self.pool.give_back(connection, clean=clean)
        else:
            await close(connection)

    def failure(self, error: BaseException, connection: Connection) -> DatabaseUnavailable | None:
        """The error to raise when the connection, and not the statement, was at fault."""
        assert self._connector is not None
        return self._connector.failure(error, connection)

    # Statements

    def fetch(
        self, sql: str, *args: object, fresh: bool = True
    ) -> Coroutine[Any, Any, list[asyncpg.Record]]:
        """The rows of one statement: in the current transaction where there is one.

        `fresh=False` lets a read outside transactions go to a replica, which may lag.
        Raises asyncpg's errors for what the server refuses, and DatabaseError for the rest.
        """
        return self._run(sql, args, fresh=fresh)

    async def run_querystring(
        self, querystring: QueryString, in_pool: bool = True
    ) -> list[asyncpg.Record]:
        """The rows of a statement of Piccolo's."""
        sql, args = querystring.compile_string(engine_type=self.engine_type)
        return await self._run(sql, tuple(args), in_pool=in_pool)

    async def run_ddl(self, ddl: str, in_pool: bool = True) -> list[asyncpg.Record]:
        """Run a statement that defines something."""
        return await self._run(ddl, (), in_pool=in_pool)

    async def batch(
        self, query: Query[Any, Any], batch_size: int = 100, node: str | None = None
    ) -> Batch:
        """The rows of a query, some at a time; on a connection and in a transaction of its own."""
        if node is not None:
            raise ValueError("There are no extra nodes: see fetch(fresh=False).")
        return Batch(self, query, batch_size)

    def transaction(
        self,
        allow_nested: bool = True,
        *,
        isolation: Isolation | None = None,
        read_only: bool = False,
        deferrable: bool = False,
    ) -> SeedbedTransaction:
        """A transaction; inside another one, a savepoint. Use it with `async with`.

        The options belong to the outermost. `allow_nested=False` raises Piccolo's TransactionError
        where a transaction is active.
        """
        return SeedbedTransaction(
            self, allow_nested, isolation=isolation, read_only=read_only, deferrable=deferrable
        )

    async def _run(
        self, sql: str, args: tuple[object, ...], *, fresh: bool = True, in_pool: bool = True
    ) -> list[asyncpg.Record]:
        self.log.count(sql)
        transaction = self.current_transaction.get()
        if transaction is not None:
            assert isinstance(transaction, SeedbedTransaction)
            return await transaction.run(sql, args)
        if not fresh and self.replicas.usable and is_read(sql):
            rows = await self.replicas.fetch(sql, args)
            if rows is not None:
                return rows
        try:
            return await self._run_once(sql, args, in_pool=in_pool)
        except DatabaseUnavailable as error:
            if not (error.transient and self._has_connected and is_read(sql)):
                raise
            return await self._run_again(sql, args, error, in_pool=in_pool)

    async def _run_once(
        self, sql: str, args: tuple[object, ...], *, in_pool: bool, vet: bool = False
    ) -> list[asyncpg.Record]:
        pool = self._usable_pool() if in_pool else None
        # Nothing is awaited but the statement where a connection is free and stays as it was.
        connection = (pool and pool.free()) or await self.take(in_pool)
        clean = not vet and leaves_no_trace(sql)
        try:
            if vet and await connection.fetchval(VOLATILE, called_functions(sql)):
                raise _UnrepeatableError
            with self.log.timed(sql):
                return await connection.fetch(sql, *args)
        except asyncio.CancelledError:
            connection.cut_off()
            raise
        except Exception as error:
            if failure := self.failure(error, connection):
                raise failure from error
            raise
        finally:
            if not (clean and pool and pool.put_back(connection)):
                await self.give_back(connection, clean=clean)

    async def _run_again(
        self,
        sql: str,
        args: tuple[object, ...],
        error: DatabaseUnavailable,
        *,
        in_pool: bool,
    ) -> list[asyncpg.Record]:
        """Repeat a read until the server is back, for a few seconds.

        What it had begun may have been done, so a read that calls a volatile function, which may
        write, is not repeated; whether it does is asked of the server once that is back.
        """
        losses = 0
        for delay in RETRY_DELAYS:
            logger.info("A read is repeated in %g seconds: %s", delay, error)
            await asyncio.sleep(delay)
            try:
                return await self._run_once(sql, args, in_pool=in_pool, vet=True)
            except _UnrepeatableError:
                raise error from None
            except DatabaseUnavailable as again:
                losses += again.in_use
                if not again.transient or losses >= MOST_LOSSES:
                    raise
                error = again
        raise error


def _direct(settings: Settings) -> Connector | None:
    if settings.listen_url is None:
        return None
    url = parse_database_url(settings.listen_url, LISTEN_URL)
    return Connector(replace(url, pgbouncer=False), settings, name=LISTEN_URL)


class _UnrepeatableError(Exception):
    """A statement calls a function that may write."""
