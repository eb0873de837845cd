"""Examples of the mutations about what runs behind the API."""

from datetime import UTC, datetime

from piccolo.engine.finder import engine_finder

from app.database import SeedbedEngine
from app.jobs import SendEmail, enqueue
from seeds import operations
from seeds.upsert import save
from tests.graphql import global_id
from tests.policy.examples.register import Variables, example
from tests.policy.world import World


@example("admin")
async def requeue_events(world: World) -> Variables:
    dead = operations.event(project=world.rows["project"]["id"], dead_at=datetime.now(UTC))
    await save(dead)
    return {"ids": [global_id(dead)]}


@example("admin")
async def set_system_config(world: World) -> Variables:
    return {"key": "registration.open", "value": False}


@example("admin")
async def reset_system_config(world: World) -> Variables:
    await save(operations.system_config(key="registration.open", value=False))
    return {"key": "registration.open"}


@example("admin")
async def retry_jobs(world: World) -> Variables:
    engine = engine_finder()
    assert isinstance(engine, SeedbedEngine)
    mail = SendEmail(template="verify-email", to="a@seedbed.example")
    (job,) = await enqueue(engine, mail)
    await engine.fetch("update operations.pgqueuer set status = 'failed' where id = $1", job)
    return {"ids": [str(job)]}
