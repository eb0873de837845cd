"""Examples of the mutations about projects and the agent's answers."""

from tests.graphql import global_id
from tests.policy.examples.register import Variables, example
from tests.policy.world import World


@example("owner")
async def create_project(world: World) -> Variables:
    return {"input": {"prompt": "Build a garden planner.", "name": "garden-planner"}}


@example("owner", stranger="admin")
async def add_message(world: World) -> Variables:
    return {"input": {"projectId": global_id(world.rows["project"]), "content": "And a pond."}}


@example("owner", stranger="user")
async def rename_project(world: World) -> Variables:
    return {"id": global_id(world.rows["project"]), "input": {"name": "another-name"}}


@example("owner", stranger="user")
async def delete_project(world: World) -> Variables:
    return {"id": global_id(world.rows["project"])}


@example("agent")
async def answer_event(world: World) -> Variables:
    fragment = {
        "sandboxUrl": "https://sandbox.example/1",
        "title": "A pond",
        "files": {"pond.py": "print()"},
        "summary": "It has a pond.",
    }
    about = {"projectId": global_id(world.rows["project"]), "content": "Done.", "type": "RESULT"}
    return {"input": {**about, "eventId": global_id(world.rows["event"]), "fragment": fragment}}
