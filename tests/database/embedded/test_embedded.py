"""The embedded server survives kills, strangers, crowds and changes of user: all of them real."""

import os
import pwd
import signal
import stat
import subprocess
import sys
from pathlib import Path

import asyncpg
import pytest

from app.database.embedded import EmbeddedServer
from app.database.errors import EmbeddedServerError
from tests.database.embedded.processes import (
    NOBODY,
    ROOT,
    START,
    as_root,
    execute,
    postmaster_pid,
    spawn,
    starts,
    succeed,
    wait_until,
)


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
    assert execute(server, "SELECT 'É' ILIKE 'é' AND lower('ÀÖ') = 'àö'") is True
    locale = "SELECT datlocprovider::text || datlocale FROM pg_database WHERE datname = 'seedbed'"
    assert execute(server, locale) == "bC.UTF-8"
    assert execute(server, "SHOW timezone") == "UTC"
    assert execute(server, "SHOW listen_addresses") == ""
    assert stat.S_IMODE(server.cluster.stat().st_mode) == 0o700
    if sys.platform == "linux":
        assert b"must-not" not in Path(f"/proc/{postmaster_pid(server)}/environ").read_bytes()
    assert not (server.data_dir / "postgres.new").exists()


def test_a_durable_server_keeps_its_safety(server: EmbeddedServer) -> None:
    durable = EmbeddedServer(server.data_dir)
    durable.start()
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):
        assert execute(durable, f"SHOW {setting}") == "on"
    durable.stop()
    server.start()
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):
        assert execute(server, f"SHOW {setting}") == "off"


def test_start_and_stop_may_be_repeated(server: EmbeddedServer) -> None:
    server.stop()
    assert not server.is_running()
    with pytest.raises(EmbeddedServerError, match=r"is not running: start it first\.$"):
        server.dsn("seedbed")
    server.start()
    pid = postmaster_pid(server)
    server.start()
    assert postmaster_pid(server) == pid
    server.stop()
    server.stop()
    assert not server.is_running()
    assert not list(server.cluster.glob(".s.PGSQL*"))
    server.start()
    assert execute(server, "SELECT answer FROM kept") == 42


def test_stopping_where_nothing_ever_was_does_nothing(folder: Path) -> None:
    EmbeddedServer(folder / "none").stop()
    assert not EmbeddedServer(folder / "none").is_running()
    assert not (folder / "none").exists()


def test_a_dropped_database_is_made_again(server: EmbeddedServer) -> None:
    server.start()
    server.drop_database("seedbed")
    server.start()
    assert execute(server, "SELECT to_regclass('kept')") is None
    execute(server, "CREATE TABLE kept AS SELECT 42 AS answer")


def test_databases_are_made_copied_and_dropped(server: EmbeddedServer) -> None:
    server.start()
    name = 'it\'s a "name" / 100 %'
    server.create_database(name, template="seedbed")
    assert execute(server, "SELECT answer FROM kept", name) == 42
    with pytest.raises(EmbeddedServerError, match="already exists"):
        server.create_database(name)
    server.drop_database(name)
    server.drop_database(name)
    with pytest.raises(asyncpg.InvalidCatalogNameError):
        execute(server, "SELECT 1", name)


def test_the_server_outlives_an_application_that_is_killed(server: EmbeddedServer) -> None:
    child = spawn(server.data_dir, START + "os.kill(os.getpid(), 9)")
    child.communicate(timeout=30)
    assert child.returncode == -signal.SIGKILL
    assert server.is_running()
    pid = postmaster_pid(server)
    server.start()
    assert postmaster_pid(server) == pid
    assert execute(server, "SELECT answer FROM kept") == 42


def test_a_killed_server_that_nobody_has_reaped_is_started_again(server: EmbeddedServer) -> None:
    server.durable = True
    server.start()
    execute(server, "CREATE TABLE written (id int)")
    killed = postmaster_pid(server)
    os.kill(killed, signal.SIGKILL)
    # A child of this process: until it is waited for, it is a zombie that still has its pid.
    wait_until(lambda: not server.is_running())
    os.kill(killed, 0)
    server.start()
    assert postmaster_pid(server) != killed
    assert execute(server, "SELECT count(*) FROM written") == 0
    execute(server, "DROP TABLE written")


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
        assert execute(server, "SELECT answer FROM kept") == 42
        assert stranger.poll() is None
        stranger.kill()


def test_a_setup_killed_half_way_begins_again(folder: Path) -> None:
    child = spawn(folder)
    wait_until((folder / "postgres.new" / "PG_VERSION").exists)
    child.kill()
    child.communicate()
    assert not (folder / "postgres").exists()
    server = EmbeddedServer(folder, durable=False)
    server.start()
    assert execute(server, "SELECT 1") == 1
    assert not (folder / "postgres.new").exists()


def test_six_processes_at_once_set_up_one_server(folder: Path) -> None:
    children = [spawn(folder / "data") for _ in range(6)]
    assert len({succeed(child) for child in children}) == 1
    assert starts(EmbeddedServer(folder / "data")) == 1


def test_six_processes_at_once_start_one_server(server: EmbeddedServer) -> None:
    before = starts(server)
    children = [spawn(server.data_dir) for _ in range(6)]
    assert len({succeed(child) for child in children}) == 1
    assert starts(server) == before + 1
    assert execute(server, "SELECT answer FROM kept") == 42


def test_a_deep_folder_has_its_socket_in_a_private_place(folder: Path, copied: Path) -> None:
    deep = folder / ("d" * 60) / ("e" * 60)
    deep.mkdir(parents=True)
    data_dir = deep / "with spaces, 'quotes' & $signs"
    copied.rename(data_dir)
    server = EmbeddedServer(data_dir, durable=False)
    server.start()
    assert execute(server, "SELECT answer FROM kept") == 42
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
            assert execute(server, "SELECT answer FROM kept") == 42
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
    assert Path(f"/proc/{postmaster_pid(server)}").stat().st_uid == owner
    assert stat.S_IMODE(server.data_dir.stat().st_mode) == 0o701  # to pass through, not to read


@as_root
def test_ordinary_users_run_servers_of_their_own(folder: Path) -> None:
    users = {"first": NOBODY, "second": pwd.getpwnam("daemon").pw_uid}
    for name, user in users.items():
        (folder / name).mkdir()
        os.chown(folder / name, user, user)
    children = [spawn(folder / name / "data", user=user) for name, user in users.items()]
    for child in children:
        succeed(child)
    for name, user in users.items():
        server = EmbeddedServer(folder / name / "data", durable=False)
        assert Path(f"/proc/{postmaster_pid(server)}").stat().st_uid == user
        assert execute(server, "SELECT 1") == 1

    intruder = spawn(folder / "first" / "data", user=users["second"])
    _, errors = intruder.communicate(timeout=30)
    assert intruder.returncode == 1
    assert "cannot be used by this user" in errors
    assert len(errors.strip().splitlines()) == 1

    # Root runs it as its owner, and leaves it usable for him.
    server = EmbeddedServer(folder / "first" / "data", durable=False)
    server.stop()
    server.start()
    assert Path(f"/proc/{postmaster_pid(server)}").stat().st_uid == NOBODY
    server.stop()
    succeed(spawn(folder / "first" / "data", user=NOBODY))


def test_a_long_log_is_put_aside(server: EmbeddedServer) -> None:
    with server.log.open("ab") as log:
        log.truncate(6 * 1024 * 1024)
    server.start()
    assert server.log.stat().st_size < 100_000
    assert server.log.with_suffix(".log.1").stat().st_size == 6 * 1024 * 1024
