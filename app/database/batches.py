"""Piccolo's batches, watched like every statement, on a connection that is always given back."""

from types import TracebackType
from typing import Any, Protocol

from piccolo.engine.postgres import AsyncBatch
from piccolo.query.base import Query

from app.database.connections import Connection
from app.database.errors import DatabaseUnavailable
from app.database.statements import StatementLog


class Host(Protocol):
    """What a batch needs of the engine."""

    log: StatementLog

    async def take(self) -> Connection: ...
    async def give_back(self, connection: Connection) -> None: ...
    def failure(
        self, error: BaseException, connection: Connection
    ) -> DatabaseUnavailable | None: ...


class Batch(AsyncBatch):
    """The rows of a query, some at a time: `async with await query.batch() as batch`.

    It counts as one statement; each portion is timed. Unlike Piccolo's, an exception inside the
    block leaves it.
    """

    connection: Connection

    def __init__(self, host: Host, query: Query[Any, Any], batch_size: int) -> None:
        self.host = host
        self.query = query
        self.batch_size = batch_size
        self.sql, self.arguments = query.querystrings[0].compile_string()

    async def __aenter__(self) -> "Batch":
        self.host.log.count(self.sql)
        self.connection = await self.host.take()
        try:
            with self.host.log.timed(self.sql):
                self._transaction = self.connection.transaction()
                await self._transaction.start()
                self._cursor = await self.connection.cursor(self.sql, *self.arguments)
        except BaseException as error:
            failure = self.host.failure(error, self.connection)
            await self._give_back()
            if failure:
                raise failure from error
            raise
        return self

    async def next(self) -> list[dict[str, object]]:
        """The next portion; empty at the end."""
        try:
            with self.host.log.timed(f"FETCH {self.batch_size}: {self.sql}"):
                return await super().next()
        except Exception as error:
            self._name_failure(error)
            raise

    async def __aexit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        try:
            if exception is None:
                await self.transaction.commit()
        except Exception as error:
            self._name_failure(error)
            raise
        finally:
            await self._give_back()
        return False

    def _name_failure(self, error: BaseException) -> None:
        if failure := self.host.failure(error, self.connection):
            raise failure from error

    async def _give_back(self) -> None:
        # An open transaction is undone by cutting the connection: asyncpg would warn about it.
        if not self.connection.is_closed() and self.connection.is_in_transaction():
            self.connection.terminate()
        await self.host.give_back(self.connection)
