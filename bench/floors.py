"""The floors: bare ASGI handlers with hand-written SQL, as fast as we could make them.

Each answers the same requests with the same bytes as the server does: the same ids and times, and
only what everybody may see. They read no GraphQL: the path says which query is meant.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from uuid import UUID

import orjson
from starlette.types import Receive, Scope, Send

from app.database import ConnectionPool, SeedbedEngine
from bench import sql

Answer = Callable[[ConnectionPool, bytes], Awaitable[bytes]]


class Floor:
    """An ASGI application of one handler for each query."""

    def __init__(self, engine: SeedbedEngine, answers: Mapping[str, Answer]) -> None:
        self._engine = engine
        self._pool: ConnectionPool
        self._answers = answers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or open and close the pool."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        message = await receive()
        body: bytes = message["body"]
        while message.get("more_body"):
            message = await receive()
            body += message["body"]
        answer = await self._answers[scope["path"]](self._pool, body)
        await send(
            {
                "type": "http.response.start",
                "status": 200,
                "headers": [
                    (b"content-type", b"application/json"),
                    (b"content-length", b"%d" % len(answer)),
                ],
            }
        )
        await send({"type": "http.response.body", "body": answer})

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        self._pool = await pool_of(self._engine)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self._pool.close()
        await send({"type": "lifespan.shutdown.complete"})


async def pool_of(engine: SeedbedEngine) -> ConnectionPool:
    """A pool like the engine's."""
    pool = ConnectionPool(await engine.connector(), engine.settings)
    await pool.open()
    return pool


async def _fetch(pool: ConnectionPool, statement: str, *args: object) -> list[Any]:
    connection = pool.free() or await pool.take()
    try:
        rows: list[Any] = await connection.fetch(statement, *args)
        return rows
    finally:
        # These statements leave nothing to undo.
        if not pool.put_back(connection):
            await pool.give_back(connection, clean=True)


def _key(body: bytes) -> UUID:
    name: str = orjson.loads(body)["variables"]["id"]
    return UUID(name.removeprefix("Post_"))


# --- JSON made by PostgreSQL ----------------------------------------------------------------------


async def _json_one(pool: ConnectionPool, body: bytes) -> bytes:
    [[text]] = await _fetch(pool, sql.JSON_ONE, _key(body))
    made: bytes = text.encode()
    return made


def _json_list(statement: str) -> Answer:
    async def answer(pool: ConnectionPool, _body: bytes) -> bytes:
        [[text]] = await _fetch(pool, statement)
        made: bytes = text.encode()
        return made

    return answer


JSON_ANSWERS: Mapping[str, Answer] = {
    "/one": _json_one,
    "/newest": _json_list(sql.JSON_NEWEST),
    "/nested": _json_list(sql.JSON_NESTED),
    "/wide": _json_list(sql.JSON_WIDE),
}


# --- rows, written by orjson ----------------------------------------------------------------------


def _posts(nodes: list[dict[str, Any]]) -> bytes:
    return orjson.dumps({"data": {"posts": {"nodes": nodes}}})


async def _rows_one(pool: ConnectionPool, body: bytes) -> bytes:
    [row] = await _fetch(pool, sql.ROWS_ONE, _key(body))
    key, title, slug, content, published, published_at, created, updated, author, name = row
    post = {
        "id": key,
        "title": title,
        "slug": slug,
        "content": content,
        "published": published,
        "publishedAt": published_at,
        "createdAt": created,
        "updatedAt": updated,
        "author": {"id": author, "name": name} if author else None,
    }
    return orjson.dumps({"data": {"post": post}})


async def _rows_newest(pool: ConnectionPool, _body: bytes) -> bytes:
    return _posts(
        [
            {
                "id": key,
                "title": title,
                "slug": slug,
                "createdAt": created,
                "author": {"id": author, "name": name} if author else None,
            }
            for key, title, slug, created, author, name in await _fetch(pool, sql.ROWS_NEWEST)
        ]
    )


async def _rows_nested(pool: ConnectionPool, _body: bytes) -> bytes:
    return _posts(
        [
            {
                "id": key,
                "title": title,
                "slug": slug,
                "createdAt": created,
                "author": {"id": author, "name": name} if author else None,
                "comments": {
                    "nodes": [
                        {
                            "id": comment,
                            "body": text,
                            "createdAt": at,
                            "author": {"id": who, "name": called} if who else None,
                        }
                        for comment, text, at, who, called in reversed(comments)
                    ]
                },
            }
            for key, title, slug, created, author, name, comments in await _fetch(
                pool, sql.ROWS_NESTED
            )
        ]
    )


async def _rows_wide(pool: ConnectionPool, _body: bytes) -> bytes:
    return _posts(
        [
            {
                "id": key,
                "title": title,
                "slug": slug,
                "content": content,
                "published": published,
                "publishedAt": published_at,
                "createdAt": created,
                "updatedAt": updated,
            }
            for (
                key,
                title,
                slug,
                content,
                published,
                published_at,
                created,
                updated,
            ) in await _fetch(pool, sql.ROWS_WIDE)
        ]
    )


ROWS_ANSWERS: Mapping[str, Answer] = {
    "/one": _rows_one,
    "/newest": _rows_newest,
    "/nested": _rows_nested,
    "/wide": _rows_wide,
}
