"""Documents as files: for whom the API shows them to, under a name that is safe, and never kept."""

import uuid
from email.message import Message

import httpx
import pytest

from app.database import SeedbedEngine, count_statements
from app.tables import Document
from app.tables.identifiers import API_KEY, hash_token, new_token
from app.web.downloads import disposition
from seeds import assessment, identity
from seeds.ids import moment
from seeds.upsert import save
from tests.assessments import People, make_form, make_people
from tests.graphql import ask, global_id
from tests.web.test_headers import COMMON

TEXT = "# Plän\n\nZürich & 東京\n"
READERS = {"author": 200, "colleague": 200, "admin": 200, "other": 404}


@pytest.fixture
async def people(database: SeedbedEngine) -> People:
    """Four people who are logged in."""
    assert database
    return await make_people()


async def make_document(people: People, **values: object) -> Document:
    """A saved document of the author's, by a questionnaire of their organisation."""
    form = await make_form(people.organization)
    session = assessment.assessment_session(
        user=people.author, questionnaire=form.questionnaire, status="COMPLETED",
        completed_at=moment(3),
    )  # fmt: skip
    kind = assessment.document_type()
    values = {"status": "GENERATED", "content": TEXT, "generated_at": moment(4), **values}
    document = assessment.document(session=session, document_type=kind, **values)
    await save(session, kind, document)
    return document


def path(document: Document) -> str:
    """Where it is to be had."""
    return f"/documents/{global_id(document)}.md"


def bearer(token: str) -> dict[str, str]:
    """The header of a token."""
    return {"Authorization": f"Bearer {token}"}


async def test_a_document_is_downloaded(client: httpx.AsyncClient, people: People) -> None:
    document = await make_document(people, title="Plan: Überblick", version=2)
    with count_statements() as statements:
        response = await client.get(path(document), headers=bearer(people.tokens["author"]))
    assert statements.count == 2  # whose token it is, and the document
    assert (response.status_code, response.text) == (200, TEXT)
    assert response.headers["content-type"] == "text/markdown; charset=utf-8"
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["content-disposition"] == (
        'attachment; filename="plan-uberblick-v2.md"; '
        "filename*=UTF-8''Plan%20%C3%9Cberblick%20v2.md"
    )
    for name, value in COMMON.items():
        assert response.headers.get_list(name) == [value], name
    head = await client.head(path(document), headers=bearer(people.tokens["author"]))
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(TEXT.encode()))


@pytest.mark.parametrize("status", ["GENERATED", "PENDING"])
async def test_it_is_there_for_whom_the_api_shows_it_to(
    client: httpx.AsyncClient, people: People, status: str
) -> None:
    content = TEXT if status == "GENERATED" else None
    document = await make_document(people, status=status, content=content)
    missing = f"/documents/Document_{uuid.uuid4()}.md"
    for name, expected in READERS.items():
        token = people.tokens[name]
        found = await client.get(path(document), headers=bearer(token))
        nothing = await client.get(missing, headers=bearer(token))
        read = "query($id: ID!) { document(id: $id) { downloadPath } }"
        shown = (await ask(client, read, {"id": global_id(document)}, token))["document"]
        assert nothing.status_code == 404
        if expected == 404:
            assert (found.status_code, found.content, shown) == (404, nothing.content, None)
        elif content is None:
            assert (found.status_code, shown) == (409, {"downloadPath": None})
            (error,) = found.json()["errors"]
            assert error["message"] == "the document is PENDING, and has no text to download"
        else:
            assert (found.status_code, found.text) == (200, TEXT)
            assert shown == {"downloadPath": path(document)}


async def test_who_is_nobody_is_told_to_log_in(client: httpx.AsyncClient, people: People) -> None:
    document = await make_document(people)
    for headers in ({}, bearer("sb_at_of_nobody"), {"Authorization": "Basic YTpi"}):
        response = await client.get(path(document), headers=headers)
        assert (response.status_code, response.headers["www-authenticate"]) == (401, "Bearer")
        assert response.json()["errors"][0]["extensions"] == {"code": "UNAUTHENTICATED"}
        assert response.headers["cache-control"] == "no-store"


async def test_a_key_needs_the_scope_read(client: httpx.AsyncClient, people: People) -> None:
    document = await make_document(people)
    for scope, status in (("read", 200), ("write", 403)):
        key = new_token(API_KEY)
        row = identity.api_key(user=people.author, key_hash=hash_token(key), scopes=[scope])
        await save(row)
        response = await client.get(path(document), headers=bearer(key))
        assert response.status_code == status, response.text


@pytest.mark.parametrize("id_", ["nothing", "Post_%s", "document_%s", "Document_%s0", "%s"])
async def test_other_ids_lead_to_nothing(
    client: httpx.AsyncClient, people: People, id_: str
) -> None:
    document = await make_document(people)
    name = id_.replace("%s", str(document.id))
    token = people.tokens["author"]
    with count_statements() as statements:
        response = await client.get(f"/documents/{name}.md", headers=bearer(token))
    assert (response.status_code, statements.count) == (404, 1)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
async def test_it_is_only_read(client: httpx.AsyncClient, people: People, method: str) -> None:
    document = await make_document(people)
    headers = bearer(people.tokens["author"])
    response = await client.request(method, path(document), headers=headers)
    assert (response.status_code, set(response.headers["allow"].split(", "))) == (
        405,
        {"GET", "HEAD"},
    )


@pytest.mark.parametrize(
    ("title", "plain", "full"),
    [
        ("東京", "dongjing-v1.md", "東京 v1.md"),
        (
            'a"; filename="b.exe\r\nX: y',
            "a-filename-b-exe-x-y-v1.md",
            "a ; filename= b.exe X y v1.md",
        ),
        ("../../etc/passwd", "etc-passwd-v1.md", "etc passwd v1.md"),
        ("C:\\con.md\u202efdp.exe", "c-con-mdfdp-exe-v1.md", "C con.md fdp.exe v1.md"),
        ("\u200b...", "document-v1.md", "document v1.md"),
        ("é'(x)*%41", "e-x-41-v1.md", "é'(x) 41 v1.md"),
        ("e\u0301" * 300, f"{'e' * 60}-v1.md", f"{'é' * 60} v1.md"),
    ],
)
def test_the_name_is_safe_and_keeps_its_letters(title: str, plain: str, full: str) -> None:
    header = disposition(title, 1)
    assert header.isascii()
    assert header.isprintable()
    message = Message()
    message["Content-Disposition"] = header.split("; filename*=")[0]
    assert message.get_filename() == plain
    extended = Message()
    extended["Content-Disposition"] = "attachment; " + header.partition("; ")[2].split("; ")[-1]
    assert extended.get_filename() == full
    assert len(full.encode()) < 255
