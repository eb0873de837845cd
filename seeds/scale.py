"""A large data set: blocks of people, posts, conversations and payments, sent with COPY.

A block is made by a generator of its own number, so it is the same in every database, and a larger
data set contains the smaller one.
"""

import bisect
import itertools
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from piccolo.table import Table

from app.actions.slugs import slugify
from app.tables.content import Comment, Post
from app.tables.identity import User, UserProfile, UserRole, UserStatus
from app.tables.payments import (
    Payment,
    PaymentStatus,
    PaymentTransaction,
    PaymentType,
    TransactionType,
)
from app.tables.projects import Fragment, Message, MessageRole, MessageType, Project
from seeds.ids import stable_id
from seeds.texts.prose import Prose, words

BEGIN = datetime(2024, 11, 1, tzinfo=UTC)
END = datetime(2026, 11, 1, tzinfo=UTC)
_SPAN = (END - BEGIN).total_seconds()


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many rows a block has of each kind."""

    users: int = 2_000
    posts: int = 20_000
    comments: int = 100_000
    messages: int = 100_000
    payments: int = 10_000

    def fraction(self, divisor: int) -> "Sizes":
        """A block that is smaller by this factor."""
        return Sizes(
            self.users // divisor,
            self.posts // divisor,
            self.comments // divisor,
            self.messages // divisor,
            self.payments // divisor,
        )


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of one table, ready for COPY; the tuples follow `columns`."""

    table: type[Table]
    columns: tuple[str, ...]
    records: list[tuple[Any, ...]]


def first_user_id(block: int) -> UUID:
    """The id by which a block is recognised; blocks count from 1."""
    return stable_id(f"scale/{block}/users/0", BEGIN)


def batches(block: int, sizes: Sizes) -> Iterator[Batch]:
    """The tables of a block, parents first."""
    maker = _Block(block, sizes)
    yield from maker.people()
    yield from maker.articles()
    yield from maker.conversations()
    yield from maker.payments()


