"""The committed schema is the one the code makes, and nothing is exposed without a policy."""

import subprocess
import sys

from app.policy import POLICIES
from app.schema import DOMAINS
from app.schema.registry import registry
from app.tables import TABLES, PaymentReport
from tests.guards.tree import ROOT


def test_the_committed_schema_is_the_one_that_is_served() -> None:
    command = [sys.executable, "-m", "app.commands.schema", "--check"]
    run = subprocess.run(command, check=False, cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr


def test_every_exposed_table_has_a_policy() -> None:
    assert {table.__name__ for table in registry.tables - POLICIES.keys()} == set()
    assert len(registry.tables) >= len(DOMAINS)


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
