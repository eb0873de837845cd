"""The nested query as teams write it: Strawberry's types and view, DataLoaders, Piccolo's objects.

It is no floor but what one would have without this project: a good example of the usual, on the
same pool, with an index for every statement, and orjson for the answer.
"""

import datetime as dt
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

import orjson
import strawberry
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.dataloader import DataLoader
from strawberry.schema.config import StrawberryConfig

from app.database import SeedbedEngine
from app.tables import content, identity

QUERY = "nested"  # the one that it answers

DateTime = strawberry.scalar(
    name="DateTime",
    serialize=lambda value: value.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
)


@strawberry.type
class User:
    """An author."""

    id: strawberry.ID
    name: str


@strawberry.type
class Comment:
    """A comment on a post."""

    id: strawberry.ID
    body: str
    created_at: dt.datetime
    author_key: strawberry.Private[UUID]

    @strawberry.field
    async def author(self, info: strawberry.Info) -> User | None:
        """Who wrote it."""
        found: User | None = await info.context.users.load(self.author_key)
        return found


@strawberry.type
class Comments:
    """A page of comments."""

    nodes: list[Comment]


@strawberry.type
class Post:
    """A post."""

    id: strawberry.ID
    title: str
    slug: str
    created_at: dt.datetime
    key: strawberry.Private[UUID]
    author_key: strawberry.Private[UUID]

    @strawberry.field
    async def author(self, info: strawberry.Info) -> User | None:
        """Who wrote it."""
        found: User | None = await info.context.users.load(self.author_key)
        return found

    @strawberry.field
    async def comments(self, info: strawberry.Info, last: int) -> Comments:
        """The newest comments, the newest of them last."""
        found: list[Comment] = await info.context.comments.load(self.key)
        return Comments(nodes=found[-last:])


@strawberry.type
class Posts:
    """A page of posts."""

    nodes: list[Post]


@strawberry.type
class Query:
    """What can be asked."""

    @strawberry.field
    async def posts(self, first: int) -> Posts:
        """The newest posts."""
        table = content.Post
        rows = await (
            table.objects()
            .where(table.published.eq(True), table.deleted_at.is_null())
            .order_by(table.created_at, table.id, ascending=False)
            .limit(first)
        )
        return Posts(
            nodes=[
                Post(
                    id=strawberry.ID(f"Post_{row.id}"),
                    title=row.title,
                    slug=row.slug,
                    created_at=row.created_at,
                    key=row.id,
                    author_key=row.author,
                )
                for row in rows
            ]
        )


class Context:
    """The loaders of one request."""

    def __init__(self) -> None:
        self.users: DataLoader[UUID, User | None] = DataLoader(_users)
        self.comments: DataLoader[UUID, list[Comment]] = DataLoader(_comments)


async def _users(keys: Sequence[UUID]) -> list[User | None]:
    table = identity.User
    rows = await table.objects().where(
        table.id.is_in(list(keys)),
        table.status == identity.UserStatus.ACTIVE,
        table.deleted_at.is_null(),
    )
    found = {row.id: User(id=strawberry.ID(f"User_{row.id}"), name=row.name) for row in rows}
    return [found.get(key) for key in keys]


async def _comments(keys: Sequence[UUID]) -> list[list[Comment]]:
    """All comments of the posts: an ORM has no "newest ten of each"."""
    table = content.Comment
    rows = await (
        table.objects()
        .where(table.post.is_in(list(keys)), table.deleted_at.is_null())
        .order_by(table.created_at, table.id)
    )
    found: dict[UUID, list[Comment]] = {key: [] for key in keys}
    for row in rows:
        found[row.post].append(
            Comment(
                id=strawberry.ID(f"Comment_{row.id}"),
                body=row.body,
                created_at=row.created_at,
                author_key=row.author,
            )
        )
    return [found[key] for key in keys]


class _View(GraphQL[Context, None]):
    async def get_context(
        self, request: Request | WebSocket, response: Response | WebSocket
    ) -> Context:
        return Context()

    def encode_json(self, data: object) -> bytes:
        return orjson.dumps(data)


def plain_app(engine: SeedbedEngine) -> Starlette:
    """The application: `/graphql` alone."""
    schema = strawberry.Schema(Query, config=StrawberryConfig(scalar_map={dt.datetime: DateTime}))

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        await engine.start_connection_pool()
        yield
        await engine.close_connection_pool()

    return Starlette(routes=[Route("/graphql", _View(schema))], lifespan=lifespan)
