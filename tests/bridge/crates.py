"""Toy tables that are written to, their policy, and mutations over them.

A depot belongs to a keeper; a crate stands in a depot, with a number of its own there.
"""

import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from piccolo.columns import (
    JSONB,
    UUID,
    Array,
    ForeignKey,
    Integer,
    Numeric,
    OnDelete,
    Text,
    Varchar,
)
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from app.bridge import (
    AccessTable,
    Action,
    Answer,
    BuiltSchema,
    Changes,
    Crud,
    Limits,
    Mutations,
    Node,
    Outcome,
    Policy,
    Problem,
    Refused,
    Registry,
    Request,
    Rule,
    Viewer,
    ViewerValue,
    auto,
    build_schema,
    input_type,
    listing,
    row_key,
)
from app.database import SeedbedEngine
from app.tables import checks
from app.tables.base import Rules

KINDS = ("guest", "keeper", "boss")
KEEPERS = frozenset({"keeper", "boss"})
BOSSES = frozenset({"boss"})
ME = ViewerValue("name")


class Colour(StrEnum):
    """What a crate is painted with."""

    RED = "RED"
    BLUE = "BLUE"


class ToyDepot(Table, tablename="depots", schema="yard"):
    """A place of a keeper's."""

    id: UUID = UUID(primary_key=True)
    keeper: Varchar = Varchar(null=False, default=None)


Depot = ToyDepot


class ToyCrate(Rules, Table, tablename="crates", schema="yard"):
    """A crate in a depot."""

    id: UUID = UUID(primary_key=True)
    depot: ForeignKey[Depot] = ForeignKey(Depot, null=False, on_delete=OnDelete.restrict)
    number: Integer = Integer(null=False, default=None)
    name: Varchar = Varchar(length=10, null=False, default=None)
    colour: Varchar = Varchar(length=10, default=Colour.RED, choices=Colour)
    price: Numeric = Numeric(digits=(6, 2), null=True, default=None)
    notes: Text = Text(null=True, default=None)
    labels: Array = Array(base_column=Varchar(length=5), default=list)
    data: JSONB = JSONB(default="{}")
    seal: Varchar = Varchar(length=20, null=True, default=None, secret=True)

    one_per_depot = Unique([depot, number])
    number_range = checks.at_least("number", 1)
    data_shape = checks.object_("data")
    cheap_red = Check('"colour" <> \'RED\' or "price" is null or "price" < 100')


Crate = ToyCrate

_CHECKS = ", ".join(
    f'constraint "{c._meta.name}" check ({c.get_condition_str()})'
    for c in Crate._meta.constraints
    if isinstance(c, Check)
)

CREATE = (
    "create schema yard",
    "create table yard.depots (id uuid primary key, keeper text not null)",
    f"""create table yard.crates (
        id uuid primary key, depot uuid not null references yard.depots on delete restrict,
        number int not null, name varchar(10) not null, colour varchar(10) not null default 'RED',
        price numeric(6, 2), notes text, labels varchar(5)[] not null default '{{}}',
        data jsonb not null default '{{}}', seal varchar(20),
        constraint crates_depot_number_key unique (depot, number), {_CHECKS}
    )""",
)

POLICIES = {
    Depot: Policy(
        (
            Rule(KEEPERS, Depot.keeper == ME),
            Rule(BOSSES, rows=True),
            Rule(KEEPERS, Depot.keeper == ME, action=Action.DELETE),
        )
    ),
    Crate: Policy(
        (
            Rule(frozenset(KINDS), Crate.colour == Colour.BLUE),
            Rule(KEEPERS, Crate.depot.keeper == ME),
            Rule(KEEPERS, Crate.depot.keeper == ME, action=Action.CREATE),
            Rule(
                KEEPERS,
                Crate.depot.keeper == ME,
                (Crate.depot, Crate.number, Crate.name, Crate.colour, Crate.price, Crate.data),
                action=Action.CHANGE,
            ),
            Rule(BOSSES, Crate.colour == Colour.BLUE, (Crate.notes,), action=Action.CHANGE),
            Rule(KEEPERS, Crate.depot.keeper == ME, action=Action.DELETE),
        )
    ),
}

GUEST = Viewer("guest")
ANN = Viewer("keeper", {"name": "ann"})
BOB = Viewer("keeper", {"name": "bob"})
BOSS = Viewer("boss", {"name": "ann"})


@dataclass(frozen=True, slots=True)
class Context:
    """What mutations need of a context."""

    engine: SeedbedEngine
    request: Request

    @asynccontextmanager
    async def change(self, action: str) -> AsyncIterator[Changes]:
        """One transaction of the caller's."""
        assert "." in action
        async with self.engine.transaction():
            yield changes(self.engine, self.request.executor.viewer)


def changes(engine: SeedbedEngine, viewer: Viewer) -> Changes:
    """What writes for a viewer."""
    return Changes(AccessTable(POLICIES, KINDS), viewer, engine.fetch)


