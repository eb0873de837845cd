"""Limits that all server processes share: waits that grow with the attempts, and calls by keys.

They are counted in `operations.rate_limits`, past any transaction: an attempt counts although what
was attempted fails. The retention command deletes what counts no longer.
"""

import asyncio
import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import IPv6Address, ip_address
from typing import Any
from uuid import UUID

from app.bridge import BridgeError
from app.database import SeedbedEngine

_DAY = timedelta(days=1)


class RateLimited(BridgeError):
    """Too many attempts; `retry_after` is the number of seconds until the next one may succeed."""

    code = "RATE_LIMITED"

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"too many attempts; try again in {retry_after} s")
        self.retry_after = retry_after
        self.extensions = {"code": self.code, "retryAfter": retry_after}


@dataclass(frozen=True, slots=True)
class Limit:
    """So many attempts a day (UTC) are free; then each waits for twice as long as the one before.

    `first` and `longest` are the first wait and the longest, in seconds.
    """

    name: str
    free: int
    first: int
    longest: int


_WAIT = "make_interval(secs => least($3 * power(2, least(seen.attempts - $4, 30)), $5))"

_COUNT = f"""
insert into operations.rate_limits as seen (key, window_start, attempts, expires_at)
values ($1, $2, 1, $6)
on conflict (key, window_start) do update set attempts = seen.attempts + 1
where seen.attempts < $4 or seen.updated_at + {_WAIT} <= clock_timestamp()
returning attempts
"""  # noqa: S608 - made of constants

_LEFT = f"""
select extract(epoch from least(seen.updated_at + {_WAIT}, $6) - clock_timestamp()) as seconds
from operations.rate_limits seen where key = $1 and window_start = $2
"""  # noqa: S608 - likewise


async def count(engine: SeedbedEngine, limit: Limit, subject: str) -> None:
    """Count an attempt by `subject`. Raises RateLimited, and counts nothing, when it is too early.

    Of attempts at the same moment one is counted after the other, so that a crowd gets no further
    than a queue would. Call it outside transactions.
    """
    start = _today()
    values = (
        _key(limit, subject),
        start,
        float(limit.first),
        limit.free,
        float(limit.longest),
        start + _DAY,
    )
    if await engine.fetch(_COUNT, *values):
        return
    left = await engine.fetch(_LEFT, *values)
    # Another process may have forgotten the attempts since.
    raise RateLimited(max(1, math.ceil(left[0]["seconds"])) if left else 1)


async def forget(engine: SeedbedEngine, limit: Limit, subject: str) -> None:
    """Forget today's attempts by `subject`, which has shown who it is."""
    await engine.fetch(
        "delete from operations.rate_limits where key = $1 and window_start = $2",
        _key(limit, subject),
        _today(),
    )


async def give_back(engine: SeedbedEngine, limit: Limit, subject: str) -> None:
    """Take one attempt back: it was none of those that the limit is for."""
    await engine.fetch(
        "update operations.rate_limits set attempts = attempts - 1"
        " where key = $1 and window_start = $2 and attempts > 0",
        _key(limit, subject),
        _today(),
    )


def of_email(email: str) -> str:
    """The subject of an email address: a hash, since addresses have no business in this table."""
    return hashlib.sha256(email.casefold().encode()).hexdigest()


def of_address(address: str | None) -> str:
    """The subject of a network address; of IPv6, the /64 network, which one household has."""
    try:
        parsed = ip_address(address or "")
    except ValueError:
        return "unknown"
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is None:
        return str(IPv6Address(int(parsed) >> 64 << 64))
    return str(getattr(parsed, "ipv4_mapped", None) or parsed)


def _key(limit: Limit, subject: str) -> str:
    return f"{limit.name}:{subject}"


def _today() -> datetime:
    return datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


# --- calls by API keys ----------------------------------------------------------------------------

CALLS = 600  # a minute, of one key, over all processes
SHARE = 20  # calls that a process takes at once; CALLS is a multiple of it
_MOST_KEYS = 10_000

_TAKE = """
with used as (
  update identity.api_keys set last_used_at = $3
  where id = $1 and (last_used_at is null or last_used_at < $3)
)
insert into operations.rate_limits as seen (key, window_start, attempts, expires_at)
values ($2, $3, $4, $5)
on conflict (key, window_start) do update set attempts = seen.attempts + $4
where seen.attempts < $6
returning attempts
"""


@dataclass(slots=True)
class _Share:
    """What a process may still let through of a key's calls in the minute that began at `start`."""

    start: datetime
    left: int = 0
    spent: bool = False
    taking: asyncio.Lock = field(default_factory=asyncio.Lock)


class KeyCalls:
    """Counts the calls of API keys, per minute, and notes when a key was used last.

    A process takes a share of a minute's calls in one statement, which also moves the key's
    `last_used_at` to that minute; only one request in SHARE costs a write. What a process took and
    did not use is lost to the others for the rest of the minute.
    """

    def __init__(self, engine: SeedbedEngine) -> None:
        self._engine = engine
        self._shares: dict[UUID, _Share] = {}

    async def count(self, values: Mapping[str, Any]) -> None:
        """Count a call of a viewer's, if it came by a key. Raises RateLimited."""
        key: UUID | None = values.get("api_key")
        if key is None:
            return
        now = datetime.now(UTC)
        start = now.replace(second=0, microsecond=0)
        share = self._shares.get(key)
        if share is None or share.start != start:
            if len(self._shares) >= _MOST_KEYS:
                self._shares.clear()
            share = self._shares[key] = _Share(start)
        # Of calls at the same moment one takes the share of all.
        async with share.taking:
            if share.left == 0 and not share.spent:
                end = start + timedelta(minutes=1)
                taken = await self._engine.fetch(_TAKE, key, f"key:{key}", start, SHARE, end, CALLS)
                share.left += SHARE if taken else 0
                share.spent = not taken
            if share.left == 0:
                raise RateLimited(max(1, 60 - now.second))
            share.left -= 1
