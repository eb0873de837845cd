"""The engine connects on first use, sets every connection up, and explains every failure."""

import asyncio
import logging
import shutil
import tempfile
from pathlib import Path

import asyncpg
import pytest

from app.database.embedded import EmbeddedServer
from app.database.engine import SeedbedEngine
from app.database.errors import (
    DatabaseTooOld,
    DatabaseUnavailable,
    EmbeddedServerError,
    InvalidDatabaseUrl,
)
from app.settings import Settings
from tests.database.conftest import MakeEngine
from tests.database.proxy import Proxy

DATABASE = "test_engine"
PATH = "identity, assessment, catalog, projects, payments, content, operations"


async def _setting(engine: SeedbedEngine, name: str) -> str:
    return str((await engine.fetch("SELECT current_setting($1) AS value", name))[0]["value"])


async def _refusal(url: str) -> str:
    engine = SeedbedEngine(Settings(database_url=url, connect_timeout=2))
    with pytest.raises(DatabaseUnavailable) as caught:
        await engine.start_connection_pool()
    with pytest.raises(DatabaseUnavailable) as again:
        await engine.fetch("SELECT 1")
    assert str(again.value) == str(caught.value)
    return str(caught.value)


# First use


def test_nothing_happens_before_the_first_use(tmp_path: Path) -> None:
    settings = Settings(database_url="postgresql://u@no.such.host.invalid/d", data_dir=tmp_path)
    engine = SeedbedEngine(settings)
    assert engine.settings is settings
    SeedbedEngine(Settings(data_dir=tmp_path / "none"))
    assert list(tmp_path.iterdir()) == []


def test_a_url_that_cannot_be_understood_is_refused_at_once() -> None:
    with pytest.raises(InvalidDatabaseUrl, match=r"^DATABASE_URL must start with"):
        SeedbedEngine(Settings(database_url="hunter2"))
    with pytest.raises(InvalidDatabaseUrl, match=r"^REPLICA_URLS \(number 2\) must start with"):
        SeedbedEngine(Settings(replica_urls=("postgresql://h/d", "hunter2")))


async def test_without_a_url_the_embedded_server_is_started() -> None:
    folder = Path(tempfile.mkdtemp(prefix="seedbed-test-"))
    await asyncio.to_thread(folder.chmod, 0o755)
    engine = SeedbedEngine(Settings(data_dir=folder / "data"))
    rows = await engine.fetch("SELECT current_database() AS name")
    assert rows[0]["name"] == "seedbed"
    await engine.start_connection_pool()
    assert await _setting(engine, "TimeZone") == "UTC"
    await engine.close_connection_pool()
    server = EmbeddedServer(folder / "data")
    await asyncio.to_thread(server.stop)
    await asyncio.to_thread(shutil.rmtree, folder)


