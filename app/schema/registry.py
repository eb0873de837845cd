"""The exposed types, mutations and subscriptions, filled by the other files of this package."""

from app.bridge import Mutations, Registry, Subscriptions

registry = Registry()
mutations = Mutations(registry)
subscriptions = Subscriptions(registry)
