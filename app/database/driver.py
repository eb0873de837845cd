"""The connection of asyncpg, with what a pool of ours has to know of it."""

from typing import TYPE_CHECKING, TypeAlias

import asyncpg

if TYPE_CHECKING:
    _Connection: TypeAlias = asyncpg.Connection[asyncpg.Record]
else:
    _Connection = asyncpg.Connection  # takes no argument when the program runs


class DriverConnection(_Connection):
    """A connection that tells whether a cancelled statement is still being ended."""

    __slots__ = ()

    def is_settling(self) -> bool:
        """Whether the next statement would first have to wait for the end of a cancelled one."""
        settling: bool = self._protocol._is_cancelling()  # type: ignore[attr-defined]  # noqa: SLF001 - it has no public name
        return settling

    async def settle(self) -> None:
        """Wait for the end of a cancelled statement."""
        await self._protocol._wait_for_cancellation()  # type: ignore[attr-defined]  # noqa: SLF001 - likewise


class UnresetConnection(DriverConnection):
    """A connection to PgBouncer: `reset` sends nothing, as the session is nobody's."""

    __slots__ = ()

    def get_reset_query(self) -> str:
        """Nothing."""
        return ""
