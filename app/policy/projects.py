"""Who may see and change projects and what is said in them."""

from collections.abc import Mapping

from piccolo.table import Table

from app.bridge import Policy, Through
from app.policy.callers import ADMINS, AGENTS, ME, USERS
from app.policy.rules import change, create, delete, policy, read
from app.tables import Fragment, Message, Project
from app.tables.projects import MessageRole

POLICIES: Mapping[type[Table], Policy] = {
    Project: policy(
        read(USERS, Project.owner == ME),
        read(ADMINS | AGENTS, rows=True),
        create(USERS, Project.owner == ME, (Project.owner, Project.name)),
        change(USERS, Project.owner == ME, (Project.name,)),
        delete(USERS, Project.owner == ME),
        delete(ADMINS, rows=True),
    ),
    Message: policy(
        read(USERS | AGENTS, Through(Message.project)),
        create(
            USERS,
            (Message.project.owner == ME) & (Message.role == MessageRole.USER),
            (Message.project, Message.content, Message.role),
        ),
        create(
            AGENTS,
            Message.role == MessageRole.ASSISTANT,
            (Message.project, Message.content, Message.role, Message.type, Message.event_id),
        ),
    ),
    Fragment: policy(
        read(USERS | AGENTS, Through(Fragment.message)),
        create(
            AGENTS,
            Fragment.message.role == MessageRole.ASSISTANT,
            (
                Fragment.message,
                Fragment.sandbox_url,
                Fragment.title,
                Fragment.files,
                Fragment.summary,
            ),
        ),
    ),
}
