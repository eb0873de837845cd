"""Workers share one queue: each job is done once, put off, given up, or left to the next one."""

import asyncio
import dataclasses
import logging
from typing import Any

import pytest

from app.database import PoolTimeout, SeedbedEngine
from app.jobs import Job, SendEmail, enqueue, failed_jobs, kinds, retry
from app.settings import load_settings
from app.worker import Worker, duties
from app.worker.attempts import Attempt, GiveUp, Handler, TryLater
from app.worker.duties import Duty
from app.worker.handlers import HANDLERS
from tests.worker.toys import QUICK, Book, Note, until, until_queue_is


def _worker(engine: SeedbedEngine, handler: Handler, **pace: Any) -> Worker:
    return Worker(engine, {Note: handler}, duties=(), pace=dataclasses.replace(QUICK, **pace))


def test_every_kind_has_a_handler() -> None:
    ours = [kind.kind for kind in vars(kinds).values() if _is_kind(kind)]
    assert sorted(ours) == sorted(kind.kind for kind in HANDLERS)
    assert len(set(ours)) == len(ours)


def _is_kind(thing: object) -> bool:
    return isinstance(thing, type) and issubclass(thing, Job) and thing is not Job


async def test_two_workers_share_the_jobs_and_each_is_done_once(committed: SeedbedEngine) -> None:
    books = Book(), Book()
    async with (
        _worker(committed, books[0].write).beside(),
        _worker(committed, books[1].write).beside(),
    ):
        for half in range(2):
            await enqueue(committed, *(Note(text=f"{half}-{index}") for index in range(30)))
            await asyncio.sleep(0.05)
        await until(lambda: len(books[0].ended) + len(books[1].ended) >= 60)
        await until_queue_is(committed, {})
    done = books[0].ended + books[1].ended
    assert sorted(done) == sorted(f"{half}-{index}" for half in range(2) for index in range(30))
    rows = await committed.fetch("select count(*) from operations.pgqueuer")
    assert rows[0]["count"] == 0, "a job that is done leaves no payload"


async def test_a_job_that_may_work_later_is_tried_again(committed: SeedbedEngine) -> None:
    book = Book()

    async def second_time(job: Note, attempt: Attempt) -> None:
        await book.write(job, attempt)
        if attempt.number == 1:
            raise TryLater("Not yet.")

    await enqueue(committed, Note(text="a"))
    async with _worker(committed, second_time).beside():
        await until(lambda: len(book.begun) == 2)
        await until_queue_is(committed, {})
    assert book.begun == [("a", 1), ("a", 2)]


async def test_a_job_that_never_works_is_kept_and_can_be_put_back(
    committed: SeedbedEngine, caplog: pytest.LogCaptureFixture
) -> None:
    book = Book()

    async def never(job: Note, attempt: Attempt) -> None:
        await book.write(job, attempt)
        raise TryLater("The other side is away.")

    (number,) = await enqueue(committed, Note(text="hush"))
    worker = _worker(committed, never)
    with caplog.at_level(logging.INFO):
        async with worker.beside():
            await until(lambda: len(book.begun) == 3)
            await until_queue_is(committed, {"failed": 1})
            (failed,) = await failed_jobs(committed)
            assert await retry(committed) == 1
            await until(lambda: len(book.begun) == 6)
            await until_queue_is(committed, {"failed": 1})
    assert (failed.id, failed.kind, failed.attempts) == (number, "note", 3)
    assert failed.error == "The other side is away."
    assert [attempt for _, attempt in book.begun] == [1, 2, 3, 1, 2, 3]
    assert "has failed for good: The other side is away." in caplog.text
    assert "Traceback" not in caplog.text
    assert "hush" not in caplog.text


async def test_a_job_that_cannot_work_is_tried_once(committed: SeedbedEngine) -> None:
    book = Book()

    async def refuse(job: Note, attempt: Attempt) -> None:
        await book.write(job, attempt)
        raise GiveUp("There is no such thing.")

    await enqueue(committed, Note())
    async with _worker(committed, refuse).beside():
        await until_queue_is(committed, {"failed": 1})
    assert len(book.begun) == 1


async def test_the_words_of_a_fault_are_in_the_log_alone(
    committed: SeedbedEngine, caplog: pytest.LogCaptureFixture
) -> None:
    async def fault(job: Note, attempt: Attempt) -> None:
        raise KeyError("what the code stumbled over")

    await enqueue(committed, Note())
    async with _worker(committed, fault).beside():
        await until_queue_is(committed, {"failed": 1})
    (failed,) = await failed_jobs(committed)
    assert failed.error == "An unexpected KeyError: the worker's log has it."
    assert "what the code stumbled over" in caplog.text
    rows = await committed.fetch("select log::text as entry from operations.pgqueuer_log log")
    assert not [row for row in rows if "stumbled" in row["entry"]]


