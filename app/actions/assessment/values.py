"""Plain JSON values as numbers, dates and texts: what counts as one, and how it is kept."""

import math
import re
import unicodedata
from datetime import date

from app.tables.assessment import QuestionType

__all__ = [
    "File",
    "Value",
    "as_date",
    "as_number",
    "characters_problem",
    "kept_text",
    "number_problem",
]

File = dict[str, str | int]
Value = str | int | float | list[str] | dict[str, str] | list[File]
"""A valid answer: what `Response.value` holds."""

_LARGEST = 10**15  # every whole number up to here is exact in JSON readers that use floats
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# Control characters, and halves of surrogate pairs, which PostgreSQL refuses or nobody can read.
_UNREADABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


def as_number(value: object) -> int | float | None:
    """The number, whole ones as int; None for anything else, infinities and beyond 10**15."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if not -_LARGEST <= value <= _LARGEST:  # also false for NaN
        return None
    if isinstance(value, float) and math.floor(value) == value:
        return int(value)
    return value


def number_problem(value: object) -> str | None:
    """Why a number is none of ours: it is too far from 0. None for what is no number at all."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if is_number and value == value and as_number(value) is None:  # NaN is not itself
        return f"the number is out of range: from -{_LARGEST} to {_LARGEST} fit"
    return None


def kept_text(kind: QuestionType, text: str) -> str:
    """A text, or a part of one, as answers are kept: line feeds, NFC, the domain in lower case."""
    if not text.isascii() or "\r" in text:
        text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    if kind is QuestionType.EMAIL and "@" in text:
        local, at, domain = text.rpartition("@")
        return f"{local}{at}{domain.lower()}"
    return text


def as_date(value: object) -> str | None:
    """The date as `2026-01-31`; None for anything else."""
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        return None
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError:
        return None


def characters_problem(text: str) -> str | None:
    """What is wrong with a text's characters; line breaks and tabs are fine."""
    found = _UNREADABLE.search(text)
    return f"the character U+{ord(found[0]):04X} cannot be used" if found else None
