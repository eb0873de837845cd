"""Patterns for texts, matched in time linear in the text: no pattern can make the server wait.

A subset of regular expressions that means the same in Python and in browsers: characters, `.`,
classes, groups, `|`, and `*`, `+`, `?`, `{n}`, `{n,}`, `{n,m}`. A pattern describes the whole text,
as HTML's attribute of that name; `^` in front and `$` at the end are allowed and change nothing.
Back-references and look-around do not exist. The pattern becomes a nondeterministic automaton (K.
Thompson, "Regular Expression Search Algorithm", 1968) whose states are followed all at once.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from app.actions.assessment.problems import MalformedPattern, Problem

__all__ = ["LONGEST_TEXT", "Pattern", "compile_pattern"]

LONGEST_TEXT = 2_000
"""Characters of a text that a pattern is matched against; longer ones match no pattern."""

_LONGEST_PATTERN = 500
_DEEPEST = 20
_MOST_STATES = 300
_MOST_REPEATS = 200
_MOST_WORK = 20_000
_SPECIAL = frozenset("\\^$.|?*+()[]{}")
_KEPT_STEPS = 512
_READ = 1  # the set of state 0 alone: everything was read

_Test = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class _Node:
    """A part of a pattern: `one` character, parts in a `row`, a `choice` of parts, or a `loop`."""

    kind: str
    parts: tuple["_Node", ...] = ()
    test: _Test | None = None
    least: int = 0
    most: int | None = None


@dataclass(slots=True)
class Pattern:
    """A compiled pattern; a text either fits it as a whole or does not."""

    source: str
    _tests: dict[_Test, int]  # what a character may be, and the states that wait for it
    _after: list[int]
    _start: int
    _steps: dict[int, int] = field(default_factory=dict)
    _fitting: dict[str, int] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """How many states there are: at worst all of them are followed at each character."""
        return len(self._after)

    def fits(self, text: str) -> bool:
        """Whether the whole text fits; a text longer than LONGEST_TEXT does not."""
        if len(text) > LONGEST_TEXT:
            return False
        states = self._start
        for character in text:
            fitting = self._fitting.get(character)
            if fitting is None:
                fitting = self._fits(character)
            left = states & fitting
            known = self._steps.get(left)
            states = self._step(left) if known is None else known
            if not states:
                return False
        return bool(states & _READ)

    def _fits(self, character: str) -> int:
        """The states that wait for such a character."""
        fitting = 0
        for test, states in self._tests.items():
            if test(character):
                fitting |= states
        if len(self._fitting) < _KEPT_STEPS:
            self._fitting[character] = fitting
        return fitting

    def _step(self, states: int) -> int:
        """The states behind these."""
        reached, left = 0, states
        while left:
            state = left.bit_length() - 1
            reached |= self._after[state]
            left ^= 1 << state
        if len(self._steps) < _KEPT_STEPS:
            self._steps[states] = reached
        return reached


def _set_of(states: Iterable[int]) -> int:
    """Some states as bits: small, and quickly united."""
    return sum(1 << state for state in states)


def compile_pattern(source: str) -> Pattern:
    """The pattern, ready to match. Raises MalformedPattern with one problem."""
    if len(source) > _LONGEST_PATTERN:
        raise _fault(f"a pattern has at most {_LONGEST_PATTERN} characters")
    return _Automaton().of(source, _Reader(source).whole())


def _fault(sentence: str) -> MalformedPattern:
    return MalformedPattern([Problem("bad_pattern", sentence)])


_TOO_LARGE = _fault(f"the pattern is too large: repeat less than {_MOST_STATES} characters")


class _Automaton:
    """Numbers the states of a pattern from its end to its beginning."""

    def __init__(self) -> None:
        self.tests: list[_Test] = [lambda character: False]  # state 0 reads nothing any more
        self.after: list[frozenset[int]] = [frozenset()]
        self.work = 0

    def of(self, source: str, node: _Node) -> Pattern:
        start = self._before(node, frozenset({0}))
        after = [_set_of(states) for states in self.after]
        tests: dict[_Test, int] = {}
        for state, test in enumerate(self.tests):
            tests[test] = tests.get(test, 0) | 1 << state
        return Pattern(source, tests, after, _set_of(start))

    def _before(self, node: _Node, then: frozenset[int]) -> frozenset[int]:
        """The states waiting for the node's first character, when `then` waits for what follows."""
        self.work += 1
        if self.work > _MOST_WORK:  # repetitions of repetitions of nothing make no states
            raise _TOO_LARGE
        match node.kind:
            case "one":
                return frozenset({self._state(node, then)})
            case "row":
                for part in reversed(node.parts):
                    then = self._before(part, then)
                return then
            case "choice":
                return frozenset().union(*(self._before(part, then) for part in node.parts))
        return self._loop(node, then)

    def _loop(self, node: _Node, then: frozenset[int]) -> frozenset[int]:
        [body] = node.parts
        if node.most is None:
            # The body is built once; its ends lead back to its beginning.
            first = len(self.tests)
            begin = self._before(body, frozenset({-1}))
            entry = begin - {-1} | then
            for state in range(first, len(self.tests)):
                if -1 in self.after[state]:
                    self.after[state] = self.after[state] - {-1} | entry
            then = entry if node.least == 0 or -1 in begin else begin
            rest = max(0, node.least - 1)
        else:
            for _ in range(node.most - node.least):
                then |= self._before(body, then)
            rest = node.least
        for _ in range(rest):
            then = self._before(body, then)
        return then

    def _state(self, node: _Node, then: frozenset[int]) -> int:
        if len(self.tests) >= _MOST_STATES:
            raise _TOO_LARGE
        assert node.test is not None
        self.tests.append(node.test)
        self.after.append(then)
        return len(self.tests) - 1


