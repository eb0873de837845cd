"""`python -m bench`: start everything, check that all answers are the same, measure, print."""

import argparse
import asyncio
import contextlib
import json
import sys

import asyncpg

from app.database import DatabaseError
from app.settings import PROJECT
from bench import database, report
from bench.load import Job
from bench.processes import BenchError, Cell, Server, measure
from bench.queries import QUERIES, Query
from bench.servers import SERVERS, answers

RESULTS = PROJECT / "bench" / "results.json"
IDS = 64  # posts that are asked for by their ids, in turn
MOST_GENERATOR = 0.85  # of one core; a generator that is busier is what is measured


def main() -> int:
    """Run the benchmark: the exit code."""
    options = _options()
    try:
        dsn = database.start()
        try:
            found = report.rows(_measure(options, dsn))
        finally:
            database.server().stop()
    except (BenchError, DatabaseError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130  # what shells report for Ctrl-C
    report.write(found, RESULTS)
    print(report.table(found))
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--seconds", type=float, default=4, help="measured, for each cell")
    parser.add_argument("--warm-up", type=float, default=1, help="seconds before those")
    parser.add_argument("--rounds", type=int, default=3, help="of which the medians are shown")
    parser.add_argument("--connections", type=int, default=16, help="that ask side by side")
    parser.add_argument(
        "--query",
        choices=[query.name for query in QUERIES],
        action="append",
        help="only this one; may be repeated",
    )
    return parser.parse_args()


def _measure(options: argparse.Namespace, dsn: str) -> dict[tuple[str, str], list[Cell]]:
    # Not "production": it refuses to serve demo users, which this data begins with.
    environment = database.environment(dsn, "test")
    postmaster = database.postmaster()
    queries = [query for query in QUERIES if query.name in (options.query or query.name)]
    ids = asyncio.run(_posts(dsn))
    with contextlib.ExitStack() as stack:
        servers = [stack.enter_context(Server(name, environment)) for name in SERVERS]
        asked = {
            query.name: [server for server in servers if answers(server.name, query.name)]
            for query in queries
        }
        bodies = {query.name: _bodies(query, ids) for query in queries}
        lengths = {
            query.name: [_length(asked[query.name], query, body) for body in bodies[query.name]]
            for query in queries
        }
        cells: dict[tuple[str, str], list[Cell]] = {
            (server.name, query.name): [] for query in queries for server in asked[query.name]
        }
        for place in range(options.rounds):
            for query in queries:
                # Each round begins with another server.
                turn = place % len(asked[query.name])
                for server in [*asked[query.name][turn:], *asked[query.name][:turn]]:
                    job = Job(
                        server.port,
                        server.path(query.name),
                        list(zip(bodies[query.name], lengths[query.name], strict=True)),
                        options.connections,
                        options.warm_up,
                        options.seconds,
                    )
                    cell = measure(server, postmaster, job)
                    cells[server.name, query.name].append(cell)
                    _progress(place, query, server, cell)
    return cells


def _bodies(query: Query, ids: list[str]) -> list[str]:
    if "$id" not in query.document:
        return [json.dumps({"query": query.document})]
    return [json.dumps({"query": query.document, "variables": {"id": key}}) for key in ids]


def _length(servers: list[Server], query: Query, body: str) -> int:
    """The length of an answer, which is the same from all servers to the byte."""
    answers = {server.name: server.ask(query.name, body) for server in servers}
    first = answers[servers[0].name]
    if first.startswith(b'{"errors"'):
        raise BenchError(f"The query {query.name} fails: {first[:300]!r}")
    for name, answer in answers.items():
        if answer != first:
            raise BenchError(
                f"{name} answers {query.name} with other data than {servers[0].name}: "
                f"{_difference(answer, first)}"
            )
    return len(first)


def _difference(one: bytes, other: bytes) -> str:
    place = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), 0)
    begin = max(0, place - 40)
    return f"{one[begin : place + 40]!r} instead of {other[begin : place + 40]!r}"


async def _posts(dsn: str) -> list[str]:
    connection = await asyncpg.connect(dsn)
    try:
        rows = await connection.fetch(
            "select id from content.posts where published and deleted_at is null"
            " order by md5(id::text) limit $1",
            IDS,
        )
    finally:
        await connection.close()
    return [f"Post_{row['id']}" for row in rows]


def _progress(place: int, query: Query, server: Server, cell: Cell) -> None:
    rate = cell.result.requests / cell.result.seconds
    busy = " (the generator is the limit)" if cell.result.cpu > MOST_GENERATOR else ""
    print(
        f"  round {place + 1}: {query.name:8}{server.name:17}{rate:9.0f} requests/s{busy}",
        file=sys.stderr,
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
