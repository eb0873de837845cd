"""From the cells of all rounds to the rows of the table, as text and as JSON."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

import orjson

from bench.processes import Cell

FLOORS = ("floor-json", "floor-rows")


@dataclass(frozen=True, slots=True)
class Row:
    """Medians over the rounds; `ratio` is to the better floor, by requests a second."""

    server: str
    query: str
    rps: float
    p50_ms: float
    p99_ms: float
    server_cpu_ms: float
    postgres_cpu_ms: float
    rss_mb: float
    ratio: float


def rows(cells: dict[tuple[str, str], list[Cell]]) -> list[Row]:
    """One row for each server and query, in the order of `cells`.

    A ratio is the median of the rounds' ratios: a round's cells were measured one after the other,
    so what else the machine did in the meantime touches them alike.
    """
    return [
        Row(
            server=server,
            query=query,
            rps=round(median(_rps(cell) for cell in rounds), 1),
            p50_ms=round(median(cell.result.p50_ms for cell in rounds), 3),
            p99_ms=round(median(cell.result.p99_ms for cell in rounds), 3),
            server_cpu_ms=round(median(cell.server_cpu_ms for cell in rounds), 4),
            postgres_cpu_ms=round(median(cell.postgres_cpu_ms for cell in rounds), 4),
            rss_mb=round(max(cell.rss_mb for cell in rounds), 1),
            ratio=round(_ratio(rounds, [cells[floor, query] for floor in FLOORS]), 3),
        )
        for (server, query), rounds in cells.items()
    ]


def _rps(cell: Cell) -> float:
    return cell.result.requests / cell.result.seconds


def _ratio(rounds: Sequence[Cell], floors: Sequence[Sequence[Cell]]) -> float:
    better = max(floors, key=lambda floor: median(_rps(cell) for cell in floor))
    return median(_rps(cell) / _rps(floor) for cell, floor in zip(rounds, better, strict=True))


_HEAD = (
    f"{'query':8}{'server':17}{'rps':>9}{'p50 ms':>9}{'p99 ms':>9}"
    f"{'server ms':>11}{'postgres ms':>13}{'rss MB':>8}{'ratio':>7}"
)


def table(found: Sequence[Row]) -> str:
    """The rows as a table for people."""
    lines = [_HEAD]
    for row in found:
        if row.server == found[0].server:
            lines.append("")
        lines.append(
            f"{row.query:8}{row.server:17}{row.rps:9.0f}{row.p50_ms:9.2f}{row.p99_ms:9.2f}"
            f"{row.server_cpu_ms:11.3f}{row.postgres_cpu_ms:13.3f}{row.rss_mb:8.0f}{row.ratio:7.2f}"
        )
    return "\n".join(lines)


def write(found: Sequence[Row], path: Path) -> None:
    """The rows as a list of objects."""
    path.write_bytes(orjson.dumps([asdict(row) for row in found], option=orjson.OPT_INDENT_2))
