"""What tests of backups and exports share: the bytes of every table, and seeded databases."""

import json
from pathlib import Path
from typing import Any

from app.commands.export import write_export
from app.database import SeedbedEngine


async def bytes_of(engine: SeedbedEngine, folder: Path) -> dict[str, bytes]:
    """The file of each table as `db export --with-secrets` writes it into a new folder."""
    await write_export(engine, folder, with_secrets=True)
    return {path.name: path.read_bytes() for path in folder.glob("*.jsonl")}


def lines(path: Path) -> list[dict[str, Any]]:
    """The rows of a file."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def put(path: Path, *rows: dict[str, Any] | str) -> None:
    """Write rows, or texts in place of them, as the lines of a file."""
    texts = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    path.write_text("".join(f"{text}\n" for text in texts), "utf-8")
