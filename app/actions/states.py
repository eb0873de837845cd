"""State machines: which steps lead from which state to which, and what one may do instead."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from app.bridge import Problem, Refused

S = TypeVar("S", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Step(Generic[S]):
    """A step: the states that it may be taken in, and the one that it leads to."""

    sources: frozenset[S]
    target: S


@dataclass(frozen=True, slots=True)
class StateMachine(Generic[S]):
    """All steps of one kind of thing, by name; `noun` is what people call the thing."""

    noun: str
    steps: Mapping[str, Step[S]]

    def after(self, state: S, step: str, path: tuple[str, ...] = ("id",)) -> S:
        """The state that `step` leads to. Raises Refused, which names the steps there are."""
        found = self.steps[step]
        if state in found.sources:
            return found.target
        allowed = self.allowed(state)
        rest = f"what it allows is {', '.join(allowed)}" if allowed else "nothing more can be done"
        raise Refused(
            Problem(
                "ILLEGAL_STEP", f"{step} is not for a {self.noun} that is {state}: {rest}", path
            )
        )

    def allowed(self, state: S) -> list[str]:
        """The steps that may be taken in a state, in the order they were written in."""
        return [name for name, step in self.steps.items() if state in step.sources]
