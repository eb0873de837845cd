"""Conditions are read strictly: every fault has its place, and nothing else is ever raised."""

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.actions.assessment.answers import check_answer
from app.actions.assessment.conditions import AllOf, Comparison, Negation, Operator, parse
from app.actions.assessment.predicates import compile_condition
from app.actions.assessment.problems import MalformedCondition
from app.actions.assessment.questions import asked
from app.tables.assessment import QuestionType
from seeds.texts.compiled import definition
from seeds.texts.questionnaire import SECTIONS

Q = QuestionType
ASKED = {key: question.asked for key, question in definition().questions.items()}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["and", "or", "not", "question", "operator", "value", "x"]),
            inner | st.sampled_from([*Operator, *ASKED]),
            max_size=4,
        )
    ),
    max_leaves=20,
)


@given(JSON, st.booleans())
def test_any_json_is_a_condition_or_is_refused(value: Any, typed: bool) -> None:
    with contextlib.suppress(MalformedCondition):
        parse(value, ASKED if typed else None)


@pytest.mark.parametrize("text", [q for part in SECTIONS for q in part.questions if q.rules])
def test_seed_conditions_are_read(text: Any) -> None:
    assert all(parse(rule.condition, ASKED) for rule in text.rules)


def test_a_condition_becomes_a_tree() -> None:
    found = parse(
        {
            "and": [
                {"question": "stage", "operator": "in", "value": ["idea", "pilot"]},
                {"not": {"question": "team_size", "operator": "between", "value": [1, 8.0]}},
            ]
        },
        ASKED,
    )
    assert found == AllOf(
        (
            Comparison("stage", Operator.IN, ("idea", "pilot")),
            Negation(Comparison("team_size", Operator.BETWEEN, (1, 8))),
        )
    )


def _leaf(question: str, operator: str, *value: Any) -> dict[str, Any]:
    return {"question": question, "operator": operator, **({"value": value[0]} if value else {})}


@pytest.mark.parametrize(
    ("condition", "fault"),
    [
        ("stage", "a condition is an object"),
        ({}, "a condition has question, operator and value, or and, or, not alone"),
        ({"and": []}, "and: and, or take a list of conditions"),
        (
            {"or": [_leaf("stage", "answered"), {"not": _leaf("gone", "answered")}]},
            "or[1].not.question: there is no question gone",
        ),
        (
            {"not": _leaf("stage", "answered"), "and": []},
            "a condition has question, operator and value, or and, or, not alone",
        ),
        (_leaf("stage", "like", 1), "operator: there is no operator like"),
        (_leaf("stage", "equals"), "equals takes a value"),
        (_leaf("stage", "answered", True), "value: answered takes no value"),
        (_leaf("stage", "in", "idea"), "value: in takes a list"),
        (_leaf("stage", "in", []), "value: the list is empty: in takes one value or more"),
        (
            _leaf("team_size", "greater_than", 10**16),
            ("value: the number is out of range: from -1000000000000000 to 1000000000000000 fit"),
        ),
        (_leaf("stage", "in", ["idea", "never"]), "value[1]: never is not among the options"),
        (
            _leaf("product_name", "greater_than", 3),
            (
                "operator: greater_than does not suit product_name, a question of type TEXT:"
                " equals, not_equals, in, not_in, contains, answered, not_answered do"
            ),
        ),
        (
            _leaf("team_size", "greater_than", "3"),
            "value: a question of type NUMBER compares with a number",
        ),
        (
            _leaf("launch_date", "less_than", "soon"),
            "value: a question of type DATE compares with a date like 2026-01-31",
        ),
        (_leaf("team_size", "between", [9, 1]), "value: between takes the lower one first"),
        (_leaf("team_size", "between", [1]), "value: between takes two numbers or dates"),
        (
            _leaf("databases", "equals", "none"),
            "value: equals compares all that is chosen: give a list, or use contains",
        ),
        (
            {"and": [_leaf("stage", "answered")] * 201},
            "and[199]: a condition has at most 200 parts",
        ),
    ],
)
def test_a_fault_is_told_with_its_place(condition: Any, fault: str) -> None:
    with pytest.raises(MalformedCondition) as refused:
        parse(condition, ASKED)
    assert [str(problem) for problem in refused.value.problems] == [fault]


@pytest.mark.parametrize(
    ("kind", "operator", "value", "answer"),
    [
        (Q.EMAIL, "equals", "Ada@Example.ORG", "Ada@EXAMPLE.org"),
        (Q.EMAIL, "in", ["b@c.d", " Ada@Example.ORG "], "Ada@example.org"),
        (Q.TEXT, "equals", "Cafe\u0301", "Caf\u00e9"),
        (Q.TEXT, "contains", "fe\u0301", "Un caf\u00e9"),
        (Q.TEXTAREA, "equals", "a\r\nb", "a\nb"),
        (Q.TEXT, "equals", " a ", "a"),
        (Q.EMAIL, "contains", "@Example", "ada@example.org"),
        (Q.EMAIL, "contains", "Ada", "Ada@example.org"),
    ],
)
def test_a_value_is_compared_in_the_form_in_which_answers_are_kept(
    kind: QuestionType, operator: str, value: Any, answer: str
) -> None:
    takes = asked(kind, [], {})
    condition = parse(_leaf("q", operator, value), {"q": takes})
    kept = check_answer(takes, answer).value
    assert kept is not None
    assert compile_condition(condition)({"q": kept})


def test_a_condition_nested_without_end_is_refused() -> None:
    condition: Any = _leaf("stage", "answered")
    for _ in range(100_000):
        condition = {"not": condition}
    with pytest.raises(MalformedCondition, match="nest at most 16 deep"):
        parse(condition)
