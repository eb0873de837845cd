"""A server between the engine and PostgreSQL: it speaks TLS, cuts, stalls, and refuses as told."""

import asyncio
import contextlib
import ssl
import struct
from collections.abc import Container
from types import TracebackType
from urllib.parse import parse_qs, urlsplit

SSL_REQUEST = 80877103
CANCEL_REQUEST = 80877102


class Proxy:
    """Listens on a TCP port of 127.0.0.1 and passes everything on to the socket of `dsn`.

    `tls` answers TLS requests, which are refused without it; `plain=False` refuses all else.
    `direct` expects TLS from the first byte.
    `allowed` are the startup parameters let through, as PgBouncer does; None lets all through.
    """

    def __init__(
        self,
        dsn: str,
        *,
        tls: ssl.SSLContext | None = None,
        plain: bool = True,
        direct: bool = False,
        allowed: Container[str] | None = None,
    ) -> None:
        query = parse_qs(urlsplit(dsn).query)
        self.target = f"{query['host'][0]}/.s.PGSQL.{query['port'][0]}"
        self.tls = tls
        self.plain = plain
        self.direct = direct
        self.allowed = allowed
        self.startups: list[dict[str, str]] = []
        self.encrypted: list[bool] = []
        self.connections = 0
        self.stalled = False
        self.lifetime: float | None = None  # seconds after which a connection is cut
        self.port = 0
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> "Proxy":
        await self.open()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    async def open(self) -> None:
        """Listen, on the same port as before."""
        self._server = await asyncio.start_server(
            self._accept, "127.0.0.1", self.port, ssl=self.tls if self.direct else None
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Listen no more, and cut every connection."""
        if self._server is not None:
            self._server.close()
            self._server = None
        await self.cut()

    async def cut(self) -> None:
        """Cut every connection."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def url(self, database: str, query: str = "", host: str = "127.0.0.1") -> str:
        """The address of a database behind this server."""
        return f"postgresql://postgres@{host}:{self.port}/{database}{query and '?'}{query}"

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.create_task(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                await self._start(reader, writer)
        finally:
            writer.transport.abort()

    async def _start(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.stalled:
            await asyncio.sleep(3600)
        head, code = await self._packet(reader)
        encrypted = self.direct
        if code == SSL_REQUEST:
            writer.write(b"S" if self.tls else b"N")
            await writer.drain()
            if self.tls:
                await writer.start_tls(self.tls)
                encrypted = True
            head, code = await self._packet(reader)
        if code != CANCEL_REQUEST:
            words = head[8:].rstrip(b"\0").decode().split("\0")
            startup = dict(zip(words[::2], words[1::2], strict=True))
            self.startups.append(startup)
            self.encrypted.append(encrypted)
            refused = [name for name in startup if not self._lets(name)]
            if refused:
                _refuse(writer, f"unsupported startup parameter: {refused[0]}", "08P01")
            if not encrypted and not self.plain:
                _refuse(writer, "no pg_hba.conf entry, no encryption", "28000")
            if refused or not (encrypted or self.plain):
                await writer.drain()
                return
        upstream_reader, upstream_writer = await asyncio.open_unix_connection(self.target)
        try:
            upstream_writer.write(head)
            pipes = (
                asyncio.create_task(_pipe(reader, upstream_writer)),
                asyncio.create_task(_pipe(upstream_reader, writer)),
            )
            try:
                await asyncio.wait(
                    pipes, timeout=self.lifetime, return_when=asyncio.FIRST_COMPLETED
                )
            finally:
                for pipe in pipes:
                    pipe.cancel()
                await asyncio.gather(*pipes, return_exceptions=True)
        finally:
            upstream_writer.transport.abort()

    async def _packet(self, reader: asyncio.StreamReader) -> tuple[bytes, int]:
        size = await reader.readexactly(4)
        body = await reader.readexactly(struct.unpack("!i", size)[0] - 4)
        return size + body, struct.unpack("!i", body[:4])[0]

    def _lets(self, name: str) -> bool:
        known = {"user", "database", "client_encoding"}
        return self.allowed is None or name in known or name in self.allowed


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()


def _refuse(writer: asyncio.StreamWriter, message: str, sqlstate: str) -> None:
    fields = f"SFATAL\0VFATAL\0C{sqlstate}\0M{message}\0\0".encode()
    writer.write(b"E" + struct.pack("!i", len(fields) + 4) + fields)
