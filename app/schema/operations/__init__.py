"""What keeps the server running, for administrators: events, configuration and statistics."""

from app.schema.operations import configuration, events, statistics

__all__ = ["configuration", "events", "statistics"]
