"""Tokens, links and keys while something else happens: none counts twice or outlives its user."""

import asyncio
import contextvars
from typing import Any

import httpx

from app.actions.identity import accounts, administration, end_everything, verify_password
from app.actions.identity.keys import MOST_KEYS
from app.audit import recorded
from app.bridge import Viewer
from app.bridge.writing import Writing
from app.database import SeedbedEngine
from app.policy import Caller
from app.tables import ApiKey, MagicLink, RefreshToken, Session, User
from seeds import identity
from seeds.upsert import save
from tests.graphql import ask, code_of, global_id, send, sign_in
from tests.people import REFRESH, actions, log_in, mails, person
from tests.waiting import Request, begun

MAGIC = "mutation($email: String!) { requestMagicLink(email: $email) { errors { code } } }"
RESET = "mutation($email: String!) { requestPasswordReset(email: $email) { errors { code } } }"
REDEEM = """mutation($token: String!) { redeemMagicLink(token: $token) {
  accessToken errors { code } } }"""
CHOOSE = """mutation($token: String!, $password: String!) {
  resetPassword(token: $token, password: $password) { errors { code } } }"""
KEY = 'mutation { createApiKey(input: {name: "k", scopes: [READ]}) { key errors { code } } }'


async def suspended_meanwhile(engine: SeedbedEngine, user: User, request: Request) -> Any:
    """The answer to a request that comes while its user, locked already, is being suspended."""
    outside = contextvars.copy_context()
    admin = Viewer(Caller.ADMIN, {"user": user["id"]})
    async with asyncio.timeout(30), recorded(engine, "user.suspend", admin) as change:
        await change.target(User, user["id"])
        sent = await begun(engine, request, outside)
        await change.set(User, user["id"], {"status": "SUSPENDED"})
        await end_everything(engine, user["id"], user.email)
    return (await sent).json()


async def test_a_refresh_waits_for_a_suspension_and_is_refused(
    client: httpx.AsyncClient, committed: SeedbedEngine
) -> None:
    user = await person()
    variables = {"token": (await log_in(client, user))["refreshToken"]}
    answer = await suspended_meanwhile(committed, user, send(client, REFRESH, variables))
    (problem,) = answer["data"]["refresh"]["errors"]
    assert problem["code"] == "INVALID_TOKEN"
    assert await RefreshToken.count().where(RefreshToken.revoked_at.is_null()) == 0
    assert await actions() == ["session.open", "user.suspend"]


async def test_a_link_waits_for_a_suspension_and_is_refused(
    client: httpx.AsyncClient, committed: SeedbedEngine
) -> None:
    user = await person()
    await ask(client, MAGIC, {"email": user.email})
    (mail,) = await mails(committed)
    variables = {"token": mail.token}
    answer = await suspended_meanwhile(committed, user, send(client, REDEEM, variables))
    refused = {"accessToken": None, "errors": [{"code": "INVALID_TOKEN"}]}
    assert answer == {"data": {"redeemMagicLink": refused}}
    assert await Session.count() == 0
    assert await MagicLink.count().where(MagicLink.used_at.is_null()) == 0


async def test_no_key_is_made_behind_the_back_of_a_suspension(
    client: httpx.AsyncClient, committed: SeedbedEngine
) -> None:
    user = await person()
    request = send(client, KEY, None, await sign_in(user))
    answer = await suspended_meanwhile(committed, user, request)
    assert code_of(answer["errors"]) == "FORBIDDEN"
    assert await ApiKey.count() == 0


async def test_keys_at_once_are_counted_one_after_the_other(
    client: httpx.AsyncClient, committed: SeedbedEngine
) -> None:
    user = await person()
    request = send(client, KEY, None, await sign_in(user))
    await save(*(identity.api_key(user=user) for _ in range(MOST_KEYS - 1)))
    outside = contextvars.copy_context()
    async with asyncio.timeout(30), committed.transaction():
        await accounts.lock(committed, user["id"])
        await save(identity.api_key(user=user))
        sent = await begun(committed, request, outside)
    payload = (await sent).json()["data"]["createApiKey"]
    assert payload == {"key": None, "errors": [{"code": "TOO_MANY"}]}
    assert await ApiKey.count() == MOST_KEYS


