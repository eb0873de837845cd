"""Projects, the conversations in them, and the code that the agent answered with."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from piccolo.table import Table

from app.tables.identity import User
from app.tables.projects import Fragment, Message, MessageRole, MessageType, Project
from seeds import identity
from seeds.ids import moment, number, stable_id
from seeds.upsert import build

# Builders


def project(*, owner: User | UUID, **overrides: Any) -> Project:
    """A project without messages."""
    return build(Project, {"owner": owner, "name": f"project-{number()}"}, overrides)


def message(*, project: Project | UUID, **overrides: Any) -> Message:
    """What the owner of a project writes to the agent."""
    defaults = {
        "project": project,
        "content": f"Please change the heading to number {number()}.",
        "role": MessageRole.USER,
    }
    return build(Message, defaults, overrides)


def fragment(*, message: Message | UUID, **overrides: Any) -> Fragment:
    """The code that came with a message of the agent."""
    n = number()
    defaults = {
        "message": message,
        "sandbox_url": f"https://sandbox-{n}.seedbed.example",
        "title": f"Fragment {n}",
        "files": {"index.html": "<!doctype html>\n<title>Hello</title>\n"},
        "summary": "A page with a title.",
    }
    return build(Fragment, defaults, overrides)


# The seed rows


@dataclass(frozen=True, slots=True)
class _Turn:
    """One message; one with files is the agent's and carries a fragment."""

    content: str
    role: MessageRole = MessageRole.USER
    type: MessageType = MessageType.RESULT
    title: str | None = None
    files: dict[str, str] = field(default_factory=dict)


def _agent(content: str, title: str | None = None, **files: str) -> _Turn:
    """An answer of the agent; in the names of files `__` stands for a slash, `_` for a dot."""
    paths = {name.replace("__", "/").replace("_", "."): text for name, text in files.items()}
    return _Turn(content, MessageRole.ASSISTANT, MessageType.RESULT, title, paths)


def _failure(content: str) -> _Turn:
    return _Turn(content, MessageRole.ASSISTANT, MessageType.ERROR)


_PAGE = "export default function Page() {\n  return <main><h1>Tide table</h1></main>;\n}\n"
_TABLE = (
    'import { tides } from "./tides";\n\nexport default function Page() {\n  return (\n    <ul>\n'
    "      {tides.map((tide) => <li key={tide.time}>{tide.time}: {tide.metres} m</li>)}\n"
    "    </ul>\n  );\n}\n"
)
_TIDES = 'export const tides = [{ time: "04:12", metres: 0.6 }, { time: "10:31", metres: 3.9 }];\n'
_BOARD = 'const board = Array.from({ length: 9 }, () => "");\nexport default board;\n'
_STYLE = "main { display: grid; grid-template-columns: repeat(3, 4rem); }\n"

_CONVERSATIONS: tuple[tuple[str, str, tuple[_Turn, ...]], ...] = (
    (
        identity.CUSTOMER,
        "quiet-harbour",
        (
            _Turn("Build a page that shows today's tides for our harbour."),
            _agent("Here is a first page with a heading.", "Tide page", app__page_tsx=_PAGE),
            _Turn("Good. Now list the times with the height of the water."),
            _agent(
                "The page now lists each tide with its time and height.",
                "Tide list",
                app__page_tsx=_TABLE,
                app__tides_ts=_TIDES,
            ),
            _Turn("Can it read the times from the harbour office?"),
            _failure("The harbour office did not answer within 30 seconds. Try again later."),
            _Turn("Then keep the fixed times for now, and thank you."),
            _agent("Done: the fixed times stay. Nothing else was changed."),
        ),
    ),
    (
        identity.USER,
        "brave-otter",
        (
            _Turn("A game of noughts and crosses, please, in three colours."),
            _agent(
                "A board of nine fields, empty for now.",
                "Noughts and crosses",
                board_js=_BOARD,
                style_css=_STYLE,
            ),
        ),
    ),
    (identity.USER, "early-maple", (_Turn("Eine Seite über Äpfel: Sorten, Ernte, Rezepte 🍎"),)),
    (
        "lukas.brunner@seedbed.example",
        "steep-path",
        (
            _Turn("Draw the height profile of a walk from a list of metres."),
            _failure("The sandbox ran out of memory while it was building. Ask for less at once."),
        ),
    ),
)


def rows() -> list[Table]:
    """Everything of this domain."""
    return [
        row
        for day, (owner, name, turns) in enumerate(_CONVERSATIONS, start=18)
        for row in _conversation(day, owner, name, turns)
    ]


def project_id(name: str) -> UUID:
    """The id of a seed project."""
    return stable_id(f"projects/{name}")


def _conversation(day: int, owner: str, name: str, turns: tuple[_Turn, ...]) -> list[Table]:
    found: list[Table] = [
        project(
            owner=identity.user_id(owner), id=project_id(name), name=name, created_at=moment(day)
        )
    ]
    for nth, turn in enumerate(turns):
        said = moment(day, minutes=2 * nth)
        said_id = stable_id(f"messages/{name}/{nth}")
        found.append(
            message(
                project=project_id(name),
                id=said_id,
                content=turn.content,
                role=turn.role,
                type=turn.type,
                created_at=said,
            )
        )
        if turn.files:
            found.append(
                fragment(
                    message=said_id,
                    id=stable_id(f"fragments/{name}/{nth}"),
                    sandbox_url=f"https://{name}-{nth}.sandbox.seedbed.example",
                    title=turn.title,
                    files=turn.files,
                    summary=turn.content,
                    created_at=said,
                )
            )
    return found
