"""Bulk upserts: one statement writes, each row is told of at its place, nothing hidden is."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import orjson
import pytest

from app.bridge import (
    AccessTable,
    Action,
    Answer,
    Changes,
    NotAllowed,
    Policy,
    Refused,
    Rule,
    encode,
)
from app.database import SeedbedEngine, count_statements
from tests.bridge import crates
from tests.bridge.crates import (
    ANN,
    BOB,
    BOSS,
    KEEPERS,
    KINDS,
    POLICIES,
    Colour,
    Crate,
    changes,
    crate,
    depot,
    errors,
    rows,
)

Run = Callable[..., Awaitable[Answer]]
BY = ["depot", "number"]
UPSERT = """mutation($input: [CrateInput!]!) { upsertCrates(input: $input) {
  crates { id number name price } errors { code message path }
} }"""


@pytest.fixture(params=[True, False], ids=["json", "rows"])
async def run(request: pytest.FixtureRequest, database: SeedbedEngine) -> Run:
    """Runs documents over the toys, in both modes."""
    await crates.create(database)
    return crates.runner(database, crates.build().variant(finish=request.param))


@pytest.fixture
async def yard(database: SeedbedEngine) -> SeedbedEngine:
    """The database with the toys."""
    await crates.create(database)
    return database


def one(depot_: object, number: int, **values: Any) -> dict[str, Any]:
    """The input of a crate."""
    return {"depotId": f"ToyDepot_{depot_}", "number": number, "name": "new", **values}


def place(number: int) -> tuple[str, ...]:
    """The path of a row."""
    return ("input", str(number))


async def put(run: Run, *given: dict[str, Any], viewer: Any = ANN) -> Any:
    """The payload of an upsert that must not fail as a whole."""
    answer = await run(UPSERT, viewer, {"input": list(given)})
    assert not answer.errors, answer.errors
    return orjson.loads(encode(answer.data))["upsertCrates"]


async def test_rows_are_made_and_changed_in_their_order(run: Run) -> None:
    mine, counts = await depot("ann"), []
    for start, size in ((10, 2), (30, 20)):
        for number in range(start, start + size, 2):
            await crate(mine, number, price=number)
        given = [one(mine, start + n) for n in reversed(range(size))]
        with count_statements() as counted:
            made = await put(run, *given)
        counts.append(counted.count)
        assert made["errors"] == []
        # What is left out of a row that is there stays as it is.
        assert [(row["number"], row["name"], row["price"]) for row in made["crates"]] == [
            (each["number"], "new", None if each["number"] % 2 else f"{each['number']}.00")
            for each in given
        ]
    assert counts[0] == counts[1]
    assert len(await rows()) == 22


async def test_each_row_is_noted_as_what_it_was(yard: SeedbedEngine) -> None:
    mine = await depot("ann")
    there = await crate(mine, 2)
    writing = changes(yard, ANN)
    given = [{"depot": mine, "number": n, "name": "new"} for n in (1, 2)]
    made = await writing.upsert_many(Crate, given, BY, place)
    first, second = writing.written
    assert (first.key, first.before) == (made[0]["id"], None)
    assert (second.key, second.before, second.after) == (there, {"name": "n2"}, {"name": "new"})
    # Again: nothing is new.
    again = await writing.upsert_many(Crate, given, BY, place)
    assert [row["id"] for row in again] == [row["id"] for row in made]
    assert [(each.before, each.after) for each in writing.written[2:]] == [({}, {})] * 2


async def test_one_bad_row_and_nothing_is_written(run: Run) -> None:
    mine, theirs = await depot("ann"), await depot("bob")
    await crate(mine, 1)
    good, fresh = one(mine, 1), one(mine, 2)
    for bad, problem in (
        (one(mine, 3, name=""), ("REQUIRED", "input.2.name")),
        (one(mine, -1), ("INVALID", "input.2.number")),
        (one(theirs, 3), ("NOT_FOUND", "input.2.depotId")),
        (one(uuid4(), 3), ("NOT_FOUND", "input.2.depotId")),
        (one(mine, 1), ("INVALID", "input.2")),
        (one(mine, 2), ("INVALID", "input.2")),
    ):
        told = await put(run, good, fresh, bad)
        assert (told["crates"], errors(told)) == (None, [problem])
        assert [row["name"] for row in await rows()] == ["n1"]


async def test_the_number_of_rows_is_capped(run: Run) -> None:
    mine = await depot("ann")
    for size in (0, 101):
        answer = await run(UPSERT, ANN, {"input": [one(mine, n + 1) for n in range(size)]})
        (error,) = answer.errors
        assert (error.extensions or {})["code"] == "BAD_USER_INPUT"
    assert await rows() == []


async def test_what_is_hidden_is_not_told(run: Run) -> None:
    theirs, mine = await depot("ann"), await depot("bob")
    await crate(theirs, 1)
    # Bob does not see the depot, with or without such a crate in it.
    there, free = [await put(run, one(mine, 1), one(theirs, n), viewer=BOB) for n in (1, 2)]
    assert there == free
    assert errors(there) == [("NOT_FOUND", "input.1.depotId")]
    # The boss sees it, but may put crates into their own only.
    bobs = await depot("bob")
    await crate(bobs, 1)
    refused = [await run(UPSERT, BOSS, {"input": [one(theirs, 5), one(bobs, n)]}) for n in (1, 2)]
    said = [[(e.message, e.extensions) for e in answer.errors] for answer in refused]
    assert said[0] == said[1]
    assert said[0][0][1] == {"code": "FORBIDDEN"}
    assert [row["name"] for row in await rows()] == ["n1", "n1"]


_COLUMNS = (Crate.depot, Crate.number, Crate.name, Crate.colour)


async def test_creating_and_changing_are_asked_of_each_row_by_itself(yard: SeedbedEngine) -> None:
    own = Crate.depot.keeper == crates.ME
    policy = Policy(
        (
            Rule(KEEPERS, own, _COLUMNS, Action.READ),
            Rule(KEEPERS, own, (*_COLUMNS, Crate.notes), Action.CREATE),
            # Blue crates alone may be changed, and not their colour.
            Rule(KEEPERS, own & (Crate.colour == Colour.BLUE), _COLUMNS[:3], Action.CHANGE),
        )
    )
    mine = await depot("ann")
    await crate(mine, 1, colour="BLUE")
    await crate(mine, 2)

    def given(number: int, **values: Any) -> dict[str, Any]:
        return {"depot": mine, "number": number, "name": "new", **values}

    async def attempt(*values: dict[str, Any]) -> None:
        writing = Changes(AccessTable({**POLICIES, Crate: policy}, KINDS), ANN, yard.fetch)
        async with yard.transaction():
            await writing.upsert_many(Crate, values, BY, place)

    for bad, said in (
        (given(2), "may not change this ToyCrate"),
        (given(1, notes="x"), "may not set notes"),
        (given(1, colour=Colour.RED), "may not set colour"),
    ):
        with pytest.raises(NotAllowed, match=said):
            await attempt(given(3), bad)
    assert [row["name"] for row in await rows()] == ["n1", "n2"]
    await attempt(given(3, notes="x"), given(1))
    assert [(row["name"], row["notes"]) for row in await rows()] == [
        ("new", None), ("n2", None), ("new", "x")
    ]  # fmt: skip


async def test_another_unique_value_in_the_way_is_told_at_its_row(yard: SeedbedEngine) -> None:
    await yard.fetch("create unique index crates_name_key on yard.crates (name)")
    mine = await depot("ann")
    await crate(mine, 1)

    def given(number: int, name: str) -> dict[str, Any]:
        return {"depot": mine, "number": number, "name": name}

    async def attempt(*values: dict[str, Any]) -> list[tuple[str, tuple[str, ...]]]:
        with pytest.raises(Refused) as caught:
            async with yard.transaction():
                await changes(yard, ANN).upsert_many(Crate, values, BY, place)
        return [(problem.code, problem.path) for problem in caught.value.problems]

    assert await attempt(given(2, "a"), given(3, "n1"), given(4, "n1")) == [
        ("TAKEN", ("input", "1")), ("TAKEN", ("input", "2"))
    ]  # fmt: skip
    assert await attempt(given(2, "n1")) == [("TAKEN", ("input", "0", "name"))]
    assert [row["name"] for row in await rows()] == ["n1"]


@pytest.mark.parametrize("size", [1, 2])
async def test_a_row_that_others_make_meanwhile_is_changed(
    run: Run, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    mine, there = await depot("ann"), Changes._there
    await crate(mine, 1, price=5)

    async def meanwhile(self: Changes, *args: Any) -> Any:
        # What others commit between the search and the write.
        monkeypatch.undo()
        keys = await there(self, *args)
        await crate(mine, 2, price=6)
        return keys

    monkeypatch.setattr(Changes, "_there", meanwhile)
    told = await put(run, *(one(mine, 2 - n) for n in range(size)))
    assert told["errors"] == []
    shown = [(row["number"], row["name"], row["price"]) for row in told["crates"]]
    assert shown == [(2, "new", "6.00"), (1, "new", "5.00")][:size]
    assert [row["name"] for row in await rows()] == ["n1" if size == 1 else "new", "new"]
