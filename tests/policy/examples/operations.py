"""Examples of the mutations about what runs behind the API."""

from datetime import UTC, datetime

from seeds import operations
from seeds.upsert import save
from tests.graphql import global_id
from tests.policy.examples.register import Variables, example
from tests.policy.world import World


@example("admin")
async def requeue_events(world: World) -> Variables:
    dead = operations.event(project=world.rows["project"], dead_at=datetime.now(UTC))
    await save(dead)
    return {"ids": [global_id(dead)]}
