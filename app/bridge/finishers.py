"""Plans to finished answers: statement and assembly worked out once, used by any request."""

from typing import Any

import orjson

from app.bridge.aggregates import placed
from app.bridge.assemble import PageAssembler, assembler
from app.bridge.execute import Executor
from app.bridge.plan import AggregatePlan, CountOut, PagePlan, SinglePlan, Statement, Value
from app.bridge.sql import finished, rows
from app.bridge.sql.aggregates import aggregate


class SingleFinisher:
    """Finishes a plan of one row; made once, used by any request."""

    __slots__ = ("_make", "_statement", "_unused")

    def __init__(self, plan: SinglePlan) -> None:
        sql = finished.finish_one(plan)
        self._statement = sql.statement
        self._make = assembler(sql.layouts[0])
        self._unused = _unused(plan.given, sql.statement)

    async def __call__(self, executor: Executor) -> dict[str, Any] | None:
        """The row, ready for the encoder; None when there is none that the caller may read."""
        if self._unused:
            executor.bind(self._unused)
        records = await executor.run(self._statement)
        return self._make(records[0]) if records else None


class PageFinisher:
    """Finishes a plan of a page; made once, used by any request."""

    __slots__ = ("_count", "_make", "_plan", "_statement", "_unused")

    def __init__(self, plan: PagePlan) -> None:
        sql = finished.finish_page(plan)
        self._plan = plan
        self._statement = sql.statement
        self._make = PageAssembler(plan, sql)
        self._unused = _unused(plan.given, sql.statement if plan.rows else None)
        self._count: Statement | None = None
        if any(isinstance(out, CountOut) for out in plan.outputs):
            self._count = rows.count_page(plan)

    async def __call__(self, executor: Executor) -> dict[str, Any]:
        """The connection, ready for the encoder."""
        if self._unused:
            executor.bind(self._unused)
        records = await executor.run(self._statement) if self._plan.rows else ()
        count = None
        if self._count is not None:
            ((count,),) = await executor.run(self._count)
        return self._make(records, count)


class ListFinisher:
    """Finishes a plan of a page that PostgreSQL makes JSON of; made once, used by any request."""

    __slots__ = ("_statement", "_unused")

    def __init__(self, plan: PagePlan) -> None:
        self._statement = finished.finish_list(plan)
        self._unused = _unused(plan.given, self._statement)

    async def __call__(self, executor: Executor) -> orjson.Fragment:
        """The connection, as the encoder takes it."""
        if self._unused:
            executor.bind(self._unused)
        ((text,),) = await executor.run(self._statement)
        return orjson.Fragment(text)


def page_finisher(plan: PagePlan) -> "PageFinisher | ListFinisher":
    """What finishes a plan of a page at the top fastest."""
    return ListFinisher(plan) if finished.comes_as_text(plan) else PageFinisher(plan)


class AggregateFinisher:
    """Makes the answer of a plan of aggregates; its values are as answers show them, or raw."""

    __slots__ = ("_groups", "_loads", "_plan", "_statement", "_unused")

    def __init__(self, plan: AggregatePlan, *, finished: bool = True) -> None:
        self._plan = plan
        self._statement: Statement | None = None
        if plan.keys or plan.measures:
            self._statement = aggregate(plan, finished=finished)
        self._unused = _unused(plan.given, self._statement)
        self._loads = [
            (place, key.load)
            for place, key in enumerate(plan.keys)
            if key.load is not None and not finished
        ]
        self._groups = {
            place: AggregateFinisher(place, finished=finished)
            for _, place in plan.shape
            if isinstance(place, AggregatePlan)
        }

    async def __call__(self, executor: Executor) -> Any:
        """One object in all, or the list of groups."""
        if self._unused:
            executor.bind(self._unused)
        records = await executor.run(self._statement) if self._statement is not None else ((),)
        # One after another: each reads all rows, and one request is to keep one connection busy.
        groups = {place: await finish(executor) for place, finish in self._groups.items()}
        made = [placed(self._plan.shape, self._loaded(record), groups) for record in records]
        return made if self._plan.keys else made[0]

    def _loaded(self, record: Any) -> Any:
        if not self._loads:
            return record
        values = list(record)
        for place, load in self._loads:
            if values[place] is not None:
                values[place] = load(values[place])
        return values


def _unused(given: tuple[Value, ...], statement: Statement | None) -> tuple[Value, ...]:
    """The values of the request that are not in the statement; bad ones are refused all the same.

    Rows mode decodes all of them when it plans.
    """
    used = statement.values if statement is not None else ()
    return tuple(value for value in given if value not in used)
