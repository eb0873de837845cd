"""Filters by the type of a column, and through relations: universities and courses."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from app.database import SeedbedEngine, count_statements
from seeds import catalog
from seeds.upsert import save
from tests.graphql import ask, code_of, global_id, refuse, send

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)

# Courses a to d; what is null of one is not of another.
COURSES: dict[str, dict[str, Any]] = {
    "a": {"code": "100%_a\\b", "credits": 3, "tuition": Decimal("900.50"), "level": "BACHELOR"},
    "b": {"code": "100 Äb", "credits": 6, "tuition": None, "level": "MASTER"},
    "c": {"code": "Xa_b", "credits": None, "tuition": Decimal(1000), "level": "MASTER"},
    "d": {"code": "xAyB", "credits": 1, "tuition": Decimal("0.01"), "level": "DOCTORATE"},
}


@pytest.fixture
async def courses(database: SeedbedEngine) -> None:
    """The courses, of two universities: a, b and c of Tartu, d of Riga."""
    tartu = catalog.university(
        name="Tartu Ülikool", slug="tartu", city="Tartu", domains=["ut.ee", "tartu.ee"]
    )
    riga = catalog.university(name="Riga Technical", slug="riga", city=None, domains=[])
    kept = {"domains": ["liepaja.lv"], "slug": "liepaja"}
    liepaja = catalog.university(name="Liepāja", city="Liepāja", **kept)
    rows = [
        catalog.course(
            university=riga if name == "d" else tartu,
            name=name,
            description=None if name == "d" else f"About {name}",
            is_active=True,
            created_at=BEGIN + timedelta(days=place),
            **values,
        )
        for place, (name, values) in enumerate(COURSES.items())
    ]
    await save(tartu, riga, liepaja, *rows)


LIST = "query($where: CourseFilter) { courses(where: $where) { totalCount nodes { name } } }"


async def _found(client: httpx.AsyncClient, where: object) -> str:
    """The names of the courses that a filter finds, as a variable and written in the document."""
    data = await ask(client, LIST, {"where": where})
    written = f"{{ courses(where: {_literal(where)}) {{ totalCount nodes {{ name }} }} }}"
    assert await ask(client, written) == data
    names = [node["name"] for node in data["courses"]["nodes"]]
    assert data["courses"]["totalCount"] == len(names)
    return "".join(names)


def _literal(value: object) -> str:
    """A value in GraphQL's own syntax; texts in capitals, which are enum values, bare."""
    match value:
        case dict():
            return "{" + ", ".join(f"{key}: {_literal(item)}" for key, item in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(_literal, value)) + "]"
        case bool() | None:
            return {True: "true", False: "false", None: "null"}[value]
        case str() if value not in {"BACHELOR", "MASTER", "DOCTORATE"}:
            return '"' + value.replace("\\", "\\\\") + '"'
        case _:
            return str(value)


