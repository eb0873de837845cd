"""What administrators do with users and organisations, and what nobody else does."""

import json
from typing import Any

import httpx
import pytest

from app.database import SeedbedEngine
from app.tables import AuditLog, Organization, Session, User
from seeds import content, identity
from seeds.upsert import save
from tests.graphql import ask, code_of, global_id, refuse, send, sign_in


async def call(
    client: httpx.AsyncClient, token: str | None, name: str, arguments: str, shown: str
) -> Any:
    """The payload of a mutation that must not fail as a whole."""
    document = f"mutation {{ {name}({arguments}) {{ {shown} errors {{ code path }} }} }}"
    return (await ask(client, document, None, token))[name]


def refused(code: str, *path: str) -> list[dict[str, Any]]:
    """The errors of a payload with one problem."""
    return [{"code": code, "path": list(path)}]


@pytest.fixture
async def admin(database: SeedbedEngine) -> str:
    """The token of an administrator."""
    assert database
    user = identity.user(role="ADMIN")
    await save(user)
    return await sign_in(user)


async def last_record() -> Any:
    """Action and details of the newest audit row."""
    row = await AuditLog.select().order_by(AuditLog.id, ascending=False).first()
    assert row is not None
    return row["action"], json.loads(row["details"])


async def test_another_role(client: httpx.AsyncClient, admin: str) -> None:
    user = identity.user()
    await save(user)
    told = await call(
        client, admin, "setUserRole", f'id: "{global_id(user)}", role: VENDOR', "user { role }"
    )
    assert told == {"user": {"role": "VENDOR"}, "errors": []}
    assert await last_record() == ("user.set_role", {"changes": {"role": ["USER", "VENDOR"]}})
    told = await call(
        client, admin, "setUserRole", f'id: "{global_id(user)}", role: STAFF', "user { role }"
    )
    assert told["errors"] == refused("INVALID", "role")


