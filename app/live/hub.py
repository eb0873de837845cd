"""Hands what has changed to those who follow it: one reader for all followers of a process."""

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import Context
from uuid import UUID
from weakref import WeakKeyDictionary

from app.database import DatabaseError, SeedbedEngine
from app.database.connections import DRIVER_ERRORS
from app.live import feed
from app.live.feed import Batch, Watch
from app.live.listener import Listener
from app.live.positions import Position

logger = logging.getLogger(__name__)

CHANNEL = "seedbed_changes"

# Watches that one statement reads.
_AT_ONCE = 500

# Seconds between looks at all feeds, heard of or not: a net below the notifications, which also
# moves the positions of quiet feeds on.
SWEEP = 60.0
# The same while nothing is heard: then this is how fast changes arrive.
POLL = 1.0

_RETRY = 1.0  # seconds until a read that failed is tried again


class GoingAway(Exception):
    """The server ends: followers may come back with their position, to it or to another one."""


class Follower:
    """Somebody who follows one feed: they take a batch, and until they do none is read for them.

    So what a slow one has not taken is in the database, and nowhere else.
    """

    def __init__(self, topic: str, key: str, position: Position, wake: Callable[[], None]) -> None:
        self.topic = topic
        self.key = key
        self._position = position
        self._batch: Batch | None = None
        self._closed = False
        self._news = asyncio.Event()
        self._wake = wake

    @property
    def watch(self) -> Watch:
        """What to read next for them."""
        return Watch(self.topic, self.key, self._position)

    @property
    def is_free(self) -> bool:
        """Whether they have taken what there was."""
        return self._batch is None and not self._closed

    def give(self, batch: Batch) -> None:
        """The next batch; an empty one only moves the position."""
        self._position = batch.position
        if batch.changes:
            self._batch = batch
            self._news.set()

    def close(self) -> None:
        """Let `take` end with GoingAway."""
        self._closed = True
        self._news.set()

    async def take(self, patience: float) -> Batch | None:
        """The next batch; None when there is none for `patience` seconds. Raises GoingAway."""
        try:
            async with asyncio.timeout(patience):
                await self._news.wait()
        except TimeoutError:
            return None
        if self._closed:
            raise GoingAway
        batch, self._batch = self._batch, None
        self._news.clear()
        self._wake()
        return batch


