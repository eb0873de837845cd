"""`make serve`: the database, its migrations, demo data, the server, and where all of it is."""

import asyncio
import contextlib
import errno
import os
import signal
import socket
import sys
from collections.abc import Iterator
from types import FrameType

import asyncpg
import uvicorn

from app.database import DatabaseError, EmbeddedServer, SeedbedEngine
from app.database.migrations import migrate
from app.live import hub_of
from app.logs import configure_logging
from app.settings import EXAMPLE_AGENT, Settings
from seeds.runner import DEMO_LOGINS, seed_if_empty
from seeds.upsert import SeedError

_GRACE = 10  # seconds for requests to end; a subscription would never end by itself
_FAREWELL = 2.0  # seconds until subscribers have been told that they are to come back
_PONG = 60.0  # seconds that a WebSocket's client has to answer a ping
_INTERRUPTED = 130  # what shells report for Ctrl-C


class ServeError(Exception):
    """The server cannot be started; `str()` is one sentence for a person."""


def serve(engine: SeedbedEngine) -> int:
    """Run the server until Ctrl-C or SIGTERM: the exit code.

    The port is taken first: when it is in use, nothing has been migrated or seeded. Clients that
    connect meanwhile wait for their answer instead of being refused.
    """
    settings = engine.settings
    configure_logging(settings)
    # From here on SIGTERM is what Ctrl-C is, also before uvicorn handles both, and also where a
    # shell made this process ignore Ctrl-C because it runs in the background.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, _interrupt)
    server = Server(engine)
    try:
        with _listening(settings) as listener, _embedded(engine):
            factory = server.config.get_loop_factory()
            with asyncio.Runner(loop_factory=factory) as runner:
                runner.run(_serve(engine, server, listener))
    except (ServeError, DatabaseError, SeedError) as error:
        print(error, file=sys.stderr)
        return 1
    except asyncpg.DiskFullError:
        print("The disk of the database is full: free some space and start again.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0 if server.started else _INTERRUPTED
    return 0


class Server(uvicorn.Server):
    """uvicorn, saying where it is once it really is there."""

    def __init__(self, engine: SeedbedEngine) -> None:
        self.engine = engine
        self.settings = settings = engine.settings
        super().__init__(
            uvicorn.Config(
                "app.main:app",
                access_log=False,  # a line for each request costs as much as a small query
                forwarded_allow_ips=list(settings.trusted_proxies),
                log_config=None,
                proxy_headers=bool(settings.trusted_proxies),
                # Otherwise the next request of a connection starts in the context of the last one.
                reset_contextvars=True,
                server_header=False,
                timeout_graceful_shutdown=_GRACE,
                ws_max_size=settings.max_body_bytes,
                # Events are small: compressing them costs more memory and time than it saves.
                ws_per_message_deflate=False,
                # Longer than it takes to send a slow subscriber away, whose pong is late as well:
                # of a ping that times out clients are told an internal error.
                ws_ping_timeout=_PONG,
            )
        )

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then print the addresses."""
        await super().startup(sockets)
        if sockets:
            _tell(_welcome(self.settings, _address(sockets[0])))

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Send subscribers away, who would stay for ever, and stop."""
        await hub_of(self.engine).send_away(_FAREWELL)
        await super().shutdown(sockets)


async def _serve(engine: SeedbedEngine, server: uvicorn.Server, listener: socket.socket) -> None:
    """Prepare and serve in one event loop: a pool belongs to the loop it was made in."""
    await migrate(engine)
    await engine.start_connection_pool()
    try:
        if engine.settings.environment == "development":
            await seed_if_empty(engine)
        await server.serve(sockets=[listener])
    finally:
        await engine.close_connection_pool()


@contextlib.contextmanager
def _listening(settings: Settings) -> Iterator[socket.socket]:
    """A socket on the settings' address that takes connections."""
    where = f"{settings.host}:{settings.port}"
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        listener = socket.create_server(
            (settings.host.strip("[]"), settings.port), family=family, backlog=2048
        )
    except OSError as error:
        match error.errno:
            case errno.EADDRINUSE:
                reason = f"Port {settings.port} on {settings.host} is in use: stop what uses it, or"
            case errno.EACCES:
                reason = f"This user may not listen on port {settings.port}:"
            case _:
                reason = f"The server cannot listen on {where} ({error.strerror}):"
        raise ServeError(f"{reason} set SEEDBED_HOST and SEEDBED_PORT to others.") from error
    with listener:
        yield listener


@contextlib.contextmanager
def _embedded(engine: SeedbedEngine) -> Iterator[None]:
    """Stop the embedded PostgreSQL at the end, if we started it and nobody else uses it."""
    settings = engine.settings
    if settings.database_url is not None:
        yield
        return
    embedded = EmbeddedServer(settings.data_dir)
    ours = not embedded.is_running()
    try:
        yield
    finally:
        if embedded.is_running():
            if not ours:
                _tell("The embedded PostgreSQL stays, as it ran before (make stop ends it).")
            elif asyncio.run(_others(embedded)):
                _tell("The embedded PostgreSQL stays: others use it (make stop ends it).")
            else:
                embedded.stop()


async def _others(embedded: EmbeddedServer) -> int:
    connection = await asyncpg.connect(embedded.dsn("postgres"))
    try:
        others: int = await connection.fetchval(
            "select count(*) from pg_stat_activity"
            " where backend_type = 'client backend' and pid <> pg_backend_pid()"
        )
    finally:
        await connection.close()
    return others


def _tell(text: str) -> None:
    """Print, unless nobody reads any more: that is no reason to stop serving."""
    try:
        print(text, flush=True)
    except BrokenPipeError:
        # What Python flushes at its end goes there as well.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    signal.raise_signal(signal.SIGINT)


def _address(listener: socket.socket) -> str:
    """Where a browser on this machine finds the listener."""
    host, port = listener.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not used
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _welcome(settings: Settings, address: str) -> str:
    """What a person needs to know now."""
    lines = [
        "",
        f"  Home      {address}/",
        f"  GraphiQL  {address}/graphiql",
        f"  Admin     {address}/admin/",
        "",
    ]
    if settings.agent_url == EXAMPLE_AGENT:
        lines += ["  The agent of projects: make agent, in another terminal", ""]
    if settings.environment == "development":
        lines += ["  Demo logins", *(f"    {login}" for login in DEMO_LOGINS), ""]
    lines += ["  Ctrl-C stops the server.", ""]
    return "\n".join(lines)