async def test_nobody_changes_their_own_role_or_suspends_themselves(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    assert database
    user = identity.user(role="ADMIN")
    await save(user)
    token = await sign_in(user)
    for name, more in (("setUserRole", ", role: USER"), ("suspendUser", "")):
        told = await call(client, token, name, f'id: "{global_id(user)}"{more}', "user { id }")
        assert told["errors"] == refused("NOT_ONESELF", "id")


async def test_a_suspended_user_can_do_nothing_at_once(
    client: httpx.AsyncClient, admin: str
) -> None:
    user = identity.user()
    await save(user)
    token = await sign_in(user)
    arguments = f'id: "{global_id(user)}"'
    for reason, code in (("x" * 201, "TOO_LONG"), ("a\\u0000", "INVALID")):
        told = await call(
            client, admin, "suspendUser", f'{arguments}, reason: "{reason}"', "user { status }"
        )
        assert told == {"user": None, "errors": refused(code, "reason")}
    told = await call(
        client, admin, "suspendUser", f'{arguments}, reason: "spam"', "user { status }"
    )
    assert told["user"] == {"status": "SUSPENDED"}
    action, details = await last_record()
    assert (action, details["reason"], details["sessions_ended"]) == ("user.suspend", "spam", 1)
    assert (await send(client, "{ me { id } }", None, token)).status_code == 401
    again = await call(client, admin, "suspendUser", arguments, "user { id }")
    assert again["errors"] == refused("ILLEGAL_STEP", "id")
    told = await call(client, admin, "reactivateUser", arguments, "user { status }")
    assert told["user"] == {"status": "ACTIVE"}
    # The sessions of before stay ended.
    assert (await send(client, "{ me { id } }", None, token)).status_code == 401


async def test_a_deleted_user_is_gone_and_can_be_restored(
    client: httpx.AsyncClient, admin: str
) -> None:
    user = identity.user(email="ann@example.org", name="Ann")
    await save(user, content.post(author=user, slug="by-ann"))
    token = await sign_in(user)
    id_ = global_id(user)
    assert (await call(client, token, "deleteUser", f'id: "{id_}"', "deletedId"))[
        "deletedId"
    ] == id_
    assert (await send(client, "{ me { id } }", None, token)).status_code == 401
    seen = f"""{{ user(id: "{id_}") {{ id }} users {{ nodes {{ id }} }}
      post(slug: "by-ann") {{ author {{ id }} }} }}"""
    shown = await ask(client, seen, None, admin)
    assert (shown["user"], shown["post"]["author"]) == (None, None)
    assert {"id": id_} not in shown["users"]["nodes"]
    trash = "{ deletedUsers { totalCount nodes { id email name deletedAt } } }"
    (deleted,) = (await ask(client, trash, None, admin))["deletedUsers"]["nodes"]
    assert (deleted["id"], deleted["email"]) == (id_, "ann@example.org")
    assert deleted["deletedAt"] is not None
    # The email is free meanwhile; whoever has taken it keeps it.
    other = identity.user(email="Ann@example.org")
    await save(other)
    told = await call(client, admin, "restoreUser", f'id: "{id_}"', "user { id }")
    assert told["errors"] == refused("TAKEN", "id")
    await call(client, admin, "deleteUser", f'id: "{global_id(other)}"', "deletedId")
    told = await call(client, admin, "restoreUser", f'id: "{id_}"', "user { name deletedAt }")
    assert told["user"] == {"name": "Ann", "deletedAt": None}
    told = await call(client, admin, "restoreUser", f'id: "{id_}"', "user { name }")
    assert told["errors"] == refused("ILLEGAL_STEP", "id")
    assert await Session.count().where(Session.user == user.id, Session.revoked_at.is_null()) == 0


async def test_the_last_administrator_stays(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    assert database
    user = identity.user(role="ADMIN")
    await save(user)
    token = await sign_in(user)
    told = await call(client, token, "deleteUser", f'id: "{global_id(user)}"', "deletedId")
    assert told == {"deletedId": None, "errors": refused("LAST_ADMIN", "id")}
    assert (await User.select(User.deleted_at).first()) == {"deleted_at": None}
    assert await AuditLog.count() == 0


CALLS = {
    "setUserRole": ", role: ADMIN) { user { id } }",
    "suspendUser": ") { user { id } }",
    "reactivateUser": ") { user { id } }",
    "restoreUser": ") { user { id } }",
    "setUserOrganization": ") { user { id } }",
    "deleteUser": ") { deletedId }",
}


@pytest.mark.parametrize("role", ["USER", "CUSTOMER", "VENDOR", "STAFF"])
@pytest.mark.parametrize("name", CALLS)
async def test_others_may_not(
    client: httpx.AsyncClient, database: SeedbedEngine, name: str, role: str
) -> None:
    assert database
    caller, other = identity.user(role=role), identity.user()
    await save(caller, other)
    token = await sign_in(caller)
    document = f'mutation {{ {name}(id: "%s"{CALLS[name]} }}'
    assert code_of(await refuse(client, document % global_id(other), None, token)) == "FORBIDDEN"
    if name != "deleteUser":
        own = document % global_id(caller)
        assert code_of(await refuse(client, own, None, token)) == "FORBIDDEN"
    assert code_of(await refuse(client, document % global_id(other))) == "UNAUTHENTICATED"
    assert await AuditLog.count() == 0


async def test_lists_of_users_are_for_administrators(
    client: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    assert database
    user = identity.user()
    await save(user)
    token = await sign_in(user)
    for field in ("users", "deletedUsers"):
        errors = await refuse(client, f"{{ {field} {{ totalCount }} }}", None, token)
        assert code_of(errors) == "FORBIDDEN"


async def test_an_organisation_and_its_members(client: httpx.AsyncClient, admin: str) -> None:
    user, other = identity.user(name="Ann"), identity.user(name="Bob")
    await save(user, other)
    made = await call(
        client, admin, "createOrganization",
        'input: {name: "O", slug: "o", settings: {a: 1}}', "organization { id name settings }",
    )  # fmt: skip
    organization = made["organization"]["id"]
    assert made["organization"]["settings"] == {"a": 1}
    taken = await call(
        client, admin, "createOrganization", 'input: {name: "P", slug: "o"}', "organization { id }"
    )
    assert taken["errors"] == refused("TAKEN", "input", "slug")
    joined = await call(
        client, admin, "setUserOrganization",
        f'id: "{global_id(user)}", organizationId: "{organization}"',
        "user { organization { name } }",
    )  # fmt: skip
    assert joined["user"] == {"organization": {"name": "O"}}
    await User.update({User.organization: organization.removeprefix("Organization_")}).where(
        User.id == other.id
    )
    token = await sign_in(user)
    # Of others, nobody but administrators is told where they belong.
    shown = await ask(
        client, "{ organizations { nodes { name members { nodes { name } } } } }", None, token
    )
    assert shown["organizations"]["nodes"] == [
        {"name": "O", "members": {"nodes": [{"name": "Ann"}]}}
    ]
    renamed = await call(
        client, admin, "updateOrganization", f'id: "{organization}", input: {{name: "Q"}}',
        "organization { name slug members { nodes { name } } }",
    )  # fmt: skip
    assert renamed["organization"] == {
        "name": "Q", "slug": "o", "members": {"nodes": [{"name": "Ann"}, {"name": "Bob"}]}
    }  # fmt: skip
    await call(client, admin, "deleteOrganization", f'id: "{organization}"', "deletedId")
    assert await Organization.count() == 0
