"""Fills the database of DATABASE_URL with the data of the benchmark: `python -m bench.prepare`."""

import asyncio

from app.database import SeedbedEngine
from app.database.migrations import migrate
from piccolo_conf import DB
from seeds.runner import scale, seed


async def _fill(engine: SeedbedEngine) -> None:
    await engine.start_connection_pool()
    try:
        await migrate(engine)
        await seed(engine)
        await scale(engine, 1)
        # Otherwise autovacuum would do it while something is measured.
        await engine.run_ddl("vacuum (freeze, analyze)")
    finally:
        await engine.close_connection_pool()


if __name__ == "__main__":
    asyncio.run(_fill(DB))
