"""Filters and orders are no oracle: hidden rows and hidden values change no byte of any answer."""

import json
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from app.database import SeedbedEngine
from app.tables import DocumentType, Post, University, User
from seeds import assessment, catalog, content, identity, projects
from seeds.upsert import save
from tests.graphql import ask, code_of, global_id, refuse, send, sign_in
from tests.policy.filters import filters_of

AT = datetime(2026, 5, 5, tzinfo=UTC)
ROLES = ("ANONYMOUS", "STAFF")


@pytest.fixture(scope="session")
def mode() -> str:
    """One is enough: both modes have the same conditions in their statements."""
    return "json"


LISTS = {
    "posts": "Post",
    "universities": "University",
    "courses": "Course",
    "questionnaires": "Questionnaire",
    "projects": "Project",
    "assessmentSessions": "AssessmentSession",
    "documents": "Document",
}


async def _shown(user: User) -> Post:
    post = content.post(author=identity.user(name="shown", id=user.id), title="shown")
    questionnaire = assessment.questionnaire(title="shown")
    section = assessment.section(questionnaire=questionnaire, title="shown")
    await save(
        post,
        content.comment(post=post, author=user, body="shown"),
        questionnaire,
        section,
        assessment.question(section=section),
        university := catalog.university(name="shown"),
        catalog.course(university=university, name="shown"),
        project := projects.project(owner=user, name="shown"),
        projects.message(project=project, content="shown"),
        run := assessment.assessment_session(user=user, questionnaire=questionnaire),
        kind := assessment.document_type(name="shown"),
        assessment.document(session=run, document_type=kind, title="shown"),
    )
    return post


async def _hide(user: User, post: Post) -> None:
    """Rows that every filter would find: hidden themselves, or below and above what is shown."""
    university = catalog.university(
        name="hidden", slug="hidden", city="hidden", country="hidden", domains=["hidden"],
        is_verified=False, created_at=AT,
    )  # fmt: skip
    other = identity.user(
        name="hidden", status="SUSPENDED", university=university, created_at=AT, last_login_at=AT
    )
    draft = content.post(
        author=other, title="hidden", slug="hidden", content="hidden", published=False,
        created_at=AT,
    )  # fmt: skip
    questionnaire = assessment.questionnaire(
        title="hidden", slug="hidden", status="DRAFT", version=7, created_at=AT
    )
    section = assessment.section(questionnaire=questionnaire, title="hidden", position=7)
    shown_university = (await University.objects().where(
        University.name == "shown"
    ))[0]  # fmt: skip
    kind = (await DocumentType.objects().where(DocumentType.name == "shown"))[0]
    project = projects.project(owner=other, name="hidden", created_at=AT)
    message = projects.message(project=project, content="hidden", created_at=AT)
    await save(
        other,
        draft,
        university,
        questionnaire,
        section,
        project,
        message,
        content.post(author=user, title="hidden", deleted_at=AT, created_at=AT),
        content.comment(post=post, author=user, body="hidden", deleted_at=AT, created_at=AT),
        content.comment(post=draft, author=user, body="hidden", created_at=AT),
        catalog.course(university=university, name="hidden", code="hidden", created_at=AT),
        catalog.course(
            university=shown_university, name="hidden", code="hidden", credits=7, is_active=False,
            created_at=AT,
        ),
        assessment.question(section=section, text="hidden"),
        run := assessment.assessment_session(
            user=other, questionnaire=questionnaire, started_at=AT
        ),
        assessment.document(
            session=run, document_type=kind, title="hidden", content="hidden", error="hidden",
            version=7, status="APPROVED", reviewed_by=user, created_at=AT, generated_at=AT,
        ),
    )  # fmt: skip


def _documents(field: str, filters: list[dict[str, Any]]) -> list[tuple[str, dict[str, Any]]]:
    """Eight filters to a document, each under a name of its own, and as many negated."""
    kind = LISTS[field]
    made: list[tuple[str, dict[str, Any]]] = []
    for start in range(0, len(filters), 8):
        some = filters[start : start + 8]
        heads = " ".join(f"$f{n}: {kind}Filter" for n in range(len(some)))
        body = " ".join(
            f"a{n}: {field}(where: $f{n}, first: 3) {{ totalCount edges {{ cursor }} }}"
            f" b{n}: {field}(where: {{ not: $f{n} }}, first: 3) {{ totalCount }}"
            for n in range(len(some))
        )
        variables = {f"f{n}": one for n, one in enumerate(some)}
        made.append((f"query({heads}) {{ {body} }}", variables))
    return made


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("field", LISTS)
async def test_hidden_rows_change_no_filter(
    client: httpx.AsyncClient, database: SeedbedEngine, role: str, field: str
) -> None:
    user = identity.user(name="shown", role="USER" if role == "ANONYMOUS" else role)
    await save(user)
    token = None if role == "ANONYMOUS" else await sign_in(user)
    post = await _shown(user)
    documents = _documents(field, filters_of(LISTS[field], depth=2 if field == "posts" else 1))
    before = [(await send(client, text, given, token)).content for text, given in documents]
    await _hide(user, post)
    after = [(await send(client, text, given, token)).content for text, given in documents]
    assert after == before
    answers = [json.loads(answer) for answer in before]
    found = [page for one in answers for page in (one["data"] or {}).values() if page]
    if role != "ANONYMOUS" or field not in {"projects", "assessmentSessions", "documents"}:
        assert any(page["totalCount"] for page in found)
    messages = {error["message"] for one in answers for error in one.get("errors", ())}
    assert all(message.startswith("you may not read ") for message in messages), messages


