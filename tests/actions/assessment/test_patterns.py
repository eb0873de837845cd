"""Patterns mean what Python's mean, and none of them takes long."""

import re
import sys
import tracemalloc
from types import FrameType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.actions.assessment.patterns import compile_pattern
from app.actions.assessment.problems import MalformedPattern

_ATOMS = st.sampled_from(["a", "b", ".", "[ab]", "[^a]", "[a-c]", r"\d", r"\w", r"\.", "1"])
PATTERNS = st.recursive(
    _ATOMS,
    lambda inner: (
        st.lists(inner, max_size=3).map("".join)
        | st.tuples(inner, inner).map(lambda two: f"(?:{two[0]}|{two[1]})")
        | st.tuples(inner, st.sampled_from(["*", "+", "?", "{2}", "{1,}", "{0,2}", "*?"])).map(
            lambda two: f"({two[0]}){two[1]}"
        )
    ),
    max_leaves=6,
)


@given(PATTERNS, st.text("abc1.", max_size=6))
def test_a_pattern_means_what_pythons_means(source: str, text: str) -> None:
    assert compile_pattern(source).fits(text) is bool(re.fullmatch(source, text))


@given(st.text("ab\\[](){}*+?.|^$-,:123<", max_size=12))
def test_any_text_is_a_pattern_or_is_refused(source: str) -> None:
    try:
        pattern = compile_pattern(source)
    except MalformedPattern:
        return
    assert pattern.fits("ab") is bool(re.fullmatch(source, "ab"))


@pytest.mark.parametrize("source", ["(a*)*b", "(a|a)*b", "(a+)+b", "a*a*a*a*a*a*b", "(a{0,9}){9}b"])
def test_a_pattern_that_explodes_elsewhere_is_answered(source: str) -> None:
    pattern = compile_pattern(source)
    assert not pattern.fits("a" * 2_000)
    assert pattern.fits("a" * 20 + "b")


@pytest.mark.parametrize(
    "source", ["(?:[^qwertz0-9]?){200}", "(?:.?.?.?){90}", "a?(?:[^b]?a?){100}"]
)
def test_a_character_is_looked_at_once_for_all_states_that_wait_alike(source: str) -> None:
    pattern, calls = compile_pattern(source), 0
    text = "".join(map(chr, range(0x4E00, 0x4E00 + 100)))

    def count(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event == "call"

    sys.setprofile(count)
    try:
        assert pattern.fits(text)
    finally:
        sys.setprofile(None)
    assert calls < 10 * len(text)


def test_a_pattern_keeps_little_of_what_it_has_matched() -> None:
    pattern = compile_pattern(".*1.{100}.{100}.{80}")
    tracemalloc.start()
    for base in (3, 5, 7):  # almost every step is a new one
        pattern.fits(f"{base**1_300:b}"[:2_000])
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 200_000


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        (r"(a)\1", "is not known"),
        ("(?=a)", "only plain groups"),
        ("(a", "a group is not closed"),
        ("a)", "has no opening one"),
        ("[a", r"\] is missing"),
        ("a**", "a repetition is repeated"),
        ("a{3,2}", "counts upwards"),
        ("((a{99}){99}){99}", "too large"),
        ("((){200}){200}{200}", "a repetition is repeated"),
        ("((((){200}){200}){200}){200}", "too large"),
        ("(" * 60, "deep"),
        ("a" * 501, "at most 500 characters"),
    ],
)
def test_a_pattern_that_cannot_be_used_is_refused(source: str, fault: str) -> None:
    with pytest.raises(MalformedPattern, match=fault):
        compile_pattern(source)
