"""Every file is short, says what it is for, and names no machine and no registry."""

import ast
import functools
import re
from pathlib import Path

import pytest

from tests.guards.tree import ROOT, files, name, text_files

LONGEST = 400
MACHINE = re.compile(r"(?<![\w.])/(?:work|root|home|Users)/[a-z]")
REGISTRY = re.compile(
    r"https?://[\w.-]*(?:pypi|python[h]osted|npmjs|artifactory|nexus|registry)[\w./-]*"
)
REGISTRY_SETTING = re.compile(r"(?:index-url|--registry|registry *= *http)")


def _python() -> list[Path]:
    """The Python files that people write; migrations are written by Piccolo."""
    written_by_piccolo = ROOT / "app" / "migrations"
    return [path for path in files(".py") if written_by_piccolo not in path.parents]


@functools.cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def test_no_file_is_longer_than_400_lines() -> None:
    lengths = {name(path): len(path.read_text("utf-8").splitlines()) for path in _python()}
    assert {file: lines for file, lines in lengths.items() if lines > LONGEST} == {}
    assert lengths, "no Python file was found"


@pytest.mark.parametrize("path", _python(), ids=name)
def test_a_file_begins_with_one_sentence(path: Path) -> None:
    docstring = ast.get_docstring(_tree(path))
    assert docstring, f"{name(path)} does not say what it is for"
    first = docstring.split("\n\n")[0]
    assert first[0].isupper() or first[0] in "`'\"", first
    assert first.endswith((".", "?")), first


def test_no_file_names_a_machine_or_a_registry() -> None:
    found = []
    for file, text in text_files():
        if file == name(Path(__file__)):
            continue
        for pattern in (MACHINE, REGISTRY, REGISTRY_SETTING):
            found += [f"{file}: {match[0]}" for match in pattern.finditer(text)]
    assert found == []


@pytest.mark.parametrize(
    "text",
    ["/home/ann/x", "cd /root/project", "https://registry.example/vite", "--registry x"],
)
def test_the_patterns_find_what_they_are_for(text: str) -> None:
    assert any(pattern.search(text) for pattern in (MACHINE, REGISTRY, REGISTRY_SETTING))


def test_there_is_no_relative_import() -> None:
    relative = [
        f"{name(path)}:{node.lineno}"
        for path in _python()
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.ImportFrom) and node.level
    ]
    assert relative == []


def test_nothing_is_imported_inside_a_function() -> None:
    hidden = [
        f"{name(path)}:{node.lineno}"
        for path in _python()
        for function in ast.walk(_tree(path))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert hidden == []


def test_the_checkout_is_where_the_guards_look() -> None:
    assert (ROOT / "pyproject.toml").is_file()
