"""A time limit for each request, at the cost of an entry in a dictionary."""

import asyncio
from types import TracebackType


class Deadlines:
    """Time limits of one length; a single timer looks after all of them.

    `asyncio.timeout` sets and cancels a timer each time. As these last equally long, whichever
    began first ends first, and the timer has to be set only for that one.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._ends: dict[_Limit, float] = {}  # by the loop's clock, earliest first
        self._timer: asyncio.TimerHandle | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def limit(self) -> "_Limit":
        """A context manager whose block raises TimeoutError when it lasts too long."""
        return _Limit(self)

    def _begin(self, limit: "_Limit") -> None:
        loop = asyncio.get_running_loop()
        end = loop.time() + self._seconds
        if self._loop is not loop:
            self._loop, self._timer = loop, None
        self._ends[limit] = end
        if self._timer is None:
            self._timer = loop.call_at(end, self._look)

    def _end(self, limit: "_Limit") -> None:
        self._ends.pop(limit, None)

    def _look(self) -> None:
        """End the blocks whose time has come; look again when the next one's has."""
        assert self._loop is not None
        now = self._loop.time()
        self._timer = None
        for limit, end in list(self._ends.items()):
            if end > now:
                self._timer = self._loop.call_at(end, self._look)
                return
            del self._ends[limit]
            limit.expire()


class _Limit:
    """One block's; it cancels the task and takes the cancelling back, as `asyncio.timeout` does."""

    __slots__ = ("_cancelling", "_deadlines", "_expired", "_task")

    def __init__(self, deadlines: Deadlines) -> None:
        self._deadlines = deadlines
        self._expired = False

    def __enter__(self) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._task = task
        self._cancelling = task.cancelling()
        self._deadlines._begin(self)  # noqa: SLF001 - the two are one

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._deadlines._end(self)  # noqa: SLF001 - likewise
        if not self._expired:
            return
        # Somebody else may have cancelled the task as well: then it stays cancelled.
        others = self._task.uncancel() > self._cancelling
        if not others and kind is not None and issubclass(kind, asyncio.CancelledError):
            raise TimeoutError from error

    def expire(self) -> None:
        """The time is over."""
        self._expired = True
        self._task.cancel()
