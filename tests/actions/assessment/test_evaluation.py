"""How far a run is, against an oracle that goes round until nothing changes."""

from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.actions.assessment.conditions import parse
from app.actions.assessment.definition import (
    Definition,
    QuestionSource,
    RuleSource,
    compile_definition,
)
from app.actions.assessment.evaluation import State, evaluate, question_after
from app.actions.assessment.predicates import compile_condition
from app.actions.assessment.problems import MalformedDefinition
from app.tables.assessment import QuestionType, VisibilityAction
from seeds.texts.answers import ABANDONED_ANSWERS, COMPLETED_ANSWERS, STARTED_ANSWERS
from seeds.texts.compiled import definition

KEYS = [f"q{n}" for n in range(8)]
SHOW, HIDE = VisibilityAction.SHOW, VisibilityAction.HIDE
REQUIRE, UNREQUIRE = VisibilityAction.REQUIRE, VisibilityAction.UNREQUIRE
ANSWERS = st.dictionaries(st.sampled_from(KEYS), st.integers(0, 4) | st.just("no number"))


def _ask(key: str, *rules: RuleSource, required: bool = False) -> QuestionSource:
    return QuestionSource(key, QuestionType.NUMBER, [], {}, required, rules)


def _is(key: str, value: int = 1) -> dict[str, Any]:
    return {"question": key, "operator": "equals", "value": value}


def _made(seed: int) -> list[QuestionSource]:
    """Questions in any reading order whose visibility depends on earlier ones only."""
    random = Random(seed)  # noqa: S311 drawing each part with Hypothesis takes ten times as long
    made = []
    for place, key in enumerate(KEYS):
        rules = []
        for action in random.choices(list(VisibilityAction), k=random.randrange(4)):
            others = KEYS[:place] if action in (SHOW, HIDE) else KEYS
            if others:
                parts = [_is(random.choice(others), random.randrange(5)) for _ in range(3)]
                condition = random.choice(
                    [parts[0], {"not": parts[0]}, {"or": parts}, {"not": {"and": parts[:2]}}]
                )
                rules.append(
                    RuleSource(action, condition, random.randrange(3), random.random() < 0.8)
                )
        made.append(_ask(key, *rules, required=random.random() < 0.5))
    return random.sample(made, len(made))


SOURCES = st.integers(0, 2**32).map(_made)


def _oracle(questions: list[QuestionSource], answers: dict[str, Any]) -> tuple[set[str], set[str]]:
    """Visible and required keys, by going round until nothing changes."""
    visible = set(KEYS)
    for _ in range(len(KEYS) + 2):
        counted = {
            key: value for key, value in answers.items() if key in visible and value != "no number"
        }

        def outcome(one: QuestionSource, yes: Any, no: Any, otherwise: bool, seen: Any) -> bool:
            holding = [
                (rule.priority, rule.action in (HIDE, REQUIRE), rule.action is yes)
                for rule in one.rules
                if rule.is_active
                and rule.action in (yes, no)
                and compile_condition(parse(rule.condition))(seen)
            ]
            return max(holding)[2] if holding else otherwise

        shown = {
            one.key
            for one in questions
            if outcome(
                one,
                SHOW,
                HIDE,
                not any(rule.is_active and rule.action is SHOW for rule in one.rules),
                counted,
            )
        }
        if shown == visible:
            required = {
                one.key
                for one in questions
                if one.key in visible and outcome(one, REQUIRE, UNREQUIRE, one.required, counted)
            }
            return visible, required
        visible = shown
    raise AssertionError("it never came to rest")


