"""Connections to one server: how they are opened and set up, and what is said when they fail."""

import asyncio
import logging
import re
import socket
import ssl
from collections.abc import Callable
from copy import copy
from dataclasses import replace
from typing import TypeAlias

import asyncpg

from app.database.driver import DriverConnection, UnresetConnection
from app.database.errors import DatabaseTooOld, DatabaseUnavailable
from app.database.tls import tls_arguments
from app.database.url import DatabaseUrl, place
from app.settings import Settings

Connection: TypeAlias = DriverConnection

logger = logging.getLogger(__name__)

SCHEMAS = (*("identity", "assessment", "catalog", "projects", "payments", "content", "operations"),)
OLDEST_VERSION = 14
CLOSE_TIMEOUT = 5.0  # seconds for a connection to say goodbye

# What a connection ends with when the server stops, restarts or crashes, or the way to it breaks.
LOST = (
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    OSError,
)

_READ_ONLY = "default_transaction_read_only"

# All that asyncpg raises when it is used rightly.
DRIVER_ERRORS = (
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    OSError,
)


class Connector:
    """Opens connections to the server of one URL, all set up alike.

    Every connection has `statement_timeout`, `application_name`, the search path, UTC and ISO dates
    whatever the role's or the database's own are, and `jit` off: its compiling costs more than it
    gains in queries that answer requests. PgBouncer refuses most of these at the start of a
    connection; see `_through_pgbouncer`.
    """

    def __init__(
        self,
        url: DatabaseUrl,
        settings: Settings,
        *,
        name: str = "DATABASE_URL",
        read_only: bool = False,
    ) -> None:
        self.url = url
        self.name = name
        self.pgbouncer = settings.pgbouncer if url.pgbouncer is None else url.pgbouncer
        timeout = settings.connect_timeout if url.connect_timeout is None else url.connect_timeout
        self.timeout = timeout or None
        self.wanted = _server_settings(url, settings, read_only=read_only)
        # What the role should have behind PgBouncer; it is the same one at primary and replicas.
        self._of_role = {n: v for n, v in self.wanted.items() if n != _READ_ONLY}
        cache_size = url.statement_cache_size
        if self.pgbouncer:
            # Its transactions share server connections, which know nothing of our statements.
            cache_size = 0
        self._arguments: dict[str, object] = {
            "user": url.user,
            "password": url.password,
            "database": url.database,
            "command_timeout": url.socket_timeout,
            "statement_cache_size": 100 if cache_size is None else cache_size,
            "direct_tls": url.tls.direct,
            "connection_class": UnresetConnection if self.pgbouncer else DriverConnection,
        }
        self._tls: dict[str, object] | None = None
        self._checked = False

    def without_time_limit(self) -> "Connector":
        """The same, but its connections have no `statement_timeout`; this one stays as it is."""
        other = copy(self)
        other.wanted = self.wanted | {"statement_timeout": "0"}
        return other

    def to_database(self, name: str) -> "Connector":
        """The same server, user and settings, but another database."""
        other = copy(self)
        other._lead_to(name)  # noqa: SLF001 - of the same class
        return other

    def _lead_to(self, database: str) -> None:
        self.url = replace(self.url, database=database)
        self._arguments = self._arguments | {"database": database}
        self._checked = True  # the server is the same, and a schema may still have to be made

    async def connect(self) -> Connection:
        """A new connection to the first host that answers and is of the demanded kind.

        Raises DatabaseUnavailable or DatabaseTooOld.
        """
        if self._tls is None:
            self._tls = await asyncio.to_thread(tls_arguments, self.url, self.name)
        sent = _through_pgbouncer(self.wanted) if self.pgbouncer else self.wanted
        connection = await self._first_host(server_settings=sent, **self._arguments, **self._tls)
        try:
            if not self._checked:
                await self._check(connection)
                self._checked = True
        except BaseException:
            connection.terminate()
            raise
        return connection

    async def _first_host(self, **arguments: object) -> Connection:
        wanted = self.url.target_session_attrs
        rounds = ("standby", "any") if wanted == "prefer-standby" else (wanted,)
        problems: list[DatabaseUnavailable] = []
        for attrs in rounds:
            for host, port in self.url.hosts:
                try:
                    return await asyncpg.connect(  # type: ignore[call-overload,no-any-return]
                        host=host,
                        port=port,
                        timeout=self.timeout,
                        target_session_attrs=attrs,
                        **arguments,
                    )
                except (*LOST, asyncpg.TargetServerAttributeNotMatched) as error:
                    problem = self.explain(error, host, port)
                    problem.__cause__ = error
                    problems.append(problem)
                except (*DRIVER_ERRORS, ValueError) as error:
                    raise self.explain(error, host, port) from error
        if len(self.url.hosts) == 1:
            raise problems[-1]
        raise DatabaseUnavailable(
            " ".join(str(problem) for problem in problems[-len(self.url.hosts) :]),
            transient=any(problem.transient for problem in problems),
        ) from problems[-1]

    async def _check(self, connection: Connection) -> None:
        """Once per server: is it new enough, and set up as it must be?"""
        version = connection.get_server_version()
        if version.major < OLDEST_VERSION:
            raise DatabaseTooOld(
                f"The server of {self.name} at {self.url.place} is PostgreSQL {version.major}:"
                f" {OLDEST_VERSION} or later is needed."
            )
        schema = self.url.schema
        if schema and not await connection.fetchval("SELECT to_regnamespace($1)", quoted(schema)):
            raise DatabaseUnavailable(
                f"{self.name} names the schema {schema}, which {self.url.place} does not have:"
                f" run CREATE SCHEMA {quoted(schema)} there, or correct the URL."
            )
        if self.pgbouncer:
            await self._check_behind_pgbouncer(connection)

    async def _check_behind_pgbouncer(self, connection: Connection) -> None:
        """PgBouncer lets no setting of ours through: the role must have them, so say which."""
        missing = []
        for name, value in self._of_role.items():
            found = await connection.fetchval("SELECT current_setting($1, true)", name)
            if found is not None and _plain(found) != _plain(value):
                shown = value if name == "search_path" else f"'{value}'"
                missing.append(f"SET {name} = {shown}")
        if missing:
            role, database = await connection.fetchrow(  # type: ignore[misc]
                "SELECT quote_ident(current_user), quote_ident(current_database())"
            )
            statements = "; ".join(
                f"ALTER ROLE {role} IN DATABASE {database} {change}" for change in missing
            )
            logger.warning(
                "Settings that PgBouncer cannot pass on are missing; run: %s", statements
            )

    def explain(self, error: BaseException, host: str, port: int) -> DatabaseUnavailable:
        """What a person is told about a connection that could not be made."""
        where = place(host, port)
        for kind, text in _SENTENCES:
            if isinstance(error, kind):
                sentence = text(self, where, error)
                break
        else:
            sentence = f"PostgreSQL at {where} cannot be reached: {_reason(error)}"
        return DatabaseUnavailable(f"{sentence.rstrip('.')}.", transient=_is_transient(error))

    def failure(self, error: BaseException, connection: Connection) -> DatabaseUnavailable | None:
        """What a person is told when the connection, and not the statement, was at fault.

        A connection that was lost is cut, should this side not have noticed its end yet.
        """
        if was_lost(error, connection):
            if not connection.is_closed():
                connection.terminate()
            return DatabaseUnavailable(
                f"The connection to {self.url.place} was lost while a statement ran"
                f" ({type(error).__name__}).",
                transient=True,
                in_use=True,
            )
        limit = self.url.socket_timeout
        if limit is not None and isinstance(error, TimeoutError):
            return DatabaseUnavailable(
                f"A statement at {self.url.place} did not end within {limit:g} seconds"
                f" (socket_timeout in {self.name}).",
                in_use=True,
            )
        return None


