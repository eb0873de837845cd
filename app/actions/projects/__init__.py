"""What is done with projects: conversations with the agent, and its answers."""

from app.actions.projects.answers import answer_event
from app.actions.projects.conversations import (
    RUN,
    add_message,
    create_project,
    delete_project,
    rename_project,
)

__all__ = [
    "RUN",
    "add_message",
    "answer_event",
    "create_project",
    "delete_project",
    "rename_project",
]
