"""The queue of background jobs: what they are, how they are enqueued, and how the queue stands.

`await enqueue(engine, SendEmail(...))` inside a transaction adds the job with it, or not at all.
`app.worker` runs them.
"""

from app.jobs.kinds import (
    GenerateDocument,
    Job,
    JobUnreadable,
    MailTemplate,
    SendEmail,
    is_mailable,
)
from app.jobs.queue import JOB_TABLES, PRUNED_AFTER, enqueue, prune, retry
from app.jobs.report import Depth, FailedJob, depths, failed_jobs

__all__ = [
    "JOB_TABLES",
    "PRUNED_AFTER",
    "Depth",
    "FailedJob",
    "GenerateDocument",
    "Job",
    "JobUnreadable",
    "MailTemplate",
    "SendEmail",
    "depths",
    "enqueue",
    "failed_jobs",
    "is_mailable",
    "prune",
    "retry",
]
