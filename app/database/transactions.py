"""Transactions and savepoints that always end, and that tasks running side by side may share.

Each `async with engine.transaction()` is a scope: the outermost one is a transaction, every one
inside it a savepoint. Two locks keep sibling tasks apart:

- the scope's *gate* is held for one statement, or by an inner scope for as long as that lives. So
  savepoints nest properly whatever the siblings do, and none of their statements slips into the
  savepoint of another; statements inside the inner scope pass its own gate.
- the transaction's *wire* is held while anything is sent. Ending a scope takes the wire alone: it
  must not wait for an inner scope that a forgotten task keeps open, and undoes that one instead.

A scope that has ended refuses every use, also by tasks that outlive it.
"""

# ruff: noqa: SLF001 - a scope and the one around it are objects of one class

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from types import TracebackType
from typing import Literal, Protocol, cast

import asyncpg
from piccolo.engine.base import validate_savepoint_name
from piccolo.engine.postgres import PostgresEngine, PostgresTransaction, Savepoint

from app.database.connections import DRIVER_ERRORS, Connection
from app.database.errors import (
    DatabaseError,
    DatabaseUnavailable,
    TransactionAborted,
    TransactionBusy,
    TransactionFault,
    TransactionOver,
)
from app.database.statements import StatementLog

logger = logging.getLogger(__name__)

Isolation = Literal["read_committed", "repeatable_read", "serializable"]


class Host(Protocol):
    """What a transaction needs of the engine."""

    log: StatementLog
    patience: float | None

    @property
    def current_transaction(self) -> ContextVar[PostgresTransaction | None]: ...

    async def take(self) -> Connection: ...
    async def give_back(self, connection: Connection) -> None: ...
    def failure(
        self, error: BaseException, connection: Connection
    ) -> DatabaseUnavailable | None: ...


class NamedSavepoint(Savepoint):
    """What `await tx.savepoint()` gives; `async with engine.transaction()` is the safer way."""

    transaction: "SeedbedTransaction"

    async def rollback_to(self) -> None:
        """Undo what was done since the savepoint."""
        await self.transaction.rollback_to(self.name)

    async def release(self) -> None:
        """Forget the savepoint, keeping what was done."""
        validate_savepoint_name(self.name)
        await self.transaction.execute(f"RELEASE SAVEPOINT {self.name}")


