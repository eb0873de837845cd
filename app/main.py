"""Where all parts meet: `uvicorn app.main:app`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.routing import Mount, Route

from app.admin import admin_app
from app.bridge import BuiltSchema
from app.database import SeedbedEngine
from app.schema import make_schema
from app.web import health, pages
from app.web.graphql import GraphQLEndpoint
from app.web.headers import SecurityHeaders
from piccolo_conf import DB


def create_app(engine: SeedbedEngine, built: BuiltSchema | None = None) -> Starlette:
    """The whole server over one engine, whose pool lives as long as the application.

    `built` is the schema of the application, or a variant of it.
    """
    settings = engine.settings

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await engine.start_connection_pool()
        try:
            yield
        finally:
            await engine.close_connection_pool()

    return Starlette(
        routes=[
            Route("/graphql", GraphQLEndpoint(built or make_schema(), engine)),
            *health.routes(engine),
            *pages.routes(settings),
            Mount("/admin", admin_app(settings)),
        ],
        middleware=[
            Middleware(TrustedHostMiddleware, allowed_hosts=list(settings.allowed_hosts)),
            Middleware(SecurityHeaders, settings=settings),
        ],
        lifespan=lifespan,
    )


app = create_app(DB)
