"""`piccolo db baseline` marks migrations of a database that has the tables, and of no other."""

import pytest

from app.commands import baseline
from app.commands.console import CommandError
from app.database import SeedbedEngine
from app.database.connections import Connector
from app.database.migrations import edited_migrations, migration_files, pending_migrations


async def test_a_database_with_the_tables_is_taken_under_the_migrations(
    engine: SeedbedEngine, scratch: Connector, capsys: pytest.CaptureFixture[str]
) -> None:
    count = len(migration_files())
    async with engine.elsewhere(scratch):
        await engine.fetch("drop table migration")
        assert await baseline.mark(engine) == 0
        assert capsys.readouterr().out.startswith(f"{count} migrations marked as applied:\n")
        assert await pending_migrations(engine) == ()
        assert await edited_migrations(engine) == ()
        assert await baseline.mark(engine) == 0
    assert "Nothing to mark" in capsys.readouterr().out


async def test_another_database_is_refused_unless_that_is_demanded(
    engine: SeedbedEngine, scratch: Connector
) -> None:
    async with engine.elsewhere(scratch):
        await engine.fetch("drop table migration")
        await engine.fetch("drop index identity.users_email_key")
        with pytest.raises(CommandError) as found:
            await baseline.mark(engine)
        assert "- The index identity.users_email_key is missing." in str(found.value)
        assert len(await pending_migrations(engine)) == len(migration_files())
        assert await baseline.mark(engine, force=True) == 0
        assert await pending_migrations(engine) == ()
