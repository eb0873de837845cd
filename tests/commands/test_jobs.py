"""`piccolo db jobs`: numbers and errors, never what a job holds."""

import json

import pytest

from app.commands import jobs as command
from app.commands.console import OK, CommandError, UsageError
from app.database import SeedbedEngine
from app.jobs import SendEmail, enqueue

MAIL = SendEmail(template="magic-link", to="ann@seedbed.example", token="secret")


async def _run(engine: SeedbedEngine, retry: str = "", *, as_json: bool = False) -> int:
    ids = command._ids(retry)
    return await command._jobs(engine, ids=ids, retry=bool(retry), as_json=as_json)


@pytest.fixture
async def failed(database: SeedbedEngine) -> int:
    """The number of a failed job; another one waits."""
    number, _ = await enqueue(database, MAIL, MAIL)
    await database.fetch(
        "insert into operations.pgqueuer_log (job_id, status, priority, entrypoint, traceback)"
        " values ($1, 'failed', 0, 'send-email', '{\"exception_message\": \"It is away.\"}')",
        number,
    )
    await database.fetch(
        "update operations.pgqueuer set status = 'failed', attempts = 9,"
        " created = '2026-11-21 10:00Z', updated = '2026-11-21 14:05Z' where id = $1",
        number,
    )
    return number


async def test_an_empty_queue(database: SeedbedEngine, capsys: pytest.CaptureFixture[str]) -> None:
    assert await _run(database) == OK
    assert capsys.readouterr().out == "The queue is empty.\n"


async def test_what_waits_and_what_failed(
    database: SeedbedEngine, failed: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await _run(database) == OK
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "send-email              failed           1  oldest 2026-11-21 10:00"
    assert lines[1].startswith("send-email              waiting          1  oldest 20")
    assert lines[2:] == [
        "",
        f"Job {failed} (send-email) failed at 2026-11-21 14:05, 10 attempts",
        "  It is away.",
        "",
        "`piccolo db jobs --retry=NUMBER` or --retry=all puts failed jobs back.",
    ]


async def test_json_has_the_same_and_no_payload(
    database: SeedbedEngine, failed: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await _run(database, as_json=True) == OK
    told = json.loads(capsys.readouterr().out)
    assert [(one["state"], one["jobs"]) for one in told["queue"]] == [("failed", 1), ("waiting", 1)]
    (job,) = told["failed"]
    assert job.keys() == {"id", "kind", "created", "failed_at", "attempts", "error"}
    assert (job["id"], job["error"]) == (failed, "It is away.")


@pytest.mark.parametrize("which", ["one", "all"])
async def test_failed_jobs_are_put_back(
    database: SeedbedEngine, failed: int, capsys: pytest.CaptureFixture[str], which: str
) -> None:
    assert await _run(database, str(failed) if which == "one" else "all") == OK
    assert capsys.readouterr().out == "1 job put back into the queue.\n"
    rows = await database.fetch("select status::text from operations.pgqueuer")
    assert {row["status"] for row in rows} == {"queued"}
    [audit] = await database.fetch("select * from operations.audit_logs")
    assert (audit["user"], audit["action"], audit["resource_type"]) == (None, "job.retry", "Job")
    ids = [failed] if which == "one" else None
    assert json.loads(audit["details"]) == {"by": "piccolo db jobs", "jobs": 1, "ids": ids}


async def test_a_job_that_has_not_failed_is_refused(database: SeedbedEngine, failed: int) -> None:
    with pytest.raises(CommandError, match=f"Job {failed + 1} has not failed"):
        await _run(database, str(failed + 1))
    assert await database.fetch("select from operations.audit_logs") == []


@pytest.mark.parametrize("retry", ["everything", "-1", "1.5", "²", "9" * 30])
def test_what_is_no_number_is_refused(retry: str) -> None:
    with pytest.raises(UsageError, match="give the number of a job, or all"):
        command._ids(retry)
