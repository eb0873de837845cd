"""The committed schema is the one the code makes, and nothing is exposed without a policy."""

from app.commands.schema import FILE, sdl
from app.policy import POLICIES
from app.schema import make_schema
from app.schema.registry import registry
from app.tables import TABLES, PaymentReport


def test_the_committed_schema_is_the_one_that_is_served() -> None:
    assert FILE.read_text("utf-8") == sdl(), "run make schema and read what has changed"


def test_every_exposed_table_has_a_policy() -> None:
    make_schema()
    assert {table.__name__ for table in registry.tables - POLICIES.keys()} == set()
    assert registry.tables


def test_every_policy_is_for_a_table_of_ours() -> None:
    assert {table.__name__ for table in POLICIES.keys() - {*TABLES, PaymentReport}} == set()


def test_every_rule_of_a_policy_names_columns_of_its_table() -> None:
    strange = [
        f"{table.__name__}: {column._meta.name}"
        for table, policy in POLICIES.items()
        for rule in policy.rules
        for column in rule.columns or ()
        if column._meta.table is not table
    ]
    assert strange == []
