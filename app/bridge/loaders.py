"""One request's reading: one batching loader per plan, so that a relation is one statement a tick.

Loaders live for one request (or one event of a subscription) and never longer: what they remember
is what this caller could see at this time.
"""

from collections.abc import Callable, Hashable, Sequence
from typing import Any

from strawberry.dataloader import DataLoader

from app.bridge.access import Viewer
from app.bridge.execute import Bridge, Executor, Fetch
from app.bridge.limits import Budget
from app.bridge.plan import PagePlan, SinglePlan, ToManyPlan, ToOnePlan
from app.bridge.sql import (
    PARENT,
    count_page,
    count_to_many,
    select_one,
    select_page,
    select_to_many,
    select_to_one,
)


class Page:
    """A page that has been read: its rows in the list's order, and how to count the whole list."""

    __slots__ = ("count", "more", "plan", "request", "rows")

    def __init__(
        self,
        request: "Request",
        plan: PagePlan,
        records: Sequence[Any],
        count: Callable[[], Any],
    ) -> None:
        self.request = request
        self.plan = plan
        self.more = len(records) > plan.limit
        self.rows = [
            request.executor.values(plan.read.type_name, record) for record in records[: plan.limit]
        ]
        if plan.backwards:
            self.rows.reverse()
        self.count = count


class Request:
    """One request's (or one event's) reading, for one caller."""

    __slots__ = ("_loaders", "budget", "executor")

    def __init__(self, bridge: Bridge, viewer: Viewer, fetch: Fetch) -> None:
        self.executor = Executor(bridge, viewer, fetch)
        self.budget = Budget(bridge.limits)
        self._loaders: dict[tuple[str, object], DataLoader[Hashable, Any]] = {}

    async def single(self, plan: SinglePlan) -> object | None:
        """The one row of the plan; None when there is none that the caller may read."""
        records = await self.executor.run(select_one(plan.read))
        if not records:
            return None
        return self.executor.row(plan.row, self.executor.values(plan.read.type_name, records[0]))

    async def page(self, plan: PagePlan) -> Page:
        """The plan's page; nothing is fetched when no row is asked for."""
        records = await self.executor.run(select_page(plan)) if plan.rows else ()
        return Page(self, plan, records, lambda: self._count(plan))

    async def to_one(self, plan: ToOnePlan, key: Hashable) -> object | None:
        """The row that a parent's `key` leads to; None when there is none to read."""
        if key is None:
            return None
        row: object | None = await self._loader(
            "rows", plan, lambda keys: self._rows(plan, keys)
        ).load(key)
        return row

    async def to_many(self, plan: ToManyPlan, key: Hashable) -> Page:
        """The page of the parent with `key`."""
        records: Sequence[Any] = ()
        if plan.page.rows:
            records = await self._loader("pages", plan, lambda keys: self._pages(plan, keys)).load(
                key
            )
        counts = self._loader("counts", plan, lambda keys: self._counts(plan, keys))
        return Page(self, plan.page, records, lambda: counts.load(key))

    def _loader(
        self, what: str, plan: object, load: Callable[[list[Hashable]], Any]
    ) -> DataLoader[Hashable, Any]:
        loader = self._loaders.get((what, plan))
        if loader is None:
            loader = self._loaders[what, plan] = DataLoader(load_fn=load)
        return loader

    async def _rows(self, plan: ToOnePlan, keys: list[Hashable]) -> list[object | None]:
        records = await self.executor.run(select_to_one(plan), keys)
        by_key = {
            record[PARENT]: self.executor.row(
                plan.row, self.executor.values(plan.read.type_name, record)
            )
            for record in records
        }
        return [by_key.get(key) for key in keys]

    async def _pages(self, plan: ToManyPlan, keys: list[Hashable]) -> list[Sequence[Any]]:
        by_key: dict[Hashable, list[Any]] = {key: [] for key in keys}
        for record in await self.executor.run(select_to_many(plan), keys):
            by_key[record[PARENT]].append(record)
        return [by_key[key] for key in keys]

    async def _count(self, plan: PagePlan) -> int:
        (record,) = await self.executor.run(count_page(plan))
        return int(record["count"])

    async def _counts(self, plan: ToManyPlan, keys: list[Hashable]) -> list[int]:
        records = await self.executor.run(count_to_many(plan), keys)
        by_key = {record[PARENT]: int(record["count"]) for record in records}
        return [by_key.get(key, 0) for key in keys]
