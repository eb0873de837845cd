"""Several mutations in one document: one that fails takes no answer from the others."""

from collections.abc import Awaitable, Callable

import orjson
import pytest

from app.bridge import Answer, encode
from app.database import SeedbedEngine
from tests.bridge import crates
from tests.bridge.crates import crate, depot, rows

Run = Callable[..., Awaitable[Answer]]


@pytest.fixture(params=[True, False], ids=["json", "rows"])
async def run(request: pytest.FixtureRequest, database: SeedbedEngine) -> Run:
    """Runs documents over the toys, in both modes."""
    await crates.create(database)
    return crates.runner(database, crates.build().variant(finish=request.param))


@pytest.mark.parametrize(
    ("failing", "code"),
    [
        ('updateCrate(id: "%s", input: {notes: "x"}) { crate { name } }', "FORBIDDEN"),
        ("createCrates(input: []) { crates { name } }", "BAD_USER_INPUT"),
        ("fail { errors { code } }", None),
    ],
)
async def test_a_mutation_that_fails_takes_no_answer_from_the_others(
    run: Run, failing: str, code: str | None
) -> None:
    id_ = f"ToyCrate_{await crate(await depot('ann'), 1)}"
    rename = 'rename(id: "%s", name: "%s") { crate { name depot { keeper } } errors { code } }'
    document = f"""mutation {{
      first: {rename % (id_, "a")}
      second: {failing.replace("%s", id_)}
      third: {rename % (id_, "b")}
    }}"""
    answer = await run(document)

    def renamed(name: str) -> dict[str, object]:
        return {"crate": {"name": name, "depot": {"keeper": "ann"}}, "errors": []}

    assert orjson.loads(encode(answer.data)) == {
        "first": renamed("a"), "second": None, "third": renamed("b")
    }  # fmt: skip
    (error,) = answer.errors
    assert (error.path, (error.extensions or {}).get("code")) == (["second"], code)
    assert [row["name"] for row in await rows()] == ["b"]
