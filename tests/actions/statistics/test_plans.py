"""The conditions of a plan are taken apart where PostgreSQL has put them together."""

import pytest

from app.actions.statistics.plans import Scan, SortColumn, scans, split_conditions


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("(a = 1)", ["a = 1"]),
        ("((a = 1) AND (b IS NULL))", ["a = 1", "b IS NULL"]),
        ("(a AND (NOT b) AND ((c)::text = 'x'::text))", ["a", "NOT b", "(c)::text = 'x'::text"]),
        ("((a = ' AND ('::text) AND b)", ["a = ' AND ('::text", "b"]),
        ("((a = 'it''s'::text) AND b)", ["a = 'it''s'::text", "b"]),
        ("(((a = 1) AND b) AND c)", ["a = 1", "b", "c"]),
        ("((a = 1) OR ((b = 2) AND c))", ["(a = 1) OR ((b = 2) AND c)"]),
        ('("x AND y" = ANY ($1))', ['"x AND y" = ANY ($1)']),
        ("(a) = (b)", ["(a) = (b)"]),
    ],
)
def test_conditions_are_taken_apart(text: str, parts: list[str]) -> None:
    assert split_conditions(text) == parts


def test_a_scan_tells_what_its_conditions_and_the_sort_above_ask_for() -> None:
    scan = {
        "Node Type": "Seq Scan",
        "Parent Relationship": "Outer",
        "Schema": "content",
        "Relation Name": "posts",
        "Alias": "T1",
        "Plan Rows": 7,
        "Filter": '("T1".published AND ("T1"."user" = $1) AND (("T1".slug)::text > \'x\'::text)'
        ' AND ("T1".a = "T1".b) AND (lower(("T1".slug)::text) = $2))',
    }
    sort = {
        "Node Type": "Sort",
        "Parent Relationship": "Outer",
        "Sort Key": ['"T1".title DESC NULLS LAST', '"T1".id'],
        "Plans": [scan],
    }
    assert scans({"Node Type": "Limit", "Plans": [sort]}) == [
        Scan(
            schema="content",
            table="posts",
            rows=7.0,
            equal=("user",),
            states=("published",),
            ranges=("slug",),
            order=(SortColumn("title", descending=True), SortColumn("id")),
            conditions=frozenset(
                {
                    *("published", '"user" = $1', "(slug)::text > 'x'::text", "a = b"),
                    "lower((slug)::text) = $2",
                }
            ),
        )
    ]
    (unlimited,) = scans(sort)
    assert unlimited.order == ()
