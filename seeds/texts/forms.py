"""The shape in which a questionnaire is written down here, and short words for its parts.

`options` is a list of values and labels for the two choice types, an object of `rows` and `columns`
for a matrix, of `min`, `max` and labels for a scale, and an empty list otherwise. `validation`
holds only limits. Conditions are the JSON language of the assessment domain.
"""

from dataclasses import dataclass, field

from app.tables.assessment import QuestionType, VisibilityAction

Json = dict[str, object]


@dataclass(frozen=True, slots=True)
class RuleText:
    """A rule of the question it is written under."""

    action: VisibilityAction
    condition: Json
    priority: int = 0


@dataclass(frozen=True, slots=True)
class QuestionText:
    """One question; its position is its place in the section."""

    key: str
    type: QuestionType
    text: str
    help_text: str | None = None
    options: Json | list[Json] = field(default_factory=list)
    validation: Json = field(default_factory=dict)
    required: bool = False
    rules: tuple[RuleText, ...] = ()


@dataclass(frozen=True, slots=True)
class SectionText:
    """One page of the questionnaire."""

    title: str
    description: str
    questions: tuple[QuestionText, ...]


def choices(**labels: str) -> list[Json]:
    """Options of a choice question, from value=label."""
    return [{"value": value, "label": label} for value, label in labels.items()]


def scale(low: str, high: str) -> Json:
    """Options of a scale from 1 to 5 with a label at each end."""
    return {"min": 1, "max": 5, "min_label": low, "max_label": high}


def matrix(rows: dict[str, str], columns: dict[str, str]) -> Json:
    """Options of a matrix in which each row takes one column."""
    return {
        "rows": [{"value": value, "label": label} for value, label in rows.items()],
        "columns": [{"value": value, "label": label} for value, label in columns.items()],
    }


def when(question: str, operator: str, value: object = None) -> Json:
    """One comparison; `answered` and `not_answered` take no value."""
    if operator in {"answered", "not_answered"}:
        return {"question": question, "operator": operator}
    return {"question": question, "operator": operator, "value": value}


def show(condition: Json, priority: int = 0) -> RuleText:
    """The question appears only under this condition."""
    return RuleText(VisibilityAction.SHOW, condition, priority)


def hide(condition: Json) -> RuleText:
    """The question disappears under this condition."""
    return RuleText(VisibilityAction.HIDE, condition)


def require(condition: Json, priority: int = 0) -> RuleText:
    """The question must be answered under this condition."""
    return RuleText(VisibilityAction.REQUIRE, condition, priority)


def unrequire(condition: Json, priority: int = 0) -> RuleText:
    """The question may be left out under this condition."""
    return RuleText(VisibilityAction.UNREQUIRE, condition, priority)
