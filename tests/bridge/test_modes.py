"""Random documents over the real schema: JSON mode, rows mode and a naive oracle agree.

And paging through any list, forwards or backwards, gives every row exactly once.
"""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.bridge import BuiltSchema, Viewer, encode
from app.bridge.registry import ColumnField
from app.context import new_context
from app.database import SeedbedEngine
from app.schema import make_schema
from tests.bridge.documents import Generator, Many
from tests.bridge.oracle import ROOTS, Oracle, may_name, shown
from tests.bridge.printer import Printer, order_tree
from tests.bridge.small_world import ROWS, TABLES, Rows, save_small_world

KINDS = ("ANONYMOUS", "USER", "STAFF", "ADMIN")
MODES = {"json": make_schema().variant(), "rows": make_schema().variant(finish=False)}
SCHEMA = make_schema().schema._schema
TYPES = frozenset(table.__name__ for table in TABLES)

# The same examples every time: a failure is a failure for everybody.
EXAMPLES = settings(
    deadline=None,
    derandomize=True,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)


@pytest.fixture
async def world(database: SeedbedEngine) -> Rows:
    """The small world's rows, inside the test's transaction."""
    return await save_small_world()


def oracle_of(world: Rows, kind: str) -> Oracle:
    """The oracle for the first user of a role, or for nobody known."""
    me = next((row for row in world["User"] if row["role"] == kind), None)
    return Oracle(world, kind, me)


async def answer(
    built: BuiltSchema,
    engine: SeedbedEngine,
    oracle: Oracle,
    text: str,
    variables: dict[str, Any],
) -> Any:
    """What the server answers: data, which must come without errors."""
    me = oracle.me or {}
    values = {"user": me.get("id")} | {
        name: me.get(name) for name in ("organization", "university")
    }
    viewer = Viewer(oracle.kind, values if oracle.me else {})
    document = built.operations.document(text)
    assert not document.errors, document.errors
    context = new_context(built.bridge, engine, viewer)
    operation = document.operation(None)
    async with engine.transaction():  # a statement that fails does not spoil the next example
        made = await built.operations.execute(document, operation, variables, context)
    assert not made.errors, made.errors
    return json.loads(encode(made.data))


RELATED = {
    (kind, name): str(field.target.__name__)
    for kind, exposed in make_schema().bridge.types.items()
    if kind in TYPES
    for name, field in exposed.names.items()
    if hasattr(field, "target") and field.target.__name__ in TYPES
}


def _values() -> dict[str, list[Any]]:
    """What filters compare each field with: values that rows have."""
    known: dict[str, list[Any]] = {}
    for type_name in sorted(TYPES):
        rows = [row for row in ROWS if type(row).__name__ == type_name]
        known[f"{type_name}.id"] = [f"{type_name}_{row['id']}" for row in rows[:4]]
        for name, field in make_schema().bridge.types[type_name].names.items():
            if not isinstance(field, ColumnField) or field.column == "options":
                continue
            found = [row[field.column] for row in rows if row[field.column] is not None]
            if found and isinstance(found[0], list):
                found = [item for items in found for item in items]
            texts = {json.dumps(shown(value, name)) for value in found}
            known[f"{type_name}.{name}"] = [json.loads(text) for text in sorted(texts)][:6]
    for (type_name, name), target in RELATED.items():
        known[f"{type_name}.{name}Id"] = known[f"{target}.id"]
    return known


VALUES = _values()


def _generator(draw: st.DrawFn, kind: str) -> Generator:
    return Generator(draw, SCHEMA, partial(may_name, kind), VALUES, TYPES)


