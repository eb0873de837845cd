"""The command line of `piccolo`: what it does not know is refused, and said so.

Piccolo's own (targ) answers an unknown command with its help and exit code 0, so that a misspelt
step of a deployment is green; it takes `--name t` for a flag and a positional argument, and the
value `t` for True; and it calls a command of any group by its bare name before it looks for a
group, so that our `schema` would hide its `schema generate`.
"""

import inspect
import re
import sys
import textwrap
from collections.abc import Callable
from difflib import get_close_matches
from types import UnionType
from typing import Union, get_args, get_origin, get_type_hints

from docstring_parser import parse
from piccolo.apps.migrations.commands.check import CheckMigrationManager
from targ import CLI, Command

from app.commands import console
from app.commands.console import UsageError

GROUP = "db"
_HELP = ("--help", "-h", "help")

_pending_count = CheckMigrationManager.havent_ran_count


def install() -> None:
    """Put this under `piccolo`; to be called where Piccolo loads the commands."""
    replacements: tuple[tuple[type, str, object], ...] = (
        (CLI, "run", _run),
        (CheckMigrationManager, "havent_ran_count", _havent_ran_count),
    )
    for owner, name, replacement in replacements:
        setattr(owner, name, replacement)


async def _havent_ran_count(self: CheckMigrationManager) -> int:
    """Nothing before commands of ours: they look themselves, and say it in their own way."""
    return 0 if sys.argv[1:2] == [GROUP] else await _pending_count(self)


def _run(self: CLI, solo: bool = False) -> None:
    console.guard(lambda: call(self, [word for word in sys.argv[1:] if word != "--trace"]))


def call(cli: CLI, words: list[str]) -> int:
    """Run the command that the words name: its exit code. Raises UsageError when there is none."""
    if not words or words[0] in _HELP:
        console.say(cli.get_help_text())
        return console.OK if words else console.USAGE
    groups = {command.group_name for command in cli.commands}
    if words[0] in groups and (len(words) == 1 or words[1] in _HELP):
        console.say(_overview(cli, words[0]))
        return console.OK if len(words) > 1 else console.USAGE
    command, rest = _find(cli, words)
    if command.group_name != GROUP:
        _refuse_unknown_options(command, rest)
        _call_theirs(cli, command, rest)
    elif any(word in _HELP[:2] for word in rest):
        console.say(help_text(command))
    else:
        command.command(**arguments(command, rest))
    return console.OK


def arguments(command: Command, words: list[str]) -> dict[str, object]:
    """The values of a command's parameters, by the types that its function declares.

    A bool is a flag; a tuple of texts is repeated or separated by commas; `str | bool` has a value
    or none; anything else is `--name=value`, `--name value` or, where the function gives no
    default, a word in its place. Raises UsageError.
    """
    types = _types(command)
    required = [name for name, item in _parameters(command).items() if item.default is item.empty]
    found: dict[str, object] = {}
    waiting = list(words)
    while waiting:
        word = waiting.pop(0)
        if not word.startswith("-") or word == "-":
            name = next((name for name in required if name not in found), None)
            if name is None:
                raise UsageError(f"`{word}` is one word too many. {_hint(command)}")
            if not word:
                raise UsageError(f"{name.upper()} is empty. {_hint(command)}")
            found[name] = _converted(types[name], name, word)
            continue
        option, equals, text = word.partition("=")
        name = option.lstrip("-").replace("-", "_")
        if name not in types or not option.startswith("--"):
            raise UsageError(_unknown_option(command, option))
        kinds = _kinds(types[name])
        if not equals and bool in kinds:
            found[name] = True
            continue
        if not equals:
            if not waiting or waiting[0].startswith("--"):
                raise UsageError(f"{option} needs a value: {option}=... {_hint(command)}")
            text = waiting.pop(0)
        value = _converted(types[name], name, text)
        before = found.get(name)
        if isinstance(value, tuple) and isinstance(before, tuple):
            value = before + value
        elif name in found:
            raise UsageError(f"{option} is given twice. {_hint(command)}")
        found[name] = value
    if missing := [name for name in required if name not in found]:
        raise UsageError(f"{missing[0].upper()} is missing. {_hint(command)}")
    return found


def help_text(command: Command) -> str:
    """What `--help` prints."""
    text = parse(command.command.__doc__ or "")
    described = {item.arg_name: item.description or "" for item in text.params}
    parts = [f"Usage: piccolo {command.full_name}{_usage(command)}", "", _paragraphs(command)]
    rows = [(_shown(command, name), described.get(name, "")) for name in _parameters(command)]
    if rows:
        width = max(len(name) for name, _ in rows) + 4
        parts.append("")
        for name, description in rows:
            parts.append(
                textwrap.fill(
                    re.sub(r"\s+", " ", description),
                    98,
                    initial_indent=f"  {name}".ljust(width),
                    subsequent_indent=" " * width,
                )
                or f"  {name}"
            )
    return "\n".join(parts)


def _paragraphs(command: Command) -> str:
    text = parse(command.command.__doc__ or "")
    both = [part for part in (text.short_description, text.long_description) if part]
    paragraphs = "\n\n".join(both).split("\n\n")
    return "\n\n".join(
        paragraph if paragraph.startswith("  ") else textwrap.fill(" ".join(paragraph.split()), 98)
        for paragraph in paragraphs
    )