class SeedbedTransaction(PostgresTransaction):
    """One scope; made by `engine.transaction()`.

    `fetch` and `execute` may be used by several tasks at once; `connection` is asyncpg's own, for
    what only it can do (COPY), and is safe beside other tasks within `exclusive()`.
    """

    __slots__ = (
        "_child", "_gate", "_host", "_name", "_options", "_over", "_root", "_suspect",
        "_tainted", "_wire",
    )  # fmt: skip

    connection: Connection

    def __init__(
        self,
        host: Host,
        allow_nested: bool = True,
        *,
        isolation: Isolation | None = None,
        read_only: bool = False,
        deferrable: bool = False,
    ) -> None:
        super().__init__(cast("PostgresEngine", host), allow_nested)
        self._host = host
        self._options = (isolation, read_only, deferrable)
        self._gate = asyncio.Lock()
        self._wire = asyncio.Lock()
        self._root = self
        self._child: SeedbedTransaction | None = None
        self._over = False
        self._suspect = False  # a statement failed: the server may have aborted the transaction
        self._tainted = False
        self._name = ""

    # Begin

    async def __aenter__(self) -> "SeedbedTransaction":
        outer = self._host.current_transaction.get()
        if outer is None:
            await self._begin()
        else:
            assert isinstance(outer, SeedbedTransaction)
            await self._begin_inside(outer)
        self._host.current_transaction.set(self)
        return self

    async def _begin(self) -> None:
        self._parent = None
        isolation, read_only, deferrable = self._options
        # A pooled connection may have died unnoticed; nothing has been done on it yet.
        for last_try in (False, True):
            self.connection = await self._host.take()
            self.transaction = self.connection.transaction(
                isolation=isolation, readonly=read_only, deferrable=deferrable
            )
            try:
                with self._host.log.timed("BEGIN"):
                    await self.transaction.start()
            except BaseException as error:
                failure = self._host.failure(error, self.connection)
                if not self.connection.is_closed():
                    self.connection.terminate()
                await self._host.give_back(self.connection)
                if failure is None:
                    raise
                if last_try:
                    raise failure from error
            else:
                return

    async def _begin_inside(self, outer: "SeedbedTransaction") -> None:
        if any(self._options):
            raise TransactionFault(
                "Isolation, read-only and deferrable belong to the outermost transaction: a"
                " transaction is already active here."
            )
        self._parent = outer
        self._root = outer._root
        self._wire = outer._wire
        await outer._enter(outer._gate)
        try:
            async with self._wire:
                outer._check_open()
                self.connection = outer.connection
                self._name = f"seedbed_{self._root.get_savepoint_id()}"
                await self._control(f"SAVEPOINT {self._name}")
        except BaseException as error:
            outer._suspect = True
            outer._gate.release()
            if failure := self._host.failure(error, outer.connection):
                raise failure from error
            raise
        outer._child = self

    # Use

    async def fetch(self, sql: str, *args: object) -> list[asyncpg.Record]:
        """The rows of one statement, run when its turn comes."""
        self._host.log.count(sql)
        return await self.run(sql, args)

    async def execute(self, sql: str, *args: object) -> str:
        """The status of a statement (or, without arguments, of the last of several)."""
        self._host.log.count(sql)
        async with self.exclusive() as connection:
            with self._host.log.timed(sql):
                return await connection.execute(sql, *args)

    async def run(self, sql: str, args: tuple[object, ...]) -> list[asyncpg.Record]:
        """As `fetch`, for a caller that has counted the statement."""
        async with self.exclusive() as connection:
            with self._host.log.timed(sql):
                return await connection.fetch(sql, *args)

    @asynccontextmanager
    async def exclusive(self) -> AsyncIterator[Connection]:
        """The connection, for as long as the block lasts for this task alone.

        Inside the block only this connection may be used: `fetch` and `engine` would wait for ever.
        """
        scope = self._innermost()
        scope._check_open()
        await scope._enter(scope._gate)
        try:
            async with scope._wire:
                scope._check_open()
                try:
                    yield scope.connection
                except BaseException as error:
                    scope._suspect = True
                    if failure := self._host.failure(error, scope.connection):
                        raise failure from error
                    raise
                scope._suspect = False
        finally:
            scope._gate.release()

    def _innermost(self) -> "SeedbedTransaction":
        """The scope inside this one where the calling task now is, or else this one."""
        current = self._host.current_transaction.get()
        scope = current
        while isinstance(scope, SeedbedTransaction) and scope is not self:
            scope = scope._parent
        return current if scope is self and isinstance(current, SeedbedTransaction) else self

    async def _enter(self, lock: asyncio.Lock) -> None:
        if not lock.locked():
            await lock.acquire()
            return
        try:
            async with asyncio.timeout(self._host.patience) as limit:
                await lock.acquire()
        except TimeoutError as error:
            if not limit.expired():
                raise
            raise TransactionBusy(
                f"A statement waited {self._host.patience:g} seconds for its turn: another task"
                " holds an inner transaction open, and perhaps waits for this one."
            ) from error

    def _check_open(self) -> None:
        if self._over:
            raise TransactionOver(
                "This transaction has ended; a task that was started inside it must end before it"
                " does, or be started after it."
            )

    # Piccolo's savepoints

    async def savepoint(self, name: str | None = None) -> NamedSavepoint:
        """A savepoint by hand, without a scope: siblings are not kept out of it."""
        name = name or f"savepoint_{self._root.get_savepoint_id()}"
        validate_savepoint_name(name)
        await self.execute(f"SAVEPOINT {name}")
        return NamedSavepoint(name, self)

    async def rollback_to(self, savepoint_name: str) -> None:
        """Undo what was done since the savepoint of that name."""
        validate_savepoint_name(savepoint_name)
        await self.execute(f"ROLLBACK TO SAVEPOINT {savepoint_name}")

    # End

    async def commit(self) -> None:
        """End the scope now, keeping what was done; the rest of the block cannot use it.

        Raises TransactionAborted when a statement failed and nothing can be kept.
        """
        self._check_open()
        await self._end(keep=True)

    async def rollback(self) -> None:
        """End the scope now, undoing what was done; the rest of the block cannot use it."""
        self._check_open()
        await self._end(keep=False)

    async def __aexit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        try:
            if not self._committed and not self._rolled_back:
                await self._end_block(exception)
        finally:
            if self._host.current_transaction.get() is self:
                self._host.current_transaction.set(self._parent)
            if isinstance(self._parent, SeedbedTransaction):
                self._parent._child = None
                self._parent._gate.release()
            else:
                self._over = True
                await self._host.give_back(self.connection)
        return False

    async def _end_block(self, exception: BaseException | None) -> None:
        if exception is None:
            await self._end(keep=True)
            return
        try:
            await self._end(keep=False)
        except (DatabaseError, *DRIVER_ERRORS) as error:
            # The block's own exception tells more; the work is undone either way.
            logger.info("A rollback met %s", type(error).__name__)

    async def _end(self, *, keep: bool) -> None:
        undone_outside = self._over
        abandoned = self._close()
        aborted = False
        try:
            async with self._wire:
                parent = self._parent
                if isinstance(parent, SeedbedTransaction) and (undone_outside or parent._over):
                    raise TransactionOver(
                        "The outer transaction ended before this block did, and undid its work."
                    )
                aborted = self._tainted or (self._suspect and await self._is_aborted())
                self._committed = keep and not aborted
                self._rolled_back = not self._committed
                if abandoned is not None and self._committed:
                    await self._control(f"ROLLBACK TO SAVEPOINT {abandoned._name}")
                await (self._keep() if self._committed else self._undo())
        except TransactionOver:
            raise
        except BaseException as error:
            if isinstance(self._parent, SeedbedTransaction):
                # Half-ended: the outer scope may hold what this one meant to undo.
                self._parent._tainted = True
            if failure := self._host.failure(error, self.connection):
                raise failure from error
            raise
        if aborted and keep:
            raise TransactionAborted(
                "A statement in this transaction failed, so nothing in it was kept; put a statement"
                " that may fail into an inner transaction of its own."
            )

    async def _keep(self) -> None:
        if self._parent is not None:
            await self._control(f"RELEASE SAVEPOINT {self._name}")
        else:
            with self._host.log.timed("COMMIT"):
                await self.transaction.commit()

    async def _undo(self) -> None:
        if self._parent is not None:
            await self._control(
                f"ROLLBACK TO SAVEPOINT {self._name}; RELEASE SAVEPOINT {self._name}"
            )
        else:
            with self._host.log.timed("ROLLBACK"):
                await self.transaction.rollback()

    async def _control(self, sql: str) -> None:
        with self._host.log.timed(sql):
            await self.connection.execute(sql)

    async def _is_aborted(self) -> bool:
        """A COMMIT would undo an aborted transaction without a word."""
        try:
            await self.connection.execute("SELECT 1")
        except asyncpg.InFailedSQLTransactionError:
            return True
        return False

    def _close(self) -> "SeedbedTransaction | None":
        """Refuse all further use, here and in the scopes still open inside: the next of those."""
        abandoned = None if self._child is None or self._child._over else self._child
        scope: SeedbedTransaction | None = self
        while scope is not None:
            scope._over = True
            scope = scope._child
        return abandoned