@dataclass(frozen=True)
class Case:
    """A document of one kind of caller, as GraphQL and as the oracle reads it."""

    kind: str
    text: str
    variables: dict[str, Any]
    roots: list[Many]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Any document."""
    kind = draw(st.sampled_from(KINDS))
    generator, taken = _generator(draw, kind), set[str]()
    roots = [
        generator.many(generator.key(name, taken), name, ROOTS[name][0], 2)
        for name in generator.some(list(ROOTS), 2)
    ]
    printer = Printer(draw, SCHEMA)
    return Case(kind, printer.document(roots), printer.variables, roots)


@dataclass(frozen=True)
class Paging:
    """A list to be paged through by one kind of caller."""

    kind: str
    many: Many
    size: int
    backwards: bool
    mode: str


@st.composite
def pagings(draw: st.DrawFn) -> Paging:
    """Any list, order, page size and direction."""
    kind, name = draw(st.sampled_from(KINDS)), draw(st.sampled_from(list(ROOTS)))
    generator, type_name = _generator(draw, kind), ROOTS[name][0]
    where = generator.where(type_name, 1) if draw(st.booleans()) else None
    many = Many(name, name, 100, False, where, generator.order(type_name), [])
    mode = draw(st.sampled_from(list(MODES)))
    return Paging(kind, many, draw(st.integers(1, 5)), draw(st.booleans()), mode)


def without_cursors(answer: Any) -> Any:
    """The answer with every cursor replaced: the oracle knows only that there is one."""
    match answer:
        case dict():
            return {key: without_cursors(value) for key, value in answer.items()}
        case list():
            return [without_cursors(value) for value in answer]
        case str() if answer.startswith(("WyI", "WyJ")):
            return "a cursor"
        case _:
            return answer


@settings(EXAMPLES, max_examples=250)
@given(case=cases())
async def test_both_modes_and_the_oracle_agree(
    database: SeedbedEngine, world: Rows, case: Case
) -> None:
    oracle = oracle_of(world, case.kind)
    answers = {
        mode: await answer(built, database, oracle, case.text, case.variables)
        for mode, built in MODES.items()
    }
    assert answers["json"] == answers["rows"]
    assert without_cursors(answers["json"]) == {many.key: oracle.root(many) for many in case.roots}


@settings(EXAMPLES, max_examples=120)
@given(paging=pagings())
async def test_paging_gives_every_row_once(
    database: SeedbedEngine, world: Rows, paging: Paging
) -> None:
    oracle, many = oracle_of(world, paging.kind), paging.many
    type_name, own = ROOTS[many.name]
    rows = [row for row in world[type_name] if oracle.visible(type_name, row)]
    expected = [f"{type_name}_{row['id']}" for row in oracle.listed(type_name, rows, many, own)]

    async def read(cursor: str | None) -> Any:
        text, variables = _page(paging, type_name, cursor)
        return await answer(MODES[paging.mode], database, oracle, text, variables)

    assert await _paged(read, many.name, backwards=paging.backwards) == expected


def _page(paging: Paging, type_name: str, cursor: str | None) -> tuple[str, dict[str, Any]]:
    """The document of one page, and its variables."""
    many = paging.many
    ends = ("last", "before") if paging.backwards else ("first", "after")
    text = f"""query($n: Int, $c: String, $w: {type_name}Filter, $o: [{type_name}Order!]) {{
      {many.name}({ends[0]}: $n, {ends[1]}: $c, where: $w, orderBy: $o) {{
        edges {{ cursor node {{ id }} }} pageInfo {{ hasNextPage hasPreviousPage }} }} }}"""
    trees = [order_tree(term) for term in many.order]
    return text, {"n": paging.size, "c": cursor, "w": many.where, "o": trees}


async def _paged(
    read: Callable[[str | None], Awaitable[Any]], name: str, *, backwards: bool
) -> list[str]:
    """The ids of all rows, page by page, in the list's order."""
    found: list[str] = []
    cursor: str | None = None
    while True:
        page = (await read(cursor))[name]
        ids = [edge["node"]["id"] for edge in page["edges"]]
        found = [*ids, *found] if backwards else [*found, *ids]
        if not page["pageInfo"]["hasPreviousPage" if backwards else "hasNextPage"]:
            return found
        cursor = page["edges"][0 if backwards else -1]["cursor"]
