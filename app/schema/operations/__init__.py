"""What keeps the server running, for administrators: its configuration and its statistics."""

from app.schema.operations import configuration, statistics

__all__ = ["configuration", "statistics"]
