"""Every request's time limit is kept, whoever began when; a cancelled task stays cancelled."""

import asyncio

import pytest

from app.web.deadlines import Deadlines


async def test_a_block_that_lasts_too_long_is_ended_and_the_others_are_not() -> None:
    deadlines = Deadlines(0.1)

    async def work(start: float, seconds: float) -> str:
        await asyncio.sleep(start)
        try:
            with deadlines.limit():
                await asyncio.sleep(seconds)
        except TimeoutError:
            return "late"
        return "done"

    times = [(0, 60), (0, 0), (0.05, 0), (0.05, 60), (0.3, 60), (0.3, 0)]
    found = await asyncio.gather(*(work(start, seconds) for start, seconds in times))
    assert found == ["late", "done", "done", "late", "late", "done"]
    await asyncio.sleep(0)  # the task goes on: nothing of the cancelling is left


async def test_who_was_cancelled_stays_cancelled() -> None:
    deadlines = Deadlines(0.05)

    async def work() -> None:
        with deadlines.limit():
            try:
                await asyncio.sleep(60)
            finally:
                task.cancel()

    task = asyncio.create_task(work())
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_an_error_of_the_block_is_not_hidden() -> None:
    with pytest.raises(KeyError), Deadlines(60).limit():
        raise KeyError


def test_limits_work_in_one_event_loop_after_the_other() -> None:
    deadlines = Deadlines(0.05)

    async def work() -> None:
        with pytest.raises(TimeoutError), deadlines.limit():
            await asyncio.sleep(60)

    async def unfinished() -> None:
        with deadlines.limit():
            pass

    asyncio.run(unfinished())  # its timer ends with its loop
    asyncio.run(work())
