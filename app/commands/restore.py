"""`piccolo db restore`: a backup back into the database, all of it or nothing."""

import asyncio
import json as json_module
import re
import tempfile
from collections.abc import AsyncIterator, Set
from contextlib import asynccontextmanager
from pathlib import Path

from app.commands import archives, console
from app.commands.archives import Backup
from app.commands.backup import MIGRATION, backups_folder, list_dump
from app.commands.console import CommandError, Progress
from app.commands.programs import Programs, Run, choose, environment, installed, running
from app.database import SCHEMAS, SeedbedEngine
from app.database.connections import Connection, quoted
from app.database.migrations import migration_files

_CHUNK = 256 * 1024  # bytes of SQL passed on at once
_PATIENCE = 10.0  # seconds for connections to end that were told to

# The lines before the first object: blank ones, remarks, psql's commands, settings.
_BEGINNING = re.compile(rb"$|--|\\|SET |SELECT pg_catalog\.set_config\(")
_SETTING = re.compile(rb"SET (\w+) = ")

# What a connection of another role is, PostgreSQL hides from a role without pg_read_all_stats.
_OTHERS = """
select pid, coalesce(nullif(application_name, ''), 'unnamed') as name from pg_stat_activity
where datname = current_database() and pid <> pg_backend_pid()
  and (backend_type = 'client backend' or backend_type is null and usesysid is not null)
order by pid"""

_TABLES = """
select format('%I.%I', nspname, relname) as name, nspname as schema, relname as table
from pg_class join pg_namespace on pg_namespace.oid = relnamespace
where relkind in ('r', 'p') and nspname = any($1)
  and not exists (
    select from pg_depend where classid = 'pg_class'::regclass and objid = pg_class.oid
      and deptype = 'e'
  )
order by 1"""

# What is in the schema `public` but belongs to no extension; the schema itself and its rights stay.
_EMPTY_PUBLIC = """
do $$
declare
  item record;
begin
  for item in
    select format('drop %s if exists %I.%I cascade',
             case relkind when 'v' then 'view' when 'm' then 'materialized view'
               when 'S' then 'sequence' when 'f' then 'foreign table' else 'table' end,
             nspname, relname) as statement
    from pg_class join pg_namespace on pg_namespace.oid = relnamespace
    where nspname = 'public' and relkind in ('r', 'p', 'v', 'm', 'S', 'f')
      and not exists (select from pg_depend where classid = 'pg_class'::regclass
        and objid = pg_class.oid and deptype in ('e', 'i', 'a'))
    union all
    select format('drop routine if exists %s cascade', pg_proc.oid::regprocedure)
    from pg_proc join pg_namespace on pg_namespace.oid = pronamespace
    where nspname = 'public'
      and not exists (select from pg_depend where classid = 'pg_proc'::regclass
        and objid = pg_proc.oid and deptype = 'e')
    union all
    select format('drop type if exists %I.%I cascade', nspname, typname)
    from pg_type join pg_namespace on pg_namespace.oid = typnamespace
    where nspname = 'public' and typtype in ('e', 'd')
      and not exists (select from pg_depend where classid = 'pg_type'::regclass
        and objid = pg_type.oid and deptype = 'e')
  loop
    execute item.statement;
  end loop;
end
$$;
"""


def restore(
    backup: str,
    clean: bool = False,
    force: bool = False,
    database: str = "",
    owners: bool = False,
    json: bool = False,
) -> None:
    """Put a backup into the database, in one transaction: all of it or nothing.

    BACKUP is the folder of a backup, or `latest` for the newest one in the data folder. The
    application must be stopped. What the database's schemas hold is replaced; the audit log that
    comes back gets a row that says so.

    :param clean:
        Replace the rows that are there; without it, a database that holds any is refused.
    :param force:
        End the connections of others; without it, a database in use is refused.
    :param database:
        The name of the database; in production it must be given.
    :param owners:
        Restore the owners and rights of the tables, too: their roles must exist.
    :param json:
        Print what was done as JSON.
    """
    console.run(
        lambda engine: _restore(
            engine, backup, clean=clean, force=force, named=database, owners=owners, as_json=json
        )
    )


