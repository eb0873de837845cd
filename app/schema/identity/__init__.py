"""Users and organisations, logging in, and what people do with their own accounts."""

from app.schema.identity import account, administration, logins, types

__all__ = ["account", "administration", "logins", "types"]
