"""Projects, their conversations, and what the agent has made."""

from app.bridge import Node, aggregates, ascending, auto, descending, listing, single, to_many
from app.schema.registry import registry
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
