"""The scopes of API keys, made an enum of the API before any type names them."""

import strawberry

from app.tables.identity import Scope

__all__ = ["Scope"]

strawberry.enum(Scope, description=Scope.__doc__)
