"""Logging out, and ending sessions and devices, of one's own alone."""

import httpx

from app.database import SeedbedEngine, count_statements
from app.tables import Device, Session
from seeds import identity
from seeds.upsert import save
from tests.graphql import ask, code_of, global_id, refuse, send, sign_in
from tests.people import actions, is_refused, log_in, person, refused_to_refresh


async def test_logging_out_ends_this_session(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    user = await person()
    mine, other = await log_in(client, user), await log_in(client, user)
    document = "mutation { logOut { errors { code } } }"
    assert await ask(client, document, token=mine["accessToken"]) == {"logOut": {"errors": []}}
    assert await is_refused(client, mine["accessToken"])
    await refused_to_refresh(client, mine["refreshToken"])
    assert not await is_refused(client, other["accessToken"])
    assert (await actions())[2:] == ["session.end"]


async def test_logging_out_everywhere_ends_all_of_them(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    user, stranger = await person(), await person()
    mine, other = await log_in(client, user), await log_in(client, user)
    theirs = await sign_in(stranger)
    document = "mutation { logOutEverywhere { sessionsEnded errors { code } } }"
    data = await ask(client, document, token=mine["accessToken"])
    assert data == {"logOutEverywhere": {"sessionsEnded": 2, "errors": []}}
    for each in (mine, other):
        assert await is_refused(client, each["accessToken"])
        await refused_to_refresh(client, each["refreshToken"])
    assert not await is_refused(client, theirs)


async def test_only_who_is_logged_in_can_log_out(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    for name in ("logOut", "logOutEverywhere"):
        errors = await refuse(client, f"mutation {{ {name} {{ errors {{ code }} }} }}")
        assert code_of(errors) == "UNAUTHENTICATED"


REVOKE = (
    "mutation($id: ID!) { revokeSession(id: $id) { session { id revokedAt } errors { code } } }"
)
REMOVE = "mutation($id: ID!) { removeDevice(id: $id) { deletedId errors { code } } }"


async def test_one_session_can_be_revoked(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    user = await person()
    mine, lost = await log_in(client, user), await log_in(client, user)
    variables = {"id": lost["session"]["id"]}
    data = await ask(client, REVOKE, variables, mine["accessToken"])
    assert data["revokeSession"]["session"]["revokedAt"] is not None
    assert await is_refused(client, lost["accessToken"])
    await refused_to_refresh(client, lost["refreshToken"])
    again = await ask(client, REVOKE, variables, mine["accessToken"])
    assert again["revokeSession"] == {"session": None, "errors": [{"code": "INVALID"}]}


async def test_removing_a_device_ends_its_sessions(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    user = await person()
    mine, lost = await log_in(client, user), await log_in(client, user, deviceId="lost")
    (device,) = await Device.objects()
    data = await ask(client, REMOVE, {"id": global_id(device)}, mine["accessToken"])
    assert data["removeDevice"] == {"deletedId": global_id(device), "errors": []}
    assert await is_refused(client, lost["accessToken"])
    await refused_to_refresh(client, lost["refreshToken"])
    assert not await is_refused(client, mine["accessToken"])


async def test_anothers_session_or_device_is_as_one_that_is_not_there(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    user, stranger = await person(), await person()
    device = identity.device(user=user)
    session = identity.session(user=user, device=device)
    absent = identity.session(user=user), identity.device(user=user)
    await save(device, session)
    token = await sign_in(stranger)
    for document, there, missing in ((REVOKE, session, absent[0]), (REMOVE, device, absent[1])):
        answers = []
        for row in (there, missing):
            with count_statements() as statements:
                response = await send(client, document, {"id": global_id(row)}, token)
            answers.append((response.content, statements.count))
        assert answers[0] == answers[1]
        assert b"NOT_FOUND" in answers[0][0]
    assert await Session.count().where(Session.revoked_at.is_null()) == 2
    assert await Device.count() == 1
    assert await actions() == []


async def test_an_administrator_ends_the_sessions_of_others(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    user, admin = await person(), await person(role="ADMIN")
    theirs = await log_in(client, user)
    await ask(client, REVOKE, {"id": theirs["session"]["id"]}, await sign_in(admin))
    assert await is_refused(client, theirs["accessToken"])
