"""Compiled operations: a plan that is used again gives what a new one would."""

import uuid
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.bridge import BuiltSchema, Limits, Viewer
from app.bridge.response import encode
from app.database import SeedbedEngine, count_statements
from tests.bridge.toys import build, create, run

DOCUMENT = """query(
  $first: Int = 2, $after: String, $last: Int, $id: ID!, $show: Boolean!, $hide: Boolean = false
) {
  byLabel(first: $first, after: $after, last: $last) {
    nodes { id @include(if: $show) ... @skip(if: $hide) { label keeper } }
    pageInfo { endCursor hasNextPage hasPreviousPage }
    totalCount @include(if: $show)
  }
  shelf(id: $id) { name boxes(first: $first) { nodes { label } } }
}"""

SHELVES = [uuid.UUID(int=number) for number in (1, 2, 3)]
LABELS = "abcde"


@pytest.fixture(scope="module")
def built() -> BuiltSchema:
    """The toy schema; its compiled operations live through all tests."""
    return build(Limits())


@pytest.fixture
async def toys(database: SeedbedEngine) -> SeedbedEngine:
    """Two shelves, the second hidden; boxes a to e on the first, of keepers a to e."""
    await create(database)
    await database.fetch(
        "insert into toys.shelves values ($1, 'one', false), ($2, 'two', true)", *SHELVES[:2]
    )
    await database.fetch(
        "insert into toys.boxes (id, shelf, label, keeper)"
        " select gen_random_uuid(), $1, label, label from unnest($2::text[]) as t(label)",
        SHELVES[0],
        list(LABELS),
    )
    return database


sizes = st.one_of(st.none(), st.integers(-1, 3), st.just(101))


@st.composite
def requests(draw: st.DrawFn) -> tuple[dict[str, Any], Viewer]:
    """Variables, some of them left out or null or wrong, and a caller."""
    variables: dict[str, Any] = {
        "id": draw(st.sampled_from([*(f"ToyShelf_{key}" for key in SHELVES), "ToyBox_1", ""])),
        "show": draw(st.booleans()),
    }
    for name, values in (
        ("first", sizes),
        ("last", st.one_of(st.none(), sizes)),
        ("after", st.sampled_from([None, "x", 0, 1, 2])),
        ("hide", st.booleans()),
    ):
        if draw(st.booleans()):
            variables[name] = draw(values)
    viewer = draw(
        st.sampled_from([Viewer("guest"), Viewer("keeper", {"name": "a"}), Viewer("keeper")])
    )
    return variables, viewer


async def _answer(
    built: BuiltSchema, engine: SeedbedEngine, variables: dict[str, Any], viewer: Viewer
) -> tuple[Any, list[tuple[str, Any]]]:
    answer = await run(built, engine.fetch, DOCUMENT, variables, viewer)
    errors = [(error.message, tuple(error.path or ())) for error in answer.errors]
    return _plain(answer.data), sorted(errors)


def _plain(value: Any) -> Any:
    """A value as it arrives, finished JSON included."""
    return orjson.loads(encode({"data": value}))["data"]


@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(asked=st.lists(requests(), min_size=1, max_size=5))
async def test_kept_plans_answer_as_the_walk_through_rows_does(
    toys: SeedbedEngine, built: BuiltSchema, asked: list[tuple[dict[str, Any], Viewer]]
) -> None:
    """Whatever was asked before: nothing of one request's values or rights stays in a plan."""
    rows = built.variant(finish=False)
    cursors = await run(rows, toys.fetch, "{ byLabel { edges { cursor } } }")
    assert cursors.errors == (), [error.original_error for error in cursors.errors]
    data: Any = cursors.data
    texts = [edge["cursor"] for edge in data["byLabel"]["edges"]]
    for variables, viewer in asked:
        if isinstance(variables.get("after"), int):
            variables["after"] = texts[variables["after"]]
        expected = await _answer(rows, toys, variables, viewer)
        assert await _answer(built, toys, variables, viewer) == expected


async def test_an_operation_is_compiled_once_for_each_kind_of_caller(
    toys: SeedbedEngine, built: BuiltSchema
) -> None:
    document = built.operations.document("query($id: ID!) { shelf(id: $id) { name } }")
    assert built.operations.document("query($id: ID!) { shelf(id: $id) { name } }") is document
    for key, name in zip(SHELVES, ("one", None, None), strict=True):
        with count_statements() as statements:
            answer = await run(built, toys.fetch, document.text, {"id": f"ToyShelf_{key}"})
        assert _plain(answer.data) == {"shelf": name and {"name": name}}
        assert statements.count == 1
    keeper = Viewer("keeper")
    answer = await run(built, toys.fetch, document.text, {"id": f"ToyShelf_{SHELVES[1]}"}, keeper)
    assert _plain(answer.data) == {"shelf": {"name": "two"}}
    assert len(document.plans) == 2


