"""Where templates run: names, filters, what can be reached from them, and what it may cost."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn

from jinja2 import Undefined, pass_context
from jinja2.runtime import Context, LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment

from app.actions.assessment.markdown import Address, escape, escape_paragraphs

__all__ = [
    "BUDGET",
    "CONCATENATED",
    "COUNTED",
    "ENVIRONMENT",
    "FILTERS",
    "LONGEST_DOCUMENT",
    "NAMES",
    "Answers",
    "Budget",
    "Missing",
    "TooMuch",
    "Unfit",
]

NAMES = ("answers", "labels", "standards")
"""What every template can use."""

COUNTED = "_counted"
CONCATENATED = "_concatenated"
BUDGET = "_budget"
CHARACTERS_A_STEP = 100
LONGEST_DOCUMENT = 1_000_000


class Missing(Exception):
    """A template needs what was not answered."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class Unfit(Exception):
    """A value was used as what it is not; the text is a sentence for whoever wrote the template."""


class TooMuch(Exception):
    """A rendering takes more steps, or makes a longer text, than a document may."""


@dataclass(slots=True)
class Budget:
    """The steps that a rendering has left."""

    left: int

    def pay(self, steps: int) -> None:
        """Raises TooMuch when the steps are used up."""
        self.left -= steps
        if self.left < 0:
            raise TooMuch


class Part(str):
    """A text that is Markdown already."""

    __slots__ = ()


class Gap(Undefined):
    """Something that was not answered: false, empty, equal to nothing, and never printed."""

    __slots__ = ()

    def named(self) -> str:
        """What the template calls it, as far as Jinja knows."""
        owner = self._undefined_obj
        name = str(self._undefined_name)
        return f"{owner.name}.{name}" if isinstance(owner, Answers) else name

    def _fail_with_undefined_error(self, *args: object, **kwargs: object) -> NoReturn:
        raise Missing(self.named())

    __str__ = __add__ = __radd__ = __sub__ = __rsub__ = __truediv__ = _fail_with_undefined_error
    __rtruediv__ = __neg__ = __lt__ = __le__ = __gt__ = __ge__ = _fail_with_undefined_error
    __getitem__ = __call__ = _fail_with_undefined_error


class Answers(dict[str, object]):
    """Answers or labels by key; it knows what templates call it."""

    __slots__ = ("name",)

    def __init__(self, name: str, found: Mapping[str, object]) -> None:
        super().__init__(found)
        self.name = name


def _finalize(value: object) -> str:
    """What `{{ ... }}` prints: texts escaped, numbers as they are."""
    if isinstance(value, Part):
        return value
    if isinstance(value, str):
        return escape(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, Gap):
        raise Missing(value.named())
    if value is None:
        return ""
    if isinstance(value, Sequence):
        raise Unfit('a list cannot be printed as it is: add | join(", "), or use a loop')
    raise Unfit("this value has parts and cannot be printed as a whole: name one of them")


@pass_context
def _print(context: Context, value: object) -> str:
    _pay(context, value)
    return _finalize(value)


class _Environment(ImmutableSandboxedEnvironment):
    """Attributes and items are parts of plain data; Python objects have none. Addition is paid."""

    intercepted_binops = frozenset({"+"})

    def call_binop(self, context: Context, operator: str, left: object, right: object) -> object:
        _pay_together(context, [left, right])
        return super().call_binop(context, operator, left, right)

    def getattr(self, obj: object, attribute: str) -> object:
        return self._part_of(obj, attribute)

    def getitem(self, obj: object, argument: object) -> object:
        return self._part_of(obj, argument)

    def _part_of(self, obj: object, part: object) -> object:
        if isinstance(obj, Gap):
            return obj
        if isinstance(obj, Mapping):
            return obj[part] if part in obj else self.undefined(obj=obj, name=str(part))
        if isinstance(obj, LoopContext) and isinstance(part, str):
            return super().getattr(obj, part)
        if isinstance(obj, list | tuple) and isinstance(part, int):
            return obj[part] if -len(obj) <= part < len(obj) else self.undefined(name=f"[{part}]")
        raise Unfit(f"this value has no part {str(part)[:100]}")