async def create(engine: SeedbedEngine) -> None:
    """Make the tables in the current transaction, which is rolled back with them."""
    for statement in CREATE:
        await engine.fetch(statement)
    async with engine.transaction() as transaction:
        await transaction.connection.reload_schema_state()


async def depot(keeper: str) -> uuid.UUID:
    """A depot of `keeper`'s, by its key."""
    key = uuid.uuid4()
    await Depot.insert(Depot(id=key, keeper=keeper))
    return key


async def crate(in_: uuid.UUID, number: int, **values: Any) -> uuid.UUID:
    """A crate in a depot, by its key."""
    key = uuid.uuid4()
    await Crate.insert(Crate(id=key, depot=in_, number=number, name=f"n{number}", **values))
    return key


async def rows() -> list[dict[str, Any]]:
    """Every crate, by its number."""
    found: list[dict[str, Any]] = await Crate.select().order_by(Crate.number)
    return found


def build() -> BuiltSchema:
    """A schema with every kind of mutation; made anew each time, with classes of its own."""
    registry = Registry()
    mutations = Mutations(registry)

    @registry.exposes(Depot)
    class ToyDepot(Node):
        """A depot."""

        keeper: auto

    @registry.exposes(Crate)
    class ToyCrate(Node):
        """A crate."""

        depot: auto
        number: auto
        name: auto
        colour: auto
        price: auto
        notes: auto
        labels: auto
        data: auto

    @registry.query
    class ToyQuery:
        """Crates."""

        crates: auto = listing(Crate)

    @input_type(Crate)
    class CrateInput:
        """A new crate."""

        depot: auto
        number: auto
        name: auto
        colour: auto
        price: auto
        labels: auto
        data: auto

    @input_type(Crate, partial=True)
    class CrateChanges:
        """New values of a crate."""

        depot: auto
        number: auto
        name: auto
        colour: auto
        price: auto
        notes: auto

    @input_type(Crate, partial=True)
    class CrateRow:
        """New values of the crate with this id."""

        id: auto
        name: auto
        price: auto

    crud = Crud(mutations, Crate, "crate", who=frozenset(KINDS))
    crud.create("create_crate", CrateInput, "A new crate.")
    crud.create_many("create_crates", CrateInput, "New crates.")
    crud.update("update_crate", CrateChanges, "New values.")
    crud.update_many("update_crates", CrateRow, "New values of several.")
    crud.upsert("upsert_crate", CrateInput, [Crate.depot, Crate.number], "New, or changed.")
    crud.upsert_many(
        "upsert_crates", CrateInput, [Crate.depot, Crate.number], "New, or changed, several."
    )
    crud.delete("delete_crate", "Delete one.")
    crud.delete_many("delete_crates", "Delete several.")

    @mutations.field(who=KEEPERS, crate=Crate, message=str)
    async def rename(context: Context, id: str, name: str) -> dict[str, Any]:
        """Rename a crate, as the application does it itself."""
        key = row_key(Crate, id)
        async with context.change("crate.rename") as change:
            await change.target(Crate, key)
            await change.set(Crate, key, {"name": name}, path=())
        return {"crate": key, "message": f"it is {name} now"}

    @mutations.field(who=KEEPERS, scope=None, crate=Crate)
    async def become_the_boss(context: Context, id: str) -> Outcome:
        """Answers as somebody else."""
        executor = context.request.executor
        return Outcome(
            {"crate": row_key(Crate, id)}, request=Request(executor.bridge, BOSS, executor.fetch)
        )

    @mutations.field(who=KEEPERS, crate=Crate)
    async def refuse(context: Context) -> uuid.UUID:
        """Writes, and then refuses."""
        async with context.change("crate.refuse") as change:
            for row in await context.engine.fetch("select id from yard.crates"):
                await change.set(Crate, row["id"], {"name": "changed"})
            raise Refused(Problem("NO", "it is refused", ("here", "0")))

    @mutations.field(who=KEEPERS, crate=Crate)
    async def fail(context: Context) -> uuid.UUID:
        """Fails, as the application should not."""
        raise RuntimeError("a fault")

    assert ToyDepot.__name__ == "ToyDepot"
    assert ToyCrate.__name__ == "ToyCrate"
    assert ToyQuery.__name__ == "ToyQuery"
    assert {"rename", "become_the_boss", "refuse", "fail"} < set(mutations.all)
    return build_schema(registry, POLICIES, KINDS, Limits(), mutations)


def runner(engine: SeedbedEngine, built: BuiltSchema) -> Callable[..., Awaitable[Answer]]:
    """Runs documents for viewers."""

    async def run(
        document: str, viewer: Viewer = ANN, variables: dict[str, Any] | None = None
    ) -> Answer:
        read = built.operations.document(document)
        assert not read.errors, read.errors
        context = Context(engine, Request(built.bridge, viewer, engine.fetch))
        return await built.operations.execute(read, read.operation(None), variables or {}, context)

    return run


def errors(payload: Any) -> Sequence[tuple[str, str]]:
    """The problems of a payload: code and path."""
    return [(error["code"], ".".join(error["path"])) for error in payload["errors"]]
