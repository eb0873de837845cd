"""Mutations through the schema: inputs, payloads, who may call; a refusal changes nothing."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import orjson
import pytest
from graphql import print_type

from app.bridge import (
    Answer,
    ConfigurationError,
    Mutations,
    Refused,
    Registry,
    Viewer,
    auto,
    encode,
    input_type,
)
from app.database import SeedbedEngine, count_statements
from tests.bridge import crates
from tests.bridge.crates import ANN, BOB, BOSS, GUEST, Crate, Depot, crate, depot, errors, rows

Run = Callable[..., Awaitable[Answer]]


@pytest.fixture(params=[True, False], ids=["json", "rows"])
async def run(request: pytest.FixtureRequest, database: SeedbedEngine) -> Run:
    """Runs documents over the toys, in both modes."""
    await crates.create(database)
    return crates.runner(database, crates.build().variant(finish=request.param))


async def payload(answer: Answer) -> Any:
    """The payload of the only mutation of a document."""
    assert not answer.errors, answer.errors
    (found,) = orjson.loads(encode(answer.data)).values()
    return found


def code(answer: Answer) -> Any:
    """The code of the only error of a refused operation."""
    assert answer.data is None or set(answer.data.values()) == {None}
    (error,) = answer.errors
    return (error.extensions or {})["code"]


CREATE = """mutation($input: CrateInput!) { createCrate(input: $input) {
  crate { id number name colour price labels data depot { keeper } } errors { code message path }
} }"""


def one(depot_: object, **values: Any) -> dict[str, Any]:
    """Variables of CREATE."""
    return {"input": {"depotId": f"ToyDepot_{depot_}", "number": 1, "name": "a", **values}}


async def test_a_created_row_is_answered_as_it_may_be_read(run: Run) -> None:
    mine = await depot("ann")
    with count_statements() as counted:
        made = await payload(
            await run(CREATE, ANN, one(mine, price="1.50", labels=["x"], data={"k": [1]}))
        )
    assert made["errors"] == []
    shown = dict(made["crate"])
    assert shown.pop("id").startswith("ToyCrate_")
    assert shown == {
        "number": 1, "name": "a", "colour": "RED", "price": "1.50", "labels": ["x"],
        "data": {"k": [1]}, "depot": {"keeper": "ann"},
    }  # fmt: skip
    assert counted.count <= 5


async def test_all_problems_of_an_input_are_told_at_once_and_nothing_is_written(run: Run) -> None:
    mine = await depot("ann")
    bad = one(mine, number=0, name=" ", price="1.234", labels=["toolong", "a\x00"], data=[])
    told = await payload(await run(CREATE, ANN, bad))
    assert told["crate"] is None
    assert errors(told) == [
        ("INVALID", "input.number"),
        ("REQUIRED", "input.name"),
        ("INVALID", "input.price"),
        ("INVALID", "input.labels"),
        ("INVALID", "input.data"),
    ]
    assert await rows() == []


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"name": "x" * 11}, ("TOO_LONG", "input.name")),
        ({"name": "\ud800"}, ("INVALID", "input.name")),
        ({"number": 2**40}, None),  # refused by GraphQL's Int
        ({"price": "10000"}, ("INVALID", "input.price")),
        ({"price": "NaN"}, None),  # no Decimal
        ({"price": "100"}, ("INVALID", "input")),  # a check about two columns
        ({"labels": ["a"] * 1001}, ("INVALID", "input.labels")),
        ({"labels": ["sixsix"]}, ("TOO_LONG", "input.labels")),
        ({"name": None}, None),  # not null in the schema
        ({"colour": None}, ("REQUIRED", "input.colour")),
        ({"depotId": "ToyCrate_" + str(uuid4())}, ("INVALID", "input.depotId")),
        ({"depotId": "x"}, ("INVALID", "input.depotId")),
    ],
)
async def test_a_value_that_does_not_fit(
    run: Run, values: dict[str, Any], problem: tuple[str, str] | None
) -> None:
    mine = await depot("ann")
    answer = await run(CREATE, ANN, one(mine, **values))
    if problem is None:
        assert answer.data is None
        assert answer.errors
    else:
        assert errors(await payload(answer)) == [problem]
    assert await rows() == []


async def test_a_hidden_parent_and_a_missing_one_are_the_same(run: Run) -> None:
    theirs = await depot("bob")
    hidden = await payload(await run(CREATE, ANN, one(theirs)))
    missing = await payload(await run(CREATE, ANN, one(uuid4())))
    assert hidden == missing
    assert errors(hidden) == [("NOT_FOUND", "input.depotId")]
    assert await rows() == []


@pytest.mark.parametrize("name", ["createCrate", "upsertCrate"])
async def test_a_row_that_one_may_not_create_tells_nothing_of_one_in_its_way(
    run: Run, name: str
) -> None:
    theirs, document = await depot("bob"), CREATE.replace("createCrate", name)
    await crate(theirs, 1)
    for given in (one(theirs), one(theirs, number=2)):
        # Ann does not see the depot; the boss does, but may put crates into their own only.
        told = await payload(await run(document, ANN, given))
        assert errors(told) == [("NOT_FOUND", "input.depotId")]
        assert code(await run(document, BOSS, given)) == "FORBIDDEN"
        assert code(await run(document, GUEST, given)) == "UNAUTHENTICATED"
    assert [row["name"] for row in await rows()] == ["n1"]


async def test_a_unique_value_that_is_taken(run: Run) -> None:
    mine = await depot("ann")
    await crate(mine, 1)
    told = await payload(await run(CREATE, ANN, one(mine)))
    assert errors(told) == [("TAKEN", "input")]
    assert (
        told["errors"][0]["message"] == "depotId and number are taken together; change one of them"
    )
    assert len(await rows()) == 1


UPDATE = """mutation($id: ID!, $input: CrateChanges!) { updateCrate(id: $id, input: $input) {
  crate { number name price notes } errors { code message path }
} }"""


async def test_absent_fields_stay_and_null_clears(run: Run) -> None:
    key = await crate(await depot("ann"), 1, price=5, notes="n")
    variables = {"id": f"ToyCrate_{key}", "input": {"name": "new", "price": None}}
    told = await payload(await run(UPDATE, ANN, variables))
    assert told["crate"] == {"number": 1, "name": "new", "price": None, "notes": "n"}
    empty = await payload(await run(UPDATE, ANN, {"id": f"ToyCrate_{key}", "input": {}}))
    assert empty == {**told, "errors": []}


async def test_rows_that_one_may_not_change(run: Run) -> None:
    hidden = await crate(await depot("bob"), 1)
    shown = await crate(await depot("bob"), 2, colour="BLUE")

    def change(key: object, **values: Any) -> dict[str, Any]:
        return {"id": f"ToyCrate_{key}", "input": values}

    of_hidden = await payload(await run(UPDATE, ANN, change(hidden, name="x")))
    assert of_hidden == await payload(await run(UPDATE, ANN, change(uuid4(), name="x")))
    assert errors(of_hidden) == [("NOT_FOUND", "id")]
    assert code(await run(UPDATE, ANN, change(shown, name="x"))) == "FORBIDDEN"
    assert {row["name"] for row in await rows()} == {"n1", "n2"}


async def test_columns_that_one_may_change_in_some_rows_only(run: Run) -> None:
    blue = await crate(await depot("bob"), 1, colour="BLUE")
    red = await crate(await depot("ann"), 2)

    async def change(key: object, viewer: Viewer, **values: Any) -> Answer:
        return await run(UPDATE, viewer, {"id": f"ToyCrate_{key}", "input": values})

    # A keeper never sets notes; a boss does in blue crates, whose names they may not set.
    assert code(await change(red, ANN, notes="x")) == "FORBIDDEN"
    assert code(await change(red, BOSS, notes="x")) == "FORBIDDEN"
    assert code(await change(blue, BOSS, name="x")) == "FORBIDDEN"
    assert [row["notes"] for row in await rows()] == [None, None]
    assert (await payload(await change(blue, BOSS, notes="x")))["crate"]["notes"] == "x"
    assert (await payload(await change(red, BOSS, name="x")))["crate"]["name"] == "x"


async def test_a_row_cannot_be_moved_to_a_parent_that_is_hidden(run: Run) -> None:
    key = await crate(await depot("ann"), 1)
    theirs = await depot("bob")
    variables = {"id": f"ToyCrate_{key}", "input": {"depotId": f"ToyDepot_{theirs}"}}
    assert errors(await payload(await run(UPDATE, ANN, variables))) == [
        ("NOT_FOUND", "input.depotId")
    ]
    assert (await rows())[0]["depot"] != theirs


MANY = """mutation($input: [CrateInput!]!) { createCrates(input: $input) {
  crates { number } errors { code path }
} }"""


async def test_many_rows_are_created_in_one_statement_in_their_order(run: Run) -> None:
    mine = await depot("ann")
    counts = []
    for start, size in ((1, 2), (10, 40)):
        given = [one(mine, number=start + n)["input"] for n in reversed(range(size))]
        with count_statements() as counted:
            made = await payload(await run(MANY, ANN, {"input": given}))
        assert [row["number"] for row in made["crates"]] == [each["number"] for each in given]
        counts.append(counted.count)
    assert counts[0] == counts[1]


async def test_one_bad_row_of_many_and_nothing_is_written(run: Run) -> None:
    mine, theirs = await depot("ann"), await depot("bob")
    await crate(mine, 2)

    async def attempt(*given: dict[str, Any]) -> Any:
        made = await payload(await run(MANY, ANN, {"input": [each["input"] for each in given]}))
        assert made["crates"] is None
        assert len(await rows()) == 1
        return errors(made)

    assert await attempt(one(mine), one(mine, number=-1), one("x", number=3)) == [
        ("INVALID", "input.2.depotId")
    ]
    assert await attempt(one(mine), one(mine, number=-1), one(mine, name="")) == [
        ("INVALID", "input.1.number"), ("REQUIRED", "input.2.name")
    ]  # fmt: skip
    # Taken by a row that is there, and by another one of the same input.
    assert await attempt(one(mine, number=2), one(mine, number=3), one(mine, number=3)) == [
        ("TAKEN", "input.0"), ("TAKEN", "input.2")
    ]  # fmt: skip
    assert await attempt(one(mine), one(theirs, number=5)) == [("NOT_FOUND", "input.1.depotId")]


async def test_the_number_of_rows_is_capped(run: Run) -> None:
    mine = await depot("ann")
    for size in (0, 101):
        given = [one(mine, number=n + 1)["input"] for n in range(size)]
        assert code(await run(MANY, ANN, {"input": given})) == "BAD_USER_INPUT"


async def test_many_rows_are_changed_each_in_columns_of_its_own(run: Run) -> None:
    mine = await depot("ann")
    first, second = await crate(mine, 1, price=1), await crate(mine, 2, price=2)
    document = """mutation($input: [CrateRow!]!) { updateCrates(input: $input) {
      crates { number name price } errors { code path } } }"""

    async def attempt(*given: dict[str, Any]) -> Any:
        return await payload(await run(document, ANN, {"input": list(given)}))

    made = await attempt(
        {"id": f"ToyCrate_{second}", "name": "b"}, {"id": f"ToyCrate_{first}", "price": None}
    )
    assert made["crates"] == [
        {"number": 2, "name": "b", "price": "2.00"}, {"number": 1, "name": "n1", "price": None}
    ]  # fmt: skip
    told = await attempt({"id": f"ToyCrate_{second}", "name": "c"}, {"id": f"ToyCrate_{uuid4()}"})
    assert errors(told) == [("NOT_FOUND", "input.1.id")]
    told = await attempt(*[{"id": f"ToyCrate_{second}", "name": "c"}] * 2)
    assert errors(told) == [("INVALID", "input.1.id")]
    assert [row["name"] for row in await rows()] == ["n1", "b"]


async def test_an_upsert_makes_a_row_and_then_changes_it(run: Run) -> None:
    document = CREATE.replace("createCrate", "upsertCrate")
    mine = await depot("ann")
    first = (await payload(await run(document, ANN, one(mine))))["crate"]
    second = (await payload(await run(document, ANN, one(mine, name="b"))))["crate"]
    assert (first["id"], second["name"]) == (second["id"], "b")
    # Where the row is another keeper's, its parent is hidden.
    told = await payload(await run(document, BOB, one(mine, name="c")))
    assert errors(told) == [("NOT_FOUND", "input.depotId")]
    assert [row["name"] for row in await rows()] == ["b"]


async def test_rows_are_deleted_for_good_or_not_at_all(run: Run) -> None:
    document = """mutation($ids: [ID!]!) { deleteCrates(ids: $ids) {
      deletedIds errors { code path } } }"""
    mine, theirs = await depot("ann"), await depot("bob")
    keys = [await crate(mine, 1), await crate(mine, 2), await crate(theirs, 3)]
    ids = [f"ToyCrate_{key}" for key in keys]
    told = await payload(await run(document, ANN, {"ids": ids}))
    assert (told["deletedIds"], errors(told)) == (None, [("NOT_FOUND", "ids.2")])
    assert len(await rows()) == 3
    told = await payload(await run(document, ANN, {"ids": ids[:2]}))
    assert told == {"deletedIds": ids[:2], "errors": []}
    assert [row["number"] for row in await rows()] == [3]


async def test_a_row_that_is_still_used(run: Run, database: SeedbedEngine) -> None:
    mine = await depot("ann")
    await crate(mine, 1)
    with pytest.raises(Refused) as caught:
        async with database.transaction():
            await crates.changes(database, ANN).delete(Depot, mine)
    assert [problem.code for problem in caught.value.problems] == ["IN_USE"]
    assert await Depot.count() == 1


async def test_a_mutation_of_ones_own_answers_with_several_values(run: Run) -> None:
    key = await crate(await depot("ann"), 1)
    document = """mutation { rename(id: "ToyCrate_%s", name: "z") {
      message crate { name } errors { code } } }"""
    told = await payload(await run(document % key))
    assert told == {"message": "it is z now", "crate": {"name": "z"}, "errors": []}
    long = document.replace('"z"', '"zzzzzzzzzzzz"')
    assert errors_of(await run(long % key)) == [("TOO_LONG", ["name"])]


def errors_of(answer: Answer) -> list[tuple[str, Any]]:
    """The problems of a payload without its selection of paths."""
    (found,) = (answer.data or {}).values()
    return [(error["code"], error.get("path", ["name"])) for error in found["errors"]]


async def test_what_was_written_before_a_refusal_is_undone(run: Run) -> None:
    await crate(await depot("ann"), 1)
    told = await payload(await run("mutation { refuse { crate { id } errors { code path } } }"))
    assert (told["crate"], errors(told)) == (None, [("NO", "here.0")])
    assert [row["name"] for row in await rows()] == ["n1"]


async def test_an_answer_may_be_read_as_somebody_else(run: Run) -> None:
    hidden = await crate(await depot("bob"), 1)
    document = f"""mutation {{ becomeTheBoss(id: "ToyCrate_{hidden}") {{
      crate {{ depot {{ keeper }} }} }} }}"""
    # The boss, too, sees crates of their own depots and blue ones only.
    assert await payload(await run(document)) == {"crate": None}
    mine = await crate(await depot("ann"), 1)
    told = await payload(await run(document.replace(str(hidden), str(mine))))
    assert told == {"crate": {"depot": {"keeper": "ann"}}}


async def test_keys_need_the_scope(run: Run) -> None:
    key = await crate(await depot("ann"), 1)

    def holding(*scopes: str) -> Viewer:
        return Viewer(ANN.kind, ANN.values, frozenset(scopes))

    rename = f'mutation {{ rename(id: "ToyCrate_{key}", name: "z") {{ message }} }}'
    become = f'mutation {{ becomeTheBoss(id: "ToyCrate_{key}") {{ crate {{ id }} }} }}'
    assert code(await run(rename, holding("read"))) == "FORBIDDEN"
    assert code(await run(become, holding("read", "write"))) == "FORBIDDEN"
    assert [row["name"] for row in await rows()] == ["n1"]
    assert (await payload(await run(rename, holding("write"))))["message"] == "it is z now"


async def test_mutations_of_one_document_run_one_after_another(run: Run) -> None:
    key = await crate(await depot("ann"), 1)
    document = "mutation { " + " ".join(
        f'm{n}: rename(id: "ToyCrate_{key}", name: "{n}") {{ crate {{ name }} }}' for n in range(5)
    ) + " }"  # fmt: skip
    answer = await run(document)
    assert [found["crate"]["name"] for found in answer.data.values()] == list("01234")


def test_an_input_names_columns_only() -> None:
    class Wrong:
        """No column is called so."""

        missing: Any

    Wrong.__annotations__ = {"seal": auto}
    with pytest.raises(ConfigurationError, match=r"Wrong\.seal is no column"):
        input_type(Crate)(Wrong)


def test_two_mutations_of_one_name() -> None:
    mutations = Mutations(Registry())

    async def twice(context: Any) -> None:
        """Nothing."""

    mutations.field(who=frozenset())(twice)
    with pytest.raises(ConfigurationError, match="two mutations called twice"):
        mutations.field(who=frozenset())(twice)


def test_inputs_say_what_may_be_left_out() -> None:
    schema = crates.build().schema._schema
    made = print_type(schema.type_map["CrateInput"])
    assert "depotId: ID!" in made
    assert "number: Int!" in made
    assert "colour: Colour\n" in made
    assert "price: Decimal\n" in made or "price: Decimal =" in made
