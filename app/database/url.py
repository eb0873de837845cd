"""Database URLs: the forms that libpq, Prisma and hosting providers hand out, as one object.

    postgresql://user:password@host:5432/database?parameter=value
    postgres://user@host1:5432,host2:5433/database          several hosts, tried in order
    postgresql:///database?host=/var/run/postgresql         a unix socket
    postgresql://%2Fvar%2Frun%2Fpostgresql/database         the same

Parameters, next to libpq's connection parameters (host, port, user, password, dbname):

    sslmode                 disable, allow, prefer (default), require, verify-ca, verify-full
    sslrootcert             certificates to trust, or `system`; without it ~/.postgresql/root.crt
                            where that exists, else, for verify-*, those the system trusts
    sslcert, sslkey         our certificate and its key. `sslcert` without `sslkey` is what it is
                            for Prisma: the certificate to trust
    sslpassword             opens the key
    sslnegotiation          postgres or direct
    sslaccept               Prisma's: `strict` is sslmode=verify-full
    connection_limit        the most connections of a pool (instead of SEEDBED_POOL_MAX_SIZE)
    pool_timeout            seconds to wait for one (SEEDBED_POOL_TIMEOUT); 0 waits for ever
    connect_timeout         seconds to wait for one host (SEEDBED_CONNECT_TIMEOUT); 0 likewise
    socket_timeout          seconds after which a statement is given up by this side
    statement_cache_size    prepared statements kept per connection
    pgbouncer               true: reached through PgBouncer (SEEDBED_PGBOUNCER)
    schema                  stands in place of `public` in the search path: first, before the
                            seven schemas of the tables, which have fixed names. It must exist.
    application_name, options, target_session_attrs     as in libpq; `options` must leave
                            timezone, datestyle and intervalstyle alone

A parameter that is none of these is refused: a misspelt `sslmode` must not go unnoticed.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Literal, TypeVar, cast
from urllib.parse import unquote

from app.database.errors import InvalidDatabaseUrl

T = TypeVar("T")
SslMode = Literal["disable", "allow", "prefer", "require", "verify-ca", "verify-full"]
SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
SESSION_ATTRS = ("any", "read-write", "read-only", "primary", "standby", "prefer-standby")
# Parameters of others that change nothing here when they have one of these values.
HARMLESS = {
    "channel_binding": ("disable", "prefer"),
    "gssencmode": ("disable", "prefer"),
    "client_encoding": ("utf8", "utf-8", "auto"),
    "load_balance_hosts": ("disable",),
}
# Dates are made into text on the server: nobody may make them other than UTC and ISO there.
FIXED = ("timezone", "datestyle", "intervalstyle")
PARAMETERS = (
    *("host", "port", "user", "password", "dbname", "application_name", "options", "schema"),
    *("sslmode", "sslrootcert", "sslcert", "sslkey", "sslpassword", "sslnegotiation", "sslaccept"),
    *("connection_limit", "pool_timeout", "connect_timeout", "socket_timeout", "pgbouncer"),
    *("statement_cache_size", "target_session_attrs", *HARMLESS),
)


@dataclass(frozen=True, slots=True)
class Tls:
    """What the URL demands of TLS. Paths are as given; files are read when connecting."""

    mode: SslMode = "prefer"
    root: str | None = None
    certificate: str | None = None
    key: str | None = None
    key_password: str | None = field(default=None, repr=False)
    direct: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseUrl:
    """One parsed URL. None means that the URL does not say; timeouts are in seconds."""

    hosts: tuple[tuple[str, int], ...]
    user: str | None
    password: str | None = field(default=None, repr=False)
    database: str | None
    tls: Tls = Tls()
    schema: str | None = None
    pgbouncer: bool | None = None
    connection_limit: int | None = None
    pool_timeout: float | None = None
    connect_timeout: float | None = None
    socket_timeout: float | None = None
    statement_cache_size: int | None = None
    target_session_attrs: str = "any"
    server_settings: tuple[tuple[str, str], ...] = ()

    @property
    def place(self) -> str:
        """Where this leads, for messages: hosts and database, no password."""
        hosts = ",".join(place(host, port) for host, port in self.hosts)
        return f"{hosts}/{self.database or self.user or ''}"


def place(host: str, port: int) -> str:
    """One host and port as a person writes them."""
    if host.startswith("/"):
        return f"{host}/.s.PGSQL.{port}"
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def parse_database_url(text: str, name: str = "DATABASE_URL") -> DatabaseUrl:
    """The parsed URL; `name` is what messages call it.

    Raises InvalidDatabaseUrl, whose sentence never repeats the URL, which may hold a password.
    """
    try:
        return _parse(text.strip())
    except ValueError as error:
        # The cause is dropped: the ValueErrors of the standard library quote what they refuse.
        raise InvalidDatabaseUrl(f"{name} {error}.") from None


def _parse(text: str) -> DatabaseUrl:
    scheme, separator, rest = text.partition("://")
    if not separator or scheme.lower() not in {"postgres", "postgresql"}:
        raise ValueError("must start with postgresql:// or postgres://")
    if re.search(r"[\s\x00-\x1f\x7f]", text):
        raise ValueError("must not contain spaces or control characters: write them as %20")
    authority, path, query = _split(rest)
    parameters = _parameters(query)
    user, password, host_text = _authority(authority)
    if host_text and "host" in parameters:
        raise ValueError("names its host twice, before the path and in the parameter host")
    database = _decoded(path) or parameters.get("dbname") or None
    user = parameters.get("user") or user
    return DatabaseUrl(
        hosts=_hosts(host_text or parameters.get("host", ""), parameters.get("port", "")),
        user=user,
        password=parameters.get("password") or password,
        database=database,
        tls=_tls(parameters),
        schema=_schema(parameters),
        pgbouncer=_optional(parameters, "pgbouncer", _flag),
        connection_limit=_optional(parameters, "connection_limit", _whole(1, 10_000)),
        pool_timeout=_optional(parameters, "pool_timeout", _seconds),
        connect_timeout=_optional(parameters, "connect_timeout", _seconds),
        socket_timeout=_optional(parameters, "socket_timeout", _seconds) or None,
        statement_cache_size=_optional(parameters, "statement_cache_size", _whole(0, 100_000)),
        target_session_attrs=_choice(parameters, "target_session_attrs", SESSION_ATTRS) or "any",
        server_settings=_server_settings(parameters),
    )


def _split(rest: str) -> tuple[str, str, str]:
    """Authority, path and query, by hand: urlsplit does not know several hosts with ports."""
    front, _, query = rest.partition("?")
    authority, _, path = front.partition("/")
    if "#" in rest:
        raise ValueError("contains a #: write it as %23")
    if "@" in path or "@" in query:
        raise ValueError(
            "has an @ after the host: in a password write / as %2F and ? as %3F, and @ as %40"
            " everywhere but before the host"
        )
    if "/" in path:
        raise ValueError("has a / inside the database name: write it as %2F")
    return authority, path, query


def _authority(text: str) -> tuple[str | None, str | None, str]:
    credentials, _, hosts = text.rpartition("@")
    user, _, password = credentials.partition(":")
    return _decoded(user) or None, _decoded(password) or None, _decoded(hosts)


def _decoded(text: str) -> str:
    if re.search(r"%(?![0-9A-Fa-f]{2})", text):
        raise ValueError("has a % that is not followed by two hexadecimal digits: write it as %25")
    try:
        plain = unquote(text, errors="strict")
    except UnicodeDecodeError:
        raise ValueError("has a percent-encoded part that is not UTF-8") from None
    if "\x00" in plain:
        raise ValueError("must not contain %00")
    return plain


def _parameters(query: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in query.split("&"):
        if not part:
            continue
        raw_name, equals, raw_value = part.partition("=")
        name = _decoded(raw_name)
        if name not in PARAMETERS:
            near = get_close_matches(name.lower(), PARAMETERS, n=1, cutoff=0.6)
            hint = f"{near[0]} may be meant" if near else "remove it"
            shown = f"parameter {name}" if re.fullmatch(r"[\w.-]{1,40}", name) else "parameter"
            raise ValueError(f"has an unknown {shown}: {hint}")
        if name in found:
            raise ValueError(f"gives the parameter {name} twice")
        if not equals or not raw_value:
            raise ValueError(f"gives the parameter {name} no value")
        found[name] = _decoded(raw_value)
    for name, allowed in HARMLESS.items():
        if name in found and found[name].lower() not in allowed:
            raise ValueError(f"asks for {name}={found[name]}, which is not supported: remove it")
    return found


def _hosts(hosts: str, ports: str) -> tuple[tuple[str, int], ...]:
    names = hosts.split(",") if hosts else ["localhost"]
    numbers = ports.split(",") if ports else [""]
    if len(numbers) == 1:
        numbers *= len(names)
    if len(numbers) != len(names):
        raise ValueError(f"names {len(names)} hosts but {len(numbers)} ports")
    return tuple(_host(name, port) for name, port in zip(names, numbers, strict=True))


def _host(text: str, port: str) -> tuple[str, int]:
    if text.startswith("/"):
        own_port = re.fullmatch(r"(/.*?)(?:/\.s\.PGSQL\.|:)([0-9]{1,5})", text)
        return (own_port[1], _port(own_port[2])) if own_port else (text, _port(port))
    if text.startswith("["):
        name, bracket, rest = text[1:].partition("]")
        own = rest.removeprefix(":")
        if not bracket or (rest and rest == own) or not re.fullmatch(r"[0-9A-Fa-f:.%\w]+", name):
            raise ValueError("has an IPv6 address that is not of the form [address]:port")
    else:
        name, colon, own = text.partition(":")
        if ":" in own:
            raise ValueError("has an IPv6 address without brackets: write [address]:port")
        if not name and colon:
            name = "localhost"
    if not name or not re.fullmatch(r"[^\s/?#\[\]@\\]+", name):
        raise ValueError("has an empty or impossible host name")
    return name, _port(own or port)


def _port(text: str) -> int:
    if not text:
        return 5432
    if not re.fullmatch(r"[0-9]{1,5}", text) or not 1 <= int(text) <= 65535:
        raise ValueError(
            "has a port that is not a number from 1 to 65535 (a : or @ in the password must be"
            " written as %3A or %40)"
        )
    return int(text)


def _tls(parameters: dict[str, str]) -> Tls:
    mode = _choice(parameters, "sslmode", SSL_MODES)
    accept = _choice(parameters, "sslaccept", ("strict", "accept_invalid_certs"))
    verifies = mode in {"verify-ca", "verify-full"}
    if (accept == "strict" and mode == "disable") or (
        accept == "accept_invalid_certs" and verifies
    ):
        raise ValueError(f"contradicts itself: sslmode={mode} and sslaccept={accept}")
    if accept == "strict" and not verifies:
        mode = "verify-full"
    certificate, key = parameters.get("sslcert"), parameters.get("sslkey")
    root = parameters.get("sslrootcert")
    if certificate and not key and not root:
        certificate, root = None, certificate
    if bool(certificate) != bool(key):
        raise ValueError("needs sslcert and sslkey together")
    direct = _choice(parameters, "sslnegotiation", ("postgres", "direct")) == "direct"
    if direct and mode not in {"require", "verify-ca", "verify-full"}:
        raise ValueError("asks for sslnegotiation=direct, which needs sslmode=require or verify-*")
    password = parameters.get("sslpassword")
    return Tls(cast("SslMode", mode or "prefer"), root, certificate, key, password, direct)


def _schema(parameters: dict[str, str]) -> str | None:
    schema = parameters.get("schema")
    if schema is not None and len(schema.encode()) > 63:
        raise ValueError("names a schema longer than 63 bytes")
    return None if schema == "public" else schema


def _server_settings(parameters: dict[str, str]) -> tuple[tuple[str, str], ...]:
    """The `-c name=value` of `options` one by one, so that each can take the place of ours."""
    found: dict[str, str] = {}
    others = []
    words = re.findall(r"(?:\\.|[^\s\\])+", parameters.get("options", ""))
    while words:
        word = words.pop(0)
        if word == "-c" and words:
            word += words.pop(0)
        plain = re.sub(r"\\(.)", r"\1", word)
        setting = re.fullmatch(r"(?:-c|--)([A-Za-z_][\w.-]*)=(.*)", plain, re.DOTALL)
        if setting:
            # As the server reads it: --statement-timeout and statement_timeout are the same.
            name = setting[1].replace("-", "_").lower()
            _refuse_fixed(f"{name}=")
            found[name] = setting[2]
        else:
            _refuse_fixed(plain)
            others.append(word)
    if others:
        found["options"] = " ".join(others)
    if "application_name" in parameters:
        found["application_name"] = parameters["application_name"]
    return tuple(found.items())


def _refuse_fixed(text: str) -> None:
    for name in FIXED:
        if re.search(rf"(?<![\w.]){name}=", text.lower()):
            raise ValueError(
                f"sets {name} in its options, which must stay as the application sets it: remove it"
            )


def _choice(parameters: dict[str, str], name: str, allowed: tuple[str, ...]) -> str | None:
    value = parameters.get(name)
    if value is not None and value not in allowed:
        raise ValueError(f"has an unknown {name}: it must be one of {', '.join(allowed)}")
    return value


def _optional(parameters: dict[str, str], name: str, parse: Callable[[str], T]) -> T | None:
    if name not in parameters:
        return None
    try:
        return parse(parameters[name])
    except ValueError as error:
        raise ValueError(f"has a {name} that {error}") from None


def _flag(text: str) -> bool:
    if text.lower() not in {"true", "false"}:
        raise ValueError("is neither true nor false")
    return text.lower() == "true"


def _whole(lowest: int, highest: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", text) or not lowest <= int(text) <= highest:
            raise ValueError(f"is not a whole number from {lowest} to {highest}")
        return int(text)

    return parse


def _seconds(text: str) -> float:
    if not re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,3})?", text):
        raise ValueError("is not a number of seconds")
    return float(text)
