"""A questionnaire compiled: checked once, kept, and asked for every answer of every run.

Which rules count: inactive ones never. A question with a SHOW rule is hidden until one of them
holds; any other is visible until a HIDE rule holds. It is required as its column says, until a
REQUIRE or UNREQUIRE rule holds. Among the rules that hold, the one with the highest priority
decides; at the same priority HIDE beats SHOW, and REQUIRE beats UNREQUIRE. Hidden questions are
never required.

Conditions see only answers that count: valid ones to visible questions. So a question's visibility
depends on the visibility of those its SHOW and HIDE rules ask about, and these may not go round in
a circle. REQUIRE and UNREQUIRE may: "one of two" is a rule on each that asks about the other.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from types import MappingProxyType

from app.actions.assessment.answers import Validator, validator
from app.actions.assessment.conditions import Condition, parse
from app.actions.assessment.predicates import Predicate, compile_condition, keys_of
from app.actions.assessment.problems import (
    MalformedCondition,
    MalformedDefinition,
    MalformedQuestion,
    Problem,
)
from app.actions.assessment.questions import Asked, asked
from app.tables.assessment import QuestionType, VisibilityAction

__all__ = [
    "Definition",
    "Governed",
    "QuestionSource",
    "RuleSource",
    "compile_definition",
]

MOST_QUESTIONS = 2_000
MOST_RULES = 5_000

_VISIBILITY = frozenset({VisibilityAction.SHOW, VisibilityAction.HIDE})
# At the same priority the first of these decides.
_STRENGTH = {
    VisibilityAction.HIDE: 0,
    VisibilityAction.SHOW: 1,
    VisibilityAction.REQUIRE: 0,
    VisibilityAction.UNREQUIRE: 1,
}


@dataclass(frozen=True, slots=True)
class RuleSource:
    """A row of `VisibilityRule`, its condition a plain JSON value."""

    action: VisibilityAction
    condition: object
    priority: int = 0
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class QuestionSource:
    """A row of `Question` with its rules; `options` and `validation` are plain JSON values."""

    key: str
    type: QuestionType
    options: object
    validation: object
    required: bool = False
    rules: tuple[RuleSource, ...] = ()


Rules = tuple[tuple[Predicate, bool], ...]
"""Conditions, the strongest first, and what is true of the question when they hold."""


@dataclass(frozen=True, slots=True)
class Governed:
    """A question, ready to be evaluated."""

    key: str
    asked: Asked
    check: Validator
    visible: bool
    visibility: Rules
    required: bool
    requirement: Rules


@dataclass(frozen=True, slots=True)
class Definition:
    """A questionnaire; never changed, so it can be kept for as long as its rows do not change.

    `questions` is in reading order: sections by position, questions by position. `order` has the
    same questions, each after those that its visibility depends on.
    """

    questions: Mapping[str, Governed]
    order: tuple[Governed, ...]
    largest_pattern: int
    """The states of the largest pattern; 0 where no question has one."""


def compile_definition(questions: Sequence[QuestionSource]) -> Definition:
    """The questionnaire of these questions, in reading order.

    Raises MalformedDefinition with every problem found. A path begins with the question's key, then
    leads into "options", "validation" or "rules"; that of a circle is empty.
    """
    problems: list[Problem] = []
    if len(questions) > MOST_QUESTIONS or sum(len(one.rules) for one in questions) > MOST_RULES:
        sentence = f"at most {MOST_QUESTIONS} questions with {MOST_RULES} rules in all fit"
        raise MalformedDefinition([Problem("too_large", sentence)])
    known = _asked(questions, problems)
    conditions = {one.key: _conditions(one, known, problems) for one in questions}
    if problems:
        raise MalformedDefinition(problems)
    needs = {
        key: {
            other
            for rule, condition in rules
            if rule.action in _VISIBILITY
            for other in keys_of(condition)
        }
        for key, rules in conditions.items()
    }
    order = _order(needs)
    found = {one.key: _governed(one, known[one.key], conditions[one.key]) for one in questions}
    patterns = (takes.pattern.size for takes in known.values() if takes.pattern is not None)
    return Definition(
        MappingProxyType(found), tuple(found[key] for key in order), max(patterns, default=0)
    )


def _circle(needs: Mapping[str, Iterable[str]]) -> list[str]:
    """Keys that need each other in a circle, each before one it needs; or nothing.

    The circle begins and ends with the first of its keys by the alphabet.
    """
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as error:
        ring: list[str] = error.args[1][:0:-1]  # without the repeated one, in our direction
        first = ring.index(min(ring))
        return [*ring[first:], *ring[: first + 1]]
    return []


def _order(needs: Mapping[str, Iterable[str]]) -> list[str]:
    if ring := _circle(needs):
        sentence = f"visibility goes round in a circle: {' -> '.join(ring[:20])}"
        raise MalformedDefinition([Problem("circle", sentence)])
    return list(TopologicalSorter(needs).static_order())


def _asked(questions: Sequence[QuestionSource], problems: list[Problem]) -> dict[str, Asked]:
    """What each question takes; one that is malformed is there too, so that rules find it."""
    known: dict[str, Asked] = {}
    for one in questions:
        if one.key in known:
            problems.append(Problem("repeated", "the key is there twice", (one.key,)))
        try:
            known[one.key] = asked(one.type, one.options, one.validation)
        except MalformedQuestion as malformed:
            known[one.key] = Asked(one.type)
            problems += _below(malformed.problems, one.key)
    return known


def _conditions(
    question: QuestionSource, known: Mapping[str, Asked], problems: list[Problem]
) -> list[tuple[RuleSource, Condition]]:
    """The active rules, the strongest first. An inactive one may be unfinished: it does nothing."""
    found = []
    for place, rule in enumerate(question.rules):
        if not rule.is_active:
            continue
        try:
            found.append((rule, parse(rule.condition, known)))
        except MalformedCondition as malformed:
            problems += _below(malformed.problems, question.key, "rules", place, "condition")
    found.sort(key=lambda pair: (-pair[0].priority, _STRENGTH[pair[0].action]))
    return found


def _below(problems: Iterable[Problem], *path: str | int) -> list[Problem]:
    return [Problem(one.code, one.sentence, (*path, *one.path)) for one in problems]


def _governed(
    source: QuestionSource, takes: Asked, rules: Sequence[tuple[RuleSource, Condition]]
) -> Governed:
    def those(yes: VisibilityAction, no: VisibilityAction) -> Rules:
        return tuple(
            (compile_condition(condition), rule.action is yes)
            for rule, condition in rules
            if rule.action in (yes, no)
        )

    return Governed(
        key=source.key,
        asked=takes,
        check=validator(takes),
        visible=all(rule.action is not VisibilityAction.SHOW for rule, _ in rules),
        visibility=those(VisibilityAction.SHOW, VisibilityAction.HIDE),
        required=source.required,
        requirement=those(VisibilityAction.REQUIRE, VisibilityAction.UNREQUIRE),
    )
