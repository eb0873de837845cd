"""One request's reading: whatever is below a row is read for all rows at once.

A plan knows all relations below its rows. So rows are handed to graphql-core with these attached,
and each relation was one statement, for every parent there is: what a DataLoader would have batched
is known before it begins. Rows that several root fields ask for by key are batched by `load`.

A request's reading lives as long as the request (or one event of a subscription): what it holds is
what this caller could see at this time.
"""

import asyncio
from collections.abc import Awaitable, Hashable, Iterable, Mapping, Sequence
from typing import Any

import orjson
from graphql import DocumentNode

from app.bridge.access import Viewer
from app.bridge.assemble import assembler
from app.bridge.execute import Bridge, Executor, Fetch
from app.bridge.explain import Explaining
from app.bridge.finishers import AggregateFinisher, SingleFinisher, page_finisher
from app.bridge.limits import Budget
from app.bridge.plan import (
    AggregatePlan,
    CountOut,
    EdgesOut,
    NodesOut,
    PagePlan,
    RowPlan,
    SinglePlan,
    ToManyOut,
    ToOneOut,
)
from app.bridge.response import Finished
from app.bridge.sql import finished, rows
from app.bridge.sql.writer import PARENT

# Rows are objects of the exposed classes, whose attributes are columns: see Executor.row.
Row = Any


class Page:
    """A page that has been read, in the list's order.

    `values` are its rows' columns; `nodes` and `edges` hold, by response key, the rows that were
    made of them (for an edge, by the keys of its nodes); `count` is the number of all rows, where
    that is selected; `more` tells whether rows lie beyond the end that was read towards.
    """

    __slots__ = ("count", "edges", "more", "nodes", "plan", "request", "values")

    def __init__(self, request: "Request", plan: PagePlan, records: Sequence[Any]) -> None:
        self.request = request
        self.plan = plan
        self.more = len(records) > plan.limit
        type_name = plan.read.type_name
        self.values = [
            request.executor.values(type_name, record) for record in records[: plan.limit]
        ]
        if plan.backwards:
            self.values.reverse()
        self.nodes: dict[str, list[Row]] = {}
        self.edges: dict[str, list[dict[str, Row]]] = {}
        self.count: int | None = None


class _Batch:
    """Keys that are asked for in the same tick, and what came of them for those who wait."""

    __slots__ = ("found", "keys")

    def __init__(self, keys: Iterable[Hashable]) -> None:
        self.keys: dict[Hashable, None] = dict.fromkeys(keys)
        self.found: asyncio.Future[dict[Hashable, Any]] = asyncio.get_running_loop().create_future()

    def succeed(self, found: dict[Hashable, Any]) -> None:
        """Hand over what was found, unless waiting was cancelled."""
        if not self.found.done():
            self.found.set_result(found)

    def fail(self, error: Exception) -> None:
        """Hand over what went wrong, unless waiting was cancelled."""
        if not self.found.done():
            self.found.set_exception(error)
            self.found.exception()  # there may be nobody else who waits


