"""The seed questionnaire as the rules of the application see it."""

import functools

from app.actions.assessment.definition import (
    Definition,
    QuestionSource,
    RuleSource,
    compile_definition,
)
from seeds.texts.questionnaire import SECTIONS


@functools.cache
def definition() -> Definition:
    """The seed questionnaire, compiled."""
    return compile_definition(
        [
            QuestionSource(
                key=asked.key,
                type=asked.type,
                options=asked.options,
                validation=asked.validation,
                required=asked.required,
                rules=tuple(
                    RuleSource(rule.action, rule.condition, rule.priority) for rule in asked.rules
                ),
            )
            for text in SECTIONS
            for asked in text.questions
        ]
    )
