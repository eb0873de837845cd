"""The table of changes: what a follower has missed, and whether that is still known."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

from asyncpg import InsufficientPrivilegeError

from app.database import SeedbedEngine
from app.live.positions import BadPosition, Position, Snapshot, decode

__all__ = ["FEED_TABLES", "Batch", "Change", "PositionLost", "Watch", "read", "start"]

# Beside the tables of the application: Piccolo has no column for PostgreSQL's xid8.
FEED_TABLES = ("operations.changes", "operations.changes_gone")

# Changes that a follower is given at once; who has missed more gets them in turns.
BATCH = 100

# Names the database: a position of another one, such as before a dump and restore, means nothing.
_EPOCH = """
select left(md5(system_identifier || ':' || oid), 8) as epoch
from pg_control_system(), pg_database where datname = current_database()
"""
# For roles that may not ask for the server's own number.
_OWN_EPOCH = """
select left(md5(oid::text), 8) as epoch from pg_database where datname = current_database()
"""
_START = """
select pg_current_snapshot()::text as snapshot,
  (select xid::text::numeric from operations.changes_gone) as gone
"""

# All that is seen by one statement is seen by its snapshot; a row that is not comes from another
# server's dump, where numbers of transactions were others.
#
# At the beginning of what was missed, the index by transactions finds it: those that ran in the
# snapshot `since`, and those that came later. In the middle, the index by numbers goes on. Either
# looks at no more rows than were missed, however many others there are. Two things only tell the
# planner: the upper end of the range, which the snapshot implies, and `+ 0`, without which it might
# go through the whole table in the order of the numbers.
_READ = """
with now as materialized (select pg_current_snapshot() as snapshot)
select watch.number as watch, now.snapshot::text as snapshot, change.id, change.row_id
from now
cross join unnest(
    $1::text[], $2::text[], $3::text[]::pg_snapshot[], $4::text[]::pg_snapshot[], $5::bigint[]
  ) with ordinality as watch(topic, key, since, until, after, number)
cross join lateral (select coalesce(watch.until, now.snapshot) as snapshot) as seen
left join lateral (
  (
    select id, row_id
    from operations.changes
    where watch.after = 0 and topic = watch.topic and key = watch.key
      and (
        (xid >= pg_snapshot_xmax(watch.since) and xid < pg_snapshot_xmax(seen.snapshot))
        or xid = any(array(select pg_snapshot_xip(watch.since)))
      )
      and pg_visible_in_snapshot(xid, seen.snapshot)
    order by id + 0
    limit $6
  )
  union all
  (
    select id, row_id
    from operations.changes
    where watch.after > 0 and topic = watch.topic and key = watch.key and id > watch.after
      and not pg_visible_in_snapshot(xid, watch.since)
      and pg_visible_in_snapshot(xid, seen.snapshot)
    order by id
    limit $6
  )
) change on true
order by watch.number, change.id
"""


class PositionLost(Exception):
    """A position from which it is not known any more what was missed."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change: the key of the row, and the position after it."""

    row: UUID
    position: Position


@dataclass(frozen=True, slots=True)
class Watch:
    """What is read at once for all who follow the same feed from the same position."""

    topic: str
    key: str
    position: Position


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """The next changes of a watch, the position after them, and whether there may be more.

    `shared` is for what followers make of it that is the same for several of them.
    """

    changes: Sequence[Change]
    position: Position
    more: bool
    shared: dict[object, Any] = field(default_factory=dict)


async def start(engine: SeedbedEngine, after: str | None) -> tuple[str, Position]:
    """The epoch of the database, and where to begin: after what a client has had, or now.

    Raises BadPosition for a text that this database did not give out, and PositionLost when some
    of what it may have missed was deleted, or the database is another one.
    """
    wanted = None if after is None else decode(after)
    epoch = await _epoch(engine)
    [row] = await engine.fetch(_START)
    now = Snapshot.parse(row["snapshot"])
    if wanted is None:
        return epoch, Position(now)
    of, position = wanted
    if of != epoch:
        raise PositionLost("the position is of another database")
    if position.newest.xmax > now.xmax:
        raise BadPosition("the position lies in the future")
    if row["gone"] is not None and position.since.xmin <= row["gone"]:
        raise PositionLost("the position is too old: what came after it has been deleted since")
    return epoch, position


_epochs: WeakKeyDictionary[SeedbedEngine, str] = WeakKeyDictionary()


async def _epoch(engine: SeedbedEngine) -> str:
    """The name of the database in positions; asked for once in a process."""
    if engine not in _epochs:
        try:
            [row] = await engine.fetch(_EPOCH)
        except InsufficientPrivilegeError:
            [row] = await engine.fetch(_OWN_EPOCH)
        _epochs[engine] = row["epoch"]
    return _epochs[engine]


async def read(
    engine: SeedbedEngine, watches: Iterable[Watch], limit: int = BATCH
) -> dict[Watch, Batch]:
    """What each watch has missed, read by one statement: all stand where it stood afterwards."""
    asked = list(watches)
    positions = [watch.position for watch in asked]
    rows = await engine.fetch(
        _READ,
        [watch.topic for watch in asked],
        [watch.key for watch in asked],
        [position.since.text for position in positions],
        [position.until.text if position.until else None for position in positions],
        [position.number for position in positions],
        limit,
    )
    found: dict[int, list[tuple[int, UUID]]] = {}
    for row in rows:
        changes = found.setdefault(row["watch"], [])
        if row["id"] is not None:
            changes.append((row["id"], row["row_id"]))
    now = Snapshot.parse(rows[0]["snapshot"])
    return {
        watch: _batch(watch.position, found[number], now, limit)
        for number, watch in enumerate(asked, start=1)
    }


def _batch(
    position: Position, rows: Sequence[tuple[int, UUID]], now: Snapshot, limit: int
) -> Batch:
    until = position.until or now
    changes = [Change(row, Position(position.since, until, number)) for number, row in rows]
    if len(rows) == limit:
        return Batch(changes, changes[-1].position, more=True)
    after = Position(until)
    if changes:
        changes[-1] = Change(changes[-1].row, after)
    # The rest of an older batch has been had: what came since is read next.
    return Batch(changes, after, more=position.until is not None)
