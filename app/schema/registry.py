"""The exposed types and the mutations, filled by the other files of this package."""

from app.bridge import Mutations, Registry

registry = Registry()
mutations = Mutations(registry)
