"""`piccolo db doctor` tells what is well, what is not, and what to do."""

import asyncio
import dataclasses
import json
import socket
import ssl
from pathlib import Path

import pytest
import trustme

from app.commands import doctor
from app.database import SeedbedEngine, parse_database_url
from app.database.connections import Connector
from app.settings import Environment, Settings, SmtpServer
from tests.worker.smtp import smtp_server


async def test_a_good_database_fails_nothing(
    engine: SeedbedEngine, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await doctor.report(engine, as_json=True) == 0
    found = {one["name"]: one for one in json.loads(capsys.readouterr().out)}
    names = ("settings", "python", "database", "encoding", "time zone", "privileges", "migrations")
    assert {name: found[name]["state"] for name in names} == dict.fromkeys(names, "ok")
    assert all(one["remedy"] for one in found.values() if one["state"] != "ok")


async def test_pending_migrations_fail(
    engine: SeedbedEngine, scratch: Connector, capsys: pytest.CaptureFixture[str]
) -> None:
    async with engine.elsewhere(scratch):
        await engine.fetch("delete from migration where id = (select max(id) from migration)")
        assert await doctor.report(engine) == 1
    told = capsys.readouterr().out
    assert f"fail  {'migrations':14} 1 migration pending\n" in told
    assert "Run `piccolo migrations forwards app`." in told


async def test_no_database_is_a_finding(
    engine: SeedbedEngine, capsys: pytest.CaptureFixture[str]
) -> None:
    url = parse_database_url("postgresql://nobody@127.0.0.1:9/none")
    async with engine.elsewhere(Connector(url, engine.settings)):
        assert await doctor.report(engine) == 1
    told = capsys.readouterr().out
    assert f"fail  {'database':14} Nothing listens at 127.0.0.1:9" in told
    assert "\nok    disk " in told or "\nwarn  disk " in told


@pytest.mark.parametrize(
    ("lock", "state", "text"),
    [
        ("nowhere-to-be-found==1.0 \\\n", "fail", "nowhere-to-be-found is missing"),
        ("elsewhere==1.0 ; sys_platform == 'win32' \\\n", "ok", "1 as in x.lock"),
        ("piccolo==0.1 \\\n", "warn", "piccolo is 1.38.0, not 0.1"),
    ],
)
def test_packages_are_compared_with_the_lock(
    tmp_path: Path, lock: str, state: str, text: str
) -> None:
    file = tmp_path / "x.lock"
    file.write_text(lock)
    found = doctor.packages(file)
    assert (found.state, found.text) == (state, text)


def test_a_missing_lock_is_a_warning(tmp_path: Path) -> None:
    assert doctor.packages(tmp_path / "x.lock").state == "warn"


@pytest.mark.parametrize(("skew", "state"), [(0.5, "ok"), (5.0, "warn"), (100.0, "fail")])
def test_a_clock_that_is_wrong_is_told(skew: float, state: str) -> None:
    assert doctor.clock_finding(skew).state == state


@pytest.mark.parametrize(
    ("free", "state"), [(2 * 1024**3, "ok"), (500 * 1024**2, "warn"), (1024, "fail")]
)
def test_a_full_disk_is_told(free: int, state: str) -> None:
    assert doctor.disk(free, Path(".data")).state == state


@pytest.mark.parametrize(("version", "state"), [((3, 11, 0), "ok"), ((3, 10, 9), "fail")])
def test_an_old_python_is_told(version: tuple[int, ...], state: str) -> None:
    assert doctor.python(version).state == state


def test_graphiql_may_be_missing(tmp_path: Path) -> None:
    assert doctor.graphiql(tmp_path / "index.html").state == "warn"
    (tmp_path / "index.html").touch()
    assert doctor.graphiql(tmp_path / "index.html").state == "ok"


def test_a_port_that_is_in_use_is_told(engine: SeedbedEngine) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = dataclasses.replace(engine.settings, port=other.getsockname()[1])
        assert doctor.port(taken).state == "warn"
    assert doctor.port(dataclasses.replace(engine.settings, port=0)).state == "ok"


def _with_mail(
    engine: SeedbedEngine, server: SmtpServer | None, environment: Environment = "test"
) -> Settings:
    return dataclasses.replace(engine.settings, smtp_url=server, environment=environment)


async def test_mail_is_tried_without_sending_any(engine: SeedbedEngine) -> None:
    assert (await doctor.mail(_with_mail(engine, None))).state == "ok"
    assert (await doctor.mail(_with_mail(engine, None, "production"))).state == "warn"
    async with smtp_server() as mailbox:
        server = mailbox.server()
        where = f"127.0.0.1:{server.port}"
        found = await doctor.mail(_with_mail(engine, server))
        assert (found.state, found.text) == ("ok", f"{where} takes the connection")
        # Without STARTTLS no password is sent.
        strict = dataclasses.replace(server, security="starttls", user="a", password="hunter2")
        found = await doctor.mail(_with_mail(engine, strict))
        assert (found.state, "hunter2" in found.text) == ("fail", False)
        assert mailbox.mails == []
    found = await doctor.mail(_with_mail(engine, server))
    assert found.state == "fail"
    assert found.text.startswith(f"{where} cannot be used: ")


async def test_the_password_for_mail_is_tried(engine: SeedbedEngine, tmp_path: Path) -> None:
    authority, context = trustme.CA(), ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    authority.issue_cert("127.0.0.1").configure_cert(context)
    async with smtp_server(starttls=context, password=b"p") as mailbox:
        server = SmtpServer("127.0.0.1", mailbox.port, "starttls", "u", "p", tmp_path / "ca.pem")
        found = await doctor.mail(_with_mail(engine, server))
        assert (found.state, found.text.endswith(" and password")) == ("ok", True)
        wrong = dataclasses.replace(server, password="hunter2")
        found = await doctor.mail(_with_mail(engine, wrong))
    assert (found.state, "refuses the password" in found.text) == ("fail", True)


async def test_it_listens_where_the_database_is(
    engine: SeedbedEngine, scratch: Connector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "_HEARD_WITHIN", 0.5)
    own = engine.settings.database_url
    assert own is not None

    async def found(listen_url: str | None = None, *, pgbouncer: bool = False) -> doctor.Finding:
        changed = dataclasses.replace(engine.settings, listen_url=listen_url, pgbouncer=pgbouncer)
        return await doctor.listening(SeedbedEngine(changed))

    assert (await found()).state == "ok"
    assert (await found(own, pgbouncer=True)).state == "ok"
    behind = await found(pgbouncer=True)
    assert (behind.state, "every second" in behind.text) == ("warn", True)
    assert "Set SEEDBED_LISTEN_URL" in behind.remedy

    assert scratch.url.database is not None
    here = parse_database_url(own).database
    elsewhere = own.replace(f"/{here}", f"/{scratch.url.database}")
    assert elsewhere != own
    wrong = await found(elsewhere)
    assert (wrong.state, "no notification arrives" in wrong.text) == ("fail", True)
    assert "the database of DATABASE_URL" in wrong.remedy

    dead = await found("postgresql://someone:hunter2@127.0.0.1:9/none")
    assert (dead.state, "Nothing listens at 127.0.0.1:9" in dead.text) == ("fail", True)
    assert "hunter2" not in dead.text + dead.remedy


async def test_the_agent_is_tried_without_sending_it_anything(engine: SeedbedEngine) -> None:
    read: list[bytes] = []

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        read.append(await reader.read())
        writer.close()

    def to(url: str | None) -> Settings:
        return dataclasses.replace(engine.settings, agent_url=url)

    assert (await doctor.agent(to(None))).state == "ok"
    listener = await asyncio.start_server(take, "127.0.0.1", 0)
    where = f"127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    async with listener:
        found = await doctor.agent(to(f"http://ann:hunter2@{where}/secret-path"))
        assert (found.state, found.text) == ("ok", f"{where} takes the connection")
    assert b"".join(read) == b""
    gone = await doctor.agent(to(f"http://ann:hunter2@{where}/secret-path"))
    assert gone.state == "warn"
    assert gone.text.startswith(f"{where} cannot be reached: ")
    assert "hunter2" not in gone.text
    assert "secret-path" not in gone.text
    nowhere = await doctor.agent(to(f"https://{'a' * 64}.example/events"))
    assert nowhere.state == "warn"


def test_the_secret_key_of_development_is_a_warning(engine: SeedbedEngine) -> None:
    assert doctor.secret_key(engine.settings).state == "warn"
    own = dataclasses.replace(engine.settings, secret_key="kV3xq8mPz1LwT6rYbN0cHsDf5uJgE2aQ")
    assert doctor.secret_key(own).state == "ok"
    assert own.secret_key not in doctor.secret_key(own).text
