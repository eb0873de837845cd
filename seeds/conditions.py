"""Faults in visibility conditions: malformed ones, unknown keys, questions in a circle.

`{"question": key, "operator": ..., "value": ...}`, nested under `and`, `or` (lists) and `not`.
"""

from collections.abc import Iterator, Sequence
from typing import Any

_WITHOUT_VALUE = {"answered", "not_answered"}
_LISTS = {"in", "not_in"}
_NUMBERS = {"greater_than", "less_than"}
_ANY = {"equals", "not_equals", "contains"}


def problems(condition: Any, known: set[str]) -> Iterator[str]:
    """What is wrong with a condition over questions with the `known` keys."""
    if not isinstance(condition, dict):
        yield "a condition is an object"
        return
    match condition:
        case {"and": parts, **rest} | {"or": parts, **rest} if not rest:
            if not isinstance(parts, list) or not parts:
                yield "and, or take a list of conditions"
                return
            for part in parts:
                yield from problems(part, known)
        case {"not": part, **rest} if not rest:
            yield from problems(part, known)
        case {"question": str(key), "operator": str(operator), **rest}:
            if key not in known:
                yield f"there is no question {key}"
            yield from _operand_problems(operator, rest)
        case _:
            yield "a condition has question, operator and value, or and, or, not alone"


def _operand_problems(operator: str, rest: dict[str, Any]) -> Iterator[str]:
    value = rest.get("value")
    takes_value = operator not in _WITHOUT_VALUE
    if operator not in _WITHOUT_VALUE | _LISTS | _NUMBERS | _ANY | {"between"}:
        yield f"there is no operator {operator}"
    elif set(rest) != ({"value"} if takes_value else set()):
        yield f"{operator} takes {'a value' if takes_value else 'no value'}"
    elif operator in _LISTS and not isinstance(value, list):
        yield f"{operator} takes a list"
    elif operator in _NUMBERS and not _comparable(value):
        yield f"{operator} takes a number or a date"
    elif operator == "between" and not (
        isinstance(value, list) and len(value) == 2 and all(_comparable(end) for end in value)
    ):
        yield "between takes two numbers or dates"


def _comparable(value: Any) -> bool:
    return isinstance(value, int | float | str) and not isinstance(value, bool)


def mentioned(condition: dict[str, Any]) -> set[str]:
    """The keys that a well-formed condition refers to."""
    if "question" in condition:
        return {condition["question"]}
    if "not" in condition:
        return mentioned(condition["not"])
    [parts] = condition.values()
    return set().union(*(mentioned(part) for part in parts))


def cycle(rules: Sequence[tuple[str, dict[str, Any]]]) -> list[str]:
    """Keys of questions that depend on each other in a circle, the first repeated; or nothing.

    `rules` are (key of the governed question, condition).
    """
    needs: dict[str, set[str]] = {}
    for key, condition in rules:
        needs.setdefault(key, set()).update(mentioned(condition))
    done: set[str] = set()

    def walk(key: str, path: list[str]) -> list[str]:
        if key in path:
            return [*path[path.index(key) :], key]
        if key in done:
            return []
        for other in sorted(needs.get(key, ())):
            if found := walk(other, [*path, key]):
                return found
        done.add(key)
        return []

    return next((found for key in sorted(needs) if (found := walk(key, []))), [])
