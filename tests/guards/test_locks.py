"""The lock files hold exact versions and hashes of everything that is asked for, and no address."""

import json
import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.guards.tree import ROOT

ENTRY = re.compile(r"^(?P<name>[\w.-]+)==(?P<version>[^\s;\\]+)(?: ; [^\\]+)? \\$")
FRONTEND = ROOT / "app" / "web" / "frontend"
LOCKS = ("requirements.lock", "requirements-dev.lock")


def _lock(file: str) -> dict[str, Version]:
    """The locked versions by package; fails when an entry has no hash."""
    versions: dict[str, Version] = {}
    for block in re.split(r"\n(?=\S)", (ROOT / file).read_text("utf-8").strip()):
        entry = ENTRY.match(block.splitlines()[0])
        assert entry, f"{file}: {block.splitlines()[0]} is not an exact version with hashes"
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", block), f"{entry['name']} has no hash"
        versions[canonicalize_name(entry["name"])] = Version(entry["version"])
    return versions


def _asked_for() -> dict[str, list[Requirement]]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    runtime = [Requirement(line) for line in project["project"]["dependencies"]]
    tools = [Requirement(line) for line in project["dependency-groups"]["dev"]]
    return {"requirements.lock": runtime, "requirements-dev.lock": runtime + tools}


@pytest.mark.parametrize("file", LOCKS)
def test_a_lock_satisfies_pyproject(file: str) -> None:
    locked = _lock(file)
    unmet = [
        str(requirement)
        for requirement in _asked_for()[file]
        if canonicalize_name(requirement.name) not in locked
        or locked[canonicalize_name(requirement.name)] not in requirement.specifier
    ]
    assert unmet == []


def test_what_is_served_is_what_is_tested() -> None:
    development = _lock("requirements-dev.lock")
    runtime = _lock("requirements.lock")
    assert {package: development.get(package) for package in runtime} == runtime


@pytest.mark.parametrize("file", LOCKS)
def test_a_lock_of_python_names_no_address(file: str) -> None:
    assert "://" not in (ROOT / file).read_text("utf-8")


def test_the_lock_of_npm_has_hashes_and_no_address() -> None:
    lock = json.loads((FRONTEND / "package-lock.json").read_text("utf-8"))
    packages = {path: entry for path, entry in lock["packages"].items() if path}
    assert {path for path, entry in packages.items() if "integrity" not in entry} == set()
    assert {path for path, entry in packages.items() if "resolved" in entry} == set()
    assert packages


def test_the_lock_of_npm_satisfies_package_json() -> None:
    package = json.loads((FRONTEND / "package.json").read_text("utf-8"))
    lock = json.loads((FRONTEND / "package-lock.json").read_text("utf-8"))["packages"][""]
    for group in ("dependencies", "devDependencies"):
        assert lock.get(group, {}) == package.get(group, {})


def test_npm_is_told_to_keep_addresses_out() -> None:
    settings = Path(FRONTEND, ".npmrc").read_text("utf-8").splitlines()
    assert "omit-lockfile-registry-resolved=true" in settings
