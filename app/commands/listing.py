"""Rows and moments as commands print them."""

from collections.abc import Sequence
from datetime import UTC, datetime


def aligned(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Rows under their heads: columns whose cells are all numbers or sizes stand to the right."""
    columns = list(zip(head, *rows, strict=True))
    widths = [max(map(len, column)) for column in columns]
    right = [all(not cell or cell[0].isdigit() or cell == "-" for cell in c[1:]) for c in columns]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if to_the_right else cell.ljust(width)
            for cell, width, to_the_right in zip(row, widths, right, strict=True)
        ).rstrip()
        for row in (head, *rows)
    )


def moment(at: datetime | None) -> str:
    """A moment to the minute in UTC; `never` for none."""
    return "never" if at is None else f"{at.astimezone(UTC):%Y-%m-%d %H:%M}"


def share(part: float | None) -> str:
    """A share from 0 to 1 in percent; `-` where there is none."""
    return "-" if part is None else f"{part:.1%}"


def duration(ms: float) -> str:
    """Milliseconds as people read them: `850 ms`, `1.25 s`, `3.5 min`."""
    if ms < 1000:
        return f"{ms:.0f} ms"
    return f"{ms / 1000:.2f} s" if ms < 120_000 else f"{ms / 60_000:.1f} min"