def _pay(context: Context, value: object) -> None:
    budget = context[BUDGET]
    if isinstance(value, str):
        budget.pay(1 + len(value) // CHARACTERS_A_STEP)
    elif isinstance(value, list | tuple):
        budget.pay(1 + sum(1 + len(str(one)) // CHARACTERS_A_STEP for one in value))


def _pay_together(context: Context, parts: Sequence[object]) -> None:
    """Pay for what is made of these; no text of a document is longer than the document may be."""
    size = sum(len(part) for part in parts if isinstance(part, str | list | tuple))
    if size > LONGEST_DOCUMENT:
        raise TooMuch
    context[BUDGET].pay(1 + size // CHARACTERS_A_STEP)


def _given(value: object) -> object:
    if isinstance(value, Gap):
        raise Missing(value.named())
    return value


@pass_context
def _counted(context: Context, items: object, weight: int) -> Sequence[object]:
    if isinstance(items, Gap):
        return ()
    if isinstance(items, Mapping):
        items = list(items)
    if not isinstance(items, list | tuple):
        raise Unfit("a loop goes over a list")
    context[BUDGET].pay(weight * len(items))
    return items


@pass_context
def _concatenated(context: Context, parts: Sequence[object]) -> str:
    _pay_together(context, parts)
    return "".join(map(str, parts))


@pass_context
def _default(context: Context, value: object, other: object = "", blank: object = False) -> object:
    missing = isinstance(value, Gap) or value is None or (blank is True and not value)
    return other if missing else value


@pass_context
def _join(context: Context, value: object, separator: object = "") -> Part:
    _pay(context, _given(value))
    if isinstance(value, Mapping):
        value = list(value)
    if not isinstance(value, list | tuple) or not isinstance(separator, str):
        raise Unfit("join takes a list and a text to put between its items")
    return Part(_between(separator).join(_finalize(one) for one in value))


def _between(separator: str) -> str:
    """A separator, escaped, with the spaces around it."""
    inner = separator.strip()
    if not inner:
        return " " if separator else ""
    before = " " if separator[0].isspace() else ""
    after = " " if separator[-1].isspace() else ""
    # These mean something only at the beginning of a line, where a separator does not stand.
    return f"{before}{inner if inner in _HARMLESS else escape(inner)}{after}"


_HARMLESS = frozenset("-.:+=")


def _of_text(change: Callable[[str], str]) -> Callable[[Context, object], object]:
    @pass_context
    def changed(context: Context, value: object) -> object:
        _pay(context, _given(value))
        if isinstance(value, list | tuple):
            return [change(one) if isinstance(one, str) else one for one in value]
        if isinstance(value, Part | Address):
            return type(value)(change(value))  # case changes no punctuation
        return change(value) if isinstance(value, str) else value

    return changed


@pass_context
def _length(context: Context, value: object) -> int:
    if isinstance(value, Gap):
        return 0
    if isinstance(value, str | list | tuple | Mapping):
        return len(value)
    raise Unfit("length takes a text or a list")


@pass_context
def _round(context: Context, value: object, places: object = 0) -> object:
    number = _given(value)
    if isinstance(number, bool) or not isinstance(number, int | float):
        raise Unfit("round takes a number")
    if not isinstance(places, int) or not 0 <= places <= 10:
        raise Unfit("round takes a number of places from 0 to 10")
    return round(number, places) if places else round(number)


@pass_context
def _first(context: Context, value: object) -> object:
    found = _given(value)
    if not isinstance(found, list | tuple):
        raise Unfit("first takes a list")
    return found[0] if found else Gap(name="first")


@pass_context
def _paragraphs(context: Context, value: object) -> object:
    text = _given(value)
    _pay(context, text)
    return Part(escape_paragraphs(text)) if isinstance(text, str) else text


FILTERS: Mapping[str, Callable[..., object]] = {
    "capitalize": _of_text(lambda text: text[:1].upper() + text[1:]),
    "default": _default,
    "first": _first,
    "join": _join,
    "length": _length,
    "lower": _of_text(str.lower),
    "paragraphs": _paragraphs,
    "round": _round,
    "upper": _of_text(str.upper),
}
"""What can stand after a bar in a template."""


def _environment() -> ImmutableSandboxedEnvironment:
    made = _Environment(
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=Gap,
        finalize=_print,
        autoescape=False,  # documents are Markdown: _print escapes for it
        cache_size=0,
    )
    made.globals.clear()
    made.filters.clear()
    made.filters.update({**FILTERS, COUNTED: _counted, CONCATENATED: _concatenated})
    return made


ENVIRONMENT = _environment()
