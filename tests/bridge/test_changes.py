"""Changes by a caller: what is theirs in some rows only, and what is told of one row among many."""

from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest

from app.bridge import AccessTable, Action, Changes, NotAllowed, Policy, Refused, Rule, encode
from app.bridge.validation import Values
from app.database import SeedbedEngine, count_statements
from tests.bridge import crates
from tests.bridge.crates import (
    ANN,
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

# Notes are for blue crates alone, in new ones and in those that are there.
_COLUMNS = (Crate.depot, Crate.number, Crate.name, Crate.colour)
NOTES_IN_BLUE = Policy(
    tuple(
        Rule(KEEPERS, which, columns, action)
        for action in (Action.CREATE, Action.CHANGE)
        for which, columns in (
            (Crate.depot.keeper == crates.ME, _COLUMNS),
            (Crate.colour == Colour.BLUE, (*_COLUMNS, Crate.notes)),
        )
    )
)


@pytest.fixture
async def yard(database: SeedbedEngine) -> SeedbedEngine:
    """The database with the toys."""
    await crates.create(database)
    return database


def narrowed(engine: SeedbedEngine) -> Changes:
    """What writes for Ann, as a boss who sees every depot, where notes are for blue crates."""
    return Changes(AccessTable({**POLICIES, Crate: NOTES_IN_BLUE}, KINDS), BOSS, engine.fetch)


def new(depot_: UUID, number: int = 1, **values: Any) -> dict[str, Any]:
    """The values of a new crate."""
    return {"depot": depot_, "number": number, "name": "n", "colour": Colour.RED, **values}


def place(number: int) -> tuple[str, ...]:
    """The path of a row."""
    return ("input", str(number))


async def test_a_new_row_has_no_column_that_is_the_callers_in_other_rows_only(
    yard: SeedbedEngine,
) -> None:
    mine = await depot("ann")
    red, blue = new(mine, 1, notes="x"), new(mine, 2, notes="x", colour=Colour.BLUE)
    for given in ([red], [blue, red]):
        with pytest.raises(NotAllowed, match="you may not set notes of this ToyCrate"):
            async with yard.transaction():
                await narrowed(yard).create_many(Crate, given, place)
    assert await rows() == []
    await narrowed(yard).create_many(Crate, [blue, new(mine, 1)], place)
    assert [row["notes"] for row in await rows()] == [None, "x"]


async def test_of_many_rows_each_is_asked_about_its_own_columns(yard: SeedbedEngine) -> None:
    mine = await depot("ann")
    red, blue = await crate(mine, 1), await crate(mine, 2, colour="BLUE")

    async def change(*given: tuple[UUID, Values]) -> None:
        async with yard.transaction():
            await narrowed(yard).update_many(Crate, given, place)

    with pytest.raises(NotAllowed, match="notes"):
        await change((blue, {"name": "b"}), (red, {"notes": "x"}))
    await change((blue, {"notes": "x"}), (red, {"name": "r"}))
    assert [(row["name"], row["notes"]) for row in await rows()] == [("r", None), ("n2", "x")]


MANY = """mutation($input: [CrateInput!]!) { createCrates(input: $input) {
  crates { number } errors { code message path } } }"""


async def test_an_id_that_is_none_is_told_at_its_place(yard: SeedbedEngine) -> None:
    run = crates.runner(yard, crates.build())
    document = 'mutation { deleteCrates(ids: ["x"]) { errors { message path } } }'
    answer = await run(document, ANN)
    (told,) = orjson.loads(encode(answer.data)).values()
    said = "ids[0] is not the id of a ToyCrate; pass one as the API returned it"
    assert told["errors"] == [{"message": said, "path": ["ids", "0"]}]


async def test_of_many_rows_a_hidden_parent_and_a_missing_one_are_told_alike(
    yard: SeedbedEngine,
) -> None:
    run = crates.runner(yard, crates.build())
    mine, theirs = await depot("ann"), await depot("bob")
    answers = []
    for parent in (theirs, uuid4()):
        given = [
            {"depotId": f"ToyDepot_{each}", "number": number, "name": "n"}
            for number, each in enumerate((mine, parent, mine), 1)
        ]
        answer = await run(MANY, ANN, {"input": given})
        (told,) = orjson.loads(encode(answer.data)).values()
        assert errors(told) == [("NOT_FOUND", "input.1.depotId")]
        answers.append(told)
    assert answers[0] == answers[1]
    assert await rows() == []


@pytest.mark.parametrize("several", [True, False])
async def test_a_violated_constraint_is_told_at_its_row(yard: SeedbedEngine, several: bool) -> None:
    mine = await depot("ann")
    first, second, third = [await crate(mine, n) for n in (7, 8, 9)]

    async def told(bulk: str, *given: Any) -> list[tuple[str, tuple[str, ...]]]:
        writing = changes(yard, ANN)
        arguments = [Crate, given if several else given[1:]]
        by = [["depot", "number"]] if bulk == "upsert_many" else []
        with pytest.raises(Refused) as caught:
            async with yard.transaction():
                await getattr(writing, bulk)(*arguments, *by, place)
        return [(problem.code, problem.path) for problem in caught.value.problems]

    at = ("input", "1" if several else "0")
    good, dear = new(mine), new(mine, 2, price=100)
    assert await told("create_many", good, dear) == [("INVALID", at)]
    assert await told("upsert_many", good, dear) == [("INVALID", at)]
    assert await told("upsert_many", good, new(mine, 8, price=100)) == [("INVALID", at)]
    assert await told("update_many", (first, {"name": "a"}), (second, {"price": 100})) == [
        ("INVALID", at)
    ]
    for number in (9, 8 if several else 9):
        rest = [(third, {"number": 8})] if number == 8 else [(second, {"number": number})]
        assert await told("update_many", (first, {"name": "a"}), *rest) == [("TAKEN", at)]
    assert [row["name"] for row in await rows()] == ["n7", "n8", "n9"]


async def test_a_violated_index_on_an_expression_is_told_of_all_rows(yard: SeedbedEngine) -> None:
    await yard.fetch("create unique index crates_name_key on yard.crates (lower(name))")
    mine = await depot("ann")
    first, second = await crate(mine, 1), await crate(mine, 2)
    given: list[tuple[UUID, Values]] = [(first, {"price": 1}), (second, {"name": "N1"})]
    with pytest.raises(Refused) as caught:
        async with yard.transaction():
            await changes(yard, ANN).update_many(Crate, given, place)
    assert [(p.code, p.path) for p in caught.value.problems] == [("TAKEN", ("input", "name"))]


@pytest.mark.parametrize("amount", ["1e30", "-1e30", "9" * 200, "1e1000"])
async def test_a_number_of_more_digits_than_can_be_reckoned_with(
    yard: SeedbedEngine, amount: str
) -> None:
    run = crates.runner(yard, crates.build())
    given = {"depotId": f"ToyDepot_{await depot('ann')}", "number": 1, "name": "n", "price": amount}
    answer = await run(MANY, ANN, {"input": [given]})
    (told,) = orjson.loads(encode(answer.data)).values()
    assert errors(told) == [("INVALID", "input.0.price")]


async def test_nothing_given_is_a_change_of_nothing(yard: SeedbedEngine) -> None:
    key = await crate(await depot("ann"), 1)
    writing = changes(yard, ANN)
    with count_statements() as counted:
        assert (await writing.update(Crate, key, {}))["name"] == "n1"
        (row,) = await writing.update_many(Crate, [(key, {})], place)
    assert row["name"] == "n1"
    assert [(each.key, each.before, each.after) for each in writing.written] == [(key, {}, {})] * 2
    assert counted.count == 2, "each looks at the row, and writes nothing"
