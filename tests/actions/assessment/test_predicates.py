"""What each operator means, for each kind of answer and for none."""

from typing import Any

import pytest

from app.actions.assessment.conditions import parse
from app.actions.assessment.predicates import compile_condition, keys_of

ANSWERS: Any = {
    "text": "Harbour",
    "number": 7,
    "date": "2026-03-01",
    "choices": ["a", "b"],
}


@pytest.mark.parametrize(
    ("question", "operator", "value", "expected"),
    [
        ("text", "equals", "Harbour", True),
        ("text", "equals", "harbour", False),
        ("text", "not_equals", "x", True),
        ("text", "contains", "arb", True),
        ("text", "in", ["x", "Harbour"], True),
        ("text", "not_in", ["x"], True),
        ("number", "equals", 7.0, True),
        ("number", "greater_than", 7, False),
        ("number", "greater_than", 6.5, True),
        ("number", "less_than", 8, True),
        ("number", "between", [7, 7], True),
        ("number", "between", [8, 9], False),
        ("date", "greater_than", "2026-02-28", True),
        ("date", "between", ["2026-01-01", "2026-03-01"], True),
        ("choices", "contains", "b", True),
        ("choices", "contains", "c", False),
        ("choices", "equals", ["a", "b"], True),
        ("choices", "not_equals", ["a"], True),
        ("gone", "equals", "x", False),
        ("gone", "not_equals", "x", False),
        ("gone", "not_in", ["x"], False),
        ("gone", "contains", "x", False),
        ("gone", "less_than", 1, False),
        ("text", "less_than", 1, False),
        ("choices", "in", ["a"], False),
    ],
)
def test_a_comparison(question: str, operator: str, value: Any, expected: bool) -> None:
    leaf = {"question": question, "operator": operator, "value": value}
    assert compile_condition(parse(leaf))(ANSWERS) is expected
    assert compile_condition(parse({"not": leaf}))(ANSWERS) is not expected


def test_answered_and_the_words_between() -> None:
    there = {"question": "text", "operator": "answered"}
    gone = {"question": "gone", "operator": "answered"}
    absent = {"question": "gone", "operator": "not_answered"}
    for condition, expected in (
        (there, True),
        (gone, False),
        (absent, True),
        ({"and": [there, gone]}, False),
        ({"or": [gone, there]}, True),
        ({"and": [there, absent]}, True),
        ({"or": [gone, gone]}, False),
    ):
        assert compile_condition(parse(condition))(ANSWERS) is expected
    assert list(keys_of(parse({"or": [gone, {"not": {"and": [there]}}]}))) == ["gone", "text"]
