"""What the tests of assessments have in common: people, a questionnaire, and calls."""

import json
from dataclasses import dataclass, field
from typing import Any

import httpx
from piccolo.table import Table

from app.tables import AuditLog, Organization, Question, Questionnaire, Section, User
from seeds import assessment, identity
from seeds.upsert import save
from tests.graphql import ask, sign_in

STATE = "state { visibleQuestions { key required answered value } progress nextQuestion missing"
STATE += " complete }"
_TYPES = {
    "id": "ID!",
    "sessionId": "ID!",
    "questionnaireId": "ID!",
    "sectionId": "ID!",
    "sectionIds": "[ID!]!",
    "questionIds": "[ID!]!",
    "documentTypeIds": "[ID!]!",
    "questionId": "ID",
    "key": "String",
    "value": "JSON",
    "answers": "[AnswerInput!]!",
    "decision": "ReviewDecision!",
}


@dataclass
class People:
    """An author with their organisation, a colleague, somebody else, and an administrator."""

    organization: Organization = field(default_factory=identity.organization)
    author: User = field(init=False)
    colleague: User = field(init=False)
    other: User = field(default_factory=lambda: identity.user(name="Otto"))
    admin: User = field(default_factory=lambda: identity.user(role="ADMIN"))
    tokens: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """The members of the organisation."""
        self.author = identity.user(name="Ann", organization=self.organization)
        self.colleague = identity.user(name="Cleo", organization=self.organization)


async def make_people() -> People:
    """All of them, saved and signed in."""
    people = People()
    everybody = ("author", "colleague", "other", "admin")
    await save(people.organization, *(getattr(people, name) for name in everybody))
    for name in everybody:
        people.tokens[name] = await sign_in(getattr(people, name))
    return people


@dataclass
class Form:
    """A questionnaire with two sections: team, size (a number), and tools, shown for teams."""

    questionnaire: Questionnaire
    section: Section
    team: Question
    size: Question
    tools: Question
    rows: list[Table]


async def make_form(organization: Organization | None = None, **overrides: Any) -> Form:
    """A saved questionnaire: `team` is a required choice, `tools` required when shown."""
    questionnaire = assessment.questionnaire(organization=organization, **overrides)
    first = assessment.section(questionnaire=questionnaire, position=0)
    second = assessment.section(questionnaire=questionnaire, position=1)
    choices = [{"value": value, "label": value.title()} for value in ("yes", "no")]
    team = assessment.question(
        section=first, key="team", type="SINGLE_CHOICE", options=choices, required=True, position=0
    )
    size = assessment.question(section=first, key="size", type="NUMBER", position=1)
    tools = assessment.question(section=second, key="tools", required=True, position=0)
    rule = assessment.visibility_rule(
        question=tools, condition={"question": "team", "operator": "equals", "value": "yes"}
    )
    rows: list[Table] = [questionnaire, first, second, team, size, tools, rule]
    await save(*rows)
    return Form(questionnaire, first, team, size, tools, rows)


async def call(
    client: httpx.AsyncClient, token: str | None, name: str, shown: str, **arguments: Any
) -> Any:
    """The payload of a mutation that must not fail as a whole."""
    types = {**_TYPES, "input": f"{name[0].upper()}{name[1:]}Input!"}
    head = ", ".join(f"${key}: {types[key]}" for key in arguments)
    given = ", ".join(f"{key}: ${key}" for key in arguments)
    document = (
        f"mutation({head}) {{ {name}({given}) {{ {shown} errors {{ code message path }} }} }}"
    )
    return (await ask(client, document, arguments, token))[name]


def told(payload: Any) -> list[tuple[str, list[str]]]:
    """Codes and paths of a payload's errors."""
    return [(error["code"], error["path"]) for error in payload["errors"]]


async def actions() -> list[str]:
    """The actions on record, in order."""
    return [row["action"] for row in await AuditLog.select().order_by(AuditLog.id)]


async def last_details() -> Any:
    """The details of the newest audit row."""
    (row,) = await AuditLog.select().order_by(AuditLog.id, ascending=False).limit(1)
    return json.loads(row["details"])