FILTERS: list[tuple[dict[str, Any], str]] = [
    ({}, "abcd"),
    # text
    ({"code": {"eq": "Xa_b"}}, "c"),
    ({"code": {"ne": "Xa_b"}}, "abd"),
    ({"code": {"in": ["Xa_b", "xAyB", "no"]}}, "cd"),
    ({"code": {"in": []}}, ""),
    ({"code": {"notIn": ["Xa_b", "xAyB", "no"]}}, "ab"),
    ({"code": {"notIn": []}}, "abcd"),
    ({"code": {"lt": "X"}}, "ab"),
    ({"code": {"lte": "Xa_b"}}, "abc"),
    ({"code": {"gt": "Xa_b"}}, "d"),
    ({"code": {"gte": "Xa_b"}}, "cd"),
    ({"code": {"contains": "%"}}, "a"),
    ({"code": {"contains": "_"}}, "ac"),
    ({"code": {"contains": "\\"}}, "a"),
    ({"code": {"contains": "a_b"}}, "c"),
    ({"code": {"contains": ""}}, "abcd"),
    ({"code": {"startsWith": "100"}}, "ab"),
    ({"code": {"startsWith": "100%"}}, "a"),
    ({"code": {"endsWith": "b"}}, "abc"),
    ({"code": {"endsWith": "_b"}}, "c"),
    ({"code": {"eqInsensitive": "xA_B"}}, "c"),
    ({"code": {"eqInsensitive": "xa%b"}}, ""),
    ({"code": {"containsInsensitive": "äB"}}, "b"),
    ({"code": {"containsInsensitive": "A_"}}, "c"),
    ({"code": {"startsWithInsensitive": "Xa"}}, "cd"),
    ({"code": {"endsWithInsensitive": "YB"}}, "d"),
    ({"description": {"isNull": True}}, "d"),
    ({"description": {"isNull": False}}, "abc"),
    ({"description": {"ne": "About a"}}, "bc"),
    ({"description": {"notIn": []}}, "abc"),
    ({"code": {}}, "abcd"),
    # numbers
    ({"credits": {"eq": 3}}, "a"),
    ({"credits": {"ne": 3}}, "bd"),
    ({"credits": {"in": [3, 6]}}, "ab"),
    ({"credits": {"notIn": [3]}}, "bd"),
    ({"credits": {"lt": 3}}, "d"),
    ({"credits": {"lte": 3}}, "ad"),
    ({"credits": {"gt": 3}}, "b"),
    ({"credits": {"gte": 3, "lt": 6}}, "a"),
    ({"credits": {"isNull": True}}, "c"),
    ({"tuition": {"eq": "1000.00"}}, "c"),
    ({"tuition": {"ne": "1000"}}, "ad"),
    ({"tuition": {"in": ["0.01", "900.5"]}}, "ad"),
    ({"tuition": {"notIn": ["0.01"]}}, "ac"),
    ({"tuition": {"lt": "900.51"}}, "ad"),
    ({"tuition": {"lte": "900.49"}}, "d"),
    ({"tuition": {"gt": "900.499"}}, "ac"),
    ({"tuition": {"gte": "1e3"}}, "c"),
    ({"tuition": {"isNull": False}}, "acd"),
    # enums, booleans
    ({"level": {"eq": "MASTER"}}, "bc"),
    ({"level": {"ne": "MASTER"}}, "ad"),
    ({"level": {"in": ["BACHELOR", "DOCTORATE"]}}, "ad"),
    ({"level": {"notIn": ["BACHELOR", "DOCTORATE"]}}, "bc"),
    ({"level": {"isNull": True}}, ""),
    ({"isActive": {"eq": True}}, "abcd"),
    ({"isActive": {"eq": False}}, ""),
    ({"isActive": {"ne": False}}, "abcd"),
    ({"isActive": {"isNull": False}}, "abcd"),
    # moments
    ({"createdAt": {"eq": "2026-01-02T00:00:00Z"}}, "b"),
    ({"createdAt": {"eq": "2026-01-02T02:00:00+02:00"}}, "b"),
    ({"createdAt": {"ne": "2026-01-02T00:00:00Z"}}, "acd"),
    ({"createdAt": {"in": ["2026-01-02T00:00:00Z", "2026-01-01T00:00:00Z"]}}, "ab"),
    ({"createdAt": {"notIn": ["2026-01-02T00:00:00Z"]}}, "acd"),
    ({"createdAt": {"lt": "2026-01-02T00:00:00Z"}}, "a"),
    ({"createdAt": {"lte": "2026-01-02T00:00:00Z"}}, "ab"),
    ({"createdAt": {"gt": "2026-01-02T00:00:00.000001Z"}}, "cd"),
    ({"createdAt": {"gte": "2026-01-04T00:00:00Z"}}, "d"),
    # joined
    ({"and": []}, "abcd"),
    ({"or": []}, ""),
    ({"not": {}}, ""),
    ({"and": [{"level": {"eq": "MASTER"}}, {"credits": {"isNull": True}}]}, "c"),
    ({"or": [{"level": {"eq": "BACHELOR"}}, {"credits": {"isNull": True}}]}, "ac"),
    ({"or": [{"name": {"eq": "a"}}, {}]}, "abcd"),
    ({"not": {"credits": {"eq": 3}}}, "bcd"),
    ({"not": {"not": {"credits": {"ne": 3}}}}, "bd"),
    ({"not": {"or": [{"name": {"eq": "a"}}, {"tuition": {"gt": "0"}}]}}, "b"),
    ({"name": {"ne": "a"}, "level": {"eq": "MASTER"}, "credits": {"gt": 0}}, "b"),
    # through relations
    ({"university": {"slug": {"eq": "tartu"}}}, "abc"),
    ({"university": {"city": {"isNull": True}}}, "d"),
    ({"not": {"university": {"city": {"eq": "Tartu"}}}}, "d"),
    ({"university": {"not": {"city": {"eq": "Tartu"}}}}, "d"),
    ({"university": {}}, "abcd"),
    ({"universityId": {"isNull": True}}, ""),
    ({"universityId": {"isNull": False}}, "abcd"),
    ({"university": {"courses": {"some": {"credits": {"lt": 2}}}}}, "d"),
    ({"university": {"search": "ulik tar"}}, "abc"),
    ({"search": "b"}, "b"),
    ({"search": ""}, "abcd"),
    ({"search": " \u3000\u200b"}, "abcd"),
    ({"or": [{"search": " "}, {"name": {"eq": "a"}}]}, "abcd"),
    ({"not": {"search": ""}}, ""),
]


