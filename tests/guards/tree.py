"""The files of the checkout, without those that git ignores."""

from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOMAINS = (
    "identity",
    "assessment",
    "catalog",
    "projects",
    "payments",
    "content",
    "operations",
)


def files(suffix: str = "", under: Path = ROOT) -> Iterator[Path]:
    """Every file below `under` whose name ends with `suffix`; git itself need not be there."""
    for path in sorted(under.iterdir()):
        if path.name == ".git" or _ignored(path):
            continue
        if path.is_dir():
            yield from files(suffix, path)
        elif path.name.endswith(suffix):
            yield path


def text_files() -> Iterator[tuple[str, str]]:
    """The path from the root and the text of every file that is text."""
    for path in files():
        if path.suffix not in {".png", ".gz", ".ico", ".woff2", ".ttf"}:
            yield name(path), path.read_text("utf-8")


def name(path: Path) -> str:
    """The path from the root, with slashes."""
    return path.relative_to(ROOT).as_posix()


def _ignored(path: Path) -> bool:
    """Whether a pattern of .gitignore (a name, or a path from the root) names this file."""
    return any(
        fnmatch(name(path), pattern) or fnmatch(path.name, pattern)
        for pattern in (line.strip().rstrip("/") for line in _GITIGNORE)
        if pattern and not pattern.startswith("#")
    )


_GITIGNORE = (ROOT / ".gitignore").read_text("utf-8").splitlines()
