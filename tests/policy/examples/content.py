"""Examples of the mutations about posts and comments."""

from tests.graphql import global_id
from tests.policy.examples.register import Variables, example
from tests.policy.world import World


def the(world: World, name: str) -> Variables:
    """A row of the world, by its id."""
    return {"id": global_id(world.rows[name])}


@example("owner")
async def create_post(world: World) -> Variables:
    return {"input": {"title": "A title", "content": "A text"}}


@example("owner", stranger="user")
async def update_post(world: World) -> Variables:
    return {**the(world, "post"), "input": {"title": "Another", "content": "Another text"}}


@example("owner", stranger="admin")
async def publish_post(world: World) -> Variables:
    return the(world, "draft")


@example("owner", stranger="user")
async def unpublish_post(world: World) -> Variables:
    return the(world, "post")


@example("owner", stranger="user")
async def delete_post(world: World) -> Variables:
    return the(world, "post")


@example("owner", stranger="user")
async def restore_post(world: World) -> Variables:
    return the(world, "deleted_post")


@example("admin")
async def purge_post(world: World) -> Variables:
    return the(world, "post")


@example("owner", stranger="user")
async def create_comment(world: World) -> Variables:
    return {"input": {"postId": global_id(world.rows["draft"]), "body": "A comment"}}


@example("owner", stranger="user")
async def update_comment(world: World) -> Variables:
    return {**the(world, "comment"), "input": {"body": "Another"}}


@example("owner", stranger="user")
async def delete_comment(world: World) -> Variables:
    return the(world, "comment")


@example("owner", stranger="user")
async def restore_comment(world: World) -> Variables:
    return the(world, "deleted_comment")


@example("admin")
async def purge_comment(world: World) -> Variables:
    return the(world, "comment")
