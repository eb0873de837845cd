"""Registering, links that log in, and new passwords: who gets a mail, and who is told nothing."""

import asyncio
import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import SMTP
from html import unescape
from typing import Any

import httpx
import pytest

from app.actions.identity import verify_password
from app.database import SeedbedEngine, count_statements
from app.settings import Settings
from app.tables import AuditLog, MagicLink, Session, User
from app.worker.attempts import Attempt
from app.worker.mail import send_email
from app.worker.mail.compose import compose
from app.worker.mail.texts import TEXTS
from seeds import identity
from seeds.identity import DEMO_HASH, DEMO_PASSWORD
from seeds.upsert import save
from tests.graphql import ask, code_of, refuse, send, sign_in
from tests.people import LOG_IN, actions, is_refused, log_in, mails, person
from tests.worker.smtp import smtp_server

REGISTER = "mutation($input: RegisterInput!) { register(input: $input) { errors { code path } } }"
MAGIC = "mutation($email: String!) { requestMagicLink(email: $email) { errors { code path } } }"
RESET = "mutation($email: String!) { requestPasswordReset(email: $email) { errors { code path } } }"
REDEEM = """mutation($token: String!) { redeemMagicLink(token: $token) {
  accessToken refreshToken user { email name status emailVerified } errors { code path } } }"""
CHOOSE = """mutation($token: String!, $password: String!) {
  resetPassword(token: $token, password: $password) { errors { code path } } }"""
CHANGE = """mutation($input: ChangePasswordInput!) { changePassword(input: $input) {
  user { id } errors { code path } } }"""

NEW = "correct horse battery"
GONE = datetime(2026, 1, 1, tzinfo=UTC)


async def redeem(client: httpx.AsyncClient, token: str) -> Any:
    """The payload of a link that must work."""
    payload = (await ask(client, REDEEM, {"token": token}))["redeemMagicLink"]
    assert payload["errors"] == []
    return payload


async def is_useless(client: httpx.AsyncClient, token: str) -> bool:
    """Whether a link logs nobody in, with the one answer there is."""
    payload = (await ask(client, REDEEM, {"token": token}))["redeemMagicLink"]
    return bool(payload["errors"] == [{"code": "INVALID_TOKEN", "path": ["token"]}])


async def register(client: httpx.AsyncClient, **values: Any) -> Any:
    """The payload of a registration."""
    values = {"email": "new@seedbed.example", "name": "New", "password": NEW, **values}
    return (await ask(client, REGISTER, {"input": values}))["register"]