@pytest.mark.parametrize("below", ["label", "summary"])  # finished JSON, and rows
async def test_fields_that_find_objects_by_id_share_a_statement(
    toys: SeedbedEngine, built: BuiltSchema, below: str
) -> None:
    boxes = await toys.fetch("select id, label from toys.boxes order by label")
    ids = [f"ToyBox_{box['id']}" for box in boxes]
    hidden = f"ToyShelf_{SHELVES[1]}"
    document = f"""{{
      a: node(id: "{ids[0]}") {{ ...box }}
      b: node(id: "{ids[1]}") {{ ...box }}
      again: node(id: "{ids[0]}") {{ ...box }}
      none: node(id: "ToyBox_{SHELVES[0]}") {{ ...box }}
      some: nodes(ids: ["{ids[2]}", "{ids[0]}", "{hidden}"]) {{ ...box }}
      other: node(id: "{ids[3]}") {{ id }}
      bad: node(id: "x") {{ ...box }}
    }} fragment box on ToyBox {{ {below} }}"""
    with count_statements() as statements:
        answer = await run(built, toys.fetch, document)
    assert statements.count == 3  # boxes, shelves, and the one that selects something else
    a, b, c = ({below: text if below == "label" else f"{text}: None"} for text in "abc")
    assert _plain(answer.data) == {
        "a": a, "b": b, "again": a, "none": None, "some": [c, a, None],
        "other": {"id": ids[3]}, "bad": None,
    }  # fmt: skip
    assert [error.path for error in answer.errors] == [["bad"]]


async def test_a_fault_is_told_at_every_field_that_shared_the_statement(
    toys: SeedbedEngine, built: BuiltSchema
) -> None:
    async def broken(sql: str, *args: object) -> list[Any]:
        raise ConnectionError

    document = "{ a: node(id: $) { id } b: node(id: $) { id } }".replace(
        "$", f'"ToyBox_{SHELVES[0]}"'
    )
    answer = await run(built, broken, document)
    assert _plain(answer.data) == {"a": None, "b": None}
    assert sorted(str(error.path) for error in answer.errors) == ["['a']", "['b']"]


@pytest.mark.parametrize("finish", [True, False])
@pytest.mark.parametrize(
    "more",
    ["", f'node(id: "ToyBox_{SHELVES[0]}") {{ id }}', "a: shelves(first: -1) { totalCount }"],
)
async def test_what_all_fields_cost_together_is_known_before_any_is_read(
    toys: SeedbedEngine, finish: bool, more: str
) -> None:
    built = build(Limits(rows=5)).variant(finish=finish)
    document = f"""{{
      one: byLabel(first: 3) {{ nodes {{ label }} }} {more}
      shelf(id: "ToyShelf_{SHELVES[0]}") {{ boxes(first: 3) {{ nodes {{ summary }} }} }}
    }}"""
    with count_statements() as statements:
        answer = await run(built, toys.fetch, document)
    assert (answer.data, statements.count) == (None, 0)
    (error,) = answer.errors
    assert (error.path, (error.extensions or {})["code"]) == (["shelf"], "LIMIT_EXCEEDED")


async def test_the_cache_of_documents_is_bounded(built: BuiltSchema) -> None:
    operations = built.variant().operations
    first = operations.document("{ shelves { totalCount } } # 0")
    for number in range(300):
        operations.document("{ shelves { totalCount } } # " + "x" * 1_000 + str(number))
    assert operations.document("{ shelves { totalCount } } # 0") is not first
    assert len(operations._documents) < 300
    huge = operations.document("{ shelves { totalCount } } # " + "x" * 500_000)
    assert huge.errors == ()
    assert operations.document("{ shelves { totalCount } }").errors == ()


async def test_the_plans_of_one_document_are_bounded(
    toys: SeedbedEngine, built: BuiltSchema
) -> None:
    text = "query($n: Int) { shelves(first: $n) { nodes { boxes(first: $n) { totalCount } } } }"
    for number in range(200):
        await run(built, toys.fetch, text, {"n": number % 101})
    (branch,) = built.operations.document(text).plans.values()
    assert len(branch.answers) <= 65  # type: ignore[union-attr]  # page sizes make a branch
