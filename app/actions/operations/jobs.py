"""Failed background jobs, put back into the queue by an administrator."""

from collections.abc import Sequence

from app import jobs
from app.bridge import Problem, Refused
from app.context import Context


async def retry(context: Context, ids: Sequence[int] | None) -> int:
    """Put failed jobs back, or all of them without `ids`; returns how many there were.

    Raises Refused when none of `ids` has failed.
    """
    async with context.change("job.retry") as change:
        count = await jobs.retry(context.engine, ids)
        if ids is not None and not count:
            raise Refused(Problem("NOT_FOUND", "no job with these ids has failed", ("ids",)))
        if count:
            change.about("Job", None, jobs=count, ids=None if ids is None else sorted(set(ids)))
        else:
            change.unchanged()
    return count
