"""A town of universities for tests that change the catalog, and how they ask for changes."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from app.tables import AuditLog, Course, University, User
from seeds import catalog, identity
from seeds.upsert import save
from tests.graphql import ask, code_of, global_id, refuse, sign_in

TYPES = {
    "id": "ID!",
    "ids": "[ID!]!",
    "userId": "ID!",
    "universityId": "ID!",
    "createCourse": "CreateCourseInput!",
    "createCourses": "[CreateCourseInput!]!",
    "updateCourse": "UpdateCourseInput!",
    "updateCourses": "[UpdateCoursesInput!]!",
    "upsertCourse": "CreateCourseInput!",
    "upsertCourses": "[CreateCourseInput!]!",
    "createUniversity": "CreateUniversityInput!",
    "updateUniversity": "UpdateUniversityInput!",
}


@dataclass
class Town:
    """Three universities with a course each, their people, and tokens by name."""

    ours: University = field(default_factory=lambda: catalog.university(name="Ours"))
    theirs: University = field(default_factory=lambda: catalog.university(name="Theirs"))
    hidden: University = field(default_factory=lambda: catalog.university(is_verified=False))
    user: User = field(default_factory=lambda: identity.user(name="Uma"))
    admin: User = field(default_factory=lambda: identity.user(role="ADMIN"))
    courses: dict[str, Course] = field(default_factory=dict)
    tokens: dict[str, str | None] = field(default_factory=lambda: {"anonymous": None})


async def make_town() -> Town:
    """A town whose people are logged in, in the current transaction."""
    made = Town()
    staff = identity.user(role="STAFF", university=made.ours)
    idle = identity.user(role="STAFF")
    made.courses = {
        "ours": catalog.course(university=made.ours, code="A", name="Algebra"),
        "retired": catalog.course(university=made.ours, code="R", is_active=False),
        "theirs": catalog.course(university=made.theirs, code="A"),
        "theirs_retired": catalog.course(university=made.theirs, code="R", is_active=False),
        "hidden": catalog.course(university=made.hidden, code="A"),
    }
    people = {"user": made.user, "admin": made.admin, "staff": staff, "idle": idle}
    await save(made.ours, made.theirs, made.hidden, *people.values(), *made.courses.values())
    for name, person in people.items():
        made.tokens[name] = await sign_in(person)
    return made


def document(name: str, shown: str, given: Sequence[str]) -> str:
    """A mutation with these arguments."""
    head = ", ".join(f"${each}: {TYPES[name if each == 'input' else each]}" for each in given)
    arguments = ", ".join(f"{each}: ${each}" for each in given)
    return f"mutation({head}) {{ {name}({arguments}) {{ {shown} errors {{ code path }} }} }}"


async def call(
    client: httpx.AsyncClient, token: str | None, name: str, shown: str, **arguments: Any
) -> Any:
    """The payload of a mutation that must not fail as a whole."""
    return (await ask(client, document(name, shown, list(arguments)), arguments, token))[name]


async def code(client: httpx.AsyncClient, token: str | None, name: str, **arguments: Any) -> str:
    """The code of the error of a mutation that must fail as a whole."""
    made = document(name, "__typename", list(arguments))
    return code_of(await refuse(client, made, arguments, token))


def problems(payload: Any) -> list[tuple[str, str]]:
    """Code and path of the problems of a payload, in which nothing else may be."""
    assert [value for key, value in payload.items() if key != "errors"] == [None]
    return [(each["code"], ".".join(each["path"])) for each in payload["errors"]]


def new(university: University, **values: Any) -> dict[str, Any]:
    """The input of a new course."""
    return {
        "universityId": global_id(university), "name": "New", "code": "N", "level": "MASTER",
        **values,
    }  # fmt: skip


async def audited() -> list[tuple[str, str, Any]]:
    """The actions on record, with the thing and what changed, in order."""
    rows = await AuditLog.select().order_by(AuditLog.id)
    return [
        (row["action"], row["resource_id"], json.loads(row["details"]).get("changes"))
        for row in rows
    ]


async def everything() -> list[Any]:
    """All rows that these tests are about, to prove that nothing has changed."""
    return [
        await table.select().order_by(table._meta.primary_key)
        for table in (Course, University, User)
    ]
