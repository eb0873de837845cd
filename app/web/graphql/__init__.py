"""GraphQL over HTTP: a request's parts, its execution, and an answer that leaks nothing.

Follows the GraphQL-over-HTTP specification (https://graphql.github.io/graphql-over-http/).
"""

from app.web.graphql.endpoint import GraphQLEndpoint

__all__ = ["GraphQLEndpoint"]