@pytest.mark.parametrize(("where", "names"), FILTERS, ids=[str(where) for where, _ in FILTERS])
async def test_what_a_filter_finds(
    client: httpx.AsyncClient, courses: None, where: dict[str, Any], names: str
) -> None:
    assert await _found(client, where) == names


UNIVERSITIES: list[tuple[dict[str, Any], str]] = [
    ({"courses": {"some": {}}}, "riga tartu"),
    ({"courses": {"none": {}}}, "liepaja"),
    ({"courses": {"every": {}}}, "liepaja riga tartu"),
    ({"courses": {"some": {"level": {"eq": "MASTER"}}}}, "tartu"),
    ({"courses": {"none": {"level": {"eq": "MASTER"}}}}, "liepaja riga"),
    ({"courses": {"every": {"credits": {"gt": 2}}}}, "liepaja"),
    ({"courses": {"every": {"tuition": {"lt": "1"}}}}, "liepaja riga"),
    ({"courses": {"some": {}, "every": {"credits": {"lt": 2}}}}, "riga"),
    ({"courses": {}}, "liepaja riga tartu"),
    ({"domains": {"has": "ut.ee"}}, "tartu"),
    ({"domains": {"hasAny": ["ut.ee", "liepaja.lv"]}}, "liepaja tartu"),
    ({"domains": {"hasAny": []}}, ""),
    ({"domains": {"hasAll": ["ut.ee", "tartu.ee"]}}, "tartu"),
    ({"domains": {"hasAll": []}}, "liepaja riga tartu"),
    ({"domains": {"isEmpty": True}}, "riga"),
    ({"domains": {"isEmpty": False}}, "liepaja tartu"),
    ({"domains": {"isNull": True}}, ""),
    ({"search": "LIEPAJA"}, "liepaja"),
    ({"city": {"ne": "Tartu"}}, "liepaja"),
]


@pytest.mark.parametrize(
    ("where", "slugs"), UNIVERSITIES, ids=[str(where) for where, _ in UNIVERSITIES]
)
async def test_lists_and_arrays(
    client: httpx.AsyncClient, courses: None, where: dict[str, Any], slugs: str
) -> None:
    document = "query($where: UniversityFilter) { universities(where: $where) { nodes { slug } } }"
    data = await ask(client, document, {"where": where})
    assert " ".join(node["slug"] for node in data["universities"]["nodes"]) == slugs


async def test_ids_of_a_row_and_behind_a_foreign_key(
    client: httpx.AsyncClient, courses: None
) -> None:
    data = await ask(client, "{ courses { nodes { id name university { id } } } }")
    ids = {node["name"]: node["id"] for node in data["courses"]["nodes"]}
    of = {node["name"]: node["university"]["id"] for node in data["courses"]["nodes"]}
    for where, names in (
        ({"id": {"eq": ids["b"]}}, "b"),
        ({"id": {"ne": ids["b"]}}, "acd"),
        ({"id": {"in": [ids["b"], ids["d"]]}}, "bd"),
        ({"id": {"notIn": [ids["b"], ids["d"]]}}, "ac"),
        ({"universityId": {"eq": of["a"]}}, "abc"),
        ({"universityId": {"ne": of["a"]}}, "d"),
        ({"universityId": {"in": [of["a"], of["d"]]}}, "abcd"),
        ({"universityId": {"notIn": [of["a"]]}}, "d"),
        ({"university": {"id": {"eq": of["d"]}}}, "d"),
    ):
        assert await _found(client, where) == names, where