@given(SOURCES, ANSWERS)
def test_one_pass_finds_what_going_round_finds(
    questions: list[QuestionSource], answers: dict[str, Any]
) -> None:
    visible, required = _oracle(questions, answers)
    state = evaluate(compile_definition(questions), answers)
    assert set(state.visible) == visible
    assert set(state.required) == required
    assert list(state.visible) == [one.key for one in questions if one.key in visible]
    valid = {key for key in visible if isinstance(answers.get(key), int)}
    assert set(state.answers) == valid
    assert state.complete is (required <= valid)
    assert state.progress == (100 * len(valid) // len(visible) if visible else 100)
    assert state.next == next((key for key in state.visible if key not in valid), None)


@given(SOURCES, ANSWERS, st.randoms())
def test_the_order_of_answering_does_not_matter(
    questions: list[QuestionSource], answers: dict[str, Any], random: Any
) -> None:
    made = compile_definition(questions)
    shuffled = list(answers.items())
    random.shuffle(shuffled)
    assert evaluate(made, answers) == evaluate(made, dict(shuffled))


@given(SOURCES, ANSWERS, st.integers(0, 4))
def test_answers_to_hidden_questions_never_count(
    questions: list[QuestionSource], answers: dict[str, Any], other: int
) -> None:
    made = compile_definition(questions)
    state = evaluate(made, answers)
    hidden = dict.fromkeys(set(KEYS) - set(state.visible), other)
    assert evaluate(made, {**answers, **hidden}) == state
    assert evaluate(made, state.answers).visible == state.visible


@given(SOURCES, ANSWERS)
def test_what_is_complete_stays_complete_while_nothing_changes(
    questions: list[QuestionSource], answers: dict[str, Any]
) -> None:
    state = evaluate(compile_definition(questions), answers)
    # Read again, by another process, from what counts alone, with all answers given once more.
    for same in (answers, state.answers, {**answers, **state.answers}):
        again = evaluate(compile_definition(questions), same)
        assert (again.complete, again.required) == (state.complete, state.required)
        assert (again.answers, again.progress) == (state.answers, state.progress)


@given(SOURCES)
def test_a_run_can_always_be_completed_question_by_question(
    questions: list[QuestionSource],
) -> None:
    made, answers = compile_definition(questions), dict[str, Any]()
    while (state := evaluate(made, answers)).missing:
        answers[state.missing[0]] = 1
    assert state.complete


@settings(max_examples=50)
@given(
    st.dictionaries(st.sampled_from(list(COMPLETED_ANSWERS)), st.sampled_from([None, 1, "x", []]))
)
def test_what_is_required_is_missing_or_refused_or_counts(changed: dict[str, Any]) -> None:
    made = definition()
    answers: dict[str, Any] = {**COMPLETED_ANSWERS, **changed}
    state = evaluate(made, answers)
    assert set(state.missing) | (set(state.invalid) & set(state.required)) == set(
        state.required
    ) - set(state.answers)
    assert state.complete is not bool(set(state.required) - set(state.answers))


def _state(*questions: QuestionSource, **answers: Any) -> State:
    return evaluate(compile_definition(questions), answers)


def test_a_question_with_a_show_rule_waits_for_it() -> None:
    questions = (_ask("a"), _ask("b", RuleSource(SHOW, _is("a")), required=True))
    assert _state(*questions).visible == ("a",)
    assert _state(*questions).complete
    assert _state(*questions, a=1).visible == ("a", "b")
    assert _state(*questions, a=1).missing == ("b",)


def test_the_highest_priority_decides_and_hiding_wins_a_tie() -> None:
    def visible(show: int, hide: int) -> bool:
        rules = (RuleSource(SHOW, _is("a"), show), RuleSource(HIDE, _is("a"), hide))
        return "b" in _state(_ask("a"), _ask("b", *rules), a=1).visible

    assert visible(2, 1)
    assert not visible(1, 2)
    assert not visible(1, 1)


def test_what_hides_a_question_hides_what_depended_on_its_answer() -> None:
    questions = (
        _ask("a"),
        _ask("b", RuleSource(HIDE, _is("a", 0))),
        _ask("c", RuleSource(SHOW, _is("b"))),
    )
    assert _state(*questions, a=1, b=1).visible == ("a", "b", "c")
    assert _state(*questions, a=0, b=1).visible == ("a",)


def test_one_of_two_may_be_required() -> None:
    def unless(key: str) -> RuleSource:
        return RuleSource(REQUIRE, {"question": key, "operator": "not_answered"})

    questions = (_ask("mail", unless("phone")), _ask("phone", unless("mail")))
    assert _state(*questions).required == ("mail", "phone")
    assert _state(*questions, phone=5).required == ("phone",)
    assert _state(*questions, phone=5).complete


def test_a_refused_answer_is_told_and_does_not_count() -> None:
    state = _state(_ask("a", required=True), _ask("b", RuleSource(SHOW, _is("a"))), a="x")
    assert (state.missing, state.complete, state.progress, state.next) == ((), False, 0, "a")
    assert [problem.code for problem in state.invalid["a"]] == ["wrong_type"]


def test_a_circle_is_refused_with_its_questions() -> None:
    with pytest.raises(MalformedDefinition, match=r"circle: a -> c -> b -> a$"):
        compile_definition(
            [
                _ask("a", RuleSource(SHOW, _is("c"))),
                _ask("b", RuleSource(HIDE, _is("a"))),
                _ask("c", RuleSource(SHOW, _is("b"))),
            ]
        )


def test_every_problem_of_a_definition_is_told_with_its_place() -> None:
    bad = QuestionSource("a", QuestionType.DATE, [], {"earliest": "soon"})
    with pytest.raises(MalformedDefinition) as refused:
        compile_definition([bad, _ask("b", RuleSource(SHOW, _is("gone")))])
    assert [problem.path for problem in refused.value.problems] == [
        ("a", "validation", "earliest"),
        ("b", "rules", 0, "condition", "question"),
    ]


def test_the_runs_of_the_seeds() -> None:
    made: Definition = definition()
    done = evaluate(made, COMPLETED_ANSWERS)
    assert (done.progress, done.next, done.complete, done.invalid) == (100, None, True, {})
    begun = evaluate(made, STARTED_ANSWERS)
    assert (begun.progress, begun.next, begun.complete) == (31, "team_roles", False)
    assert question_after(begun, "team_roles") == "experience"
    assert question_after(begun, "wishes") == "experience"
    assert question_after(done, "wishes") is None
    assert evaluate(made, ABANDONED_ANSWERS).next == "product_summary"
