"""Ids and moments that come out the same on every run, so that seeding can be repeated."""

import hashlib
import itertools
from datetime import UTC, datetime, timedelta
from uuid import UUID

_numbers = itertools.count(1)

EPOCH = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)


def stable_id(name: str, at: datetime = EPOCH) -> UUID:
    """The id of a seed row: a UUID of version 7 (RFC 9562, 5.7) worked out from a name.

    The 48 bits of time come from `at`, the 74 random ones from the BLAKE2b hash of the name. A row
    keeps its id as long as its name (by habit `table/natural key`) and its moment stay the same.
    """
    milliseconds = int(at.timestamp() * 1000)
    digest = int.from_bytes(hashlib.blake2b(name.encode(), digest_size=10).digest())
    return UUID(
        int=(milliseconds & (1 << 48) - 1) << 80
        | 0x7 << 76
        | (digest >> 62 & 0xFFF) << 64
        | 0b10 << 62
        | digest & (1 << 62) - 1
    )


def stable_secret_hash(name: str) -> str:
    """Something that fills a token hash column but is no SHA-256 of a token anybody could know."""
    return hashlib.blake2b(name.encode(), digest_size=32).hexdigest()


def moment(days: float = 0, *, hours: float = 0, minutes: float = 0) -> datetime:
    """A time so long after the beginning of the seed data."""
    return EPOCH + timedelta(days=days, hours=hours, minutes=minutes)


def number() -> int:
    """A number that this process has not handed out before, for values that must be unique."""
    return next(_numbers)
