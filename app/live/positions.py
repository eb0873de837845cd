"""Where a follower of the feed stands: exactly which changes it has had, as a short text.

Changes commit in another order than they are numbered in, so a number alone would skip those that
commit late. A position is therefore a snapshot of PostgreSQL (`pg_snapshot`): a change has been had
when its transaction is visible in it. Snapshots of one server grow: a later one sees all that an
earlier one saw. So what was read by a statement with the snapshot T from the position S are the
changes that S does not see and T does; after all of them the position is T. In the middle of them
it is (S, T, number of the last one had): missed are those that S does not see, except those that T
sees up to that number.
"""

import base64
import binascii
import re
from dataclasses import dataclass
from itertools import pairwise

_VERSION = "1"
_LARGEST = 2**63 - 1
_LONGEST = 40_000  # characters: some thousands of transactions that ran at the time
_SNAPSHOT = re.compile(r"(\d{1,19}):(\d{1,19}):((?:\d{1,19}(?:,\d{1,19})*)?)", re.ASCII)
_EPOCH = re.compile(r"[0-9a-f]{8}", re.ASCII)
_NUMBER = re.compile(r"\d{1,19}", re.ASCII)


class BadPosition(ValueError):
    """A text that is no position; `str()` says nothing that a client may not know."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """PostgreSQL's `pg_snapshot`, `xmin:xmax:running,...`: it sees transactions that had ended.

    All before `xmin` had, none from `xmax` on, and of those between all but the `running`.
    """

    text: str
    xmin: int
    xmax: int

    @classmethod
    def parse(cls, text: str) -> "Snapshot":
        """The snapshot of a text, as PostgreSQL would take it. Raises BadPosition."""
        match = _SNAPSHOT.fullmatch(text)
        if match is None:
            raise BadPosition("not a snapshot")
        xmin, xmax = int(match[1]), int(match[2])
        running = [int(xid) for xid in match[3].split(",")] if match[3] else []
        ascending = all(a < b for a, b in pairwise(running))
        between = not running or (running[0] >= xmin and running[-1] < xmax)
        if not (0 < xmin <= xmax <= _LARGEST and ascending and between):
            raise BadPosition("not a snapshot")
        return cls(text, xmin, xmax)


@dataclass(frozen=True, slots=True)
class Position:
    """See the top of the file; without `until`, everything that `since` sees has been had."""

    since: Snapshot
    until: Snapshot | None = None
    number: int = 0

    def encode(self, epoch: str) -> str:
        """The opaque text that clients keep; `epoch` names the database that it is of."""
        parts = [_VERSION, epoch, self.since.text]
        if self.until is not None:
            parts += [self.until.text, str(self.number)]
        return base64.urlsafe_b64encode(";".join(parts).encode()).decode().rstrip("=")

    @property
    def newest(self) -> Snapshot:
        """The newest snapshot in it."""
        return self.until or self.since


def decode(text: str) -> tuple[str, Position]:
    """The epoch and the position of a client's text. Raises BadPosition for anything else."""
    if len(text) > _LONGEST:
        raise BadPosition("too long")
    try:
        plain = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        version, epoch, since, *rest = plain.decode("ascii").split(";")
    except (ValueError, binascii.Error):
        raise BadPosition("not a position") from None
    if version != _VERSION or not _EPOCH.fullmatch(epoch):
        raise BadPosition("not a position")
    first = Snapshot.parse(since)
    if not rest:
        return epoch, Position(first)
    if len(rest) != 2 or not _NUMBER.fullmatch(rest[1]) or int(rest[1]) > _LARGEST:
        raise BadPosition("not a position")
    second = Snapshot.parse(rest[0])
    if second.xmin < first.xmin or second.xmax < first.xmax:
        raise BadPosition("the snapshots are in the wrong order")
    return epoch, Position(first, second, int(rest[1]))
