"""What rows are found by: time-ordered ids (UUID version 7, RFC 9562), and hashes of tokens."""

import hashlib
import secrets
import threading
import time
import uuid

from piccolo.columns.defaults.uuid import UUID7

__all__ = [
    "ACCESS_TOKEN",
    "API_KEY",
    "LINK_TOKEN",
    "REFRESH_TOKEN",
    "UUIDv7",
    "hash_token",
    "new_id",
    "new_token",
]

# How what opens the API begins, so that people and scanners of leaks recognise it.
ACCESS_TOKEN = "sb_at_"  # noqa: S105 - how tokens begin, not one of them
REFRESH_TOKEN = "sb_rt_"  # noqa: S105 - likewise
LINK_TOKEN = "sb_ml_"  # noqa: S105 - likewise
API_KEY = "sbk_"


class _Clock:
    """Hands out ticks of 1/4096 millisecond, each one later than the one before it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0

    def tick(self) -> int:
        with self._lock:
            self._last = max(self._last + 1, time.time_ns() * 4096 // 1_000_000)
            return self._last


_clock = _Clock()


def new_id() -> uuid.UUID:
    """A new version 7 UUID, greater than every other this process has made.

    48 bits of milliseconds and 12 bits of a millisecond's fraction (RFC 9562, 6.2, method 3), then
    62 random bits.
    """
    milliseconds, fraction = divmod(_clock.tick(), 4096)
    return uuid.UUID(
        int=(milliseconds & (1 << 48) - 1) << 80
        | 0x7 << 76
        | fraction << 64
        | 0b10 << 62
        | secrets.randbits(62)
    )


def new_token(prefix: str) -> str:
    """A new secret of 256 random bits, in letters that need no escaping anywhere."""
    return prefix + secrets.token_urlsafe(32)


def hash_token(token: str) -> str:
    """The SHA-256 of a token in hex. Enough for 256 random bits, which nobody can guess.

    Looking a token up by it needs no comparison in constant time: how far two hashes agree says
    nothing of the token.
    """
    return hashlib.sha256(token.encode()).hexdigest()


class UUIDv7(UUID7):
    """The default of every primary key: made by the application, or by `public.uuid_v7()` in SQL.

    Piccolo's own `UUID7` needs Python 3.14 and PostgreSQL 18.
    """

    @property
    def postgres(self) -> str:
        """The database default; the function is made by the first migration."""
        return "public.uuid_v7()"

    def python(self) -> uuid.UUID:
        """The value that Piccolo gives to a new row object."""
        return new_id()