async def _restore(
    engine: SeedbedEngine,
    name: str,
    *,
    clean: bool,
    force: bool,
    named: str,
    owners: bool,
    as_json: bool,
) -> int:
    backup = _find(engine, name)
    await restore_backup(engine, backup, clean=clean, force=force, named=named, owners=owners)
    manifest = backup.manifest
    known = {file.id for file in migration_files()}
    pending = sorted(known - set(manifest.migrations))
    unknown = sorted(set(manifest.migrations) - known)
    if as_json:
        console.write_json(
            {
                "backup": backup.folder,
                "rows": manifest.rows,
                "pending_migrations": pending,
                "unknown_migrations": unknown,
            }
        )
    else:
        rows = console.plural(sum(manifest.rows.values()), "row")
        console.say(f"{backup.folder} is restored: {rows}, all counted.")
    if pending:
        console.error(
            "The backup is older than this version: run `piccolo migrations forwards app`."
        )
    if unknown:
        console.error(
            f"The backup has migrations that this version does not know ({unknown[-1]}): run the"
            f" version of the application that made it ({manifest.app_version})."
        )
    return console.OK


async def restore_backup(
    engine: SeedbedEngine,
    backup: Backup,
    *,
    clean: bool = False,
    force: bool = False,
    named: str = "",
    owners: bool = False,
) -> None:
    """Restore a backup; raises CommandError, and then the database is as it was."""
    with Progress("Checking the backup"):
        if await asyncio.to_thread(archives.checksum, backup.dump) != backup.manifest.sha256:
            raise CommandError(
                f"{backup.dump} is damaged: its checksum is not that of the manifest. Nothing was"
                " changed; use another backup."
            )
    async with _connection(engine) as connection:
        await _check_name(engine, connection, named)
        await _check_empty(engine, connection, clean=clean)
        server = connection.get_server_version().major
        assert engine.url is not None
        archive = backup.manifest.pg_dump_version
        programs = choose(list(installed(engine.url)), server, archive)
        known = {row["name"] for row in await connection.fetch("select name from pg_settings")}
        await _check_unused(connection, force=force)
    await _run_script(engine, programs, backup, known, owners=owners)


def _find(engine: SeedbedEngine, name: str) -> Backup:
    if name != "latest":
        return archives.read_backup(Path(name).expanduser())
    folder = backups_folder(engine, "")
    found = archives.backups(folder) if folder.is_dir() else []
    if not found:
        raise CommandError(f"There is no backup in {folder}: name the folder of one.")
    return found[-1]


@asynccontextmanager
async def _connection(engine: SeedbedEngine) -> AsyncIterator[Connection]:
    async with (
        engine.no_time_limit(),
        engine.transaction(read_only=True) as transaction,
        transaction.exclusive() as connection,
    ):
        yield connection


async def _check_name(engine: SeedbedEngine, connection: Connection, named: str) -> None:
    actual = await connection.fetchval("select current_database()")
    if named and named != actual:
        raise CommandError(
            f"The database is called {actual}, not {named}: nothing was changed. Correct"
            " --database or DATABASE_URL."
        )
    if engine.settings.environment == "production" and not named:
        raise CommandError(
            "In production the database that is to be replaced must be named: add"
            f" --database={actual} if that is the one. Nothing was changed."
        )


async def _check_empty(engine: SeedbedEngine, connection: Connection, *, clean: bool) -> None:
    """Refuse where rows would be lost; empty tables of ours, as migrations make them, may go."""
    if clean:
        return
    for row in await connection.fetch(_TABLES, _schemas(engine)):
        if row["schema"] not in SCHEMAS and row["table"] == MIGRATION:
            continue
        strange = row["schema"] not in SCHEMAS
        full = await connection.fetchval(
            f"select exists (select from {row['name']})"  # noqa: S608 - quoted by the server
        )
        if strange or full:
            what = "holds rows" if full else "is not one of the application's tables"
            raise CommandError(
                f"The database is not empty ({row['name']} {what}): add --clean to replace all that"
                " it holds. Nothing was changed."
            )


async def _check_unused(connection: Connection, *, force: bool) -> None:
    others = await connection.fetch(_OTHERS)
    if others and not force:
        names = ", ".join(sorted({row["name"] for row in others}))
        raise CommandError(
            f"The database is in use by {console.plural(len(others), 'connection')} ({names}): stop"
            " the application, or add --force to end them. Nothing was changed."
        )
    deadline = asyncio.get_running_loop().time() + _PATIENCE
    while others:
        if asyncio.get_running_loop().time() > deadline:
            raise CommandError("Other connections do not end: stop what uses the database.")
        for row in others:
            await connection.fetch("select pg_terminate_backend($1)", row["pid"])
        await asyncio.sleep(0.1)
        # Within a transaction the view stays as it was first read.
        await connection.execute("select pg_stat_clear_snapshot()")
        others = await connection.fetch(_OTHERS)


