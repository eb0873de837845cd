"""Courses that several people change at once, each in a transaction that really commits."""

import asyncio
import contextvars
from typing import Any

import httpx
import pytest

from app.database import SeedbedEngine
from app.tables import Course
from tests.graphql import code_of, global_id, send
from tests.town import Town, document, make_town, new
from tests.waiting import begun


@pytest.fixture
async def town(committed: SeedbedEngine) -> Town:
    """Universities, courses and people who are logged in."""
    assert committed
    return await make_town()


async def _codes(town: Town) -> dict[str, str]:
    rows = await Course.select(Course.code, Course.name).where(Course.university == town.ours.id)
    return {row["code"]: row["name"] for row in rows}


@pytest.mark.parametrize("name", ["upsertCourse", "upsertCourses"])
@pytest.mark.parametrize("meanwhile", ["set code = 'B'", None])
async def test_an_upsert_leaves_a_course_alone_that_loses_its_code_meanwhile(
    client: httpx.AsyncClient,
    committed: SeedbedEngine,
    town: Town,
    name: str,
    meanwhile: str | None,
) -> None:
    course = town.courses["ours"]
    one = new(town.ours, code="A", name="Another")
    given = one if name == "upsertCourse" else [new(town.ours, code="R", name="Retired"), one]
    outside = contextvars.copy_context()
    change = f"update catalog.courses {meanwhile}" if meanwhile else "delete from catalog.courses"
    async with asyncio.timeout(30), committed.transaction():
        await committed.fetch(f"{change} where id = $1", course.id)
        mutation = document(name, "__typename", ["input"])
        sent = await begun(
            committed, send(client, mutation, {"input": given}, town.tokens["staff"]), outside
        )
    assert (await sent).json()["data"][name]["errors"] == []
    codes = await _codes(town)
    assert codes["A"] == "Another"
    assert codes.get("B") == ("Algebra" if meanwhile else None)


async def test_lists_of_the_same_courses_in_another_order_wait_for_each_other(
    client: httpx.AsyncClient, town: Town
) -> None:
    mutation = document("upsertCourses", "courses { id }", ["input"])
    codes = [f"{number:02}" for number in range(20)]

    async def put(number: int) -> set[str]:
        turned = codes[number:] + codes[:number]
        given = [new(town.ours, code=code, name=str(number)) for code in turned]
        sent = await send(client, mutation, {"input": given}, town.tokens["staff"])
        payload = sent.json()["data"]["upsertCourses"]
        assert payload["errors"] == []
        return {course["id"] for course in payload["courses"]}

    first, *others = await asyncio.gather(*map(put, range(6)))
    assert len(first) == len(codes)
    assert all(other == first for other in others)
    names = {name for code, name in (await _codes(town)).items() if code in codes}
    assert len(names) == 1, "a list is written as a whole"
    assert global_id(town.courses["ours"]) not in first


async def test_lists_of_new_courses_in_another_order_do_not_wait_in_a_circle(
    client: httpx.AsyncClient, town: Town
) -> None:
    async def offer(name: str, given: list[dict[str, Any]]) -> set[str]:
        mutation = document(name, "courses { id }", ["input"])
        answer = (await send(client, mutation, {"input": given}, town.tokens["staff"])).json()
        assert "errors" not in answer, answer
        return {error["code"] for error in answer["data"][name]["errors"]}

    for attempt in range(6):
        there = [new(town.ours, code=f"{attempt}-{n}") for n in range(100)]
        names = ["createCourses", "createCourses", "upsertCourses", "createCourses"]
        told = await asyncio.gather(
            *(offer(name, there[:: 1 - n % 2 * 2]) for n, name in enumerate(names))
        )
        assert set().union(*told) <= {"TAKEN"}
        assert told.count(set()) >= 1


async def test_who_waits_in_a_circle_is_told_to_try_again(
    client: httpx.AsyncClient, committed: SeedbedEngine, town: Town
) -> None:
    low, high = sorted((town.courses["ours"], town.courses["retired"]), key=lambda row: row.id)
    given = [{"id": global_id(course), "name": "New"} for course in (low, high)]
    outside = contextvars.copy_context()
    lock = "select from catalog.courses where id = $1 for update"
    async with asyncio.timeout(30), committed.transaction():
        await committed.fetch(lock, high.id)
        mutation = document("updateCourses", "__typename", ["input"])
        sent = await begun(
            committed, send(client, mutation, {"input": given}, town.tokens["staff"]), outside
        )
        # The one that has waited longer is the first to find out.
        await committed.fetch(lock, low.id)
    answer = (await sent).json()
    assert answer["data"] == {"updateCourses": None}
    assert code_of(answer["errors"]) == "CONFLICT"
    assert "New" not in (await _codes(town)).values()
