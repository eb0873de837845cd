"""The language of visibility conditions: from JSON to checked trees.

    condition = {"question": key, "operator": ..., "value": ...}
              | {"and": [condition, ...]} | {"or": [condition, ...]} | {"not": condition}

| operator | value | questions |
| --- | --- | --- |
| equals, not_equals | a value of the answer's form | all but MATRIX, FILE_UPLOAD |
| in, not_in | a list of such values | those with one value |
| contains | a choice, or a part of the text | MULTIPLE_CHOICE, texts |
| greater_than, less_than | a number, a date | NUMBER, SCALE, DATE |
| between | two of them, both included | NUMBER, SCALE, DATE |
| answered, not_answered | none | all |

A comparison never holds for a question without an answer, not_equals and not_in neither; `not`
holds whenever what it negates does not. Texts are compared exactly, upper and lower case included,
in the form in which answers are kept: `Ada@Example.ORG` is the answer `Ada@example.org`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.actions.assessment.problems import MalformedCondition, Problem
from app.actions.assessment.questions import Asked
from app.actions.assessment.values import (
    as_date,
    as_number,
    characters_problem,
    kept_text,
    number_problem,
)
from app.tables.assessment import QuestionType

__all__ = [
    "AllOf",
    "AnyOf",
    "Comparison",
    "Condition",
    "Negation",
    "Operator",
    "parse",
]

MOST_PARTS = 200
DEEPEST = 16
MOST_VALUES = 500
LONGEST_VALUE = 1_000


class Operator(StrEnum):
    """How an answer is compared."""

    EQUALS = "equals"
    NOT_EQUALS = "not_equals"
    IN = "in"
    NOT_IN = "not_in"
    CONTAINS = "contains"
    GREATER_THAN = "greater_than"
    LESS_THAN = "less_than"
    BETWEEN = "between"
    ANSWERED = "answered"
    NOT_ANSWERED = "not_answered"


Path = tuple[str | int, ...]
Scalar = str | int | float
Operand = Scalar | tuple[Scalar, ...] | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """One question's answer against a value; lists are tuples, answered has None."""

    question: str
    operator: Operator
    value: Operand


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part holds."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Negation:
    """The part does not hold."""

    part: "Condition"


Condition = Comparison | AllOf | AnyOf | Negation

_WITHOUT_VALUE = frozenset({Operator.ANSWERED, Operator.NOT_ANSWERED})
_LISTS = frozenset({Operator.IN, Operator.NOT_IN})
_ORDERED = frozenset({Operator.GREATER_THAN, Operator.LESS_THAN, Operator.BETWEEN})
_EQUALITY = frozenset({Operator.EQUALS, Operator.NOT_EQUALS})
_FORM = "a condition has question, operator and value, or and, or, not alone"

_TEXTS = frozenset({QuestionType.TEXT, QuestionType.TEXTAREA, QuestionType.EMAIL, QuestionType.URL})
_NUMBERS = frozenset({QuestionType.NUMBER, QuestionType.SCALE})


def _operators(kind: QuestionType) -> frozenset[Operator]:
    """The operators that make sense for answers of a type."""
    if kind in _TEXTS:
        return _WITHOUT_VALUE | _EQUALITY | _LISTS | {Operator.CONTAINS}
    if kind in _NUMBERS or kind is QuestionType.DATE:
        return _WITHOUT_VALUE | _EQUALITY | _LISTS | _ORDERED
    if kind is QuestionType.SINGLE_CHOICE:
        return _WITHOUT_VALUE | _EQUALITY | _LISTS
    if kind is QuestionType.MULTIPLE_CHOICE:
        return _WITHOUT_VALUE | _EQUALITY | {Operator.CONTAINS}
    return _WITHOUT_VALUE


