"""Users and organisations, logging in, and what people do with their own accounts."""

from app.schema.identity import account, logins, types

__all__ = ["account", "logins", "types"]
