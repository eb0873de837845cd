"""Answers: whether a value answers a question, and the form in which it is kept.

Kept values: a text (stripped, its line breaks as line feeds, in Unicode's form NFC) for TEXT,
TEXTAREA, EMAIL and URL; `2026-01-31` for DATE; a number for NUMBER and SCALE (whole ones without a
fraction); the choice's value, or a list of them in the order of the options; `{row: column}` for a
MATRIX; a list of `{name, content_type, bytes, key}` for FILE_UPLOAD, where `key` is the upload's
place in storage.

An empty value (null, a blank text, an empty list or object) is no answer, and no fault either. Only
where `min_choices` is 0 does an empty list say something: none of these.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from urllib.parse import urlsplit

from app.actions.assessment.patterns import LONGEST_TEXT
from app.actions.assessment.problems import Problem
from app.actions.assessment.questions import Asked
from app.actions.assessment.values import (
    File,
    Value,
    as_date,
    as_number,
    characters_problem,
    kept_text,
    number_problem,
)
from app.tables.assessment import QuestionType

__all__ = ["UNANSWERED", "Answer", "check_answer", "validator"]

_MOST_FILES = 10
_LONGEST_NAME = 255
_LONGEST_STORAGE_KEY = 1_000
# Every part is bounded and the parts do not overlap: this matches in linear time.
_LABEL = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
_EMAIL = re.compile(rf"[^\s@<>()\[\],;:\"\\]{{1,64}}@{_LABEL}(?:\.{_LABEL})*")
_NOT_IN_ADDRESSES = re.compile(r'[\s<>"`{}|\\^]')


@dataclass(frozen=True, slots=True)
class Answer:
    """What a value comes to: kept, or nothing at all, or (with problems) refused."""

    value: Value | None
    problems: tuple[Problem, ...] = ()


Validator = Callable[[object], Answer]

UNANSWERED = Answer(None)


def check_answer(asked: Asked, value: object) -> Answer:
    """The value, a plain JSON value, as an answer; refused with every problem found."""
    return validator(asked)(value)


def validator(asked: Asked) -> Validator:
    """The check of one question, to be used many times."""
    return partial(_CHECKS[asked.type], asked)


def _refused(code: str, sentence: str, *path: str | int) -> Answer:
    return Answer(None, (Problem(code, sentence, path),))


def _plain_text(asked: Asked, value: object) -> Answer:
    """A text within its length, in its characters and fitting its pattern."""
    if value is None:
        return UNANSWERED
    if not isinstance(value, str):
        return _refused("wrong_type", "the answer is a text")
    text = value.strip()
    if not text:
        return UNANSWERED
    if len(text) > asked.longest:
        return _refused("too_long", f"at most {asked.longest} characters fit")
    if not (text.isascii() and text.isprintable()):
        text = kept_text(QuestionType.TEXT, text)
        if problem := characters_problem(text):
            return _refused("bad_character", problem)
        if asked.type is not QuestionType.TEXTAREA and "\n" in text:
            return _refused("bad_character", "the answer is one line")
        if len(text) > asked.longest:  # NFC makes some texts longer
            return _refused("too_long", f"at most {asked.longest} characters fit")
    if len(text) < asked.shortest:
        return _refused("too_short", f"at least {asked.shortest} characters are needed")
    if asked.pattern is not None and not asked.pattern.fits(text):
        if len(text) > LONGEST_TEXT:
            return _refused("too_long", f"at most {LONGEST_TEXT} characters fit")
        return _refused("bad_pattern", f"the answer does not have the form {asked.pattern.source}")
    return Answer(text)


def _email(asked: Asked, value: object) -> Answer:
    found = _plain_text(asked, value)
    if not isinstance(found.value, str):
        return found
    if not _EMAIL.fullmatch(found.value):
        return _refused("bad_email", "the answer is an email address like ada@example.org")
    return Answer(kept_text(QuestionType.EMAIL, found.value))


def _url(asked: Asked, value: object) -> Answer:
    found = _plain_text(asked, value)
    if not isinstance(found.value, str):
        return found
    example = f"the answer is an address like {asked.schemes[-1]}://example.org"
    if _NOT_IN_ADDRESSES.search(found.value):
        return _refused("bad_url", example)
    try:
        parts = urlsplit(found.value)
        port = parts.port
    except ValueError:  # brackets that are no IPv6 address, or a port that is no number
        return _refused("bad_url", example)
    if parts.scheme not in asked.schemes:
        return _refused("bad_scheme", f"the address begins with {' or '.join(asked.schemes)}")
    if not parts.hostname or port == 0 or parts.username is not None:
        return _refused("bad_url", example)
    return found


def _date(asked: Asked, value: object) -> Answer:
    if value is None or value == "":
        return UNANSWERED
    found = as_date(value)
    if found is None:
        return _refused("bad_date", "the answer is a date like 2026-01-31")
    if asked.earliest is not None and found < asked.earliest:
        return _refused("too_early", f"the date is {asked.earliest} or later")
    if asked.latest is not None and found > asked.latest:
        return _refused("too_late", f"the date is {asked.latest} or earlier")
    return Answer(found)


def _number(asked: Asked, value: object) -> Answer:
    if value is None:
        return UNANSWERED
    found = as_number(value)
    if found is None:
        if problem := number_problem(value):
            return _refused("too_large", problem)
        return _refused("wrong_type", "the answer is a number")
    if asked.minimum is not None and found < asked.minimum:
        return _refused("too_small", f"the number is {asked.minimum} or more")
    if asked.maximum is not None and found > asked.maximum:
        return _refused("too_large", f"the number is {asked.maximum} or less")
    if (asked.integer or asked.type is QuestionType.SCALE) and not isinstance(found, int):
        return _refused("not_whole", "the number is whole")
    if asked.step is not None:
        # As people write them: 0.3 is three steps of 0.1, which it is not in binary.
        start = asked.minimum or 0
        if (Fraction(str(found)) - Fraction(str(start))) % Fraction(str(asked.step)):
            return _refused("bad_step", f"the number goes in steps of {asked.step} from {start}")
    return Answer(found)


def _choice(asked: Asked, value: object) -> Answer:
    if value is None or value == "":
        return UNANSWERED
    if isinstance(value, str) and value in asked.values:
        return Answer(value)
    return _refused("not_a_choice", "the answer is the value of one of the options")


def _choices(asked: Asked, value: object) -> Answer:
    if value is None or (value == [] and asked.fewest != 0):
        return UNANSWERED
    if not isinstance(value, list):
        return _refused("wrong_type", "the answer is a list of values of the options")
    allowed = asked.values
    wrong = tuple(
        Problem("not_a_choice", "this is the value of none of the options", (place,))
        for place, one in enumerate(value[: len(allowed) + 1])
        if not isinstance(one, str) or one not in allowed
    )
    if wrong:
        return Answer(None, wrong)
    if len(set(value)) < len(value):
        return _refused("repeated", "each option is chosen once")
    if asked.fewest is not None and len(value) < asked.fewest:
        return _refused("too_few", f"at least {asked.fewest} are chosen")
    if asked.most is not None and len(value) > asked.most:
        return _refused("too_many", f"at most {asked.most} are chosen")
    chosen = set(value)
    return Answer([choice.value for choice in asked.choices if choice.value in chosen])


def _matrix(asked: Asked, value: object) -> Answer:
    if value is None or value == {}:
        return UNANSWERED
    if not isinstance(value, dict):
        return _refused("wrong_type", "the answer is an object: the value of a column for each row")
    rows = {row.value for row in asked.rows}
    columns = {column.value for column in asked.columns}
    problems: list[Problem] = []
    if value.keys() - rows:
        problems.append(Problem("unknown_row", "there are rows that the question does not have"))
    for row in asked.rows:
        chosen = value.get(row.value)
        if chosen is None:
            if not asked.partial:
                problems.append(Problem("missing_row", "this row needs an answer", (row.value,)))
        elif not isinstance(chosen, str) or chosen not in columns:
            problems.append(
                Problem("not_a_choice", "this is the value of none of the columns", (row.value,))
            )
    if problems:
        return Answer(None, tuple(problems))
    kept = {row.value: value[row.value] for row in asked.rows if value.get(row.value) is not None}
    return Answer(kept) if kept else UNANSWERED


def _files(asked: Asked, value: object) -> Answer:
    if value is None or value == []:
        return UNANSWERED
    if not isinstance(value, list):
        return _refused("wrong_type", "the answer is a list of files")
    most = _MOST_FILES if asked.most is None else asked.most
    if len(value) > most:
        return _refused("too_many", f"at most {most} files fit")
    kept: list[File] = []
    problems: list[Problem] = []
    for place, one in enumerate(value):
        found = _file(asked, one)
        if isinstance(found, Problem):
            problems.append(Problem(found.code, found.sentence, (place, *found.path)))
        else:
            kept.append(found)
    return Answer(None, tuple(problems)) if problems else Answer(kept)


def _file(asked: Asked, value: object) -> File | Problem:
    """One file, or the first thing that is wrong with it."""
    if not isinstance(value, dict) or set(value) != {"name", "content_type", "bytes", "key"}:
        return Problem("wrong_type", "a file has name, content_type, bytes and key")
    name, content_type, key = value["name"], value["content_type"], value["key"]
    size = as_number(value["bytes"])
    if not _short(name, _LONGEST_NAME) or re.search(r"[/\\\n]", name) or name in {".", ".."}:
        return Problem("bad_name", "name is the file's name, without folders", ("name",))
    if not _short(key, _LONGEST_STORAGE_KEY) or ".." in key.split("/"):
        return Problem("bad_key", "key is where the upload was stored", ("key",))
    if not isinstance(size, int) or size < 1:
        return Problem("wrong_type", "bytes is the size of the file", ("bytes",))
    if asked.max_bytes is not None and size > asked.max_bytes:
        return Problem("too_large", f"a file has at most {asked.max_bytes} bytes", ("bytes",))
    if not isinstance(content_type, str) or not _accepted(content_type, asked.content_types):
        accepted = " or ".join(asked.content_types) or "like image/png"
        return Problem("bad_content_type", f"the content type is {accepted}", ("content_type",))
    return {"name": name, "content_type": content_type, "bytes": size, "key": key}


def _short(text: object, longest: int) -> bool:
    """Whether this is a text that can be read, of 1 to `longest` characters."""
    return isinstance(text, str) and 1 <= len(text) <= longest and characters_problem(text) is None


def _accepted(content_type: str, accepted: tuple[str, ...]) -> bool:
    if not re.fullmatch(r"[a-z0-9][a-z0-9.+-]{0,99}/[a-z0-9][a-z0-9.+-]{0,99}", content_type):
        return False
    family = content_type.partition("/")[0]
    return not accepted or content_type in accepted or f"{family}/*" in accepted


_CHECKS: dict[QuestionType, Callable[[Asked, object], Answer]] = {
    QuestionType.TEXT: _plain_text,
    QuestionType.TEXTAREA: _plain_text,
    QuestionType.NUMBER: _number,
    QuestionType.EMAIL: _email,
    QuestionType.URL: _url,
    QuestionType.DATE: _date,
    QuestionType.SINGLE_CHOICE: _choice,
    QuestionType.MULTIPLE_CHOICE: _choices,
    QuestionType.SCALE: _number,
    QuestionType.MATRIX: _matrix,
    QuestionType.FILE_UPLOAD: _files,
}
