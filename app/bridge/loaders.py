"""One request's reading: one batching loader per plan, so that a relation is one statement a tick.

Loaders live for one request (or one event of a subscription) and never longer: what they remember
is what this caller could see at this time.
"""

from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import Any

import orjson
from graphql import DocumentNode
from strawberry.dataloader import DataLoader

from app.bridge.access import Viewer
from app.bridge.assemble import PageAssembler, assembler
from app.bridge.execute import Bridge, Executor, Fetch
from app.bridge.explain import Explaining
from app.bridge.limits import Budget
from app.bridge.plan import CountOut, PagePlan, SinglePlan, ToManyOut, ToOneOut
from app.bridge.response import Finished
from app.bridge.sql import finished, rows
from app.bridge.sql.writer import PARENT


class Page:
    """A page that has been read: its rows in the list's order, and how to count the whole list."""

    __slots__ = ("count", "more", "plan", "request", "rows")

    def __init__(
        self,
        request: "Request",
        plan: PagePlan,
        records: Sequence[Any],
        count: Callable[[], Awaitable[int]],
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
    """One request's (or one event's) reading, for one caller.

    What is pure comes back `Finished`, when JSON mode is on; the rest as rows and pages. `document`
    is the operation's, parsed and validated, where graphql-core executes it.
    """

    __slots__ = ("_loaders", "budget", "document", "executor")

    def __init__(self, bridge: Bridge, viewer: Viewer, fetch: Fetch) -> None:
        self.executor = Executor(bridge, viewer, fetch)
        self.budget = Budget(bridge.limits)
        self.document: DocumentNode | None = None
        self._loaders: dict[tuple[str, object], DataLoader[Hashable, Any]] = {}

    def explain(self, *, plans: bool) -> Explaining:
        """Note every statement from now on."""
        explaining = Explaining(self.executor.fetch, plans)
        self.executor.fetch = explaining
        return explaining

    async def single(self, plan: SinglePlan) -> object | None:
        """The one row of the plan; None when there is none that the caller may read."""
        if self._finishes(plan.row.pure):
            value = await SingleFinisher(plan)(self)
            return None if value is None else Finished(value)
        records = await self.executor.run(rows.select_one(plan.read))
        if not records:
            return None
        values = self.executor.values(plan.read.type_name, records[0])
        return self.executor.row(plan.row, values)

    async def page(self, plan: PagePlan) -> "Page | Finished":
        """The plan's page; nothing is fetched when no row is asked for."""
        if self._finishes(plan.pure):
            return Finished(await PageFinisher(plan)(self))
        records = await self.executor.run(rows.select_page(plan)) if plan.rows else ()
        return Page(self, plan, records, lambda: self.count(plan))

    async def to_one(self, out: ToOneOut, key: Hashable) -> object | None:
        """The row that a parent's `key` leads to; None when there is none to read."""
        if key is None:
            return None
        load = self._finish_rows if self._finishes(out.row.pure) else self._rows
        row: object | None = await self._loader("rows", out, load).load(key)
        return row

    async def to_many(self, out: ToManyOut, key: Hashable) -> "Page | Finished":
        """The page of the parent with `key`."""
        if self._finishes(out.page.pure):
            page: Finished = await self._loader("pages", out, self._finish_pages).load(key)
            return page
        records: Sequence[Any] = ()
        if out.page.rows:
            records = await self._loader("pages", out, self._pages).load(key)
        counts = self._loader("counts", out, self._counts)
        return Page(self, out.page, records, lambda: counts.load(key))

    async def count(self, plan: PagePlan) -> int:
        """The number of rows of a whole list."""
        (record,) = await self.executor.run(rows.count_page(plan))
        return int(record["count"])

    def _finishes(self, pure: bool) -> bool:
        return pure and self.executor.bridge.finish

    def _loader(
        self, what: str, plan: Any, load: Callable[[Any, list[Hashable]], Awaitable[Sequence[Any]]]
    ) -> DataLoader[Hashable, Any]:
        loader = self._loaders.get((what, plan))
        if loader is None:

            def load_all(keys: list[Hashable]) -> Awaitable[Sequence[Any]]:
                return load(plan, keys)

            loader = self._loaders[what, plan] = DataLoader(load_fn=load_all)
        return loader

    async def _finish_rows(self, out: ToOneOut, keys: list[Hashable]) -> list[Finished | None]:
        sql = finished.finish_to_one(out)
        make = assembler(sql.layouts[0])
        records = await self.executor.run(sql.statement, keys)
        by_key = {record[sql.cursors]: Finished(make(record)) for record in records}
        return [by_key.get(key) for key in keys]

    async def _rows(self, out: ToOneOut, keys: list[Hashable]) -> list[object | None]:
        records = await self.executor.run(rows.select_to_one(out), keys)
        by_key = {
            record[PARENT]: self.executor.row(
                out.row, self.executor.values(out.read.type_name, record)
            )
            for record in records
        }
        return [by_key.get(key) for key in keys]

    async def _finish_pages(self, out: ToManyOut, keys: list[Hashable]) -> list[Finished]:
        records = await self.executor.run(finished.finish_to_many(out), keys)
        by_key = {key: Finished(orjson.Fragment(text)) for key, text in records}
        return [by_key[key] for key in keys]

    async def _pages(self, out: ToManyOut, keys: list[Hashable]) -> list[Sequence[Any]]:
        by_key: dict[Hashable, list[Any]] = {key: [] for key in keys}
        for record in await self.executor.run(rows.select_to_many(out), keys):
            by_key[record[PARENT]].append(record)
        return [by_key[key] for key in keys]

    async def _counts(self, out: ToManyOut, keys: list[Hashable]) -> list[int]:
        records = await self.executor.run(rows.count_to_many(out), keys)
        by_key = {record[PARENT]: int(record["count"]) for record in records}
        return [by_key.get(key, 0) for key in keys]


class SingleFinisher:
    """Finishes a plan of one row; made once, used by any request."""

    __slots__ = ("_make", "_statement")

    def __init__(self, plan: SinglePlan) -> None:
        sql = finished.finish_one(plan)
        self._statement = sql.statement
        self._make = assembler(sql.layouts[0])

    async def __call__(self, request: Request) -> dict[str, Any] | None:
        """The row, ready for the encoder; None when there is none that the caller may read."""
        records = await request.executor.run(self._statement)
        return self._make(records[0]) if records else None


class PageFinisher:
    """Finishes a plan of a page; made once, used by any request."""

    __slots__ = ("_counted", "_make", "_plan", "_statement")

    def __init__(self, plan: PagePlan) -> None:
        sql = finished.finish_page(plan)
        self._plan = plan
        self._statement = sql.statement
        self._make = PageAssembler(plan, sql)
        self._counted = any(isinstance(out, CountOut) for out in plan.outputs)

    async def __call__(self, request: Request) -> dict[str, Any]:
        """The connection, ready for the encoder."""
        records = await request.executor.run(self._statement) if self._plan.rows else ()
        count = await request.count(self._plan) if self._counted else None
        return self._make(records, count)
