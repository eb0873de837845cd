"""Positions: written and read again; whatever the server did not write is refused."""

import base64

import pytest

from app.live.positions import BadPosition, Position, Snapshot, decode

EPOCH = "0123abcd"
S = Snapshot.parse("10:20:12,15")
T = Snapshot.parse("15:30:")


@pytest.mark.parametrize("position", [Position(S), Position(S, T, 7), Position(S, S, 2**63 - 1)])
def test_a_position_comes_back_as_it_was(position: Position) -> None:
    assert decode(position.encode(EPOCH)) == (EPOCH, position)


def test_a_snapshot_of_thousands_of_transactions_is_taken() -> None:
    running = ",".join(str(10**9 + n) for n in range(1_000))
    position = Position(Snapshot.parse(f"{10**9}:{10**9 + 1_000}:{running}"))
    assert decode(position.encode(EPOCH)) == (EPOCH, position)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "10",
        "10:20",
        "10:20:12,",
        "10:20:,12",
        "20:10:",
        "0:10:",
        "-1:10:",
        "+1:10:",
        "10:20:9",
        "10:20:20",
        "10:20:15,12",
        "10:20:12,12",
        " 10:20:",
        "10:20:12 ",
        "10:20:\n",
        "1_0:20:",
        "\u0661:20:",
        "10:9223372036854775808:",
        "10:99999999999999999999:",
    ],
)
def test_what_is_no_snapshot_is_refused(text: str) -> None:
    with pytest.raises(BadPosition):
        Snapshot.parse(text)


def _coded(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "not base64!",
        "\u00e4",
        "\ud800",
        _coded(""),
        _coded("\u00e4"),
        _coded("1;0123abcd"),
        _coded("2;0123abcd;10:20:"),
        _coded("1;0123ABCD;10:20:"),
        _coded("1;0123abc;10:20:"),
        _coded("1;0123abcd;10:20"),
        _coded("1;0123abcd;10:20:;15:30:"),
        _coded("1;0123abcd;10:20:;15:30:;"),
        _coded("1;0123abcd;10:20:;15:30:;-1"),
        _coded("1;0123abcd;10:20:;15:30:;9223372036854775808"),
        _coded("1;0123abcd;10:20:;15:30:;1;1"),
        _coded("1;0123abcd;15:30:;10:20:;1"),
        _coded("1;0123abcd;10:20:'; drop table x"),
        "A" * 40_001,
    ],
)
def test_what_is_no_position_is_refused(text: str) -> None:
    with pytest.raises(BadPosition):
        decode(text)
