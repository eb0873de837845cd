"""What keeps the server running: the audit log, its configuration, event delivery, rate limits."""

from piccolo.columns import (
    JSONB,
    BigInt,
    BigSerial,
    DoublePrecision,
    ForeignKey,
    Integer,
    OnDelete,
    Text,
    Timestamptz,
    Varchar,
)
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from app.tables import checks
from app.tables.base import AppendOnlyTable, AppTable, Created, Rules, Updated
from app.tables.identity import User
from app.tables.projects import Project

__all__ = ["AuditLog", "Event", "RateLimit", "SlowStatement", "SystemConfig"]


class AuditLog(AppendOnlyTable, tablename="audit_logs", schema="operations"):
    """Who did what to which thing. The database refuses to change or delete a row.

    Only the retention command deletes, in a transaction that ran
    `select set_config('app.retention', 'on', true)`; and when a user is deleted for good, the
    foreign key empties `user`.
    """

    user: ForeignKey[User] = ForeignKey(
        User,
        null=True,
        on_delete=OnDelete.set_null,
        index=True,
        help_text="Who did it; null for nobody known.",
    )
    action: Varchar = Varchar(
        length=100, null=False, default=None, index=True, help_text="What was done."
    )
    resource_type: Varchar = Varchar(
        length=100, null=False, default=None, help_text="To what kind of thing."
    )
    resource_id: Varchar = Varchar(
        length=100, null=True, default=None, help_text="To which one, if to one."
    )
    details: JSONB = JSONB(default="{}", help_text="What changed, an object; never a secret.")
    ip_address: Varchar = Varchar(
        length=45, null=True, default=None, help_text="The address it came from."
    )
    user_agent: Varchar = Varchar(
        length=512, null=True, default=None, help_text="What the client calls itself."
    )

    details_shape = checks.object_("details")


class SystemConfig(Rules, Updated, Created, Table, tablename="system_configs", schema="operations"):
    """A setting that administrators change while the server runs, by its key."""

    key: Varchar = Varchar(
        length=100, primary_key=True, null=False, default=None, help_text="The setting's name."
    )
    value: JSONB = JSONB(null=False, default=None, help_text="Its value, of the key's type.")
    description: Text = Text(null=True, default=None, help_text="What it does.")
    updated_by: ForeignKey[User] = ForeignKey(
        User,
        null=True,
        on_delete=OnDelete.set_null,
        index=True,
        help_text="Who changed it last.",
    )

    key_shape = Check("\"key\" ~ '^[a-z0-9_]+(\\.[a-z0-9_]+)*$'")
    description_length = checks.length("description", 0, 1_000)


class Event(AppTable, tablename="events", schema="operations"):
    """An event to be delivered to the agent, at least once and in order within its project.

    Written in the transaction of the change it tells of. It is due while neither `delivered_at` nor
    `dead_at` is set and `next_attempt_at` has come. `sequence` gives the order: whoever writes an
    event locks the project's row first, so that the order is also that of the commits.
    """

    project: ForeignKey[Project] = ForeignKey(
        Project, null=False, on_delete=OnDelete.cascade, help_text="The project it is about."
    )
    sequence: BigSerial = BigSerial(help_text="Its place in the order of events.")
    name: Varchar = Varchar(
        length=100, null=False, default=None, help_text="What happened, as in code-agent/run."
    )
    data: JSONB = JSONB(default="{}", help_text="What the agent needs to know, an object.")
    attempts: Integer = Integer(default=0, help_text="How often delivery was tried.")
    next_attempt_at: Timestamptz = Timestamptz(
        default=TimestamptzNow(), null=False, help_text="When to try next."
    )
    delivered_at: Timestamptz = Timestamptz(
        null=True, default=None, help_text="When it was delivered."
    )
    dead_at: Timestamptz = Timestamptz(
        null=True, default=None, help_text="When it was given up; it can be queued again."
    )
    last_error: Text = Text(null=True, default=None, help_text="Why the last attempt failed.")

    data_shape = checks.object_("data")
    attempts_range = checks.at_least("attempts", 0)
    last_error_length = checks.length("last_error", 0, 10_000)
    one_end = Check('"delivered_at" is null or "dead_at" is null')


class SlowStatement(AppTable, tablename="slow_statements", schema="operations"):
    """A statement that took longer than the threshold, summed up over all server processes."""

    fingerprint: Varchar = Varchar(
        length=64,
        null=False,
        default=None,
        help_text="SHA-256 of the statement; lists of arguments of any length count as one.",
    )
    operation: Varchar = Varchar(
        length=200, default="", help_text="The GraphQL operation it was for; empty for none."
    )
    sql: Text = Text(null=False, default=None, help_text="The statement, without its arguments.")
    calls: BigInt = BigInt(default=0, help_text="How often it was slow.")
    total_ms: DoublePrecision = DoublePrecision(
        default=0.0, help_text="How long it took in all, in milliseconds."
    )
    max_ms: DoublePrecision = DoublePrecision(
        default=0.0, help_text="How long it took at most, in milliseconds."
    )
    last_seen_at: Timestamptz = Timestamptz(
        default=TimestamptzNow(), null=False, index=True, help_text="When it was slow last."
    )

    one_per_operation = Unique([fingerprint, operation])
    sql_length = checks.length("sql", 1, 20_000)
    calls_range = checks.at_least("calls", 0)


class RateLimit(AppTable, tablename="rate_limits", schema="operations"):
    """How often something was tried in one window of time, shared by every server process."""

    key: Varchar = Varchar(
        length=200, null=False, default=None, help_text="What is limited, and for whom."
    )
    window_start: Timestamptz = Timestamptz(
        null=False, default=None, help_text="When the window began."
    )
    attempts: Integer = Integer(default=0, help_text="How many attempts it has seen.")
    expires_at: Timestamptz = Timestamptz(
        null=False, default=None, index=True, help_text="When the row can be deleted."
    )

    one_per_window = Unique([key, window_start])
    attempts_range = checks.at_least("attempts", 0)
