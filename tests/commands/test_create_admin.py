"""`piccolo db create-admin` makes and promotes, with an audit row, and shows no password."""

import json
import os
import subprocess
import sys

import pytest

from app.actions.identity import verify_password
from app.commands import create_admin
from app.commands.console import UsageError
from app.database import SeedbedEngine
from app.tables.identity import User
from tests.databases import ROOT

PASSWORD = "a long enough password"


async def test_a_user_is_made(database: SeedbedEngine, capsys: pytest.CaptureFixture[str]) -> None:
    assert await create_admin.make(database, "ann@firm.example", "Ann", lambda: PASSWORD) == 0
    user = await User.objects().get(User.email == "ann@firm.example")
    assert user is not None
    assert (user.role, user.status, user.name) == ("ADMIN", "ACTIVE", "Ann")
    assert user.email_verified is True
    assert await verify_password(PASSWORD, user.password_hash)
    [row] = await database.fetch("select * from operations.audit_logs")
    # Who ran the command is not known, and it was not the one it made.
    assert (row["user"], row["resource_id"]) == (None, str(user.id))
    assert json.loads(row["details"])["before"] is None
    assert PASSWORD not in row["details"] + capsys.readouterr().out
    assert user.password_hash not in row["details"]


async def test_a_user_is_promoted_and_all_it_was_known_by_ends(
    database: SeedbedEngine, capsys: pytest.CaptureFixture[str]
) -> None:
    [row] = await database.fetch(
        "insert into identity.users (email, name, status)"
        " values ('Bo@firm.example', 'Bo', 'SUSPENDED') returning id"
    )
    await database.fetch(
        'insert into identity.sessions ("user", access_token_hash, expires_at)'
        " values ($1, repeat('a', 64), now() + interval '1 day')",
        row["id"],
    )
    await database.fetch(
        'insert into identity.api_keys ("user", name, key_prefix, key_hash, scopes)'
        " values ($1, 'k', 'sbk_abcdef', repeat('b', 64), '{read,write}')",
        row["id"],
    )
    await database.fetch(
        'insert into identity.magic_links (purpose, email, "user", token_hash, expires_at)'
        " values ('RESET', 'bo@firm.example', $1, repeat('c', 64), now() + interval '1 hour')",
        row["id"],
    )
    assert await create_admin.make(database, "bo@FIRM.example", "", lambda: PASSWORD) == 0
    assert capsys.readouterr().out == (
        "Bo@firm.example was USER and SUSPENDED: now an active administrator.\n"
    )
    user = await User.objects().get(User.id == row["id"])
    assert user is not None
    assert (user.role, user.status, user.name) == ("ADMIN", "ACTIVE", "Bo")
    assert await database.fetch("select from identity.sessions where revoked_at is null") == []
    assert await database.fetch("select from identity.api_keys where revoked_at is null") == []
    assert await database.fetch("select from identity.magic_links where used_at is null") == []
    [audit] = await database.fetch("select details from operations.audit_logs")
    assert json.loads(audit["details"]) == {
        "by": "piccolo db create-admin",
        "email": "Bo@firm.example",
        "before": {"role": "USER", "status": "SUSPENDED"},
        "sessions_ended": 1,
        "keys_revoked": 1,
    }


@pytest.mark.parametrize(
    ("email", "name", "password", "sentence"),
    [
        ("ann", "Ann", PASSWORD, "ann is no email address"),
        # Nobody could log in with these: the API takes addresses that mail can go to.
        ("an,n@firm.example", "Ann", PASSWORD, "an,n@firm.example is no email address"),
        ("ann\u200b@firm.example", "Ann", PASSWORD, "is no email address"),
        ("ann@firm.example", "\u3164", PASSWORD, "Nobody would see anything of this name"),
        ("ann@firm.example", "", PASSWORD, "There is no user ann@firm.example yet: add --name"),
        ("ann@firm.example", "Ann", "short", "The password must have 10 characters or more"),
        ("ann@firm.example", "Ann", "x" * 1025, "The password may have 1024 characters"),
        ("ann@firm.example", "Ann", "x" * 14, "The password repeats too few different characters"),
        ("ann@firm.example", "Ann", f"{PASSWORD}\udcff", "The password holds half a character"),
        ("ann@firm.example", "A" * 201, PASSWORD, "longer than 200 characters"),
    ],
)
async def test_bad_input_is_refused(
    database: SeedbedEngine, email: str, name: str, password: str, sentence: str
) -> None:
    with pytest.raises(UsageError, match=sentence):
        await create_admin.make(database, email, name, lambda: password)
    assert await database.fetch("select from identity.users") == []
    assert await database.fetch("select from operations.audit_logs") == []


def _run(*words: str, password: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "piccolo.main", "db", "create-admin", *words],
        check=False,
        cwd=ROOT,
        env=dict(os.environ),
        input=password,
        capture_output=True,
        text=True,
    )


async def test_a_script_gives_the_password_on_stdin(committed: SeedbedEngine) -> None:
    run = _run("cy@firm.example", "--name=Cy", password=f"{PASSWORD}\n")
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout == "cy@firm.example is made: an active administrator.\n"
    [row] = await committed.fetch("select password_hash from identity.users")
    assert await verify_password(PASSWORD, row["password_hash"])


def test_a_weak_password_exits_with_2(committed: SeedbedEngine) -> None:
    run = _run("cy@firm.example", "--name=Cy", password="short\n")
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr.startswith("The password must have 10 characters or more. Nothing")
