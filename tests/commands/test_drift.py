"""`piccolo db drift` finds every kind of difference, and what it proposes mends it."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from dataclasses import replace

import asyncpg
import pytest
from piccolo.columns import Text, Varchar
from piccolo.conf.apps import AppConfig
from piccolo.table import Table, create_table_class

from app.commands import drift
from app.commands.differences import compare, mending, shown
from app.commands.models import unmigrated
from app.database import SeedbedEngine
from app.database.catalog import Catalog, read_catalog
from app.database.connections import Connector
from app.database.shadow import shadow_database
from app.piccolo_app import APP_CONFIG
from app.tables import TABLES
from tests.databases import ROOT

# What is done behind the migrations' back, and the sentence that tells of it.
PLANTED = {
    "a missing schema": (
        "drop schema content cascade",
        "The schema content is missing.",
    ),
    "an extra schema": (
        "create schema more; create table more.things (id int primary key)",
        "The schema more should not be there.",
    ),
    "a missing table": (
        "drop table operations.events",
        "The table operations.events is missing.",
    ),
    "an extra table": (
        'create table content."Extra" (id int primary key, note text)',
        'The table content."Extra" should not be there.',
    ),
    "an unlogged table": (
        "alter table operations.rate_limits set unlogged",
        "The table operations.rate_limits is UNLOGGED and should be plain.",
    ),
    "a missing column": (
        "alter table catalog.universities drop column city",
        "The column catalog.universities.city is missing.",
    ),
    "an extra column": (
        "alter table catalog.universities add column motto text not null default ''",
        "The column catalog.universities.motto should not be there.",
    ),
    "another type": (
        "alter table identity.user_profiles alter column phone type text",
        (
            "The column identity.user_profiles.phone has the type text instead of"
            " character varying(32)."
        ),
    ),
    "a column that may be null": (
        "alter table identity.users alter column name drop not null",
        "The column identity.users.name must be NOT NULL.",
    ),
    "a column that may not be null": (
        "alter table identity.user_profiles alter column bio set not null",
        "The column identity.user_profiles.bio must allow NULL.",
    ),
    "another default": (
        "alter table identity.users alter column role set default 'ADMIN'",
        (
            "The column identity.users.role has the default 'ADMIN'::character varying instead of"
            " the default 'USER'::character varying."
        ),
    ),
    "no default": (
        "alter table identity.users alter column id drop default",
        "The column identity.users.id has no default instead of the default public.uuid_v7().",
    ),
    "a missing index": (
        "drop index identity.users_email_key",
        "The index identity.users_email_key is missing.",
    ),
    "an extra index": (
        "create index more_idx on identity.users (name, email)",
        "The index identity.more_idx should not be there.",
    ),
    "another index": (
        (
            "drop index catalog.courses_name_idx; create index courses_name_idx on catalog.courses"
            " (name)"
        ),
        (
            "The index catalog.courses_name_idx is CREATE INDEX courses_name_idx ON catalog.courses"
            " USING btree (name) and should be CREATE INDEX courses_name_idx ON catalog.courses"
            " USING btree (name, id)."
        ),
    ),
    "a missing key": (
        "alter table catalog.universities drop constraint universities_slug_key",
        "The constraint catalog.universities.universities_slug_key is missing.",
    ),
    "a missing primary key": (
        "alter table operations.system_configs drop constraint system_configs_pkey",
        "The constraint operations.system_configs.system_configs_pkey is missing.",
    ),
    "an extra constraint": (
        "alter table identity.users add constraint short check (length(name) < 100)",
        "The constraint identity.users.short should not be there.",
    ),
    "another foreign key": (
        (
            "alter table content.comments drop constraint comments_post_fkey, add constraint"
            " comments_post_fkey foreign key (post) references content.posts (id)"
        ),
        (
            "The constraint content.comments.comments_post_fkey is FOREIGN KEY (post) REFERENCES"
            " content.posts(id) and should be FOREIGN KEY (post) REFERENCES content.posts(id)"
            " ON UPDATE CASCADE ON DELETE CASCADE."
        ),
    ),
    "a missing trigger": (
        "drop trigger touch_updated_at on catalog.universities",
        "The trigger catalog.universities.touch_updated_at is missing.",
    ),
    "an extra trigger": (
        (
            "create trigger again before update on catalog.courses for each row"
            " execute function public.touch_updated_at()"
        ),
        "The trigger catalog.courses.again should not be there.",
    ),
    "a disabled trigger": (
        "alter table catalog.courses disable trigger touch_updated_at",
        "The trigger catalog.courses.touch_updated_at is not as it should be.",
    ),
    "a missing view": (
        "drop view payments.payment_reports",
        "The view payments.payment_reports is missing.",
    ),
    "an extra view": (
        "create view content.titles as select title from content.posts",
        "The view content.titles should not be there.",
    ),
    "another view": (
        (
            "create or replace view content.v as select 1 as one;"
            " drop view payments.payment_reports;"
            " create view payments.payment_reports as select gen_random_uuid() as id;"
            " drop view content.v"
        ),
        "The view payments.payment_reports is not as it should be.",
    ),
    "a missing function": (
        "drop function public.search_matches(text, text)",
        "The function public.search_matches(value text, term text) is missing.",
    ),
    "an extra function": (
        "create function content.one() returns int language sql return 1",
        "The function content.one() should not be there.",
    ),
    "another function": (
        (
            "create or replace function public.touch_updated_at() returns trigger language plpgsql"
            " as $$ begin return new; end $$"
        ),
        "The function public.touch_updated_at() is not as it should be.",
    ),
    "a missing sequence": (
        (
            "alter table operations.events alter column sequence drop default;"
            " drop sequence operations.events_sequence_seq"
        ),
        "The sequence operations.events_sequence_seq is missing.",
    ),
    "an extra sequence": (
        "create sequence content.numbers",
        "The sequence content.numbers should not be there.",
    ),
    "another sequence": (
        "alter sequence operations.events_sequence_seq increment by 2",
        "The sequence operations.events_sequence_seq is not as it should be.",
    ),
    "an extra type": (
        "create type content.mood as enum ('sad', 'happy')",
        "The type content.mood should not be there.",
    ),
    "an extra rule": (
        "create rule quiet as on delete to content.posts do instead nothing",
        "The rule content.posts.quiet should not be there.",
    ),
    "an extra policy": (
        "create policy mine on content.posts for select using (published)",
        "The policy content.posts.mine should not be there.",
    ),
    "row level security": (
        "alter table content.posts enable row level security",
        "The table content.posts is ENABLE ROW LEVEL SECURITY and should be plain.",
    ),
}


@pytest.fixture(scope="module")
async def wanted(engine: SeedbedEngine) -> Catalog:
    """What the migrations make: this process's database, which no test alters."""
    return await read_catalog(engine)


