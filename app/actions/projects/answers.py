"""The agent's answers: each event has one, however often the agent sends it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import orjson

from app.bridge import Action, Problem, Refused
from app.context import Context
from app.database import SeedbedEngine
from app.tables import Fragment, Message, Project
from app.tables.projects import MessageRole, MessageType

_EVENT = ("input", "eventId")
_FRAGMENT = ("input", "fragment")
_FILES = (*_FRAGMENT, "files")


async def answer_event(
    context: Context, event: UUID, values: Mapping[str, Any], fragment: Mapping[str, Any] | None
) -> UUID:
    """The answer to `event`: a message with `project`, `content` and perhaps `type`; its key.

    `fragment` has the columns of one, without its message. The same answer again gives the message
    that is there, another one is refused.
    """
    answer = {"type": MessageType.RESULT, **values}
    _check(answer, fragment)
    async with context.change("event.answer") as change:
        # Locked, so that the same answer sent twice at once finds itself.
        await change.target(Project, answer["project"], Action.READ, ("input", "projectId"))
        if earlier := await _earlier(context.engine, event, answer["project"]):
            key, told = earlier
            if told != _told(answer, fragment):
                problem = "this event has another answer already"
                raise Refused(Problem("ALREADY_ANSWERED", problem, _EVENT))
            change.unchanged()
            return key
        await _find_event(context.engine, event, answer["project"])
        message = await change.create(
            Message, {**answer, "role": MessageRole.ASSISTANT, "event_id": event}
        )
        if fragment is not None:
            await change.create(Fragment, {**fragment, "message": message["id"]}, _FRAGMENT)
    stored: UUID = message["id"]
    return stored


def _check(answer: Mapping[str, Any], fragment: Mapping[str, Any] | None) -> None:
    if fragment is None:
        return
    if answer["type"] == MessageType.ERROR:
        raise Refused(Problem("INVALID", "an ERROR has no fragment; leave it out", _FRAGMENT))
    files = fragment.get("files", {})
    if not isinstance(files, dict) or not all(
        path.strip() and isinstance(text, str) for path, text in files.items()
    ):
        problem = "files must be an object: from each path to the file's text"
        raise Refused(Problem("INVALID", problem, _FILES))


async def _find_event(engine: SeedbedEngine, event: UUID, project: UUID) -> None:
    rows = await engine.fetch(
        "select from operations.events where id = $1 and project = $2", event, project
    )
    if not rows:
        problem = "eventId is no event of this project; send it as it was delivered"
        raise Refused(Problem("NOT_FOUND", problem, _EVENT))


# Content, type, and the values of the fragment.
_Told = tuple[str, str, tuple[Any, ...] | None]

_ANSWER = """
select message.id, message.content, message.type, fragment.id is not null as has_fragment,
  fragment.sandbox_url, fragment.title, fragment.files, fragment.summary
from projects.messages message
  left join projects.fragments fragment on fragment.message = message.id
where message.event_id = $1 and message.project = $2
"""


async def _earlier(engine: SeedbedEngine, event: UUID, project: UUID) -> tuple[UUID, _Told] | None:
    """The answer that an event has: its message's key, and what it tells."""
    rows = await engine.fetch(_ANSWER, event, project)
    if not rows:
        return None
    row = dict(rows[0])
    made = {**row, "files": orjson.loads(row["files"])} if row["has_fragment"] else None
    return row["id"], _told(row, made)


def _told(answer: Mapping[str, Any], fragment: Mapping[str, Any] | None) -> _Told:
    """What makes two answers the same."""
    made = None
    if fragment is not None:
        columns = {"files": {}, **fragment}
        made = tuple(columns.get(name) for name in ("sandbox_url", "title", "files", "summary"))
    return str(answer["content"]), str(answer["type"]), made
