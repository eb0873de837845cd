"""What is imported of a record, and under which slug."""

import random
import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.actions.catalog.files import FIELDS, Record
from app.actions.catalog.importing import Entry, Problem, assign, candidates, clean, sift

GOOD = {"name": "Uni", "country": "Estonia", "alpha_two_code": "EE"}


def _entry(*domains: str, name: str = "Uni", state: str | None = None) -> Entry:
    return Entry(name, "Estonia", "EE", state, None, domains)


def _slugs(*entries: Entry, known: dict[str, Entry] | None = None) -> dict[str, Entry]:
    return assign(
        {entry: number for number, entry in enumerate(entries, 1)},
        {slug: frozenset(entry.domains) for slug, entry in (known or {}).items()},
    ).rows


@pytest.mark.parametrize(
    ("change", "cleaned"),
    [
        ({}, {}),
        ({"name": "\ufeff A\u00a0 B\u200b\t\nC\x00 "}, {"name": "A B C"}),
        ({"name": "E\u0301cole"}, {"name": "\u00c9cole"}),
        ({"name": "\u0645\u06cc\u200c\u062e"}, {"name": "\u0645\u06cc\u200c\u062e"}),
        ({"alpha_two_code": " uk "}, {"country_code": "GB"}),
        ({"state-province": "  "}, {"state_province": None}),
        ({"domains": None, "web_pages": None}, {}),
        ({"domains": [" A.ee. ", "a.ee", "Ü.ee", ""]}, {"domains": ("a.ee", "ü.ee")}),
        ({"web_pages": ["HTTPS://A.ee/X", "b.ee"]}, {"website": "https://A.ee/X"}),
        ({"web_pages": [" www.a.ee "]}, {"website": "http://www.a.ee"}),
        ({"unknown": [1]}, {}),
    ],
)
def test_a_record_is_cleaned(change: dict[str, Any], cleaned: dict[str, Any]) -> None:
    expected = {"name": "Uni", "country": "Estonia", "country_code": "EE", **cleaned}
    assert clean({**GOOD, **change}) == Entry(**expected)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"name": None}, "name is missing"),
        ({"name": " \u200b "}, "name is missing"),
        ({"name": 5}, "name is not a text"),
        ({"name": "a\ud800"}, "name is not a text"),
        ({"name": "?!"}, "name has no letter or digit"),
        ({"name": "x" * 201}, "name is longer than 200 characters"),
        ({"country": "", "alpha_two_code": ""}, "country is missing; alpha_two_code is missing"),
        ({"alpha_two_code": "EST"}, 'alpha_two_code "EST" is not two letters as in ISO 3166-1'),
        ({"state-province": "x" * 101}, "state-province is longer than 100 characters"),
        ({"domains": "a.ee"}, "domains is not a list of texts"),
        ({"domains": ["a.ee", None]}, "domains is not a list of texts"),
        ({"domains": ["a b.ee"]}, 'the domain "a b.ee" is not one like example.edu'),
        ({"domains": ["localhost"]}, 'the domain "localhost" is not one like example.edu'),
        (
            {"web_pages": ["ftp://a.ee"]},
            'the web page "ftp://a.ee" is not one like https://example.edu',
        ),
        (
            {"web_pages": ["http://["]},
            'the web page "http://[" is not one like https://example.edu',
        ),
        (
            {"web_pages": ["javascript:alert(1)"]},
            'the web page "javascript:alert(1)" is not one like https://example.edu',
        ),
        (
            {"web_pages": ["http://a.ee/" + "x" * 2048]},
            f'the web page "http://a.ee/{"x" * 47}…" is not one like https://example.edu',
        ),
    ],
)
def test_a_bad_record_is_refused_with_a_reason(change: dict[str, Any], reason: str) -> None:
    assert clean({**GOOD, **change}) == reason


def test_records_are_sifted_without_stopping() -> None:
    intake = sift(
        [
            Record(1, GOOD),
            Record(2, {"name": "Bad\n one"}),
            Record(3, {}, "it is not an object"),
            Record(4, {**GOOD, "name": " Uni "}),
        ]
    )
    assert (intake.records, intake.repeated) == (4, 1)
    assert intake.entries == {_entry(): 1}
    assert intake.problems == [
        Problem(2, "Bad one", "country is missing; alpha_two_code is missing"),
        Problem(3, "", "it is not an object"),
    ]


def test_a_slug_is_name_and_country_and_the_domain_where_needed() -> None:
    alone, one, two = _entry("o.ee", name="Other"), _entry("a.ee", "x.ee"), _entry("b.ee")
    assert _slugs(alone, one, two) == {
        "other-ee": alone,
        "uni-ee-a-ee": one,
        "uni-ee-b-ee": two,
    }


