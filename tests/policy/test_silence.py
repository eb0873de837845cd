"""Hidden rows are silent: adding them changes no byte of any answer."""

from datetime import UTC, datetime

import httpx
import pytest
from piccolo.table import Table

from app.database import SeedbedEngine
from app.tables import Organization, Post, Questionnaire, University, User
from seeds import assessment, catalog, content, identity, projects
from seeds.upsert import save
from tests.graphql import global_id, send, sign_in

FIRST = datetime(2020, 1, 1, tzinfo=UTC)
LAST = datetime(2030, 1, 1, tzinfo=UTC)

DOCUMENTS = {
    "posts": """{ posts(first: 2) {
        totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
        edges { cursor node { id title author { id name } comments(first: 1) {
          totalCount pageInfo { hasNextPage endCursor } nodes { body author { name } }
        } } } } }""",
    "posts from the end": """{ posts(last: 2) {
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor } nodes { title
          comments(last: 1) { pageInfo { hasPreviousPage } nodes { body } } } } }""",
    "catalog": """{
        universities { totalCount pageInfo { hasNextPage endCursor } nodes { name
          courses(first: 1) { totalCount pageInfo { hasNextPage } nodes { code } } } }
        courses(last: 1) { totalCount pageInfo { hasPreviousPage } nodes { code } } }""",
    "questionnaires": """{ questionnaires(first: 1) {
        totalCount pageInfo { hasNextPage } nodes { title sections(first: 1) {
          totalCount pageInfo { hasNextPage } nodes { questions { totalCount } } } } } }""",
    "own things": """{
        projects { totalCount nodes { name messages { totalCount nodes { content } } } }
        assessmentSessions { totalCount nodes { responses { totalCount } } } }""",
    "by slug": """{
        post(slug: "hidden-one") { id } university(slug: "hidden-one") { id }
        organization(slug: "hidden-one") { id } }""",
    "by id": """query($ids: [ID!]!, $id: ID!) {
        nodes(ids: $ids) { __typename id } user(id: $id) { id name posts { totalCount } } }""",
    "refusal": "{ posts { nodes { author { passwordHash } } } }",
    "no permission": "{ documentTypes { nodes { template } } }",
}


async def _shown(user: User) -> tuple[User, Post, University, Questionnaire]:
    author = identity.user()
    posts = [content.post(author=author) for _ in range(3)]
    comments = [content.comment(post=post, author=user) for post in posts for _ in range(2)]
    university, questionnaire = catalog.university(), assessment.questionnaire()
    sections = [assessment.section(questionnaire=questionnaire) for _ in range(2)]
    project = projects.project(owner=user)
    await save(
        author,
        *posts,
        *comments,
        university,
        *(catalog.course(university=university) for _ in range(2)),
        questionnaire,
        *sections,
        *(assessment.question(section=section) for section in sections),
        project,
        projects.message(project=project),
        assessment.assessment_session(user=user, questionnaire=questionnaire),
        assessment.document_type(),
    )
    return author, posts[0], university, questionnaire


def _hidden(
    author: User, post: Post, university: University, questionnaire: Questionnaire
) -> list[Table]:
    """Rows that would come first and last in every list, and be found by every name and id."""
    rows: list[Table] = []
    other, organization = identity.user(), Organization(name="H", slug="hidden-one")
    unverified = catalog.university(name=" !", slug="hidden-one", is_verified=False)
    draft = assessment.questionnaire(title=" !", status="DRAFT")
    draft_section = assessment.section(questionnaire=draft, position=0)
    rows += [other, organization, unverified, draft, draft_section]
    rows += [assessment.question(section=draft_section)]
    rows += [catalog.course(university=unverified, name=" !")]
    for at, letter, slug in ((FIRST, " !", "hidden-one"), (LAST, "zzz", "hidden-two")):
        unpublished = content.post(author=author, title=letter, published=False, created_at=at)
        deleted = content.post(author=author, slug=slug, deleted_at=at, created_at=at)
        project = projects.project(owner=other, created_at=at)
        session = assessment.assessment_session(
            user=other, questionnaire=questionnaire, started_at=at
        )
        rows += [unpublished, deleted, project, session]
        rows += [
            content.comment(post=unpublished, author=author, created_at=at),
            content.comment(post=deleted, author=author, created_at=at),
            content.comment(post=post, author=author, created_at=at, deleted_at=at),
            catalog.course(university=university, name=letter, is_active=False),
            catalog.university(name=letter, is_verified=False),
            assessment.questionnaire(title=letter, status="ARCHIVED"),
            projects.message(project=project, created_at=at),
            identity.user(name=letter, status="SUSPENDED", created_at=at),
            identity.user(name=letter, deleted_at=at, created_at=at),
        ]
    return rows


async def _before_and_after(
    client: httpx.AsyncClient, role: str, document: str
) -> tuple[httpx.Response, httpx.Response]:
    """The answers without and with the hidden rows."""
    user = identity.user(role="USER" if role == "ANONYMOUS" else role)
    await save(user)
    token = None if role == "ANONYMOUS" else await sign_in(user)
    shown = await _shown(user)
    hidden = _hidden(*shown)
    # The one among them that everybody sees, because somebody has to own the rest.
    secret = [row for row in hidden if not (isinstance(row, User) and row.status == "ACTIVE")]
    ids = [global_id(row) for row in (*shown, *secret)]
    variables = {"ids": ids, "id": global_id(shown[0])} if document == "by id" else None
    before = await send(client, DOCUMENTS[document], variables, token)
    await save(*hidden)
    return before, await send(client, DOCUMENTS[document], variables, token)


@pytest.mark.parametrize("document", DOCUMENTS)
@pytest.mark.parametrize("role", ["ANONYMOUS", "USER", "STAFF"])
async def test_hidden_rows_change_nothing(
    client: httpx.AsyncClient, database: SeedbedEngine, role: str, document: str
) -> None:
    before, after = await _before_and_after(client, role, document)
    assert after.content == before.content
    assert (after.status_code, after.headers) == (before.status_code, before.headers)


@pytest.mark.parametrize(
    "document", ["posts", "posts from the end", "catalog", "questionnaires", "by slug", "by id"]
)
async def test_the_same_rows_change_the_answers_of_who_may_see_them(
    client: httpx.AsyncClient, database: SeedbedEngine, document: str
) -> None:
    before, after = await _before_and_after(client, "ADMIN", document)
    assert after.content != before.content
    assert before.status_code == after.status_code == 200
    assert "errors" not in after.json()
