"""Documents: a type's template, the answers of a run and the standards, made into Markdown.

Templates see `answers.key` (what is kept, `values.py`), `labels.key` (what people read: the label
of a choice, a list of them, pairs of row and column for a matrix, the names of files; otherwise
the answer itself) and `standards`, each with `code`, `title`, `description`, `category` and
`principles`. What was not answered is false in `{% if %}` and empty in `{% for %}`; printing it
fails, unless `default` stands in for it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import TracebackType

import jinja2
from jinja2.exceptions import TemplateError

from app.actions.assessment.definition import Definition
from app.actions.assessment.markdown import Address
from app.actions.assessment.problems import Problem, RenderingFailed
from app.actions.assessment.questions import Asked
from app.actions.assessment.sandbox import (
    BUDGET,
    ENVIRONMENT,
    LONGEST_DOCUMENT,
    Answers,
    Budget,
    Missing,
    TooMuch,
    Unfit,
)
from app.actions.assessment.templates import parse_template
from app.actions.assessment.values import Value
from app.tables.assessment import QuestionType

__all__ = ["Standard", "render"]

MOST_STEPS = 500_000
"""About half a second of work."""

_BLANK_LINES = re.compile(r"\n(?:[^\S\n]*\n){2,}")


@dataclass(frozen=True, slots=True)
class Standard:
    """An engineering standard that a document type follows; a lower priority comes first."""

    code: str
    title: str
    description: str | None
    category: str
    principles: tuple[str, ...]
    priority: int = 0


def render(
    source: str,
    definition: Definition,
    answers: Mapping[str, Value],
    standards: Sequence[Standard],
) -> str:
    """The document, Markdown that ends with a line break.

    `answers` are those that count, `State.answers`. Everything that does not stand in the template
    itself is escaped. The work is bounded, and it is done here and now: about half a second at the
    very most, so a server does it in a worker or a thread.

    Raises MalformedTemplate, or RenderingFailed with one problem whose sentence says what is
    missing, and where.
    """
    template = _compiled(source)
    known = list(_known(definition, answers))
    context = {
        "answers": Answers("answers", {key: _answer(takes, value) for takes, key, value in known}),
        "labels": Answers("labels", {key: _label(takes, value) for takes, key, value in known}),
        "standards": [_standard(one) for one in sorted(standards, key=_place)],
        BUDGET: Budget(MOST_STEPS),
    }
    try:
        text = "".join(_pieces(template, context))
    except Missing as missing:
        raise _failed("missing", _missing(missing, definition), missing) from None
    except TooMuch as error:
        sentence = "the document becomes too long, or its loops too many: loop over less"
        raise _failed("too_large", sentence, error) from None
    except Unfit as error:
        raise _failed("unfit", str(error), error) from None
    except ZeroDivisionError as error:
        raise _failed("unfit", "something is divided by zero", error) from None
    except TypeError as error:
        sentence = "values of different kinds are compared or calculated with"
        raise _failed("unfit", sentence, error) from None
    except (ValueError, ArithmeticError, TemplateError) as error:
        sentence = "a loop or a calculation does not fit its values: check the parts it names"
        raise _failed("unfit", sentence, error) from None
    return f"{_BLANK_LINES.sub(chr(10) * 2, text).strip()}\n"


@lru_cache(maxsize=32)
def _compiled(source: str) -> jinja2.Template:
    return ENVIRONMENT.from_string(parse_template(source).tree)


def _pieces(template: jinja2.Template, context: Mapping[str, object]) -> Iterator[str]:
    left = LONGEST_DOCUMENT
    for piece in template.generate(context):
        left -= len(piece)
        if left < 0:
            raise TooMuch
        yield piece


def _known(
    definition: Definition, answers: Mapping[str, Value]
) -> Iterator[tuple[Asked, str, Value]]:
    for key, value in answers.items():
        question = definition.questions.get(key)
        if question is not None:
            yield question.asked, key, value


def _answer(asked: Asked, value: Value) -> object:
    if asked.type is QuestionType.URL and isinstance(value, str):
        return Address(value)
    return value


def _label(asked: Asked, value: Value) -> object:
    """What people read instead of the kept value."""
    if isinstance(value, list):
        names = {choice.value: choice.label for choice in asked.choices}
        return [one["name"] if isinstance(one, dict) else names.get(one, one) for one in value]
    if isinstance(value, dict):
        columns = {choice.value: choice.label for choice in asked.columns}
        return [
            (row.label, columns.get(value[row.value], value[row.value]))
            for row in asked.rows
            if row.value in value
        ]
    if asked.type is QuestionType.SINGLE_CHOICE:
        return next((choice.label for choice in asked.choices if choice.value == value), value)
    return _answer(asked, value)


def _place(standard: Standard) -> tuple[int, str]:
    return standard.priority, standard.code


def _standard(standard: Standard) -> dict[str, object]:
    return {
        "code": standard.code,
        "title": standard.title,
        "description": standard.description or "",
        "category": standard.category,
        "principles": list(standard.principles),
    }


def _missing(missing: Missing, definition: Definition) -> str:
    owner, _, key = missing.name.partition(".")
    if owner in ("answers", "labels") and key not in definition.questions:
        return (
            f"the template uses {missing.name}, but the questionnaire has no question {key}: "
            "change the template"
        )
    if owner not in ("answers", "labels"):
        return f"the template uses {missing.name}, which is not there: give it a default"
    return (
        f"the template uses {missing.name}, which was not answered: give the template a default "
        "and try again, or answer it in another run"
    )


def _failed(code: str, sentence: str, error: Exception) -> RenderingFailed:
    line = _line(error.__traceback__)
    if line is None:
        return RenderingFailed([Problem(code, sentence)])
    return RenderingFailed([Problem(code, f"line {line}: {sentence}", ("line", line))])


def _line(traceback: TracebackType | None) -> int | None:
    """The template's line in a traceback that Jinja rewrote, the innermost."""
    line = None
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename == "<template>":
            line = traceback.tb_lineno
        traceback = traceback.tb_next
    return line
