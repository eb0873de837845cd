"""What administrators run from the admin, and the record of it."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from app.admin import Done, Task, TaskFailed, admin_app
from app.database import SeedbedEngine
from app.settings import load_settings
from app.tables.identity import User
from app.tables.operations import AuditLog, Event
from app.tables.projects import Project
from seeds import identity, operations, projects
from seeds.upsert import save
from tests.web.visitors import administrator, log, log_in

FORMS = "/admin/api/forms"
DEAD = datetime(2026, 1, 1, tzinfo=UTC)


async def test_the_forms_are_listed_under_run(inside: httpx.AsyncClient) -> None:
    listed = (await inside.get(f"{FORMS}/grouped/")).json()
    assert [form["name"] for form in listed["grouped"]["Run"]] == ["Queue again", "Seed"]
    for form in listed["grouped"]["Run"]:
        schema = (await inside.get(f"{FORMS}/{form['slug']}/schema/")).json()
        assert isinstance(schema["properties"], dict)


async def test_seeding_is_recorded_once(inside: httpx.AsyncClient) -> None:
    response = await inside.post(f"{FORMS}/seed/", json={})
    assert response.status_code == 200
    assert await User.exists().where(User.email == identity.ADMIN)
    [entry] = [entry for entry in await log() if entry["action"] == "admin.seed"]
    created = entry["details"]["created"]
    assert created > 100
    said = f"{created:,} rows were created and 0 updated."
    assert response.json() == {"custom_form_success": said}
    assert entry["user"] is not None


async def test_nothing_is_seeded_in_production(database: SeedbedEngine) -> None:
    address = load_settings({"SEEDBED_PUBLIC_URL": "https://seedbed.example"})
    settings = replace(address, environment="production")
    transport = httpx.ASGITransport(
        Starlette(routes=[Mount("/admin", admin_app(database, settings))])
    )
    async with httpx.AsyncClient(transport=transport, base_url="https://seedbed.example") as there:
        user = await administrator()
        await there.get("/admin/")
        there.headers["X-CSRFToken"] = there.cookies["csrftoken"]
        there.headers["Origin"] = "https://seedbed.example"
        assert (await log_in(there, user.email)).status_code == 200
        assert [form["name"] for form in (await there.get(f"{FORMS}/")).json()] == ["Queue again"]
        assert (await there.post(f"{FORMS}/seed/", json={})).status_code == 404


async def test_what_failed_is_queued_again(
    inside: httpx.AsyncClient, database: SeedbedEngine
) -> None:
    owner = identity.user()
    project = projects.project(owner=owner)
    dead = operations.event(project=project, attempts=9, dead_at=DEAD)
    waiting = operations.event(project=project, attempts=2)
    await save(owner, project, dead, waiting)
    await database.fetch(
        "insert into operations.pgqueuer (priority, status, entrypoint, payload)"
        " values (0, 'failed', 'mail', ''), (0, 'queued', 'mail', '')"
    )
    response = await inside.post(f"{FORMS}/queue-again/", json={"jobs": True, "events": True})
    assert response.json() == {"custom_form_success": "Queued again: 1 failed job, 1 dead event."}
    rows = await Event.select(Event.id, Event.attempts, Event.dead_at).order_by(Event.sequence)
    assert [(row["id"], row["attempts"], row["dead_at"]) for row in rows] == [
        (dead.id, 0, None),
        (waiting.id, 2, None),
    ]
    states = await database.fetch("select status::text from operations.pgqueuer")
    assert {row["status"] for row in states} == {"queued"}
    [entry] = await log()
    assert (entry["action"], entry["resource_type"]) == ("admin.requeue", "Queue")
    assert entry["details"] == {"jobs": 1, "events": 1}
    assert await Project.count() == 1


async def test_queueing_nothing_is_refused(inside: httpx.AsyncClient) -> None:
    response = await inside.post(f"{FORMS}/queue-again/", json={"jobs": False, "events": False})
    assert response.status_code == 422
    assert response.json() == {"custom_form_error": "Choose jobs, events, or both."}
    assert await log() == []


@pytest.mark.parametrize("fails", [False, True])
async def test_a_task_is_recorded_however_it_ends(
    engine: SeedbedEngine, visitor: httpx.AsyncClient, fails: bool
) -> None:
    async def run(_: SeedbedEngine) -> Done:
        if fails:
            raise TaskFailed("The disk is full.")
        return Done("Done.", "Thing", "a-key", {"bytes": 5})

    task = Task("Do it", "Does it.", "admin.do", run)
    app = admin_app(engine, load_settings({}), [task])
    transport = httpx.ASGITransport(Starlette(routes=[Mount("/admin", app)]))
    async with httpx.AsyncClient(
        transport=transport,
        base_url="http://localhost",
        headers=visitor.headers,
        cookies=visitor.cookies,
    ) as client:
        await log_in(client, (await administrator()).email)
        response = await client.post(f"{FORMS}/do-it/", json={})
    [entry] = await log()
    assert entry["action"] == "admin.do"
    if fails:
        assert response.json() == {"custom_form_error": "The disk is full."}
        assert entry["details"] == {"failed": "The disk is full."}
    else:
        assert response.json() == {"custom_form_success": "Done."}
        assert (entry["resource_type"], entry["resource_id"]) == ("Thing", "a-key")
        assert entry["details"] == {"bytes": 5}


async def test_a_backup_is_written_and_recorded(
    application: Starlette,
    committed: SeedbedEngine,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    settings = load_settings({"SEEDBED_DATA_DIR": str(tmp_path)})
    monkeypatch.setattr(committed, "settings", settings)
    user = await administrator()
    transport = httpx.ASGITransport(application)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        await client.get("/admin/")
        client.headers["X-CSRFToken"] = client.cookies["csrftoken"]
        assert (await log_in(client, user.email)).status_code == 200
        response = await client.post(f"{FORMS}/back-up/", json={}, timeout=120)
    assert response.status_code == 200, response.text
    [folder] = [path for path in (tmp_path / "backups").iterdir() if path.is_dir()]
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert manifest["rows"]["identity.users"] == 1
    [entry] = await AuditLog.select().where(AuditLog.action == "admin.backup")
    assert (entry["resource_type"], entry["resource_id"]) == ("Backup", folder.name)
    assert entry["user"] == user.id
    assert json.loads(entry["details"])["sha256"] == manifest["sha256"]