async def test_a_reset_used_twice_at_once_sets_one_password(
    client: httpx.AsyncClient, committed: SeedbedEngine
) -> None:
    user = await person()
    await ask(client, RESET, {"email": user.email})
    (mail,) = await mails(committed)
    passwords = ("the first password", "the other password")
    both = await asyncio.gather(
        *(ask(client, CHOOSE, {"token": mail.token, "password": each}) for each in passwords)
    )
    problems = [each["resetPassword"]["errors"] for each in both]
    assert sorted(problems, key=len) == [[], [{"code": "INVALID_TOKEN"}]]
    (row,) = await User.select().where(User.id == user["id"])
    assert await verify_password(passwords[problems.index([])], row["password_hash"])
    assert (await actions()).count("password.reset") == 1
    assert [each.template for each in await mails(committed)].count("password-changed") == 1


async def test_two_links_of_one_address_at_once_make_one_user(
    client: httpx.AsyncClient, committed: SeedbedEngine
) -> None:
    for email in ("new@seedbed.example", "NEW@seedbed.example"):
        await ask(client, MAGIC, {"email": email})
    tokens = [mail.token for mail in await mails(committed)]
    both = await asyncio.gather(*(ask(client, REDEEM, {"token": each}) for each in tokens))
    told = [error["code"] for each in both for error in each["redeemMagicLink"]["errors"]]
    # The account that the first has made ends the other one.
    assert told == ["INVALID_TOKEN"]
    assert (await User.count(), await Session.count()) == (1, 1)


JOIN = """mutation($id: ID!, $organization: ID!) {
  setUserOrganization(id: $id, organizationId: $organization) { errors { code } } }"""
DELETE = "mutation($id: ID!) { deleteUser(id: $id) { deletedId errors { code } } }"


async def test_who_is_being_changed_changes_others_meanwhile(
    client: httpx.AsyncClient, committed: SeedbedEngine
) -> None:
    organization = identity.organization()
    await save(organization)
    ann, bob = await person(role="ADMIN"), await person(role="ADMIN")
    values = {"id": global_id(ann), "organization": global_id(organization)}
    request = send(client, JOIN, values, await sign_in(bob))
    outside = contextvars.copy_context()
    viewer = Viewer(Caller.ADMIN, {"user": ann["id"]})
    async with asyncio.timeout(30), recorded(committed, "user.update", viewer) as change:
        await change.update(User, bob["id"], {"name": "Bob"})
        # Bob's audit row refers to his own, which is locked. Ann's will refer to hers.
        sent = asyncio.get_running_loop().create_task(request, context=outside)
        answer = (await sent).json()
    assert answer == {"data": {"setUserOrganization": {"errors": []}}}
    assert sorted(await actions()) == ["user.set_organization", "user.update"]


async def test_two_administrators_who_delete_each_other_leave_one(
    client: httpx.AsyncClient, committed: SeedbedEngine
) -> None:
    ann, bob = await person(role="ADMIN"), await person(role="ADMIN")
    requests = [
        send(client, DELETE, {"id": global_id(other)}, await sign_in(user))
        for user, other in ((ann, bob), (bob, ann))
    ]
    outside = contextvars.copy_context()
    async with asyncio.timeout(30), committed.transaction():
        # Both have come as far as they get while somebody else deletes an administrator.
        await Writing(Viewer(Caller.ADMIN, {}), committed.fetch).one_at_a_time(
            administration.LAST_ADMIN
        )
        sent = [
            await begun(committed, request, outside.copy(), number)
            for number, request in enumerate(requests, 1)
        ]
    told = [(await each).json() for each in sent]
    assert [answer.get("errors") for answer in told] == [None, None]
    problems = [answer["data"]["deleteUser"]["errors"] for answer in told]
    assert sorted(problems, key=len) == [[], [{"code": "LAST_ADMIN"}]]
    assert await User.count().where(User.deleted_at.is_null()) == 1
