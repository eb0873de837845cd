"""What an operation did in the database, for whoever wants to see that there is no N+1."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from app.bridge.execute import Fetch
from app.bridge.limits import Budget, Limits


def cost(budget: Budget, limits: Limits) -> dict[str, int]:
    """The rows that an operation could return, and how many it may."""
    return {"rows": budget.rows, "limit": limits.rows}


@dataclass(frozen=True, slots=True)
class Explained:
    """One statement: its SQL, how long it took, how many rows came back, and how it was run."""

    sql: str
    milliseconds: float
    rows: int
    plan: str | None


@dataclass(slots=True)
class Explaining:
    """A `Fetch` that notes what it does."""

    fetch: Fetch
    plans: bool
    statements: list[Explained] = field(default_factory=list)

    async def __call__(self, sql: str, *args: object) -> Sequence[Any]:
        """Run a statement, note it, and have PostgreSQL explain it where plans are wanted."""
        began = time.perf_counter()
        records = await self.fetch(sql, *args)
        milliseconds = (time.perf_counter() - began) * 1000
        plan = None
        if self.plans:
            lines = await self.fetch(f"explain (verbose, settings) {sql}", *args)
            plan = "\n".join(line[0] for line in lines)
        self.statements.append(Explained(sql, round(milliseconds, 3), len(records), plan))
        return records

    def report(self, budget: Budget, limits: Limits) -> dict[str, Any]:
        """What goes into `extensions.explain`."""
        return {
            "cost": cost(budget, limits),
            "statements": [
                {"sql": s.sql, "milliseconds": s.milliseconds, "rows": s.rows}
                | ({} if s.plan is None else {"plan": s.plan.split("\n")})
                for s in self.statements
            ],
        }
