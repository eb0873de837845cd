"""Types of documents with their templates, and the standards that they follow."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from app.actions.assessment.editing import told
from app.actions.assessment.templates import check_template
from app.actions.slugs import own_slug
from app.bridge import Problem, Refused
from app.context import Context
from app.tables.assessment import DocumentType, EngineeringStandard


async def create_document_type(context: Context, values: Mapping[str, Any]) -> UUID:
    """A type with `name`, `category`, `description` and a `template` that can be used."""
    _check_template(values)
    async with context.change("document_type.create") as change:
        slug = own_slug(str(values.get("name", "")), "document")
        row = await change.create(DocumentType, {**values, "slug": slug})
    key: UUID = row["id"]
    return key


async def update_document_type(context: Context, key: UUID, values: Mapping[str, Any]) -> UUID:
    """Change a type; documents that are generated already stay as they are."""
    _check_template(values)
    async with context.change("document_type.update") as change:
        await change.update(DocumentType, key, values)
    return key


async def create_standard(context: Context, values: Mapping[str, Any]) -> UUID:
    """A standard with `code`, `title`, `category`, `description` and `principles`."""
    _check_principles(values)
    async with context.change("engineering_standard.create") as change:
        row = await change.create(EngineeringStandard, values)
    key: UUID = row["id"]
    return key


async def update_standard(context: Context, key: UUID, values: Mapping[str, Any]) -> UUID:
    """Change a standard; documents that are generated already stay as they are."""
    _check_principles(values)
    async with context.change("engineering_standard.update") as change:
        await change.update(EngineeringStandard, key, values)
    return key


def _check_template(values: Mapping[str, Any]) -> None:
    """Raise Refused with every fault of a template; the path ends with `line` and its number."""
    if isinstance(values.get("template"), str) and (found := check_template(values["template"])):
        raise Refused(*(told(one, "input", "template") for one in found))


def _check_principles(values: Mapping[str, Any]) -> None:
    """Raise Refused for principles that a template could not print."""
    principles = values.get("principles", [])
    if not isinstance(principles, list) or not all(isinstance(one, str) for one in principles):
        sentence = "principles is a list of texts"
        raise Refused(Problem("WRONG_TYPE", sentence, ("input", "principles")))
