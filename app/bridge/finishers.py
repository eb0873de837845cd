"""Plans to finished answers: statement and assembly worked out once, used by any request."""

from typing import Any

from app.bridge.assemble import PageAssembler, assembler
from app.bridge.execute import Executor
from app.bridge.plan import CountOut, PagePlan, SinglePlan, Statement
from app.bridge.sql import finished, rows


class SingleFinisher:
    """Finishes a plan of one row; made once, used by any request."""

    __slots__ = ("_make", "_statement")

    def __init__(self, plan: SinglePlan) -> None:
        sql = finished.finish_one(plan)
        self._statement = sql.statement
        self._make = assembler(sql.layouts[0])

    async def __call__(self, executor: Executor) -> dict[str, Any] | None:
        """The row, ready for the encoder; None when there is none that the caller may read."""
        records = await executor.run(self._statement)
        return self._make(records[0]) if records else None


class PageFinisher:
    """Finishes a plan of a page; made once, used by any request."""

    __slots__ = ("_count", "_make", "_plan", "_statement")

    def __init__(self, plan: PagePlan) -> None:
        sql = finished.finish_page(plan)
        self._plan = plan
        self._statement = sql.statement
        self._make = PageAssembler(plan, sql)
        self._count: Statement | None = None
        if any(isinstance(out, CountOut) for out in plan.outputs):
            self._count = rows.count_page(plan)

    async def __call__(self, executor: Executor) -> dict[str, Any]:
        """The connection, ready for the encoder."""
        records = await executor.run(self._statement) if self._plan.rows else ()
        count = None
        if self._count is not None:
            ((count,),) = await executor.run(self._count)
        return self._make(records, count)
