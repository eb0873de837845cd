"""Real processes: killed workers, ten thousand events, the whole loop with the example agent."""

import asyncio
import os
import socket
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx

from app.database import SeedbedEngine
from app.tables import ApiKey, Event, User
from app.tables.identity import UserRole
from seeds import identity, operations, projects
from seeds.upsert import save
from tests import databases
from tests.graphql import sign_in
from tests.worker.events.receiver import OK, receiver
from tests.worker.toys import PATIENCE

CREATE = 'mutation { createProject(input: {prompt: "<Tides>"}) { project { id } } }'
READ = """query($id: ID!) { project(id: $id) { messages { nodes {
  role content fragment { sandboxUrl title files } } } } }"""


@asynccontextmanager
async def _process(
    engine: SeedbedEngine, *command: str, settings: Mapping[str, str], log: int = PIPE
) -> AsyncIterator[Process]:
    """A process of ours. Its log is kept in a pipe, which holds no more than some hundred lines."""
    plain = databases.environment(engine.settings.database_url or "")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", *command),
        cwd=databases.ROOT,
        env={**os.environ, **plain, **settings},
        stdout=PIPE,
        stderr=log,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        await process.communicate()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


async def test_a_killed_worker_leaves_its_delivery_to_another(committed: SeedbedEngine) -> None:
    owner = identity.user()
    project = projects.project(owner=owner)
    await save(owner, project)
    for prompt in ("1", "2"):
        data = {"project": str(project.id), "prompt": prompt}
        await save(operations.event(project=project, data=data))
    go_on = asyncio.Event()

    async def answer(_event: dict[str, Any]) -> str:
        await go_on.wait()
        return OK

    async with asyncio.timeout(PATIENCE), receiver() as agent:
        agent.answer = answer
        settings = {"SEEDBED_AGENT_URL": agent.url, "SEEDBED_AGENT_SECRET": "s" * 40}
        async with _process(committed, "app.worker", settings=settings) as process:
            await agent.arrived.wait()
            process.kill()
            await process.wait()
        rows = await Event.select(Event.attempts, Event.delivered_at).order_by(Event.sequence)
        assert [tuple(row.values()) for row in rows] == [(1, None), (0, None)]
        go_on.set()
        # As when the time of its lease has passed.
        await committed.fetch("update operations.events set next_attempt_at = now()")
        settings["SEEDBED_AGENT_URL"] = agent.url.replace("//", "//us:hidden-word@")
        async with _process(committed, "app.worker", settings=settings) as process:
            while await Event.exists().where(Event.delivered_at.is_null()):  # noqa: ASYNC110 - sets no event
                await asyncio.sleep(0.05)
            process.terminate()
            _, log = await process.communicate()
    assert b"is delivered" in log
    assert b"hidden-word" not in log
    assert agent.prompts() == ["1", "1", "2"]


TEN_THOUSAND = """
insert into operations.events (project, name, data)
select project.id, 'code-agent/run',
  jsonb_build_object('project', project.id, 'prompt', place::text)
from projects.projects project, generate_series(1, 100) place order by place
"""


async def test_two_workers_deliver_ten_thousand_events_in_order(committed: SeedbedEngine) -> None:
    owner = identity.user()
    await save(owner, *(projects.project(owner=owner) for _ in range(100)))
    await committed.fetch(TEN_THOUSAND)
    async with receiver() as agent:
        settings = {"SEEDBED_AGENT_URL": agent.url, "SEEDBED_AGENT_SECRET": "s" * 40}
        async with (
            asyncio.timeout(5 * PATIENCE),
            _process(committed, "app.worker", settings=settings, log=DEVNULL),
            _process(committed, "app.worker", settings=settings, log=DEVNULL),
        ):
            while await Event.exists().where(Event.delivered_at.is_null()):  # noqa: ASYNC110 - as above
                await asyncio.sleep(0.5)
    received: dict[str, list[int]] = {}
    for event in agent.events:
        received.setdefault(event["data"]["project"], []).append(int(event["data"]["prompt"]))
    assert list(received.values()) == [list(range(1, 101))] * 100


async def _until_ready(client: httpx.AsyncClient) -> None:
    while True:
        try:
            if (await client.get("/readyz")).status_code == 200:
                return
        except httpx.TransportError:
            pass
        await asyncio.sleep(0.1)


async def test_server_worker_and_example_agent_make_a_loop(committed: SeedbedEngine) -> None:
    owner, admin = identity.user(), identity.user(role=UserRole.ADMIN)
    await save(owner, admin)
    headers = {"Authorization": f"Bearer {await sign_in(owner)}"}
    port, agent_port = _free_port(), _free_port()
    settings = {
        "SEEDBED_ENVIRONMENT": "development",
        "SEEDBED_PORT": str(port),
        "SEEDBED_AGENT_URL": f"http://127.0.0.1:{agent_port}/events",
    }
    server = _process(committed, "app", settings=settings)
    agent = _process(committed, "app.commands.agent", settings=settings)
    address = f"http://127.0.0.1:{port}"
    async with (
        asyncio.timeout(2 * PATIENCE),
        server,
        httpx.AsyncClient(base_url=address, headers=headers, trust_env=False) as client,
    ):
        await _until_ready(client)
        made = (await client.post("/graphql", json={"query": CREATE})).json()
        variables = made["data"]["createProject"]["project"]
        async with agent:
            messages: list[Any] = []
            while len(messages) < 2:
                await asyncio.sleep(0.1)
                told = await client.post("/graphql", json={"query": READ, "variables": variables})
                messages = told.json()["data"]["project"]["messages"]["nodes"]
            made_page = messages[1]["fragment"]
            page = await client.get(made_page["sandboxUrl"])
            # One at a time: another one leaves the key of the one that runs alone.
            second = _process(committed, "app.commands.agent", settings=settings)
            async with second as process:
                assert await process.wait() == 1
    assert [message["role"] for message in messages] == ["USER", "ASSISTANT"]
    assert made_page["files"] == {"index.html": page.text}
    assert "<h1>&lt;Tides&gt;</h1>" in page.text
    assert page.headers["content-security-policy"].startswith("sandbox")
    (key,) = await ApiKey.select().where(ApiKey.name == "Example agent")
    assert await User.exists().where((User.id == key["user"]) & (User.role == UserRole.ADMIN))
