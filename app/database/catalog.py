"""What a database holds, as PostgreSQL itself prints it, with the statements that make each object.

Compared are schemas, tables, columns, constraints, indexes, triggers, views, functions, sequences,
types, rules and row policies. Left out are owners, privileges, comments, extensions and what
belongs to them, and Piccolo's table of migrations, which is no part of what migrations make.
"""

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path

from app.database.engine import SeedbedEngine


@dataclass(frozen=True, slots=True)
class Item:
    """One object. `parent` is the `key` of what it goes and comes with, `definition` what is
    compared (of a column: its parts), `order` rises as objects of a kind can be made one by one.
    """

    kind: str
    name: str
    parent: tuple[str, str] | None
    definition: str
    create: str
    drop: str
    order: int

    @property
    def key(self) -> tuple[str, str]:
        """By which it is found in another database."""
        return (self.kind, self.name)

    def parts(self) -> dict[str, str]:
        """What a column is made of."""
        return {str(key): str(value) for key, value in json.loads(self.definition).items()}


Catalog = dict[tuple[str, str], Item]

_LISTING = Path(__file__).with_suffix(".sql")


async def read_catalog(engine: SeedbedEngine, ignored: tuple[str, ...] = ()) -> Catalog:
    """Every object of the engine's database, in the order they can be made; `ignored` are schemas.

    With an empty search path PostgreSQL qualifies every name.
    """
    schema = (await engine.current()).url.schema or "public"
    listing = await asyncio.to_thread(_LISTING.read_text, "utf-8")
    async with engine.transaction():
        [path] = await engine.fetch("SELECT current_setting('search_path') AS now")
        await engine.fetch("SELECT set_config('search_path', '', true)")
        rows = await engine.fetch(listing, list(ignored), schema)
        await engine.fetch("SELECT set_config('search_path', $1, true)", path["now"])
    items = [
        Item(
            kind=row["kind"],
            name=row["name"],
            parent=(row["parent_kind"], row["parent"]) if row["parent"] else None,
            definition=row["definition"],
            create=row["make"],
            drop=row["unmake"],
            order=row["position"],
        )
        for row in rows
    ]
    return {item.key: item for item in sorted(items, key=lambda item: item.order)}
