"""Questionnaires, the runs through them, the documents made of them, and engineering standards."""

from app.schema.assessment import authoring, runs, types

__all__ = ["authoring", "runs", "types"]
