"""Documents of completed runs, the types and templates they have, and standards."""

import enum
from typing import Annotated
from uuid import UUID

import strawberry
from strawberry import ID

from app.actions.assessment import document_life, document_types
from app.bridge import Crud, Follow, auto, followed_key, given, input_type, row_key, row_keys
from app.context import Context
from app.policy import ADMINS, USERS
from app.schema.registry import mutations, subscriptions
from app.tables import assessment as tables


@strawberry.enum(description="What comes of a review.")
class ReviewDecision(enum.Enum):
    """What a reviewer decides, with the step that it is."""

    APPROVE = "approve"
    REJECT = "reject"


@mutations.field(who=USERS, documents=list[tables.Document])
async def request_documents(
    context: Context, session_id: ID, document_type_ids: list[ID]
) -> list[UUID]:
    """Have documents of these types made of your completed run: they are generated in a moment."""
    session = row_key(tables.AssessmentSession, session_id, ("sessionId",))
    asked = document_type_ids[: document_life.MOST_TYPES + 1]
    types = row_keys(tables.DocumentType, asked, "documentTypeIds")
    return await document_life.request_documents(context, session, types)


@mutations.field(who=USERS, document=tables.Document)
async def retry_document(context: Context, id: ID) -> UUID:
    """Generate a document of yours again that has failed; its `error` says what to mend first."""
    return await document_life.retry_document(context, row_key(tables.Document, id))


@mutations.field(who=USERS, document=tables.Document)
async def regenerate_document(context: Context, id: ID) -> UUID:
    """Have the next version of a document of yours made, by the template as it is now."""
    return await document_life.regenerate_document(context, row_key(tables.Document, id))


@mutations.field(who=USERS, document=tables.Document)
async def review_document(context: Context, id: ID, decision: ReviewDecision) -> UUID:
    """Approve or reject a generated document: administrators may, and its author's colleagues.

    Colleagues are the members of the organisation whose questionnaire it is, where its author is
    one as well; nobody but an administrator reviews a document of their own.
    """
    key = row_key(tables.Document, id)
    return await document_life.review_document(context, key, decision.value)


# --- what administrators write --------------------------------------------------------------------


@input_type(tables.DocumentType)
class CreateDocumentTypeInput:
    """A new type of document; its template is checked."""

    name: auto
    category: auto
    description: auto
    template: auto


@input_type(tables.DocumentType, partial=True)
class UpdateDocumentTypeInput:
    """New values of a type; what is left out stays as it is."""

    name: auto
    category: auto
    description: auto
    template: auto


@input_type(tables.EngineeringStandard)
class CreateEngineeringStandardInput:
    """A new standard; `principles` is a list of texts."""

    code: auto
    title: auto
    category: auto
    description: auto
    principles: auto


@input_type(tables.EngineeringStandard, partial=True)
class UpdateEngineeringStandardInput:
    """New values of a standard; what is left out stays as it is."""

    code: auto
    title: auto
    category: auto
    description: auto
    principles: auto


@input_type(tables.DocumentTypeStandard)
class SetDocumentTypeStandardInput:
    """That documents of a type follow a standard; the lowest priority comes first."""

    document_type: auto
    standard: auto
    priority: auto


@mutations.field(who=ADMINS, document_type=tables.DocumentType)
async def create_document_type(context: Context, input: CreateDocumentTypeInput) -> UUID:
    """Add a type of document. A fault of the template is told with `line` and its number."""
    return await document_types.create_document_type(context, given(input))


@mutations.field(who=ADMINS, document_type=tables.DocumentType)
async def update_document_type(context: Context, id: ID, input: UpdateDocumentTypeInput) -> UUID:
    """Change a type of document; what is generated already stays as it is."""
    key = row_key(tables.DocumentType, id)
    return await document_types.update_document_type(context, key, given(input))


@mutations.field(who=ADMINS, engineering_standard=tables.EngineeringStandard)
async def create_engineering_standard(
    context: Context, input: CreateEngineeringStandardInput
) -> UUID:
    """Add a standard."""
    return await document_types.create_standard(context, given(input))


@mutations.field(who=ADMINS, engineering_standard=tables.EngineeringStandard)
async def update_engineering_standard(
    context: Context, id: ID, input: UpdateEngineeringStandardInput
) -> UUID:
    """Change a standard; what is generated already stays as it is."""
    key = row_key(tables.EngineeringStandard, id)
    return await document_types.update_standard(context, key, given(input))


Crud(mutations, tables.DocumentType, "document_type", who=ADMINS).delete(
    "delete_document_type", "Delete a type of document, of which there is no document."
)
Crud(mutations, tables.EngineeringStandard, "engineering_standard", who=ADMINS).delete(
    "delete_engineering_standard", "Delete a standard; no type of document follows it any more."
)
_links = Crud(mutations, tables.DocumentTypeStandard, "document_type_standard", who=ADMINS)
_links.upsert(
    "set_document_type_standard",
    SetDocumentTypeStandardInput,
    (tables.DocumentTypeStandard.document_type, tables.DocumentTypeStandard.standard),
    "Let documents of a type follow a standard, or change its priority.",
)
_links.delete("delete_document_type_standard", "Let documents of a type not follow a standard.")


# --- what can be followed -------------------------------------------------------------------------


@subscriptions.field(who=USERS, document=tables.Document)
async def document_status_changed(
    _context: Context, session_id: Annotated[ID, "The run whose documents are followed."]
) -> Follow:
    """Every document of a run when it is begun, and whenever its status changes."""
    key = followed_key(tables.AssessmentSession, "sessionId", session_id)
    return Follow("document", str(key), parent=(tables.AssessmentSession, key))
