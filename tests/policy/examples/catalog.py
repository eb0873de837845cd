"""Examples of the mutations about universities, their staff and their courses."""

from typing import Any

from seeds import identity
from seeds.upsert import save
from tests.graphql import global_id
from tests.policy.examples.register import Variables, example
from tests.policy.world import World

COURSE: dict[str, Any] = {
    "name": "A course",
    "code": "A-1",
    "description": "What one learns.",
    "level": "MASTER",
    "credits": 60,
    "durationMonths": 24,
    "tuition": "100.50",
    "currency": "EUR",
    "language": "en",
    "isActive": True,
}
UNIVERSITY: dict[str, Any] = {
    "name": "A university",
    "slug": "a-university",
    "country": "France",
    "countryCode": "FR",
    "city": "Lyon",
    "stateProvince": "Rhône",
    "website": "https://a.example",
    "domains": ["a.example"],
    "settings": {"theme": "plain"},
    "analytics": {"visits": 7},
}


def new_course(world: World) -> Variables:
    """A course of the university that `staff` works for."""
    return {"universityId": global_id(world.rows["unverified"]), **COURSE}


@example("staff", stranger="other_staff")
async def create_course(world: World) -> Variables:
    return {"input": new_course(world)}


@example("staff", stranger="other_staff")
async def create_courses(world: World) -> Variables:
    return {"input": [new_course(world), {**new_course(world), "code": "A-2"}]}


@example("staff", stranger="other_staff")
async def update_course(world: World) -> Variables:
    return {"id": global_id(world.rows["unverified_course"]), "input": COURSE}


@example("staff", stranger="other_staff")
async def update_courses(world: World) -> Variables:
    return {"input": [{"id": global_id(world.rows["unverified_course"]), **COURSE}]}


@example("staff", stranger="other_staff")
async def upsert_course(world: World) -> Variables:
    return {"input": {**new_course(world), "code": world.rows["unverified_course"]["code"]}}


@example("staff", stranger="other_staff")
async def upsert_courses(world: World) -> Variables:
    there = {**new_course(world), "code": world.rows["unverified_course"]["code"]}
    return {"input": [new_course(world), there]}


@example("staff", stranger="other_staff")
async def delete_courses(world: World) -> Variables:
    return {"ids": [global_id(world.rows["unverified_course"])]}


@example("admin")
async def create_university(world: World) -> Variables:
    return {"input": UNIVERSITY}


@example("admin")
async def update_university(world: World) -> Variables:
    return {"id": global_id(world.rows["verified"]), "input": UNIVERSITY}


@example("admin")
async def verify_university(world: World) -> Variables:
    return {"id": global_id(world.rows["unverified"])}


@example("admin")
async def verify_universities(world: World) -> Variables:
    return {"ids": [global_id(world.rows["unverified"])]}


@example("admin")
async def unverify_university(world: World) -> Variables:
    return {"id": global_id(world.rows["verified"])}


@example("admin")
async def appoint_staff(world: World) -> Variables:
    user, university = world.rows["user"], world.rows["verified"]
    return {"userId": global_id(user), "universityId": global_id(university)}


@example("admin")
async def dismiss_staff(world: World) -> Variables:
    staff = identity.staff(university=world.rows["verified"]["id"])
    await save(staff)
    return {"userId": global_id(staff)}
