"""`python -m app` runs everything; `python -m app stop` stops the embedded PostgreSQL."""

import sys

from app.commands.serve import serve
from app.commands.stop import stop
from piccolo_conf import DB


def main(arguments: list[str]) -> int:
    """Run one command: its exit code."""
    match arguments:
        case [] | ["serve"]:
            return serve(DB)
        case ["stop"]:
            return stop(DB.settings)
        case _:
            print("Use: python -m app [serve | stop]. `piccolo` has the others.", file=sys.stderr)
            return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
