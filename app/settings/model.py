"""Every setting of the server: one frozen object.

`Settings` is also the documentation: each field carries its sentence in `metadata["help"]`, from
which the list in the docs and `.env.example` are made.
"""

from collections.abc import Callable
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Literal

from app.settings import parsers
from app.settings.parsers import PROJECT
from app.settings.smtp import SmtpServer, smtp_server

PREFIX = "SEEDBED_"
DEVELOPMENT_SECRET = "development-only-secret-key-0000000000"  # noqa: S105 - refused in production
EXAMPLE_AGENT = "http://127.0.0.1:8020/events"
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")

Environment = Literal["development", "test", "production"]
LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR"]


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
    listen_url: str | None = field(
        default=None,
        repr=False,
        metadata=_doc(
            parsers.text,
            "The address of the primary itself, for the connections that listen, one of a server"
            " and one of a worker; needed when DATABASE_URL leads through PgBouncer.",
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
            parsers.endpoint,
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
            name=env_name(item),
            field=item.name,
            text=item.metadata["help"],
            default=_shown(item.default),
            secret=not item.repr,
        )
        for item in fields(Settings)
    )


def env_name(item: "Field[object]") -> str:
    """The variable of the environment that sets a field."""
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
