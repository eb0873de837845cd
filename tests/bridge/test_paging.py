"""Paging on a real database: every row exactly once, whatever the order, the size and the way."""

import uuid
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.bridge import BuiltSchema, Limits, Viewer
from app.database import SeedbedEngine
from tests.bridge.toys import build, create, run

SHELF = uuid.UUID(int=1)

PAGE = """query($first: Int, $after: String, $last: Int, $before: String) {
  list: %s(first: $first, after: $after, last: $last, before: $before) {
    nodes { id }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}"""

# The root fields, and how Python sorts rows of (id, label, weight) as they do.
ORDERS: dict[str, Any] = {
    "boxes": lambda row: row[0],
    "byLabel": lambda row: (row[1], row[0]),
    "byWeight": lambda row: (row[2] is None, row[2] or 0, row[0]),
    "heaviest": lambda row: (row[2] is None, -(row[2] or 0), row[1], row[0]),
}

Row = tuple[int, str, int | None]

boxes = st.lists(
    st.tuples(st.sampled_from("aab"), st.sampled_from([None, None, 0, 1, 1])), max_size=9
).map(lambda values: [(number, *value) for number, value in enumerate(values, start=1)])


@pytest.fixture(scope="session")
def both() -> dict[str, BuiltSchema]:
    """The toy schema in both modes."""
    built = build(Limits())
    return {"json": built, "rows": built.variant(finish=False)}


@pytest.fixture
async def toys(database: SeedbedEngine) -> SeedbedEngine:
    """The toy tables, with one shelf, inside the test's transaction."""
    await create(database)
    await database.fetch("insert into toys.shelves values ($1, 'shelf', false)", SHELF)
    return database


async def _fill(engine: SeedbedEngine, rows: list[Row]) -> None:
    await engine.fetch("delete from toys.boxes")
    await _add(engine, rows)


async def _add(engine: SeedbedEngine, rows: list[Row]) -> None:
    await engine.fetch(
        "insert into toys.boxes (id, shelf, label, weight, keeper) "
        "select id, $1, label, weight, '' "
        "from unnest($2::uuid[], $3::text[], $4::int[]) as t(id, label, weight)",
        SHELF,
        [uuid.UUID(int=number) for number, _, _ in rows],
        [label for _, label, _ in rows],
        [weight for _, _, weight in rows],
    )


async def _page(
    built: BuiltSchema, engine: SeedbedEngine, field: str, **arguments: Any
) -> tuple[list[int], dict[str, Any]]:
    result = await run(built, engine.fetch, PAGE % field, arguments)
    assert not result.errors, result.errors
    page: Any = result.data
    numbers = [uuid.UUID(n["id"].removeprefix("ToyBox_")).int for n in page["list"]["nodes"]]
    return numbers, page["list"]["pageInfo"]


# The database is emptied for each example: the fixtures need not be made anew.
examples = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
both_modes = pytest.mark.parametrize("mode", ["json", "rows"])
all_orders = pytest.mark.parametrize("field", ORDERS)


@both_modes
@all_orders
@examples
@given(rows=boxes, size=st.integers(1, 4))
async def test_every_row_once_forwards_and_backwards(
    toys: SeedbedEngine,
    both: dict[str, BuiltSchema],
    field: str,
    mode: str,
    rows: list[Row],
    size: int,
) -> None:
    built = both[mode]
    await _fill(toys, rows)
    expected = [row[0] for row in sorted(rows, key=ORDERS[field])]
    seen, info = await _page(built, toys, field, first=size)
    assert info["hasPreviousPage"] is False
    while info["hasNextPage"]:
        page, info = await _page(built, toys, field, first=size, after=info["endCursor"])
        assert info["hasPreviousPage"] is True
        assert 1 <= len(page) <= size
        seen += page
    assert seen == expected
    seen, info = await _page(built, toys, field, last=size)
    assert info["hasNextPage"] is False
    while info["hasPreviousPage"]:
        page, info = await _page(built, toys, field, last=size, before=info["startCursor"])
        assert info["hasNextPage"] is True
        assert 1 <= len(page) <= size
        seen = page + seen
    assert seen == expected


