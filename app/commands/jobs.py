"""`piccolo db jobs`: how the queue of background jobs stands, and what failed; puts jobs back."""

from dataclasses import asdict

from app.audit import recorded
from app.commands import console
from app.commands.console import CommandError, UsageError
from app.context import ANONYMOUS
from app.database import SeedbedEngine
from app.jobs import depths, failed_jobs
from app.jobs import retry as put_back


def jobs(retry: str = "", json: bool = False) -> None:
    """Show how many jobs wait, run and have failed, and why; what they hold is never shown.

    :param retry:
        Put a failed job back into the queue, by its number; or all of them: --retry=all.
    :param json:
        Write one JSON document instead of text.
    """
    ids = _ids(retry)
    console.run(lambda engine: _jobs(engine, ids=ids, retry=bool(retry), as_json=json))


async def _jobs(engine: SeedbedEngine, *, ids: list[int] | None, retry: bool, as_json: bool) -> int:
    if retry:
        count = await _put_back(engine, ids)
        if ids is not None and not count:
            raise CommandError(f"Job {ids[0]} has not failed, so that it cannot be put back.")
        if as_json:
            console.write_json({"put_back": count})
        else:
            console.say(f"{console.plural(count, 'job')} put back into the queue.")
        return console.OK
    queue, failed = await depths(engine), await failed_jobs(engine)
    if as_json:
        console.write_json(
            {"queue": [asdict(one) for one in queue], "failed": [asdict(one) for one in failed]}
        )
        return console.OK
    if not queue:
        console.say("The queue is empty.")
    for depth in queue:
        console.say(
            f"{depth.kind:24}{depth.state:10}{depth.jobs:>8,}  oldest {depth.oldest:%Y-%m-%d %H:%M}"
        )
    for job in failed:
        tries = console.plural(job.attempts, "attempt")
        console.say(
            f"\nJob {job.id} ({job.kind}) failed at {job.failed_at:%Y-%m-%d %H:%M}, {tries}"
        )
        console.say(f"  {job.error}")
    if failed:
        console.say("\n`piccolo db jobs --retry=NUMBER` or --retry=all puts failed jobs back.")
    return console.OK


async def _put_back(engine: SeedbedEngine, ids: list[int] | None) -> int:
    """How many failed jobs went back into the queue; with their audit row, if there are any."""
    async with recorded(engine, "job.retry", ANONYMOUS) as change:
        count = await put_back(engine, ids)
        if count:
            change.about("Job", None, by="piccolo db jobs", jobs=count, ids=ids)
        else:
            change.unchanged()
    return count


def _ids(retry: str) -> list[int] | None:
    """Those to put back; None stands for all."""
    if retry in {"", "all"}:
        return None
    if not retry.isascii() or not retry.isdecimal() or int(retry) >= 2**63:
        raise UsageError(f"--retry={retry} is not possible: give the number of a job, or all.")
    return [int(retry)]
