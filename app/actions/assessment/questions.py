"""What a question takes: its type with `options` and `validation`, checked when it is written.

| type | options | validation |
| --- | --- | --- |
| TEXT, TEXTAREA | none | `min_length`, `max_length`, `pattern` |
| EMAIL | none | `max_length`, `pattern` |
| URL | none | `max_length`, `schemes` (of http, https), `pattern` |
| NUMBER | none | `min`, `max`, `integer`, `step` (counted from `min`, or 0) |
| DATE | none | `earliest`, `latest` (`2026-01-31`) |
| SINGLE_CHOICE | `[{value, label}]` | none |
| MULTIPLE_CHOICE | `[{value, label}]` | `min_choices`, `max_choices` |
| SCALE | `{min, max, min_label, max_label}`, labels optional | none |
| MATRIX | `{rows, columns}`, each `[{value, label}]` | `partial`: rows may be left out |
| FILE_UPLOAD | none | `max_files`, `max_bytes`, `content_types` (`image/png`, `image/*`) |

Where there are no options, `[]` or `{}` stands for none.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from app.actions.assessment.patterns import Pattern, compile_pattern
from app.actions.assessment.problems import MalformedPattern, MalformedQuestion, Problem
from app.actions.assessment.values import as_date, as_number, characters_problem
from app.tables.assessment import QuestionType

__all__ = ["LONGEST", "Asked", "Choice", "asked"]

LONGEST = {
    QuestionType.TEXT: 1_000,
    QuestionType.TEXTAREA: 20_000,
    QuestionType.EMAIL: 254,
    QuestionType.URL: 2_000,
}
"""Characters that an answer may have when the question says nothing, and at most."""

_MOST_CHOICES = 500
_LONGEST_LABEL = 500
_WIDEST_SCALE = 100
_MOST_FILES = 100
_MOST_BYTES = 10 * 1024**3
_SCHEMES = ("http", "https")
_CONTENT_TYPE = re.compile(r"[a-z0-9][a-z0-9.+-]*/(?:\*|[a-z0-9][a-z0-9.+-]*)")


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that can be chosen: what is stored, and what people read."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question takes; the fields that its type does not know keep their defaults."""

    type: QuestionType
    choices: tuple[Choice, ...] = ()
    values: frozenset[str] = frozenset()  # of the choices
    rows: tuple[Choice, ...] = ()
    columns: tuple[Choice, ...] = ()
    minimum: int | float | None = None
    maximum: int | float | None = None
    step: int | float | None = None
    integer: bool = False
    shortest: int = 0
    longest: int = 0
    pattern: Pattern | None = None
    schemes: tuple[str, ...] = _SCHEMES
    earliest: str | None = None
    latest: str | None = None
    fewest: int | None = None
    most: int | None = None
    max_bytes: int | None = None
    content_types: tuple[str, ...] = ()
    partial: bool = False


def asked(kind: QuestionType, options: object, validation: object) -> Asked:
    """What the question takes, from its `options` and `validation` as plain JSON values.

    Raises MalformedQuestion with every problem found; paths begin with "options" or "validation".
    """
    reader = _Reader(validation)
    found = reader.read(kind, options)
    if reader.problems:
        raise MalformedQuestion(reader.problems)
    return found


