"""A job is enqueued with the change it belongs to, and its secret is readable nowhere."""

from datetime import timedelta

import pytest

from app.database import SeedbedEngine
from app.jobs import SendEmail, depths, enqueue, failed_jobs, prune, retry
from app.jobs.store import EngineDriver, queries

MAIL = SendEmail(template="magic-link", to="ann@seedbed.example", token="very-secret-token")


async def _fail(engine: SeedbedEngine, job: int, error: str) -> None:
    """What the worker leaves of a job that failed for good."""
    await engine.fetch(
        "insert into operations.pgqueuer_log (job_id, status, priority, entrypoint, traceback)"
        " values ($1, 'failed', 0, 'send-email',"
        " jsonb_build_object('exception_message', $2::text))",
        *(job, error),
    )
    await engine.fetch(
        "update operations.pgqueuer set status = 'failed', attempts = 9 where id = $1", job
    )


async def test_a_rollback_leaves_no_job(database: SeedbedEngine) -> None:
    async def fail() -> None:
        async with database.transaction():
            assert len(await enqueue(database, MAIL, MAIL)) == 2
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await depths(database) == ()


async def test_a_commit_makes_all_jobs_visible_to_others_at_once(committed: SeedbedEngine) -> None:
    other = await committed.get_new_connection()
    try:
        async with committed.transaction():
            first, second = await enqueue(committed, MAIL, MAIL)
            assert await other.fetch("select id from operations.pgqueuer") == []
        rows = await other.fetch("select id from operations.pgqueuer order by id")
        assert [row["id"] for row in rows] == [first, second]
    finally:
        await other.close()


async def test_nothing_to_enqueue_is_no_statement(database: SeedbedEngine) -> None:
    assert await enqueue(database) == ()


async def test_no_row_holds_the_receiver_or_the_secret(database: SeedbedEngine) -> None:
    await enqueue(database, MAIL)
    rows = await database.fetch(
        "select encode(payload, 'escape') || job::text as held from operations.pgqueuer job"
        " union all select entry::text from operations.pgqueuer_log entry"
    )
    assert len(rows) == 2
    assert not [row for row in rows if "secret" in row["held"] or "ann@" in row["held"]]


async def test_the_depth_is_by_kind_and_state(database: SeedbedEngine) -> None:
    _, failed = await enqueue(database, MAIL, MAIL)
    await enqueue(database, MAIL, after=timedelta(hours=1))
    await _fail(database, failed, "No.")
    assert [(one.kind, one.state, one.jobs) for one in await depths(database)] == [
        ("send-email", "delayed", 1),
        ("send-email", "failed", 1),
        ("send-email", "waiting", 1),
    ]


async def test_failed_jobs_are_told_with_their_last_error_and_put_back(
    database: SeedbedEngine,
) -> None:
    one, two, three = await enqueue(database, MAIL, MAIL, MAIL)
    await _fail(database, one, "An error before.")
    await _fail(database, one, "The last error.")
    await _fail(database, two, "Another error.")
    told = [(job.id, job.attempts, job.error) for job in await failed_jobs(database)]
    assert told == [(two, 10, "Another error."), (one, 10, "The last error.")]
    assert await retry(database, [two, three]) == 1
    assert await retry(database, [two]) == 0
    assert await retry(database) == 1
    assert await failed_jobs(database) == ()
    rows = await database.fetch("select attempts, status::text from operations.pgqueuer")
    assert {tuple(row) for row in rows} == {(0, "queued")}


async def test_what_is_old_is_deleted_and_what_is_needed_stays(database: SeedbedEngine) -> None:
    old, kept, gone, waiting = await enqueue(database, MAIL, MAIL, MAIL, MAIL)
    for job in (old, kept):
        await _fail(database, job, "No.")
    await database.fetch("delete from operations.pgqueuer where id = $1", gone)
    await database.fetch("update operations.pgqueuer_log set created = now() - interval '31 days'")
    await database.fetch(
        "update operations.pgqueuer set updated = now() - interval '31 days' where id = any($1)",
        [old, waiting],
    )
    await prune(database)
    rows = await database.fetch("select id from operations.pgqueuer order by id")
    assert [row["id"] for row in rows] == [kept, waiting]
    rows = await database.fetch("select distinct job_id from operations.pgqueuer_log order by 1")
    assert [row["job_id"] for row in rows] == [kept, waiting]


async def test_the_migration_makes_what_pgqueuer_expects(database: SeedbedEngine) -> None:
    plan = await queries(EngineDriver(database)).plan_upgrade()
    assert list(plan.statements) == []
