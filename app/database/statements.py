"""What happens around every statement: it is counted, timed and, when slow, logged.

Arguments are never logged: they are what people typed.
"""

import logging
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import lru_cache
from types import TracebackType

logger = logging.getLogger(__name__)

operation_name: ContextVar[str | None] = ContextVar("operation_name", default=None)
"""What the statements of this task are for, such as a GraphQL operation's name; for the log."""

LONGEST_LOGGED = 4_000  # characters of one statement


@dataclass(slots=True)
class StatementCount:
    """The statements seen so far, in the order in which they began."""

    statements: list[str] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many there were."""
        return len(self.statements)


_counts: ContextVar[tuple[StatementCount, ...]] = ContextVar("statement_counts", default=())


@contextmanager
def count_statements() -> Iterator[StatementCount]:
    """Count the statements of this task and of the tasks it starts inside the block.

    Queries are counted once each, whether or not they are repeated after a lost connection; what
    begins and ends transactions and savepoints is not counted. Blocks may be nested.
    """
    count = StatementCount()
    token = _counts.set((*_counts.get(), count))
    try:
        yield count
    finally:
        _counts.reset(token)


class StatementLog:
    """Watches statements: `log.count(sql)` once for each, `with log.timed(sql):` while it runs."""

    def __init__(self, slow_ms: float, *, log_all: bool) -> None:
        self.slow = slow_ms / 1000
        self.log_all = log_all
        # Is told of every slow statement as well: its SQL, its seconds and its operation.
        self.on_slow: Callable[[str, float, str | None], None] | None = None

    def count(self, sql: str) -> None:
        """Show the statement to every `count_statements` block around the caller."""
        for count in _counts.get():
            count.statements.append(sql)

    def timed(self, sql: str) -> "_Timer":
        """A context manager that logs the block as this statement when it was slow."""
        return _Timer(self, sql)

    def _ended(self, sql: str, seconds: float, error: BaseException | None) -> None:
        slow = seconds >= self.slow
        if slow and self.on_slow is not None:
            self.on_slow(sql, seconds, operation_name.get())
        logger.log(
            logging.WARNING if slow else logging.INFO,
            "%s %.1f ms%s [%s]: %s",
            "Slow statement:" if slow else "Statement:",
            seconds * 1000,
            "" if error is None else f", failed with {type(error).__name__}",
            operation_name.get() or "no operation",
            sql if len(sql) <= LONGEST_LOGGED else f"{sql[:LONGEST_LOGGED]} ...",
            extra={
                "sql": sql[:LONGEST_LOGGED],
                "duration_ms": round(seconds * 1000, 3),
                "operation": operation_name.get(),
                "failed": error is not None,
            },
        )


class _Timer:
    # A class and not a generator: this stands around every statement.
    __slots__ = ("_log", "_sql", "_started")

    def __init__(self, log: StatementLog, sql: str) -> None:
        self._log = log
        self._sql = sql

    def __enter__(self) -> None:
        self._started = time.perf_counter()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        seconds = time.perf_counter() - self._started
        if seconds >= self._log.slow or self._log.log_all:
            self._log._ended(self._sql, seconds, error)  # noqa: SLF001 - the two are one


_OPAQUE = re.compile(
    r"""
      --[^\n]*                                          # comments, but no nested ones
    | /\*(?:[^*/]|\*(?!/)|/(?!\*))*\*/
    | [eE]'(?:[^'\\]|\\.|'')*'                          # strings
    | '(?:[^']|'')*'
    | \$(?P<tag>(?:[^\W\d]\w*)?)\$.*?\$(?P=tag)\$
    | (?P<name>"(?:[^"]|"")*")
    """,
    re.VERBOSE | re.DOTALL,
)
_WORD = re.compile(r'"(?:[^"]|"")*"|[A-Za-z_][\w$]*')
_CALL = re.compile(r'("(?:[^"]|"")*"|[A-Za-z_][\w$]*)\s*\(')
_READING = frozenset({"select", "with", "values", "table", "show"})
_WRITING = frozenset({"insert", "update", "delete", "merge", "into"})


# Words before a parenthesis that leave a session as it was: functions of PostgreSQL that the bridge
# and Piccolo call, a function of ours that is immutable, and keywords.
_HARMLESS = frozenset(
    {
        "abs",
        "all",
        "and",
        "any",
        "array_agg",
        "array_to_json",
        "as",
        "avg",
        "bool_and",
        "bool_or",
        "btrim",
        "by",
        "case",
        "cast",
        "ceil",
        "char_length",
        "coalesce",
        "concat",
        "convert_to",
        "count",
        "date_part",
        "date_trunc",
        "distinct",
        "else",
        "encode",
        "exists",
        "extract",
        "filter",
        "floor",
        "from",
        "greatest",
        "group",
        "having",
        "ilike",
        "in",
        "is",
        "join",
        "json_agg",
        "json_build_array",
        "json_build_object",
        "jsonb_agg",
        "jsonb_build_object",
        "jsonb_typeof",
        "lateral",
        "least",
        "length",
        "like",
        "limit",
        "lower",
        "ltrim",
        "max",
        "min",
        "not",
        "now",
        "nullif",
        "on",
        "or",
        "order",
        "over",
        "partition",
        "position",
        "replace",
        "round",
        "row_number",
        "row_to_json",
        "rtrim",
        "search_matches",
        "select",
        "string_agg",
        "strpos",
        "substring",
        "sum",
        "then",
        "to_char",
        "to_json",
        "to_jsonb",
        "translate",
        "trim",
        "union",
        "unnest",
        "upper",
        "values",
        "when",
        "where",
        "with",
    }
)


@lru_cache(maxsize=512)
def leaves_no_trace(sql: str) -> bool:
    """Whether the session is certainly as it was before this statement: no setting, lock or cursor.

    True only for a read that calls nothing but functions known here; a function that is not may
    call `set_config`.
    """
    names = {name for name in called_functions(sql) if name not in _HARMLESS}
    return is_read(sql) and names <= _aliases(sql)


def _aliases(sql: str) -> set[str]:
    """Names that stand before a parenthesis to name columns: `as k(key)`."""
    return {_name(found) for found in re.findall(r"\bas\s+([a-z]\w*)\s*\(", _stripped(sql))}


@lru_cache(maxsize=512)
def is_read(sql: str) -> bool:
    """Whether a statement only reads, the functions it calls aside (see `called_functions`).

    In doubt it is no read: `FOR UPDATE` and a column called `update` are none, either.
    """
    text = _stripped(sql)
    if ";" in text.rstrip("; \n\t") or "/*" in text:
        return False
    words = [word.lower() for word in _WORD.findall(text)]
    return bool(words) and words[0] in _READING and _WRITING.isdisjoint(words)


def called_functions(sql: str) -> list[str]:
    """The names in a statement that may be those of functions it calls, in no order."""
    names = _CALL.findall(_stripped(sql))
    return list({_name(text) for text in names})


def _stripped(sql: str) -> str:
    """The statement without comments and strings, whose contents could be mistaken for SQL."""
    return _OPAQUE.sub(lambda match: match["name"] or " ", sql)


def _name(text: str) -> str:
    return text[1:-1].replace('""', '"') if text.startswith('"') else text.lower()
