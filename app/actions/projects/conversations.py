"""Projects and what their owners write in them; the agent is told of each message by an event.

An event is written in the transaction of its message, which holds the project's row: so the order
of a project's events is that of their commits.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from app.actions.projects.names import made_up_name
from app.audit import Change
from app.bridge import Action, Problem, Refused, encode_id
from app.context import Context
from app.tables import Event, Message, Project
from app.tables.projects import MessageRole

# The event that asks the agent to work.
RUN = "code-agent/run"

# How many words the name of a new project gets in each attempt: a third one when two were taken.
_ATTEMPTS = (2, 2, 3, 3, 3, 3)


async def create_project(context: Context, prompt: str, name: str | None) -> UUID:
    """A project of the caller's with its first message and its event; returns its key.

    Without a name it gets one of two or three words.
    """
    async with context.change("project.create") as change:
        project = await _new_project(context, change, name)
        await _say(change, project["id"], prompt, ("input", "prompt"))
    key: UUID = project["id"]
    return key


async def add_message(context: Context, project: UUID, content: str) -> UUID:
    """A message of the caller's in a project of theirs, and its event; returns its key."""
    async with context.change("message.create") as change:
        await change.target(Project, project, Action.CHANGE, ("input", "projectId"))
        return await _say(change, project, content, ("input", "content"))


async def rename_project(context: Context, key: UUID, values: Mapping[str, Any]) -> UUID:
    """Change the `name`."""
    async with context.change("project.rename") as change:
        try:
            await change.update(Project, key, values)
        except Refused as refused:
            raise _named_before(refused) from None
    return key


async def delete_project(context: Context, key: UUID) -> UUID:
    """Delete a project for good, with its messages, fragments and events."""
    async with context.change("project.delete") as change:
        await change.delete(Project, key)
    return key


async def _new_project(context: Context, change: Change, name: str | None) -> Mapping[str, Any]:
    owner = context.viewer.values["user"]
    if name is not None:
        try:
            return await change.create(Project, {"owner": owner, "name": name})
        except Refused as refused:
            raise _named_before(refused) from None
    for words in _ATTEMPTS:
        try:
            # A savepoint: a name that is taken ends only this attempt.
            async with context.engine.transaction():
                return await change.create(Project, {"owner": owner, "name": made_up_name(words)})
        except Refused as refused:
            if not _is_taken(refused):
                raise
    problem = "no free name was found for this project; choose one"
    raise Refused(Problem("TAKEN", problem, ("input", "name")))


def _is_taken(refused: Refused) -> bool:
    return {problem.code for problem in refused.problems} == {"TAKEN"}


def _named_before(refused: Refused) -> Refused:
    """Unique is a name with its owner: the sender is told of what they can choose."""
    if not _is_taken(refused):
        return refused
    problem = "there is a project with this name already; choose another one"
    return Refused(Problem("TAKEN", problem, ("input", "name")))


async def _say(change: Change, project: UUID, content: str, path: tuple[str, ...]) -> UUID:
    """Store a message of the user's and the event that tells of it; returns the message's key."""
    values = {"project": project, "content": content, "role": MessageRole.USER}
    try:
        message = await change.create(Message, values)
    except Refused as refused:
        # Whatever is wrong is wrong with the content, whatever its input is called.
        raise Refused(
            *(
                Problem(each.code, each.message.replace("content", path[-1]), path)
                for each in refused.problems
            )
        ) from None
    await change.insert(
        Event,
        {
            "project": project,
            "name": RUN,
            "data": {
                "projectId": encode_id("Project", project),
                "messageId": encode_id("Message", message["id"]),
                "prompt": content,
            },
        },
    )
    key: UUID = message["id"]
    return key