async def test_variables_may_stand_anywhere(client: httpx.AsyncClient, courses: None) -> None:
    document = """query($text: String!, $level: CourseLevel, $one: CourseFilter!, $n: [Int!]) {
      courses(where: { or: [$one, { code: { in: ["no", $text] }, level: { eq: $level } },
                            { credits: { in: $n } }] }) { nodes { name } } }"""
    for variables, names in (
        ({"text": "Xa_b", "level": "MASTER", "one": {"name": {"eq": "a"}}, "n": [6]}, "abc"),
        ({"text": "Xa_b", "level": "BACHELOR", "one": {"name": {"eq": "a"}}, "n": []}, "a"),
        ({"text": "Xa_b", "one": {"name": {"eq": "x"}}, "n": [1, 3, 6]}, "abcd"),
        ({"text": "no", "level": "MASTER", "one": {}, "n": [9]}, "abcd"),
    ):
        data = await ask(client, document, variables)
        assert "".join(node["name"] for node in data["courses"]["nodes"]) == names, variables


async def test_a_filter_of_a_nested_list_narrows_it_and_its_count(
    client: httpx.AsyncClient, courses: None, mode: str
) -> None:
    with count_statements() as statements:
        data = await ask(
            client,
            """query($level: CourseLevel) { universities { nodes { slug
              courses(first: 1, where: { level: { eq: $level } }) {
                totalCount nodes { name } pageInfo { hasNextPage } } } } }""",
            {"level": "MASTER"},
        )
    found = {node.pop("slug"): node["courses"] for node in data["universities"]["nodes"]}
    none = {"totalCount": 0, "nodes": [], "pageInfo": {"hasNextPage": False}}
    two = {"totalCount": 2, "nodes": [{"name": "b"}], "pageInfo": {"hasNextPage": True}}
    assert found == {"liepaja": none, "riga": none, "tartu": two}
    assert statements.count == (1 if mode == "json" else 3), statements.statements


async def test_a_filter_is_no_statement_more(client: httpx.AsyncClient, courses: None) -> None:
    where = {"university": {"courses": {"some": {"credits": {"gt": 0}}}}, "search": "a"}
    with count_statements() as statements:
        data = await ask(
            client,
            "query($w: CourseFilter) { courses(where: $w) { nodes { name } } }",
            {"w": where},
        )
    assert data == {"courses": {"nodes": [{"name": "a"}]}}
    assert statements.count == 1, statements.statements


async def test_a_blank_search_reads_what_none_reads(
    client: httpx.AsyncClient, courses: None
) -> None:
    document = """query($search: String!) {
      courses(where: {search: $search}) { totalCount nodes { name } } }"""
    # The same document, which is kept: what is made for a blank is for blanks alone.
    for search, names, searched in (
        ("", "abcd", False), ("b", "b", True), (" ", "abcd", False), ("d", "d", True),
    ):  # fmt: skip
        with count_statements() as statements:
            data = await ask(client, document, {"search": search})
        assert "".join(node["name"] for node in data["courses"]["nodes"]) == names
        assert any("search_matches" in text for text in statements.statements) is searched


