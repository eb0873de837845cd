"""Which values answer which questions, and the form in which they are kept."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.actions.assessment.answers import check_answer
from app.actions.assessment.problems import MalformedQuestion
from app.actions.assessment.questions import asked
from app.tables.assessment import QuestionType
from seeds.texts.answers import ABANDONED_ANSWERS, COMPLETED_ANSWERS, STARTED_ANSWERS
from seeds.texts.compiled import definition

ASKED = {key: question.asked for key, question in definition().questions.items()}
AB = [{"value": "a", "label": "A"}, {"value": "b", "label": "B"}]
GRID = {"rows": AB, "columns": [{"value": "x", "label": "X"}, {"value": "y", "label": "Y"}]}
FILE = {"name": "a.pdf", "content_type": "application/pdf", "bytes": 9, "key": "up/a.pdf"}
Q = QuestionType


@given(
    st.sampled_from(list(ASKED)),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
        ),
    ),
)
def test_any_json_is_kept_or_refused_and_what_is_kept_stays(key: str, value: Any) -> None:
    found = check_answer(ASKED[key], value)
    assert not (found.value is not None and found.problems)
    if found.value is not None:
        assert check_answer(ASKED[key], found.value) == found


@pytest.mark.parametrize("answers", [COMPLETED_ANSWERS, STARTED_ANSWERS, ABANDONED_ANSWERS])
def test_the_answers_of_the_seeds_are_kept_as_they_are(answers: dict[str, Any]) -> None:
    assert {key: check_answer(ASKED[key], value).value for key, value in answers.items()} == answers


@pytest.mark.parametrize(
    ("kind", "options", "limits", "value", "kept"),
    [
        (Q.TEXT, [], {}, "  Ada  ", "Ada"),
        (Q.TEXT, [], {"pattern": "[A-Z]{2}-[0-9]+"}, "AB-12", "AB-12"),
        (Q.TEXTAREA, [], {}, "a\r\nb", "a\nb"),
        (Q.TEXT, [], {}, "e\u0301", "\u00e9"),
        (Q.TEXT, [], {"min_length": 3}, " ", None),
        (Q.NUMBER, [], {"integer": True}, 7.0, 7),
        (Q.NUMBER, [], {"step": 0.1}, 0.3, 0.3),
        (Q.NUMBER, [], {"min": 1, "step": 2}, 5, 5),
        (Q.NUMBER, [], {"step": 1e-20}, 10**15, 10**15),
        (Q.EMAIL, [], {}, "Ada@Example.ORG", "Ada@example.org"),
        (Q.URL, [], {}, "http://[::1]:8000/a?b=c#d", "http://[::1]:8000/a?b=c#d"),
        (Q.DATE, [], {}, "2024-02-29", "2024-02-29"),
        (Q.MULTIPLE_CHOICE, AB, {}, ["b", "a"], ["a", "b"]),
        (Q.MULTIPLE_CHOICE, AB, {}, [], None),
        (Q.MULTIPLE_CHOICE, AB, {"min_choices": 0}, [], []),
        (Q.SCALE, {"min": 0, "max": 10}, {}, 0, 0),
        (Q.MATRIX, GRID, {}, {"b": "x", "a": "y"}, {"a": "y", "b": "x"}),
        (Q.MATRIX, GRID, {"partial": True}, {"b": "x"}, {"b": "x"}),
        (Q.FILE_UPLOAD, [], {"content_types": ["application/*"]}, [FILE], [FILE]),
    ],
)
def test_what_is_kept(kind: Q, options: Any, limits: Any, value: Any, kept: Any) -> None:
    found = check_answer(asked(kind, options, limits), value)
    assert (found.value, found.problems) == (kept, ())


@pytest.mark.parametrize(
    ("kind", "options", "limits", "value", "code"),
    [
        (Q.TEXT, [], {}, 7, "wrong_type"),
        (Q.TEXT, [], {}, "a\nb", "bad_character"),
        (Q.TEXT, [], {}, "a\x00b", "bad_character"),
        (Q.TEXT, [], {"max_length": 2}, "abc", "too_long"),
        (Q.TEXT, [], {"min_length": 4}, "abc", "too_short"),
        (Q.TEXT, [], {"pattern": "[a-z]+"}, "ab1", "bad_pattern"),
        (Q.TEXTAREA, [], {"pattern": "a+"}, "a" * 2_001, "too_long"),
        (Q.NUMBER, [], {}, True, "wrong_type"),
        (Q.NUMBER, [], {}, "7", "wrong_type"),
        (Q.NUMBER, [], {}, float("nan"), "wrong_type"),
        (Q.NUMBER, [], {}, 10**400, "too_large"),
        (Q.NUMBER, [], {}, float("-inf"), "too_large"),
        (Q.NUMBER, [], {"min": 1}, 0, "too_small"),
        (Q.NUMBER, [], {"max": 1}, 2, "too_large"),
        (Q.NUMBER, [], {"integer": True}, 1.5, "not_whole"),
        (Q.NUMBER, [], {"step": 5}, 7, "bad_step"),
        (Q.NUMBER, [], {"step": 7e-16}, 10**15, "bad_step"),
        (Q.EMAIL, [], {}, "ada@", "bad_email"),
        (Q.EMAIL, [], {}, "a b@c.org", "bad_email"),
        (Q.URL, [], {}, "javascript:alert(1)", "bad_scheme"),
        (Q.URL, [], {"schemes": ["https"]}, "http://a.org", "bad_scheme"),
        (Q.URL, [], {}, "https://", "bad_url"),
        (Q.URL, [], {}, "https://[::1", "bad_url"),
        (Q.URL, [], {}, "https://good.org@evil.org", "bad_url"),
        (Q.DATE, [], {}, "2026-02-30", "bad_date"),
        (Q.DATE, [], {}, "20260203", "bad_date"),
        (Q.DATE, [], {"earliest": "2026-01-01"}, "2025-12-31", "too_early"),
        (Q.DATE, [], {"latest": "2026-01-01"}, "2026-01-02", "too_late"),
        (Q.SINGLE_CHOICE, AB, {}, "A", "not_a_choice"),
        (Q.SINGLE_CHOICE, AB, {}, ["a"], "not_a_choice"),
        (Q.MULTIPLE_CHOICE, AB, {}, ["a", "a"], "repeated"),
        (Q.MULTIPLE_CHOICE, AB, {}, ["a", {}], "not_a_choice"),
        (Q.MULTIPLE_CHOICE, AB, {"min_choices": 2}, ["a"], "too_few"),
        (Q.MULTIPLE_CHOICE, AB, {"max_choices": 1}, ["a", "b"], "too_many"),
        (Q.SCALE, {"min": 1, "max": 5}, {}, 6, "too_large"),
        (Q.SCALE, {"min": 1, "max": 5}, {}, 1.5, "not_whole"),
        (Q.MATRIX, GRID, {}, {"a": "x"}, "missing_row"),
        (Q.MATRIX, GRID, {"partial": True}, {"c": "x"}, "unknown_row"),
        (Q.MATRIX, GRID, {"partial": True}, {"a": "z"}, "not_a_choice"),
        (Q.FILE_UPLOAD, [], {"max_bytes": 8}, [FILE], "too_large"),
        (Q.FILE_UPLOAD, [], {"max_files": 1}, [FILE, FILE], "too_many"),
        (Q.FILE_UPLOAD, [], {"content_types": ["image/*"]}, [FILE], "bad_content_type"),
        (Q.FILE_UPLOAD, [], {}, [{**FILE, "name": "../a"}], "bad_name"),
        (Q.FILE_UPLOAD, [], {}, [{**FILE, "key": "a/../b"}], "bad_key"),
    ],
)
def test_what_is_refused(kind: Q, options: Any, limits: Any, value: Any, code: str) -> None:
    found = check_answer(asked(kind, options, limits), value)
    assert found.value is None
    assert [problem.code for problem in found.problems] == [code]


@pytest.mark.parametrize(
    ("kind", "options", "limits", "problem"),
    [
        (Q.TEXT, AB, {}, "options: TEXT takes no options"),
        (Q.TEXT, [], [], "validation: validation is an object"),
        (
            Q.TEXT,
            [],
            {"min": 1},
            "validation.min: there is no limit min: TEXT has min_length, max_length, pattern",
        ),
        (
            Q.TEXT,
            [],
            {"min_length": 5, "max_length": 4},
            "validation.max_length: max_length is not below min_length",
        ),
        (
            Q.TEXT,
            [],
            {"pattern": "(a"},
            "validation.pattern: at character 3: a group is not closed",
        ),
        (Q.NUMBER, [], {"step": 0}, "validation.step: step is above 0"),
        (Q.NUMBER, [], {"integer": 1}, "validation.integer: integer is true or false"),
        (
            Q.SINGLE_CHOICE,
            [],
            {},
            "options: a list of {value, label} is needed, with one choice at least",
        ),
        (Q.SINGLE_CHOICE, AB + AB[:1], {}, "options[2].value: the value a is there twice"),
        (
            Q.SCALE,
            {"min": 5, "max": 5},
            {},
            "options.max: a scale has 2 to 101 steps: max is above min",
        ),
        (Q.MATRIX, AB, {}, "options: the options of a matrix are {rows, columns}"),
        (Q.URL, [], {"schemes": ["ftp"]}, "validation.schemes: schemes are of http, https"),
    ],
)
def test_a_malformed_question_is_refused(kind: Q, options: Any, limits: Any, problem: str) -> None:
    with pytest.raises(MalformedQuestion) as refused:
        asked(kind, options, limits)
    assert str(refused.value.problems[0]) == problem
