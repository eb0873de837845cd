"""A database that goes away and comes back is waited for."""

import asyncio
import dataclasses

from app.database import SeedbedEngine
from app.jobs import enqueue
from app.worker import Worker
from app.worker.attempts import Attempt
from tests import databases
from tests.database.proxy import Proxy
from tests.worker.toys import QUICK, Book, Note, until, until_queue_is

LISTENING = """
select pid from pg_stat_activity where datname = current_database() and query ilike 'listen%'
"""


def _through(proxy: Proxy, engine: SeedbedEngine, **settings: object) -> SeedbedEngine:
    url = proxy.url(databases.own(), "sslmode=disable")
    return SeedbedEngine(
        dataclasses.replace(engine.settings, database_url=url, **settings)  # type: ignore[arg-type]  # names checked there
    )


async def test_an_outage_loses_no_job_and_repeats_none(committed: SeedbedEngine) -> None:
    book, go_on = Book(), asyncio.Event()

    async def wait(job: Note, attempt: Attempt) -> None:
        book.begun.append((job.text, attempt.number))
        await go_on.wait()
        book.ended.append(job.text)

    async with Proxy(committed.settings.database_url or "") as proxy:
        engine = _through(proxy, committed)
        pace = dataclasses.replace(QUICK, heartbeat=60.0)
        async with Worker(engine, {Note: wait}, (), pace).beside():
            await enqueue(committed, Note(text="during"))
            await until(lambda: bool(book.begun))
            await proxy.close()
            go_on.set()
            await until(lambda: book.ended == ["during"])
            await enqueue(committed, Note(text="after"))
            await asyncio.sleep(0.3)
            assert book.ended == ["during"], "nothing can be taken while the database is away"
            await proxy.open()
            await until(lambda: book.ended == ["during", "after"])
            await until_queue_is(committed, {})
        await engine.close_connection_pool()
    assert book.begun == [("during", 1), ("after", 1)]


async def test_it_starts_before_its_database_does(committed: SeedbedEngine) -> None:
    book = Book()
    await enqueue(committed, Note(text="a"))
    async with Proxy(committed.settings.database_url or "") as proxy:
        await proxy.close()
        engine = _through(proxy, committed)
        async with Worker(engine, {Note: book.write}, (), QUICK).beside():
            await asyncio.sleep(0.3)
            await proxy.open()
            await until(lambda: book.ended == ["a"])
        await engine.close_connection_pool()


async def test_it_stops_although_its_database_is_away(committed: SeedbedEngine) -> None:
    async with Proxy(committed.settings.database_url or "") as proxy:
        engine = _through(proxy, committed)
        async with Worker(engine, {Note: Book().write}, (), QUICK).beside():
            await until(lambda: proxy.connections > 1)
            await proxy.close()
            await asyncio.sleep(0.2)
        await engine.close_connection_pool()


async def test_a_notification_is_heard_on_the_connection_after_the_lost_one(
    committed: SeedbedEngine,
) -> None:
    book = Book()
    pace = dataclasses.replace(QUICK, poll=3600.0)
    async with Proxy(committed.settings.database_url or "") as proxy:
        engine = _through(proxy, committed)
        async with Worker(engine, {Note: book.write}, (), pace).beside():
            await enqueue(committed, Note(text="a"))
            await until(lambda: book.ended == ["a"])
            before = proxy.connections
            await proxy.cut()
            await until(lambda: proxy.connections > before)
            await asyncio.sleep(0.2)
            await enqueue(committed, Note(text="b"))
            await until(lambda: book.ended == ["a", "b"])
        await engine.close_connection_pool()


async def test_behind_pgbouncer_the_queue_is_asked_again_and_again(
    committed: SeedbedEngine,
) -> None:
    book = Book()
    engine = SeedbedEngine(dataclasses.replace(committed.settings, pgbouncer=True))
    async with Worker(engine, {Note: book.write}, (), QUICK).beside():
        await asyncio.sleep(0.3)
        await enqueue(committed, Note(text="a"))
        await until(lambda: book.ended == ["a"])
        assert await committed.fetch(LISTENING) == []
    await engine.close_connection_pool()


async def test_behind_pgbouncer_it_listens_at_an_address_of_its_own(
    committed: SeedbedEngine,
) -> None:
    book = Book()
    direct = committed.settings.database_url
    engine = SeedbedEngine(
        dataclasses.replace(committed.settings, pgbouncer=True, listen_url=direct)
    )
    pace = dataclasses.replace(QUICK, poll=3600.0)
    async with asyncio.timeout(20), Worker(engine, {Note: book.write}, (), pace).beside():
        while not await committed.fetch(LISTENING):  # noqa: ASYNC110 - asks a database
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.2)  # the queue has been asked for the first time
        await enqueue(committed, Note(text="a"))
        await until(lambda: book.ended == ["a"])
    await engine.close_connection_pool()
