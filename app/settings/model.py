"""Every setting of the server: one frozen object, read once from the environment and `.env`.

`Settings` is also the documentation: each field carries its sentence in `metadata["help"]`, from
which the list in the docs and `.env.example` are made.
"""

import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import Field, dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from app.settings import parsers
from app.settings.parsers import PROJECT
from app.settings.smtp import SmtpServer, smtp_server

PREFIX = "SEEDBED_"
DEVELOPMENT_SECRET = "development-only-secret-key-0000000000"  # noqa: S105 - refused in production
EXAMPLE_AGENT = "http://127.0.0.1:8020/events"
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")

Environment = Literal["development", "test", "production"]
LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR"]


class SettingsError(Exception):
    """Settings that cannot be used; `problems` holds one sentence for each of them."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(" ".join(problems))
        self.problems = tuple(problems)


def _doc(parse: Callable[[str], object], text: str, *, env: str = "") -> dict[str, object]:
    """What a field says about itself: how its text is read, its sentence, its variable's name."""
    return {"parse": parse, "help": text, "env": env}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings; `repr()` shows no secret, and no URL that may hold one."""

    environment: Environment = field(
        default="development",
        metadata=_doc(
            parsers.one_of("development", "test", "production"),
            "development, test or production; production refuses placeholder secrets.",
        ),
    )
    database_url: str | None = field(
        default=None,
        repr=False,
        metadata=_doc(
            parsers.text,
            "The PostgreSQL (14 or later) to use; without it the embedded one is started.",
            env="DATABASE_URL",
        ),
    )
    replica_urls: tuple[str, ...] = field(
        default=(),
        repr=False,
        metadata=_doc(
            parsers.items,
            "Read replicas, separated by commas (%2C inside a URL); used for reads that need no"
            " fresh data.",
            env="REPLICA_URLS",
        ),
    )
    data_dir: Path = field(
        default=PROJECT / ".data",
        metadata=_doc(
            parsers.folder,
            "Where the embedded PostgreSQL and other local data live; relative to the project.",
        ),
    )
    host: str = field(default="127.0.0.1", metadata=_doc(parsers.text, "The address to listen on."))
    port: int = field(
        default=8000,
        metadata=_doc(parsers.whole(0, 65535), "The port to listen on; 0 takes any free one."),
    )
    pool_min_size: int = field(
        default=1,
        metadata=_doc(
            parsers.whole(0, 1000),
            "Database connections kept open while nobody needs them, per process.",
        ),
    )
    pool_max_size: int = field(
        default=10,
        metadata=_doc(
            parsers.whole(1, 1000), "Database connections at most, per process and per server."
        ),
    )
    pool_timeout: float = field(
        default=10.0,
        metadata=_doc(
            parsers.seconds(0.01, 3600), "Seconds to wait for a free database connection."
        ),
    )
    connect_timeout: float = field(
        default=5.0,
        metadata=_doc(
            parsers.seconds(0.01, 3600), "Seconds to wait for one database host to answer."
        ),
    )
    statement_timeout: float = field(
        default=30.0,
        metadata=_doc(
            parsers.seconds(0, 86400),
            "Seconds after which the database stops a statement; 0 never stops one.",
        ),
    )
    slow_query_ms: float = field(
        default=200.0,
        metadata=_doc(
            parsers.milliseconds,
            "Statements that take this many milliseconds or longer are logged as warnings.",
        ),
    )
    log_statements: bool = field(
        default=False,
        metadata=_doc(parsers.flag, "Log every statement (SQL, never its arguments)."),
    )
    log_level: LogLevel = field(
        default="INFO",
        metadata=_doc(
            parsers.one_of("DEBUG", "INFO", "WARNING", "ERROR"), "The lowest level that is logged."
        ),
    )
    pgbouncer: bool = field(
        default=False,
        metadata=_doc(
            parsers.flag,
            "The databases are reached through PgBouncer in transaction mode (or a proxy like it).",
        ),
    )
    secret_key: str = field(
        default=DEVELOPMENT_SECRET,
        repr=False,
        metadata=_doc(
            parsers.text,
            "Signs what the server hands out; 32 random characters at least; needed in production.",
        ),
    )
    public_url: str = field(
        default="http://127.0.0.1:8000",
        metadata=_doc(
            parsers.web_address,
            "The address people use; by default http with the host and port above.",
        ),
    )
    allowed_hosts: tuple[str, ...] = field(
        default=LOOPBACK,
        metadata=_doc(
            parsers.items,
            "Host names the server answers to, separated by commas; by default the loopback names"
            " and the host of the public URL.",
        ),
    )
    max_body_bytes: int = field(
        default=1024 * 1024,
        metadata=_doc(parsers.whole(1024, 1024**3), "The largest request body, in bytes."),
    )
    request_timeout: float = field(
        default=30.0,
        metadata=_doc(parsers.seconds(0.1, 3600), "Seconds after which a request is given up."),
    )
    trusted_proxies: tuple[str, ...] = field(
        default=(),
        metadata=_doc(
            parsers.networks,
            "Addresses or networks of proxies whose X-Forwarded-* headers are believed, separated"
            " by commas.",
        ),
    )
    worker: bool = field(
        default=True,
        metadata=_doc(
            parsers.flag,
            "Run the background worker inside the server process; by default only in development.",
        ),
    )
    smtp_url: SmtpServer | None = field(
        default=None,
        repr=False,
        metadata=_doc(
            smtp_server,
            "Where mail is handed in, such as smtp://user:password@mail.example.org:587 (STARTTLS)"
            " or smtps://...:465; without it, development prints mail to its log.",
        ),
    )
    mail_from: str = field(
        default="Seedbed <seedbed@localhost>",
        metadata=_doc(parsers.mailbox, "Whom mail comes from; needed with an SMTP server."),
    )
    registration: bool = field(
        default=True,
        metadata=_doc(parsers.flag, "Whether anybody may register, or only administrators add."),
    )
    access_token_minutes: int = field(
        default=15,
        metadata=_doc(parsers.whole(1, 1440), "Minutes for which an access token is good."),
    )
    refresh_token_days: int = field(
        default=30,
        metadata=_doc(parsers.whole(1, 365), "Days without use after which a login ends."),
    )
    agent_url: str | None = field(
        default=EXAMPLE_AGENT,
        repr=False,
        metadata=_doc(
            parsers.web_address,
            "Where events for the agent are sent; without it they wait. By default, in development"
            " only, that of `make agent`.",
        ),
    )
    agent_secret: str = field(
        default=DEVELOPMENT_SECRET,
        repr=False,
        metadata=_doc(
            parsers.text,
            "Signs those events; 32 random characters at least; needed in production with"
            " SEEDBED_AGENT_URL.",
        ),
    )


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable of the environment, for the docs and `.env.example`."""

    name: str
    field: str
    text: str
    default: str
    secret: bool


def variables() -> tuple[Variable, ...]:
    """Every variable the server reads, in the order of `Settings`."""
    return tuple(
        Variable(
            name=_env_name(item),
            field=item.name,
            text=item.metadata["help"],
            default=_shown(item.default),
            secret=not item.repr,
        )
        for item in fields(Settings)
    )


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
        name = _env_name(item)
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


def _env_name(item: "Field[object]") -> str:
    return item.metadata["env"] or PREFIX + item.name.upper()


def _shown(default: object) -> str:
    if isinstance(default, bool):
        return str(default).lower()
    if isinstance(default, Path):
        return str(default.relative_to(PROJECT))
    if isinstance(default, tuple):
        return ",".join(default)
    if isinstance(default, float):
        return f"{default:g}"
    return "" if default is None or default == DEVELOPMENT_SECRET else str(default)


def _unknown(names: Iterable[str], where: str) -> list[str]:
    known = {_env_name(item).removeprefix(PREFIX): _env_name(item) for item in fields(Settings)}
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
