"""What is wrong with something a person sent, and the errors that carry it.

AssessmentError
├── MalformedCondition   a visibility condition that cannot be used
├── MalformedQuestion    a question whose options or validation contradict its type
├── MalformedDefinition  questions and rules that do not fit together
├── MalformedTemplate    a document template that cannot be used
├── MalformedPattern     a pattern for texts that cannot be used
└── RenderingFailed      a template and answers that make no document
"""

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = [
    "AssessmentError",
    "MalformedCondition",
    "MalformedDefinition",
    "MalformedPattern",
    "MalformedQuestion",
    "MalformedTemplate",
    "Problem",
    "RenderingFailed",
]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong.

    `code` is stable, for programs. `sentence` says what to do, without a full stop, for people.
    `path` leads from what was sent to the fault: names and places from 0.
    """

    code: str
    sentence: str
    path: tuple[str | int, ...] = ()

    def __str__(self) -> str:
        """The sentence after the place: `and[1].value: greater_than takes a number`."""
        place = ""
        for step in self.path:
            if isinstance(step, int):
                place += f"[{step}]"
            else:
                place += f".{step}" if place else step
        if self.path[:1] == ("line",):  # the sentence names it
            place = ""
        return f"{place}: {self.sentence}" if place else self.sentence


class AssessmentError(Exception):
    """Something a person can mend; `problems` says what, and is never empty."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(str(problem) for problem in problems))
        self.problems = tuple(problems)

    @property
    def sentence(self) -> str:
        """The first problems as a sentence for a person, of 1,000 characters at most."""
        text = "; ".join(str(problem) for problem in self.problems[:3])[:998]
        return f"{text[:1].upper()}{text[1:]}."


class MalformedCondition(AssessmentError):
    """A visibility condition that cannot be used."""


class MalformedQuestion(AssessmentError):
    """A question whose options or validation contradict its type."""


class MalformedDefinition(AssessmentError):
    """Questions and rules that do not fit together."""


class MalformedTemplate(AssessmentError):
    """A document template that cannot be used."""


class MalformedPattern(AssessmentError):
    """A pattern for texts that cannot be used."""


class RenderingFailed(AssessmentError):
    """A template and answers that make no document."""
