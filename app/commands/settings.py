"""`make settings`: writes .env.example and the table in docs/deploy.md from the settings."""

import re
import sys
import textwrap
from pathlib import Path

from app.settings import PROJECT, Variable, variables

ENV_EXAMPLE = PROJECT / ".env.example"
DEPLOY = PROJECT / "docs" / "deploy.md"
_TABLE = re.compile(r"(?<=<!-- settings -->\n).*?(?=<!-- end of settings -->)", re.DOTALL)
_HEAD = """\
# Settings of the server. Copy this file to .env and uncomment what should differ; a variable of the
# environment wins over the one here. Every value shown is the default.
"""


def env_example() -> str:
    """The text of `.env.example`: every setting, its sentence and its default, commented out."""
    return "\n".join([_HEAD, *(_entry(variable) for variable in variables())])


def deploy(text: str) -> str:
    """The text of docs/deploy.md with its table of settings made anew."""
    rows = ["| variable | default | what it is |", "| --- | --- | --- |"]
    for variable in variables():
        default = f"`{variable.default}`" if variable.default else ""
        rows.append(f"| `{variable.name}` | {default} | {variable.text} |")
    table = "\n".join(rows) + "\n"
    return _TABLE.sub(lambda _: table, text)


def write(path: Path, text: str) -> None:
    """Write a file and say so."""
    path.write_text(text, "utf-8")
    print(f"{path.relative_to(PROJECT)} is written.")


def main() -> int:
    """Write both files: the exit code."""
    write(ENV_EXAMPLE, env_example())
    write(DEPLOY, deploy(DEPLOY.read_text("utf-8")))
    return 0


def _entry(variable: Variable) -> str:
    comment = textwrap.fill(variable.text, 98, initial_indent="# ", subsequent_indent="# ")
    return f"{comment}\n#{variable.name}={variable.default}\n"


if __name__ == "__main__":
    sys.exit(main())
