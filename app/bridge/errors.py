"""The errors that the bridge raises.

BridgeError (a GraphQLError: its text and code may reach the client)
├── InputError       BAD_USER_INPUT   an argument that cannot be used; says what to send instead
├── NotAllowed       FORBIDDEN        the caller may not read what was named
└── LimitExceeded    LIMIT_EXCEEDED   the document asks for more than one request may
ConfigurationError (never reaches a client: raised while the schema is built)
"""

from graphql import GraphQLError


class BridgeError(GraphQLError):
    """An error whose text a client may read, with a stable code in `extensions`."""

    code = "BAD_REQUEST"

    def __init__(self, message: str) -> None:
        super().__init__(message, extensions={"code": self.code})


class InputError(BridgeError):
    """An argument that cannot be used."""

    code = "BAD_USER_INPUT"


class NotAllowed(BridgeError):
    """The caller may not read what the document names."""

    code = "FORBIDDEN"


class LimitExceeded(BridgeError):
    """The document asks for more than one request may."""

    code = "LIMIT_EXCEEDED"


class ConfigurationError(Exception):
    """The types, tables and policies do not fit together; the server does not start."""