class Hub:
    """The followers of one process and what serves them.

    Nothing runs before there is one, or somebody to tell.
    """

    def __init__(self, engine: SeedbedEngine) -> None:
        self._engine = engine
        self._listener = Listener(engine, CHANNEL, self._heard, self._look_at_all)
        self._feeds: dict[tuple[str, str], set[Follower]] = {}
        self._told: dict[str, Callable[[], None]] = {}
        self._behind: set[Follower] = set()
        self._wake = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._connections = 0
        self._without = asyncio.Event()
        self.closing = asyncio.Event()

    @contextmanager
    def connection(self) -> Iterator[None]:
        """Within the block, a client is connected that is to be told when the server ends."""
        self._connections += 1
        try:
            yield
        finally:
            self._connections -= 1
            if not self._connections:
                self._without.set()

    @contextmanager
    def follow(self, topic: str, key: str, position: Position) -> Iterator[Follower]:
        """Follow a feed within the block, from a position on. Raises GoingAway."""
        if self.closing.is_set():
            raise GoingAway
        follower = Follower(topic, key, position, self._wake.set)
        followers = self._feeds.setdefault((topic, key), set())
        followers.add(follower)
        self._start()
        # Whatever was told of since the position was taken has not been heard.
        self._look_at(follower)
        try:
            yield follower
        finally:
            self._behind.discard(follower)
            followers.discard(follower)
            if not followers and self._feeds.get((topic, key)) is followers:
                del self._feeds[topic, key]

    def tell(self, topic: str, heard: Callable[[], None]) -> None:
        """Call `heard` when a topic has changed, and when that may have been missed.

        From now on until the hub stops; it takes the place of the topic's last one.
        """
        self._told[topic] = heard
        self._start()

    @property
    def followers(self) -> int:
        """How many follow something."""
        return sum(map(len, self._feeds.values()))

    async def send_away(self, patience: float) -> None:
        """Close, and wait up to `patience` seconds until all clients have been told."""
        self.close()
        self._without.clear()
        if self._connections:
            with suppress(TimeoutError):
                async with asyncio.timeout(patience):
                    await self._without.wait()

    def close(self) -> None:
        """End all that follow, and refuse those that come: they see GoingAway."""
        self.closing.set()
        for followers in self._feeds.values():
            for follower in followers:
                follower.close()

    async def stop(self) -> None:
        """Close, and stop listening and reading. It may be used again afterwards."""
        self.close()
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._told.clear()
        self.closing.clear()

    # --- what runs ------------------------------------------------------------------------------

    def _start(self) -> None:
        if not self._tasks:
            self._tasks = [
                # In a context of its own: whoever comes first may be in a transaction.
                asyncio.create_task(work(), name=f"live: {work.__name__}", context=Context())
                for work in (self._listen, self._read_for_ever, self._sweep)
            ]

    async def _listen(self) -> None:
        if await self._listener.can_listen():
            await self._listener.run()

    async def _sweep(self) -> None:
        if not await self._listener.can_listen():
            logger.warning(
                "PgBouncer passes no notifications on, so changes are looked for every second:"
                " set SEEDBED_LISTEN_URL to an address of PostgreSQL itself."
            )
        quiet = 0.0  # seconds since the last look
        while True:
            await asyncio.sleep(POLL)
            quiet += POLL
            if quiet >= SWEEP or not self._listener.hears:
                self._look_at_all()
                quiet = 0.0

    def _heard(self, payload: str) -> None:
        topic, _, key = payload.partition(" ")
        if topic in self._told:
            self._told[topic]()
        for follower in self._feeds.get((topic, key), ()):
            self._look_at(follower)

    def _look_at_all(self) -> None:
        for heard in self._told.values():
            heard()
        for followers in self._feeds.values():
            self._behind |= followers
        self._wake.set()

    def _look_at(self, follower: Follower) -> None:
        self._behind.add(follower)
        self._wake.set()

    async def _read_for_ever(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            while due := self._due():
                try:
                    await self._read(due)
                except (DatabaseError, *DRIVER_ERRORS) as error:
                    logger.warning("changes cannot be read: %s", error)
                    await asyncio.sleep(_RETRY)
                except Exception:
                    # Without this task nobody would be told anything again.
                    logger.exception("changes cannot be read")
                    await asyncio.sleep(_RETRY)

    def _due(self) -> dict[Watch, list[Follower]]:
        """Those behind who are free, by what they need; as many as one statement reads."""
        due: dict[Watch, list[Follower]] = {}
        for follower in self._behind:
            if follower.is_free:
                watch = follower.watch
                if watch in due or len(due) < _AT_ONCE:
                    due.setdefault(watch, []).append(follower)
        return due

    async def _read(self, due: dict[Watch, list[Follower]]) -> None:
        # Before the read: what is heard of while it runs has to be looked at again.
        asked = {follower for followers in due.values() for follower in followers}
        self._behind -= asked
        try:
            batches = await feed.read(self._engine, due)
        except BaseException:
            self._behind |= asked
            raise
        for watch, batch in batches.items():
            for follower in due[watch]:
                follower.give(batch)
                if batch.more:
                    self._behind.add(follower)
        # Those who left while it was read.
        self._behind = {f for f in self._behind if f in self._feeds.get((f.topic, f.key), ())}


def only(batch: Batch, row: UUID | None) -> Batch:
    """The batch with the changes of one row alone, when one is meant."""
    if row is None:
        return batch
    changes = [change for change in batch.changes if change.row == row]
    return Batch(changes, batch.position, batch.more)


_hubs: WeakKeyDictionary[SeedbedEngine, Hub] = WeakKeyDictionary()


def hub_of(engine: SeedbedEngine) -> Hub:
    """The one hub of an engine in this process."""
    if engine not in _hubs:
        _hubs[engine] = Hub(engine)
    return _hubs[engine]
