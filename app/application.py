"""Where all parts meet: the application that answers HTTP and WebSockets."""

from contextlib import nullcontext
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.routing import Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from app.admin import Done, Task, TaskFailed, admin_app
from app.bridge import BuiltSchema
from app.commands.backup import backups_folder, take_backup
from app.commands.console import CommandError
from app.database import SeedbedEngine
from app.schema import make_schema
from app.web import downloads, health, pages
from app.web.graphql import GraphQLEndpoint
from app.web.headers import SecurityHeaders, data_headers
from app.web.hosts import AcceptedHosts
from app.web.lifespan import Lifespan
from app.worker import Worker


class Server(Starlette):
    """The application; GraphQL, which is most of what it is asked, goes past the router."""

    def __init__(self, graphql: ASGIApp, begin_and_end: Lifespan, **rest: Any) -> None:
        super().__init__(**rest)
        self._graphql = graphql
        self._lifespan = begin_and_end

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or begin and end."""
        if scope["type"] in {"http", "websocket"} and scope["path"] == pages.ENDPOINT:
            await self._graphql(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        else:
            await super().__call__(scope, receive, send)


async def _back_up(engine: SeedbedEngine) -> Done:
    try:
        made, _ = await take_backup(engine, backups_folder(engine, ""))
    except CommandError as error:
        raise TaskFailed(str(error)) from error
    size, rows = made.manifest.bytes, sum(made.manifest.rows.values())
    return Done(
        f"{made.folder.name}: {rows:,} rows, {size:,} bytes, checked.",
        "Backup",
        made.folder.name,
        {"bytes": size, "rows": rows, "sha256": made.manifest.sha256},
    )


BACKUP = Task(
    "Back up",
    "Writes a backup into the data folder of this server, as `piccolo db backup` does. The answer "
    "comes when it is written and checked.",
    "admin.backup",
    _back_up,
)


def create_app(engine: SeedbedEngine, built: BuiltSchema | None = None) -> Server:
    """The whole server over one engine, whose pool lives as long as the application.

    `built` is the schema of the application, or a variant of it.
    """
    settings = engine.settings
    hosts = list(settings.allowed_hosts)
    graphql = GraphQLEndpoint(built or make_schema(), engine, data_headers(settings))
    return Server(
        graphql=AcceptedHosts(graphql, hosts, settings),
        begin_and_end=Lifespan(engine, Worker(engine).beside if settings.worker else nullcontext),
        routes=[
            *health.routes(engine),
            *pages.routes(settings),
            *downloads.routes(graphql.service),
            Mount("/admin", admin_app(engine, tasks=[BACKUP])),
        ],
        middleware=[
            Middleware(SecurityHeaders, settings=settings),
            Middleware(TrustedHostMiddleware, allowed_hosts=hosts),
        ],
    )
