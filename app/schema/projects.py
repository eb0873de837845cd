"""Projects, their conversations, and what the agent has made."""

from typing import Annotated

from strawberry import ID

from app.bridge import (
    Follow,
    Node,
    aggregates,
    ascending,
    auto,
    descending,
    followed_key,
    listing,
    single,
    to_many,
)
from app.context import Context
from app.policy import USERS
from app.schema.registry import registry, subscriptions
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
    fragments: auto = to_many(
        tables.Fragment.message,
        ascending(tables.Fragment.created_at),
        description="What the agent made in answering; one at most.",
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


# --- what can be followed -------------------------------------------------------------------------


@subscriptions.field(who=USERS, message=tables.Message)
async def message_added(
    _context: Context, project_id: Annotated[ID, "The project with the conversation."]
) -> Follow:
    """Every message that is added to a conversation, by whomever."""
    key = followed_key(tables.Project, "projectId", project_id)
    return Follow("message", str(key), parent=(tables.Project, key))
