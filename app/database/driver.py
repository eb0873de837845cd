"""The connection of asyncpg, with what a pool of ours has to know of it."""

from typing import TYPE_CHECKING, Any, TypeAlias

import asyncpg

if TYPE_CHECKING:
    _Connection: TypeAlias = asyncpg.Connection[asyncpg.Record]
else:
    _Connection = asyncpg.Connection  # takes no argument when the program runs


class DriverConnection(_Connection):
    """A connection that tells whether a cancelled statement has still to be ended."""

    __slots__ = ("_cut_off",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._cut_off = False

    def cut_off(self) -> None:
        """Note that a statement was cancelled.

        asyncpg prepares a statement without a Sync, as its execution follows. Cancelled in between
        it is neither executed nor ended: PostgreSQL would keep its locks until the next statement.
        """
        self._cut_off = True

    def is_settling(self) -> bool:
        """Whether a cancelled statement has to be ended before the next one."""
        settling: bool = self._protocol._is_cancelling()  # type: ignore[attr-defined]  # noqa: SLF001 - it has no public name
        return settling or self._cut_off

    async def settle(self) -> None:
        """End a cancelled statement."""
        await self._protocol._wait_for_cancellation()  # type: ignore[attr-defined]  # noqa: SLF001 - likewise
        if self._cut_off:
            await self.execute("SELECT 1")
            self._cut_off = False


class UnresetConnection(DriverConnection):
    """A connection to PgBouncer: `reset` sends nothing, as the session is nobody's."""

    __slots__ = ()

    def get_reset_query(self) -> str:
        """Nothing."""
        return ""