BAD: list[tuple[dict[str, Any], str, str]] = [
    ({"name": {"eq": None}}, "where.name.eq is null;", "BAD_USER_INPUT"),
    ({"name": None}, "where.name is null;", "BAD_USER_INPUT"),
    ({"and": None}, "where.and is null;", "BAD_USER_INPUT"),
    ({"university": None}, "where.university is null;", "BAD_USER_INPUT"),
    ({"name": {"isNull": None}}, "where.name.isNull is null; leave it out", "BAD_USER_INPUT"),
    ({"name": {"contains": "\x00"}}, "where.name.contains holds a character", "BAD_USER_INPUT"),
    ({"or": [{}, {"name": {"in": ["a", "\x00"]}}]}, "where.or.1.name.in holds", "BAD_USER_INPUT"),
    ({"and": [{"or": []}, {"search": "\x00"}]}, "where.and.1.search holds", "BAD_USER_INPUT"),
    ({"search": "\x00"}, "where.search holds a character", "BAD_USER_INPUT"),
    ({"tuition": {"lt": "1e200000"}}, "where.tuition.lt is out of the range", "BAD_USER_INPUT"),
    ({"tuition": {"in": ["1", "1e-2000"]}}, "where.tuition.in is out of", "BAD_USER_INPUT"),
    ({"id": {"eq": "x"}}, "where.id.eq is not the id of a Course;", "BAD_USER_INPUT"),
    ({"universityId": {"in": ["Course_1"]}}, "where.universityId.in is not the id of a University",
     "BAD_USER_INPUT"),
    ({"university": {"id": {"eq": ""}}}, "where.university.id.eq is not the id of a University",
     "BAD_USER_INPUT"),
    ({"name": {"in": ["x"] * 201}}, "where.name.in has 201 items; it may have 200",
     "LIMIT_EXCEEDED"),
    ({"or": [{"name": {"eq": "x"}}] * 50}, "the filters of the document hold more than 100",
     "LIMIT_EXCEEDED"),
    ({"not": {"not": {"not": {"not": {"not": {"not": {"not": {"not": {}}}}}}}}},
     "is nested more than 8 filters deep", "LIMIT_EXCEEDED"),
    ({"university": {"courses": {"some": {"university": {"courses": {"every": {"university":
      {"courses": {"none": {"university": {"courses": {"some": {}}}}}}}}}}}}},
     "is nested more than 8 filters deep", "LIMIT_EXCEEDED"),
]  # fmt: skip


@pytest.mark.parametrize(("where", "message", "code"), BAD, ids=[message for _, message, _ in BAD])
async def test_bad_filters_are_one_sentence_and_no_statement_runs(
    client: httpx.AsyncClient, courses: None, where: dict[str, Any], message: str, code: str
) -> None:
    with count_statements() as statements:
        errors = await refuse(client, LIST, {"where": where})
    (error,) = errors
    assert message in error["message"]
    assert code_of(errors) == code
    assert statements.count == 0, statements.statements


async def test_conditions_are_counted_over_the_whole_document(
    client: httpx.AsyncClient, courses: None
) -> None:
    list_ = "courses(where: $where) { nodes { id } }"
    document = f"query($where: CourseFilter) {{ one: {list_} other: {list_} }}"
    most = {"where": {"or": [{"isActive": {"eq": True}}] * 24}}  # 49 conditions
    assert set(await ask(client, document, most)) == {"one", "other"}
    more = {"where": {"or": [{"isActive": {"eq": True}}] * 25}}
    answer = (await send(client, document, more)).json()
    (error,) = answer["errors"]
    assert (error["path"], code_of([error])) == (["other"], "LIMIT_EXCEEDED")
    assert "hold more than 100 conditions" in error["message"]


@pytest.mark.parametrize(
    "where",
    [
        {"name": {"in": ["a", None]}},
        {"name": {"like": "a"}},
        {"credits": {"eq": 2**31}},
        {"credits": {"eq": "3"}},
        {"tuition": {"eq": "NaN"}},
        {"tuition": {"eq": "a"}},
        {"createdAt": {"eq": "2026-01-01T00:00:00"}},
        {"createdAt": {"eq": "9999-12-31T23:59:59-14:00"}},
        {"level": {"eq": "bachelor"}},
        {"level": {"lt": "BACHELOR"}},
        {"and": [None]},
        {"university": {"name": "a"}},
    ],
    ids=str,
)
async def test_values_that_graphql_itself_refuses(
    client: httpx.AsyncClient, courses: None, where: dict[str, Any]
) -> None:
    with count_statements() as statements:
        await refuse(client, LIST, {"where": where})
    assert statements.count == 0, statements.statements


async def test_null_instead_of_a_filter_is_no_filter(
    client: httpx.AsyncClient, courses: None
) -> None:
    data = await ask(client, "{ courses(where: null, orderBy: null) { nodes { name } } }")
    assert data == await ask(client, LIST.replace("totalCount", ""), {"where": None})
    assert len(data["courses"]["nodes"]) == len(COURSES)


async def test_an_id_in_the_document(client: httpx.AsyncClient, database: SeedbedEngine) -> None:
    university = catalog.university()
    course = catalog.course(university=university)
    await save(university, course)
    where = f'{{ universityId: {{ eq: "{global_id(university)}" }} }}'
    data = await ask(client, f"{{ courses(where: {where}) {{ nodes {{ id }} }} }}")
    assert data == {"courses": {"nodes": [{"id": global_id(course)}]}}
