"""Retention deletes what is old enough and nothing else, in batches, and says so in the log."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import orjson
import pytest

from app.actions.retention import Ages, configured_ages, retain, retain_daily
from app.database import SeedbedEngine
from app.tables import Event, MagicLink, RateLimit, RefreshToken, Session, SlowStatement
from seeds.operations import audit_log, system_config
from seeds.upsert import save
from tests.tables.rows import add

AGES = Ages(audit_log=100, events=10, logins=20, slow_statements=30, changes=40)
NOTHING = {
    "operations.audit_logs": 0,
    "operations.events": 0,
    "operations.rate_limits": 0,
    "operations.slow_statements": 0,
    "operations.changes": 0,
    "identity.magic_links": 0,
    "identity.refresh_tokens": 0,
    "identity.sessions": 0,
}


def ago(days: float) -> datetime:
    return datetime.now(UTC) - timedelta(days=days)


async def _audit(engine: SeedbedEngine, at: datetime) -> None:
    await audit_log(created_at=at).save()


def _adds(table: Any, column: str) -> Callable[[SeedbedEngine, datetime], Awaitable[object]]:
    return lambda engine, at: add(engine, table, **{column: at})


RULES = [
    pytest.param("operations.audit_logs", _audit, 100, id="audit log"),
    pytest.param("operations.events", _adds(Event, "delivered_at"), 10, id="events"),
    pytest.param("operations.rate_limits", _adds(RateLimit, "expires_at"), 0, id="rate limits"),
    pytest.param(
        "operations.slow_statements", _adds(SlowStatement, "last_seen_at"), 30, id="slow statements"
    ),
    pytest.param("identity.magic_links", _adds(MagicLink, "expires_at"), 20, id="magic links"),
    pytest.param(
        "identity.refresh_tokens", _adds(RefreshToken, "expires_at"), 20, id="refresh tokens"
    ),
    pytest.param("identity.sessions", _adds(Session, "expires_at"), 20, id="sessions"),
]


async def _count(engine: SeedbedEngine, table: str) -> int:
    return len(await engine.fetch(f"select from {table}"))


async def _runs(engine: SeedbedEngine) -> list[Any]:
    rows = await engine.fetch(
        "select details from operations.audit_logs where action = 'retention.run' order by id"
    )
    return [orjson.loads(row["details"]) for row in rows]


@pytest.mark.parametrize(("table", "make", "days"), RULES)
async def test_what_is_older_goes_and_the_rest_stays(
    database: SeedbedEngine,
    table: str,
    make: Callable[[SeedbedEngine, datetime], Awaitable[object]],
    days: int,
) -> None:
    for age in (days + 400, days + 0.01, days - 0.01):
        await make(database, ago(age))
    expected = NOTHING | {table: 2}
    would = await retain(database, AGES, dry_run=True)
    assert would.deleted == expected
    assert await _runs(database) == []
    assert await _count(database, table) == 3
    done = await retain(database, AGES)
    assert done.deleted == expected
    logged = int(table == "operations.audit_logs")
    assert await _count(database, table) == 1 + logged
    again = await retain(database, AGES)
    assert again.deleted == NOTHING
    days_of = {"audit_log": 100, "events": 10, "logins": 20, "slow_statements": 30, "changes": 40}
    assert await _runs(database) == [
        {"deleted": deleted, "days": days_of, "finished": True} for deleted in (expected, NOTHING)
    ]


async def test_events_that_are_not_delivered_stay(database: SeedbedEngine) -> None:
    await add(database, Event, created_at=ago(900), next_attempt_at=ago(900))
    await add(database, Event, created_at=ago(900), dead_at=ago(900))
    assert (await retain(database, AGES)).deleted == NOTHING
    assert await _count(database, "operations.events") == 2


async def test_a_session_lives_as_long_as_a_token_that_continues_it(
    database: SeedbedEngine,
) -> None:
    session = await add(database, Session, expires_at=ago(500))
    token = await add(database, RefreshToken, session=session, expires_at=ago(-1))
    used = await add(
        database,
        RefreshToken,
        session=session,
        expires_at=ago(400),
        revoked_at=ago(450),
        replaced_by=token,
    )
    done = await retain(database, AGES)
    assert done.deleted == NOTHING | {"identity.refresh_tokens": 1}
    rows = await database.fetch("select id from identity.refresh_tokens")
    assert [row["id"] for row in rows] == [token] != [used]
    await database.fetch("update identity.refresh_tokens set expires_at = $1", ago(30))
    done = await retain(database, AGES)
    assert done.deleted == NOTHING | {"identity.refresh_tokens": 1, "identity.sessions": 1}


async def test_the_log_is_closed_again_after_a_run(database: SeedbedEngine) -> None:
    await audit_log().save()
    await retain(database, AGES)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with database.transaction():
            await database.fetch("delete from operations.audit_logs")


async def test_batches_are_committed_one_by_one(committed: SeedbedEngine) -> None:
    await committed.fetch(
        "insert into operations.rate_limits (key, window_start, expires_at)"
        " select 'k' || n, now(), now() - n * interval '1 day' from generate_series(1, 25) n"
    )
    await committed.run_ddl(
        "create function public.count_transactions() returns trigger language plpgsql as"
        " 'begin insert into public.transactions select txid_current(); return old; end'"
    )
    await committed.run_ddl("create table public.transactions (id bigint)")
    await committed.run_ddl(
        "create trigger counted before delete on operations.rate_limits for each row"
        " execute function public.count_transactions()"
    )
    try:
        done = await retain(committed, AGES, batch=10)
        rows = await committed.fetch(
            "select count(*) from public.transactions group by id order by id"
        )
    finally:
        await committed.run_ddl("drop function public.count_transactions() cascade")
        await committed.run_ddl("drop table public.transactions")
    assert done.deleted["operations.rate_limits"] == 25
    assert [row["count"] for row in rows] == [10, 10, 5]


async def test_two_at_once_delete_each_row_once(committed: SeedbedEngine) -> None:
    await committed.fetch(
        "insert into operations.audit_logs (action, resource_type, created_at)"
        " select 'old', 'thing', now() - interval '1 year' from generate_series(1, 600)"
    )
    runs = await asyncio.gather(*(retain(committed, AGES, batch=50) for _ in range(3)))
    assert sum(run.deleted["operations.audit_logs"] for run in runs) == 600
    assert await _count(committed, "operations.audit_logs") == 3
    told = [run["deleted"]["operations.audit_logs"] for run in await _runs(committed)]
    assert sum(told) == 600


async def test_a_row_that_somebody_holds_is_left_for_the_next_run(
    committed: SeedbedEngine,
) -> None:
    for key in ("held", "free"):
        await add(committed, RateLimit, key=key, expires_at=ago(1))
    connection = await committed.get_new_connection()
    try:
        await connection.execute(
            "begin; select from operations.rate_limits where key = 'held' for update"
        )
        first = await retain(committed, AGES)
    finally:
        await connection.close()
    second = await retain(committed, AGES)
    assert [run.deleted["operations.rate_limits"] for run in (first, second)] == [1, 1]


async def test_a_run_that_fails_tells_what_it_had_done(committed: SeedbedEngine) -> None:
    await add(committed, RateLimit, expires_at=ago(1))
    await add(committed, MagicLink, expires_at=ago(100))
    await committed.run_ddl(
        "create function public.refuse() returns trigger language plpgsql as"
        " 'begin raise exception ''no''; end'"
    )
    await committed.run_ddl(
        "create trigger refuse before delete on identity.magic_links for each row"
        " execute function public.refuse()"
    )
    try:
        with pytest.raises(asyncpg.RaiseError, match="no"):
            await retain(committed, AGES)
    finally:
        await committed.run_ddl("drop function public.refuse() cascade")
    [told] = await _runs(committed)
    assert told["deleted"] == NOTHING | {"operations.rate_limits": 1}
    assert told["finished"] is False
    assert await _count(committed, "identity.magic_links") == 1


async def test_ages_come_from_the_configuration(database: SeedbedEngine) -> None:
    assert await configured_ages(database) == Ages()
    await save(system_config(key="audit.retention_days", value=400))
    await save(system_config(key="events.retention_days", value="nonsense"))
    assert await configured_ages(database) == Ages(audit_log=400)


async def test_once_a_day_is_enough(database: SeedbedEngine) -> None:
    await save(system_config(key="audit.retention_days", value=99))
    await _audit(database, ago(100))
    # One that failed does not count, and neither does yesterday's.
    for finished, at in ((False, ago(0.1)), (True, ago(1.1))):
        await audit_log(
            action="retention.run", details={"finished": finished}, created_at=at
        ).save()
    assert await retain_daily(database)
    assert (await _runs(database))[-1]["deleted"] == NOTHING | {"operations.audit_logs": 1}
    assert not await retain_daily(database)


async def test_administrators_may_keep_everything(database: SeedbedEngine) -> None:
    await save(system_config(key="retention.daily", value=False))
    assert not await retain_daily(database)
    assert await _runs(database) == []