@both_modes
@all_orders
@examples
@given(data=st.data(), rows=boxes)
async def test_between_two_cursors_are_the_rows_between_them(
    toys: SeedbedEngine,
    both: dict[str, BuiltSchema],
    field: str,
    mode: str,
    data: st.DataObject,
    rows: list[Row],
) -> None:
    built = both[mode]
    await _fill(toys, rows)
    expected = [row[0] for row in sorted(rows, key=ORDERS[field])]
    places = st.integers(0, max(len(rows) - 1, 0))
    low, high = sorted((data.draw(places), data.draw(places)))
    size = data.draw(st.integers(1, 4))
    if not rows:
        return
    cursors = [
        (await _page(built, toys, field, first=place + 1))[1]["endCursor"] for place in (low, high)
    ]
    bounds = {"after": cursors[0], "before": cursors[1]}
    between = expected[low + 1 : high]
    assert (await _page(built, toys, field, first=size, **bounds))[0] == between[:size]
    assert (await _page(built, toys, field, last=size, **bounds))[0] == between[-size:]


@both_modes
@all_orders
@examples
@given(data=st.data(), rows=boxes, size=st.integers(1, 3))
async def test_rows_that_stay_are_seen_once_while_others_come_and_go(
    toys: SeedbedEngine,
    both: dict[str, BuiltSchema],
    field: str,
    mode: str,
    data: st.DataObject,
    rows: list[Row],
    size: int,
) -> None:
    built = both[mode]
    await _fill(toys, rows)
    staying = {row[0] for row in rows}
    seen: list[int] = []
    after, more, number = None, True, 100
    while more:
        page, info = await _page(built, toys, field, first=size, after=after)
        seen += page
        after, more = info["endCursor"], info["hasNextPage"]
        leaving = data.draw(st.sets(st.sampled_from(sorted(staying) or [0]), max_size=2))
        await toys.fetch(
            "delete from toys.boxes where id = any($1::uuid[])",
            [uuid.UUID(int=each) for each in leaving],
        )
        staying -= leaving
        if number < 105:
            number += 1
            weight = data.draw(st.sampled_from([None, 0, 1]))
            await _add(toys, [(number, data.draw(st.sampled_from("ab")), weight)])
    assert len(seen) == len(set(seen))
    assert staying <= set(seen)
    key = ORDERS[field]
    known = {row[0]: row for row in rows}
    old = [known[each] for each in seen if each in known]
    assert old == sorted(old, key=key)


async def test_a_computed_field_is_the_same_in_both_modes(
    toys: SeedbedEngine, both: dict[str, BuiltSchema]
) -> None:
    await _fill(toys, [(1, "b", 2), (2, "a", None)])
    document = "{ shelves { nodes { name boxes { nodes { summary label } totalCount } } } }"
    expected = [{"summary": "a: None", "label": "a"}, {"summary": "b: 2", "label": "b"}]
    for built in both.values():
        result = await run(built, toys.fetch, document)
        assert not result.errors
        boxes = {"nodes": expected, "totalCount": 2}
        assert result.data == {"shelves": {"nodes": [{"name": "shelf", "boxes": boxes}]}}


async def test_values_of_the_caller_are_bound_when_the_statement_runs(
    toys: SeedbedEngine, both: dict[str, BuiltSchema]
) -> None:
    """The plan of one caller serves the next of the same kind, who gets their own answer."""
    await _fill(toys, [(1, "a", 1), (2, "b", 2)])
    await toys.fetch("update toys.boxes set keeper = label")
    document = "{ byLabel { nodes { label keeper } } }"
    for built in both.values():
        for name in "ab":
            viewer = Viewer("keeper", {"name": name})
            result = await run(built, toys.fetch, document, viewer=viewer)
            keepers = [{"label": each, "keeper": each if each == name else None} for each in "ab"]
            assert result.data == {"byLabel": {"nodes": keepers}}
        stranger = await run(built, toys.fetch, document, viewer=Viewer("keeper"))
        assert stranger.data == {
            "byLabel": {"nodes": [{"label": each, "keeper": None} for each in "ab"]}
        }
