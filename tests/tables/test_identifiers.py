"""Keys are version 7 UUIDs in order of time, whoever makes them."""

import threading
import time
import uuid

import pytest

from app.database.engine import SeedbedEngine
from app.tables import Organization, new_id
from tests.tables.rows import add


def test_ids_made_one_after_the_other_sort_in_that_order() -> None:
    made = [new_id() for _ in range(20_000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)


def test_ids_made_by_several_threads_differ() -> None:
    made: list[uuid.UUID] = []
    threads = [
        threading.Thread(target=lambda: made.extend([new_id() for _ in range(2_000)]))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 8_000


def test_an_id_tells_its_version_variant_and_time() -> None:
    before = time.time_ns() // 1_000_000
    made = Organization(name="A", slug="a").id
    assert (made.version, made.variant) == (7, uuid.RFC_4122)
    assert before <= made.int >> 80 <= time.time_ns() // 1_000_000 + 1


def test_ids_go_on_in_order_when_the_clock_goes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    last = new_id()
    monkeypatch.setattr(time, "time_ns", lambda: 0)
    assert new_id() > last


@pytest.mark.usefixtures("database")
async def test_a_row_of_plain_sql_gets_an_id_of_the_same_kind(engine: SeedbedEngine) -> None:
    before = time.time_ns() // 1_000_000
    key = await add(engine, Organization)
    assert isinstance(key, uuid.UUID)
    assert (key.version, key.variant) == (7, uuid.RFC_4122)
    assert abs((key.int >> 80) - before) < 5_000


@pytest.mark.usefixtures("database")
async def test_ids_of_the_database_sort_in_order_of_time(engine: SeedbedEngine) -> None:
    made = []
    for _ in range(50):
        rows = await engine.fetch("select public.uuid_v7() as id")
        made.append(rows[0]["id"])
    assert made == sorted(made)
    rows = await engine.fetch(
        "select count(distinct public.uuid_v7()) from generate_series(1, 5000)"
    )
    assert rows[0]["count"] == 5_000