async def close(connection: Connection) -> None:
    """Close a connection of its own, in whatever state it is."""
    if connection.is_closed():
        return
    if connection.is_in_transaction():
        connection.terminate()
        return
    try:
        await connection.close(timeout=CLOSE_TIMEOUT)
    except DRIVER_ERRORS as error:
        # asyncpg has cut it; what it was used for had ended before.
        logger.info("A connection was cut as it did not close: %s", type(error).__name__)


def was_lost(error: BaseException, connection: Connection) -> bool:
    """Whether a statement failed because its connection ended, and for no reason of its own."""
    if isinstance(error, asyncpg.InternalClientError):
        return "cannot switch to state" in str(error)  # the end arrived in between
    if isinstance(error, (asyncpg.InterfaceError, OSError)):
        # Also misuse, a timeout of ours or a file's trouble; but then the connection still lives.
        return connection.is_closed()
    return isinstance(error, LOST)


def quoted(name: str) -> str:
    """A name as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def _server_settings(url: DatabaseUrl, settings: Settings, *, read_only: bool) -> dict[str, str]:
    first = quoted(url.schema) if url.schema else "public"
    wanted = {
        "application_name": "seedbed",
        "TimeZone": "UTC",
        "DateStyle": "ISO, MDY",
        "IntervalStyle": "postgres",
        "search_path": ", ".join((first, *SCHEMAS)),
        "statement_timeout": f"{round(settings.statement_timeout * 1000)}ms",
        "jit": "off",
    }
    if read_only:
        wanted[_READ_ONLY] = "on"
    for name, value in url.server_settings:
        same = next((known for known in wanted if known.lower() == name.lower()), name)
        wanted[same] = value
    return wanted


def _through_pgbouncer(wanted: dict[str, str]) -> dict[str, str]:
    """PgBouncer keeps track of these two for each client, and refuses the others.

    The others belong to the role: ALTER ROLE ... IN DATABASE ... SET ..., as the log says.
    """
    return {name: wanted[name] for name in ("application_name", "TimeZone")}


def _plain(value: str) -> str:
    seconds = re.fullmatch(r"(\d+)s", value.strip())
    minutes = re.fullmatch(r"(\d+)min", value.strip())
    factor = 1000 if seconds else 60_000
    if match := seconds or minutes:
        return f"{int(match[1]) * factor}ms"
    return "0ms" if value == "0" else re.sub(r'[\s"]', "", value).lower()


def _reason(error: BaseException) -> str:
    if isinstance(error, ssl.SSLError):
        return error.reason or "the handshake failed"
    if isinstance(error, OSError):
        return error.strerror or str(error) or type(error).__name__
    return str(error) or type(error).__name__


def _is_transient(error: BaseException) -> bool:
    passing = (*LOST, asyncpg.TooManyConnectionsError, asyncpg.TargetServerAttributeNotMatched)
    lasting = (ssl.SSLError, socket.gaierror, PermissionError)
    return isinstance(error, passing) and not isinstance(error, lasting)


def _timed_out(to: Connector, where: str, error: BaseException) -> str:
    return f"PostgreSQL at {where} did not answer within {to.timeout:g} seconds (connect_timeout)"


def _bad_certificate(to: Connector, where: str, error: BaseException) -> str:
    assert isinstance(error, ssl.SSLCertVerificationError)
    return (
        f"The certificate of PostgreSQL at {where} is not accepted ({error.verify_message}): name"
        f" the right authority in sslrootcert, or correct the host in {to.name}"
    )


def _bad_tls(to: Connector, where: str, error: BaseException) -> str:
    return f"TLS with PostgreSQL at {where} failed ({_reason(error)})"


def _unknown_host(to: Connector, where: str, error: BaseException) -> str:
    return f"The host name in {where} cannot be resolved ({_reason(error)}): correct {to.name}"


def _no_socket(to: Connector, where: str, error: BaseException) -> str:
    return f"There is no PostgreSQL at the socket {where}: start it, or correct {to.name}"


def _connection_ended(to: Connector, where: str, error: BaseException) -> str:
    if "rejected SSL upgrade" in str(error):
        return (
            f"PostgreSQL at {where} does not offer TLS, which sslmode={to.url.tls.mode} in"
            f" {to.name} demands"
        )
    if isinstance(error, ConnectionRefusedError):
        return f"Nothing listens at {where}: start PostgreSQL there, or correct {to.name}"
    return f"PostgreSQL at {where} ended the connection ({_reason(error)})"


def _refused_user(to: Connector, where: str, error: BaseException) -> str:
    return (
        f"PostgreSQL at {where} refuses the user ({error}): correct user and password in {to.name}"
    )


def _no_database(to: Connector, where: str, error: BaseException) -> str:
    return f"PostgreSQL at {where} has no such database ({error}): create it, or correct {to.name}"


def _starting(to: Connector, where: str, error: BaseException) -> str:
    return f"PostgreSQL at {where} is starting, stopping or recovering ({error})"


def _crowded(to: Connector, where: str, error: BaseException) -> str:
    return (
        f"PostgreSQL at {where} takes no more connections ({error}): lower SEEDBED_POOL_MAX_SIZE"
        " or raise max_connections"
    )


def _wrong_kind(to: Connector, where: str, error: BaseException) -> str:
    return f"PostgreSQL at {where} is not {to.url.target_session_attrs}, as {to.name} demands"


_SENTENCES: tuple[
    tuple[type[BaseException], Callable[[Connector, str, BaseException], str]], ...
] = (
    (TimeoutError, _timed_out),
    (ssl.SSLCertVerificationError, _bad_certificate),
    (ssl.SSLError, _bad_tls),
    (socket.gaierror, _unknown_host),
    (FileNotFoundError, _no_socket),
    (ConnectionError, _connection_ended),
    (asyncpg.InvalidAuthorizationSpecificationError, _refused_user),
    (asyncpg.InvalidCatalogNameError, _no_database),
    (asyncpg.CannotConnectNowError, _starting),
    (asyncpg.TooManyConnectionsError, _crowded),
    (asyncpg.TargetServerAttributeNotMatched, _wrong_kind),
)