async def test_an_embedded_server_that_cannot_start_says_why(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    engine = SeedbedEngine(Settings(data_dir=tmp_path / "file" / "data"))
    with pytest.raises(EmbeddedServerError):
        await engine.start_connection_pool()


# How connections are set up


@pytest.mark.parametrize("started", [True, False])
async def test_every_connection_is_set_up_alike(make_engine: MakeEngine, started: bool) -> None:
    engine = await make_engine(started=started, statement_timeout=12.5)
    for _ in range(2):
        assert await _setting(engine, "statement_timeout") == "12500ms"
        assert await _setting(engine, "application_name") == "seedbed"
        assert await _setting(engine, "TimeZone") == "UTC"
        assert await _setting(engine, "DateStyle") == "ISO, MDY"
        assert await _setting(engine, "search_path") == f"public, {PATH}"
        assert await _setting(engine, "jit") == "off"


async def test_dates_are_utc_and_iso_whatever_the_database_says(make_engine: MakeEngine) -> None:
    plain = await make_engine(started=False)
    settings = {"TimeZone": "Asia/Tokyo", "DateStyle": "German", "IntervalStyle": "iso_8601"}
    for name, value in settings.items():
        await plain.fetch(f"ALTER DATABASE {DATABASE} SET {name} = '{value}'")
    try:
        (row,) = await plain.fetch(
            "SELECT '2026-01-31T12:00Z'::timestamptz::text AS t, '90 min'::interval::text AS i"
        )
        assert (row["t"], row["i"]) == ("2026-01-31 12:00:00+00", "01:30:00")
    finally:
        for name in settings:
            await plain.fetch(f"ALTER DATABASE {DATABASE} RESET {name}")


async def test_the_url_may_set_a_connection_up_otherwise(make_engine: MakeEngine, dsn: str) -> None:
    options = "-c%20statement_timeout%3D3s%20-c%20work_mem%3D8MB"
    engine = await make_engine(database_url=f"{dsn}&application_name=other&options={options}")
    assert await _setting(engine, "statement_timeout") == "3s"
    assert await _setting(engine, "work_mem") == "8MB"
    assert await _setting(engine, "application_name") == "other"


async def test_a_statement_is_stopped_in_time(make_engine: MakeEngine) -> None:
    engine = await make_engine(statement_timeout=0.1)
    with pytest.raises(asyncpg.QueryCanceledError):
        await engine.fetch("SELECT pg_sleep(60)")


async def test_a_schema_stands_in_place_of_public(make_engine: MakeEngine, dsn: str) -> None:
    plain = await make_engine()
    await plain.fetch('CREATE SCHEMA "Tenant ""1"""')
    engine = await make_engine(database_url=f"{dsn}&schema=Tenant%20%221%22")
    assert await _setting(engine, "search_path") == f'"Tenant ""1""", {PATH}'
    await engine.run_ddl("CREATE TABLE here (id int)")
    rows = await plain.fetch("SELECT schemaname FROM pg_tables WHERE tablename = 'here'")
    assert [row["schemaname"] for row in rows] == ['Tenant "1"']
    await plain.fetch('DROP SCHEMA "Tenant ""1""" CASCADE')


async def test_a_schema_that_does_not_exist_is_said(dsn: str) -> None:
    refusal = await _refusal(f"{dsn}&schema=nowhere")
    assert refusal.startswith("DATABASE_URL names the schema nowhere, which ")
    assert refusal.endswith('run CREATE SCHEMA "nowhere" there, or correct the URL.')


async def test_pgbouncer_gets_only_what_it_lets_through(
    make_engine: MakeEngine, dsn: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with Proxy(dsn, allowed={"application_name", "TimeZone"}) as bouncer:
        refusal = await _refusal(bouncer.url(DATABASE))
        assert "unsupported startup parameter" in refusal
        with caplog.at_level(logging.WARNING, "app.database.connections"):
            engine = await make_engine(database_url=bouncer.url(DATABASE, "pgbouncer=true"))
        assert await _setting(engine, "TimeZone") == "UTC"
        assert await _setting(engine, "statement_timeout") == "0"
        assert await engine.fetch("SELECT FROM pg_prepared_statements WHERE name <> ''") == []
        (record,) = caplog.records
        assert record.getMessage() == (
            "Settings that PgBouncer cannot pass on are missing; run: ALTER ROLE postgres IN"
            f" DATABASE test_engine SET search_path = public, {PATH}; ALTER ROLE postgres IN"
            " DATABASE test_engine SET statement_timeout = '30000ms'; ALTER ROLE postgres IN"
            " DATABASE test_engine SET jit = 'off'"
        )
        for statement in record.getMessage().split("run: ")[1].split("; "):
            await engine.run_ddl(statement)
        caplog.clear()
        again = await make_engine(database_url=bouncer.url(DATABASE), pgbouncer=True)
        assert await _setting(again, "statement_timeout") == "30s"
        assert await _setting(again, "search_path") == f"public, {PATH}"
        # Neither a command that may take long nor a replica asks for settings that would stay.
        long = SeedbedEngine(Settings(database_url=bouncer.url(DATABASE), pgbouncer=True))
        async with long.no_time_limit():
            await long.fetch("SELECT 1")
        await make_engine(
            database_url=bouncer.url(DATABASE),
            replica_urls=(bouncer.url(DATABASE),),
            pgbouncer=True,
        )
        assert caplog.records == []
        await engine.run_ddl(f"ALTER ROLE postgres IN DATABASE {DATABASE} RESET ALL")


# What is said when there is no connection


async def test_nothing_listens() -> None:
    assert await _refusal("postgresql://u:hunter2@127.0.0.1:1/d") == (
        "Nothing listens at 127.0.0.1:1: start PostgreSQL there, or correct DATABASE_URL."
    )


async def test_no_socket() -> None:
    assert await _refusal("postgresql:///d?host=/none") == (
        "There is no PostgreSQL at the socket /none/.s.PGSQL.5432: start it, or correct"
        " DATABASE_URL."
    )


async def test_an_unknown_host() -> None:
    refusal = await _refusal("postgresql://u:hunter2@no-such-host.invalid/d")
    assert refusal.startswith("The host name in no-such-host.invalid:5432 cannot be resolved (")
    assert refusal.endswith("): correct DATABASE_URL.")


async def test_no_such_database(dsn: str) -> None:
    refusal = await _refusal(dsn.replace(DATABASE, "nowhere"))
    assert 'has no such database (database "nowhere" does not exist): create it, or' in refusal


async def test_a_wrong_user_and_a_wrong_password(
    engine: SeedbedEngine, postgres: EmbeddedServer, dsn: str
) -> None:
    assert '(role "nobody" does not exist): correct user and password in DATABASE_URL.' in (
        await _refusal(dsn.replace("postgres@", "nobody:hunter2@"))
    )
    rules = postgres.cluster / "pg_hba.conf"
    before = await asyncio.to_thread(rules.read_text)
    await engine.run_ddl("CREATE ROLE guarded LOGIN PASSWORD 'right'")
    try:
        await asyncio.to_thread(rules.write_text, f"local all guarded scram-sha-256\n{before}")
        await engine.fetch("SELECT pg_reload_conf()")
        await asyncio.sleep(0.2)
        refusal = await _refusal(dsn.replace("postgres@", "guarded:hunter2@"))
        assert '(password authentication failed for user "guarded"): correct' in refusal
        assert "hunter2" not in refusal
        right = SeedbedEngine(Settings(database_url=dsn.replace("postgres@", "guarded:right@")))
        assert len(await right.fetch("SELECT 1")) == 1
    finally:
        await asyncio.to_thread(rules.write_text, before)
        await engine.fetch("SELECT pg_reload_conf()")
        await engine.run_ddl("DROP ROLE guarded")


async def test_an_old_server(dsn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.database.connections.OLDEST_VERSION", 99)
    engine = SeedbedEngine(Settings(database_url=dsn))
    with pytest.raises(DatabaseTooOld) as caught:
        await engine.start_connection_pool()
    assert str(caught.value).endswith(" is PostgreSQL 18: 99 or later is needed.")


async def test_several_hosts_are_tried_in_turn(make_engine: MakeEngine, dsn: str) -> None:
    async with Proxy(dsn) as stalled, Proxy(dsn) as fine:
        stalled.stalled = True
        hosts = f"127.0.0.1:1,127.0.0.1:{stalled.port},127.0.0.1:{fine.port}"
        url = f"postgresql://postgres@{hosts}/{DATABASE}?sslmode=disable&connect_timeout=0.3"
        engine = await make_engine(database_url=url)
        assert len(await engine.fetch("SELECT 1")) == 1
        standby = await _refusal(f"{url}&target_session_attrs=standby")
        assert standby == (
            "Nothing listens at 127.0.0.1:1: start PostgreSQL there, or correct DATABASE_URL."
            f" PostgreSQL at 127.0.0.1:{stalled.port} did not answer within 0.3 seconds"
            f" (connect_timeout). PostgreSQL at 127.0.0.1:{fine.port} is not standby, as"
            " DATABASE_URL demands."
        )
        preferred = await make_engine(database_url=f"{url}&target_session_attrs=prefer-standby")
        assert len(await preferred.fetch("SELECT 1")) == 1


async def test_the_client_may_give_up_first(make_engine: MakeEngine, dsn: str) -> None:
    engine = await make_engine(database_url=f"{dsn}&socket_timeout=0.1")
    with pytest.raises(DatabaseUnavailable, match=r"did not end within 0\.1 seconds"):
        await engine.fetch("SELECT pg_sleep(60)")


async def test_there_are_no_nodes(engine: SeedbedEngine) -> None:
    assert engine.extra_nodes == {}
