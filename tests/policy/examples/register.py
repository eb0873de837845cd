"""How a mutation gets its example: who may run it, with which variables, and who may not.

Every mutation has one, in the file of its domain beside this one. The tests of `test_mutations.py`
and `test_hostile.py` run it: as it is, by those who may not, and with hostile values.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from tests.policy.world import World

Variables = dict[str, Any]
Prepare = Callable[[World], Awaitable[Variables]]


@dataclass(frozen=True, slots=True)
class Example:
    """Variables with which `caller` succeeds.

    `stranger` may call the mutation as well, but is refused these variables: what they are about is
    not theirs.
    """

    prepare: Prepare
    caller: str
    stranger: str | None


EXAMPLES: dict[str, Example] = {}


def example(caller: str, *, stranger: str | None = None) -> Callable[[Prepare], Prepare]:
    """Decorates a function of a mutation's Python name: it saves what is needed beside the world.

    It returns the variables, which have the names of the mutation's arguments.
    """

    def register(prepare: Prepare) -> Prepare:
        name = prepare.__name__
        assert name not in EXAMPLES, f"there are two examples of {name}"
        EXAMPLES[name] = Example(prepare, caller, stranger)
        return prepare

    return register
