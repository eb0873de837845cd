"""The table: medians over the rounds, and ratios to the better floor."""

from pathlib import Path

import orjson

from bench.load import Result
from bench.processes import Cell
from bench.report import rows, table, write


def _cell(rps: int, rss: float = 100.0) -> Cell:
    result = Result(requests=rps * 2, seconds=2.0, p50_ms=1.0, p99_ms=2.0, cpu=0.1)
    return Cell(result, server_cpu_ms=0.5, postgres_cpu_ms=0.25, rss_mb=rss)


CELLS = {
    ("seedbed-json", "one"): [_cell(800, 120.0), _cell(450), _cell(90, 130.0)],
    ("seedbed-rows", "one"): [_cell(100), _cell(100), _cell(100)],
    ("floor-json", "one"): [_cell(500), _cell(500), _cell(500)],
    ("floor-rows", "one"): [_cell(1000), _cell(500), _cell(900)],
}


def test_a_row_holds_medians_and_the_largest_memory() -> None:
    first = rows(CELLS)[0]
    assert (first.server, first.query) == ("seedbed-json", "one")
    assert first.rps == 450
    assert (first.p50_ms, first.p99_ms) == (1.0, 2.0)
    assert (first.server_cpu_ms, first.postgres_cpu_ms) == (0.5, 0.25)
    assert first.rss_mb == 130.0


def test_a_ratio_compares_the_cells_of_one_round_with_the_better_floor() -> None:
    ratios = {row.server: row.ratio for row in rows(CELLS)}
    # By rounds 0.8, 0.9 and 0.1 of floor-rows, whose median is above that of floor-json.
    assert ratios["seedbed-json"] == 0.8
    assert ratios["floor-rows"] == 1.0


def test_the_table_and_the_file_show_every_row(tmp_path: Path) -> None:
    found = rows(CELLS)
    assert [line.split()[1] for line in table(found).splitlines()[2:]] == [
        row.server for row in found
    ]
    write(found, tmp_path / "results.json")
    written = orjson.loads((tmp_path / "results.json").read_bytes())
    assert [row["server"] for row in written] == [server for server, _ in CELLS]
    assert set(written[0]) == {
        "server", "query", "rps", "p50_ms", "p99_ms", "server_cpu_ms", "postgres_cpu_ms", "rss_mb",
        "ratio",
    }  # fmt: skip