async def _run(connector: Connector, script: str) -> None:
    connection = await connector.connect()
    try:
        await connection.execute(script)
    finally:
        await connection.close()


async def _mend(engine: SeedbedEngine, wanted: Catalog) -> None:
    for statement in mending(compare(await read_catalog(engine), wanted)):
        await engine.fetch(statement)


async def _plant(engine: SeedbedEngine, script: str) -> None:
    async with engine.transaction() as transaction:
        await transaction.execute(script)


@pytest.mark.parametrize(("script", "sentence"), PLANTED.values(), ids=PLANTED)
async def test_what_was_planted_is_found_and_mended(
    wanted: Catalog, database: SeedbedEngine, script: str, sentence: str
) -> None:
    await _plant(database, script)
    found = compare(await read_catalog(database), wanted)
    assert sentence in [str(one) for one in shown(found)]
    await _mend(database, wanted)
    assert compare(await read_catalog(database), wanted) == []


async def test_much_at_once_is_mended(wanted: Catalog, database: SeedbedEngine) -> None:
    await _plant(database, "drop schema catalog cascade; drop schema payments cascade")
    await _plant(database, "drop function public.touch_updated_at() cascade")
    await _mend(database, wanted)
    assert compare(await read_catalog(database), wanted) == []


async def test_rows_survive_the_mending(wanted: Catalog, database: SeedbedEngine) -> None:
    await _plant(
        database,
        "insert into identity.organizations (name, slug) values ('A', 'a');"
        " alter table identity.organizations alter column name type text,"
        " alter column name drop not null, alter column name set default 'x'",
    )
    await _mend(database, wanted)
    rows = await database.fetch("select name from identity.organizations")
    assert [row["name"] for row in rows] == ["A"]


async def _shadows(engine: SeedbedEngine, process: int) -> list[str]:
    """Those of a process: other tests have theirs at the same time."""
    rows = await engine.fetch(
        "select datname from pg_database where datname ~ $1", f"^seedbed_shadow_[0-9]+_{process}_"
    )
    return [row["datname"] for row in rows]


