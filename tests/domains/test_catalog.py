"""Universities and courses: every field, lists, and what is not verified or not offered."""

from datetime import UTC, datetime
from decimal import Decimal

import httpx

from app.database import SeedbedEngine, count_statements
from app.tables import Course, University
from seeds import catalog
from seeds.upsert import save
from tests.graphql import ask, code_of, global_id, refuse

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)

UNIVERSITY = """query($slug: String!) { university(slug: $slug) {
  __typename id name slug country countryCode city stateProvince website domains isVerified
  verifiedAt createdAt updatedAt courses { nodes { code } }
} }"""

COURSE = """query($id: ID!) { course(id: $id) {
  __typename id name code description level credits durationMonths tuition currency language
  isActive createdAt updatedAt university { name }
} }"""


async def test_every_field_of_a_university(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    row = catalog.university(
        name="École",
        slug="ecole",
        country="France",
        country_code="FR",
        city="Lyon",
        state_province="Rhône",
        website="https://ecole.example",
        domains=["ecole.example", 'a "quoted, {odd} \\ one'],
        verified_at=AT,
        created_at=AT,
    )
    await save(row, catalog.course(university=row, code="A-1"))
    assert await ask(client, UNIVERSITY, {"slug": "ecole"}) == {
        "university": {
            "__typename": "University",
            "id": global_id(row),
            "name": "École",
            "slug": "ecole",
            "country": "France",
            "countryCode": "FR",
            "city": "Lyon",
            "stateProvince": "Rhône",
            "website": "https://ecole.example",
            "domains": ["ecole.example", 'a "quoted, {odd} \\ one'],
            "isVerified": True,
            "verifiedAt": "2026-03-01T12:00:00.000000Z",
            "createdAt": "2026-03-01T12:00:00.000000Z",
            "updatedAt": "2026-03-01T12:00:00.000000Z",
            "courses": {"nodes": [{"code": "A-1"}]},
        }
    }


async def test_a_university_of_which_little_is_known(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    row = catalog.university(slug="bare", city=None, website=None, domains=[])
    await save(row)
    data = (await ask(client, UNIVERSITY, {"slug": "bare"}))["university"]
    assert (data["city"], data["stateProvince"], data["website"]) == (None, None, None)
    assert (data["domains"], data["courses"]) == ([], {"nodes": []})


async def test_every_field_of_a_course(client: httpx.AsyncClient, database: SeedbedEngine) -> None:
    university = catalog.university(name="U")
    row = catalog.course(
        university=university,
        name="Sums",
        code="S-1",
        description="All of them.",
        level="MASTER",
        credits=30,
        duration_months=12,
        tuition=Decimal("12345678.90"),
        currency="CHF",
        language="Deutsch",
        created_at=AT,
    )
    await save(university, row)
    assert await ask(client, COURSE, {"id": global_id(row)}) == {
        "course": {
            "__typename": "Course",
            "id": global_id(row),
            "name": "Sums",
            "code": "S-1",
            "description": "All of them.",
            "level": "MASTER",
            "credits": 30,
            "durationMonths": 12,
            "tuition": "12345678.90",
            "currency": "CHF",
            "language": "Deutsch",
            "isActive": True,
            "createdAt": "2026-03-01T12:00:00.000000Z",
            "updatedAt": "2026-03-01T12:00:00.000000Z",
            "university": {"name": "U"},
        }
    }


async def test_exact_numbers_keep_their_places(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    university = catalog.university()
    values = {"a": Decimal("0.00"), "b": Decimal(900), "c": Decimal("0.1"), "d": None}
    courses = [
        catalog.course(university=university, name=name, tuition=value, credits=None)
        for name, value in values.items()
    ]
    await save(university, *courses)
    data = await ask(client, "{ courses { nodes { tuition credits } } }")
    assert [node["tuition"] for node in data["courses"]["nodes"]] == [
        "0.00",
        "900.00",
        "0.10",
        None,
    ]
    assert data["courses"]["nodes"][0]["credits"] is None


async def test_lists_are_sorted_by_name(client: httpx.AsyncClient, database: SeedbedEngine) -> None:
    b, a = catalog.university(name="b"), catalog.university(name="a")
    courses = [catalog.course(university=a, name=name) for name in ("y", "x")]
    await save(b, a, *courses, catalog.course(university=b, name="m"))
    data = await ask(
        client,
        """{ universities { nodes { name courses { nodes { name } } } }
             courses { nodes { name university { name } } } }""",
    )
    assert data == {
        "universities": {
            "nodes": [
                {"name": "a", "courses": {"nodes": [{"name": "x"}, {"name": "y"}]}},
                {"name": "b", "courses": {"nodes": [{"name": "m"}]}},
            ]
        },
        "courses": {
            "nodes": [
                {"name": "m", "university": {"name": "b"}},
                {"name": "x", "university": {"name": "a"}},
                {"name": "y", "university": {"name": "a"}},
            ]
        },
    }


async def test_a_list_sorted_by_text_pages_over_equal_and_odd_names(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    names = ["Ünï", "Same", "Same", 'quo"te', "a\\b", "emoji 🙂", "line\nbreak", "Same"]
    await save(*(catalog.university(name=name) for name in names))
    seen: list[str] = []
    after = None
    for _ in names:
        data = await ask(
            client,
            "query($after: String) { universities(first: 1, after: $after) {"
            " nodes { name } pageInfo { endCursor } } }",
            {"after": after},
        )
        seen += [node["name"] for node in data["universities"]["nodes"]]
        after = data["universities"]["pageInfo"]["endCursor"]
    assert seen == sorted(names)


async def _hidden() -> tuple[University, list[Course]]:
    """An unverified university with its course, and a retired course of a verified one."""
    unverified, verified = catalog.university(is_verified=False), catalog.university(name="V")
    courses = [
        catalog.course(university=unverified),
        catalog.course(university=verified, is_active=False),
    ]
    await save(unverified, verified, *courses, catalog.course(university=verified, name="C"))
    return unverified, courses


async def test_what_is_unverified_or_retired_is_nowhere(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    university, courses = await _hidden()
    data = await ask(
        client,
        """query($university: ID!, $slug: String!, $course: ID!, $ids: [ID!]!) {
          universities { totalCount nodes { name courses { totalCount nodes { name } } } }
          courses { totalCount nodes { name university { name } } }
          a: university(id: $university) { id }
          b: university(slug: $slug) { id }
          c: course(id: $course) { id }
          nodes(ids: $ids) { id }
        }""",
        {
            "university": global_id(university),
            "slug": university.slug,
            "course": global_id(courses[0]),
            "ids": [global_id(row) for row in (university, *courses)],
        },
    )
    assert data == {
        "universities": {
            "totalCount": 1,
            "nodes": [{"name": "V", "courses": {"totalCount": 1, "nodes": [{"name": "C"}]}}],
        },
        "courses": {"totalCount": 1, "nodes": [{"name": "C", "university": {"name": "V"}}]},
        "a": None,
        "b": None,
        "c": None,
        "nodes": [None, None, None],
    }


async def test_courses_of_a_page_of_universities_are_one_statement(
    client: httpx.AsyncClient, database: SeedbedEngine, mode: str
) -> None:
    for times in (1, 2):
        universities = [catalog.university() for _ in range(4)]
        await save(*universities)
        await save(*(catalog.course(university=u) for u in universities for _ in range(3)))
        with count_statements() as statements:
            data = await ask(
                client,
                "{ universities { nodes { courses(first: 2) { nodes {"
                " university { name } } } } } }",
            )
        nodes = data["universities"]["nodes"]
        assert [len(node["courses"]["nodes"]) for node in nodes] == [2] * 4 * times
        assert statements.count == (1 if mode == "json" else 3)


async def test_columns_that_no_type_names_are_not_in_the_api(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    for field in ("is_verified", "_settings"):
        errors = await refuse(client, f"{{ universities {{ nodes {{ {field} }} }} }}")
        assert code_of(errors) == "GRAPHQL_VALIDATION_FAILED"
