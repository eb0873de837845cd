"""Questionnaires, the runs through them, the documents made of them, and engineering standards."""

from app.schema.assessment import authoring, distribution, documents, runs, types

__all__ = ["authoring", "distribution", "documents", "runs", "types"]