def test_without_a_domain_the_web_page_tells_them_apart() -> None:
    page = Entry("Uni", "Estonia", "EE", None, "https://www.a.ee/x")
    nothing = _entry()
    assert _slugs(page, nothing) == {"uni-ee-www-a-ee": page, "uni-ee": nothing}


def test_long_names_that_begin_alike_differ() -> None:
    first, second = (_entry(name="Long " * 39 + end) for end in ("One", "Two"))
    slugs = _slugs(first, second)
    assert len(slugs) == 2
    assert all(len(slug) < 140 for slug in slugs)


def test_who_was_alone_keeps_the_short_slug() -> None:
    before, after, new = _entry("a.ee"), _entry("b.ee", "a.ee"), _entry("c.ee")
    assert _slugs(new, after, known={"uni-ee": before}) == {"uni-ee": after, "uni-ee-c-ee": new}


def test_a_long_slug_is_kept_when_the_other_is_not_in_the_file() -> None:
    one = _entry("a.ee")
    assert _slugs(one, known={"uni-ee-a-ee": one}) == {"uni-ee-a-ee": one}


def test_who_changes_the_domain_alone_is_the_same() -> None:
    one = _entry("new.ee")
    assert _slugs(one, known={"uni-ee": _entry("old.ee")}) == {"uni-ee": one}


def test_what_cannot_be_told_apart_is_refused() -> None:
    one, other = _entry("a.ee", state="Harju"), _entry("a.ee", state="Tartu")
    slugs = assign({other: 1, one: 2}, {})
    assert slugs.rows == {"uni-ee": one}
    assert slugs.problems == [
        Problem(
            1,
            "Uni",
            "record 2 has this name and country, and the same first domain or none, but differs in"
            " the rest",
        )
    ]


def test_two_names_that_give_one_slug_are_not_mixed_up() -> None:
    plain = _entry(name="Uni EE a")
    pair = [_entry("a.ee"), _entry("b.ee")]
    slugs = assign({pair[0]: 1, plain: 2, pair[1]: 3}, {})
    assert set(slugs.rows) == {"uni-ee-a-ee", "uni-ee-b-ee"}
    assert slugs.problems == [Problem(2, "Uni EE a", "its slug may be that of record 1")]


# Few values, so that names, domains and slugs meet.
ENTRIES = st.lists(
    st.builds(
        Entry,
        st.sampled_from(["Uni", "UNI", "Uni EE a", "Ünï", "東"]),
        st.just("Estonia"),
        st.just("EE"),
        st.sampled_from([None, "Harju"]),
        st.sampled_from([None, "http://a.ee", "http://b.ee"]),
        st.lists(st.sampled_from(["a.ee", "b.ee", "c.ee"]), max_size=2, unique=True).map(tuple),
    ),
    unique=True,
)


@given(ENTRIES, ENTRIES, st.randoms())
def test_slugs_are_the_same_in_any_order_and_again(
    before: list[Entry], entries: list[Entry], rng: random.Random
) -> None:
    known = _slugs(*before)
    slugs = _slugs(*entries, known=known)
    shuffled = rng.sample(entries, len(entries))
    assert _slugs(*shuffled, known=known) == slugs
    assert _slugs(*shuffled, known={**known, **slugs}) == slugs
    assert set(slugs) <= candidates(entries)
    assert all(re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", slug) for slug in slugs)


ANYTHING = st.none() | st.integers() | st.text() | st.lists(st.text() | st.none())


# The first texts of a process are slow to be made, where Hypothesis has kept nothing yet.
@settings(suppress_health_check=[HealthCheck.too_slow])
@given(
    st.dictionaries(
        st.sampled_from(FIELDS),
        ANYTHING | st.lists(st.from_regex(r"(https?://)?[\w.-]+\.[a-z]+/?", fullmatch=True)),
    )
)
def test_whatever_a_record_holds_it_is_refused_or_fits_the_table(fields: dict[str, Any]) -> None:
    entry = clean({**GOOD, **fields})
    if isinstance(entry, str):
        assert entry
        return
    assert len(entry.name) <= 200
    assert entry.name.strip()
    assert len(entry.country) <= 100
    assert entry.country.strip()
    assert re.fullmatch("[A-Z][A-Z]", entry.country_code)
    assert entry.website is None or re.fullmatch(r"https?://\S{1,2040}", entry.website)
    assert all(0 < len(domain) <= 253 for domain in entry.domains)
    assert all(len(slug) <= 200 for slug in candidates([entry]))
    assert "\x00" not in repr(entry)
    repr(entry).encode()
