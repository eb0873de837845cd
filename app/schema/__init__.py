"""What the API offers, domain by domain; `schema.graphql` is printed from here."""

from functools import cache

from app.bridge import BuiltSchema, Limits, build_schema
from app.policy import POLICIES, Caller
from app.schema import assessment, catalog, content, identity, operations, payments, projects
from app.schema.registry import mutations, registry

# Importing a domain's file fills the registry; the order is the order of the printed schema.
DOMAINS = (identity, catalog, content, projects, assessment, payments, operations)


@cache
def make_schema() -> BuiltSchema:
    """The schema of the whole API, built once.

    Raises ConfigurationError when its parts do not fit together.
    """
    return build_schema(registry, POLICIES, Caller, Limits(), mutations)
