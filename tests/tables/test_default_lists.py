"""Every list of the API comes sorted from an index, whoever asks: nothing has to be sorted for it.

The lists are those of the schema, and the statements those that the planner writes for them.
"""

import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from piccolo.table import Table
from strawberry.utils.str_converters import to_camel_case

from app.bridge import Action, Viewer
from app.bridge.cursors import encode_id
from app.bridge.plan import Compare, Everything, FromViewer, IsNull, Nothing
from app.bridge.registry import Listing, ToMany
from app.database import SeedbedEngine
from app.policy import Caller
from app.schema import make_schema
from tests.bridge.toys import run

SCHEMA = make_schema()
VALUES = ("user", "organization", "university")
SOMEBODY = uuid.UUID("00000000-0000-7000-8000-000000000000")

# Of the table $1, those that hold a part of its rows, or do not begin with the column $2.
OTHERS = """
select indexrelid::regclass::text as name
from pg_index left join pg_attribute on attrelid = indrelid and attnum = indkey[0]
where indrelid = $1::text::regclass and not indisunique
  and (indpred is not null or attname is distinct from $2)
"""

Node = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class List:
    """A list of the schema: its name, its rows, and the document that asks for a page of it.

    One below a row has the type of that row, and the column that names the row.
    """

    name: str
    table: type[Table]
    document: str
    parent: str | None = None
    key: str | None = None

    def __str__(self) -> str:
        return self.name


@dataclass(slots=True)
class Explaining:
    """A `Fetch` that notes how PostgreSQL would run the statements, and finds nothing."""

    engine: SeedbedEngine
    plans: list[Node] = field(default_factory=list)

    async def __call__(self, sql: str, *args: object) -> Sequence[Any]:
        """Note the plan of a statement."""
        ((text,),) = await self.engine.fetch(f"explain (format json) {sql}", *args)
        (explained,) = json.loads(text)
        self.plans.append(explained["Plan"])
        return []


def _lists() -> Iterator[List]:
    page = (
        "($first: Int, $last: Int) { %s(first: $first, last: $last) {"
        " nodes { id } edges { cursor } } }"
    )
    for name, root in SCHEMA.bridge.roots.items():
        # A view is sorted after it has been worked out.
        if isinstance(root, Listing) and "view" not in root.table._meta.tags:
            yield List(name, root.table, "query" + page % name)
    below = (
        "query($id: ID!, $first: Int, $last: Int) { node(id: $id) { ... on %s {"
        " %s(first: $first, last: $last) { nodes { id } } } } }"
    )
    for exposed in SCHEMA.bridge.registry.types:
        for name, relation in exposed.fields.items():
            # One row has no order.
            if isinstance(relation, ToMany) and not relation.foreign_key._meta.unique:
                called = to_camel_case(name)
                key = relation.foreign_key._meta
                document = below % (exposed.name, called)
                yield List(f"{exposed.name}.{called}", key.table, document, exposed.name, key.name)


def _below(node: Node) -> Iterator[Node]:
    """A node of a plan and all that it stands on."""
    yield node
    for inner in node.get("Plans", ()):
        yield from _below(inner)


def _pages(plan: Node, table: type[Table]) -> list[list[Node]]:
    """The parts of a plan that read a page of `table`: what stands below a limit."""
    name = table._meta.tablename
    parts = [list(_below(node)) for node in _below(plan) if node["Node Type"] == "Limit"]
    return [part for part in parts if any(node.get("Relation Name") == name for node in part)]


LISTS = list(_lists())


def test_the_schema_has_lists_of_both_kinds() -> None:
    names = {each.name for each in LISTS}
    assert {"posts", "questionnaires", "Section.questions", "User.posts"} <= names
    assert len(names) == len(LISTS)


@pytest.mark.parametrize("end", ["first", "last"])
@pytest.mark.parametrize("caller", Caller)
@pytest.mark.parametrize("listed", LISTS, ids=str)
async def test_a_list_comes_sorted_from_an_index(
    database: SeedbedEngine, listed: List, caller: Caller, end: str
) -> None:
    # Made expensive, not impossible: a plan without them proves that it needs none.
    for setting in ("enable_seqscan", "enable_sort", "enable_incremental_sort"):
        await database.fetch(f"set local {setting} = off")
    known = {} if caller is Caller.ANONYMOUS else dict.fromkeys(VALUES, SOMEBODY)
    variables: dict[str, Any] = {end: 20}
    root = SCHEMA.bridge.roots.get(listed.name)
    action = root.action if isinstance(root, Listing) else Action.READ
    visible = SCHEMA.bridge.access.of(listed.table, caller, action).rows
    if listed.parent is not None:
        variables["id"] = encode_id(listed.parent, SOMEBODY)
    begins = listed.key
    if begins is None and isinstance(visible, Compare) and isinstance(visible.value, FromViewer):
        begins = visible.column
    if begins not in {None, "id"}:
        # Without rows to judge by, they look as good as the index that begins with this column.
        table_name = listed.table._meta.get_formatted_tablename()
        for index in await database.fetch(OTHERS, table_name, begins):
            await database.fetch(f"drop index {index['name']}")
    explaining = Explaining(database)
    answer = await run(SCHEMA, explaining, listed.document, variables, Viewer(caller, known))
    not_for_them = isinstance(root, Listing) and root.who is not None and caller not in root.who
    columns = SCHEMA.bridge.access.of(listed.table, caller, action).columns
    if not_for_them or (listed.key is not None and columns and listed.key not in columns):
        assert answer.errors
        assert explaining.plans == []
        return
    assert not answer.errors
    (plan,) = explaining.plans
    pages = _pages(plan, listed.table)
    if isinstance(visible, Nothing):
        assert pages == []
        return
    (page,) = pages
    assert not [node for node in page if "Sort" in node["Node Type"]], plan
    name = listed.table._meta.tablename
    (read,) = (node for node in page if node.get("Relation Name") == name)
    assert read["Node Type"] in {"Index Scan", "Index Only Scan"}, plan
    if listed.key is not None:
        assert f"{listed.key} = " in read["Index Cond"].replace('"', ""), plan
    elif isinstance(visible, Everything | Compare | IsNull):
        # One condition is the index's own; of several, the rest may be looked up in the rows.
        assert "Filter" not in read, plan