class _Reader:
    """Reads a pattern from left to right."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0

    def whole(self) -> _Node:
        if self._next("^"):
            self.at += 1
        node = self._choice(0)
        if self.at < len(self.source):
            raise self._wrong("a closing parenthesis has no opening one")
        return node

    def _choice(self, depth: int) -> _Node:
        if depth > _DEEPEST:
            raise self._wrong(f"groups stand more than {_DEEPEST} deep")
        parts = [self._row(depth)]
        while self._next("|"):
            self.at += 1
            parts.append(self._row(depth))
        return parts[0] if len(parts) == 1 else _Node("choice", tuple(parts))

    def _row(self, depth: int) -> _Node:
        parts = []
        while self.at < len(self.source) and not self._next("|") and not self._next(")"):
            if self._next("$") and self.at == len(self.source) - 1 and depth == 0:
                self.at += 1
                break
            parts.append(self._repeated(self._atom(depth)))
        return _Node("row", tuple(parts))

    def _atom(self, depth: int) -> _Node:
        character = self.source[self.at]
        self.at += 1
        match character:
            case "(":
                if self._next("?"):
                    if self.source[self.at : self.at + 2] != "?:":
                        raise self._wrong("only plain groups and (?:...) are known")
                    self.at += 2
                inner = self._choice(depth + 1)
                if not self._next(")"):
                    raise self._wrong("a group is not closed")
                self.at += 1
                return inner
            case "[":
                return _Node("one", test=self._class())
            case ".":
                return _Node("one", test=_is_any)
            case "\\":
                return _Node("one", test=self._escaped())
            case "*" | "+" | "?" | "{" | "}" | "^" | "$" | "]":
                self.at -= 1
                raise self._wrong(f"{character} has nothing to stand for: write \\{character}")
        return _Node("one", test=_exactly(character))

    def _repeated(self, atom: _Node) -> _Node:
        times = self._times()
        if times is None:
            return atom
        least, most = times
        if self._next("?"):  # reluctant: the same for a whole text
            self.at += 1
        if self.at < len(self.source) and self.source[self.at] in "*+?{":
            raise self._wrong("a repetition is repeated: put a group around it")
        return _Node("loop", (atom,), least=least, most=most)

    def _times(self) -> tuple[int, int | None] | None:
        character = self.source[self.at : self.at + 1]
        if character in ("*", "+", "?"):
            self.at += 1
            return {"*": (0, None), "+": (1, None), "?": (0, 1)}[character]
        if character != "{":
            return None
        end = self.source.find("}", self.at)
        first, comma, last = self.source[self.at + 1 : max(end, 0)].partition(",")
        if not _number(first) or (last and not _number(last)):
            raise self._wrong("a repetition is {n}, {n,} or {n,m}")
        self.at = end + 1
        least = int(first)
        most = (int(last) if last else None) if comma else least
        if max(least, most or 0) > _MOST_REPEATS or (most is not None and most < least):
            raise self._wrong(f"a repetition counts upwards and to {_MOST_REPEATS} at most")
        return least, most

    def _class(self) -> _Test:
        negated = self._next("^")
        self.at += negated
        characters: set[str] = set()
        tests: list[_Test] = []
        while not self._next("]"):
            member = self._member()
            if callable(member):
                tests.append(member)
            else:
                characters.add(member)
        self.at += 1
        if not tests and not characters:
            raise self._wrong("a class [] names no character")
        return lambda character: (
            (character in characters or any(test(character) for test in tests)) is not negated
        )

    def _member(self) -> str | _Test:
        """One character, range or \\d of a class."""
        low = self._class_character()
        if callable(low):
            return low
        if self._next("-") and self.source[self.at + 1 : self.at + 2] not in ("]", ""):
            self.at += 1
            high = self._class_character()
            if callable(high) or high < low:
                raise self._wrong("a range in a class goes from a lower to a higher character")
            return lambda character: low <= character <= high
        return low

    def _class_character(self) -> str | _Test:
        if self.at >= len(self.source):
            raise self._wrong("a class is not closed: ] is missing")
        character = self.source[self.at]
        self.at += 1
        if character == "\\":
            following = self.source[self.at : self.at + 1]
            if following in _SPECIAL | {"-", "/"} and following:
                self.at += 1
                return following
            return self._escaped()
        if character == "[":
            raise self._wrong("write \\[ for a bracket in a class")
        return character

    def _escaped(self) -> _Test:
        character = self.source[self.at : self.at + 1]
        self.at += 1
        if character in _KINDS:
            return _KINDS[character]
        if character in _SPECIAL | {"-", "/"} and character:
            return _exactly(character)
        raise self._wrong(f"\\{character} is not known: use \\d, \\w, \\s or a special character")

    def _next(self, character: str) -> bool:
        return self.source.startswith(character, self.at)

    def _wrong(self, sentence: str) -> MalformedPattern:
        return _fault(f"at character {min(self.at, len(self.source)) + 1}: {sentence}")


def _number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 3


@lru_cache(maxsize=1_024)  # so that a pattern tests each character once
def _exactly(wanted: str) -> _Test:
    return lambda character: character == wanted


def _is_any(character: str) -> bool:
    return character != "\n"


def _is_digit(character: str) -> bool:
    return "0" <= character <= "9"


def _is_word(character: str) -> bool:
    return character.isascii() and (character.isalnum() or character == "_")


# \d and \w are those of ASCII, as in browsers.
_KINDS: dict[str, _Test] = {
    "d": _is_digit,
    "D": lambda character: not _is_digit(character),
    "w": _is_word,
    "W": lambda character: not _is_word(character),
    "s": str.isspace,
    "S": lambda character: not character.isspace(),
    "t": lambda character: character == "\t",
    "n": lambda character: character == "\n",
}
