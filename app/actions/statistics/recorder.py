"""The server's own record of slow statements: collected in the process, written in the background.

Nothing here can hurt a request: `note` only adds to a dictionary of limited size, and what is
written goes over a connection of its own, never within a caller's transaction.
"""

import asyncio
import hashlib
import logging
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from app.database import DatabaseError, SeedbedEngine
from app.database.connections import DRIVER_ERRORS, close

logger = logging.getLogger(__name__)

INTERVAL = 5.0  # seconds between two writes
TIMEOUT = 5.0  # seconds for one write
MOST_COLLECTED = 500  # statements between two writes, per process
MOST_KEPT = 5_000  # rows of the table
LONGEST_SQL = 20_000  # characters; what is longer is cut, and cannot be explained
LONGEST_OPERATION = 200

_WRITE = """
insert into operations.slow_statements as known
  (fingerprint, operation, sql, calls, total_ms, max_ms, last_seen_at)
select * from unnest(
  $1::text[], $2::text[], $3::text[], $4::bigint[], $5::float8[], $6::float8[], $7::timestamptz[]
)
on conflict (fingerprint, operation) do update set
  calls = known.calls + excluded.calls,
  total_ms = known.total_ms + excluded.total_ms,
  max_ms = greatest(known.max_ms, excluded.max_ms),
  last_seen_at = greatest(known.last_seen_at, excluded.last_seen_at)
"""
_TRIM = """
delete from operations.slow_statements where id in (
  select id from operations.slow_statements
  order by last_seen_at desc offset $1 for update skip locked
)
"""

_SPACE = re.compile(r"\s+")
_ARGUMENTS = re.compile(r"\$\d+(?:, ?\$\d+)+")
_NUMBERED = re.compile(r"\bseedbed_\d+")  # savepoints
_FETCH = re.compile(r"FETCH \d+: ")  # how a batch names its portions


@dataclass(slots=True)
class _Sum:
    sql: str
    calls: int
    total_ms: float
    max_ms: float
    last_seen_at: datetime

    def add(self, other: "_Sum") -> None:
        self.calls += other.calls
        self.total_ms += other.total_ms
        self.max_ms = max(self.max_ms, other.max_ms)
        self.last_seen_at = max(self.last_seen_at, other.last_seen_at)


_Key = tuple[str, str]  # fingerprint and operation


def fingerprint(sql: str) -> str:
    """SHA-256 in hex: the same for statements that differ in white space or lengths of lists."""
    text = _SPACE.sub(" ", sql).strip()
    text = _NUMBERED.sub("seedbed", _ARGUMENTS.sub("$n", text))
    return hashlib.sha256(text.encode()).hexdigest()


class SlowStatementRecorder:
    """Keeps the slow statements of one engine in operations.slow_statements.

    `start()` and `stop()` belong into the application's life; `flush()` writes at once.
    """

    def __init__(self, engine: SeedbedEngine, *, interval: float = INTERVAL) -> None:
        self._engine = engine
        self._interval = interval
        self._sums: dict[_Key, _Sum] = {}
        self._left_out = 0
        self._failing = False
        self._stopping = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Watch the engine's statements, and write what was slow every few seconds."""
        self._stopping.clear()
        self._engine.log.on_slow = self.note
        self._task = asyncio.create_task(self._write_now_and_then())

    async def stop(self) -> None:
        """Watch no longer, and write what is left."""
        self._engine.log.on_slow = None
        self._stopping.set()
        if self._task is not None:
            await self._task
            self._task = None

    def note(self, sql: str, seconds: float, operation: str | None) -> None:
        """Add one slow statement to what will be written."""
        sql = _FETCH.sub("", sql, count=1) if sql.startswith("FETCH ") else sql
        key = (fingerprint(sql), (operation or "")[:LONGEST_OPERATION])
        ms = seconds * 1000
        self._add(key, _Sum(sql[:LONGEST_SQL], 1, ms, ms, datetime.now(UTC)))

    async def flush(self) -> None:
        """Write what was collected; what cannot be written is kept for the next time.

        Never fails: a failure is logged, once until it works again.
        """
        sums, self._sums = self._sums, {}
        left_out, self._left_out = self._left_out, 0
        if left_out:
            logger.warning("%d slow statements more were too many to be recorded.", left_out)
        if not sums:
            return
        try:
            async with asyncio.timeout(TIMEOUT):
                await self._write(sums)
        except (DatabaseError, *DRIVER_ERRORS, TimeoutError) as error:
            for key, one in sums.items():
                self._add(key, one)
            if not self._failing:
                words = str(error) or type(error).__name__
                logger.warning("Slow statements cannot be recorded for now: %s", words)
            self._failing = True
        else:
            self._failing = False

    def _add(self, key: _Key, one: _Sum) -> None:
        known = self._sums.get(key)
        if known is not None:
            known.add(one)
        elif len(self._sums) < MOST_COLLECTED:
            self._sums[key] = one
        else:
            self._left_out += 1

    async def _write(self, sums: dict[_Key, _Sum]) -> None:
        # In the order of the key: two processes that write the same rows wait, and do not deadlock.
        rows = [(*key, sums[key]) for key in sorted(sums)]
        connection = await self._engine.get_new_connection()
        try:
            await connection.execute(
                _WRITE,
                [row[0] for row in rows],
                [row[1] for row in rows],
                [row[2].sql for row in rows],
                [row[2].calls for row in rows],
                [row[2].total_ms for row in rows],
                [row[2].max_ms for row in rows],
                [row[2].last_seen_at for row in rows],
            )
            await connection.execute(_TRIM, MOST_KEPT)
        finally:
            await close(connection)

    async def _write_now_and_then(self) -> None:
        while not self._stopping.is_set():
            try:
                async with asyncio.timeout(self._interval):
                    await self._stopping.wait()
            except TimeoutError:
                pass
            await self.flush()
