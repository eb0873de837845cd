"""The PostgreSQL programs pg_dump, pg_restore and psql: which ones fit a server, and running them.

How to connect reaches them through the environment alone: a command line can be read by every user
of the machine.
"""

import asyncio
import os
import re
import shutil
import signal
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from app.commands.console import CommandError
from app.database import DatabaseUrl, EmbeddedServerError
from app.database.binaries import MAJOR, find_folder

NEEDED = ("pg_dump", "pg_restore", "psql")
_KEPT = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "TMPDIR", "HOME", "SYSTEMROOT")
# What asyncpg takes from the environment where the URL does not say.
_LIBPQ = ("PGUSER", "PGPASSWORD", "PGPASSFILE", "PGDATABASE")
_ENCRYPTED = ("require", "verify-ca", "verify-full")
# pg_dump: error: ..., pg_dump: detail: ..., psql:<stdin>:7: ERROR:  ...; other lines may hold data.
_FAULT = re.compile(r"(?:\w+: (?:error|detail):|(?:psql:[^:]*:\d+: )?(?:ERROR|FATAL):) *(.+)")
_LONGEST_LINE = 1024 * 1024  # of a program's messages, in bytes


@dataclass(frozen=True, slots=True)
class Programs:
    """One installation: the folder of the programs and the major version of all of them."""

    folder: Path
    major: int


def installed(url: DatabaseUrl) -> Iterator[Programs]:
    """The installations that can reach the server of `url`: that of PATH, then the bundled one."""
    found = shutil.which("pg_dump")
    if found is not None:
        # Not resolved: on Debian these are links to one wrapper that looks at its own name.
        folder = Path(found).absolute().parent
        if all((folder / name).exists() for name in NEEDED):
            major = _major(folder)
            if major is not None:
                yield Programs(folder, major)
    # The bundled libpq is built without TLS.
    if url.tls.mode not in _ENCRYPTED or all(host.startswith("/") for host, _ in url.hosts):
        try:
            yield Programs(find_folder(), MAJOR)
        except EmbeddedServerError:
            return


def choose(candidates: list[Programs], server: int, archive: int = 0) -> Programs:
    """The oldest installation that is not older than the server, nor than what wrote the archive.

    The oldest, as a newer pg_dump writes settings that an older server does not know. All are major
    versions. Raises CommandError.
    """
    fitting = [each for each in candidates if each.major >= max(server, archive)]
    if fitting:
        return min(fitting, key=lambda each: each.major)
    wanted = (
        f"the server is PostgreSQL {server}"
        if server >= archive
        else f"the backup was written by pg_dump {archive}"
    )
    if not candidates:
        raise CommandError(
            f"pg_dump, pg_restore and psql were not found in PATH, and {wanted}: install the client"
            f" programs of PostgreSQL {max(server, archive)} or later."
        )
    newest = max(each.major for each in candidates)
    raise CommandError(
        f"pg_dump is of version {newest}, which is too old, as {wanted}: install the client"
        f" programs of PostgreSQL {max(server, archive)} or later and put them first in PATH."
    )


def environment(url: DatabaseUrl) -> dict[str, str]:
    """The variables with which libpq reaches the server of `url`, and little else of ours."""
    kept = plain_environment()
    kept |= {name: os.environ[name] for name in _LIBPQ if name in os.environ}
    tls = url.tls
    if tls.key_password is not None:
        raise CommandError(
            "The key of DATABASE_URL has a password (sslpassword), which cannot be given to"
            " PostgreSQL's programs in secret: name a key without one."
        )
    root = tls.root
    if root is None and tls.mode in {"verify-ca", "verify-full"}:
        home = Path("~/.postgresql/root.crt").expanduser()
        root = None if home.is_file() else "system"
    given = {
        "PGHOST": ",".join(host for host, _ in url.hosts),
        "PGPORT": ",".join(str(port) for _, port in url.hosts),
        "PGUSER": url.user,
        "PGPASSWORD": url.password,
        "PGDATABASE": url.database,
        "PGSSLMODE": None if tls.mode == "prefer" else tls.mode,
        "PGSSLROOTCERT": root,
        "PGSSLCERT": tls.certificate,
        "PGSSLKEY": tls.key,
        "PGSSLNEGOTIATION": "direct" if tls.direct else None,
        "PGTARGETSESSIONATTRS": url.target_session_attrs,
        "PGOPTIONS": _options(url) or None,
        "PGAPPNAME": "seedbed",
        "PGCONNECT_TIMEOUT": "10",
    }
    return kept | {name: value for name, value in given.items() if value is not None}


def plain_environment() -> dict[str, str]:
    """The variables of a program that connects to nothing."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return kept | {"LC_ALL": "C"}  # their messages are read here


class Run:
    """A program that runs: `process` is asyncio's, and `finish` its end."""

    def __init__(
        self, name: str, process: asyncio.subprocess.Process, heard: Callable[[str], None]
    ) -> None:
        self.name = name
        self.process = process
        self._heard = heard
        self._faults: list[str] = []
        self._listening = asyncio.create_task(self._listen())

    async def finish(self) -> None:
        """Wait for its end; raises CommandError with what it said when that was not a good one."""
        await self._listening
        code = await self.process.wait()
        if code != 0:
            raise CommandError(f"{self.name} failed: {self.fault(code)}")

    async def end(self) -> None:
        """Make sure that it has ended."""
        if self.process.returncode is None:
            self.process.kill()
        await self.process.wait()
        await self._listening

    def fault(self, code: int) -> str:
        """Why it failed, in one sentence."""
        if self._faults:
            return f"{' '.join(self._faults[:3]).rstrip('.')}."
        if code < 0:
            return f"it was ended by {signal.Signals(-code).name}."
        return f"it ended with code {code} and said nothing."

    async def _listen(self) -> None:
        stream = self.process.stderr
        assert stream is not None
        while line := await stream.readline():
            text = line.decode(errors="replace").strip()
            fault = _FAULT.match(text)
            if fault:
                self._faults.append(fault[1])
            else:
                self._heard(text)


@asynccontextmanager
async def running(
    programs: Programs,
    name: str,
    arguments: list[str],
    *,
    env: dict[str, str],
    stdin: int = asyncio.subprocess.DEVNULL,
    stdout: int = asyncio.subprocess.DEVNULL,
    heard: Callable[[str], None] = lambda _: None,
) -> AsyncIterator[Run]:
    """Start a program; it has ended when the block is left. `heard` gets its messages."""
    process = await asyncio.create_subprocess_exec(
        str(programs.folder / name),
        *arguments,
        stdin=stdin,
        stdout=stdout,
        stderr=asyncio.subprocess.PIPE,
        env=env,
        limit=_LONGEST_LINE,
    )
    run = Run(name, process, heard)
    try:
        yield run
    finally:
        await run.end()


def _major(folder: Path) -> int | None:
    """The major version of the programs; None where they cannot say it."""
    command = [str(folder / "pg_dump"), "--version"]
    try:
        said = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603 - two words
    except OSError:
        return None
    found = re.search(r"\(PostgreSQL\) (\d+)", said.stdout)
    return int(found[1]) if found else None


def _options(url: DatabaseUrl) -> str:
    """The settings of the URL's `options`, as libpq wants them."""
    words = []
    for name, value in url.server_settings:
        if name == "options":
            words.append(value)
        elif name != "application_name":
            escaped = re.sub(r"([\\\s])", r"\\\1", value)
            words.append(f"-c {name}={escaped}")
    return " ".join(words)
