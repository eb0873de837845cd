"""Projects, the conversation in each, and the code that the agent answers with."""

import enum

from piccolo.columns import JSONB, UUID, ForeignKey, OnDelete, Text, Varchar
from piccolo.constraints import Unique

from app.tables import checks
from app.tables.base import AppTable
from app.tables.identity import User

__all__ = ["Fragment", "Message", "MessageRole", "MessageType", "Project"]


class MessageRole(enum.StrEnum):
    """Who wrote a message."""

    USER = "USER"
    ASSISTANT = "ASSISTANT"


class MessageType(enum.StrEnum):
    """Whether a message is an ordinary one or tells of a failure."""

    RESULT = "RESULT"
    ERROR = "ERROR"


class Project(AppTable, tablename="projects", schema="projects"):
    """A piece of work that a user gives to the agent, with its conversation."""

    owner: ForeignKey[User] = ForeignKey(
        User, null=False, on_delete=OnDelete.cascade, help_text="Whose project this is."
    )
    name: Varchar = Varchar(
        length=100, null=False, default=None, help_text="Two or three words, unique per owner."
    )

    name_per_owner = Unique([owner, name])
    name_shape = checks.slug("name")


class Message(AppTable, tablename="messages", schema="projects"):
    """One message of a project's conversation."""

    project: ForeignKey[Project] = ForeignKey(
        Project, null=False, on_delete=OnDelete.cascade, help_text="The conversation it is part of."
    )
    content: Text = Text(null=False, default=None, help_text="1 to 10,000 characters.")
    role: Varchar = Varchar(
        length=20, null=False, default=None, choices=MessageRole, help_text="Who wrote it."
    )
    type: Varchar = Varchar(
        length=20,
        default=MessageType.RESULT,
        choices=MessageType,
        help_text="An ordinary message, or one that tells of a failure.",
    )
    # No foreign key: the event is deleted by age, and the answer to it stays the only one.
    event_id: UUID = UUID(
        null=True,
        default=None,
        unique=True,
        help_text="The event that the agent answers by it; each has one answer at most.",
    )

    content_length = checks.length("content", 1, 10_000)


class Fragment(AppTable, tablename="fragments", schema="projects"):
    """The code that came with a message: files, and where they run."""

    message: ForeignKey[Message] = ForeignKey(
        Message,
        null=False,
        on_delete=OnDelete.cascade,
        unique=True,
        help_text="The message it came with; each message has one at most.",
    )
    sandbox_url: Varchar = Varchar(
        length=2048, null=False, default=None, help_text="Where the code runs."
    )
    title: Varchar = Varchar(length=200, null=False, default=None, help_text="What it is.")
    files: JSONB = JSONB(default="{}", help_text="An object: from each path to the file's text.")
    summary: Text = Text(null=True, default=None, help_text="What was done, in a few sentences.")

    sandbox_url_shape = checks.url("sandbox_url")
    files_shape = checks.object_("files")
    summary_length = checks.length("summary", 0, 10_000)
