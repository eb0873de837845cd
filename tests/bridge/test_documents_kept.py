"""What is kept of documents and plans is bounded, and what nobody can use is not kept."""

import pytest

from app.bridge import operations
from app.schema import make_schema

GOOD = "{ posts { nodes { id } } }"


def _operations() -> operations.Operations:
    return make_schema().variant().operations


def test_a_document_is_read_once() -> None:
    kept = _operations()
    assert kept.document(GOOD) is kept.document(GOOD)


@pytest.mark.parametrize(
    "text", ["{ nothing }", "{", GOOD + "#" * 10_000], ids=["invalid", "no syntax", "very long"]
)
def test_what_is_wrong_or_very_long_is_not_kept(text: str) -> None:
    kept = _operations()
    good = kept.document(GOOD)
    assert kept.document(text) is not kept.document(text)
    assert kept.document(GOOD) is good


def test_the_oldest_documents_make_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operations, "_MOST_CHARACTERS", 3 * len(GOOD) + 10)
    kept = _operations()
    first = kept.document(GOOD)
    second = kept.document(GOOD + " ")
    assert kept.document(GOOD) is first
    kept.document(GOOD + "  ")
    kept.document(GOOD + "   ")
    assert kept.document(GOOD + " ") is not second
