"""The rules that every table follows, looked up in the classes and in the database."""

import re

import pytest
from piccolo.columns import Column, Varchar
from piccolo.table import Table

from app.database.engine import SeedbedEngine
from app.tables import TABLES, PaymentReport
from tests.guards.tree import DOMAINS

FOREIGN_KEYS = """
select conrelid::regclass::text as table, conname as name, confdeltype::text as on_delete,
  array(
    select attname::text from unnest(conkey) with ordinality as k (number, place)
    join pg_attribute on attrelid = conrelid and attnum = number order by place
  ) as columns
from pg_constraint
where contype = 'f' and connamespace::regnamespace::text = any($1)
"""
FIRST_COLUMNS = """
select indrelid::regclass::text as table, attname::text as column
from pg_index
join pg_attribute on attrelid = indrelid and attnum = indkey[0]
where indpred is null and indisvalid
"""
CHECKS = """
select conname::text as name, pg_get_constraintdef(oid) as definition
from pg_constraint
where contype in ('c', 'u') and conrelid = $1::text::regclass
"""
COLUMNS = [
    pytest.param(table, column, id=f"{table.__name__}-{column._meta.name}")
    for table in TABLES
    for column in table._meta.columns
]


def _name(table: type[Table]) -> str:
    return table._meta.get_formatted_tablename()


async def test_every_foreign_key_leads_an_index(engine: SeedbedEngine) -> None:
    keys = await engine.fetch(FOREIGN_KEYS, list(DOMAINS))
    indexed = {(row["table"], row["column"]) for row in await engine.fetch(FIRST_COLUMNS)}
    # In the key over two columns, the section says which questionnaire it is.
    missing = [row["name"] for row in keys if (row["table"], row["columns"][0]) not in indexed]
    assert missing == []
    declared = sum(len(table._meta.foreign_key_columns) for table in TABLES)
    assert len(keys) == declared + 1


@pytest.mark.parametrize(
    ("constraint", "action"),
    [
        ("users_organization_fkey", "n"),
        ("users_university_fkey", "n"),
        ("sessions_device_fkey", "c"),
        ("questionnaires_organization_fkey", "c"),
        ("assessment_sessions_questionnaire_fkey", "r"),
        ("responses_question_fkey", "r"),
        ("documents_document_type_fkey", "r"),
        ("payments_user_fkey", "r"),
        ("payment_transactions_payment_fkey", "c"),
        ("audit_logs_user_fkey", "n"),
        ("courses_university_fkey", "c"),
        ("fragments_message_fkey", "c"),
        ("comments_post_fkey", "c"),
    ],
)
async def test_a_delete_goes_on_as_specified(
    engine: SeedbedEngine, constraint: str, action: str
) -> None:
    keys = await engine.fetch(FOREIGN_KEYS, list(DOMAINS))
    assert [row["on_delete"] for row in keys if row["name"] == constraint] == [action]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
async def test_the_database_has_the_constraints_of_the_class(
    engine: SeedbedEngine, table: type[Table]
) -> None:
    found = {row["name"] for row in await engine.fetch(CHECKS, _name(table))}
    declared = {constraint._meta.name for constraint in table._meta.constraints}
    alone = {
        f"{table._meta.tablename}_{column._meta.name}_key"
        for column in table._meta.columns
        if column._meta.unique
    }
    by_hand = {"sections_id_questionnaire_key"} if table._meta.tablename == "sections" else set()
    assert found == declared | alone | by_hand


async def test_every_enum_is_held_to_its_values(engine: SeedbedEngine) -> None:
    for table in TABLES:
        definitions = [row["definition"] for row in await engine.fetch(CHECKS, _name(table))]
        for column in table._meta.columns:
            if column._meta.choices is None:
                continue
            held = [text for text in definitions if f"(({column._meta.name})::text = ANY" in text]
            assert len(held) == 1, column
            values = re.findall(r"'(\w+)'", held[0])
            assert values == [choice.value for choice in column._meta.choices]
            assert values == [choice.name for choice in column._meta.choices]


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_every_column_says_what_it_holds(table: type[Table], column: Column) -> None:
    text = column._meta.help_text
    assert text is not None, f"{table.__name__}.{column._meta.name}"
    assert text.endswith(".")
    assert len(text) <= 80


@pytest.mark.parametrize("table", [*TABLES, PaymentReport], ids=lambda table: table.__name__)
def test_every_table_says_what_it_is_for(table: type[Table]) -> None:
    assert table.__doc__ is not None
    assert table.__doc__.split("\n")[0].endswith(".")


def test_names_are_unique_over_all_schemas() -> None:
    for names in (
        [table.__name__ for table in TABLES],
        [table._meta.tablename for table in TABLES],
    ):
        assert len(set(names)) == len(names)
    assert {table._meta.schema for table in TABLES} == set(DOMAINS)


def test_a_table_follows_those_that_it_refers_to() -> None:
    seen: set[type[Table]] = set()
    for table in TABLES:
        targets = {
            column._foreign_key_meta.resolved_references
            for column in table._meta.foreign_key_columns
        }
        assert targets - {table} <= seen, table
        seen.add(table)


def test_secrets_are_marked() -> None:
    secret = {
        (table.__name__, column._meta.name)
        for table in TABLES
        for column in table._meta.columns
        if column._meta.secret
    }
    hashes = {
        (table.__name__, column._meta.name)
        for table in TABLES
        for column in table._meta.columns
        if isinstance(column, Varchar) and column._meta.name.endswith("_hash")
    }
    assert secret == hashes
    assert len(secret) == 6


# The API's own lists are in test_default_lists.py; these are sorted so elsewhere.
# Sorting is made expensive, not impossible: a plan without a sort proves that the index serves it.
SORTED_LISTS = [
    ("identity.users", "true", "created_at, id"),
    ("identity.organizations", "true", "name, id"),
    ("payments.payments", "true", "created_at desc, id desc"),
    ("payments.payments", '"user" = $1', "created_at desc, id desc"),
    ("payments.payment_transactions", "payment = $1", "created_at, id"),
    ("content.posts", "published and deleted_at is null", "published_at desc, id desc"),
    ("operations.audit_logs", "true", "created_at desc, id desc"),
    ("operations.events", "project = $1", "sequence"),
    ("operations.events", "delivered_at is null and dead_at is null", "project desc, sequence"),
]


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(("table", "where", "order"), SORTED_LISTS)
async def test_a_list_comes_sorted_from_an_index(
    engine: SeedbedEngine, table: str, where: str, order: str
) -> None:
    for setting in ("enable_seqscan", "enable_sort", "enable_bitmapscan"):
        await engine.fetch(f"set local {setting} = off")
    where = where.replace("$1", "'00000000-0000-7000-8000-000000000000'")
    rows = await engine.fetch(
        f"explain select * from {table} where {where} order by {order} limit 20"
    )
    plan = "\n".join(row["QUERY PLAN"] for row in rows)
    assert "Index Scan" in plan
    assert "Sort" not in plan
    assert "Filter" not in plan
