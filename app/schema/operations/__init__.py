"""What keeps the server running, for administrators: audit, events, configuration, statistics."""

from app.schema.operations import audit, configuration, events, statistics

__all__ = ["audit", "configuration", "events", "statistics"]
