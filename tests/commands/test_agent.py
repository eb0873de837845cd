"""The key of the example agent: one at a time, an administrator's, and in development only."""

import dataclasses
import socket
from datetime import UTC, datetime, timedelta

import pytest

from app.commands import agent
from app.commands.console import CommandError
from app.context import identify
from app.database import SeedbedEngine
from app.policy import Caller
from app.settings import EXAMPLE_AGENT, Settings, SettingsError, load_settings
from app.tables import ApiKey, AuditLog, Event
from seeds import identity, operations, projects
from seeds.upsert import save


def test_development_has_an_address_for_the_agent_and_production_needs_a_secret() -> None:
    settings = load_settings({})
    assert settings.agent_url == EXAMPLE_AGENT
    assert agent.check(settings) == 8020
    assert load_settings({"SEEDBED_ENVIRONMENT": "test"}).agent_url is None
    production = {
        "SEEDBED_ENVIRONMENT": "production",
        "SEEDBED_SECRET_KEY": "q7Vd-3kPz_0aWmX9rTfYb2LcE8hJnGuS5",
    }
    assert load_settings(production).agent_url is None
    with pytest.raises(SettingsError, match="SEEDBED_AGENT_SECRET must be set in production"):
        load_settings({**production, "SEEDBED_AGENT_URL": "https://agent.example/events"})


@pytest.mark.parametrize("environment", ["production", "test"])
def test_there_is_no_agent_outside_development(environment: str) -> None:
    settings = dataclasses.replace(
        Settings(),
        environment=environment,  # type: ignore[arg-type]  # one of them
        agent_url=EXAMPLE_AGENT,
    )
    with pytest.raises(CommandError, match="in development only"):
        agent.check(settings)


@pytest.mark.parametrize("url", ["https://agent.example/events", "http://127.0.0.1:1/x", None])
def test_an_agent_elsewhere_is_left_alone(url: str | None) -> None:
    with pytest.raises(CommandError, match="leads to another agent"):
        agent.check(dataclasses.replace(Settings(), agent_url=url))


def test_an_agent_that_runs_keeps_its_port_and_with_it_its_key() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CommandError, match=f"cannot listen on port {port}: .*Use the one that"):
            agent.check_port(port)
    agent.check_port(port)


async def test_without_an_administrator_there_is_no_key(database: SeedbedEngine) -> None:
    await save(identity.user(role="USER"))
    with pytest.raises(CommandError, match="create-admin"):
        await agent.make_key(database)
    assert await ApiKey.count() == 0


async def test_a_new_key_withdraws_the_one_before_and_hurries_what_failed(
    database: SeedbedEngine,
) -> None:
    admin, owner = identity.user(role="ADMIN"), identity.user()
    project = projects.project(owner=owner)
    await save(admin, owner, project)
    later = datetime.now(UTC) + timedelta(hours=1)
    for error in ("It failed.", None):
        await save(operations.event(project=project, last_error=error, next_attempt_at=later))
    first, second = await agent.make_key(database), await agent.make_key(database)
    assert first != second
    assert (await identify(database, f"Bearer {second}")).kind == Caller.AGENT
    rows = await ApiKey.select().order_by(ApiKey.id)
    assert [row["revoked_at"] is None for row in rows] == [False, True]
    assert {row["user"] for row in rows} == {admin.id}
    assert [row["action"] for row in await AuditLog.select()] == ["api_key.create"] * 3
    waiting = await Event.select(Event.next_attempt_at).order_by(Event.sequence)
    assert [row["next_attempt_at"] == later for row in waiting] == [False, True]
    # Not before the agent listens.
    assert timedelta(0) < waiting[0]["next_attempt_at"] - datetime.now(UTC) < timedelta(seconds=4)