class Request:
    """One request's (or one event's) reading, for one caller.

    What is pure comes back `Finished`, when JSON mode is on; the rest as rows and pages. `document`
    is the operation's, parsed and validated, where graphql-core executes it.
    """

    __slots__ = ("_batches", "budget", "document", "executor")

    def __init__(self, bridge: Bridge, viewer: Viewer, fetch: Fetch) -> None:
        self.executor = Executor(bridge, viewer, fetch)
        self.budget = Budget(bridge.limits)
        self.document: DocumentNode | None = None
        self._batches: dict[Hashable, _Batch] = {}

    def explain(self, *, plans: bool) -> Explaining:
        """Note every statement from now on."""
        explaining = Explaining(self.executor.fetch, plans)
        self.executor.fetch = explaining
        return explaining

    async def single(self, plan: SinglePlan) -> Row | Finished | None:
        """The one row of the plan; None when there is none that the caller may read."""
        if self._finishes(plan.row.pure):
            value = await SingleFinisher(plan)(self.executor)
            return None if value is None else Finished(value)
        records = await self.executor.run(rows.select_one(plan.read))
        made = await self._rows(plan.row, self._values(plan.read.type_name, records))
        return made[0] if made else None

    async def page(self, plan: PagePlan) -> Page | Finished:
        """The plan's page; nothing is fetched when no row is asked for."""
        if self._finishes(plan.pure):
            return Finished(await page_finisher(plan)(self.executor))
        records = await self.executor.run(rows.select_page(plan)) if plan.rows else ()
        (page,) = await self._pages(plan, [records])
        if _is_counted(plan):
            page.count = await self.count(plan)
        return page

    async def aggregates(self, plan: AggregatePlan) -> Any:
        """The figures of the plan."""
        finish = self.executor.bridge.finish
        made = await AggregateFinisher(plan, finished=finish)(self.executor)
        return Finished(made) if finish else made

    async def count(self, plan: PagePlan) -> int:
        """The number of rows of a whole list."""
        (record,) = await self.executor.run(rows.count_page(plan))
        return int(record["count"])

    # --- rows -------------------------------------------------------------------------------------

    def _finishes(self, pure: bool) -> bool:
        return pure and self.executor.bridge.finish

    def _values(self, type_name: str, records: Iterable[Any]) -> list[dict[str, Any]]:
        return [self.executor.values(type_name, record) for record in records]

    async def _rows(self, plan: RowPlan, values: Iterable[Mapping[str, Any]]) -> list[Row]:
        """Rows of these values, with everything below them."""
        made = [self.executor.row(plan, each) for each in values]
        await self._attach(plan, made)
        return made

    async def _attach(self, plan: RowPlan, parents: Sequence[Row]) -> None:
        """Read the relations below `parents`, each for all of them, side by side."""
        if parents and plan.children:
            await _together(self._attach_one(out, parents) for out in plan.children.values())

    async def _attach_one(self, out: ToOneOut | ToManyOut, parents: Sequence[Row]) -> None:
        """Read one relation. What goes wrong is put in its place: graphql-core tells it there."""
        local = out.join.local
        keys = list(dict.fromkeys(getattr(parent, local) for parent in parents))
        try:
            found = await self._below(out, keys)
        except Exception as error:  # noqa: BLE001 - a field's error is part of the answer
            found = dict.fromkeys(keys, error)
        for parent in parents:
            parent.below_[out.key] = found.get(getattr(parent, local))

    async def _below(self, out: ToOneOut | ToManyOut, keys: list[Hashable]) -> dict[Hashable, Any]:
        """What a relation leads to from each of the keys of its parents."""
        if isinstance(out, ToOneOut):
            present = [key for key in keys if key is not None]
            return await self.by_keys(out, present) if present else {}
        if self._finishes(out.page.pure):
            return await self._finished_pages(out, keys)
        return await self._pages_by_key(out, keys)

    async def load(
        self, alike: Hashable, plan: ToOneOut, keys: Iterable[Hashable]
    ) -> dict[Hashable, Any]:
        """As `by_keys`, with one statement for all that ask in the same tick.

        `alike` is equal for plans that differ in nothing but their response key.
        """
        batch = self._batches.get(alike)
        if batch is not None:
            batch.keys.update(dict.fromkeys(keys))
            return await batch.found
        batch = self._batches[alike] = _Batch(keys)
        try:
            await asyncio.sleep(0)  # the fields beside this one add their keys
            del self._batches[alike]
            found = await self.by_keys(plan, list(batch.keys))
        except Exception as error:
            batch.fail(error)
            raise
        except asyncio.CancelledError:
            batch.found.cancel()
            raise
        batch.succeed(found)
        return found

    async def by_keys(self, out: ToOneOut, keys: list[Hashable]) -> dict[Hashable, Any]:
        """The rows with these keys, by key: those that there are to read."""
        if self._finishes(out.row.pure):
            sql = finished.finish_to_one(out)
            make = assembler(sql.layouts[0])
            records = await self.executor.run(sql.statement, keys)
            return {record[sql.cursors]: Finished(make(record)) for record in records}
        records = await self.executor.run(rows.select_to_one(out), keys)
        made = await self._rows(out.row, self._values(out.read.type_name, records))
        return {record[PARENT]: row for record, row in zip(records, made, strict=True)}

    async def _finished_pages(self, out: ToManyOut, keys: list[Hashable]) -> dict[Hashable, Any]:
        records = await self.executor.run(finished.finish_to_many(out), keys)
        return {key: Finished(orjson.Fragment(text)) for key, text in records}

    async def _pages_by_key(self, out: ToManyOut, keys: list[Hashable]) -> dict[Hashable, Any]:
        grouped: dict[Hashable, list[Any]] = {key: [] for key in keys}
        if out.page.rows:
            for record in await self.executor.run(rows.select_to_many(out), keys):
                grouped[record[PARENT]].append(record)
        pages = dict(zip(grouped, await self._pages(out.page, list(grouped.values())), strict=True))
        if _is_counted(out.page):
            for page in pages.values():
                page.count = 0
            for record in await self.executor.run(rows.count_to_many(out), keys):
                pages[record[PARENT]].count = int(record["count"])
        return pages

    async def _pages(self, plan: PagePlan, grouped: Sequence[Sequence[Any]]) -> list[Page]:
        """One page for each group of records, with everything below their rows."""
        pages = [Page(self, plan, records) for records in grouped]
        below: list[Awaitable[None]] = []
        for out in plan.outputs:
            if isinstance(out, NodesOut):
                for page in pages:
                    page.nodes[out.key] = [self.executor.row(out.row, v) for v in page.values]
                made = [row for page in pages for row in page.nodes[out.key]]
                below.append(self._attach(out.row, made))
            elif isinstance(out, EdgesOut):
                for page in pages:
                    page.edges[out.key] = [{} for _ in page.values]
                below += [
                    self._attach(inner.row, self._edges(out, inner, pages))
                    for inner in out.outputs
                    if isinstance(inner, NodesOut)
                ]
        await _together(below)
        return pages

    def _edges(self, out: EdgesOut, inner: NodesOut, pages: Iterable[Page]) -> list[Row]:
        """The rows of one key of all edges, put into their places."""
        made: list[Row] = []
        for page in pages:
            of_page = [self.executor.row(inner.row, values) for values in page.values]
            made.extend(of_page)
            for edge, row in zip(page.edges[out.key], of_page, strict=True):
                edge[inner.key] = row
        return made


async def _together(work: Iterable[Awaitable[None]]) -> None:
    """Side by side, but without tasks where there is nothing to be beside."""
    todo = list(work)
    if len(todo) == 1:
        await todo[0]
    elif todo:
        await asyncio.gather(*todo)


def _is_counted(plan: PagePlan) -> bool:
    return any(isinstance(out, CountOut) for out in plan.outputs)
