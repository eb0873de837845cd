"""One server of the benchmark, in a process of its own: `python -m bench.servers NAME`.

It prints its port once it takes requests, and ends when its standard input does.
"""

import asyncio
import socket
import sys
from dataclasses import replace

import uvicorn
from starlette.types import ASGIApp

from app.application import create_app
from app.bridge import Limits
from app.schema import make_schema
from bench import plain
from bench.floors import JSON_ANSWERS, ROWS_ANSWERS, Floor
from bench.queries import PAGE_MAX
from piccolo_conf import DB

PLAIN = "strawberry-plain"
SERVERS = ("seedbed-json", "seedbed-rows", "floor-json", "floor-rows", PLAIN)


def answers(name: str, query: str) -> bool:
    """Whether the server of this name answers the query of that name."""
    return name != PLAIN or query == plain.QUERY


def main(name: str) -> None:
    """Serve until the standard input ends."""
    with socket.create_server(("127.0.0.1", 0), backlog=2048) as listener:
        config = uvicorn.Config(
            _application(name),
            loop="uvloop",
            http="httptools",
            access_log=False,
            log_config=None,
            proxy_headers=False,
            reset_contextvars=True,
            server_header=False,
        )
        server = uvicorn.Server(config)
        with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
            runner.run(_serve(server, listener))


def _application(name: str) -> ASGIApp:
    if name in {"floor-json", "floor-rows"}:
        return Floor(DB, JSON_ANSWERS if name == "floor-json" else ROWS_ANSWERS)
    if name == PLAIN:
        return plain.plain_app(DB)
    limits = replace(Limits(), page_max=PAGE_MAX)
    return create_app(DB, make_schema().variant(limits=limits, finish=name == "seedbed-json"))


async def _serve(server: uvicorn.Server, listener: socket.socket) -> None:
    loop = asyncio.get_running_loop()

    def end() -> None:
        loop.remove_reader(sys.stdin)
        server.should_exit = True

    loop.add_reader(sys.stdin, end)
    print(listener.getsockname()[1], flush=True)
    await server.serve(sockets=[listener])


if __name__ == "__main__":
    main(sys.argv[1])
