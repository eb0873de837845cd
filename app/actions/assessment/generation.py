"""Generating a document, which the worker does: from PENDING to GENERATED or FAILED."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson

from app.actions.assessment.document_life import LIFE
from app.actions.assessment.documents import Standard, render
from app.actions.assessment.problems import AssessmentError
from app.actions.assessment.runs import Run, read_run
from app.audit import recorded
from app.context import ANONYMOUS
from app.database import SeedbedEngine
from app.tables.assessment import Document, DocumentStatus

__all__ = ["fail_document", "generate_document"]

_LOCK = "select status from assessment.documents where id = $1 for update"
_WHAT = """
select kind.id as kind, kind.template, session.id, session.questionnaire
from assessment.documents document
  join assessment.document_types kind on kind.id = document.document_type
  join assessment.assessment_sessions session on session.id = document.session
where document.id = $1
"""
_STANDARDS = """
select standard.code, standard.title, standard.description, standard.category,
  standard.principles, link.priority
from assessment.document_type_standards link
  join assessment.engineering_standards standard on standard.id = link.standard
where link.document_type = $1 order by link.priority, standard.code
"""
_LONGEST_ERROR = 1_000


async def generate_document(engine: SeedbedEngine, key: UUID) -> None:
    """Render a document from its template, the answers and the standards, as they are now.

    What cannot be rendered becomes FAILED with a sentence. A document that is generated already, or
    is gone, is left alone; so it may be called again, and at the same time.
    """
    if not await _step(engine, key, "generate", {}):
        return
    found = await engine.fetch(_WHAT, key)
    if not found:
        return
    (what,) = found
    run = await read_run(engine.fetch, dict(what))
    standards = await engine.fetch(_STANDARDS, what["kind"])
    try:
        # In a thread: the worker's other jobs go on meanwhile.
        text = await asyncio.to_thread(_render, what["template"], run, standards)
    except AssessmentError as error:
        await fail_document(engine, key, error.sentence)
        return
    done = {"content": text, "generated_at": datetime.now(UTC), "error": None}
    await _step(engine, key, "finish", done)


async def fail_document(engine: SeedbedEngine, key: UUID, sentence: str) -> None:
    """Give up a document, with a sentence for whoever may retry it."""
    await _step(engine, key, "fail", {"error": sentence[:_LONGEST_ERROR]})


async def _step(engine: SeedbedEngine, key: UUID, step: str, values: dict[str, Any]) -> bool:
    """Take a step, with its audit row; False where the document is not in a state for it."""
    async with engine.transaction():
        rows = await engine.fetch(_LOCK, key)
        if not rows or DocumentStatus(rows[0]["status"]) not in LIFE.steps[step].sources:
            return False
        status = LIFE.after(DocumentStatus(rows[0]["status"]), step)
        async with recorded(engine, f"document.{step}", ANONYMOUS) as change:
            await change.set(Document, key, {"status": status, **values})
    return True


def _render(template: str, run: Run, standards: Sequence[Any]) -> str:
    return render(
        template,
        run.questions.definition,
        run.state.answers,
        [
            Standard(
                code=row["code"],
                title=row["title"],
                description=row["description"],
                category=row["category"],
                principles=tuple(map(str, orjson.loads(row["principles"]))),
                priority=row["priority"],
            )
            for row in standards
        ],
    )
