"""Filters of JSON columns: whole values, their fields, and parts at a path."""

from typing import Any

import httpx
import pytest

from app.database import SeedbedEngine, count_statements
from seeds import assessment, identity
from seeds.upsert import save
from tests.graphql import ask, code_of, refuse, sign_in

VALUES: dict[str, Any] = {
    "a": {"x": 1, "y": {"z": ["p", "q"]}},
    "b": {"x": 1.0, "n": None},
    "c": ["x", {"x": 2}],
    "d": "x",
    "e": None,
}

FILTERS: list[tuple[dict[str, Any], str]] = [
    ({"eq": {"y": {"z": ["p", "q"]}, "x": 1}}, "a"),
    ({"eq": "x"}, "d"),
    ({"eq": ["x", {"x": 2}]}, "c"),
    ({"contains": {"x": 1}}, "ab"),
    ({"contains": {"n": None}}, "b"),
    ({"contains": [{"x": 2}]}, "c"),
    ({"contains": {}}, "ab"),
    ({"hasKey": "x"}, "abcd"),
    ({"hasKey": "y"}, "a"),
    ({"isNull": True}, "e"),
    ({"isNull": False}, "abcd"),
    ({"at": {"path": ["x"], "eq": 1}}, "ab"),
    ({"at": {"path": ["y", "z"], "contains": ["q"]}}, "a"),
    ({"at": {"path": ["y", "z", "1"], "eq": "q"}}, "a"),
    ({"at": {"path": ["y"], "hasKey": "z"}}, "a"),
    ({"at": {"path": ["n"], "isNull": True}}, "abcde"),
    ({"at": {"path": ["x"], "isNull": False}}, "ab"),
    ({"at": {"path": [], "eq": "x"}}, "d"),
    ({"hasKey": "x", "at": {"path": ["x"], "isNull": True}}, "cd"),
]


@pytest.fixture
async def token(database: SeedbedEngine) -> str:
    """Of a user who has answered five questions with these values."""
    user = identity.user()
    questionnaire = assessment.questionnaire()
    section = assessment.section(questionnaire=questionnaire)
    session = assessment.assessment_session(user=user, questionnaire=questionnaire)
    questions = [assessment.question(section=section, key=name) for name in VALUES]
    # Null as JSON has it: the column itself is never null.
    responses = [
        assessment.response(session=session, question=question, value=value)
        for question, value in zip(questions, VALUES.values(), strict=True)
        if value is not None
    ]
    nothing = assessment.response(session=session, question=questions[-1], value={})
    nothing.value = "null"
    await save(user, questionnaire, section, session, *questions, *responses, nothing)
    return await sign_in(user)


LIST = """query($w: JSONFilter) { assessmentSessions { nodes {
  responses(where: { value: $w }, orderBy: { question: { key: ASC } }) {
    totalCount nodes { question { key } } } } } }"""


@pytest.mark.parametrize(("value", "names"), FILTERS, ids=[str(value) for value, _ in FILTERS])
async def test_json(
    client: httpx.AsyncClient, token: str, value: dict[str, Any], names: str
) -> None:
    data = await ask(client, LIST, {"w": value}, token)
    (node,) = data["assessmentSessions"]["nodes"]
    assert "".join(each["question"]["key"] for each in node["responses"]["nodes"]) == names
    assert node["responses"]["totalCount"] == len(names)


async def test_variables_inside_a_json_value(client: httpx.AsyncClient, token: str) -> None:
    document = """query($x: Int, $list: JSON) { assessmentSessions { nodes {
      responses(where: { or: [{ value: { contains: { x: $x } } }, { value: { eq: $list } },
                              { value: { eq: ["x", { x: $x }] } }] },
                orderBy: { question: { key: ASC } }) { nodes { question { key } } } } } }"""
    for variables, names in (
        ({"x": 1, "list": ["x", {"x": 2}]}, "abc"),
        ({"x": 2, "list": None}, ""),
        ({"x": 2, "list": "x"}, "cd"),
        ({"x": 1, "list": "y"}, "ab"),
    ):
        if variables["list"] is None:
            errors = await refuse(client, document, variables, token)
            assert "eq is null; leave it out" in errors[0]["message"]
            continue
        data = await ask(client, document, variables, token)
        (node,) = data["assessmentSessions"]["nodes"]
        found = [each["question"]["key"] for each in node["responses"]["nodes"]]
        assert "".join(found) == names, variables


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"eq": "\x00"}, "where.value.eq holds what JSON cannot store"),
        ({"contains": {"a": [{"\x00": 1}]}}, "where.value.contains holds what JSON cannot store"),
        ({"hasKey": "\x00"}, "where.value.hasKey holds a character"),
        ({"at": {"path": ["\x00"], "eq": 1}}, "where.value.at.path holds a character"),
        ({"at": {"path": ["a"], "eq": None}}, "where.value.at.eq is null"),
        ({"at": {"path": ["a"] * 9, "eq": 1}}, "where.value.at.path has 9 items"),
    ],
    ids=str,
)
async def test_bad_json_is_refused_before_a_statement_runs(
    client: httpx.AsyncClient, token: str, value: dict[str, Any], message: str
) -> None:
    with count_statements() as statements:
        errors = await refuse(client, LIST, {"w": value}, token)
    assert message in errors[0]["message"]
    assert code_of(errors) in {"BAD_USER_INPUT", "LIMIT_EXCEEDED"}
    assert statements.count == 1  # the token's
