"""Every mutation, by its example: it leaves a record, or changes nothing at all."""

import logging
import re
from typing import Any

import httpx
import pytest
from graphql import GraphQLInputObjectType, get_named_type
from strawberry.utils.str_converters import to_camel_case

from app.database import SeedbedEngine
from app.policy import ADMINS, Caller
from app.tables import AuditLog, User
from tests.graphql import global_id
from tests.policy.examples.register import EXAMPLES
from tests.policy.examples.runs import (
    MUTATIONS,
    example_of,
    field_of,
    kind_of,
    let_keys_in,
    problems_of,
    readable,
    run,
    secret_texts,
    secrets_of,
    stored,
    takes_ids,
)
from tests.policy.world import ROLES, World, make_world

# Mutations that take ids of things that are nobody's in particular: there is no stranger.
NOBODYS = {"start_session"}  # whoever sees a questionnaire may answer it

# Problems of the input by which a caller is refused who may call a mutation, but not for this.
HIDDEN = {"NOT_FOUND", "FORBIDDEN"}


@pytest.fixture(scope="session")
def mode() -> str:
    """One is enough: what is written does not depend on how the answer is made."""
    return "json"


@pytest.fixture
async def world(database: SeedbedEngine) -> World:
    """The rows and callers, keys among them, inside the test's transaction."""
    world = await make_world()
    await let_keys_in(world)
    return world


async def recorded(world: World) -> list[dict[str, Any]]:
    """The rows of the audit log, but the one of the world."""
    rows = AuditLog.select().where(AuditLog.id != world.rows["audit_log"]["id"])
    return await rows.order_by(AuditLog.id)


@pytest.mark.parametrize("name", MUTATIONS)
def test_every_mutation_has_an_example(name: str) -> None:
    own = example_of(name)
    assert kind_of(own.caller) in MUTATIONS[name].who, f"{own.caller} may not call {name} at all"
    needs_stranger = takes_ids(name) and not MUTATIONS[name].who <= ADMINS | {Caller.AGENT}
    if needs_stranger and Caller.ANONYMOUS not in MUTATIONS[name].who and name not in NOBODYS:
        assert own.stranger is not None, (
            f"the example of {name} takes an id: name a stranger, who may call it but not for"
            " this id, as in @example(caller, stranger=...)"
        )


def test_every_example_is_of_a_mutation() -> None:
    assert EXAMPLES.keys() - MUTATIONS.keys() == set()


@pytest.mark.parametrize("name", MUTATIONS)
async def test_it_leaves_a_record_without_secrets(
    client: httpx.AsyncClient, database: SeedbedEngine, world: World, name: str
) -> None:
    own = example_of(name)
    variables = await own.prepare(world)
    before = await stored(database)
    secrets = await secrets_of(database)
    response = await run(client, name, variables, world.tokens[own.caller])
    assert (response.status_code, problems_of(name, response)) == (200, []), response.text
    rows = await recorded(world)
    assert rows, f"{name} leaves no row in the audit log"
    assert await stored(database) != before
    for row in rows:
        assert re.fullmatch(r"[a-z_]+\.[a-z_]+", row["action"]), row["action"]
        assert row["resource_type"]
        if own.caller != "anonymous":
            assert row["user"] == world.rows["admin" if own.caller == "agent" else own.caller]["id"]
    secrets |= await secrets_of(database)
    secrets |= secret_texts(variables) | secret_texts(response.json())
    secrets |= {token for token in world.tokens.values() if token}
    # What is sealed for the worker is stored; nobody can read it there either.
    mail = await database.fetch("select payload::text, headers::text from operations.pgqueuer")
    text = readable(rows) + readable(mail)
    assert [secret for secret in secrets if secret in text] == []


@pytest.mark.parametrize("name", [name for name in MUTATIONS if name.startswith("update_")])
async def test_an_update_of_nothing_changes_nothing(
    client: httpx.AsyncClient, database: SeedbedEngine, world: World, name: str
) -> None:
    own = example_of(name)
    variables = await own.prepare(world)
    given = variables["input"]
    empty = [{"id": row["id"]} for row in given] if isinstance(given, list) else {}
    before = await stored(database)
    response = await run(client, name, {**variables, "input": empty}, world.tokens[own.caller])
    assert problems_of(name, response) == [], response.text
    assert await stored(database) == before
    assert await recorded(world) == []


@pytest.mark.parametrize("name", MUTATIONS)
async def test_sent_twice_it_is_refused_or_done_again_with_a_record(
    client: httpx.AsyncClient, database: SeedbedEngine, world: World, name: str
) -> None:
    own = example_of(name)
    variables = await own.prepare(world)
    await run(client, name, variables, world.tokens[own.caller])
    before, rows = await stored(database), await recorded(world)
    response = await run(client, name, variables, world.tokens[own.caller])
    assert "INTERNAL_ERROR" not in problems_of(name, response), response.text
    is_recorded = await recorded(world) != rows
    assert (await stored(database) != before) == is_recorded


