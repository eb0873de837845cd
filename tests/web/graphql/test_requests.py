"""GraphQL over HTTP: methods, media types, bodies, and who is calling."""

import gzip
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from app.database import SeedbedEngine, count_statements
from seeds import identity
from seeds.upsert import save
from tests.graphql import send, sign_in

# How an answer is made has no part in how it is sent.
pytestmark = pytest.mark.parametrize("mode", ["json"], indirect=True)

JSON = "application/json"
GRAPHQL_JSON = "application/graphql-response+json"
QUERY = "{ __typename }"
ANSWER = {"data": {"__typename": "Query"}}


async def post(client: httpx.AsyncClient, body: bytes | str, **headers: str) -> httpx.Response:
    """The response to a body, sent as JSON unless told otherwise."""
    content = body.encode() if isinstance(body, str) else body
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await client.post("/graphql", content=content, headers={"content-type": JSON, **named})


def refused(response: httpx.Response, status: int, code: str) -> str:
    """The message of a request that was not run: one error, and no data."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"].endswith("json; charset=utf-8")
    answer = response.json()
    assert set(answer) == {"errors"}
    ((error),) = answer["errors"]
    assert error["extensions"]["code"] == code, error
    return str(error["message"])


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        (JSON, JSON),
        (GRAPHQL_JSON, GRAPHQL_JSON),
        (f"{GRAPHQL_JSON}, {JSON}", GRAPHQL_JSON),
        (f"{JSON}, {GRAPHQL_JSON}", JSON),
        (f"{JSON};q=0.5, {GRAPHQL_JSON};q=0.6", GRAPHQL_JSON),
        (f"{GRAPHQL_JSON};q=0.2, {JSON};q=0.9", JSON),
        (f"text/html, {GRAPHQL_JSON};charset=utf-8;q=0.1", GRAPHQL_JSON),
        (f"{GRAPHQL_JSON};q=0, */*;q=0.1", JSON),
        (f"{JSON};q=0, */*", GRAPHQL_JSON),
        ("APPLICATION/JSON; Q=0.3", JSON),
    ],
)
async def test_the_answer_has_the_media_type_that_is_asked_for(
    client: httpx.AsyncClient, accept: str | None, expected: str
) -> None:
    if accept is None:
        del client.headers["accept"]
    headers = {} if accept is None else {"accept": accept}
    response = await client.post("/graphql", json={"query": QUERY}, headers=headers)
    assert (response.status_code, response.json()) == (200, ANSWER)
    assert response.headers["content-type"] == f"{expected}; charset=utf-8"
    assert response.headers["cache-control"] == "no-store"


async def test_accept_in_two_lines_is_one_list(client: httpx.AsyncClient) -> None:
    headers = [("accept", "text/html"), ("accept", GRAPHQL_JSON)]
    response = await client.post("/graphql", json={"query": QUERY}, headers=headers)
    assert response.headers["content-type"].startswith(GRAPHQL_JSON)


@pytest.mark.parametrize("accept", ["text/html", "text/*", f"{JSON};q=0", "image/png, text/plain"])
async def test_an_answer_that_cannot_be_given(client: httpx.AsyncClient, accept: str) -> None:
    response = await client.post("/graphql", json={"query": QUERY}, headers={"accept": accept})
    message = refused(response, 406, "NOT_ACCEPTABLE")
    assert message == f"answers are {GRAPHQL_JSON}, {JSON} or text/event-stream"


@pytest.mark.parametrize(
    "kind",
    ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
     "application/graphql", "application/json; charset=utf-16", "application/jsonx"],
)  # fmt: skip
async def test_a_body_of_another_kind(client: httpx.AsyncClient, kind: str) -> None:
    response = await post(client, '{"query": "{ __typename }"}', content_type=kind)
    assert refused(response, 415, "UNSUPPORTED_MEDIA_TYPE") == f"send the operation as {JSON}"


@pytest.mark.parametrize(
    "kind", ["application/json; charset=utf-8", 'APPLICATION/JSON;charset="UTF-8"']
)
async def test_a_body_that_names_its_encoding(client: httpx.AsyncClient, kind: str) -> None:
    response = await post(client, '{"query": "{ __typename }"}', content_type=kind)
    assert (response.status_code, response.json()) == (200, ANSWER)


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "BREW"])
async def test_other_methods(client: httpx.AsyncClient, method: str) -> None:
    response = await client.request(method, "/graphql")
    assert response.status_code == 405
    assert response.headers["allow"] == "GET, POST"


async def test_a_query_by_get(client: httpx.AsyncClient, database: SeedbedEngine) -> None:
    parameters = {"query": "query A($n: Int) { posts(first: $n) { totalCount } }"}
    for more in (
        {},
        {"variables": ""},
        {"operationName": ""},
        {"variables": '{"n": 1}', "operationName": "A", "extensions": "{}"},
        {"variables": "null", "extensions": ""},
    ):
        response = await client.get("/graphql", params={**parameters, **more})
        assert (response.status_code, response.json()) == (
            200,
            {"data": {"posts": {"totalCount": 0}}},
        )


async def test_a_mutation_by_get_is_not_run(client: httpx.AsyncClient) -> None:
    """There is no mutation yet, so that the document is not even valid."""
    response = await client.get("/graphql", params={"query": "mutation { anything }"})
    refused(response, 200, "GRAPHQL_VALIDATION_FAILED")


@pytest.mark.parametrize(
    "parameters",
    [{}, {"query": ""}, {"query": QUERY, "variables": "{"}, {"query": QUERY, "variables": "[]"},
     {"query": QUERY, "extensions": "1"}, {"query": QUERY, "variables": "NaN"}],
)  # fmt: skip
async def test_a_get_that_cannot_be_read(
    client: httpx.AsyncClient, parameters: dict[str, str]
) -> None:
    refused(await client.get("/graphql", params=parameters), 400, "BAD_REQUEST")


BODIES: dict[str, bytes] = {
    "empty": b"",
    "null": b"null",
    "true": b"true",
    "a number": b"1",
    "a string": b'"{ __typename }"',
    "a list": b"[]",
    "a batch": b'[{"query": "{ __typename }"}]',
    "NaN": b"NaN",
    "NaN inside": b'{"query": "{ __typename }", "variables": {"a": NaN}}',
    "cut off": b'{"query": "{ __typename',
    "an object": b"{}",
    "null query": b'{"query": null}',
    "blank query": b'{"query": " \\n"}',
    "a number as query": b'{"query": 1}',
    "a list as variables": b'{"query": "{ __typename }", "variables": []}',
    "a string as variables": b'{"query": "{ __typename }", "variables": "{}"}',
    "a number as name": b'{"query": "{ __typename }", "operationName": 1}',
    "a list as extensions": b'{"query": "{ __typename }", "extensions": []}',
    "invalid UTF-8": b'{"query": "\xff"}',
    "UTF-16": '{"query": "{ __typename }"}'.encode("utf-16"),
    "a lone surrogate in the query": b'{"query": "\\ud800"}',
    "a lone surrogate in the name": b'{"query": "{ __typename }", "operationName": "\\ud800"}',
    "gzip without saying so": gzip.compress(b'{"query": "{ __typename }"}'),
    "deep lists": b'{"query": "{ __typename }", "variables": {"a": ' + b"[" * 50_000,
    "deep objects": b'{"a":' * 50_000,
    "deep and complete": b'{"query": "{ __typename }", "variables": {"a": '
    + b"[" * 100 + b"]" * 100 + b"}}",
    "a string of escaped quotes without an end": b'{"query": "' + b'\\"' * 500_000,
    "the same, ended by a backslash": b'{"query": "' + b'\\"' * 500_000 + b"\\",
}  # fmt: skip


@pytest.mark.parametrize("name", BODIES)
async def test_a_body_that_cannot_be_read(client: httpx.AsyncClient, name: str) -> None:
    message = refused(await post(client, BODIES[name]), 400, "BAD_REQUEST")
    assert len(message) < 200


async def test_brackets_in_strings_are_not_depth(client: httpx.AsyncClient) -> None:
    query = "{ __typename } # " + "[{" * 500 + '"\\\\"'
    response = await client.post("/graphql", json={"query": query, "variables": {"a": "[" * 500}})
    assert response.json() == ANSWER


async def test_a_compressed_body(client: httpx.AsyncClient) -> None:
    body = gzip.compress(b'{"query": "{ __typename }"}')
    response = await post(client, body, content_encoding="gzip")
    assert refused(response, 415, "UNSUPPORTED_MEDIA_TYPE") == "send the operation uncompressed"


async def test_a_body_that_is_too_large(client: httpx.AsyncClient, engine: SeedbedEngine) -> None:
    limit = engine.settings.max_body_bytes
    body = b'{"query": "{ __typename }", "x": "' + b"a" * limit + b'"}'
    read = 0

    async def chunks() -> AsyncIterator[bytes]:
        nonlocal read
        for start in range(0, 10 * len(body), 65_536):
            read += 65_536
            yield body[start % len(body) :][:65_536]

    for response in (
        await post(client, body),
        await post(client, b"{}", content_length="9" * 400),
        await client.post("/graphql", content=chunks(), headers={"content-type": JSON}),
    ):
        assert refused(response, 413, "BODY_TOO_LARGE") == f"the body has more than {limit} bytes"
    assert read < limit + 3 * 65_536, "the rest is not read"
    fits = b'{"query": "{ __typename }", "x": "' + b"a" * (limit - 36) + b'"}'
    assert len(fits) == limit
    assert (await post(client, fits)).json() == ANSWER


async def test_unknown_parts_of_the_body_are_passed_over(client: httpx.AsyncClient) -> None:
    response = await client.post("/graphql", json={"query": QUERY, "other": [1], "extensions": {}})
    assert response.json() == ANSWER


# Who is calling


async def test_a_token_that_is_good(client: httpx.AsyncClient, database: SeedbedEngine) -> None:
    user = identity.user()
    await save(user)
    token = await sign_in(user)
    document = f'{{ user(id: "User_{user.id}") {{ email }} }}'
    for scheme in ("Bearer", "bearer", "BEARER"):
        response = await client.post(
            "/graphql", json={"query": document}, headers={"authorization": f"{scheme} {token}"}
        )
        assert response.json() == {"data": {"user": {"email": user.email}}}


NOW = datetime.now(UTC)


@pytest.mark.parametrize(
    ("person", "login"),
    [
        ({}, {"expires_at": NOW - timedelta(seconds=1)}),
        ({}, {"revoked_at": NOW}),
        ({"status": "SUSPENDED"}, {}),
        ({"status": "PENDING"}, {}),
        ({"deleted_at": NOW}, {}),
    ],
    ids=["expired", "revoked", "suspended", "pending", "deleted"],
)
async def test_a_token_that_is_good_no_longer(
    client: httpx.AsyncClient,
    database: SeedbedEngine,
    person: dict[str, Any],
    login: dict[str, Any],
) -> None:
    user = identity.user(**person)
    await save(user)
    token = await sign_in(user, **login)
    with count_statements() as statements:
        response = await send(client, "{ posts { totalCount } }", token=token)
    message = refused(response, 401, "UNAUTHENTICATED")
    assert message == "the access token is not valid, or no longer; log in again"
    assert response.headers["www-authenticate"] == "Bearer"
    assert statements.count == 1


@pytest.mark.parametrize(
    "header", ["Bearer nobody", "Bearer \xff", "Bearer", "", "Basic YTpi", "x"]
)
async def test_a_header_that_leads_to_nobody(
    client: httpx.AsyncClient, database: SeedbedEngine, header: str
) -> None:
    response = await client.post(
        "/graphql", json={"query": QUERY}, headers=[(b"authorization", header.encode("latin-1"))]
    )
    refused(response, 401, "UNAUTHENTICATED")


async def test_the_hash_of_a_token_is_no_token(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    user = identity.user()
    session = identity.session(user=user, expires_at=NOW + timedelta(hours=1))
    await save(user, session)
    refused(await send(client, QUERY, token=session.access_token_hash), 401, "UNAUTHENTICATED")
