"""How far a run through a questionnaire is: from its definition and the answers, and nothing else.

One pass in the order of dependencies decides what is visible and which answers count; a second,
in reading order, says what is required, missing and next. `definition.py` says which rules count.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from app.actions.assessment.definition import Definition, Rules
from app.actions.assessment.problems import Problem
from app.actions.assessment.values import Value

__all__ = ["State", "evaluate", "question_after"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class State:
    """What the answers come to. Keys are in reading order.

    `answers` are those that count: valid ones to visible questions, in the form in which they are
    kept. `missing` are required and have no answer; `invalid` are visible and have an answer that
    is refused. `progress` is the percentage of visible questions whose answer counts, rounded down.
    `next` is the first visible question without an answer that counts, required or not. `complete`
    means that the answer to every visible required question counts.
    """

    visible: tuple[str, ...]
    required: tuple[str, ...]
    answers: Mapping[str, Value]
    missing: tuple[str, ...]
    invalid: Mapping[str, tuple[Problem, ...]]
    progress: int
    next: str | None
    complete: bool


def evaluate(definition: Definition, answers: Mapping[str, object]) -> State:
    """The state of a run with these answers: plain JSON values by question key.

    Answers to unknown keys are ignored. Takes time linear in questions, rules and answers, and
    raises nothing.
    """
    counted: dict[str, Value] = {}
    hidden: set[str] = set()
    refused: dict[str, tuple[Problem, ...]] = {}
    for question in definition.order:
        key = question.key
        if not (
            _decided(question.visibility, counted, otherwise=question.visible)
            if question.visibility
            else question.visible
        ):
            hidden.add(key)
        elif key in answers:
            found = question.check(answers[key])
            if found.value is not None:
                counted[key] = found.value
            elif found.problems:
                refused[key] = found.problems
    visible, required, missing = [], [], []
    following = None
    for key, question in definition.questions.items():
        if key in hidden:
            continue
        visible.append(key)
        if following is None and key not in counted:
            following = key
        if (
            _decided(question.requirement, counted, otherwise=question.required)
            if question.requirement
            else question.required
        ):
            required.append(key)
            if key not in counted and key not in refused:
                missing.append(key)
    return State(
        visible=tuple(visible),
        required=tuple(required),
        answers=_ordered(visible, counted),
        missing=tuple(missing),
        invalid=_ordered(visible, refused),
        progress=100 * len(counted) // len(visible) if visible else 100,
        next=following,
        complete=all(key in counted for key in required),
    )


def question_after(state: State, key: str) -> str | None:
    """Where to go on after a question, answered or skipped.

    The first visible question after it, in reading order, without an answer that counts; when there
    is none, the first required one without; when there is none either, None: the run is complete.
    `key` may be any visible question; after another, it goes on from the beginning.
    """
    start = state.visible.index(key) + 1 if key in state.visible else 0
    later = (one for one in state.visible[start:] if one not in state.answers)
    required = (one for one in state.required if one not in state.answers)
    return next(later, None) or next(required, None)


def _decided(rules: Rules, answers: Mapping[str, Value], *, otherwise: bool) -> bool:
    for holds, outcome in rules:
        if holds(answers):
            return outcome
    return otherwise


def _ordered(keys: list[str], found: dict[str, T]) -> dict[str, T]:
    return {key: found[key] for key in keys if key in found}