async def _run_script(
    engine: SeedbedEngine, programs: Programs, backup: Backup, known: Set[str], *, owners: bool
) -> None:
    """Feed psql one transaction: drop, what pg_restore writes, counts, audit row, and then COMMIT.

    `known` are the settings that the server has.
    `pg_restore --single-transaction` would keep neither the dropping nor the counting inside.
    """
    assert engine.url is not None
    env = environment(engine.url)
    manifest = backup.manifest
    listing = await list_dump(programs, backup.dump)
    with (
        tempfile.NamedTemporaryFile("w", suffix=".list") as wanted,
        Progress("Restoring", sum(manifest.rows.values())) as bar,
    ):
        # The schema `public` stays, as every database has it, so it is not made either.
        wanted.write(
            re.sub(r"^(?=\d+; .* SCHEMA (?:- )?public )", ";", listing, flags=re.MULTILINE)
        )
        wanted.flush()
        arguments = ["--file=-", "--verbose", f"--use-list={wanted.name}", str(backup.dump)]
        if not owners:
            arguments += ["--no-owner", "--no-privileges"]

        def heard(line: str) -> None:
            found = re.search(r'processing data for table "(.+)"', line)
            if found:
                bar.advance(manifest.rows.get(found[1], 0), found[1])

        async with (
            running(
                programs,
                "psql",
                ["--no-psqlrc", "--quiet", "--no-password", "--set=ON_ERROR_STOP=1"],
                env=env,
                stdin=asyncio.subprocess.PIPE,
            ) as psql,
            running(
                programs,
                "pg_restore",
                arguments,
                env=env,
                stdout=asyncio.subprocess.PIPE,
                heard=heard,
            ) as reader,
        ):
            try:
                await _feed(psql, _before(engine))
                await _pass_on(reader, psql, known)
                # An end of the input without COMMIT undoes everything.
                await reader.finish()
                await _feed(psql, _after(backup))
                assert psql.process.stdin is not None
                psql.process.stdin.close()
            except (BrokenPipeError, ConnectionResetError):
                await psql.finish()
                raise CommandError("psql ended too early: nothing was changed.") from None
            try:
                await psql.finish()
            except CommandError as error:
                raise CommandError(f"{error} The database is as it was.") from error


async def _pass_on(reader: Run, psql: Run, known: Set[str]) -> None:
    """Pass on what pg_restore writes, but for settings at its beginning that are not `known`.

    It begins with all that its own version has, and the first that is refused would end psql.
    """
    stream = reader.process.stdout
    assert stream is not None
    beginning = True
    while beginning and (line := await stream.readline()):
        beginning = _BEGINNING.match(line) is not None
        setting = _SETTING.match(line)
        if setting is None or setting[1].decode() in known:
            await _feed(psql, line)
    while chunk := await stream.read(_CHUNK):
        await _feed(psql, chunk)


async def _feed(psql: Run, data: bytes) -> None:
    stream = psql.process.stdin
    assert stream is not None
    stream.write(data)
    await stream.drain()


def _schemas(engine: SeedbedEngine) -> list[str]:
    assert engine.url is not None
    own = [engine.url.schema] if engine.url.schema else []
    return [*SCHEMAS, *own, "public"]


def _before(engine: SeedbedEngine) -> bytes:
    drops = "".join(
        f"drop schema if exists {quoted(schema)} cascade;\n"
        for schema in _schemas(engine)
        if schema != "public"
    )
    return (
        "begin;\nset local client_min_messages = warning;\nset local lock_timeout = '30s';\n"
        f"set local statement_timeout = 0;\n{drops}{_EMPTY_PUBLIC}"
    ).encode()


def _after(backup: Backup) -> bytes:
    """Count what is there now, and write it down; a difference ends psql before COMMIT."""
    checks = []
    for name, count in backup.manifest.rows.items():
        table = ".".join(quoted(part) for part in name.split("."))
        said = f"{name} has % rows, not {count}".replace("'", "''")
        checks.append(
            f"  found := (select count(*) from {table});\n"  # noqa: S608 - quoted
            f"  if found <> {count} then raise exception '{said}', found; end if;\n"
        )
    return (
        f"\ndo $check$\ndeclare found bigint;\nbegin\n{''.join(checks)}end\n$check$;\n"
        f"{_audit(backup)}commit;\n"
    ).encode()


def _audit(backup: Backup) -> str:
    """The statement for the audit log, if the backup has one: it is then the one row more."""
    if "operations.audit_logs" not in backup.manifest.rows:
        return ""
    details = json_module.dumps(
        {
            "by": "piccolo db restore",
            "backup": backup.folder.name,
            "sha256": backup.manifest.sha256,
        }
    ).replace("'", "''")
    return (
        "insert into operations.audit_logs (action, resource_type, details)"  # noqa: S608 - quoted
        f" values ('database.restore', 'database', '{details}');\n"
    )
