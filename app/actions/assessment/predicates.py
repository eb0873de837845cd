"""Conditions as functions: compiled once, asked for every answer."""

from collections.abc import Callable, Iterator, Mapping

from app.actions.assessment.conditions import (
    AllOf,
    AnyOf,
    Comparison,
    Condition,
    Negation,
    Operator,
)
from app.actions.assessment.values import Value

__all__ = ["Predicate", "compile_condition", "keys_of"]

Predicate = Callable[[Mapping[str, Value]], bool]
"""From the answers that count, by key, to whether the condition holds."""


def keys_of(condition: Condition) -> Iterator[str]:
    """The keys that the condition refers to, some perhaps several times."""
    match condition:
        case Comparison():
            yield condition.question
        case Negation():
            yield from keys_of(condition.part)
        case AllOf() | AnyOf():
            for part in condition.parts:
                yield from keys_of(part)


def compile_condition(condition: Condition) -> Predicate:
    """The condition as a function of the answers that count; it raises nothing."""
    match condition:
        case Negation():
            return _negation(compile_condition(condition.part))
        case AllOf():
            return _all([compile_condition(part) for part in condition.parts])
        case AnyOf():
            return _any([compile_condition(part) for part in condition.parts])
        case Comparison():
            return _comparison(condition)


def _negation(part: Predicate) -> Predicate:
    return lambda answers: not part(answers)


def _all(parts: list[Predicate]) -> Predicate:
    def holds(answers: Mapping[str, Value]) -> bool:
        for part in parts:  # noqa: SIM110 a generator costs more than the parts themselves
            if not part(answers):
                return False
        return True

    return holds


def _any(parts: list[Predicate]) -> Predicate:
    def holds(answers: Mapping[str, Value]) -> bool:
        for part in parts:  # noqa: SIM110 a generator costs more than the parts themselves
            if part(answers):
                return True
        return False

    return holds


def _comparison(condition: Comparison) -> Predicate:
    key, value = condition.question, condition.value
    match condition.operator:
        case Operator.ANSWERED:
            return lambda answers: key in answers
        case Operator.NOT_ANSWERED:
            return lambda answers: key not in answers
        case Operator.EQUALS:
            same = list(value) if isinstance(value, tuple) else value
            return lambda answers: answers.get(key) == same
        case Operator.NOT_EQUALS:
            other = list(value) if isinstance(value, tuple) else value
            return lambda answers: key in answers and answers[key] != other
    if isinstance(value, tuple):
        if condition.operator is Operator.BETWEEN:
            return _range(key, value[0], value[1])
        return _membership(key, value, inside=condition.operator is Operator.IN)
    if condition.operator is Operator.CONTAINS:
        return _contains(key, value)
    return _order(key, value, above=condition.operator is Operator.GREATER_THAN)


def _membership(key: str, values: tuple[str | int | float, ...], *, inside: bool) -> Predicate:
    wanted = frozenset(values)

    def holds(answers: Mapping[str, Value]) -> bool:
        answer = answers.get(key)
        if answer is None:
            return False
        return (isinstance(answer, str | int | float) and answer in wanted) is inside

    return holds


def _contains(key: str, value: object) -> Predicate:
    def holds(answers: Mapping[str, Value]) -> bool:
        answer = answers.get(key)
        if isinstance(answer, str):
            return isinstance(value, str) and value in answer
        return isinstance(answer, list) and value in answer

    return holds


def _range(key: str, low: object, high: object) -> Predicate:
    if isinstance(low, str) and isinstance(high, str):
        return lambda answers: isinstance(day := answers.get(key), str) and low <= day <= high
    assert isinstance(low, int | float)
    assert isinstance(high, int | float)
    return lambda answers: (
        isinstance(number := answers.get(key), int | float) and low <= number <= high
    )


def _order(key: str, limit: object, *, above: bool) -> Predicate:
    if isinstance(limit, str):
        if above:
            return lambda answers: isinstance(day := answers.get(key), str) and day > limit
        return lambda answers: isinstance(day := answers.get(key), str) and day < limit
    assert isinstance(limit, int | float)
    if above:
        return lambda answers: (
            isinstance(number := answers.get(key), int | float) and number > limit
        )
    return lambda answers: isinstance(number := answers.get(key), int | float) and number < limit
