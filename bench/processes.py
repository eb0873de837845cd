"""The processes of the benchmark: the servers, and whoever asks them."""

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from types import TracebackType
from urllib.request import Request, urlopen

import orjson
import psutil

from app.settings import PROJECT
from bench.load import Job, Result

_GRACE = 10  # seconds for a server to end
_FIRST_ANSWER = 60  # seconds for the first answer of a server


class BenchError(Exception):
    """The benchmark cannot go on; `str()` is one sentence for a person."""


class Server:
    """A server in a process of its own, from `with` to its end."""

    def __init__(self, name: str, environment: Mapping[str, str]) -> None:
        self.name = name
        self._process = _python("bench.servers", [name], environment)
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise BenchError(f"The server {name} has not started.")
        self.port = int(line)
        self.process = psutil.Process(self._process.pid)

    def __enter__(self) -> "Server":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()  # it ends with its standard input, also when we are killed
        try:
            self._process.wait(_GRACE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def path(self, query: str) -> str:
        """Where the server answers a query."""
        return f"/{query}" if self.name.startswith("floor-") else "/graphql"

    def ask(self, query: str, body: str) -> bytes:
        """One answer."""
        request = Request(
            f"http://127.0.0.1:{self.port}{self.path(query)}",
            body.encode(),
            {"Content-Type": "application/json", "Accept": "application/json"},
        )
        with urlopen(request, timeout=_FIRST_ANSWER) as response:  # noqa: S310 - likewise
            answer: bytes = response.read()
        return answer


@dataclass(frozen=True, slots=True)
class Cell:
    """One round of one server and one query: what the client saw, and what it cost whom."""

    result: Result
    server_cpu_ms: float
    postgres_cpu_ms: float
    rss_mb: float


def measure(server: Server, postmaster: int, job: Job) -> Cell:
    """Put the server under load, and read the clocks of the processes when the seconds begin."""
    postgres = psutil.Process(postmaster)
    asking = _python("bench.load", [], None)
    assert asking.stdin is not None
    assert asking.stdout is not None
    asking.stdin.write(json.dumps(asdict(job)))
    asking.stdin.close()
    asking.stdout.readline()
    before, others = _seconds(server.process), _backends(postgres)
    rss = 0
    while True:
        # Memory is looked at some times a second: the largest is reached early and kept.
        rss = max(rss, server.process.memory_info().rss)
        try:
            asking.wait(0.2)
        except subprocess.TimeoutExpired:
            continue
        break
    used = _seconds(server.process) - before
    theirs = sum(
        seconds - others.get(process, 0.0) for process, seconds in _backends(postgres).items()
    )
    answer = asking.stdout.read()
    asking.stdout.close()
    if asking.returncode or not answer:
        raise BenchError(f"Asking {server.name} at {job.path} has failed.")
    result = Result(**orjson.loads(answer))
    return Cell(
        result,
        server_cpu_ms=1000 * used / result.requests,
        postgres_cpu_ms=1000 * theirs / result.requests,
        rss_mb=rss / 2**20,
    )


def _python(
    module: str, arguments: list[str], environment: Mapping[str, str] | None
) -> "subprocess.Popen[str]":
    return subprocess.Popen(  # noqa: S603 - ourselves
        [sys.executable, "-m", module, *arguments],
        cwd=PROJECT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


def _backends(postmaster: psutil.Process) -> dict[int, float]:
    """The seconds of every process of PostgreSQL; one that ended is not there any more."""
    found = {}
    for process in [postmaster, *postmaster.children(recursive=True)]:
        try:
            found[process.pid] = _seconds(process)
        except psutil.NoSuchProcess:
            continue
    return found
