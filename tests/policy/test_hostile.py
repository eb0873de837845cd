"""Hostile values in every argument of every mutation: a clear answer, and no secret in the log."""

import json
import logging
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import httpx
import pytest
from graphql import (
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLScalarType,
)

from app.database import SeedbedEngine
from tests.policy.examples.runs import (
    MUTATIONS,
    document,
    example_of,
    field_of,
    let_keys_in,
    problems_of,
    run,
    secret_texts,
)
from tests.policy.world import make_world

MARK = "mark-of-the-hostile"
TEXTS = (
    MARK + "x" * 500_000,
    MARK + "\x00",
    MARK + "\u202e\u2066\ufeff\u2028",
    MARK + "'; drop table identity.users; -- $1 %s {0}",
    MARK + "<script>alert(1)</script>{{ 7 * 7 }}",
    MARK + "\r\nBcc: somebody@seedbed.example",
    "\U0001f4a5" * 10,
    "",
)
DEEP: Any = MARK
for _ in range(40):
    DEEP = {"a": [DEEP]} if isinstance(DEEP, str) else {"a": DEEP}
VALUES: dict[str, tuple[Any, ...]] = {
    "String": TEXTS,
    "ID": (*TEXTS[:4], "User_", "User_0", "Post_00000000-0000-0000-0000-000000000000", "_"),
    "JSON": (DEEP, {"\x00": 1}, ["\x00"], [[]], 10**18, 1e308, None),
    "Decimal": (
        "NaN", "Infinity", "-0", "1e30", "1e999999", "1e-999999", "9" * 60, "9" * 5_000, MARK,
    ),
    "DateTime": (
        "0000-00-00T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", MARK,
    ),
    "Int": (2**31 - 1, -(2**31), 2**31, 10**18),
}  # fmt: skip


@pytest.fixture(scope="session")
def mode() -> str:
    """One is enough: arguments are read before an answer is made."""
    return "json"


def _places(
    kind: GraphQLInputType, path: tuple[Any, ...], given: Any
) -> Iterator[tuple[tuple[Any, ...], str]]:
    """Where a value of a scalar stands, below `path`, in what an example gives."""
    kind = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
    if isinstance(kind, GraphQLList):
        for number, item in enumerate(given if isinstance(given, list) else ()):
            yield from _places(kind.of_type, (*path, number), item)
    elif isinstance(kind, GraphQLInputObjectType):
        for name, field in kind.fields.items():
            if isinstance(given, dict) and name in given:
                yield from _places(field.type, (*path, name), given[name])
    elif isinstance(kind, GraphQLScalarType) and kind.name in VALUES:
        yield path, kind.name


def _with(variables: dict[str, Any], path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    """The variables with another value at one place."""
    made = deepcopy(variables)
    inner: Any = made
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    return made


def _leaves(kind: GraphQLInputType, path: str, seen: frozenset[str] = frozenset()) -> Iterator[str]:
    """Every text among a mutation's arguments, whether an example gives it or not."""
    while isinstance(kind, GraphQLNonNull | GraphQLList):
        kind = kind.of_type
    if isinstance(kind, GraphQLInputObjectType) and kind.name not in seen:
        for name, field in kind.fields.items():
            yield from _leaves(field.type, f"{path}.{name}", seen | {kind.name})
    elif isinstance(kind, GraphQLScalarType) and kind.name == "String":
        yield path


# Texts that exclude another argument of the example: they are given in tests of their own.
OTHERWISE = {
    "answer_question.key", "answer_questions.answers.key", "clear_answer.key", "skip_question.key",
    "redeem_magic_link.device.deviceName", "redeem_magic_link.device.deviceType",
}  # fmt: skip


@pytest.mark.parametrize("name", MUTATIONS)
async def test_a_hostile_value_is_answered_clearly_and_not_logged(
    client: httpx.AsyncClient,
    database: SeedbedEngine,
    name: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    world = await make_world()
    await let_keys_in(world)
    own = example_of(name)
    variables = await own.prepare(world)
    places = [
        place
        for argument, kind in field_of(name).args.items()
        if argument in variables
        for place in _places(kind.type, (argument,), variables[argument])
    ]
    walked = {".".join((name, *(s for s in path if isinstance(s, str)))) for path, _ in places}
    texts = {
        leaf
        for argument, kind in field_of(name).args.items()
        for leaf in _leaves(kind.type, f"{name}.{argument}")
    }
    assert texts - walked - OTHERWISE == set(), "give these texts in the example as well"
    caplog.set_level(logging.DEBUG, "app")
    for path, scalar in places:
        for value in VALUES[scalar]:
            hostile = _with(variables, path, value)
            # Who tries passwords is slowed down, which is not the question here.
            await database.fetch("delete from operations.rate_limits")
            async with database.transaction() as transaction:
                response = await run(client, name, hostile, world.tokens[own.caller])
                await transaction.rollback()
            codes = problems_of(name, response)
            where = (path, str(value)[:60])
            assert response.status_code in {200, 400}, (where, response.status_code)
            assert "INTERNAL_ERROR" not in codes, (where, response.text[:300])
            secrets = [secret for secret in secret_texts(hostile) if len(secret) > len(MARK)]
            assert not any(secret[:100] in caplog.text for secret in secrets), where
            caplog.clear()


@pytest.mark.parametrize("text", ["\\ud800", "\\udfff\\ud800", "\\u0000"])
async def test_half_a_character_is_refused_where_it_is_read(
    client: httpx.AsyncClient, database: SeedbedEngine, text: str
) -> None:
    name, variables = "log_in", {"input": {"email": "TEXT", "password": "TEXT"}}
    body = json.dumps({"query": document(name, variables), "variables": variables})
    headers = {"content-type": "application/json"}
    for sent in (
        body.replace("TEXT", text),
        json.dumps(
            {"query": 'mutation { requestMagicLink(email: "%s") { errors { code } } }'}
        ).replace("%s", "\\" + text),
    ):
        response = await client.post("/graphql", content=sent, headers=headers)
        answer = response.json()
        codes = {error["extensions"]["code"] for error in answer.get("errors", ())}
        payload = next(iter((answer.get("data") or {}).values()), None) or {}
        codes |= {error["code"] for error in payload.get("errors", ())}
        assert codes & {"BAD_REQUEST", "GRAPHQL_PARSE_FAILED", "INVALID", "BAD_USER_INPUT"}, answer
        assert "INTERNAL_ERROR" not in codes


async def test_a_body_beyond_the_limit_is_not_read(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    variables = {"input": {"email": "x" * 2_000_000, "password": "x"}}
    response = await run(client, "log_in", variables, None)
    assert (response.status_code, problems_of("log_in", response)) == (413, ["BODY_TOO_LARGE"])
