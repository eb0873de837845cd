"""Deletes by age what may go: old records, delivered events, expired logins, limits that are over.

Each batch is a transaction of its own and passes over rows that somebody else holds, so nothing is
locked for long, and two runs at once share the work. What a run did is one row of the audit log.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta

from app.actions import configuration
from app.database import SeedbedEngine
from app.tables import AuditLog

BATCH = 1_000  # rows deleted in one transaction


@dataclass(frozen=True, slots=True)
class Ages:
    """After how many days rows go, counted from what is told of each.

    `audit_log` from when it was written, `events` from delivery, `logins` (sessions, refresh
    tokens, magic links) from expiry, `slow_statements` from when they were seen last, `changes`
    from when they were made: so long a subscriber may be away and go on where they were. Rate
    limits go when they expire.
    """

    audit_log: int = 730
    events: int = 30
    logins: int = 30
    slow_statements: int = 90
    changes: int = 7


@dataclass(frozen=True, slots=True)
class _Rule:
    """Which rows of a table may go: `column` before the cutoff `$1`, and `where`."""

    table: str
    age: str | None  # a field of Ages; None for what goes at once
    column: str
    where: str = "true"
    append_only: bool = False


# Tokens before sessions: a session takes its tokens with it, and those are counted by themselves.
_RULES = (
    _Rule("operations.audit_logs", "audit_log", "created_at", append_only=True),
    # A dead event waits for a person, who may queue it again.
    _Rule("operations.events", "events", "delivered_at"),
    _Rule("operations.rate_limits", None, "expires_at"),
    _Rule("operations.slow_statements", "slow_statements", "last_seen_at"),
    # A trigger remembers up to where: positions from before are refused.
    _Rule("operations.changes", "changes", "created_at"),
    _Rule("identity.magic_links", "logins", "expires_at"),
    # A token that was used stays until it expires: being used again betrays a theft.
    _Rule("identity.refresh_tokens", "logins", "expires_at"),
    # A session's own end is that of its access token; it goes on while a refresh token lives.
    _Rule(
        "identity.sessions",
        "logins",
        "expires_at",
        "not exists (select from identity.refresh_tokens t"
        " where t.session = sessions.id and t.expires_at >= $1)",
    ),
)


@dataclass(frozen=True, slots=True)
class Retained:
    """What a run has deleted, or would delete: rows by table, in the order of deletion."""

    deleted: Mapping[str, int]
    ages: Ages
    dry_run: bool


async def configured_ages(engine: SeedbedEngine) -> Ages:
    """The ages of the system's configuration, where it has them, and else the defaults."""
    return Ages(
        audit_log=await configuration.value_of(engine, configuration.AUDIT_RETENTION_DAYS),
        events=await configuration.value_of(engine, configuration.EVENTS_RETENTION_DAYS),
    )


async def retain(
    engine: SeedbedEngine, ages: Ages, *, dry_run: bool = False, batch: int = BATCH
) -> Retained:
    """Delete what is older than `ages`, or only count it.

    It may be repeated, and run more than once at a time. When it fails, what was deleted until then
    stays deleted, and is in the audit log as well; so a run that was killed is the only one without
    its row there.
    """
    now = datetime.now(UTC)
    counts = {rule.table: 0 for rule in _RULES}
    if dry_run:
        for rule in _RULES:
            [row] = await engine.fetch(_statement(_COUNT, rule), _cutoff(rule, ages, now))
            counts[rule.table] = row["count"]
        return Retained(counts, ages, dry_run=True)
    finished = False
    try:
        for rule in _RULES:
            while deleted := await _delete(engine, rule, _cutoff(rule, ages, now), batch):
                counts[rule.table] += deleted
                if deleted < batch:
                    break
        finished = True
    finally:
        await _write_down(engine, counts, ages, finished=finished)
    return Retained(counts, ages, dry_run=False)


async def retain_daily(engine: SeedbedEngine) -> bool:
    """Delete by the configured ages, unless that was done within a day or is not wanted.

    Whether it was done now.
    """
    if not await configuration.value_of(engine, configuration.RETENTION_DAILY):
        return False
    if await engine.fetch(_DONE_TODAY):
        return False
    await retain(engine, await configured_ages(engine))
    return True


_DONE_TODAY = """
select from operations.audit_logs
where action = 'retention.run' and created_at > now() - interval '1 day'
  and (details ->> 'finished')::boolean
limit 1
"""
_COUNT = "select count(*) from {table} where {condition}"
_DELETE = """
with old as (
  select id from {table} where {condition} order by {column} limit $2 for update skip locked
)
delete from {table} using old where {table}.id = old.id
"""


def _statement(template: str, rule: _Rule) -> str:
    condition = f"{rule.column} < $1 and {rule.where}"
    return template.format(table=rule.table, column=rule.column, condition=condition)


def _cutoff(rule: _Rule, ages: Ages, now: datetime) -> datetime:
    return now - timedelta(days=getattr(ages, rule.age) if rule.age else 0)


async def _delete(engine: SeedbedEngine, rule: _Rule, cutoff: datetime, batch: int) -> int:
    async with engine.transaction() as transaction:
        if rule.append_only:
            await transaction.execute("select set_config('app.retention', 'on', true)")
        status = await transaction.execute(_statement(_DELETE, rule), cutoff, batch)
        if rule.append_only:
            # For a transaction around this one.
            await transaction.execute("select set_config('app.retention', 'off', true)")
    return int(status.removeprefix("DELETE "))


async def _write_down(
    engine: SeedbedEngine, counts: Mapping[str, int], ages: Ages, *, finished: bool
) -> None:
    details = {"deleted": counts, "days": asdict(ages), "finished": finished}
    row = AuditLog(action="retention.run", resource_type="database", details=details)
    await engine.run_querystring(AuditLog.insert(row).querystrings[0])
