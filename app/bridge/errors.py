"""The errors that the bridge raises, and the problems that a refused change tells of.

BridgeError (a GraphQLError: its text and code may reach the client)
├── InputError       BAD_USER_INPUT   an argument that cannot be used; says what to send instead
├── NotAllowed       FORBIDDEN        the caller may not read or do what was named
├── NotLoggedIn      UNAUTHENTICATED  only callers who are known may do it
└── LimitExceeded    LIMIT_EXCEEDED   the document asks for more than one request may
Refused (becomes the `errors` of a mutation's payload: nothing was changed)
ConfigurationError (never reaches a client: raised while the schema is built)
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from graphql import GraphQLError

_T = TypeVar("_T")
_R = TypeVar("_R")

Path = tuple[str, ...]


class BridgeError(GraphQLError):
    """An error whose text a client may read, with a stable code in `extensions`."""

    code = "BAD_REQUEST"

    def __init__(self, message: str) -> None:
        super().__init__(message, extensions={"code": self.code})


class InputError(BridgeError):
    """An argument that cannot be used."""

    code = "BAD_USER_INPUT"


class NotAllowed(BridgeError):
    """The caller may not read, or do, what the document names."""

    code = "FORBIDDEN"


class LimitExceeded(BridgeError):
    """The document asks for more than one request may."""

    code = "LIMIT_EXCEEDED"


class NotLoggedIn(BridgeError):
    """Only callers who are known may do this."""

    code = "UNAUTHENTICATED"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something about the input of a change that its sender can mend.

    `code` is stable, for programs; `message` is a sentence for people; `path` leads to the place in
    the arguments, by the names that clients use (a place in a list is its number).
    """

    code: str
    message: str
    path: Path = ()


class Refused(Exception):
    """A change that is not made; whoever raises it leaves the transaction to be rolled back."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(problem.message for problem in problems))
        self.problems = problems


def all_or_refused(make: Callable[[int, _T], _R], items: Iterable[_T]) -> list[_R]:
    """`make(place, item)` of every item; raises Refused with the problems of all of them."""
    made: list[_R] = []
    problems: list[Problem] = []
    for place, item in enumerate(items):
        try:
            made.append(make(place, item))
        except Refused as refused:
            problems.extend(refused.problems)
    if problems:
        raise Refused(*problems)
    return made


class ConfigurationError(Exception):
    """The types, tables and policies do not fit together; the server does not start."""
