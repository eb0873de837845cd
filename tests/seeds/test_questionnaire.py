"""The seed questionnaire and the texts around it hold together."""

import re
from typing import Any

import pytest

from app.actions.assessment.conditions import parse
from app.actions.assessment.predicates import keys_of
from app.tables.assessment import DocumentCategory, QuestionType, StandardCategory, VisibilityAction
from seeds.assessment import TEMPLATES
from seeds.texts.answers import ABANDONED_ANSWERS, COMPLETED_ANSWERS, STARTED_ANSWERS
from seeds.texts.documents import DOCUMENT_TYPES
from seeds.texts.forms import QuestionText
from seeds.texts.questionnaire import SECTIONS
from seeds.texts.standards import STANDARDS

QUESTIONS = {asked.key: asked for text in SECTIONS for asked in text.questions}
RULES = [(key, rule) for key, asked in QUESTIONS.items() for rule in asked.rules]


def test_it_is_large_enough() -> None:
    assert len(SECTIONS) >= 4
    assert len(QUESTIONS) == sum(len(text.questions) for text in SECTIONS) >= 30
    assert {asked.type for asked in QUESTIONS.values()} == set(QuestionType)
    assert {rule.action for _, rule in RULES} == set(VisibilityAction)


def test_a_question_depends_only_on_earlier_ones() -> None:
    order = list(QUESTIONS)
    late = {
        key: other
        for key, rule in RULES
        for other in keys_of(parse(rule.condition))
        if order.index(other) > order.index(key)
    }
    assert late == {}


@pytest.mark.parametrize(("key", "rule"), RULES)
def test_a_condition_on_a_choice_names_one_of_its_values(key: str, rule: Any) -> None:
    for leaf in _leaves(rule.condition):
        asked = QUESTIONS[leaf["question"]]
        if isinstance(asked.options, list) and asked.options and "value" in leaf:
            values = leaf["value"] if isinstance(leaf["value"], list) else [leaf["value"]]
            assert set(values) <= {option["value"] for option in asked.options}, key


def _leaves(condition: dict[str, Any]) -> list[dict[str, Any]]:
    match condition:
        case {"not": part}:
            return _leaves(part)
        case {"and": parts} | {"or": parts}:
            return [leaf for part in parts for leaf in _leaves(part)]
    return [condition]


@pytest.mark.parametrize("asked", QUESTIONS.values(), ids=QUESTIONS)
def test_options_fit_the_type(asked: QuestionText) -> None:
    match asked.type:
        case QuestionType.SINGLE_CHOICE | QuestionType.MULTIPLE_CHOICE:
            assert isinstance(asked.options, list)
            assert len(asked.options) >= 2
            assert all(set(option) == {"value", "label"} for option in asked.options)
        case QuestionType.SCALE:
            assert set(asked.options) == {"min", "max", "min_label", "max_label"}
        case QuestionType.MATRIX:
            assert set(asked.options) == {"rows", "columns"}
        case _:
            assert asked.options == []


@pytest.mark.parametrize("answers", [COMPLETED_ANSWERS, STARTED_ANSWERS, ABANDONED_ANSWERS])
def test_answers_fit_their_questions(answers: dict[str, Any]) -> None:
    for key, value in answers.items():
        asked = QUESTIONS[key]
        allowed = (
            {option["value"] for option in asked.options} if isinstance(asked.options, list) else {}
        )
        match asked.type:
            case QuestionType.SINGLE_CHOICE:
                assert value in allowed
            case QuestionType.MULTIPLE_CHOICE:
                assert set(value) <= set(allowed)
            case QuestionType.MATRIX:
                assert isinstance(asked.options, dict)
                rows: Any = asked.options["rows"]
                columns: Any = asked.options["columns"]
                assert set(value) == {row["value"] for row in rows}
                assert set(value.values()) <= {column["value"] for column in columns}
            case QuestionType.SCALE:
                assert value in range(1, 6)
            case QuestionType.NUMBER:
                limits: Any = asked.validation
                assert limits["min"] <= value <= limits["max"]
            case QuestionType.FILE_UPLOAD:
                assert {"name", "content_type", "bytes", "key"} == set(value[0])
            case _:
                limits = asked.validation
                assert limits.get("min_length", 0) <= len(value) <= limits.get("max_length", 10)


def test_standards_and_document_types_cover_their_categories() -> None:
    assert {text.category for text in STANDARDS} == set(StandardCategory)
    assert {text.category for text in DOCUMENT_TYPES} == set(DocumentCategory)
    assert len(DOCUMENT_TYPES) >= 8
    codes = {text.code for text in STANDARDS}
    used = {code for text in DOCUMENT_TYPES for code in text.standards}
    assert used == codes
    assert all(len(text.principles) >= 3 for text in STANDARDS)


@pytest.mark.parametrize("slug", [text.slug for text in DOCUMENT_TYPES])
def test_a_template_uses_known_keys(slug: str) -> None:
    template = (TEMPLATES / f"{slug}.md").read_text("utf-8")
    used = set(re.findall(r"(?:answers|labels)\.(\w+)", template))
    assert used
    assert used - set(QUESTIONS) == set()
    assert template.count("{% if") == template.count("{% endif")
    assert template.count("{% for") == template.count("{% endfor")


def test_every_template_belongs_to_a_type() -> None:
    assert {path.stem for path in TEMPLATES.iterdir()} == {text.slug for text in DOCUMENT_TYPES}
