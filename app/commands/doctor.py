"""`piccolo db doctor`: is there what the server needs, and what to do where it is not."""

import asyncio
import re
import shutil
import socket
import ssl
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit
from uuid import uuid4

import aiosmtplib
import asyncpg

from app.commands import console
from app.database import DatabaseError, SeedbedEngine
from app.database.connections import (
    DRIVER_ERRORS,
    OLDEST_VERSION,
    SCHEMAS,
    Connection,
    Connector,
    close,
)
from app.database.engine import LISTEN_URL
from app.database.migrations import edited_migrations, pending_migrations
from app.settings import DEVELOPMENT_SECRET, PROJECT, Settings

LOCK = PROJECT / "requirements.lock"
GRAPHIQL = PROJECT / "app" / "web" / "build" / "index.html"
_LITTLE, _TOO_LITTLE = 1024**3, 100 * 1024**2  # bytes of free disk
_MAIL_TIMEOUT = 5.0  # seconds for the connection, and for each answer
_AGENT_TIMEOUT = 5.0  # seconds for the connection
_HEARD_WITHIN = 3.0  # seconds until a notification has arrived
_SKEW, _TOO_MUCH_SKEW = 1.0, 30.0  # seconds between the clocks

State = Literal["ok", "warn", "fail"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: what was looked at, how it is, and what to do where that is not well."""

    name: str
    state: State
    text: str
    remedy: str = ""


def doctor(json: bool = False) -> None:
    """Check settings, packages, database, mail, agent, disk and port; each is ok, warn or fail.

    Exit code 1 when something fails. Nothing is changed.

    :param json: Print one JSON document.
    """
    console.run(lambda engine: report(engine, as_json=json))


async def report(engine: SeedbedEngine, *, as_json: bool = False) -> int:
    """Examine and print: the exit code."""
    findings = await examine(engine)
    if as_json:
        console.write_json([asdict(one) for one in findings])
    else:
        for one in findings:
            console.say(f"{one.state:5} {one.name:14} {one.text}")
            if one.remedy:
                console.say(f"{'':21}{one.remedy}")
    return console.FOUND if any(one.state == "fail" for one in findings) else console.OK


async def examine(engine: SeedbedEngine) -> list[Finding]:
    """Every finding; an unreachable database is one of them."""
    settings = engine.settings
    findings = [
        Finding("settings", "ok", f"{settings.environment}, understood"),
        secret_key(settings),
        python(sys.version_info[:3]),
        packages(LOCK),
    ]
    try:
        findings += [await check(engine) for check in _OF_THE_DATABASE]
    except (DatabaseError, asyncpg.PostgresError) as error:
        findings.append(
            Finding("database", "fail", console.sentence(error), "Nothing else of it was checked.")
        )
    free = await asyncio.to_thread(_free, settings.data_dir)
    return [
        *findings,
        await mail(settings),
        await agent(settings),
        disk(free, settings.data_dir),
        graphiql(GRAPHIQL),
        port(settings),
    ]


def secret_key(settings: Settings) -> Finding:
    """In production the settings have refused a placeholder before."""
    if settings.secret_key != DEVELOPMENT_SECRET:
        return Finding("secret key", "ok", "is set")
    return Finding(
        "secret key",
        "warn",
        "is the one of development",
        "Production needs its own: set SEEDBED_SECRET_KEY.",
    )


def python(version: tuple[int, ...]) -> Finding:
    """3.11 or later."""
    text = ".".join(map(str, version))
    if version >= (3, 11):
        return Finding("python", "ok", text)
    return Finding("python", "fail", text, "Install Python 3.11 or later and run make again.")


def packages(lock: Path) -> Finding:
    """What is installed against the lock; packages for other systems need not be there."""
    if not lock.is_file():
        return Finding("packages", "warn", f"{lock.name} is not there", "Nothing was compared.")
    wrong = []
    entries = re.findall(r"^([\w.-]+)==([^\s;\\]+)( ;)?", lock.read_text("utf-8"), re.MULTILINE)
    for name, wanted, conditional in entries:
        try:
            found = metadata.version(name)
        except metadata.PackageNotFoundError:
            if not conditional:
                wrong.append(f"{name} is missing")
            continue
        if found != wanted:
            wrong.append(f"{name} is {found}, not {wanted}")
    if not wrong:
        return Finding("packages", "ok", f"{len(entries)} as in {lock.name}")
    missing = any(text.endswith("missing") for text in wrong)
    more = f" and {len(wrong) - 5} more" if len(wrong) > 5 else ""
    return Finding(
        "packages",
        "fail" if missing else "warn",
        "; ".join(wrong[:5]) + more,
        f"Install what {lock.name} names: pip install --require-hashes -r {lock.name}",
    )


async def server(engine: SeedbedEngine) -> Finding:
    """The database answers, and its server is new enough."""
    [row] = await engine.fetch(
        "SELECT current_setting('server_version') AS version,"
        " current_setting('server_version_num')::int / 10000 AS major"
    )
    place = (await engine.current()).url.place
    text = f"PostgreSQL {row['version']} at {place}"
    if row["major"] >= OLDEST_VERSION:
        return Finding("database", "ok", text)
    return Finding("database", "fail", text, f"PostgreSQL {OLDEST_VERSION} or later is needed.")


async def encoding(engine: SeedbedEngine) -> Finding:
    """Text of any language needs UTF8."""
    [row] = await engine.fetch("SELECT current_setting('server_encoding') AS encoding")
    if row["encoding"] == "UTF8":
        return Finding("encoding", "ok", "UTF8")
    return Finding(
        "encoding",
        "fail",
        row["encoding"],
        "Load a dump into a database made with ENCODING 'UTF8'.",
    )


async def time_zone(engine: SeedbedEngine) -> Finding:
    """Of our sessions: they ask for UTC, which PgBouncer may not pass on."""
    [row] = await engine.fetch("SELECT current_setting('TimeZone') AS zone")
    if row["zone"] in {"UTC", "Etc/UTC", "GMT"}:
        return Finding("time zone", "ok", row["zone"])
    return Finding("time zone", "fail", row["zone"], "ALTER ROLE ... SET TimeZone = 'UTC'.")


async def clock(engine: SeedbedEngine) -> Finding:
    """The clock of this machine against the server's; the way there and back is allowed for."""
    begin = time.time()
    [row] = await engine.fetch("SELECT extract(epoch FROM clock_timestamp())::float8 AS now")
    end = time.time()
    return clock_finding(max(begin - row["now"], row["now"] - end, 0.0))


def clock_finding(skew: float) -> Finding:
    """`skew` in seconds, at least."""
    remedy = "Let both machines set their clocks by NTP."
    if skew < _SKEW:
        return Finding("clock", "ok", "agrees with the server's")
    state: State = "warn" if skew < _TOO_MUCH_SKEW else "fail"
    return Finding("clock", state, f"{skew:.0f} s apart from the server's", remedy)


async def migrations(engine: SeedbedEngine) -> Finding:
    """Everything is applied, and nothing was edited afterwards."""
    if pending := await pending_migrations(engine):
        text = f"{console.plural(len(pending), 'migration')} pending"
        return Finding("migrations", "fail", text, "Run `piccolo migrations forwards app`.")
    if edited := await edited_migrations(engine):
        text = f"edited after they were applied: {', '.join(edited)}"
        return Finding("migrations", "warn", text, "Restore the files; see `piccolo db status`.")
    return Finding("migrations", "ok", "all applied")


async def privileges(engine: SeedbedEngine) -> Finding:
    """What the role lacks for serving, for migrating and for the shadow of `drift`."""
    [row] = await engine.fetch(
        "SELECT current_user AS role, has_database_privilege(current_database(), 'CREATE') AS made,"
        " (SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user) AS creates,"
        " coalesce((SELECT string_agg(format('%I.%I', n.nspname, c.relname), ', ') FROM pg_class c"
        "  JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r'"
        "  AND n.nspname = any($1)"
        "  AND NOT (has_table_privilege(c.oid, 'SELECT') AND has_table_privilege(c.oid, 'INSERT'))"
        " ), '') AS closed",
        SCHEMAS,
    )
    if row["closed"]:
        text = f"{row['role']} may not use {row['closed']}"
        return Finding("privileges", "fail", text, "GRANT what is missing on these tables.")
    if not row["made"]:
        text = f"{row['role']} may not create schemas"
        return Finding("privileges", "warn", text, "Migrations need another role.")
    if not row["creates"]:
        text = f"{row['role']} may not create databases"
        remedy = "`piccolo db drift` uses an embedded server instead; ALTER ROLE ... CREATEDB."
        return Finding("privileges", "warn", text, remedy)
    return Finding("privileges", "ok", f"{row['role']} may do what is needed")


async def listening(engine: SeedbedEngine) -> Finding:
    """What DATABASE_URL's side tells is heard on the way by which the server listens."""
    if engine.settings.listen_url is None:
        return await _listening(engine, await engine.current(), "DATABASE_URL")
    return await _listening(engine, await engine.listening_connector(), LISTEN_URL)


async def _listening(engine: SeedbedEngine, connector: Connector, name: str) -> Finding:
    if connector.pgbouncer:
        text = "PgBouncer passes no notifications on: changes are looked for every second"
        remedy = f"Set {LISTEN_URL} to an address of PostgreSQL itself."
        return Finding("listening", "warn", text, remedy)
    place = connector.url.place
    try:
        connection = await connector.connect()
        try:
            heard = await _is_heard(engine, connection)
        finally:
            await close(connection)
    except (DatabaseError, *DRIVER_ERRORS) as error:
        text = f"{place} cannot be listened to: {console.sentence(error)}"
        return Finding("listening", "fail", text, f"Correct {name}, or start PostgreSQL there.")
    if heard:
        return Finding("listening", "ok", f"notifications arrive from {place}")
    if name == LISTEN_URL:
        remedy = "Let it lead to the database of DATABASE_URL, and not through PgBouncer."
    else:
        remedy = f"If PgBouncer is there, set SEEDBED_PGBOUNCER and {LISTEN_URL}."
    return Finding("listening", "fail", f"no notification arrives from {place} ({name})", remedy)


async def _is_heard(engine: SeedbedEngine, connection: Connection) -> bool:
    """Whether a notification on a channel of our own, of which nobody else knows, arrives."""
    channel, arrived = f"doctor_{uuid4().hex}", asyncio.Event()
    await connection.add_listener(channel, lambda *_: arrived.set())
    await engine.fetch("SELECT pg_notify($1, '')", channel)
    try:
        async with asyncio.timeout(_HEARD_WITHIN):
            await arrived.wait()
    except TimeoutError:
        return False
    return True


_OF_THE_DATABASE: tuple[Callable[[SeedbedEngine], Awaitable[Finding]], ...] = (
    *(server, encoding, time_zone, clock, privileges, migrations, listening),
)


async def mail(settings: Settings) -> Finding:
    """The SMTP server takes the connection and the password; nothing is sent."""
    server = settings.smtp_url
    if server is None and settings.environment == "production":
        return Finding("mail", "warn", "cannot be sent", "Set SEEDBED_SMTP_URL for the workers.")
    if server is None:
        return Finding("mail", "ok", "is printed to the log, as SEEDBED_SMTP_URL is not set")
    where = f"{server.host}:{server.port}"
    client = aiosmtplib.SMTP(
        hostname=server.host,
        port=server.port,
        username=server.user,
        password=server.password,
        use_tls=server.security == "tls",
        start_tls=server.security == "starttls",
        tls_context=None
        if server.security == "off"
        else ssl.create_default_context(cafile=server.ca),
        timeout=_MAIL_TIMEOUT,
    )
    try:
        await client.connect()
    except aiosmtplib.SMTPAuthenticationError:
        remedy = "Correct the user or password of SEEDBED_SMTP_URL."
        return Finding("mail", "fail", f"{where} refuses the password", remedy)
    except (aiosmtplib.SMTPException, OSError) as error:
        text = f"{where} cannot be used: {console.sentence(error)}"
        return Finding("mail", "fail", text, "Correct SEEDBED_SMTP_URL, or start the server.")
    finally:
        client.close()
    return Finding(
        "mail", "ok", f"{where} takes the connection{' and password' * bool(server.user)}"
    )


async def agent(settings: Settings) -> Finding:
    """Something takes connections where events go; none is sent, and they wait where nothing does.

    The settings have refused what is no address before.
    """
    if settings.agent_url is None:
        return Finding("agent", "ok", "is not used, as SEEDBED_AGENT_URL is not set: events wait")
    url = urlsplit(settings.agent_url)
    tls = url.scheme == "https"
    host, port = str(url.hostname), url.port or (443 if tls else 80)
    where = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    remedy = "Correct SEEDBED_AGENT_URL, or start the agent; events wait for it."
    try:
        async with asyncio.timeout(_AGENT_TIMEOUT):
            trusted = ssl.create_default_context() if tls else None
            _, writer = await asyncio.open_connection(host, port, ssl=trusted)
    except TimeoutError:
        text = f"{where} does not answer within {_AGENT_TIMEOUT:g} seconds"
        return Finding("agent", "warn", text, remedy)
    except (OSError, UnicodeError) as error:  # the latter for a host name that cannot be one
        text = f"{where} cannot be reached: {console.sentence(error)}"
        return Finding("agent", "warn", text, remedy)
    writer.transport.abort()
    return Finding("agent", "ok", f"{where} takes the connection")


def disk(free: int, folder: Path) -> Finding:
    """`free` in bytes, where the data folder is or will be."""
    text = f"{console.size(free)} free for {folder}"
    if free >= _LITTLE:
        return Finding("disk", "ok", text)
    state: State = "warn" if free >= _TOO_LITTLE else "fail"
    return Finding("disk", state, text, "Free some space, or name another SEEDBED_DATA_DIR.")


def _free(folder: Path) -> int:
    there = next(path for path in (folder, *folder.parents) if path.exists())
    return shutil.disk_usage(there).free


def graphiql(page: Path) -> Finding:
    """Built by make where Node.js is."""
    if page.is_file():
        return Finding("graphiql", "ok", "is built")
    remedy = "Run make graphiql, with Node.js, if it is wanted."
    return Finding("graphiql", "warn", "is not built; a plain page takes its place", remedy)


def port(settings: Settings) -> Finding:
    """Whether the server could listen where the settings say."""
    where = f"{settings.host}:{settings.port}"
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        socket.create_server((settings.host.strip("[]"), settings.port), family=family).close()
    except OSError as error:
        remedy = "Well if that is this server; otherwise set SEEDBED_HOST and SEEDBED_PORT."
        return Finding("port", "warn", f"{where}: {error.strerror}", remedy)
    return Finding("port", "ok", f"{where} is free")
