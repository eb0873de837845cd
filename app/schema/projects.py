"""Projects, their conversations, and what the agent has made."""

from uuid import UUID

import strawberry
from strawberry import ID

from app.actions import projects as actions
from app.bridge import (
    Node,
    aggregates,
    ascending,
    auto,
    descending,
    given,
    input_type,
    listing,
    one_back,
    row_key,
    single,
    to_many,
)
from app.context import Context
from app.policy import AGENTS, USERS
from app.schema.registry import mutations, registry
from app.tables import Event
from app.tables import projects as tables


@registry.exposes(tables.Project)
class Project(Node):
    """A conversation with the coding agent; its owner sees it."""

    owner: auto
    name: auto
    created_at: auto
    updated_at: auto
    messages: auto = to_many(
        tables.Message.project,
        ascending(tables.Message.created_at),
        description="The conversation, oldest first.",
    )


@registry.exposes(tables.Message)
class Message(Node):
    """One message of a conversation."""

    project: auto
    content: auto
    role: auto
    type: auto
    created_at: auto
    updated_at: auto
    fragment: auto = one_back(
        tables.Fragment.message, description="What the agent made in answering, if anything."
    )


@registry.exposes(tables.Fragment)
class Fragment(Node):
    """Code that the agent has made."""

    message: auto
    sandbox_url: auto
    title: auto
    files: auto
    summary: auto
    created_at: auto
    updated_at: auto


@registry.query
class ProjectsQuery:
    """Projects."""

    project: auto = single(tables.Project)
    projects: auto = listing(
        tables.Project,
        descending(tables.Project.created_at),
        description="Every Project you may read, newest first.",
    )
    projects_aggregate: auto = aggregates(
        tables.Project, tables.Project.owner, tables.Project.created_at
    )


# --- changes --------------------------------------------------------------------------------------


@strawberry.input(description="A new project, by what the agent is to do first.")
class CreateProjectInput:
    """A new project."""

    prompt: str = strawberry.field(description="The first message: 1 to 10,000 characters.")
    name: str | None = strawberry.field(
        default=None,
        description="Lower-case words joined by hyphens, which no other project of yours has; two"
        " or three words are made up when it is left out.",
    )


@input_type(tables.Message)
class AddMessageInput:
    """A message to the agent."""

    project: auto
    content: auto


@input_type(tables.Project)
class RenameProjectInput:
    """A new name for a project."""

    name: auto


@input_type(tables.Fragment)
class AgentFragmentInput:
    """Code that the agent has made."""

    sandbox_url: auto
    title: auto
    files: auto
    summary: auto


@input_type(tables.Message)
class AnswerEventInput:
    """The agent's answer to an event; a RESULT may come with code."""

    project: auto
    content: auto
    type: auto
    event_id: ID = strawberry.field(description="The id of the event, as it was delivered.")
    fragment: AgentFragmentInput | None = strawberry.field(
        default=None, description="The code that was made, if any was."
    )


@mutations.field(who=USERS, project=tables.Project)
async def create_project(context: Context, input: CreateProjectInput) -> UUID:
    """Begin a project of your own with its first message, which the agent is told of."""
    return await actions.create_project(context, input.prompt, input.name)


@mutations.field(who=USERS, message=tables.Message)
async def add_message(context: Context, input: AddMessageInput) -> UUID:
    """Write a message in a project of your own; the agent is told of it, after all before."""
    return await actions.add_message(context, **given(input))


@mutations.field(who=USERS, project=tables.Project)
async def rename_project(context: Context, id: ID, input: RenameProjectInput) -> UUID:
    """Give a project of your own another name."""
    return await actions.rename_project(context, row_key(tables.Project, id), given(input))


@mutations.field(who=USERS, deleted_id=ID)
async def delete_project(context: Context, id: ID) -> ID:
    """Delete a project of your own for good, with its conversation, and what waits for the agent.

    Administrators delete any project.
    """
    await actions.delete_project(context, row_key(tables.Project, id))
    return id


@mutations.field(who=AGENTS, scope="agent", message=tables.Message)
async def answer_event(context: Context, input: AnswerEventInput) -> UUID:
    """Answer an event, as the agent. An answer that is sent again is stored once.

    The same answer to the same event gives the message that was stored first; another one is
    refused (ALREADY_ANSWERED).
    """
    values = given(input)
    event = row_key(Event, values.pop("event_id"), ("input", "eventId"))
    fragment = values.pop("fragment")
    if fragment is not None:
        fragment = given(fragment, ("input", "fragment"))
    return await actions.answer_event(context, event, values, fragment)
