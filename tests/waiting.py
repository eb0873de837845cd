"""Requests that have come to wait for a lock of the test's."""

import asyncio
import contextvars
from collections.abc import Coroutine
from typing import Any

import httpx

from app.database import SeedbedEngine

Request = Coroutine[Any, Any, httpx.Response]


async def begun(
    engine: SeedbedEngine, request: Request, outside: contextvars.Context, number: int = 1
) -> asyncio.Task[httpx.Response]:
    """A request, begun `outside` of the current transaction, that has come to wait for it.

    It is the `number`th that waits.
    """
    sent = asyncio.get_running_loop().create_task(request, context=outside)
    waiting = "select from pg_locks where pg_backend_pid() = any(pg_blocking_pids(pid))"
    while not sent.done() and len(await engine.fetch(waiting)) < number:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    assert not sent.done(), "it does not wait"
    return sent
