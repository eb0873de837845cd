"""The handler of document jobs."""

import logging

from app.actions.assessment.generation import fail_document, generate_document
from app.database import DatabaseError
from app.jobs import GenerateDocument
from app.worker.attempts import Attempt, GiveUp

logger = logging.getLogger(__name__)


async def generate(job: GenerateDocument, attempt: Attempt) -> None:
    """Generate one document; raises GiveUp for a fault, which the document tells of as well."""
    try:
        await generate_document(attempt.engine, job.document)
    except DatabaseError:
        raise  # tried again
    except Exception as error:
        logger.exception("Document %s met a fault", job.document)
        sentence = "An unexpected fault, which is in the log: retry it, or tell an administrator."
        await fail_document(attempt.engine, job.document, sentence)
        raise GiveUp(f"An unexpected {type(error).__name__}: the worker's log has it.") from None
