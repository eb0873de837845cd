"""Settings read from the environment and `.env`, and what is wrong with them."""

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import fields
from difflib import get_close_matches
from pathlib import Path
from urllib.parse import urlsplit

from app.settings.model import LOOPBACK, PREFIX, Settings, env_name
from app.settings.parsers import PROJECT


class SettingsError(Exception):
    """Settings that cannot be used; `problems` holds one sentence for each of them."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(" ".join(problems))
        self.problems = tuple(problems)


def load_settings(
    environ: Mapping[str, str] | None = None, env_file: Path | None = None
) -> Settings:
    """The settings of the environment, with those of a `.env` file where it has none.

    Without `environ`, `os.environ` and the project's `.env` are read; with it, only `env_file`.
    An empty variable is the same as an absent one, and hides the one in the file.
    Raises SettingsError with one sentence for every problem.
    """
    if environ is None:
        environ = os.environ
        env_file = PROJECT / ".env" if env_file is None else env_file
    problems: list[str] = []
    from_file = _read_env_file(env_file, problems) if env_file and env_file.is_file() else {}
    problems += _unknown(from_file, f" in {env_file.name}" if env_file else "")
    problems += _unknown([name for name in environ if name.startswith(PREFIX)], "")
    values: dict[str, object] = {}
    for item in fields(Settings):
        name = env_name(item)
        text = environ.get(name, from_file.get(name, "")).strip()
        if text:
            try:
                values[item.name] = item.metadata["parse"](text)
            except ValueError as error:
                # The value is not repeated: a secret may have been put under the wrong name.
                problems.append(f"{name} {error}.")
    _derive(values)
    settings = Settings(**values)  # type: ignore[arg-type]  # each parser gives its field's type
    problems += _contradictions(settings)
    if problems:
        raise SettingsError(problems)
    return settings


def _unknown(names: Iterable[str], where: str) -> list[str]:
    known = {env_name(item).removeprefix(PREFIX): env_name(item) for item in fields(Settings)}
    problems = []
    for name in names:
        if name not in known.values():
            near = get_close_matches(name.upper().removeprefix(PREFIX), known, n=1)
            hint = f"did you mean {known[near[0]]}?" if near else "remove it, or see .env.example."
            problems.append(f"{name}{where} is not a setting: {hint}")
    return problems


def _read_env_file(path: Path, problems: list[str]) -> dict[str, str]:
    """The `NAME=value` lines of a file; `export`, quotes and comments as in a shell."""
    line_form = re.compile(
        r"""(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*"""
        r"""(?:"([^"]*)"|'([^']*)'|([^\s"'#](?:[^#]|(?<!\s)\#)*)?)\s*(?:\#.*)?"""
    )
    found: dict[str, str] = {}
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError:
        problems.append(f"{path} is not a text file in UTF-8.")
        return found
    except OSError as error:
        problems.append(f"{path} cannot be read: {error.strerror}.")
        return found
    for number, line in enumerate(lines, start=1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        match = line_form.fullmatch(text)
        if match is None:
            problems.append(f"Line {number} of {path.name} is not of the form NAME=value.")
        else:
            found[match[1]] = (match[2] or match[3] or match[4] or "").strip()
    return found


def _derive(values: dict[str, object]) -> None:
    if "public_url" not in values:
        host = str(values.get("host", "127.0.0.1"))
        host = "127.0.0.1" if host in {"0.0.0.0", "::", "[::]"} else host  # noqa: S104 - compared
        host = f"[{host}]" if ":" in host and not host.startswith("[") else host
        values["public_url"] = f"http://{host}:{values.get('port', 8000)}"
    if "worker" not in values:
        values["worker"] = values.get("environment", "development") == "development"
    if "agent_url" not in values and values.get("environment", "development") != "development":
        values["agent_url"] = None
    if "allowed_hosts" not in values:
        host = urlsplit(str(values["public_url"])).hostname or ""
        host = f"[{host}]" if ":" in host else host
        values["allowed_hosts"] = LOOPBACK if host in LOOPBACK else (*LOOPBACK, host)


def _contradictions(settings: Settings) -> list[str]:
    problems = []
    if settings.pool_min_size > settings.pool_max_size:
        problems.append(
            f"SEEDBED_POOL_MIN_SIZE ({settings.pool_min_size}) must not be larger than"
            f" SEEDBED_POOL_MAX_SIZE ({settings.pool_max_size})."
        )
    if settings.environment == "production" and _is_placeholder(settings.secret_key):
        problems.append(
            "SEEDBED_SECRET_KEY must be set in production to at least 32 random characters:"
            ' python -c "import secrets; print(secrets.token_urlsafe(48))" makes some.'
        )
    signs = settings.environment == "production" and settings.agent_url is not None
    if signs and _is_placeholder(settings.agent_secret):
        problems.append(
            "SEEDBED_AGENT_SECRET must be set in production to at least 32 random characters when"
            " SEEDBED_AGENT_URL is set."
        )
    if settings.smtp_url is not None and settings.mail_from.endswith("@localhost>"):
        problems.append(
            "SEEDBED_MAIL_FROM must be set to your own address when SEEDBED_SMTP_URL is set."
        )
    return problems


def _is_placeholder(secret: str) -> bool:
    """Too short, too uniform, or one of the words people put where a secret belongs."""
    words = ("change", "secret-key", "your-", "example", "placeholder", "password", "development")
    plain = secret.lower()
    return len(secret) < 32 or len(set(secret)) < 10 or any(word in plain for word in words)


def cautions(settings: Settings) -> tuple[str, ...]:
    """What will not work with settings that are valid all the same: a sentence each."""
    if settings.environment == "production" and settings.smtp_url is None:
        return ("No mail is sent: every job that would send one fails; set SEEDBED_SMTP_URL.",)
    return ()