async def test_the_same_rows_change_the_filters_of_who_may_see_them(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    user = identity.user(role="ADMIN")
    await save(user)
    token = await sign_in(user)
    post = await _shown(user)
    (document, *_) = _documents("posts", filters_of("Post"))
    before = (await send(client, *document, token)).json()
    await _hide(user, post)
    after = (await send(client, *document, token)).json()
    changed = [key for key in before["data"] if before["data"][key] != after["data"][key]]
    assert len(changed) >= len(before["data"]) // 2


async def test_a_column_that_is_shown_of_some_rows_is_null_for_filters_of_the_others(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    me = identity.user(name="me", email="same-1@seedbed.example", last_login_at=AT)
    other = identity.user(name="other", email="same-2@seedbed.example", last_login_at=AT)
    await save(me, other, *(content.post(author=who, title=who.name) for who in (me, other)))
    token = await sign_in(me)

    async def authors(where: dict[str, Any], order: object = None) -> list[str]:
        data = await ask(
            client,
            "query($w: PostFilter, $o: [PostOrder!]) {"
            " posts(where: $w, orderBy: $o) { nodes { title author { email } } } }",
            {"w": where, "o": order or [{"title": "ASC"}]},
            token,
        )
        return [node["title"] for node in data["posts"]["nodes"]]

    for email, found in (
        ({"eq": "same-2@seedbed.example"}, []),
        ({"ne": "same-1@seedbed.example"}, []),
        ({"notIn": []}, ["me"]),
        ({"startsWith": "same"}, ["me"]),
        ({"gt": ""}, ["me"]),
        ({"isNull": True}, ["other"]),
        ({"isNull": False}, ["me"]),
    ):
        assert await authors({"author": {"email": email}}) == found, email
    assert await authors({"author": {"not": {"email": {"startsWith": "same"}}}}) == ["other"]
    # Their role is not shown either, so they sort as null.
    assert await authors({}, [{"author": {"email": "DESC"}}]) == ["me", "other"]
    assert await authors({}, [{"author": {"email": "ASC_NULLS_FIRST"}}]) == ["other", "me"]


async def test_an_id_behind_a_hidden_row_finds_nothing(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    hidden = identity.user(status="SUSPENDED")
    shown = identity.user()
    await save(hidden, shown, content.post(author=hidden, title="h"))
    await save(content.post(author=shown, title="s"))
    ids = {"hidden": global_id(hidden), "shown": global_id(shown)}
    for where, found in (
        ({"authorId": {"eq": ids["hidden"]}}, []),
        ({"authorId": {"in": list(ids.values())}}, ["s"]),
        ({"authorId": {"ne": ids["shown"]}}, []),
        ({"authorId": {"notIn": [ids["shown"]]}}, []),
        ({"authorId": {"isNull": True}}, ["h"]),
        ({"authorId": {"isNull": False}}, ["s"]),
        ({"author": {"id": {"eq": ids["hidden"]}}}, []),
        ({"author": {}}, ["s"]),
        ({"not": {"author": {}}}, ["h"]),
    ):
        data = await ask(
            client,
            "query($w: PostFilter) { posts(where: $w) { nodes { title } } }",
            {"w": where},
        )
        assert [node["title"] for node in data["posts"]["nodes"]] == found, where


async def test_columns_that_nobody_shows_you_cannot_be_filtered_by(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    for field, where, column in (
        ("posts", "{ author: { email: { isNull: true } } }", "User.email"),
        ("posts", "{ author: { organizationId: { isNull: true } } }", "User.organization"),
        ("posts", "{ author: { organization: {} } }", "User.organization"),
        ("posts", "{ or: [{}, { not: { author: { role: { eq: ADMIN } } } }] }", "User.role"),
        ("documentTypes", '{ template: { contains: "x" } }', "DocumentType.template"),
    ):
        errors = await refuse(client, f"{{ {field}(where: {where}) {{ totalCount }} }}")
        assert errors[0]["message"] == f"you may not read {column}"
        assert code_of(errors) == "FORBIDDEN"
    for field, order, column in (
        ("posts", "{ author: { email: ASC } }", "User.email"),
        ("posts", "{ author: { university: { name: ASC } } }", "User.university"),
    ):
        errors = await refuse(client, f"{{ {field}(orderBy: {order}) {{ totalCount }} }}")
        assert errors[0]["message"] == f"you may not read {column}"
