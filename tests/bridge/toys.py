"""Toy tables of the bridge's own tests, and a schema over them.

A shelf holds boxes; a box may be open or not, and has a weight that may be unknown.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import orjson
from piccolo.columns import UUID, Boolean, ForeignKey, Integer, Varchar
from piccolo.table import Table

from app.bridge import (
    Answer,
    BuiltSchema,
    Limits,
    Node,
    Policy,
    Registry,
    Request,
    Rule,
    Through,
    Viewer,
    ViewerValue,
    ascending,
    auto,
    build_schema,
    computed,
    descending,
    listing,
    single,
    to_many,
)
from app.bridge.execute import Fetch
from app.bridge.response import encode
from app.database import SeedbedEngine

KINDS = ("guest", "keeper")
EVERYBODY = frozenset(KINDS)
KEEPERS = frozenset({"keeper"})


class Shelf(Table, tablename="shelves", schema="toys"):
    """A shelf."""

    id: UUID = UUID(primary_key=True)
    name: Varchar = Varchar(null=False)
    hidden: Boolean = Boolean(null=False)


class Box(Table, tablename="boxes", schema="toys"):
    """A box on a shelf."""

    id: UUID = UUID(primary_key=True)
    shelf: ForeignKey[Shelf] = ForeignKey(Shelf, null=False)
    label: Varchar = Varchar(null=False)
    weight: Integer = Integer(null=True)
    keeper: Varchar = Varchar(null=False)
    code: Varchar = Varchar(null=False, secret=True)


# Statements are run one by one: asyncpg prepares each.
CREATE = (
    "create schema toys",
    'create table toys.shelves (id uuid primary key, "name" text not null, hidden bool not null)',
    """create table toys.boxes (
        id uuid primary key, shelf uuid not null references toys.shelves, label text not null,
        weight int, keeper text not null, code text not null default ''
    )""",
)

POLICIES: Mapping[type[Table], Policy] = {
    Shelf: Policy((Rule(EVERYBODY, Shelf.hidden.eq(False)), Rule(KEEPERS, rows=True))),
    Box: Policy(
        (
            Rule(EVERYBODY, Through(Box.shelf), columns=(Box.id, Box.shelf, Box.label, Box.weight)),
            Rule(KEEPERS, Box.keeper == ViewerValue("name")),
        )
    ),
}


def build(limits: Limits | None = None) -> BuiltSchema:
    """A schema over the toy tables; made anew each time, with classes of its own."""
    registry = Registry()

    @registry.exposes(Shelf)
    class ToyShelf(Node):
        """A shelf."""

        name: auto
        boxes: auto = to_many(Box.shelf, ascending(Box.label))

    @registry.exposes(Box)
    class ToyBox(Node):
        """A box."""

        shelf: auto
        label: auto
        weight: auto
        keeper: auto

        @computed(Box.label, Box.weight)
        def summary(self) -> str:
            """Label and weight in one."""
            return f"{self.label}: {self.weight}"

    @registry.query
    class ToyQuery:
        """Shelves and boxes."""

        shelf: auto = single(Shelf)
        shelves: auto = listing(Shelf, ascending(Shelf.name))
        boxes: auto = listing(Box)
        by_label: auto = listing(Box, ascending(Box.label))
        by_weight: auto = listing(Box, ascending(Box.weight))
        heaviest: auto = listing(Box, descending(Box.weight), ascending(Box.label))

    assert ToyShelf.__name__ == "ToyShelf"
    assert ToyBox.__name__ == "ToyBox"
    assert ToyQuery.__name__ == "ToyQuery"
    return build_schema(registry, POLICIES, KINDS, limits or Limits())


@dataclass(frozen=True, slots=True)
class Context:
    """What the bridge needs of a context."""

    request: Request


async def create(engine: SeedbedEngine) -> None:
    """Make the toy tables in the current transaction, which is rolled back with them.

    The driver forgets what it knew of the tables that another test has had under these names.
    """
    for statement in CREATE:
        await engine.fetch(statement)
    async with engine.transaction() as transaction:
        await transaction.connection.reload_schema_state()


async def run(
    built: BuiltSchema,
    fetch: Fetch,
    document: str,
    variables: dict[str, Any] | None = None,
    viewer: Viewer | None = None,
) -> Answer:
    """The answer to a document for a viewer: a guest unless told otherwise."""
    read = built.operations.document(document)
    if read.errors:
        return Answer(None, read.errors, executed=False, valid=False)
    request = Request(built.bridge, viewer or Viewer("guest"), fetch)
    answer = await built.operations.execute(
        read, read.operation(None), variables or {}, Context(request)
    )
    # As a client reads it: JSON mode hands on texts that are JSON already.
    return replace(answer, data=orjson.loads(encode(answer.data)))