@pytest.mark.parametrize("name", MUTATIONS)
async def test_whoever_may_not_call_it_changes_nothing(
    client: httpx.AsyncClient, database: SeedbedEngine, world: World, name: str
) -> None:
    own, mutation = example_of(name), MUTATIONS[name]
    variables = await own.prepare(world)
    before = await stored(database)
    for caller in ("anonymous", "agent", *ROLES):
        if kind_of(caller) not in mutation.who:
            response = await run(client, name, variables, world.tokens[caller])
            expected = ["UNAUTHENTICATED" if caller == "anonymous" else "FORBIDDEN"]
            assert problems_of(name, response) == expected, caller
            assert response.json()["data"] in (None, {to_camel_case(name): None})
    for key, scopes in (
        ("agent", {"agent"}),
        ("reading_key", {"read"}),
        ("writing_key", {"read", "write"}),
        ("writing_key_of_admin", {"read", "write"}),
    ):
        if mutation.scope not in scopes:
            response = await run(client, name, variables, world.tokens[key])
            assert problems_of(name, response) == ["FORBIDDEN"], key
    response = await run(client, name, variables, world.tokens["suspended"])
    assert (response.status_code, problems_of(name, response)) == (401, ["UNAUTHENTICATED"])
    if own.stranger is not None:
        assert kind_of(own.stranger) in mutation.who, f"{own.stranger} may not call {name} at all"
        response = await run(client, name, variables, world.tokens[own.stranger])
        assert set(problems_of(name, response)) <= HIDDEN, response.text
        assert problems_of(name, response), f"{own.stranger} is let through by {name}"
    assert await stored(database) == before
    assert await recorded(world) == []


# What administrators give roles with: to others, never to themselves.
GIVES_ROLES = {"set_user_role", "appoint_staff", "dismiss_staff"}


def test_roles_are_given_by_these_alone() -> None:
    found = set()
    for name in MUTATIONS:
        texts = [str(kind.type) for kind in field_of(name).args.values()]
        inputs = [get_named_type(kind.type) for kind in field_of(name).args.values()]
        for kind in inputs:
            if isinstance(kind, GraphQLInputObjectType):
                texts += [str(field.type) for field in kind.fields.values()]
        if any("UserRole" in text for text in texts):
            found.add(name)
    assert found == {"set_user_role"}


def _of_oneself(given: Any, user: str) -> Any:
    """Variables in which every id of a user is the caller's own."""
    match given:
        case dict():
            return {name: _of_oneself(value, user) for name, value in given.items()}
        case list():
            return [_of_oneself(value, user) for value in given]
        case str() if given.startswith("User_"):
            return user
        case _:
            return given


@pytest.mark.parametrize("name", MUTATIONS)
async def test_nobody_changes_their_own_role(
    client: httpx.AsyncClient, database: SeedbedEngine, world: World, name: str
) -> None:
    own = example_of(name)
    variables = await own.prepare(world)

    async def roles() -> dict[Any, str]:
        rows = await User.select(User.id, User.role)
        return {row["id"]: row["role"] for row in rows}

    before = await roles()
    for caller in {*ROLES, own.caller}:
        if kind_of(caller) not in MUTATIONS[name].who:
            continue
        async with database.transaction() as transaction:
            given = variables
            if caller in ROLES:
                given = _of_oneself(variables, global_id(world.rows[caller]))
            await run(client, name, given, world.tokens[caller])
            after = await roles()
            await transaction.rollback()
        assert before.items() <= after.items(), caller
        # An account that was made meanwhile is a plain user's.
        assert {after[key] for key in after.keys() - before.keys()} <= {"USER"}


@pytest.mark.parametrize("name", sorted(GIVES_ROLES))
async def test_roles_are_given_to_others(
    client: httpx.AsyncClient, database: SeedbedEngine, world: World, name: str
) -> None:
    """What the test above would find, were it let through."""
    own = example_of(name)
    assert own.caller == "admin"
    variables = await own.prepare(world)
    ids = re.findall(r"User_([0-9a-f-]+)", str(variables))
    before = await User.select(User.role).where(User.id.is_in(ids))
    await run(client, name, variables, world.tokens[own.caller])
    assert await User.select(User.role).where(User.id.is_in(ids)) != before


FAULT = (
    """create function operations.fail() returns trigger language plpgsql as $$
    begin raise exception 'the secret of the log, on line 1' using errcode = 'XX000'; end $$""",
    """create trigger fault before insert on operations.audit_logs
    for each row execute function operations.fail()""",
)


@pytest.mark.parametrize("name", MUTATIONS)
async def test_without_its_record_nothing_changes_and_nothing_is_told(
    client: httpx.AsyncClient,
    database: SeedbedEngine,
    world: World,
    name: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The record is written in the transaction of the change: where it fails, both do."""
    own = example_of(name)
    variables = await own.prepare(world)
    before = await stored(database)
    for statement in FAULT:
        await database.fetch(statement)
    response = await run(client, name, variables, world.tokens[own.caller])
    assert await stored(database) == before
    answer: dict[str, Any] = response.json()
    (error,) = answer["errors"]
    reference = error["extensions"]["id"]
    assert error == {
        "message": f"something went wrong on the server; report it with this id: {reference}",
        "extensions": {"code": "INTERNAL_ERROR", "id": reference},
        "locations": error["locations"],
        "path": [to_camel_case(name)],
    }
    assert answer["data"] in (None, {to_camel_case(name): None})
    logged = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert [record.getMessage() for record in logged] == [f"internal error {reference}"]
    secrets = secret_texts(variables) | {token for token in world.tokens.values() if token}
    assert [secret for secret in secrets if secret in caplog.text] == []
