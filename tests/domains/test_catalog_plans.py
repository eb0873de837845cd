"""Searching a large catalog reads a few rows by an index, as PostgreSQL itself tells."""

import json
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from app.bridge import Viewer, encode
from app.database import SeedbedEngine
from app.policy import Caller
from app.schema import make_schema
from tests.bridge.toys import run

SCHEMA = make_schema()
Node = Mapping[str, Any]

# 2,000 universities, one in twenty hidden, in 40 countries and 400 cities; 20,000 courses.
UNIVERSITIES = """
insert into catalog.universities
  (name, slug, country, country_code, city, is_verified, verified_at, created_at)
select
  'University of ' || initcap(translate(md5(n::text), '0123456789', 'ghijklmnop')), 'many-' || n,
  'Country ' || n % 40, 'A' || chr(65 + n % 20), 'City ' || n % 400, n % 20 > 0, now(),
  now() - n * interval '1 minute'
from generate_series(1, 2000) as n
"""
COURSES = """
insert into catalog.courses
  (university, name, code, level, tuition, is_active, created_at)
select
  id, initcap(translate(md5(slug || n), '0123456789', 'ghijklmnop')), 'C-' || n,
  (array['BACHELOR', 'MASTER', 'DOCTORATE', 'DIPLOMA'])[1 + (row_number() over ()) % 4],
  case when n > 1 then (abs(hashtext(slug || n)) % 100000) / 10.0 end, n < 10,
  now() - (row_number() over ()) * interval '1 second'
from catalog.universities, generate_series(1, 10) as n
"""

SEARCHES = {
    "universities": [
        "",
        'where: { search: "abc univ" }',
        'where: { search: "a" }',
        'where: { search: "bc", countryCode: { eq: "AC" } }',
        'where: { country: { eq: "Country 7" } }',
        'where: { countryCode: { eq: "AC" } }',
        'where: { city: { eq: "City 5" } }',
        "orderBy: [{ country: ASC }, { name: ASC }]",
        "orderBy: [{ createdAt: DESC }]",
    ],
    "courses": [
        "",
        'where: { search: "abcd" }',
        'where: { search: "a" }',
        "where: { level: { eq: MASTER } }",
        'where: { tuition: { gte: "100", lte: "104" } }',
        'where: { tuition: { gte: "1000", lte: "5000" } }, orderBy: [{ tuition: ASC }]',
        "orderBy: [{ tuition: DESC }]",
        'where: { level: { eq: MASTER }, tuition: { lte: "5000" } }, orderBy: [{ tuition: ASC }]',
        'where: { university: { country: { eq: "Country 7" } } }',
        'where: { university: { city: { eq: "City 5" } }, level: { eq: MASTER } }',
        "orderBy: [{ createdAt: DESC }]",
    ],
}


@dataclass(slots=True)
class Analyzing:
    """A `Fetch` that runs the statements, and notes how PostgreSQL did it."""

    engine: SeedbedEngine
    plans: list[Node] = field(default_factory=list)

    async def __call__(self, sql: str, *args: object) -> Sequence[Any]:
        """Note the plan of a statement."""
        ((text,),) = await self.engine.fetch(f"explain (analyze, format json) {sql}", *args)
        (explained,) = json.loads(text)
        self.plans.append(explained["Plan"])
        return await self.engine.fetch(sql, *args)


@pytest.fixture(scope="module")
async def large_catalog(engine: SeedbedEngine) -> AsyncIterator[SeedbedEngine]:
    """Committed once for all tests of this file, as it takes a second."""
    try:
        await engine.fetch(UNIVERSITIES)
        await engine.fetch(COURSES)
        # Vacuum brings what is new into the GIN indexes, as it soon does by itself.
        await engine.fetch("vacuum analyze catalog.universities, catalog.courses")
        yield engine
    finally:
        await engine.fetch("delete from catalog.universities")


def _below(node: Node) -> Iterator[Node]:
    yield node
    for inner in node.get("Plans", ()):
        yield from _below(inner)


def _rows_read(node: Node) -> float:
    """The rows that a scan looked at, those that it threw away among them."""
    thrown = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
    return float((node["Actual Rows"] + thrown) * node["Actual Loops"])


@pytest.mark.parametrize(
    ("listed", "arguments"),
    [(listed, each) for listed, searches in SEARCHES.items() for each in searches],
)
async def test_a_search_reads_few_rows_by_an_index(
    large_catalog: SeedbedEngine, listed: str, arguments: str
) -> None:
    nested = "university { name }" if listed == "courses" else "country city"
    document = f"{{ {listed}(first: 20 {arguments}) {{ nodes {{ name {nested} }} }} }}"
    analyzing = Analyzing(large_catalog)
    answer = await run(SCHEMA, analyzing, document, {}, Viewer(Caller.ANONYMOUS, {}))
    assert not answer.errors
    assert json.loads(encode(answer.data))[listed]["nodes"]  # the search finds something
    (plan,) = analyzing.plans
    scans = [node for node in _below(plan) if "Relation Name" in node]
    assert scans
    assert [node["Node Type"] for node in scans if node["Node Type"] == "Seq Scan"] == [], plan
    # Of 22,000 rows: about a page, or all of a country's where another order is wanted.
    assert sum(map(_rows_read, scans)) < 2_500, plan


@pytest.mark.parametrize("listed", ["universities", "courses"])
@pytest.mark.parametrize("term", ["%", "_", "\\", "大", "7", "\u0301", "a %", "abcd 7"])
async def test_that_nothing_holds_a_term_is_known_from_the_index(
    large_catalog: SeedbedEngine, listed: str, term: str
) -> None:
    document = (
        "query ($term: String!) "
        f"{{ {listed}(where: {{ search: $term }}) {{ totalCount nodes {{ id }} }} }}"
    )
    analyzing = Analyzing(large_catalog)
    viewer = Viewer(Caller.ANONYMOUS, {})
    answer = await run(SCHEMA, analyzing, document, {"term": term}, viewer)
    assert not answer.errors
    assert json.loads(encode(answer.data))[listed] == {"totalCount": 0, "nodes": []}
    assert analyzing.plans
    for plan in analyzing.plans:
        assert sum(_rows_read(node) for node in _below(plan) if "Relation Name" in node) == 0, plan