class _Reader:
    """Reads settings one by one, collects what is wrong, and knows which were never asked for."""

    def __init__(self, validation: object) -> None:
        self.problems: list[Problem] = []
        self.limits: dict[str, object] = {}
        self.known: list[str] = []
        if isinstance(validation, Mapping):
            self.limits = {str(name): value for name, value in validation.items()}
        else:
            self._wrong("wrong_type", "validation is an object", "validation")

    def read(self, kind: QuestionType, options: object) -> Asked:
        match kind:
            case QuestionType.SINGLE_CHOICE:
                choices = self._choices(options, "options")
                found = Asked(kind, choices=choices, values=_values(choices))
            case QuestionType.MULTIPLE_CHOICE:
                found = self._multiple(self._choices(options, "options"))
            case QuestionType.SCALE:
                found = self._scale(options)
            case QuestionType.MATRIX:
                found = self._matrix(options)
            case _:
                if not (isinstance(options, list | dict) and not options):
                    self._wrong("unknown_setting", f"{kind} takes no options", "options")
                found = self._plain(kind)
        for name in sorted(self.limits.keys() - set(self.known)):
            has = ", ".join(self.known) or "no limits"
            self._limit("unknown_setting", name, f"there is no limit {name}: {kind} has {has}")
        return found

    def _plain(self, kind: QuestionType) -> Asked:
        match kind:
            case QuestionType.NUMBER:
                return self._number()
            case QuestionType.DATE:
                earliest, latest = self._date("earliest"), self._date("latest")
                self._ordered("earliest", earliest, "latest", latest)
                return Asked(kind, earliest=earliest, latest=latest)
            case QuestionType.FILE_UPLOAD:
                return self._files()
        shortest = self._count("min_length", LONGEST[kind]) if kind in _TEXTS else None
        longest = self._count("max_length", LONGEST[kind], least=1)
        self._ordered("min_length", shortest, "max_length", longest)
        return Asked(
            kind,
            shortest=shortest or 0,
            longest=LONGEST[kind] if longest is None else longest,
            pattern=self._pattern(),
            schemes=self._schemes() if kind is QuestionType.URL else _SCHEMES,
        )

    def _number(self) -> Asked:
        low, high, step = self._figure("min"), self._figure("max"), self._figure("step")
        integer = self._flag("integer")
        self._ordered("min", low, "max", high)
        if step is not None and step <= 0:
            self._limit("bad_limit", "step", "step is above 0")
        return Asked(
            QuestionType.NUMBER, minimum=low, maximum=high, step=step or None, integer=integer
        )

    def _multiple(self, choices: tuple[Choice, ...]) -> Asked:
        most = max(len(choices), 1)
        fewest = self._count("min_choices", most)
        upper = self._count("max_choices", most, least=1)
        self._ordered("min_choices", fewest, "max_choices", upper)
        return Asked(
            QuestionType.MULTIPLE_CHOICE,
            choices=choices,
            values=_values(choices),
            fewest=fewest,
            most=upper,
        )

    def _files(self) -> Asked:
        types: list[str] = []
        for place, text in enumerate(self._texts("content_types")):
            if _CONTENT_TYPE.fullmatch(text):
                types.append(text)
            else:
                sentence = f"{text!r} is no content type: write it like image/png or image/*"
                self._limit("bad_limit", "content_types", sentence, place)
        return Asked(
            QuestionType.FILE_UPLOAD,
            most=self._count("max_files", _MOST_FILES, least=1),
            max_bytes=self._count("max_bytes", _MOST_BYTES, least=1),
            content_types=tuple(types),
        )

    def _scale(self, options: object) -> Asked:
        if not isinstance(options, Mapping):
            self._wrong("wrong_type", "the options of a scale are {min, max}", "options")
            return Asked(QuestionType.SCALE)
        for name in sorted(map(str, options.keys() - {"min", "max", "min_label", "max_label"})):
            self._wrong("unknown_setting", f"a scale has no {name}", "options", name)
        for name in ("min_label", "max_label"):
            if name in options:
                self._label(options[name], "options", name)
        ends = [self._whole(options.get(name), "options", name) for name in ("min", "max")]
        low, high = ends
        if low is not None and high is not None and not 1 <= high - low <= _WIDEST_SCALE:
            sentence = f"a scale has 2 to {_WIDEST_SCALE + 1} steps: max is above min"
            self._wrong("empty_range", sentence, "options", "max")
        return Asked(QuestionType.SCALE, minimum=low, maximum=high)

    def _matrix(self, options: object) -> Asked:
        partial = self._flag("partial")
        if not isinstance(options, Mapping) or set(options) != {"rows", "columns"}:
            self._wrong("wrong_type", "the options of a matrix are {rows, columns}", "options")
            return Asked(QuestionType.MATRIX)
        return Asked(
            QuestionType.MATRIX,
            rows=self._choices(options["rows"], "options", "rows"),
            columns=self._choices(options["columns"], "options", "columns"),
            partial=partial,
        )

    def _choices(self, options: object, *path: str) -> tuple[Choice, ...]:
        if not isinstance(options, list) or not options:
            sentence = "a list of {value, label} is needed, with one choice at least"
            self._wrong("wrong_type", sentence, *path)
            return ()
        if len(options) > _MOST_CHOICES:
            self._wrong("bad_limit", f"there are at most {_MOST_CHOICES} choices", *path)
            return ()
        found: dict[str, Choice] = {}
        for place, option in enumerate(options):
            if not isinstance(option, Mapping) or set(option) != {"value", "label"}:
                self._wrong("wrong_type", "a choice has value and label", *path, place)
                continue
            value = self._label(option["value"], *path, place, "value")
            label = self._label(option["label"], *path, place, "label")
            if value in found:
                self._wrong("repeated", f"the value {value} is there twice", *path, place, "value")
            found[value] = Choice(value, label)
        return tuple(found.values())

    def _label(self, value: object, *path: str | int) -> str:
        if not isinstance(value, str) or not value.strip() or len(value) > _LONGEST_LABEL:
            sentence = f"{path[-1]} is a text of 1 to {_LONGEST_LABEL} characters"
            self._wrong("wrong_type", sentence, *path)
            return ""
        if problem := characters_problem(value):
            self._wrong("bad_character", problem, *path)
        return value

    def _whole(self, value: object, *path: str) -> int | None:
        number = as_number(value)
        if not isinstance(number, int):
            self._wrong("wrong_type", f"{path[-1]} is a whole number", *path)
            return None
        return number

    def _take(self, name: str) -> object:
        self.known.append(name)
        return self.limits.get(name)

    def _figure(self, name: str) -> int | float | None:
        value = self._take(name)
        number = as_number(value)
        if value is not None and number is None:
            self._limit("wrong_type", name, f"{name} is a number")
        return number

    def _count(self, name: str, most: int, least: int = 0) -> int | None:
        value = self._take(name)
        number = as_number(value)
        if value is None:
            return None
        if not isinstance(number, int) or not least <= number <= most:
            self._limit("bad_limit", name, f"{name} is a whole number from {least} to {most}")
            return None
        return number

    def _flag(self, name: str) -> bool:
        value = self._take(name)
        if value is not None and not isinstance(value, bool):
            self._limit("wrong_type", name, f"{name} is true or false")
        return value is True

    def _date(self, name: str) -> str | None:
        value = self._take(name)
        date = as_date(value)
        if value is not None and date is None:
            self._limit("wrong_type", name, f"{name} is a date like 2026-01-31")
        return date

    def _texts(self, name: str) -> list[str]:
        value = self._take(name)
        if value is None:
            return []
        texts = [text for text in value if isinstance(text, str)] if isinstance(value, list) else []
        if not isinstance(value, list) or not value or len(texts) != len(value):
            self._limit("wrong_type", name, f"{name} is a list of texts")
        return texts

    def _schemes(self) -> tuple[str, ...]:
        schemes = tuple(self._texts("schemes"))
        if set(schemes) - set(_SCHEMES):
            self._limit("bad_limit", "schemes", f"schemes are of {', '.join(_SCHEMES)}")
        return schemes or _SCHEMES

    def _pattern(self) -> Pattern | None:
        value = self._take("pattern")
        if value is None:
            return None
        if not isinstance(value, str):
            self._limit("wrong_type", "pattern", "pattern is a text")
            return None
        try:
            return compile_pattern(value)
        except MalformedPattern as malformed:
            self._limit("bad_pattern", "pattern", malformed.problems[0].sentence)
            return None

    def _ordered(
        self, first: str, low: str | float | None, second: str, high: str | float | None
    ) -> None:
        # Both are dates, or both are numbers.
        if low is not None and high is not None and low > high:  # type: ignore[operator]
            self._limit("empty_range", second, f"{second} is not below {first}")

    def _limit(self, code: str, name: str, sentence: str, *path: str | int) -> None:
        self._wrong(code, sentence, "validation", name, *path)

    def _wrong(self, code: str, sentence: str, *path: str | int) -> None:
        self.problems.append(Problem(code, sentence, path))


def _values(choices: tuple[Choice, ...]) -> frozenset[str]:
    return frozenset(choice.value for choice in choices)


_TEXTS = frozenset({QuestionType.TEXT, QuestionType.TEXTAREA})