def _overview(cli: CLI, group: str) -> str:
    lines = [f"Usage: piccolo {group} COMMAND [options]", ""]
    ours = [command for command in cli.commands if command.group_name == group]
    width = max(len(command.command_name or "") for command in ours) + 4
    for command in ours:
        first = parse(command.command.__doc__ or "").short_description or ""
        lines.append(f"  {command.command_name or ''}".ljust(width) + " ".join(first.split()))
    lines += ["", f"`piccolo {group} COMMAND --help` tells more."]
    return "\n".join(lines)


def _find(cli: CLI, words: list[str]) -> tuple[Command, list[str]]:
    """The command of a group first, then one that is called without its group."""
    if len(words) > 1:
        for command in cli.commands:
            if command.group_name == words[0] and words[1] in _names(command):
                return command, words[2:]
    groups = {command.group_name for command in cli.commands}
    if words[0] not in groups:
        for command in cli.commands:
            if words[0] in _names(command):
                return command, words[1:]
        known = [name for name in groups if name]
        known += [command.full_name for command in cli.commands]
        near = _near(words[0], known, before="piccolo ")
        raise UsageError(
            f"There is no command `piccolo {words[0]}`.{near} `piccolo --help` lists the commands."
        )
    inside = [name for c in cli.commands if c.group_name == words[0] for name in _names(c)]
    near = _near(words[1], inside, before=f"piccolo {words[0]} ")
    raise UsageError(
        f"There is no command `piccolo {words[0]} {words[1]}`.{near} `piccolo {words[0]} --help`"
        " lists the commands."
    )


def _call_theirs(cli: CLI, command: Command, words: list[str]) -> None:
    """A command of Piccolo's own, in its own way, but with its failure on stderr."""
    try:
        command.call_with(cli._get_arg_class(words))  # noqa: SLF001 - targ has no public name for it
    except Exception as failure:
        if "--trace" in sys.argv:
            raise
        raise console.CommandError(
            f"`piccolo {command.full_name}` failed: {failure or type(failure).__name__}"
            " (--trace shows where)."
        ) from failure


def _refuse_unknown_options(command: Command, words: list[str]) -> None:
    known = {*_parameters(command), "help"}
    for word in words:
        option = word.partition("=")[0]
        if option.startswith("--") and option[2:] not in known:
            raise UsageError(_unknown_option(command, option))


def _unknown_option(command: Command, option: str) -> str:
    options = [f"--{name.replace('_', '-')}" for name in _parameters(command)]
    return f"{option} is not an option.{_near(option, options)} {_hint(command)}"


def _near(word: str, known: list[str], before: str = "") -> str:
    near = get_close_matches(word, known, n=1)
    return f" Did you mean `{before}{near[0]}`?" if near else ""


def _hint(command: Command) -> str:
    return f"`piccolo {command.full_name} --help` tells what is possible."


def _names(command: Command) -> list[str]:
    return [command.command_name or "", *command.aliases]


def _parameters(command: Command) -> dict[str, inspect.Parameter]:
    return dict(inspect.signature(command.command).parameters)


def _types(command: Command) -> dict[str, object]:
    hints = get_type_hints(command.command)
    return {name: hints.get(name, str) for name in _parameters(command)}


def _kinds(kind: object) -> set[object]:
    return set(get_args(kind)) if get_origin(kind) in {Union, UnionType} else {kind}


def _usage(command: Command) -> str:
    return "".join(
        f" {_shown(command, name)}" if item.default is item.empty else f" [{_shown(command, name)}]"
        for name, item in _parameters(command).items()
    )


def _shown(command: Command, name: str) -> str:
    option = name.replace("_", "-")
    kinds = _kinds(_types(command)[name])
    if _parameters(command)[name].default is inspect.Parameter.empty:
        return name.upper()
    if bool in kinds:
        return f"--{option}" if len(kinds) == 1 else f"--{option}[=VALUE]"
    return f"--{option}=VALUE"


def _converted(kind: object, name: str, text: str) -> object:
    kinds = _kinds(kind) - {type(None)}
    option = f"--{name.replace('_', '-')}"
    if any(get_origin(item) is tuple for item in kinds):
        if not (parts := tuple(part for part in text.split(",") if part)):
            # None is not all: whoever leaves the option out means them.
            raise UsageError(f"{option} names nothing: name one or more, or leave it out.")
        return parts
    if not text:
        # A script's variable that was not set, say; what happens without the option is not meant.
        raise UsageError(f"{option} is empty: give it a value, or leave it out.")
    if kinds == {bool}:
        if text.lower() not in {"true", "false"}:
            raise UsageError(f"{option} is given or left out; {text} is no value for it.")
        return text.lower() == "true"
    converters: dict[object, tuple[Callable[[str], object], str]] = {
        int: (int, "a whole number"),
        float: (float, "a number"),
    }
    for item, (convert, what) in converters.items():
        if item in kinds:
            try:
                return convert(text)
            except ValueError:
                raise UsageError(f"{option} must be {what}, not {text}.") from None
    return text
