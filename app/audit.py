"""Changes with a record: one transaction, in which no row is written without its audit row."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from piccolo.table import Table

from app.bridge import Changes, Problem, Refused, Row, Viewer, Written
from app.bridge.blank import without_controls
from app.bridge.writing import Fetch, Writing
from app.database import SeedbedEngine
from app.policy import access_table
from app.tables import AuditLog

# Longer texts are cut in the log: it says what changed, it is not a copy of it.
_LONGEST = 200

_REDACTED = "[redacted]"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request came from; empty for what no request caused."""

    address: str | None = None
    agent: str | None = None

    def columns(self) -> dict[str, str | None]:
        """As tables have it: cut to what they hold, of a single line whatever a client sent."""
        return {
            "ip_address": self.address and without_controls(self.address[:45]),
            "user_agent": self.agent and without_controls(self.agent[:512]),
        }


def check_told(text: str, path: tuple[str, ...]) -> None:
    """Raise Refused for a text by its sender that the log would cut or cannot hold; see `path`."""
    if len(text) > _LONGEST:
        raise Refused(Problem("TOO_LONG", f"{path[-1]} may have {_LONGEST} characters", path))
    if "\x00" in text:
        problem = f"{path[-1]} holds a character that cannot be stored"
        raise Refused(Problem("INVALID", problem, path))


class Change(Changes):
    """One change of a caller's: its transaction writes an audit row for each thing that changed.

    Rows of the table that is written first are the things; what else is written with them stands in
    the details of the first of them. `about` says it where that is not so.
    """

    def __init__(self, viewer: Viewer, fetch: Fetch, action: str) -> None:
        super().__init__(access_table(), viewer, fetch)
        self.action = action
        self.details: dict[str, Any] = {}
        self._about: tuple[str, str | None] | None = None
        self._unchanged = False

    def about(self, thing: type[Table] | str, key: object, **details: object) -> None:
        """What the change is about, and what else its audit row should say.

        `thing` is a table, or the name of something that has none of ours, such as a job.
        """
        kind = thing if isinstance(thing, str) else thing.__name__
        self._about = (kind, None if key is None else str(key))
        self.details |= details

    def by(self, viewer: Viewer) -> None:
        """Say who acts, where that turns out within the change: whoever has logged in."""
        self.viewer = viewer

    def unchanged(self) -> None:
        """Say that there was nothing to do: a repeated request leaves no row."""
        self._unchanged = True

    @property
    def is_said(self) -> bool:
        """Whether anything was written or said, if only that there was nothing to do."""
        return bool(self.written) or self._about is not None or self._unchanged

    def entries(self) -> list[tuple[str, str | None, dict[str, Any]]]:
        """The audit rows: type and id of the thing, and details."""
        written = [w for w in self.written if w.before != w.after]
        if self._about is not None:
            kind, key = self._about
            own = [w for w in written if _is(w, kind, key)]
            rest = [w for w in written if not _is(w, kind, key)]
            return [(kind, key, self._said(own, rest))]
        if not written:
            return []
        table = written[0].table
        by_key: dict[str, list[Written]] = {}
        for each in written:
            if each.table is table:
                by_key.setdefault(str(each.key), []).append(each)
        rest = [w for w in written if w.table is not table]
        return [
            (table.__name__, key, self._said(own, [] if place else rest))
            for place, (key, own) in enumerate(by_key.items())
        ]

    def _said(self, own: Sequence[Written], rest: Sequence[Written]) -> dict[str, Any]:
        said: dict[str, Any] = {name: plain(value) for name, value in self.details.items()}
        changes = {name: value for each in own for name, value in differences(each).items()}
        if changes:
            said["changes"] = changes
        if rest:
            said["with"] = [
                {
                    "type": each.table.__name__,
                    "id": str(each.key),
                    "changes": differences(each),
                }
                for each in rest
            ]
        return said


class NothingWrittenError(Exception):
    """A change has ended that neither wrote anything nor said what it was about."""


@asynccontextmanager
async def recorded(
    engine: SeedbedEngine,
    action: str,
    viewer: Viewer,
    origin: Origin = Origin(),
    fetch: Fetch | None = None,
) -> AsyncIterator[Change]:
    """One transaction of `viewer`'s, with its audit rows, which are written last.

    `action` is what is done, as in `post.publish`; its actor is `Viewer.values["user"]`, if any, of
    `viewer` or of whom `Change.by` names. An update that changes no value leaves no row. Raises
    NothingWrittenError where the block wrote nothing and called neither `about` nor `unchanged`.
    """
    async with engine.transaction():
        change = Change(viewer, fetch or engine.fetch, action)
        yield change
        if not change.is_said:
            raise NothingWrittenError(action)
        if entries := change.entries():
            await Writing(change.viewer, change.fetch).insert_many(
                AuditLog,
                [
                    {
                        "user": change.viewer.values.get("user"),
                        "action": action,
                        "resource_type": kind,
                        "resource_id": key,
                        "details": details,
                        **origin.columns(),
                    }
                    for kind, key, details in entries
                ],
            )


def differences(written: Written) -> dict[str, Any]:
    """What changed: for each column its value before and after, secrets never among them."""
    before, after = written.before or {}, written.after or {}
    said: dict[str, Any] = {}
    for column in written.table._meta.columns:
        name = column._meta.name
        if name not in before and name not in after:
            continue
        if name in {"id", "created_at", "updated_at"} or _is_nothing(before, after, name):
            continue
        if column._meta.secret:
            said[name] = _REDACTED
        elif written.before is None:
            said[name] = [None, plain(after[name])]
        elif written.after is None:
            said[name] = [plain(before[name]), None]
        else:
            said[name] = [plain(before[name]), plain(after[name])]
    return said


def _is_nothing(before: Row, after: Row, name: str) -> bool:
    return before.get(name) is None and after.get(name) is None


def _is(written: Written, kind: str, key: str | None) -> bool:
    return written.table.__name__ == kind and (key is None or str(written.key) == key)


def plain(value: object) -> object:
    """A value as the log's JSON has it; long texts are cut."""
    match value:
        case Enum():
            return value.value
        case str():
            return value if len(value) <= _LONGEST else f"{value[:_LONGEST]}…"
        case datetime() | date():
            return value.isoformat()
        case UUID() | Decimal():
            return str(value)
        case list() | tuple():
            return [plain(item) for item in value]
        case dict():
            return {str(name): plain(item) for name, item in value.items()}
        case _:
            return value