class _Block:
    def __init__(self, number: int, sizes: Sizes) -> None:
        self._number = number
        self._sizes = sizes
        self._rng = random.Random(f"seedbed {number}")
        self._prose = Prose(self._rng)
        self._user_ids: list[UUID] = []
        self._registered: list[datetime] = []

    def _id(self, kind: str, index: int, at: datetime) -> UUID:
        return stable_id(f"scale/{self._number}/{kind}/{index}", at)

    def _spread(self, index: int, total: int, begin: float = 0.0) -> datetime:
        """A moment for the row of this place: rows of a kind are spread evenly, and in order."""
        share = begin + (1 - begin) * (index + 0.9 * self._rng.random()) / total
        return BEGIN + timedelta(seconds=int(_SPAN * share))

    def _somebody(self, at: datetime) -> UUID:
        """A user registered by then; the earlier somebody came, the busier they are."""
        there = bisect.bisect_right(self._registered, at)
        return self._user_ids[int(there * self._rng.random() ** 2)]

    def people(self) -> Iterator[Batch]:
        users, profiles = [], []
        for index in range(self._sizes.users):
            # The first one is there from the beginning, so that everything has an author.
            at = self._spread(index, self._sizes.users) if index else BEGIN
            key = self._id("users", index, at)
            first, last = self._prose.person()
            role = self._rng.choices(
                (UserRole.USER, UserRole.CUSTOMER, UserRole.VENDOR), (60, 30, 10)
            )[0]
            status = self._rng.choices(
                (UserStatus.ACTIVE, UserStatus.PENDING, UserStatus.SUSPENDED), (94, 4, 2)
            )[0]
            self._user_ids.append(key)
            self._registered.append(at)
            verified = status is not UserStatus.PENDING
            users.append(
                (
                    key, at, at, f"member-{self._number}-{index}@scale.seedbed.example",
                    f"{first} {last}", role.value, status.value, verified,
                )
            )  # fmt: skip
            bio = self._prose.sentences(1, 3)
            profiles.append((self._id("profiles", index, at), at, at, key, bio))
        yield Batch(
            User,
            ("id", "created_at", "updated_at", "email", "name", "role", "status", "email_verified"),
            users,
        )
        yield Batch(UserProfile, ("id", "created_at", "updated_at", "user", "bio"), profiles)

    def articles(self) -> Iterator[Batch]:
        posts, told = [], []
        for index in range(self._sizes.posts):
            at = self._spread(index, self._sizes.posts)
            key = self._id("posts", index, at)
            title = self._prose.title()
            chance = self._rng.random()
            published = at + timedelta(hours=1) if chance < 0.9 else None
            deleted = at + timedelta(days=2) if chance > 0.98 or chance < 0.01 else None
            slug = f"{slugify(title)}-{self._number}-{index}"
            author = self._somebody(at)
            told.append((key, at))
            posts.append(
                (
                    key, at, at, author, title, slug, self._prose.paragraphs(1, 6),
                    published is not None, published, deleted, author if deleted else None,
                )
            )  # fmt: skip
        yield Batch(
            Post,
            (
                "id", "created_at", "updated_at", "author", "title", "slug", "content", "published",
                "published_at", "deleted_at", "removed_by",
            ),
            posts,
        )  # fmt: skip
        yield Batch(
            Comment,
            (
                "id", "created_at", "updated_at", "post", "author", "body", "deleted_at",
                "removed_by",
            ),
            self._comments(told),
        )  # fmt: skip

    def _comments(self, told: list[tuple[UUID, datetime]]) -> list[tuple[Any, ...]]:
        """Few posts get most comments: half of all go to the first eighth of a shuffled list."""
        order = self._rng.sample(told, len(told))
        rng, records = self._rng, []
        for index in range(self._sizes.comments):
            post, written = order[int(len(order) * rng.random() ** 3)]
            delay = 60 + rng.expovariate(1 / 400_000)
            at = min(written + timedelta(seconds=int(delay)), END)
            deleted = at + timedelta(hours=1) if rng.random() < 0.02 else None
            body = self._prose.sentences(1, 4)
            key, author = self._id("comments", index, at), self._somebody(at)
            removed_by = author if deleted else None
            records.append((key, at, at, post, author, body, deleted, removed_by))
        return records

    def conversations(self) -> Iterator[Batch]:
        """About 25 messages a project; every third answer of the agent carries a fragment."""
        projects: list[tuple[Any, ...]] = []
        messages: list[tuple[Any, ...]] = []
        fragments: list[tuple[Any, ...]] = []
        total = max(1, self._sizes.messages // 25)
        lengths = self._lengths(total)
        for index, length in enumerate(lengths):
            begun = self._spread(index, total)
            project = self._id("projects", index, begun)
            name = f"{self._rng.choice(_ADJECTIVES)}-{self._rng.choice(_NOUNS)}-{index}"
            projects.append((project, begun, begun, self._somebody(begun), name))
            self._turns(project, begun, length, messages, fragments)
        stamps = ("id", "created_at", "updated_at")
        yield Batch(Project, (*stamps, "owner", "name"), projects)
        yield Batch(Message, (*stamps, "project", "content", "role", "type"), messages)
        yield Batch(
            Fragment, (*stamps, "message", "sandbox_url", "title", "files", "summary"), fragments
        )

    def _lengths(self, total: int) -> list[int]:
        """How many messages each project has: uneven, at least one, in all as many as wanted."""
        weights = [self._rng.random() ** 2 for _ in range(total)]
        free = self._sizes.messages - total
        ends = [round(free * part / sum(weights)) for part in itertools.accumulate(weights)]
        return [1 + end - start for start, end in itertools.pairwise([0, *ends[:-1], free])]

    def _turns(
        self,
        project: UUID,
        begun: datetime,
        length: int,
        messages: list[tuple[Any, ...]],
        fragments: list[tuple[Any, ...]],
    ) -> None:
        at = begun
        for turn in range(length):
            key = self._id("messages", len(messages), at)
            answers = turn % 2 == 1
            failed = answers and self._rng.random() < 0.05
            role = MessageRole.ASSISTANT if answers else MessageRole.USER
            kind = MessageType.ERROR if failed else MessageType.RESULT
            content = self._prose.sentences(1, 5)
            messages.append((key, at, at, project, content, role.value, kind.value))
            if answers and not failed and turn % 3 == 0:
                fragments.append(self._fragment(key, at, len(fragments)))
            at += timedelta(seconds=self._rng.randint(5, 900))

    def _fragment(self, message: UUID, at: datetime, index: int) -> tuple[Any, ...]:
        title = self._prose.title()
        files = json.dumps(
            {
                "app/page.tsx": f"export default () => <h1>{title}</h1>;\n",
                "README.md": f"# {title}\n\n{self._prose.sentences(1, 3)}\n",
            }
        )
        url = f"https://s{self._number}-{index}.sandbox.seedbed.example"
        key = self._id("fragments", index, at)
        return (key, at, at, message, url, title, files, self._prose.sentences(1, 2))

    def payments(self) -> Iterator[Batch]:
        payments: list[tuple[Any, ...]] = []
        ledger: list[tuple[Any, ...]] = []
        states = self._rng.choices(
            tuple(PaymentStatus), (5, 3, 4, 75, 8, 5), k=self._sizes.payments
        )
        for index, status in enumerate(states):
            at = self._spread(index, self._sizes.payments)
            key = self._id("payments", index, at)
            cents = int(10 ** self._rng.uniform(2.5, 5.5))
            currency = self._rng.choices(("USD", "EUR", "GBP"), (60, 30, 10))[0]
            kind = PaymentType.INITIATE if status in _UNTOUCHED else PaymentType.PAYMENT
            payments.append(
                (
                    key, at, at, self._somebody(at), _money(cents), currency, status.value,
                    kind.value, f"Order {self._number}-{index}", "{}",
                    f"scale-{self._number}-{index}",
                )
            )  # fmt: skip
            for step, (entry, part, ended) in enumerate(self._steps(status, cents)):
                then = at + timedelta(minutes=1 + 20 * step)
                name = self._id("transactions", len(ledger), then)
                ledger.append((name, then, key, entry.value, _money(part), ended.value, "{}"))
        yield Batch(
            Payment,
            (
                "id", "created_at", "updated_at", "user", "amount", "currency", "status", "type",
                "description", "metadata", "idempotency_key",
            ),
            payments,
        )  # fmt: skip
        yield Batch(
            PaymentTransaction,
            ("id", "created_at", "payment", "transaction_type", "amount", "status", "metadata"),
            ledger,
        )

    def _steps(
        self, status: PaymentStatus, cents: int
    ) -> list[tuple[TransactionType, int, PaymentStatus]]:
        """A ledger (type, cents, how it ended) that leads to this state."""
        done = PaymentStatus.COMPLETED
        authorized = (TransactionType.AUTHORIZATION, cents, done)
        match status:
            case PaymentStatus.PENDING | PaymentStatus.INITIATED:
                return []
            case PaymentStatus.FAILED:
                return [(TransactionType.AUTHORIZATION, cents, PaymentStatus.FAILED)]
            case PaymentStatus.CANCELLED:
                return [authorized, (TransactionType.VOID, cents, done)]
            case PaymentStatus.PROCESSING:
                return [authorized]
        first = cents if self._rng.random() < 0.9 else self._rng.randint(1, cents)
        parts = [part for part in (first, cents - first) if part]
        steps = [authorized, *((TransactionType.CAPTURE, part, done) for part in parts)]
        if self._rng.random() < 0.12:
            back = self._rng.choice((cents, self._rng.randint(1, cents)))
            steps.append((TransactionType.REFUND, back, done))
        return steps


_UNTOUCHED = {PaymentStatus.PENDING, PaymentStatus.INITIATED}
_ADJECTIVES = words("amber brave calm early gentle keen lively noble quiet rapid steep warm")
_NOUNS = words("badger canyon falcon harbour maple meadow otter pebble river summit willow")


def _money(cents: int) -> Decimal:
    return Decimal(cents).scaleb(-2)