async def test_a_clean_database_has_none(
    engine: SeedbedEngine, scratch: Connector, capsys: pytest.CaptureFixture[str]
) -> None:
    async with engine.elsewhere(scratch):
        assert await drift.report(engine) == 0
    output = capsys.readouterr()
    assert output.out.endswith("is as the migrations make it, and they as the models say.\n")
    assert output.err == ""
    assert await _shadows(engine, os.getpid()) == []


async def test_what_is_found_is_told_with_its_remedy(
    engine: SeedbedEngine, scratch: Connector, capsys: pytest.CaptureFixture[str]
) -> None:
    await _run(scratch, "alter table catalog.courses add column extra int")
    await _run(scratch, "create schema of_others; create table of_others.t (id int)")
    async with engine.elsewhere(scratch):
        assert await drift.report(engine, ignored=("of_others",)) == 1
        told = capsys.readouterr().out
        assert await drift.report(engine, as_json=True, ignored=("of_others",)) == 1
    assert "1 difference between" in told
    assert (
        "- The column catalog.courses.extra should not be there. Mending it loses its data.\n"
        in told
    )
    assert "\nBEGIN;\nALTER TABLE catalog.courses DROP COLUMN extra;\nCOMMIT;\n" in told
    document = json.loads(capsys.readouterr().out)
    assert document["mend"] == ["ALTER TABLE catalog.courses DROP COLUMN extra"]
    assert document["models"] == []
    [difference] = document["differences"]
    assert (difference["kind"], difference["state"]) == ("column", "extra")


async def test_pending_migrations_are_told(
    engine: SeedbedEngine, scratch: Connector, capsys: pytest.CaptureFixture[str]
) -> None:
    await _run(scratch, "delete from migration where id = (select max(id) from migration)")
    async with engine.elsewhere(scratch):
        assert await drift.report(engine) == 0
    assert capsys.readouterr().out.startswith("Pending: 1 migration, ")


def _with(**columns: object) -> AppConfig:
    notes = create_table_class("Note", class_kwargs={"schema": "content"}, class_members=columns)
    tables: list[type[Table]] = [*TABLES, notes]
    return replace(APP_CONFIG, table_classes=tables)


async def test_models_without_a_migration_are_told() -> None:
    [change] = await unmigrated([_with(title=Varchar(length=20), body=Text(null=True))])
    assert change.parts[0] == "No migration does this: add table Note."
    assert "No migration does this: add column Note.title." in change.parts
    assert await unmigrated([APP_CONFIG]) == []


async def test_a_role_that_may_not_create_databases_gets_a_server(
    engine: SeedbedEngine, scratch: Connector, capsys: pytest.CaptureFixture[str]
) -> None:
    role = f"reader_{os.getpid()}"
    await _run(scratch, f"create role {role} login")
    try:
        schemas = "identity, assessment, catalog, projects, payments, content, operations"
        await _run(
            scratch,
            f"grant usage on schema {schemas}, public to {role}; grant select on migration to"
            f" {role}",
        )
        limited = Connector(replace(scratch.url, user=role), engine.settings)
        async with engine.elsewhere(limited):
            assert await drift.report(engine) == 0
        assert "is as the migrations make it" in capsys.readouterr().out
    finally:
        await _run(scratch, f"drop owned by {role}; drop role {role}")


async def test_the_shadow_goes_after_a_failure(engine: SeedbedEngine, scratch: Connector) -> None:
    async def fail() -> None:
        async with engine.elsewhere(scratch), shadow_database(engine, lambda _: None):
            assert len(await _shadows(engine, os.getpid())) == 1
            raise asyncpg.DiskFullError("planted")

    with pytest.raises(asyncpg.DiskFullError):
        await fail()
    assert await _shadows(engine, os.getpid()) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_the_shadow_goes_when_the_command_is_interrupted(
    engine: SeedbedEngine, number: signal.Signals
) -> None:
    process = await asyncio.to_thread(
        subprocess.Popen,
        [sys.executable, "-m", "piccolo.main", "db", "drift"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    while not await _shadows(engine, process.pid):
        assert process.poll() is None, process.communicate()
        await asyncio.sleep(0.01)
    process.send_signal(number)
    output, errors = await asyncio.to_thread(process.communicate)
    assert (process.returncode, output, errors) == (130, "", "Interrupted.\n")
    assert await _shadows(engine, process.pid) == []