def parse(condition: object, questions: Mapping[str, Asked] | None = None) -> Condition:
    """The condition as a tree, from any plain JSON value.

    With `questions`, by key, the keys must be there and the values must fit the questions' types.
    Raises MalformedCondition with every problem found; its paths lead through the JSON.
    """
    reader = _Reader(questions)
    found = reader.read(condition, ())
    if reader.problems:
        raise MalformedCondition(reader.problems)
    assert found is not None
    return found


class _Reader:
    """Reads the JSON from the outside in, and collects what is wrong."""

    def __init__(self, questions: Mapping[str, Asked] | None) -> None:
        self.questions = questions
        self.problems: list[Problem] = []
        self.parts = 0

    def read(self, condition: object, path: Path) -> Condition | None:
        """One condition with all below it; None when something is wrong in it."""
        self.parts += 1
        if self.parts > MOST_PARTS + 1:  # told once
            return None
        try:
            return self._part(condition, path)
        except MalformedCondition as malformed:
            self.problems += malformed.problems
            return None

    def _part(self, condition: object, path: Path) -> Condition | None:
        if self.parts > MOST_PARTS:
            raise _wrong("too_large", f"a condition has at most {MOST_PARTS} parts", path)
        if len(path) > 2 * DEEPEST:
            raise _wrong("too_deep", f"conditions nest at most {DEEPEST} deep", path)
        if not isinstance(condition, Mapping):
            raise _wrong("wrong_type", "a condition is an object", path)
        if len(condition) == 1:
            [(word, inner)] = condition.items()
            if word in ("and", "or"):
                return self._list(word, inner, path)
            if word == "not":
                part = self.read(inner, (*path, "not"))
                return None if part is None else Negation(part)
        key, name = condition.get("question"), condition.get("operator")
        if not (
            isinstance(key, str)
            and isinstance(name, str)
            and condition.keys() <= {"question", "operator", "value"}
        ):
            raise _wrong("wrong_form", _FORM, path)
        return self._comparison(key, name, condition, path)

    def _list(self, word: str, inner: object, path: Path) -> Condition | None:
        if not isinstance(inner, list) or not inner:
            raise _wrong("wrong_type", "and, or take a list of conditions", (*path, word))
        parts = []
        for place, one in enumerate(inner[: MOST_PARTS + 1]):
            part = self.read(one, (*path, word, place))
            if part is not None:
                parts.append(part)
        return AllOf(tuple(parts)) if word == "and" else AnyOf(tuple(parts))

    def _comparison(
        self, key: str, name: str, condition: Mapping[str, object], path: Path
    ) -> Condition | None:
        asked = None if self.questions is None else self.questions.get(key)
        if self.questions is not None and asked is None:
            raise _wrong(
                "unknown_question", f"there is no question {key[:100]}", (*path, "question")
            )
        if name not in Operator.__members__.values():
            at = (*path, "operator")
            raise _wrong("unknown_operator", f"there is no operator {name[:100]}", at)
        operator = Operator(name)
        if asked is not None and operator not in _operators(asked.type):
            fitting = ", ".join(one for one in Operator if one in _operators(asked.type))
            sentence = (
                f"{operator} does not suit {key}, a question of type {asked.type}: {fitting} do"
            )
            raise _wrong("wrong_operator", sentence, (*path, "operator"))
        takes_value = operator not in _WITHOUT_VALUE
        if takes_value is not ("value" in condition):
            sentence = f"{operator} takes {'a value' if takes_value else 'no value'}"
            raise _wrong("wrong_form", sentence, (*path, "value") if not takes_value else path)
        value = self._operand(operator, condition.get("value"), asked, (*path, "value"))
        return Comparison(key, operator, value)

    def _operand(
        self, operator: Operator, value: object, asked: Asked | None, path: Path
    ) -> Operand:
        if operator in _WITHOUT_VALUE:
            return None
        if operator in _LISTS or operator is Operator.BETWEEN:
            return self._tuple(operator, value, asked, path)
        if operator in _EQUALITY and isinstance(value, list):
            if asked is None or asked.type is QuestionType.MULTIPLE_CHOICE:
                return self._chosen(value, asked, path)
        elif operator in _EQUALITY and asked and asked.type is QuestionType.MULTIPLE_CHOICE:
            sentence = "equals compares all that is chosen: give a list, or use contains"
            raise _wrong("wrong_type", sentence, path)
        return self._scalar(operator, value, asked, path)

    def _chosen(self, value: list[object], asked: Asked | None, path: Path) -> Operand:
        """All choices of an answer, in the order in which answers are kept."""
        found = self._scalars(Operator.EQUALS, value, asked, path)
        if asked is None:
            return found
        return tuple(choice.value for choice in asked.choices if choice.value in found)

    def _tuple(self, operator: Operator, value: object, asked: Asked | None, path: Path) -> Operand:
        if operator is Operator.BETWEEN:
            if not isinstance(value, list) or len(value) != 2:
                raise _wrong("wrong_type", "between takes two numbers or dates", path)
        elif not isinstance(value, list):
            raise _wrong("wrong_type", f"{operator} takes a list", path)
        elif not value:
            raise _wrong(
                "wrong_type", f"the list is empty: {operator} takes one value or more", path
            )
        found = self._scalars(operator, value, asked, path)
        if operator is Operator.BETWEEN:
            low, high = found
            if isinstance(low, str) is not isinstance(high, str):
                raise _wrong("wrong_type", "between takes two numbers or dates", path)
            if low > high:  # type: ignore[operator] # both are texts, or both are numbers
                raise _wrong("empty_range", "between takes the lower one first", path)
        return found

    def _scalars(
        self,
        operator: Operator,
        value: list[object],
        asked: Asked | None,
        path: Path,
    ) -> tuple[Scalar, ...]:
        if len(value) > MOST_VALUES:
            raise _wrong("too_large", f"a list has at most {MOST_VALUES} values", path)
        return tuple(
            self._scalar(operator, one, asked, (*path, place)) for place, one in enumerate(value)
        )

    def _scalar(self, operator: Operator, value: object, asked: Asked | None, path: Path) -> Scalar:
        """One value: of the question's type where that is known, else a text or a number."""
        if isinstance(value, str) and asked is not None and asked.type in _TEXTS:
            value = kept_text(asked.type, value)
            value = value if operator is Operator.CONTAINS else value.strip()
        if isinstance(value, str) and (len(value) > LONGEST_VALUE or characters_problem(value)):
            sentence = f"a text has at most {LONGEST_VALUE} characters that can be read"
            raise _wrong("wrong_type", sentence, path)
        number, day = as_number(value), as_date(value)
        text = value if isinstance(value, str) else None
        if asked is None:
            if operator in _ORDERED and (found := number if day is None else day) is None:
                raise _wrong("wrong_type", f"{operator} takes {_ordered(operator)}", path)
            if (found := number if text is None else text) is None:
                raise _wrong("wrong_type", f"{operator} takes a text or a number", path)
            return found
        if asked.type in _NUMBERS:
            if number is None:
                raise _no_number(value, asked, path)
            return number
        if asked.type is QuestionType.DATE:
            if day is None:
                raise _mismatch("a date like 2026-01-31", asked, path)
            return day
        if text is None:
            raise _mismatch("a text", asked, path)
        if asked.choices and all(choice.value != text for choice in asked.choices):
            raise _wrong("not_a_choice", f"{text[:100]} is not among the options", path)
        return text


def _mismatch(needed: str, asked: Asked, path: Path) -> MalformedCondition:
    return _wrong("wrong_type", f"a question of type {asked.type} compares with {needed}", path)


def _no_number(value: object, asked: Asked, path: Path) -> MalformedCondition:
    problem = number_problem(value)
    return _wrong("too_large", problem, path) if problem else _mismatch("a number", asked, path)


def _wrong(code: str, sentence: str, path: Path) -> MalformedCondition:
    return MalformedCondition([Problem(code, sentence, path)])


def _ordered(operator: Operator) -> str:
    return "two numbers or dates" if operator is Operator.BETWEEN else "a number or a date"
