"""`piccolo db schema`: prints the API's schema, or keeps the committed `schema.graphql` up to date.

`python -m app.commands.schema` is the same, for a checkout without a database.
"""

import importlib
import sys

from app.commands import console
from app.settings import PROJECT

FILE = PROJECT / "schema.graphql"


def schema(write: bool = False, check: bool = False) -> None:
    """Print the API's schema in GraphQL's schema definition language. No database is needed.

    :param write: Write it to schema.graphql.
    :param check: Exit with code 1 when schema.graphql is not what the code makes.
    """
    console.guard(lambda: print_or_keep(write=write, check=check))


def sdl() -> str:
    """The schema in GraphQL's schema definition language.

    The API is loaded here, so that the other commands need not wait for it.
    """
    text: str = importlib.import_module("app.schema").make_schema().schema.as_str()
    return text + "\n"


def print_or_keep(*, write: bool, check: bool) -> int:
    """Run the command: its exit code."""
    if write and check:
        raise console.UsageError("--write and --check exclude each other.")
    if check:
        if not FILE.is_file() or FILE.read_text(encoding="utf-8") != sdl():
            raise console.CommandError("schema.graphql is out of date: run make schema")
    elif write:
        FILE.write_text(sdl(), encoding="utf-8")
    else:
        sys.stdout.write(sdl())
    return console.OK


def main(arguments: list[str]) -> int:
    """The same without Piccolo: `--write`, `--check` or nothing."""
    if unknown := [word for word in arguments if word not in {"--write", "--check"}]:
        console.error(f"{unknown[0]} is not possible: use --write, --check or nothing.")
        return console.USAGE
    return console.code_of(
        lambda: print_or_keep(write="--write" in arguments, check="--check" in arguments)
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
