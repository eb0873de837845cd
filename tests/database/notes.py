"""What the tests of transactions do with the table `notes`."""

import asyncio

from app.database.engine import SeedbedEngine

ADD = "INSERT INTO notes (id, text) VALUES ($1, $2)"


async def ids(engine: SeedbedEngine) -> list[int]:
    return [row["id"] for row in await engine.fetch("SELECT id FROM notes ORDER BY id")]


async def add(engine: SeedbedEngine, number: int) -> None:
    await engine.fetch(ADD, number, "")


async def all_given_back(engine: SeedbedEngine) -> bool:
    """Whether every connection of the pool can be had at once, and is outside a transaction."""
    connections = await asyncio.gather(*(engine.take() for _ in range(4)))
    clean = not any(connection.is_in_transaction() for connection in connections)
    await asyncio.gather(*(engine.give_back(connection) for connection in connections))
    return clean
