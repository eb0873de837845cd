"""Prints the API's schema, or keeps the committed `schema.graphql` up to date.

`python -m app.commands.schema` prints; `--write` writes the file; `--check` exits with 1 when the
file is not what the code makes.
"""

import sys

from app.schema import make_schema
from app.settings import PROJECT

FILE = PROJECT / "schema.graphql"


def sdl() -> str:
    """The schema in GraphQL's schema definition language."""
    return make_schema().schema.as_str() + "\n"


def main(arguments: list[str]) -> int:
    """Run the command; returns its exit code."""
    match arguments:
        case []:
            print(sdl(), end="")
        case ["--write"]:
            FILE.write_text(sdl(), encoding="utf-8")
        case ["--check"]:
            if not FILE.is_file() or FILE.read_text(encoding="utf-8") != sdl():
                print("schema.graphql is out of date: run make schema", file=sys.stderr)
                return 1
        case _:
            print("use --write, --check or nothing", file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
