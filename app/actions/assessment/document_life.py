"""Documents of completed runs: asked for, retried, made anew, approved and rejected."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from app.actions.states import StateMachine, Step
from app.audit import Change
from app.bridge import Action, Changes, NotAllowed, Problem, Refused, Row
from app.context import Context
from app.jobs import GenerateDocument, enqueue
from app.policy import access_table
from app.tables.assessment import (
    AssessmentSession,
    AssessmentStatus,
    Document,
    DocumentStatus,
)

_PENDING, _GENERATING, _GENERATED, _APPROVED, _REJECTED, _FAILED = DocumentStatus

LIFE = StateMachine(
    "document",
    {
        # A worker may have been killed in the middle: the next one begins again.
        "generate": Step(frozenset({_PENDING, _GENERATING}), _GENERATING),
        "finish": Step(frozenset({_GENERATING}), _GENERATED),
        "fail": Step(frozenset({_PENDING, _GENERATING}), _FAILED),
        "retry": Step(frozenset({_FAILED}), _PENDING),
        "approve": Step(frozenset({_GENERATED}), _APPROVED),
        "reject": Step(frozenset({_GENERATED}), _REJECTED),
        "regenerate": Step(frozenset({_GENERATED, _APPROVED, _REJECTED}), _PENDING),
    },
)

# What has been generated once; until then there is no text.
HAVE_TEXT = frozenset({_GENERATED, _APPROVED, _REJECTED})

MOST_TYPES = 50  # of one request
# Longer than all attempts at a job: what still waits then, nobody works on.
STUCK_AFTER = timedelta(hours=6)

_TYPES = """
select kind.id, kind.name, questionnaire.title,
  exists (select from assessment.documents document
          where document.session = $1 and document.document_type = kind.id) as there
from assessment.document_types kind, assessment.assessment_sessions session
  join assessment.questionnaires questionnaire on questionnaire.id = session.questionnaire
where kind.id = any($2) and session.id = $1
"""
_NEWEST = """
select max(version) as version from assessment.documents where session = $1 and document_type = $2
"""
_LONGEST_TITLE = 300


async def find_document(context: Context, key: UUID) -> Row | None:
    """The document with this key, if the caller may read it; one statement."""
    fetch = context.request.executor.fetch
    return await Changes(access_table(), context.viewer, fetch).find(Document, key)


async def request_documents(context: Context, session: UUID, types: Sequence[UUID]) -> list[UUID]:
    """A pending document and its job for each of the types, of a completed run; their keys."""
    if not 1 <= len(types) <= MOST_TYPES:
        sentence = f"ask for 1 to {MOST_TYPES} types at once"
        raise Refused(Problem("INVALID", sentence, ("documentTypeIds",)))
    async with context.change("document.request") as change:
        # Locked: of two who ask at once, the second one finds the documents of the first.
        row = await change.target(AssessmentSession, session, path=("sessionId",))
        if row["status"] != AssessmentStatus.COMPLETED:
            sentence = "only of a completed run can documents be made: completeSession"
            raise Refused(Problem("ILLEGAL_STEP", sentence, ("sessionId",)))
        rows = await context.request.executor.fetch(_TYPES, session, list(types))
        found = {kind["id"]: kind for kind in rows}
        _check_types(types, found)
        made = await change.insert_many(
            Document,
            [
                {
                    "session": session,
                    "document_type": kind,
                    "status": _PENDING,
                    "title": f"{found[kind]['name']}: {found[kind]['title']}"[:_LONGEST_TITLE],
                }
                for kind in types
            ],
        )
        await enqueue(context.engine, *(GenerateDocument(document=one["id"]) for one in made))
    by_type = {one["document_type"]: one["id"] for one in made}
    return [by_type[kind] for kind in types]


async def retry_document(context: Context, key: UUID) -> UUID:
    """Generate a document again that failed, or that nobody works on any more."""
    async with context.change("document.retry") as change:
        row = await _own(change, key)
        waited = datetime.now(UTC) - row["updated_at"]
        is_stuck = row["status"] in {_PENDING, _GENERATING} and waited > STUCK_AFTER
        status = _PENDING if is_stuck else LIFE.after(row["status"], "retry")
        await change.set(Document, key, {"status": status, "error": None})
        change.about(Document, key)
        await enqueue(context.engine, GenerateDocument(document=key))
    return key


async def regenerate_document(context: Context, key: UUID) -> UUID:
    """The next version of a document, pending; its key. Only the newest one is made anew."""
    async with context.change("document.regenerate") as change:
        row = await _own(change, key)
        status = LIFE.after(row["status"], "regenerate")
        (newest,) = await context.request.executor.fetch(
            _NEWEST, row["session"], row["document_type"]
        )
        if newest["version"] != row["version"]:
            sentence = f"version {newest['version']} is the newest: regenerate that one"
            raise Refused(Problem("ILLEGAL_STEP", sentence, ("id",)))
        copied = {name: row[name] for name in ("session", "document_type", "title")}
        made = await change.insert(
            Document, {**copied, "status": status, "version": row["version"] + 1}
        )
        await enqueue(context.engine, GenerateDocument(document=made["id"]))
    new: UUID = made["id"]
    return new


async def review_document(context: Context, key: UUID, step: str) -> UUID:
    """`approve` or `reject` a generated document, as the caller."""
    async with context.change(f"document.{step}") as change:
        row = await change.target(Document, key)
        await change.set(
            Document,
            key,
            {
                "status": LIFE.after(row["status"], step),
                "reviewed_by": context.viewer.values["user"],
                "reviewed_at": datetime.now(UTC),
            },
        )
    return key


async def _own(change: Change, key: UUID) -> Row:
    """A document of a run that the caller may change, with both of them locked.

    The run first, as everywhere: two changes of its documents wait for each other.
    """
    row = await change.find(Document, key)
    if row is None:
        raise Refused(Problem("NOT_FOUND", "there is no Document with this id", ("id",)))
    if await change.find(AssessmentSession, row["session"]) is None:
        raise NotAllowed("only whose run it is can have its documents made")
    await change.target(AssessmentSession, row["session"])
    return await change.target(Document, key, Action.READ)


def _check_types(types: Sequence[UUID], found: dict[UUID, Any]) -> None:
    problems: list[Problem] = []
    for place, kind in enumerate(types):
        path = ("documentTypeIds", str(place))
        if kind not in found:
            problems.append(Problem("NOT_FOUND", "there is no DocumentType with this id", path))
        elif kind in types[:place]:
            problems.append(Problem("INVALID", "this id comes twice", path))
        elif found[kind]["there"]:
            sentence = "there is one already: retryDocument or regenerateDocument makes it anew"
            problems.append(Problem("EXISTS", sentence, path))
    if problems:
        raise Refused(*problems)
