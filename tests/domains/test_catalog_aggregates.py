"""Aggregates: figures and groups of courses, with filters and with what is hidden."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx
import pytest

from app.database import SeedbedEngine, count_statements
from app.tables import University
from seeds import catalog, content, identity
from seeds.upsert import save
from tests.graphql import ask, code_of, global_id, refuse, sign_in


def at(month: int, day: int, hour: int = 0) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


@pytest.fixture
async def universities(database: SeedbedEngine) -> list[University]:
    """Two universities, with four courses that are shown and one that is not."""
    tartu, riga = catalog.university(slug="tartu"), catalog.university(slug="riga")
    rows = [
        (tartu, "BACHELOR", 3, Decimal("10.50"), "en", at(1, 31, 23)),
        (tartu, "MASTER", 6, Decimal("0.25"), "en", at(2, 1)),
        (tartu, "MASTER", None, None, None, at(4, 6)),
        (riga, "MASTER", 2, Decimal(1000), "lv", at(4, 12, 23)),
    ]
    courses = [
        catalog.course(
            university=university, level=level, credits=credit, tuition=tuition,
            language=language, created_at=made,
        )
        for university, level, credit, tuition, language, made in rows
    ]  # fmt: skip
    hidden = catalog.course(university=riga, credits=90, is_active=False, created_at=at(12, 31))
    await save(tartu, riga, *courses, hidden)
    return [tartu, riga]


async def test_figures(client: httpx.AsyncClient, universities: object) -> None:
    with count_statements() as statements:
        data = await ask(
            client,
            """{ coursesAggregate { __typename n: count
              sum { __typename credits tuition } avg { credits tuition }
              min { credits tuition createdAt } max { c: credits tuition createdAt } } }""",
        )
    assert data["coursesAggregate"] == {
        "__typename": "CourseAggregate",
        "n": 4,
        "sum": {"__typename": "CourseSums", "credits": "11", "tuition": "1010.75"},
        "avg": {"credits": 11 / 3, "tuition": pytest.approx(1010.75 / 3)},
        "min": {"credits": 2, "tuition": "0.25", "createdAt": "2026-01-31T23:00:00.000000Z"},
        "max": {"c": 6, "tuition": "1000.00", "createdAt": "2026-04-12T23:00:00.000000Z"},
    }
    assert statements.count == 1, statements.statements


async def test_figures_of_no_rows(client: httpx.AsyncClient, database: SeedbedEngine) -> None:
    data = await ask(
        client,
        "{ coursesAggregate { count sum { credits } avg { tuition } max { createdAt }"
        " groups(by: [LEVEL]) { count } } }",
    )
    assert data["coursesAggregate"] == {
        "count": 0,
        "sum": {"credits": None},
        "avg": {"tuition": None},
        "max": {"createdAt": None},
        "groups": [],
    }


async def test_a_filter_narrows_the_figures(
    client: httpx.AsyncClient, universities: object
) -> None:
    document = """query($where: CourseFilter) {
      coursesAggregate(where: $where) { count sum { credits } } }"""
    for where, figures in (
        (None, {"count": 4, "sum": {"credits": "11"}}),
        ({"level": {"eq": "MASTER"}}, {"count": 3, "sum": {"credits": "8"}}),
        ({"university": {"slug": {"eq": "riga"}}}, {"count": 1, "sum": {"credits": "2"}}),
        ({"credits": {"eq": 90}}, {"count": 0, "sum": {"credits": None}}),
        ({"or": []}, {"count": 0, "sum": {"credits": None}}),
    ):
        data = await ask(client, document, {"where": where})
        assert data["coursesAggregate"] == figures, where


async def test_groups_come_largest_first_and_then_by_key(
    client: httpx.AsyncClient, universities: list[University]
) -> None:
    tartu, riga = map(global_id, universities)
    document = """query($by: [CourseGroupBy!]!, $first: Int) {
      coursesAggregate { groups(by: $by, first: $first) {
        key { %s } count sum { credits } } } }"""

    async def groups(keys: str, by: list[str], first: int | None = None) -> list[Any]:
        data = await ask(client, document % keys, {"by": by, "first": first})
        return [
            (*group["key"].values(), group["count"], group["sum"]["credits"])
            for group in data["coursesAggregate"]["groups"]
        ]

    assert await groups("level", ["LEVEL"]) == [("MASTER", 3, "8"), ("BACHELOR", 1, "3")]
    assert await groups("language", ["LANGUAGE"]) == [
        ("en", 2, "9"),
        ("lv", 1, "2"),
        (None, 1, None),
    ]
    assert await groups("universityId", ["UNIVERSITY"]) == [(tartu, 3, "9"), (riga, 1, "2")]
    assert await groups("isActive", ["IS_ACTIVE"]) == [(True, 4, "11")]
    assert await groups("level universityId", ["UNIVERSITY", "LEVEL"]) == [
        ("MASTER", tartu, 2, "6"),
        *sorted(
            [("BACHELOR", tartu, 1, "3"), ("MASTER", riga, 1, "2")],
            key=lambda group: group[1],
        ),
    ]
    assert await groups("level", ["LEVEL"], 1) == [("MASTER", 3, "8")]
    assert await groups("level", ["LEVEL"], 0) == []


@pytest.mark.parametrize(
    ("bucket", "groups"),
    [
        ("DAY", {"01-31": 1, "02-01": 1, "04-06": 1, "04-12": 1}),
        ("WEEK", {"04-06": 2, "01-26": 2}),
        ("MONTH", {"04-01": 2, "01-01": 1, "02-01": 1}),
        ("QUARTER", {"01-01": 2, "04-01": 2}),
        ("YEAR", {"01-01": 4}),
    ],
)
async def test_spans_of_time(
    client: httpx.AsyncClient, universities: object, bucket: str, groups: dict[str, int]
) -> None:
    data = await ask(
        client,
        f"{{ coursesAggregate {{ groups(by: [CREATED_AT_{bucket}])"
        " { key { createdAt } count } } }",
    )
    found = {
        group["key"]["createdAt"]: group["count"] for group in data["coursesAggregate"]["groups"]
    }
    assert found == {f"2026-{day}T00:00:00.000000Z": count for day, count in groups.items()}


async def test_several_groupings_are_a_statement_each(
    client: httpx.AsyncClient, universities: object
) -> None:
    with count_statements() as statements:
        data = await ask(
            client,
            """query($by: [CourseGroupBy!]!) { coursesAggregate(where: { credits: { gt: 0 } }) {
              count byLevel: groups(by: [LEVEL]) { ...F } byLanguage: groups(by: $by) { ...F }
            } }
            fragment F on CourseGroup { __typename count max { credits } }""",
            {"by": ["LANGUAGE"]},
        )

    def group(count: int, credits_: int) -> dict[str, Any]:
        return {"__typename": "CourseGroup", "count": count, "max": {"credits": credits_}}

    assert data["coursesAggregate"] == {
        "count": 3,
        "byLevel": [group(2, 6), group(1, 3)],
        "byLanguage": [group(2, 6), group(1, 2)],
    }
    assert statements.count == 3, statements.statements


async def test_what_is_hidden_is_in_no_figure_and_in_no_group(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    shown, suspended = identity.user(), identity.user(status="SUSPENDED")
    post = content.post(author=shown)
    await save(shown, suspended, post, content.post(author=suspended))
    document = """{ postsAggregate { count max { createdAt }
      groups(by: [AUTHOR]) { key { authorId } count } } }"""
    before = await ask(client, document)
    groups = before["postsAggregate"]["groups"]
    assert groups == [
        {"key": {"authorId": global_id(shown)}, "count": 1},
        {"key": {"authorId": None}, "count": 1},
    ]
    await save(
        content.post(author=shown, published=False, created_at=at(1, 1)),
        content.post(author=suspended, deleted_at=at(1, 1), created_at=at(12, 31)),
    )
    assert await ask(client, document) == before
    mine = await ask(client, "{ postsAggregate { count } }", token=await sign_in(shown))
    assert mine == {"postsAggregate": {"count": 3}}


async def test_nobodys_things_are_nobodys_figures(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    document = "{ projectsAggregate { count groups(by: [CREATED_AT_DAY]) { count } } }"
    assert await ask(client, document) == {"projectsAggregate": {"count": 0, "groups": []}}


@pytest.mark.parametrize(
    ("groups", "message", "code"),
    [
        ("(by: []) { count }", "by is empty", "BAD_USER_INPUT"),
        ("(by: [LEVEL, LEVEL]) { count }", "by has level twice", "BAD_USER_INPUT"),
        (
            "(by: [CREATED_AT_DAY, CREATED_AT_YEAR]) { count }",
            "by has createdAt twice",
            "BAD_USER_INPUT",
        ),
        ("(by: [LEVEL]) { key { language } }", "key has no language here", "BAD_USER_INPUT"),
        ("(by: [LEVEL], first: 101) { count }", "first is 101", "BAD_USER_INPUT"),
        (
            "(by: [LEVEL, LANGUAGE, CURRENCY, IS_ACTIVE, UNIVERSITY, DURATION_MONTHS]) { count }",
            "by has 6 items; it may have 5",
            "LIMIT_EXCEEDED",
        ),
    ],
)
async def test_bad_groups_are_refused_before_a_statement_runs(
    client: httpx.AsyncClient, universities: object, groups: str, message: str, code: str
) -> None:
    with count_statements() as statements:
        errors = await refuse(client, f"{{ coursesAggregate {{ groups{groups} }} }}")
    assert message in errors[0]["message"]
    assert code_of(errors) == code
    assert statements.count == 0
