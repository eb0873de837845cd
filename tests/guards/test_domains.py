"""The seven domains have the same names wherever they appear."""

from pathlib import Path

import pytest

from tests.guards.tree import DOMAINS, ROOT

# What stands beside the domains in each folder, and is shared by them.
SHARED = {
    "app/tables": {"__init__", "base", "checks", "identifiers"},
    "app/actions": {
        "__init__",
        "configuration",
        "deletion",
        "limits",
        "retention",
        "slugs",
        "states",
        "statistics",
    },
    "app/schema": {"__init__", "registry"},
    "seeds": {"__init__", "checks", "ids", "runner", "scale", "texts", "upsert"},
}


def _stems(folder: Path) -> set[str]:
    """The modules and packages of a folder."""
    modules = {path.stem for path in folder.glob("*.py")}
    packages = {path.name for path in folder.iterdir() if any(path.glob("*.py"))}
    return modules | packages


@pytest.mark.parametrize("folder", SHARED)
def test_a_module_is_a_domain_or_shared(folder: str) -> None:
    assert _stems(ROOT / folder) - set(DOMAINS) - SHARED[folder] == set()


@pytest.mark.parametrize("folder", SHARED)
def test_every_shared_module_is_there(folder: str) -> None:
    assert SHARED[folder] - _stems(ROOT / folder) == set()


@pytest.mark.parametrize("folder", ["app/tables", "seeds"])
def test_tables_and_seeds_have_every_domain(folder: str) -> None:
    assert set(DOMAINS) - _stems(ROOT / folder) == set()


def test_a_domain_of_the_schema_has_its_tests() -> None:
    domains = set(DOMAINS) & _stems(ROOT / "app" / "schema")
    tested = {path.stem.removeprefix("test_") for path in (ROOT / "tests/domains").glob("*.py")}
    assert domains - tested == set()
    assert domains, "the schema has no domain"


def test_tests_of_a_domain_have_its_name() -> None:
    tested = {path.stem for path in (ROOT / "tests" / "domains").glob("test_*.py")}
    domains = {f"test_{domain}" for domain in DOMAINS}
    # A domain with many tests divides them: test_projects_messages.py.
    assert {stem for stem in tested if not stem.startswith(tuple(domains))} == set()
