"""Projects, messages and fragments: every field, and that they are their owner's alone."""

from datetime import UTC, datetime

import httpx

from app.database import SeedbedEngine, count_statements
from app.tables import Fragment, Message, Project, User
from seeds import identity, projects
from seeds.upsert import save
from tests.graphql import ask, global_id, sign_in

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
STAMP = "2026-03-01T12:00:00.000000Z"

WHOLE = """query($id: ID!) { project(id: $id) {
  __typename id name createdAt updatedAt owner { id }
  messages { totalCount nodes {
    __typename id content role type createdAt updatedAt project { id }
    fragment { __typename id sandboxUrl title files summary createdAt updatedAt message { id } }
  } }
} }"""


async def _project() -> tuple[User, Project, Message, Fragment]:
    owner = identity.user()
    project = projects.project(owner=owner, name="tide-table", created_at=AT)
    message = projects.message(
        project=project, content="Fix: <b>&</b>", role="ASSISTANT", type="ERROR", created_at=AT
    )
    fragment = projects.fragment(
        message=message,
        sandbox_url="https://sandbox.example/1",
        title="F",
        files={"a/b.ts": 'const x = "1";\n', "": "empty"},
        summary=None,
        created_at=AT,
    )
    await save(owner, project, message, fragment)
    return owner, project, message, fragment


async def test_every_field_for_the_owner(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    owner, project, message, fragment = await _project()
    data = await ask(client, WHOLE, {"id": global_id(project)}, await sign_in(owner))
    times = {"createdAt": STAMP, "updatedAt": STAMP}
    assert data["project"] == {
        "__typename": "Project",
        "id": global_id(project),
        "name": "tide-table",
        "owner": {"id": global_id(owner)},
        **times,
        "messages": {
            "totalCount": 1,
            "nodes": [
                {
                    "__typename": "Message",
                    "id": global_id(message),
                    "content": "Fix: <b>&</b>",
                    "role": "ASSISTANT",
                    "type": "ERROR",
                    "project": {"id": global_id(project)},
                    **times,
                    "fragment": {
                        "__typename": "Fragment",
                        "id": global_id(fragment),
                        "sandboxUrl": "https://sandbox.example/1",
                        "title": "F",
                        "files": {"a/b.ts": 'const x = "1";\n', "": "empty"},
                        "summary": None,
                        "message": {"id": global_id(message)},
                        **times,
                    },
                }
            ],
        },
    }


async def test_other_peoples_projects_are_nowhere(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    _, *rows = await _project()
    other = identity.user()
    mine = projects.project(owner=other)
    await save(other, mine)
    document = """query($id: ID!, $ids: [ID!]!) {
      project(id: $id) { id } nodes(ids: $ids) { id } projects { totalCount nodes { id } }
    }"""
    variables = {"id": global_id(rows[0]), "ids": [global_id(row) for row in rows]}
    for token, expected in (
        (None, {"totalCount": 0, "nodes": []}),
        (await sign_in(other), {"totalCount": 1, "nodes": [{"id": global_id(mine)}]}),
    ):
        assert await ask(client, document, variables, token) == {
            "project": None,
            "nodes": [None, None, None],
            "projects": expected,
        }


async def test_nobody_in_particular_is_refused_no_column_of_rows_they_cannot_see(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    _, project, _, _ = await _project()
    assert await ask(client, WHOLE, {"id": global_id(project)}) == {"project": None}


async def test_an_administrator_reads_every_project(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    _, project, _, fragment = await _project()
    admin = identity.user(role="ADMIN")
    await save(admin)
    data = await ask(
        client,
        "{ projects { totalCount nodes { id messages { nodes { fragment { title } } } } } }",
        token=await sign_in(admin),
    )
    messages = {"nodes": [{"fragment": {"title": fragment.title}}]}
    assert data["projects"] == {
        "totalCount": 1,
        "nodes": [{"id": global_id(project), "messages": messages}],
    }


async def test_conversations_are_in_order_and_fragments_one_statement(
    client: httpx.AsyncClient, database: SeedbedEngine, mode: str
) -> None:
    owner = identity.user()
    await save(owner)
    token = await sign_in(owner)
    for times in (1, 2):
        rows = [projects.project(owner=owner) for _ in range(3)]
        messages = [projects.message(project=p, content=str(n)) for p in rows for n in range(4)]
        await save(*rows, *messages, *(projects.fragment(message=m) for m in messages[::2]))
        with count_statements() as statements:
            data = await ask(
                client,
                "{ projects { nodes { messages(first: 3) { nodes {"
                " content fragment { title } } } } } }",
                token=token,
            )
        nodes = data["projects"]["nodes"]
        assert len(nodes) == 3 * times
        for node in nodes:
            assert [message["content"] for message in node["messages"]["nodes"]] == ["0", "1", "2"]
            made = [message["fragment"] is not None for message in node["messages"]["nodes"]]
            assert made == [True, False, True]
        assert statements.count == (2 if mode == "json" else 4), (
            "one for the caller, one for each level"
        )