async def test_who_registers_has_an_account_once_the_link_is_used(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    assert await register(client) == {"errors": []}
    assert await User.count() == 0
    (mail,) = await mails(database)
    assert (mail.template, mail.to, mail.wanted) == ("verify-email", "new@seedbed.example", True)
    payload = await redeem(client, mail.token)
    assert payload["user"] == {
        "email": "new@seedbed.example",
        "name": "New",
        "status": "ACTIVE",
        "emailVerified": True,
    }
    values = {"email": "NEW@seedbed.example", "password": NEW}
    assert (await ask(client, LOG_IN, {"input": values}))["logIn"]["accessToken"]
    assert await is_useless(client, mail.token)
    assert await actions() == ["user.register", "magic_link.redeem", "session.open"]
    (user,) = await User.select()
    log = await AuditLog.select(AuditLog.user).order_by(AuditLog.id)
    assert [row["user"] for row in log] == [None, user["id"], user["id"]]


async def test_the_link_that_is_used_decides_about_the_account(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    """Whoever registers a stranger's address first does not choose the stranger's password."""
    await register(client, name="Intruder", password="the intruder's password")
    await register(client)
    intruders, owners = await mails(database)
    payload = await redeem(client, owners.token)
    assert payload["user"]["name"] == "New"
    assert await is_useless(client, intruders.token)
    (user,) = await User.select()
    assert await verify_password(NEW, user["password_hash"])


async def test_the_link_in_a_mail_that_was_really_sent_logs_in(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    await register(client)
    (job,) = await mails(database)
    async with smtp_server() as mailbox:
        settings = Settings(smtp_url=mailbox.server(), mail_from="Seedbed <a@b.example>")
        await send_email(job, Attempt(SeedbedEngine(settings), 1, datetime.now(UTC), 1))
    (mail,) = mailbox.mails
    assert mail["To"] == "new@seedbed.example"
    plain = mail.get_body(("plain",))
    assert plain is not None
    token = re.search(r"#token=(\S+)", plain.get_content())
    assert token is not None
    assert (await redeem(client, token[1]))["user"]["email"] == "new@seedbed.example"


ASKING = {
    "register": (REGISTER, {"input": {"email": "x@seedbed.example", "name": "N"}}),
    "magic link": (MAGIC, {"email": "x@seedbed.example"}),
    "reset": (RESET, {"email": "x@seedbed.example"}),
}
ACCOUNTS = {
    "nobody": None,
    "active": {},
    "pending": {"status": "PENDING"},
    "suspended": {"status": "SUSPENDED"},
    "deleted": {"deleted_at": GONE},
}
# Who is written to, and by which template.
WRITTEN = {
    ("register", "nobody"): "verify-email",
    ("register", "pending"): "verify-email",
    ("register", "deleted"): "verify-email",
    ("register", "active"): "account-exists",
    ("magic link", "nobody"): "magic-link",
    ("magic link", "deleted"): "magic-link",
    ("magic link", "active"): "magic-link",
    ("magic link", "pending"): "magic-link",
    ("reset", "active"): "reset-password",
}


@pytest.mark.parametrize("asking", ASKING)
async def test_asking_does_and_answers_the_same_whoever_there_is(
    client: httpx.AsyncClient, database: SeedbedEngine, asking: str
) -> None:
    document, variables = ASKING[asking]
    found = set()
    for account, differences in ACCOUNTS.items():
        email = f"{account}@seedbed.example"
        if differences is not None:
            await save(identity.user(email=email, **differences))
        before = len(await mails(database))
        # Whoever asks is not the question: the limits by address stay out of it.
        await database.fetch("delete from operations.rate_limits")
        own = json.loads(json.dumps(variables).replace("x@seedbed.example", email))
        with count_statements() as statements:
            response = await send(client, document, own)
        found.add((response.content, response.status_code, statements.count))
        (mail,) = (await mails(database))[before:]
        assert mail.to == email
        assert mail.token
        assert TEXTS[mail.template].expiry, "it does not say how long the link is good for"
        assert (mail.template if mail.wanted else None) == WRITTEN.get((asking, account)), account
    assert len(found) == 1
    assert b'"errors":[]' in next(iter(found))[0]


async def test_a_magic_link_makes_a_user_while_registration_is_open(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    await ask(client, MAGIC, {"email": "visitor@seedbed.example"})
    (mail,) = await mails(database)
    assert (await redeem(client, mail.token))["user"]["name"] == "visitor"


async def test_when_registration_is_closed_nobody_is_made(
    client: httpx.AsyncClient, database: SeedbedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    await ask(client, MAGIC, {"email": "early@seedbed.example"})
    monkeypatch.setattr(database, "settings", replace(database.settings, registration=False))
    user = await person()
    errors = await refuse(client, REGISTER, {"input": {"email": "a@b.example", "name": "A"}})
    assert code_of(errors) == "FORBIDDEN"
    for email in ("visitor@seedbed.example", user.email):
        await ask(client, MAGIC, {"email": email})
    early, visitors, own = await mails(database)
    assert [visitors.wanted, own.wanted] == [False, True]
    assert await is_useless(client, early.token)
    assert await is_useless(client, visitors.token)
    assert (await redeem(client, own.token))["user"]["email"] == user.email
    assert await User.count() == 1


@pytest.mark.parametrize(
    "change",
    [
        "update identity.magic_links set expires_at = now() - interval '1 second'",
        "update identity.magic_links set used_at = now()",
        "update identity.users set status = 'SUSPENDED'",
        "update identity.users set deleted_at = now()",
        "update identity.users set email = 'moved@seedbed.example'",
    ],
)
async def test_a_link_ends_with_time_use_or_user(
    client: httpx.AsyncClient, database: SeedbedEngine, change: str
) -> None:
    user = await person()
    await ask(client, MAGIC, {"email": user.email})
    await ask(client, RESET, {"email": user.email})
    await database.fetch(change)
    magic, reset = await mails(database)
    assert await is_useless(client, magic.token)
    payload = (await ask(client, CHOOSE, {"token": reset.token, "password": NEW}))["resetPassword"]
    assert payload == {"errors": [{"code": "INVALID_TOKEN", "path": ["token"]}]}
    assert await Session.count() == 0
    assert await User.exists().where(User.password_hash == DEMO_HASH)


async def test_a_link_is_good_for_its_purpose_alone(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    user = await person()
    await ask(client, MAGIC, {"email": user.email})
    await ask(client, RESET, {"email": user.email})
    magic, reset = await mails(database)
    assert await is_useless(client, reset.token)
    payload = (await ask(client, CHOOSE, {"token": magic.token, "password": NEW}))["resetPassword"]
    assert payload["errors"][0]["code"] == "INVALID_TOKEN"
    for token in ("", "x" * 10_000, "sb_ml_ü", "\x00"):
        assert await is_useless(client, token)


async def test_a_link_used_twice_at_once_works_once(
    client: httpx.AsyncClient, committed: SeedbedEngine
) -> None:
    await register(client, password=None)
    (mail,) = await mails(committed)
    both = await asyncio.gather(*(ask(client, REDEEM, {"token": mail.token}) for _ in range(2)))
    assert sorted(len(each["redeemMagicLink"]["errors"]) for each in both) == [0, 1]
    assert (await User.count(), await Session.count()) == (1, 1)
    await committed.fetch("delete from operations.pgqueuer")


async def test_a_new_password_by_link_ends_every_session_and_link(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    user = await person()
    mine = await log_in(client, user)
    await ask(client, MAGIC, {"email": user.email})
    await ask(client, RESET, {"email": user.email})
    magic, reset = await mails(database)
    variables = {"token": reset.token, "password": NEW}
    assert await ask(client, CHOOSE, variables) == {"resetPassword": {"errors": []}}
    assert await is_refused(client, mine["accessToken"])
    assert await is_useless(client, magic.token)
    again = await ask(client, CHOOSE, variables)
    assert again["resetPassword"]["errors"][0]["code"] == "INVALID_TOKEN"
    (row,) = await User.select().where(User.id == user["id"])
    assert await verify_password(NEW, row["password_hash"])
    last = (await mails(database))[-1]
    assert (last.template, last.to, last.token) == ("password-changed", user.email, "")


async def test_changing_the_password_ends_all_other_sessions(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    user = await person()
    mine, other = await log_in(client, user), await log_in(client, user)
    values = {"currentPassword": DEMO_PASSWORD, "newPassword": NEW}
    payload = (await ask(client, CHANGE, {"input": values}, mine["accessToken"]))["changePassword"]
    assert payload["errors"] == []
    assert not await is_refused(client, mine["accessToken"])
    assert await is_refused(client, other["accessToken"])
    (row,) = await User.select().where(User.id == user["id"])
    assert await verify_password(NEW, row["password_hash"])
    assert [mail.template for mail in await mails(database)] == ["password-changed"]


@pytest.mark.parametrize(
    ("values", "code", "field"),
    [
        ({"currentPassword": "wrong"}, "WRONG_CREDENTIALS", "currentPassword"),
        ({"newPassword": "short"}, "TOO_SHORT", "newPassword"),
        ({"newPassword": "a" * 20}, "INVALID", "newPassword"),
        ({"newPassword": "ab" * 1_000}, "TOO_LONG", "newPassword"),
    ],
)
async def test_a_password_that_is_not_changed(
    client: httpx.AsyncClient,
    database: SeedbedEngine,
    values: dict[str, str],
    code: str,
    field: str,
) -> None:
    user = await person()
    values = {"currentPassword": DEMO_PASSWORD, "newPassword": NEW, **values}
    data = await ask(client, CHANGE, {"input": values}, await sign_in(user))
    errors = [{"code": code, "path": ["input", field]}]
    assert data["changePassword"] == {"user": None, "errors": errors}
    assert await User.exists().where(User.password_hash == DEMO_HASH)
    assert await mails(database) == []


@pytest.mark.parametrize(
    "email",
    [
        "a@b.c\r\nBcc: x@y.z",
        "a@b.c\nBcc: x@y.z",
        "a\r@b.c",
        "a@b.c\u2028x",
        "a\x85@b.c",
        "a@b.c, x@y.z",
        "<a@b.c>",
        "a",
        "",
        "a@b.c\x00",
        "a" * 300,
        # Encoded words (RFC 2047), which stand for a line break and a header.
        "=?utf-8?q?a=0d=0aBcc=3ax=40y?=@b.c",
        "=?utf-8?b?YQ0KQmNjOiB4QHk=?=@b.c",
        "a@=?u?q?=0a?=",
        "a@b.c\u200b",
        "a\u202e@b.c",
    ],
)
async def test_an_address_that_is_none_gets_no_mail(
    client: httpx.AsyncClient, database: SeedbedEngine, email: str
) -> None:
    for document in (MAGIC, RESET):
        (payload,) = (await ask(client, document, {"email": email})).values()
        assert payload["errors"][0]["path"] == ["email"]
    payload = await register(client, email=email)
    assert payload["errors"][0]["path"] == ["input", "email"]
    assert await mails(database) == []
    assert await MagicLink.count() == 0


@pytest.mark.parametrize("name", ["=?utf-8?q?=0aBcc=3ax=40y?=", "<b>N</b>", "{{ 7 * 7 }}"])
async def test_a_name_is_in_no_mail(
    client: httpx.AsyncClient, database: SeedbedEngine, name: str
) -> None:
    await register(client, name=name)
    (job,) = await mails(database)
    await redeem(client, job.token)
    await ask(client, RESET, {"email": job.to})
    settings = Settings(mail_from="Seedbed <a@b.example>")
    for number, each in enumerate(await mails(database)):
        mail = message_from_bytes(
            compose(each, settings, number, datetime.now(UTC)).as_bytes(), policy=SMTP
        )
        assert mail.keys() == [
            "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version",
            "Content-Type",
        ]  # fmt: skip
        assert mail["To"] == "new@seedbed.example"
        for part in mail.walk():
            if not part.is_multipart():
                assert name not in unescape(part.get_content())
                assert "x@y" not in part.get_content()


@pytest.mark.parametrize("name", ["", " ", "n" * 201, "a\x00b", "N\r\nBcc: x@y.z", "N\nBcc: x@y.z"])
async def test_a_name_that_is_none_registers_nobody(
    client: httpx.AsyncClient, database: SeedbedEngine, name: str
) -> None:
    payload = await register(client, name=name)
    assert payload["errors"][0]["path"] == ["input", "name"]
    assert await MagicLink.count() == 0


async def test_all_that_is_wrong_with_a_registration_is_told_at_once(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    payload = await register(client, email="a", name=" ", password="short")
    assert [(error["code"], error["path"]) for error in payload["errors"]] == [
        ("INVALID", ["input", "email"]),
        ("REQUIRED", ["input", "name"]),
        ("TOO_SHORT", ["input", "password"]),
    ]
    assert await MagicLink.count() == 0


async def test_no_link_is_stored_as_it_is_sent(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    await register(client)
    (mail,) = await mails(database)
    for table in ("identity.magic_links", "operations.audit_logs", "operations.pgqueuer"):
        rows = await database.fetch(f"select t::text as row from {table} t")
        assert rows
        assert all(mail.token not in row["row"] and NEW not in row["row"] for row in rows)
    audit = await database.fetch("select details::text as details from operations.audit_logs")
    assert "argon2" not in audit[0]["details"]
