"""Limits: free attempts, waits that grow, and a count that all processes share."""

import asyncio
from datetime import UTC, datetime

import pytest

from app.actions import limits
from app.actions.limits import CALLS, SHARE, KeyCalls, Limit, RateLimited
from app.database import SeedbedEngine, count_statements
from app.tables import RateLimit
from seeds import identity
from seeds.upsert import save

LIMIT = Limit("test", free=3, first=1_000, longest=6_000)


@pytest.fixture(autouse=True)
def day(monkeypatch: pytest.MonkeyPatch) -> None:
    """A day that began at this moment: none of the waits reaches its end."""
    today = datetime.now(UTC)
    monkeypatch.setattr(limits, "_today", lambda: today)


async def wait_after(engine: SeedbedEngine, subject: str = "s") -> int:
    """How long an attempt that comes too early is told to wait."""
    with pytest.raises(RateLimited) as limited:
        await limits.count(engine, LIMIT, subject)
    return limited.value.retry_after


async def pass_time(engine: SeedbedEngine, seconds: int) -> None:
    """Let the attempts so far be older; a replica's session fires no trigger that corrects it."""
    await engine.fetch("set local session_replication_role = replica")
    await engine.fetch(
        "update operations.rate_limits set updated_at = updated_at - make_interval(secs => $1)",
        float(seconds),
    )
    await engine.fetch("set local session_replication_role = origin")


async def test_waits_begin_after_the_free_attempts_and_double(database: SeedbedEngine) -> None:
    for _ in range(LIMIT.free):
        await limits.count(database, LIMIT, "s")
    for expected in (1_000, 2_000, 4_000, 6_000, 6_000):
        assert expected - 500 <= await wait_after(database) <= expected
        await pass_time(database, expected)
        await limits.count(database, LIMIT, "s")


async def test_an_attempt_that_comes_too_early_is_not_counted(database: SeedbedEngine) -> None:
    for _ in range(LIMIT.free):
        await limits.count(database, LIMIT, "s")
    for _ in range(3):
        await wait_after(database)
    (row,) = await RateLimit.select()
    assert row["attempts"] == LIMIT.free


async def test_subjects_and_limits_are_counted_apart(database: SeedbedEngine) -> None:
    for _ in range(LIMIT.free):
        await limits.count(database, LIMIT, "s")
    await limits.count(database, LIMIT, "t")
    await limits.count(database, Limit("other", 3, 1_000, 6_000), "s")
    await wait_after(database)


async def test_forgetting_and_giving_back(database: SeedbedEngine) -> None:
    for _ in range(LIMIT.free):
        await limits.count(database, LIMIT, "s")
    await limits.give_back(database, LIMIT, "s")
    await limits.count(database, LIMIT, "s")
    await wait_after(database)
    await limits.forget(database, LIMIT, "s")
    await limits.count(database, LIMIT, "s")


async def test_a_crowd_gets_no_further_than_a_queue(committed: SeedbedEngine) -> None:
    results = await asyncio.gather(
        *(limits.count(committed, LIMIT, "s") for _ in range(12)), return_exceptions=True
    )
    assert sum(result is None for result in results) == LIMIT.free
    assert sum(isinstance(result, RateLimited) for result in results) == 12 - LIMIT.free


def test_the_household_of_an_ipv6_address_is_one_subject() -> None:
    assert limits.of_address("2001:db8::1") == limits.of_address("2001:db8::ffff:1")
    assert limits.of_address("2001:db8::1") != limits.of_address("2001:db8:0:1::1")
    assert limits.of_address("::ffff:192.0.2.1") == limits.of_address("192.0.2.1") == "192.0.2.1"
    assert limits.of_address(None) == limits.of_address("no address") == "unknown"


def test_an_email_is_one_subject_whatever_its_case_and_not_in_plain() -> None:
    assert limits.of_email("Ann@b.example") == limits.of_email("ann@B.example")
    assert "@" not in limits.of_email("ann@b.example")


async def test_processes_share_the_calls_of_a_key(database: SeedbedEngine) -> None:
    user = identity.user()
    key = identity.api_key(user=user)
    await save(user, key)
    one, other = KeyCalls(database), KeyCalls(database)
    passed = 0
    for calls in (one, other):
        for _ in range(SHARE + 1):
            await calls.count({"api_key": key["id"]})
            passed += 1
    rows = await RateLimit.select(RateLimit.attempts)
    # Two shares each; more rows when a minute ended meanwhile.
    assert passed == 2 * (SHARE + 1)
    assert sum(row["attempts"] for row in rows) >= 4 * SHARE
    assert all(row["attempts"] <= CALLS for row in rows)


async def test_calls_at_the_same_moment_take_no_more_than_they_need(
    database: SeedbedEngine,
) -> None:
    user = identity.user()
    key = identity.api_key(user=user)
    await save(user, key)
    calls = KeyCalls(database)
    with count_statements() as statements:
        await asyncio.gather(*(calls.count({"api_key": key["id"]}) for _ in range(2 * SHARE)))
    # Two shares; more rows when a minute ended meanwhile.
    rows = await RateLimit.select(RateLimit.attempts)
    assert statements.count == sum(row["attempts"] for row in rows) // SHARE <= 3


async def test_who_came_without_a_key_is_not_counted(database: SeedbedEngine) -> None:
    await KeyCalls(database).count({"user": "somebody"})
    assert await RateLimit.count() == 0
