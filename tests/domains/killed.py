"""A program that sends operations to the application, and kills itself before a statement.

A line of its input has `operation`, `token` and `statement`. A process of its own sends the
operation and, before its statement of that number (from 1; BEGIN and COMMIT count), ends as after a
power cut. The answer is a line: `killed`, or `done` where there were not so many statements.
"""

import asyncio
import json
import os
import signal
import sys
from unittest import mock

import httpx
from piccolo.engine import engine_finder

from app.application import Server, create_app
from app.database import SeedbedEngine
from app.database.statements import StatementLog
from tests.graphql import ask


async def _send(application: Server, operation: str, token: str | None, statement: int) -> None:
    transport = httpx.ASGITransport(application)
    timed, seen = StatementLog.timed, 0

    def counted(log: StatementLog, sql: str) -> object:
        nonlocal seen
        seen += 1
        if seen == statement:
            os.kill(os.getpid(), signal.SIGKILL)
        return timed(log, sql)

    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        with mock.patch.object(StatementLog, "timed", counted):
            await ask(client, operation, None, token)


def main() -> None:
    """Answer each line of the input, until it ends."""
    engine = engine_finder()
    assert isinstance(engine, SeedbedEngine)
    # Once, as it takes seconds; neither needs a connection, which could not be shared.
    application = create_app(engine)
    asyncio.run(_send(application, "{ __typename }", None, 0))
    for line in sys.stdin:
        wanted = json.loads(line)
        child = os.fork()
        if child == 0:
            asyncio.run(_send(application, **wanted))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        killed = os.WIFSIGNALED(status)
        assert killed or status == 0, "the operation has failed"
        sys.stdout.write("killed\n" if killed else "done\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
