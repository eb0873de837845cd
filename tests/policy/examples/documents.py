"""Examples of the mutations about documents, their types and engineering standards."""

from typing import Any

from app.tables import DocumentType, EngineeringStandard
from seeds import assessment
from seeds.ids import moment
from seeds.upsert import save
from tests.graphql import global_id
from tests.policy.examples.assessment import run_of_owner
from tests.policy.examples.register import Variables, example
from tests.policy.world import World

TYPE: dict[str, Any] = {
    "name": "A type",
    "category": "ENGINEERING",
    "description": "What it is for.",
    "template": "# {{ answers.a_key }}",
}
STANDARD: dict[str, Any] = {
    "code": "NEW-1",
    "title": "A standard",
    "category": "CODING",
    "description": "What it is for.",
    "principles": ["Keep it short."],
}


async def document_of_owner(world: World, status: str) -> str:
    """The id of a document of a completed run of the owner's."""
    run = await run_of_owner(world, status="COMPLETED", completed_at=moment(3))
    made: dict[str, Any] = {"content": "C", "generated_at": moment(4)}
    document = assessment.document(
        session=run,
        document_type=world.rows["kind"]["id"],
        status=status,
        **(made if status == "GENERATED" else {}),
    )
    await save(document)
    return global_id(document)


async def unused() -> tuple[DocumentType, EngineeringStandard]:
    """A type and a standard that nothing refers to."""
    kind, standard = assessment.document_type(), assessment.engineering_standard()
    await save(kind, standard)
    return kind, standard


@example("owner", stranger="user")
async def request_documents(world: World) -> Variables:
    run = await run_of_owner(world, status="COMPLETED", completed_at=moment(3))
    return {"sessionId": global_id(run), "documentTypeIds": [global_id(world.rows["kind"])]}


@example("owner", stranger="user")
async def retry_document(world: World) -> Variables:
    return {"id": await document_of_owner(world, "FAILED")}


@example("owner", stranger="user")
async def regenerate_document(world: World) -> Variables:
    return {"id": await document_of_owner(world, "GENERATED")}


@example("admin", stranger="owner")
async def review_document(world: World) -> Variables:
    return {"id": await document_of_owner(world, "GENERATED"), "decision": "APPROVE"}


@example("admin")
async def create_document_type(world: World) -> Variables:
    return {"input": TYPE}


@example("admin")
async def update_document_type(world: World) -> Variables:
    return {"id": global_id(world.rows["kind"]), "input": TYPE}


@example("admin")
async def delete_document_type(world: World) -> Variables:
    return {"id": global_id((await unused())[0])}


@example("admin")
async def create_engineering_standard(world: World) -> Variables:
    return {"input": STANDARD}


@example("admin")
async def update_engineering_standard(world: World) -> Variables:
    return {"id": global_id(world.rows["standard"]), "input": STANDARD}


@example("admin")
async def delete_engineering_standard(world: World) -> Variables:
    return {"id": global_id((await unused())[1])}


@example("admin")
async def set_document_type_standard(world: World) -> Variables:
    kind, standard = await unused()
    ids = {"documentTypeId": global_id(kind), "standardId": global_id(standard)}
    return {"input": {**ids, "priority": 1}}


@example("admin")
async def delete_document_type_standard(world: World) -> Variables:
    return {"id": global_id(world.rows["link"])}