async def test_a_payload_of_another_key_fails_at_once(committed: SeedbedEngine) -> None:
    book = Book()
    other = dataclasses.replace(committed.settings, secret_key="another")
    await enqueue(committed, Note())
    engine = SeedbedEngine(other)
    async with _worker(engine, book.write).beside():
        await until_queue_is(committed, {"failed": 1})
    await engine.close_connection_pool()
    (failed,) = await failed_jobs(committed)
    assert "SEEDBED_SECRET_KEY" in failed.error
    assert book.begun == []


async def test_a_kind_without_a_handler_stays_in_the_queue(committed: SeedbedEngine) -> None:
    book = Book()
    await enqueue(committed, SendEmail(template="magic-link", to="ann@seedbed.example"), Note())
    async with _worker(committed, book.write).beside():
        await until(lambda: len(book.ended) == 1)
        await until_queue_is(committed, {"waiting": 1})


async def test_what_runs_ends_before_the_worker_does(committed: SeedbedEngine) -> None:
    book, go_on = Book(), asyncio.Event()

    async def wait(job: Note, attempt: Attempt) -> None:
        book.begun.append((job.text, attempt.number))
        await go_on.wait()
        book.ended.append(job.text)

    await enqueue(committed, Note(text="a"))
    stop = asyncio.Event()
    task = asyncio.create_task(_worker(committed, wait).run(stop))
    await until(lambda: bool(book.begun))
    stop.set()
    await enqueue(committed, Note(text="b"))
    await asyncio.sleep(0.1)
    assert not task.done()
    go_on.set()
    await task
    # The second one stays, unless the worker was fetching at that moment.
    assert book.ended == [text for text, _ in book.begun]
    await until_queue_is(committed, {"waiting": 1} if book.ended == ["a"] else {})


async def test_what_does_not_end_goes_back_into_the_queue(committed: SeedbedEngine) -> None:
    book = Book()

    async def hang(job: Note, attempt: Attempt) -> None:
        book.begun.append((job.text, attempt.number))
        await asyncio.Event().wait()

    await enqueue(committed, Note(text="a"))
    async with _worker(committed, hang, grace=0.05).beside():
        await until(lambda: bool(book.begun))
    await until_queue_is(committed, {"waiting": 1})
    async with _worker(committed, book.write).beside():
        await until_queue_is(committed, {})
    assert book.ended == ["a"]


async def test_a_job_that_its_workers_do_not_survive_is_given_up(committed: SeedbedEngine) -> None:
    book = Book()
    (number,) = await enqueue(committed, Note())
    await committed.fetch(
        "insert into operations.pgqueuer_log (job_id, status, priority, entrypoint)"
        " select $1, 'picked', 0, 'note' from generate_series(1, 3)",
        number,
    )
    async with _worker(committed, book.write).beside():
        await until_queue_is(committed, {"failed": 1})
    (failed,) = await failed_jobs(committed)
    assert failed.error == "3 workers in a row ended while they ran it."
    assert book.begun == []


async def test_a_duty_is_done_again_although_it_failed(
    committed: SeedbedEngine, caplog: pytest.LogCaptureFixture
) -> None:
    times = 0

    async def fail_first(engine: SeedbedEngine, stop: asyncio.Event) -> None:
        nonlocal times
        times += 1
        if times == 1:
            raise ZeroDivisionError

    worker = Worker(committed, {}, (Duty("count", 0.01, fail_first),), QUICK)
    async with worker.beside():
        await until(lambda: times > 2)
    assert "The duty 'count' failed" in caplog.text


async def test_a_duty_that_fails_again_and_again_is_done_less_often(
    committed: SeedbedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duties, "LONGEST_WAIT", 0.08)
    waits: list[float] = []
    stop = asyncio.Event()
    fails = True

    async def run(engine: SeedbedEngine, stop: asyncio.Event) -> None:
        if fails:
            raise PoolTimeout("It is away.")

    async def note(stop: asyncio.Event, seconds: float) -> None:
        nonlocal fails
        waits.append(seconds)
        fails = len(waits) != 5
        if len(waits) == 7:
            stop.set()

    monkeypatch.setattr(duties, "pause", note)
    await duties.keep(Duty("count", 0.01, run), committed, stop)
    assert waits == [0.02, 0.04, 0.08, 0.08, 0.08, 0.01, 0.02]


async def test_production_without_mail_is_said_at_the_start(
    committed: SeedbedEngine, caplog: pytest.LogCaptureFixture
) -> None:
    settings = load_settings(
        {
            "SEEDBED_ENVIRONMENT": "production",
            "SEEDBED_SECRET_KEY": "kN3vTq8zR1xWm5LpYc7Hd2Gs9Jf4Bu6A",
            "DATABASE_URL": committed.settings.database_url or "",
        }
    )
    engine = SeedbedEngine(settings)
    async with Worker(engine, {}, (), QUICK).beside():
        await until(lambda: "SEEDBED_SMTP_URL" in caplog.text)
    await engine.close_connection_pool()
