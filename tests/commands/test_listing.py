"""Rows and moments as commands print them."""

from datetime import datetime, timedelta, timezone

import pytest

from app.commands.listing import aligned, duration, moment, share


def test_numbers_stand_to_the_right_and_names_to_the_left() -> None:
    rows = [("posts", "1,200", "8.0 kB", "never"), ("a", "7", "-", "2026-01-01 10:00")]
    assert aligned(("table", "rows", "size", "vacuumed"), rows).splitlines() == [
        "table   rows    size  vacuumed",
        "posts  1,200  8.0 kB  never",
        "a          7       -  2026-01-01 10:00",
    ]


def test_no_rows_leave_the_head() -> None:
    assert aligned(("table", "rows"), []) == "table  rows"


def test_a_moment_is_in_utc() -> None:
    at = datetime(2026, 1, 1, 1, 30, tzinfo=timezone(timedelta(hours=2)))
    assert (moment(at), moment(None)) == ("2025-12-31 23:30", "never")


def test_a_share_is_in_percent() -> None:
    assert (share(0.987), share(0), share(None)) == ("98.7%", "0.0%", "-")


@pytest.mark.parametrize(
    ("ms", "text"), [(12.4, "12 ms"), (1250, "1.25 s"), (119_000, "119.00 s"), (210_000, "3.5 min")]
)
def test_a_duration_is_readable(ms: float, text: str) -> None:
    assert duration(ms) == text
