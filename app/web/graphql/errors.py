"""Errors as clients see them: a stable code, and never an internal detail.

An error that is not meant for clients is logged with an id, and the answer carries the id.
"""

import logging
import secrets
from collections.abc import Iterable
from typing import Any

from asyncpg import DeadlockDetectedError, QueryCanceledError
from graphql import GraphQLError, GraphQLSyntaxError

from app.actions.limits import RateLimited
from app.bridge import BridgeError
from app.database import DatabaseError

_log = logging.getLogger(__name__)

# The text of an error may repeat what was sent; that much is enough to recognise it.
_LONGEST = 500

Formatted = dict[str, Any]


def one_error(message: str, code: str) -> Formatted:
    """An error that belongs to no part of a document."""
    return {"message": _shortened(message), "extensions": {"code": code}}


def format_errors(errors: Iterable[GraphQLError], *, valid: bool) -> list[Formatted]:
    """The errors of one answer; `valid` tells whether the document itself was."""
    return [_format(error, valid) for error in errors]


def limited(error: RateLimited) -> Formatted:
    """Too many calls, and in how many seconds to try again."""
    return {"message": error.message, "extensions": dict(error.extensions or {})}


def internal_error(error: BaseException) -> Formatted:
    """Logs a fault and returns what a client may know of it."""
    reference = secrets.token_hex(8)
    _log.error("internal error %s", reference, exc_info=error)
    return {
        "message": "something went wrong on the server; report it with this id: " + reference,
        "extensions": {"code": "INTERNAL_ERROR", "id": reference},
    }


def _format(error: GraphQLError, valid: bool) -> Formatted:
    cause = error.original_error
    if isinstance(cause, BridgeError) or cause is None or isinstance(cause, GraphQLError):
        code = (error.extensions or {}).get("code") or _code(error, valid)
        formatted = one_error(error.message, code)
        if isinstance(cause, RateLimited):
            formatted = limited(cause)
    elif not valid and isinstance(cause, ValueError):
        # Python reads no number of thousands of digits.
        formatted = one_error("a value in the document cannot be read", _code(error, valid))
    elif isinstance(cause, QueryCanceledError | TimeoutError):
        formatted = one_error("the database took too long; ask for less at once", "TIMEOUT")
    elif isinstance(cause, DeadlockDetectedError):
        text = "somebody else changed the same at that moment, and nothing was changed; try again"
        formatted = one_error(text, "CONFLICT")
    elif isinstance(cause, DatabaseError):
        _log.error("the database cannot be used: %s", cause)
        formatted = one_error("the database cannot be reached; try again", "SERVICE_UNAVAILABLE")
    else:
        formatted = internal_error(cause)
    if error.locations:
        formatted["locations"] = [
            {"line": place.line, "column": place.column} for place in error.locations
        ]
    if error.path:
        formatted["path"] = error.path
    return formatted


def _code(error: GraphQLError, valid: bool) -> str:
    if isinstance(error, GraphQLSyntaxError):
        return "GRAPHQL_PARSE_FAILED"
    return "BAD_USER_INPUT" if valid else "GRAPHQL_VALIDATION_FAILED"


def _shortened(message: str) -> str:
    return message if len(message) <= _LONGEST else message[:_LONGEST] + " ..."
